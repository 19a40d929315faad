"""Airflow's configuration and secrets on this machine."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from school_support.errors import SupportListError
from school_support.orchestration.deploy import become_airflow
from school_support.orchestration.environment import airflow_environment, ensure_secrets, password, password_file, users
from school_support.settings import settings
from school_support.warehouse.secrets import ensure_passwords, read_secrets, secrets_file, write_secrets

HERE = "http://127.0.0.1:8080"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUPPORT_LIST_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "True")
    monkeypatch.setattr("school_support.orchestration.environment.settings", settings.__wrapped__)
    monkeypatch.setattr("school_support.warehouse.secrets.settings", settings.__wrapped__)
    ensure_passwords()
    write_secrets({"SUPPORT_LIST_PG_PORT": "5432"})
    ensure_secrets()
    return tmp_path


def test_secrets_are_made_once_and_kept_private(home: Path) -> None:
    before, known = password(), read_secrets()
    ensure_secrets()
    assert (password(), read_secrets()) == (before, known)
    for path in (password_file(), secrets_file()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_airflow_command_where_nothing_has_run_says_what_makes_the_keys(home: Path) -> None:
    secrets_file().unlink()
    with pytest.raises(SupportListError, match=r"AIRFLOW_FERNET_KEY.*support-list migrate"):
        become_airflow(["dags", "list"])


def test_every_role_has_a_user_with_a_password_of_his_own(home: Path) -> None:
    assert users() == {"admin": "admin", "lead": "op", "officer": "user", "reader": "viewer"}
    assert len({password(user) for user in users()}) == 4
    configured = airflow_environment(HERE, scheduled=False)["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"]
    assert configured.split(",") == ["admin:admin", "lead:op", "officer:user", "reader:viewer"]


def test_a_password_file_of_before_keeps_what_it_has(home: Path) -> None:
    password_file().write_text(json.dumps({"admin": "kept", "somebody": "else"}))
    ensure_secrets()
    assert (password(), password("somebody")) == ("kept", "else")
    assert len(password("officer")) >= 24
    assert stat.S_IMODE(password_file().stat().st_mode) == 0o600


def test_everything_listens_and_calls_on_the_loopback_interface(home: Path) -> None:
    made = airflow_environment("http://127.0.0.1:8123", scheduled=False)
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert made["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:8123/execution/"
    assert "127.0.0.1" in made["NO_PROXY"].split(",")


def test_schedules_are_on_only_when_asked_for(home: Path) -> None:
    assert airflow_environment(HERE, scheduled=True)["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] == "True"
    assert airflow_environment(HERE, scheduled=False)["AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE"] == "False"


def test_another_airflows_configuration_is_not_inherited(home: Path) -> None:
    made = airflow_environment(HERE, scheduled=False)
    assert made["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert made["AIRFLOW_HOME"] == str(home / "airflow")
    assert "PYTHONDONTWRITEBYTECODE" not in made


def test_a_relative_data_folder_means_the_same_in_every_task(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPORT_LIST_DATA", "somewhere")
    assert airflow_environment(HERE, scheduled=False)["SUPPORT_LIST_DATA"] == str(Path("somewhere").resolve())
