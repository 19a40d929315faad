"""Recovery drills on the real stack: break it on purpose, and see that nothing is lost. `make drill`, or one by name:

    python tests/drills/drill.py scale_out worker_killed

Needs Docker with the image `school-support-list` built. The stack is a project of its own (support-list-drill) with volumes of
its own, which are removed at the end. Every drill ends with the same question: do the assessments of six authorities say what
they said before anything was broken?
"""

from __future__ import annotations

import csv
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
HERE = PROJECT / "tests" / "drills"
AUTHORITIES = ["100", "101", "102", "103", "104", "105"]
COMPOSE = shlex.split(os.environ.get("COMPOSE", "docker compose"))
FILES = ["-p", "support-list-drill", "-f", str(PROJECT / "docker-compose.yml"), "-f", str(HERE / "compose.yml")]
EDITION = "select edition_id, content_hash from publication.edition order by 1"
RELEASES = "select status, count(*) from landing.release group by 1 order by 1"


def compose(*arguments: str, stdin: str | None = None) -> str:
    """Run a compose command; what it printed."""
    done = subprocess.run(
        [*COMPOSE, *FILES, *arguments],
        input=stdin,
        env=os.environ | {"DRILL_SEEDS": str(seeds())},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def seeds() -> Path:
    """The seeds with six more authorities, for the containers to see in place of their own."""
    folder = Path(tempfile.gettempdir()) / "support-list-drill-seeds"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    for name, place in (("authority_setting.csv", 1), ("authority_ruleset.csv", None)):
        with (PROJECT / "dbt_project" / "seeds" / name).open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        pattern = next(row for row in rows if row[0] == "999")
        for code in AUTHORITIES:
            row = [code, *pattern[1:]]
            if place is not None:
                row[place] = f"Drill {code}"
            rows.append(row)
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])
        (folder / name).chmod(0o644)
    return folder


def sql(query: str) -> list[str]:
    """Ask the warehouse as its administrator."""
    password = 'PGPASSWORD="$(cat /run/secrets/support-list/admin/SUPPORT_LIST_PG_PASSWORD_SUPPORT_ADMIN)"'
    psql = f"{password} psql -h 127.0.0.1 -U support_admin -d warehouse -XAtc {shlex.quote(query)}"
    return compose("exec", "-T", "postgres", "sh", "-c", psql).splitlines()


def assess(authorities: list[str] = AUTHORITIES) -> dict[str, Any]:
    """Assess the authorities through Airflow; hashes, seconds, and on which container each task ran."""
    told = compose("exec", "-T", "api-server", "python", "-", *authorities, stdin=(HERE / "assess.py").read_text())
    return dict(json.loads(told.splitlines()[-1]))


def assess_while(break_it: Callable[[], object], before: dict[str, str], after: float = 12) -> dict[str, Any]:
    """Assess, some seconds into it break something, and see that the assessments say what they said before."""
    timer = threading.Timer(after, break_it)
    timer.start()
    try:
        told = assess()
    finally:
        timer.join()
    check(told, before)
    return told


def container(service: str, number: int = 1) -> str:
    """The container of a service."""
    return f"support-list-drill-{service}-{number}"


def kill(service: str, number: int = 1) -> None:
    """End a container's first process as the kernel does when memory runs out; its restart policy brings it back."""
    pid = subprocess.check_output(
        ["docker", "inspect", "--format", "{{.State.Pid}}", container(service, number)], text=True
    )
    subprocess.run(["kill", "-9", pid.strip()], check=True)


def up(workers: int) -> float:
    """Bring the stack up; seconds until everything was started, each after what it needs was healthy."""
    started = time.monotonic()
    compose("up", "--detach", "--no-build", "--scale", f"worker={workers}")
    return time.monotonic() - started


def workers_used(told: dict[str, Any]) -> dict[str, int]:
    """Tasks by the container that ran them."""
    counts: dict[str, int] = {}
    for run in told["runs"]:
        for hostname, _, _ in run["tasks"].values():
            counts[hostname] = counts.get(hostname, 0) + 1
    return counts


def scale_out(before: dict[str, str]) -> str:
    """The same assessments over two workers."""
    up(2)
    told = assess()
    check(told, before)
    used = workers_used(told)
    assert len(used) == 2, f"only one worker was used: {used}"
    return f"{told['seconds']} s over two workers, tasks {sorted(used.values())}"


def worker_killed(before: dict[str, str]) -> str:
    """One of two workers is killed in the middle of a build."""
    up(2)
    told = assess_while(lambda: kill("worker", 1), before)
    tries = sorted(attempt for run in told["runs"] for _, attempt, _ in run["tasks"].values())
    up(2)
    return f"{told['seconds']} s; a task was tried {tries[-1]} times"


def scheduler_killed(before: dict[str, str]) -> str:
    """The scheduler is killed while assessments run."""
    return f"{assess_while(lambda: kill('scheduler'), before)['seconds']} s"


