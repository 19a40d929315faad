"""Backups of an installation: both databases, and every file that rows point to, each kept once under its sha256.

    FOLDER/files/ab/abcd...                   content, shared by all backups: the second one copies only what is new
    FOLDER/2026-11-27T020000Z/warehouse.dump  pg_dump's custom format
                              airflow.dump
                              files.jsonl     where each file stood, by what it belongs to
                              backup.json     versions, readers, hashes of the other three; written last, so a backup
                                              without it was cut off and is not one

The databases are dumped before the files are copied: what rows point to never changes and stands before they do. The inbox is
worked on meanwhile: what moves while it is copied is looked for once more.
Secrets are not in it, but a fingerprint of the key of pseudonyms: with another key every head teacher would seem to be new.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from school_support import __version__
from school_support.errors import SupportListError
from school_support.landing.store import sha256_of
from school_support.settings import settings
from school_support.warehouse.connection import WAREHOUSE, connect, parameters
from school_support.warehouse.embedded import psql_program
from school_support.warehouse.housekeeping import BESIDE_INBOX
from school_support.warehouse.migrate import LIMITED_READERS, make_roles_and_databases, migrate, migration_names
from school_support.warehouse.secrets import pseudonym_key

DATABASES = {WAREHOUSE: "support_owner", "airflow": "airflow"}
"""The databases and who owns them."""

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Backup:
    """A backup: its folder, when it was made (UTC, ISO 8601), by which version, how much is in it."""

    folder: Path
    made_at: str
    version: str
    editions: int
    files: int
    file_bytes: int
    new_bytes: int


def create_backup(to: Path, on_step: OnStep = lambda _: None) -> Backup:
    """Make a backup in a folder that may hold earlier ones.

    Raises:
        SupportListError: a database cannot be dumped, or another backup was begun in the same second; what is unfinished
            has no backup.json.
    """
    made_at = datetime.now(UTC)
    folder = to / f"{made_at:%Y-%m-%dT%H%M%SZ}"
    with _private():
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            raise SupportListError(
                f"{folder} is another backup that was just begun: wait until it has ended."
            ) from None
        # Before the dump, so that none is counted that is not in it.
        editions, migrations, readers = _editions(), _migrations(), _readers()
        for database in DATABASES:
            on_step(f"dumping {database}")
            _postgres("pg_dump", database, "--format=custom", "--file", folder / f"{database}.dump")
        count, size, new = _copy_files(folder / "files.jsonl", to, on_step)
    backup = Backup(folder, made_at.isoformat(timespec="seconds"), __version__, editions, count, size, new)
    parts = [*(f"{database}.dump" for database in DATABASES), "files.jsonl"]
    record = asdict(backup) | {
        "folder": folder.name,
        "parts": {part: sha256_of(folder / part) for part in parts},
        "migrations": migrations,
        "pseudonym_key": _fingerprint(),
        "readers": readers,
    }
    # Nothing that it names may still be on its way to the disk.
    os.sync()
    draft = folder / "backup.draft"
    draft.write_text(json.dumps(record, indent=1), encoding="utf-8")
    draft.replace(folder / "backup.json")
    if (marker := settings().backup_marker) is not None:
        marker.touch()
    return backup


def list_backups(folder: Path) -> list[Backup]:
    """Finished backups in a folder, the oldest first."""
    records = (read_record(path.parent) for path in sorted(folder.glob("*/backup.json")))
    names = Backup.__dataclass_fields__
    return [
        Backup(**{name: record[name] for name in names} | {"folder": folder / record["folder"]}) for record in records
    ]


def read_record(backup: Path) -> dict[str, Any]:
    """What backup.json says.

    Raises:
        SupportListError: there is none: no backup, or one that was cut off.
    """
    try:
        return dict(json.loads((backup / "backup.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise SupportListError(f"{backup} is no finished backup: it has no backup.json.") from None


def restore_backup(backup: Path, replace: bool = False, on_step: OnStep = lambda _: None) -> dict[str, Any]:
    """Put databases and files back as they were, and bring the tables up to this version.

    Everything is checked before anything is touched. The databases are restored under other names and take the place of the
    old ones together, when both are whole: a restore that fails leaves what was there.

    Args:
        backup: folder of one backup.
        replace: whether a warehouse that has assessments may be replaced.

    Returns:
        The record of the backup.

    Raises:
        SupportListError: the backup is damaged, is of a newer version, was made with another key of pseudonyms; the
            warehouse is not empty; Airflow runs; or PostgreSQL refused.
    """
    record = read_record(backup)
    on_step("checking the backup")
    files = list(_checked(backup, record))
    if newer := sorted(set(record["migrations"]) - set(migration_names())):
        raise SupportListError(
            f"The backup {backup.name} is of version {record['version']}, which has migrations that this one ({__version__}) "
            f"does not know: {', '.join(newer)}. Restore it with that version or a later one."
        )
    if record["pseudonym_key"] != _fingerprint():
        raise SupportListError(
            f"The backup {backup.name} was made with another SUPPORT_LIST_PSEUDONYM_KEY: every head teacher would seem new. "
            "Put back the secrets that belong to it first (docs/runbook.md)."
        )
    make_roles_and_databases()
    if not replace and _has_assessments():
        raise SupportListError(
            "The warehouse has assessments, which a restore would replace. Say --replace if that is meant; the databases that "
            "are there are kept under other names."
        )
    _refuse_running_airflow()
    _restore_readers(record["readers"])
    for database, owner in DATABASES.items():
        on_step(f"restoring {database}")
        _restore_beside(backup / f"{database}.dump", database, owner)
    _take_their_place(DATABASES)
    with _private():
        for number, entry in enumerate(files):
            on_step(f"putting files back: {number} of {len(files)}")
            _put_back(entry, backup.parent)
    on_step("migrating")
    migrate()
    return record


def _refuse_running_airflow() -> None:
    """Its tasks would go on in the restored database with numbers of the old one."""
    with connect("support_admin", "airflow") as connection:
        if connection.execute("select to_regclass('job')").fetchone() == (None,):
            return
        running = connection.execute(
            "select string_agg(distinct job_type, ', ') from job "
            "where state = 'running' and latest_heartbeat > now() - interval '1 minute'"
        ).fetchone()
    if running != (None,) and running is not None:
        raise SupportListError(
            f"Airflow runs ({running[0]}): end it first, by `make down` or `docker compose stop` of its services, and wait a minute."
        )


def _restored(database: str) -> str:
    return f"{database}_restored"


def _restore_beside(dump: Path, database: str, owner: str) -> None:
    with connect("support_admin", "postgres", autocommit=True) as connection:
        _drop(connection, _restored(database))
        connection.execute(
            sql.SQL("create database {} owner {}").format(sql.Identifier(_restored(database)), sql.Identifier(owner))
        )
    _postgres("pg_restore", _restored(database), "--exit-on-error", "--single-transaction", dump)


def _take_their_place(databases: Iterable[str]) -> None:
    """Give the restored databases their names, all or none; the old ones stay as NAME_before_MOMENT.

    A second restore, after one of the wrong backup, must not take what the first one kept.
    """
    moment = f"{datetime.now(UTC):%Y%m%dt%H%M%Sz}"
    with connect("support_admin", "postgres", autocommit=True) as connection:
        try:
            for database in databases:
                # Whoever is asked to leave would come back at once.
                _allow_connections(connection, database, False)
                connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                    (database,),
                )
            with connection.transaction():
                for database in databases:
                    before = f"{database}_before_{moment}"
                    for old, new in ((database, before), (_restored(database), database)):
                        connection.execute(
                            sql.SQL("alter database {} rename to {}").format(sql.Identifier(old), sql.Identifier(new))
                        )
                    _allow_connections(connection, before, True)
        finally:
            for database in databases:
                _allow_connections(connection, database, True)


def _allow_connections(connection: Connection, database: str, allowed: bool) -> None:
    connection.execute(
        sql.SQL("alter database {} allow_connections {}").format(sql.Identifier(database), sql.Literal(allowed))
    )


def _drop(connection: Connection, database: str) -> None:
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))


@contextmanager
def _private() -> Iterator[None]:
    """What is made in the block is its owner's alone: letters stand in a folder that nobody else may look into."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _kept() -> dict[str, Path]:
    """Folders with what is not made again from anything else, by their names in a backup, wherever the settings put them."""
    beside = settings().inbox.parent
    return {
        "landing": settings().landing,
        "editions": settings().editions,
        "drafts": settings().drafts,
        "data_docs": settings().data_docs,
        "mirror": settings().mirror,
        **{f"returns/{name}": beside / name for name in (settings().inbox.name, *BESIDE_INBOX)},
    }


