from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest

from school_support.sample import layouts
from school_support.sample.layouts import Layout
from school_support.sources.contract import load_sources

# Columns in the publishers' files, counted in the files themselves.
COLUMNS = {
    "gias": 110,
    "gias_links": 5,
    "ofsted_mi_2015": 25,
    "ofsted_mi_report_card": 85,
    "ks2_2017": 290,
    "ks2_2018": 326,
    "ks2_2019": 318,
    "ks2_2025": 311,
    "ks4_final_2017": 416,
    "ks4_final_2018": 496,
    "ks4_provisional_2017": 18,
    "ks4_provisional_2018": 25,
    "absence_2017": 5,
    "census_2025": 23,
    "exclusions_ees": 21,
    "local_intelligence": 7,
    "school_returns_long": 20,
    "releases": 18,  # with the collection, which keeps the fictional country apart from the real one
}

# Layouts of this project's own, which no publisher's file can show.
OWN = {"releases", "school_returns_long", "local_intelligence"}
# Publishers' layouts of which no file is at hand: the headers are those that the contract describes.
DESCRIBED = {"exclusions_ees"}
TRUE_FILES = {
    "gias": "gias/gias_2021_936_full_columns_nonames.csv.gz",
    "gias_links": "gias/links_edubasealldata_2026-08-21.csv.gz",
    "ofsted_mi_2015": "peterborough/ofsted/ofsted_mi_2015-05-31.csv",
    "ofsted_mi_report_card": "ofsted/ofsted_mi_latest_2026-02-28_leeds_only.csv",
    "ks2_2017": "performance/2016-17/850_ks2final.csv.gz",
    "ks2_2018": "performance/2017-18/850_ks2final.csv.gz",
    "ks2_2019": "performance/2018-19/850_ks2final.csv.gz",
    "ks2_2025": "samples_transcribed/ks2final_2024-25_919_header_only.csv",
    "ks4_final_2017": "performance/2016-17/850_ks4final.csv.gz",
    "ks4_final_2018": "performance/2017-18/850_ks4final.csv.gz",
    "ks4_provisional_2017": "performance/2016-17/england_ks4provisional.csv.gz",
    "ks4_provisional_2018": "performance/2017-18/england_ks4provisional.csv.gz",
    "absence_2017": "performance/2016-17/england_abs.csv.gz",
    "census_2025": "samples_transcribed/england_census_2024-25_header_plus_rows.csv",
}

ALL = [value for value in vars(layouts).values() if isinstance(value, Layout)]


def test_every_layout_is_counted() -> None:
    assert {layout.header_file for layout in ALL} == COLUMNS.keys() == {*TRUE_FILES, *OWN, *DESCRIBED}


@pytest.mark.parametrize("layout", ALL, ids=lambda layout: layout.header_file)
def test_a_header_has_its_columns_and_none_twice(layout: Layout) -> None:
    assert len(layout.header) == COLUMNS[layout.header_file]
    assert len({name.casefold() for name in layout.header}) == len(layout.header)


@pytest.mark.real_data
@pytest.mark.parametrize(
    "layout", [layout for layout in ALL if layout.header_file in TRUE_FILES], ids=lambda layout: layout.header_file
)
def test_a_header_is_the_publishers_own(layout: Layout, real_data: Path) -> None:
    content = (real_data / TRUE_FILES[layout.header_file]).read_bytes()
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    # Columns about people were taken out of the file at hand before it was stored.
    personal = {name for found in load_sources()["gias"].layouts for name in found.personal} - {"PropsName"}
    mine = [name for name in layout.header if layout.header_file != "gias" or name not in personal]
    text = content.decode("cp1252" if layout.header_file.startswith("gias") else "utf-8-sig")
    assert next(csv.reader(io.StringIO(text, newline=""))) == mine


def test_a_described_header_is_that_of_its_contract() -> None:
    [described] = [found for found in load_sources()["dfe_exclusions"].layouts if found.layout == "exclusions_ees"]
    assert list(layouts.EXCLUSIONS_EES.header) == list(described.headers)


def test_a_row_stands_in_the_order_of_the_header() -> None:
    row = layouts.ABSENCE_2017.row({"PPERSABS10": "8.3", "LA": "999"})
    assert row == ["999", "", "", "", "8.3"]


def test_a_name_fits_whatever_its_case() -> None:
    row = layouts.KS2_2025.row({"TNotFSM6CLA1A": "21"})
    assert row[layouts.KS2_2025.header.index("TNOTFSM6CLA1A")] == "21"


def test_a_name_that_a_vintage_lacks_is_left_out() -> None:
    assert set(layouts.KS2_2017.row({"READPROG_DESCR": "3"})) == {""}


def test_a_row_may_end_early() -> None:
    assert layouts.ABSENCE_2017.row({"LA": "999"}, last="URN") == ["999", "", ""]


def test_line_ends_and_marks_are_the_publishers_own() -> None:
    assert layouts.ABSENCE_2017.render([["999", "2000", "990001", "4", "8.3"]]) == (
        b"\xef\xbb\xbfLA,ESTAB,URN,PERCTOT,PPERSABS10\r\n999,2000,990001,4,8.3"
    )
    assert layouts.GIAS_LINKS.render([(990001, 990002, "St Ivo\u2019s", "Successor", "")]) == (
        b'"URN","LinkURN","LinkName","LinkType","LinkEstablishedDate"\r\n990001,990002,"St Ivo\x92s","Successor",""'
    )
