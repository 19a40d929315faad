"""Does every chart show what SQL says? A browser opens each dashboard, and what its charts received is held against
a statement of checks.sql, run on the warehouse as bi_reader.

    python plugins/superset/check.py http://127.0.0.1:8088 --shots /tmp/shots

The statements are written by hand over the bi views and share nothing with the dashboards' own SQL. They take
the authority, the list year and the school that the dashboards open with, as %(authority)s, %(list_year)s and
%(urn)s. The password of Superset's admin and the warehouse's address come from the environment, by the names that the
container knows: SUPERSET_ADMIN_PASSWORD, SUPPORT_LIST_PG_HOST, SUPPORT_LIST_PG_PORT,
SUPPORT_LIST_PG_PASSWORD_BI_READER.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import yaml
from playwright.sync_api import Page, Response, sync_playwright

HERE = Path(__file__).parent
Row = tuple[Any, ...]


def main() -> int:
    """Check every chart of every dashboard; 1 if one differs, has no statement, or never asked for its data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8088")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser")
    parser.add_argument("--shots", type=Path, help="folder for a picture of each dashboard")
    given = parser.parse_args()
    wanted = statements((HERE / "checks.sql").read_text())
    charts = {
        chart["slice_name"]: path.stem
        for path in (HERE / "assets" / "charts").glob("*.yaml")
        for chart in [yaml.safe_load(path.read_text())]
    }
    shown = what_charts_show(given.url, given.chromium, given.shots)
    bad = 0
    with warehouse() as connection:
        opened = what_dashboards_open_with(connection)
        for title, key in sorted(charts.items(), key=lambda pair: pair[1]):
            if key not in wanted:
                said = "no statement in checks.sql"
            elif key not in {charts.get(name) for name in shown}:
                said = "the browser never received its data"
            else:
                expected = [plain(row) for row in connection.execute(wanted[key].encode(), opened)]
                said = difference(shown[title], expected)
            bad += said is not None
            print(f"{'DIFFERS' if said else 'equal  '} {key}{': ' + said if said else f' ({len(shown[title])} rows)'}")
    print(f"{len(charts) - bad} of {len(charts)} charts equal SQL, with {opened}")
    return 1 if bad else 0


def statements(text: str) -> dict[str, str]:
    """The statements of checks.sql by the chart above each, as in `-- chart: overview_tiers`."""
    parts = re.split(r"^-- chart: (\w+)$", text, flags=re.MULTILINE)[1:]
    return {key: sql.strip().rstrip(";") for key, sql in zip(parts[::2], parts[1::2], strict=True)}


def warehouse() -> psycopg.Connection[Row]:
    """The warehouse, as the dashboards' own user."""
    return psycopg.connect(
        host=os.environ.get("SUPPORT_LIST_PG_HOST", "127.0.0.1"),
        port=os.environ["SUPPORT_LIST_PG_PORT"],
        user="bi_reader",
        password=os.environ["SUPPORT_LIST_PG_PASSWORD_BI_READER"],
        dbname="warehouse",
    )


def what_dashboards_open_with(connection: psycopg.Connection[Row]) -> dict[str, Any]:
    """First authority by name, its newest list year, and the first school of that list by name."""
    row = connection.execute(
        "select authority, list_year from bi.edition_v1 where is_current order by authority_name, list_year desc"
    ).fetchone()
    if row is None:
        raise SystemExit("No edition has been published: there is nothing to compare.")
    school = connection.execute(
        "select urn from bi.support_list_v1 where authority = %s and list_year = %s order by school_name, urn", row
    ).fetchone()
    return {"authority": row[0], "list_year": row[1], "urn": school[0] if school else None}


def what_charts_show(url: str, chromium: str, shots: Path | None) -> dict[str, list[Row]]:
    """The rows that the browser received for each chart, by the chart's title; the last answer counts."""
    shown: dict[str, list[Row]] = {}
    titles: dict[int, str] = {}

    def receive(response: Response) -> None:
        if "/api/v1/chart/data" not in response.url or response.status != 200:
            return
        asked = response.request.post_data_json or {}
        form = asked.get("form_data") or {}
        if form.get("slice_id") in titles:
            shown[titles[form["slice_id"]]] = rows_of(response.json()["result"][0], form)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)  # a server that shares two cores may take its time
        log_in(page, url)
        found = page.request.get(f"{url}/api/v1/chart/?q=(page_size:500)").json()["result"]
        titles.update({chart["id"]: chart["slice_name"] for chart in found})
        page.on("response", receive)
        for path in sorted((HERE / "assets" / "dashboards").glob("*.yaml")):
            open_dashboard(page, f"{url}/superset/dashboard/{yaml.safe_load(path.read_text())['slug']}/?standalone=0")
            if shots is not None:
                shots.mkdir(parents=True, exist_ok=True)
                picture(page, shots / f"{path.stem}.png")
        browser.close()
    return shown


def log_in(page: Page, url: str) -> None:
    """Log in as admin by the form, as a person does."""
    page.goto(f"{url}/login/")
    page.fill("#username", "admin")
    page.fill("#password", os.environ["SUPERSET_ADMIN_PASSWORD"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address)


def open_dashboard(page: Page, address: str) -> None:
    """Open a dashboard and go through it from top to bottom: charts ask for their data when they come into sight."""
    page.goto(address)
    page.wait_for_selector(".dashboard-component-chart-holder")
    page.wait_for_load_state("networkidle")
    height = page.evaluate("document.documentElement.scrollHeight")
    for place in range(0, height + 900, 600):
        page.evaluate(f"window.scrollTo(0, {place})")
        page.wait_for_timeout(300)
        page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(1500)


def picture(page: Page, file: Path) -> None:
    """The whole dashboard as PNG, 1440 wide and as high as it is."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 1440, "height": max(900, height)})
    page.wait_for_timeout(2500)
    page.screenshot(path=file)
    page.set_viewport_size({"width": 1440, "height": 900})


def rows_of(result: dict[str, Any], form: dict[str, Any]) -> list[Row]:
    """Rows as (column values ...); of a chart with one series a column, (x, series, value) for each that has a value."""
    names, data = result["colnames"], result["data"]
    if form["viz_type"].startswith("echarts_timeseries") and (form.get("groupby") or len(form["metrics"]) > 1):
        return [plain((row[names[0]], name, row[name])) for row in data for name in names[1:] if row[name] is not None]
    return [plain(row[name] for name in names) for row in data]


def plain(row: Iterable[Any]) -> Row:
    """Values in one form on both sides: numbers to nine digits, days and moments as milliseconds since 1970, as Superset sends them."""

    def one(value: Any) -> Any:
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, date):
            moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
            value = moment.timestamp() * 1000
        if isinstance(value, int | float | Decimal):
            return float(f"{value:.9g}") if abs(value) < 1e9 else round(float(value))
        return value

    return tuple(one(value) for value in row)


def difference(shown: list[Row], expected: list[Row]) -> str | None:
    """What the chart has and SQL has not, or the other way round; none where both have the same rows, in any order."""
    more, less = Counter(shown) - Counter(expected), Counter(expected) - Counter(shown)
    if not more and not less:
        return None
    return f"shown only {list(more)[:3]}, SQL only {list(less)[:3]}"


if __name__ == "__main__":
    sys.exit(main())
