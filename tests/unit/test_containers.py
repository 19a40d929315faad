"""docker-compose.yml and the secrets of its services; the stack itself is tried by tests/drills."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from school_support.settings import PROJECT, settings
from school_support.warehouse.secret_folder import FOLDERS, write_secret_folder
from school_support.warehouse.secrets import AIRFLOW_KEYS, ROLES, password_name, read_secrets

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
ONCE = {"secrets", "migrate", "demonstration", "admin"}
SECRETS = "/run/secrets/support-list/"


def secrets_seen(service: dict[str, Any]) -> set[str]:
    """Names of the folders of secrets that a service mounts."""
    targets = (volume.split(":")[1] for volume in service.get("volumes", []))
    return {target.removeprefix(SECRETS) for target in targets if target.startswith(SECRETS)}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONCE))
def test_what_runs_on_is_watched_limited_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["mem_limit"]
    assert service["restart"] == "unless-stopped"
    assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_service_has_a_secret_in_its_environment(name: str) -> None:
    environment = SERVICES[name].get("environment", {})
    # A list of names alone passes on what the caller's environment has.
    given = environment if isinstance(environment, dict) else {entry: "" for entry in environment if "=" in entry}
    assert not [key for key in given if any(word in key for word in ("PASSWORD", "KEY", "SECRET"))]


def test_ports_are_opened_on_the_loopback_interface_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(":-127.0.0.1:" in port for port in ports)


def test_each_service_sees_its_own_secrets_alone() -> None:
    seen = {name: secrets_seen(service) for name, service in SERVICES.items()}
    assert {name for name, folders in seen.items() if "admin" in folders} == {"secrets", "postgres", "migrate", "admin"}
    assert {name for name, folders in seen.items() if "bi" in folders} == {"secrets", "migrate", "admin", "superset"}
    assert seen["postgres"] == {"admin"}
    assert seen["redis"] == {"broker"}
    assert seen["superset"] == {"bi"}
    assert seen["worker"] == {"broker", "service"}


def test_every_password_is_in_one_folder() -> None:
    names = [name for folder in FOLDERS.values() for name in folder]
    assert len(names) == len(set(names))
    assert {password_name(role) for role in ROLES} <= set(names)


def test_every_secret_can_be_given_from_outside() -> None:
    assert set(SERVICES["secrets"]["environment"]) == {name for folder in FOLDERS.values() for name in folder}


def test_an_empty_variable_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_LIST_BROKER_PASSWORD", "")
    write_secret_folder(tmp_path, dict.fromkeys(AIRFLOW_KEYS, "made"))
    assert len((tmp_path / "broker" / "SUPPORT_LIST_BROKER_PASSWORD").read_text()) > 40


def test_secrets_are_made_once_private_and_from_the_environment_where_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(password_name("bi_reader"), "of the town hall")
    keys = dict.fromkeys(AIRFLOW_KEYS, "made")
    first = write_secret_folder(tmp_path, keys)
    assert "bi/SUPPORT_LIST_PG_PASSWORD_BI_READER" in first
    contents = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(contents) == len(first) == len(set(contents.values())) + len(AIRFLOW_KEYS) - 1
    assert contents[tmp_path / "bi" / password_name("bi_reader")] == "of the town hall"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o400 for path in contents)
    assert write_secret_folder(tmp_path, keys) == []
    assert {path: path.read_text() for path in contents} == contents


def test_a_folder_of_secrets_is_read_and_the_environment_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / password_name("airflow")).write_text("from the folder\n")
    (tmp_path / "service" / password_name("support_loader")).write_text("from the folder\n")
    monkeypatch.setenv("SUPPORT_LIST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SUPPORT_LIST_SECRETS", str(tmp_path))
    monkeypatch.setenv(password_name("support_loader"), "from the environment")
    monkeypatch.setattr("school_support.warehouse.secrets.settings", settings.__wrapped__)
    known = read_secrets()
    assert known[password_name("airflow")] == "from the folder"
    assert known[password_name("support_loader")] == "from the environment"