def database_restarted(before: dict[str, str]) -> str:
    """PostgreSQL is restarted while assessments run."""
    command = ["docker", "restart", container("postgres")]
    told = assess_while(lambda: subprocess.run(command, check=True, capture_output=True), before)
    return f"{told['seconds']} s"


def redis_restarted(before: dict[str, str]) -> str:
    """Redis loses what it held."""
    return f"{assess_while(lambda: kill('redis'), before, after=6)['seconds']} s"


def disk_full(before: dict[str, str]) -> str:
    """The disk is full while a new file lands: nothing half is kept, and with space again it is taken in."""
    known = sql(RELEASES)
    full = land_one_more("/full", "--tmpfs", "/full:size=1m,uid=50000")
    assert "The disk is full" in full, full
    assert sql(RELEASES) == known, "the ledger has a file that is not there"
    enough = land_one_more("/var/lib/support-list")
    assert "new=1" in enough, enough
    check(assess(), before)
    return full.strip().splitlines()[-1]


def land_one_more(home: str, *options: str) -> str:
    """Land a file of two million bytes in a container with a state folder of its own; what was said."""
    script = """
from pathlib import Path
from school_support.errors import SupportListError
from school_support.landing.ingest import land_folder
folder = Path("/tmp/one-more")
folder.mkdir()
(folder / "notes.csv").write_text("note" * 500_000)
(folder / "releases.csv").write_text(
    "file,source,academic_year,snapshot_date,stage,known_from,collection\\n"
    "notes.csv,dfe_ks2,2026,,final,2026-11-01,fictional\\n"
)
try:
    print(land_folder(folder, ["dfe_ks2"]))
except SupportListError as error:
    print(error)
"""
    return subprocess.check_output(
        [
            *["docker", "run", "--rm", "--network", "support-list-drill_default", *options],
            *["--volume", "support-list-drill_state:/var/lib/support-list"],
            *["--volume", "support-list-drill_secrets-service:/run/secrets/support-list/service:ro"],
            *[
                "--env",
                f"SUPPORT_LIST_HOME={home}",
                "--env",
                "SUPPORT_LIST_PG_HOST=postgres",
                "--env",
                "SUPPORT_LIST_PG_PORT=5432",
            ],
            *["school-support-list", "python", "-c", script],
        ],
        text=True,
    )


def restored(before: dict[str, str]) -> str:
    """A backup, the loss of database and files, a restore: every edition verifies."""
    editions = sql(EDITION)
    started = time.monotonic()
    compose("run", "--rm", "admin", "backup", "create", "/backups")
    seconds = {"backup": time.monotonic() - started}
    compose("stop", "scheduler", "worker", "api-server", "dag-processor", "triggerer", "postgres")
    compose(
        "rm",
        "--force",
        "postgres",
        "scheduler",
        "worker",
        "api-server",
        "dag-processor",
        "triggerer",
        "migrate",
        "demonstration",
    )
    for volume in ("postgres-data", "state"):
        subprocess.run(
            ["docker", "volume", "rm", "--force", f"support-list-drill_{volume}"], check=True, capture_output=True
        )
    started = time.monotonic()
    compose("up", "--detach", "--wait", "postgres")
    name = compose("run", "--rm", "--entrypoint", "sh", "admin", "-c", "ls /backups | grep Z").split()[-1]
    compose("run", "--rm", "admin", "backup", "restore", f"/backups/{name}")
    seconds["restore"] = time.monotonic() - started
    up(1)
    assert sql(EDITION) == editions, "the editions differ"
    check(assess(), before)
    return ", ".join(f"{what} {spent:.0f} s" for what, spent in seconds.items())


def check(told: dict[str, Any], before: dict[str, str]) -> None:
    """Every run succeeded and every assessment says what it said before."""
    failed = [run for run in told["runs"] if run["state"] != "success"]
    assert not failed, f"not everything ended well: {failed}"
    assert told["hashes"] == before, f"{told['hashes']} is not {before}"


DRILLS = [scale_out, worker_killed, scheduler_killed, database_restarted, redis_restarted, disk_full, restored]


def main(names: list[str]) -> None:
    chosen = [drill for drill in DRILLS if not names or drill.__name__ in names]
    try:
        print(f"up: {up(1):.0f} s until healthy", flush=True)
        started = time.monotonic()
        subprocess.run(["docker", "wait", container("demonstration")], check=True, capture_output=True)
        print(
            f"demonstration: {time.monotonic() - started:.0f} s, edition {sql(EDITION)}, releases {sql(RELEASES)}",
            flush=True,
        )
        first = assess()
        check(first, first["hashes"])
        assert len(first["hashes"]) == len(AUTHORITIES), first
        print(f"one worker: {first['seconds']} s, tasks {sorted(workers_used(first).values())}", flush=True)
        editions = sql(EDITION)
        for drill in chosen:
            print(f"{drill.__name__}: {drill(first['hashes'])}", flush=True)
            assert sql(EDITION) == editions, "the editions differ"
        print("Nothing was lost.")
    finally:
        compose("--profile", "*", "down", "--volumes", "--timeout", "20")


if __name__ == "__main__":
    main(sys.argv[1:])