def _place(name: str) -> Path:
    """Where a file of a backup belongs."""
    for part, folder in _kept().items():
        if name.startswith(f"{part}/"):
            return folder / name.removeprefix(f"{part}/")
    return settings().home / name


def _files() -> Iterator[tuple[str, Path]]:
    """Every file with its name in a backup.

    Raises:
        OSError: a folder cannot be looked into; one that goes meanwhile is none.
    """
    for part, folder in _kept().items():
        for parent, folders, names in os.walk(folder, onerror=_unless_gone):
            folders.sort()
            for path in (Path(parent) / name for name in sorted(names)):
                if path.is_file() and not path.is_symlink():
                    yield f"{part}/{path.relative_to(folder)}", path


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy_files(index: Path, to: Path, on_step: OnStep) -> tuple[int, int, int]:
    """Keep every file and write where it stood; how many there are, their bytes, and the bytes of those that were new."""
    size, new = 0, 0
    known: set[str] = set()
    with index.open("w", encoding="utf-8") as lines:
        # The second time for what was moved in the first, such as out of the inbox.
        for name, path in chain(_files(), _files()):
            if name in known:
                continue
            on_step(f"copying files: {len(known)}")
            try:
                mode = path.stat().st_mode & 0o777
                sha256, bytes_, is_new = _keep(path, to)
            except FileNotFoundError:
                if path.exists():
                    raise
                continue
            lines.write(json.dumps({"path": name, "sha256": sha256, "mode": mode}) + "\n")
            known.add(name)
            size, new = size + bytes_, new + is_new * bytes_
    return len(known), size, new


