"""The dashboards as code: `assets.py prepare` brings them into Superset at every start, `assets.py export --to FOLDER` out.

The folder assets/ holds Superset's own export form. Identity is the uuid: an import replaces what has the same uuid and
touches nothing else. The address of the warehouse comes from the environment, its password is in neither direction
part of the files.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

import yaml
from superset.app import create_app

FOLDER = Path(__file__).parent / "assets"
ROLE = "School support list"  # with Gamma, what a reader of the dashboards needs
EXPORTED_URI = "postgresql+psycopg2://bi_reader@127.0.0.1:5432/warehouse"


def main() -> None:
    """Do what the first argument says, within Superset's application."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["prepare", "export"])
    parser.add_argument("--to", type=Path, default=FOLDER, help="where an export is written")
    given = parser.parse_args()
    with create_app().app_context():
        if given.command == "prepare":
            prepare()
        else:
            export(given.to)


def prepare() -> None:
    """Bring roles, the first administrator and the dashboards to the state of the code; any number of times."""
    from flask import g
    from superset import appbuilder, db, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    g.user = administrator(security_manager)
    database = bring_in()
    access = security_manager.add_permission_view_menu("database_access", database.perm)
    security_manager.add_permission_role(security_manager.add_role(ROLE), access)
    db.session.commit()


def administrator(security_manager):  # type: ignore[no-untyped-def]
    """The user admin, made with the password from the secrets if there is none. A password changed later stays."""
    if (user := security_manager.find_user("admin")) is not None:
        return user
    from superset_config import required

    return security_manager.add_user(
        "admin",
        "Support list",
        "Administrator",
        "admin@localhost",
        security_manager.find_role("Admin"),
        password=required("SUPERSET_ADMIN_PASSWORD"),
    )


def bring_in():  # type: ignore[no-untyped-def]
    """Import the folder, replacing what is there; the database that the dashboards read."""
    from superset import db
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.models.core import Database
    from superset_config import warehouse_url

    contents = {path.relative_to(FOLDER).as_posix(): path.read_text() for path in sorted(FOLDER.rglob("*.yaml"))}
    (name,) = (name for name in contents if name.startswith("databases/"))
    connection = yaml.safe_load(contents[name]) | {"sqlalchemy_uri": str(warehouse_url())}
    contents[name] = yaml.safe_dump(connection, sort_keys=False)
    ImportAssetsCommand(contents).run()
    return db.session.query(Database).filter_by(uuid=connection["uuid"]).one()


def export(folder: Path) -> None:
    """Write what belongs to the dashboards' database back into the folder, under names that do not change.

    Superset numbers its files, says when it exported and where it ran; none of that is a change worth a commit.
    """
    from flask import g
    from superset import db, security_manager
    from superset.commands.dashboard.export import ExportDashboardsCommand
    from superset.models.dashboard import Dashboard

    g.user = security_manager.find_user("admin")
    known = {
        yaml.safe_load(path.read_text())["uuid"]: path.relative_to(FOLDER)
        for path in FOLDER.rglob("*.yaml")
        if path.parent != FOLDER
    }
    ids = [
        dashboard.id
        for dashboard in db.session.query(Dashboard)
        if str(dashboard.uuid) in known or (dashboard.slug or "").startswith("support-list-")
    ]
    for name, text in ExportDashboardsCommand(ids).run():
        if name == "metadata.yaml":
            continue
        content = steady(yaml.safe_load(text()))
        path = folder / known.get(content["uuid"], Path(name.split("/")[0]) / tidy(Path(name).stem))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.dump(content, Dumper=Readable, sort_keys=False, allow_unicode=True, width=120))


class Readable(yaml.SafeDumper):
    """Statements of several lines as they were written, not as one escaped string."""


Readable.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def steady(content: dict[str, Any]) -> dict[str, Any]:
    """What was exported, without what depends on the server that exported it: addresses, numbers, order of rows."""
    if "sqlalchemy_uri" in content:
        content["sqlalchemy_uri"] = EXPORTED_URI
    if "columns" in content:
        content["columns"].sort(key=lambda column: column["column_name"])
    if "position" in content:
        renumber(content["position"], content["metadata"])
    return content


def renumber(position: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Give the charts of a dashboard the numbers 1, 2, ...: an import replaces them by way of the uuids beside them."""
    charts = [child["meta"] for child in position.values() if isinstance(child, dict) and child["type"] == "CHART"]
    numbers = {meta["chartId"]: number for number, meta in enumerate(charts, 1)}
    for meta in charts:
        meta["chartId"] = numbers[meta["chartId"]]
    for one in metadata["native_filter_configuration"]:
        one["scope"]["excluded"] = [numbers[chart] for chart in one["scope"]["excluded"]]
        for worked_out in ("chartsInScope", "tabsInScope"):
            one.pop(worked_out, None)
    for worked_out in ("chart_configuration", "color_scheme_domain", "map_label_colors", "shared_label_colors"):
        metadata.pop(worked_out, None)


def tidy(stem: str) -> str:
    """A file name from Superset's: lower case, without the number at its end."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"_\d+$", "", stem).lower()).strip("_") + ".yaml"


if __name__ == "__main__":
    main()
