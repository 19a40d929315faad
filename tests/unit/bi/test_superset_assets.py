"""The dashboards as code hang together, and read what the contract of the bi views promises; without Superset."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from school_support.settings import PROJECT
from school_support.warehouse.bi_contract import load_contract

FOLDER = PROJECT / "plugins" / "superset"
ASSETS = FOLDER / "assets"
SQL_WORDS = (
    "all and as asc between by case cast coalesce count cross day desc distinct else end exists extract false filter first floor "
    "from generate_series greatest group having in inner integer is join lag last lateral least left list materialized max min not "
    "null nullif nulls on or order ordinality over partition replace round row_number select split_part string_to_array sum "
    "avg cardinality text then trim trim_scale true union unnest using when where with"
)
MADE_HERE = r"(\w+) as (?:not materialized )?\("
WORDS = set(re.findall(r"\w+", SQL_WORDS))


def read(kind: str) -> dict[str, dict[str, Any]]:
    """The assets of a kind by the name of their file."""
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((ASSETS / kind).glob("*.yaml"))}


DATABASES, DATASETS, CHARTS, DASHBOARDS = (read(kind) for kind in ("databases", "datasets", "charts", "dashboards"))
DATASET_COLUMNS = {dataset["uuid"]: {c["column_name"] for c in dataset["columns"]} for dataset in DATASETS.values()}


def bare(sql: str) -> str:
    """A statement without its comments and literals."""
    return re.sub(r"E?'(?:[^']|'')*'", "''", re.sub(r"--.*", "", sql))


def names(sql: str) -> set[str]:
    """What is named in a statement, beside the words of SQL."""
    return set(re.findall(r"[a-z_][a-z0-9_]*", bare(sql))) - WORDS


def unknown_names(sql: str) -> set[str]:
    """Names that are no column of the views it reads and that the statement does not introduce itself."""
    text = bare(sql)
    views = set(re.findall(r"\bbi\.(\w+)", text))
    introduced = set(re.findall(r"\bas (\w+)", text)) | set(re.findall(MADE_HERE, text))
    introduced |= {name for tail in re.findall(r"\bas \w+ ?\(([\w, ]+)\)", text) for name in tail.split(", ")}
    columns = {column for view in views for column in load_contract()[view].columns}
    return names(text) - columns - introduced - views - {"bi"}


def output_columns(sql: str) -> list[str]:
    """The columns of a statement's last select, in order."""
    text = bare(sql)
    body = re.split(r"\nfrom ", text[text.rindex("\nselect\n") if "\nselect\n" in text else 0 :].strip(), maxsplit=1)[0]
    items, depth = [""], 0
    for sign in body.removeprefix("select"):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append("")
        else:
            items[-1] += sign
    return [re.split(r"\s|\.", item.strip())[-1] for item in items]


def strings(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value of nested mappings and lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key), inner
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def asked_by(params: dict[str, Any]) -> set[str]:
    """The columns that a chart asks its dataset for, in lists, metrics, conditions and orders."""
    columns: set[str] = {params["x_axis"]} if "x_axis" in params else set()
    for key in ("groupby", "all_columns", "groupbyRows", "groupbyColumns"):
        for item in params.get(key) or []:
            columns |= {item} if isinstance(item, str) else names(item["sqlExpression"])
    columns |= {json.loads(order)[0] for order in params.get("order_by_cols") or []}
    metrics = [*(params.get("metrics") or []), params.get("metric"), params.get("timeseries_limit_metric")]
    for item in [*metrics, *(params.get("adhoc_filters") or [])]:
        columns |= names(item["sqlExpression"]) if item else set()
    return columns


def test_there_are_the_five_dashboards() -> None:
    assert {dashboard["slug"] for dashboard in DASHBOARDS.values()} == {
        f"support-list-{name}" for name in ("overview", "school", "trends", "money", "quality")
    }