def _keep(path: Path, to: Path) -> tuple[str, int, bool]:
    """Copy a file into the store of the backups, unless it is there; its sha256 and bytes, and whether it was copied."""
    sha256 = sha256_of(path)
    kept = _stored(to, sha256)
    if kept.exists() and kept.stat().st_size == path.stat().st_size:
        return sha256, kept.stat().st_size, False
    draft = to / "files" / f"{uuid.uuid4().hex}.draft"
    draft.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, draft)
    # Of a file that somebody is still writing the copy counts, not what was read before.
    sha256 = sha256_of(draft)
    kept = _stored(to, sha256)
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(kept)
    return sha256, kept.stat().st_size, True


def _stored(folder: Path, sha256: str) -> Path:
    return folder / "files" / sha256[:2] / sha256


def _checked(backup: Path, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries of files.jsonl, once every part and file of the backup has the hash that it was made with."""
    for part, sha256 in record["parts"].items():
        if not (backup / part).exists() or sha256_of(backup / part) != sha256:
            raise SupportListError(f"{backup / part} is missing or is not what was written: restore an earlier backup.")
    for line in (backup / "files.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        kept = _stored(backup.parent, entry["sha256"])
        if not kept.exists() or sha256_of(kept) != entry["sha256"]:
            raise SupportListError(f"{kept} (of {entry['path']}) is missing or damaged: restore an earlier backup.")
        yield entry


def _put_back(entry: dict[str, Any], backups: Path) -> None:
    target = _place(entry["path"])
    if target.exists() and sha256_of(target) == entry["sha256"]:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".draft")
    shutil.copyfile(_stored(backups, entry["sha256"]), draft)
    draft.chmod(entry["mode"])
    draft.replace(target)


def _has_assessments() -> bool:
    with connect("support_admin") as connection:
        exists = connection.execute("select to_regclass('control.assessment') is not null").fetchone()
        if exists != (True,):
            return False
        return connection.execute("select from control.assessment limit 1").fetchone() is not None


def _editions() -> int:
    with connect("support_admin") as connection:
        [(editions,)] = connection.execute("select count(*) from publication.edition").fetchall()
    return int(editions)


def _migrations() -> list[str]:
    with connect("support_admin") as connection:
        return [name for (name,) in connection.execute("select name from control.migration order by name")]


def _readers() -> list[dict[str, str]]:
    """Logins of readers of one authority with the verifiers of their passwords, which are not the passwords."""
    with connect("support_admin") as connection:
        rows = connection.execute(
            "select member.rolname, member.rolpassword from pg_auth_members "
            "inner join pg_authid as granted on granted.oid = roleid "
            "inner join pg_authid as member on member.oid = pg_auth_members.member where granted.rolname = %s",
            (LIMITED_READERS,),
        ).fetchall()
    return [{"role": role, "verifier": verifier} for role, verifier in rows]


def _restore_readers(readers: list[dict[str, str]]) -> None:
    with connect("support_admin", "postgres") as connection:
        for reader in readers:
            if connection.execute("select from pg_roles where rolname = %s", (reader["role"],)).fetchone() is None:
                connection.execute(
                    sql.SQL(
                        "create role {role} login password {verifier}; "
                        "grant {group} to {role} with inherit true, set false, admin false"
                    ).format(
                        role=sql.Identifier(reader["role"]),
                        verifier=sql.Literal(reader["verifier"]),
                        group=sql.Identifier(LIMITED_READERS),
                    )
                )


def _fingerprint() -> str:
    return hashlib.sha256(b"pseudonym key " + pseudonym_key()).hexdigest()


def _postgres(program: str, database: str, *arguments: str | Path) -> None:
    """Run one of PostgreSQL's own programs as the administrator, who alone may give objects back to their owners."""
    p = parameters("support_admin", database)
    done = subprocess.run(
        [
            psql_program().with_name(program),
            "--host", p["host"], "--port", p["port"], "--username", p["user"], "--dbname", database, "--no-password",
            *arguments,
        ],
        env=os.environ | {"PGPASSWORD": p["password"]},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise SupportListError(f"{program} of {database} failed: {done.stderr.strip()[-1500:]}")
