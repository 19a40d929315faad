"""Writes docs/configuration.md from the settings themselves: `python -m school_support.configuration`, or `make docs`."""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo

from school_support.settings import PROJECT, Settings
from school_support.warehouse.secret_folder import FOLDERS

PAGE = PROJECT / "docs" / "configuration.md"
HEAD = """\
# Configuration

*Written by `make docs` from `plugins/school_support/settings.py`: change it there.*

Every setting is an environment variable. On one machine, set it before `make run` or `make up`; in containers, write
`NAME=value` lines into `support-list.env` beside `docker-compose.yml`. What is specific to an authority (name, budget, day
rate, days of the school check, circulation) stands in the seed `authority_setting.csv`, its ruleset in
`authority_ruleset.csv`, its terms in `calendar_term.csv`.

| variable | default | what it is |
|---|---|---|
"""
SECRETS = """
## Secrets

On one machine they are made at the first start and kept in `secrets.env` of the state folder (mode 600). In containers the
service `secrets` makes them, a file each, in volumes that only the services named here can see; one that is set as an
environment variable at the first start is taken from there. An environment variable always comes first.

`SUPPORT_LIST_PG_HOST` and `SUPPORT_LIST_PG_PORT` are no secrets: with a host set, that PostgreSQL is used and never started
or stopped.

| volume | seen by | secrets |
|---|---|---|
"""
SEEN_BY = {
    "admin": "`postgres`, `migrate`, `admin`",
    "broker": "`redis` and everything of Airflow",
    "service": "everything of Airflow",
    "bi": "`migrate`, `admin`, `superset`",
}


def render() -> str:
    """The page as Markdown."""
    rows = [
        f"| `SUPPORT_LIST_{name.upper()}` | {_default(name, field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    secrets = [
        f"| `secrets-{folder}` | {SEEN_BY[folder]} | {', '.join(f'`{name}`' for name in names)} |"
        for folder, names in FOLDERS.items()
    ]
    return HEAD + "\n".join(rows) + "\n" + SECRETS + "\n".join(secrets) + "\n"


def _default(name: str, field: FieldInfo) -> str:
    if field.default is None or field.default == "":
        return "none"
    if isinstance(field.default, Path):
        return {"project": "the checkout", "home": "`.support-list` in the checkout"}[name]
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