def test_every_uuid_is_unique_and_resolves() -> None:
    uuids = [asset["uuid"] for kind in (DATABASES, DATASETS, CHARTS, DASHBOARDS) for asset in kind.values()]
    assert len(uuids) == len(set(uuids))
    assert {dataset["database_uuid"] for dataset in DATASETS.values()} == {d["uuid"] for d in DATABASES.values()}
    assert {chart["dataset_uuid"] for chart in CHARTS.values()} == set(DATASET_COLUMNS)
    placed = [
        child["meta"]["uuid"]
        for dashboard in DASHBOARDS.values()
        for child in dashboard["position"].values()
        if isinstance(child, dict) and child["type"] == "CHART"
    ]
    assert sorted(placed) == sorted(chart["uuid"] for chart in CHARTS.values())


def test_no_password_is_written_anywhere() -> None:
    for path in ASSETS.rglob("*.yaml"):
        asset = yaml.safe_load(path.read_text())
        assert not [key for key, _ in strings(asset) if "password" in key.lower()], path
        assert not re.search(r"://[^/@\s]*:[^/@\s]+@", path.read_text()), path


@pytest.mark.parametrize("name", DATASETS)
def test_a_dataset_reads_only_columns_of_the_v1_views_and_declares_what_it_gives(name: str) -> None:
    sql = DATASETS[name]["sql"]
    read_from = re.findall(r"\b(?:from|join)\s+(?!lateral)([\w.]+)", bare(sql))
    made_here = set(re.findall(MADE_HERE, bare(sql)))
    views = {source.removeprefix("bi.") for source in read_from if source.startswith("bi.")}
    assert views
    assert {source for source in read_from if not source.startswith("bi.")} <= made_here
    assert all(view in load_contract() and view.endswith("_v1") and not view.startswith("public_") for view in views)
    assert unknown_names(sql) == set()
    assert sorted(column["column_name"] for column in DATASETS[name]["columns"]) == sorted(output_columns(sql))


def test_a_column_that_no_view_has_is_found() -> None:
    assert unknown_names("select\n    list.urn,\n    list.teir\nfrom bi.support_list_v1 as list\n") == {"teir"}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_asks_its_dataset_for_columns_that_are_there(name: str) -> None:
    columns = asked_by(CHARTS[name]["params"])
    assert columns <= DATASET_COLUMNS[CHARTS[name]["dataset_uuid"]]


@pytest.mark.parametrize("name", CHARTS)
def test_missing_is_never_drawn_or_counted_as_zero(name: str) -> None:
    params = CHARTS[name]["params"]
    assert "coalesce" not in json.dumps(params).lower()
    assert not params.get("connectNulls", False)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_filter_reaches_every_chart_that_it_is_meant_for(name: str) -> None:
    """Superset ignores a filter silently where the chart's dataset lacks the column."""
    by_uuid = {chart["uuid"]: chart for chart in CHARTS.values()}
    placed = {
        child["meta"]["chartId"]: by_uuid[child["meta"]["uuid"]]
        for child in DASHBOARDS[name]["position"].values()
        if isinstance(child, dict) and child["type"] == "CHART"
    }
    filters = DASHBOARDS[name]["metadata"]["native_filter_configuration"]
    assert filters[0]["name"] == "Authority"
    for one in filters:
        (target,) = one["targets"]
        assert target["column"]["name"] in DATASET_COLUMNS[target["datasetUuid"]]
        if one["name"] in ("Authority", "List year", "School"):
            assert one["requiredFirst"]
            for chart_id in placed.keys() - set(one["scope"]["excluded"]):
                assert target["column"]["name"] in DATASET_COLUMNS[placed[chart_id]["dataset_uuid"]], chart_id


def test_every_chart_has_its_own_title_and_a_statement_to_check_it_by() -> None:
    titles = [chart["slice_name"] for chart in CHARTS.values()]
    assert len(titles) == len(set(titles))
    checks = Path(FOLDER / "checks.sql").read_text()
    assert sorted(re.findall(r"^-- chart: (\w+)$", checks, flags=re.MULTILINE)) == sorted(CHARTS)
