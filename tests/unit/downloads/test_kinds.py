"""What each kind of publisher offers, and what is said when it has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from school_support.downloads.addresses import (
    EesCatalogueFile,
    EesDataSet,
    GiasDaily,
    GovUkPage,
    PerformanceTables,
    academic_year_in,
    day_in_name,
    load_addresses,
    stage_in,
)
from school_support.downloads.faults import DownloadFailed, NotThere
from school_support.downloads.publishers import Publishers
from school_support.downloads.resolve import resolve
from school_support.downloads.wanted import Wanted
from school_support.errors import SupportListError
from school_support.sources.contract import load_sources

from .conftest import TODAY, Server

Connect = Callable[..., Publishers]
SHIPPED = load_addresses()


def offered(data_set: Any, connection: Publishers, since: dt.date | None = None) -> list[Wanted]:
    """The first of each choice."""
    return [choice[0] for choice in resolve(data_set, connection, TODAY, since)]


# GOV.UK


def mi_page(server: Server) -> GovUkPage:
    """The shipped data set, on the server of the test."""
    (page,) = (d for d in SHIPPED.data_sets if isinstance(d, GovUkPage))
    return page.model_copy(update={"page": f"{server.base}/api/content/mi"})


def linked(server: Server, *names: str) -> dict[str, Any]:
    return {
        "public_updated_at": "2026-03-16T23:30:00.000+00:00",
        "details": {"attachments": [{"url": f"{server.base}/media/{at}/{name}"} for at, name in enumerate(names)]},
    }


JANUARY = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_31_Jan_2026.csv"
FEBRUARY = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_28_Feb_2026.csv"
JUNE = "Management_information_-_state-funded_schools_-_latest_inspections_as_at_30_June_2025_.csv"
OTHERS = (
    "Management_information_-_state-funded_schools_-_all_inspections_-_year_to_date_published_by_28_Feb_2026.csv",
    "Management_information_-_independent_schools_-_latest_inspections_as_at_31_Mar_2026.csv",
    "Management_information_-_state-funded_schools_-_latest_inspections_as_at_28_Feb_2026.ods",
)


def test_the_newest_month_of_a_page_is_taken_with_the_day_the_page_was_updated(
    server: Server, publishers: Connect
) -> None:
    server.says_json("/api/content/mi", linked(server, JANUARY, *OTHERS, FEBRUARY, JUNE))

    (wanted,) = offered(mi_page(server), publishers())

    assert wanted.address == f"{server.base}/media/4/{FEBRUARY}"
    assert wanted.file_name == FEBRUARY
    assert wanted.snapshot_date == dt.date(2026, 2, 28)
    assert wanted.known_from == dt.date(2026, 3, 16)
    assert wanted.stage is None


def test_every_month_since_a_day_is_taken_and_the_page_dates_only_the_newest(
    server: Server, publishers: Connect
) -> None:
    server.says_json("/api/content/mi", linked(server, JUNE, JANUARY, FEBRUARY))

    wanted = offered(mi_page(server), publishers(), since=dt.date(2026, 1, 1))

    assert [(w.snapshot_date, w.known_from) for w in wanted] == [
        (dt.date(2026, 2, 28), dt.date(2026, 3, 16)),
        (dt.date(2026, 1, 31), None),
    ]


def test_in_summer_a_day_is_told_by_the_clock_of_england(server: Server, publishers: Connect) -> None:
    page = linked(server, FEBRUARY) | {"public_updated_at": "2026-07-14T23:30:00Z"}
    server.says_json("/api/content/mi", page)
    assert offered(mi_page(server), publishers())[0].known_from == dt.date(2026, 7, 15)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            {"details": {"attachments": [{"url": "https://x/other.csv"}]}},
            "lists 1 files, and none has a name of the form",
        ),
        ({"details": {"body": "<a href='x.csv'>"}}, "lists 0 files"),
        ([], "lists 0 files"),
        ({"details": {"attachments": [{"url": f"https://x/{FEBRUARY}"}]}}, "does not say when it was updated"),
        (
            {"details": {"attachments": [{"url": f"https://x/{FEBRUARY.replace('28', '31')}"}]}},
            "holds no date that can be read",
        ),
    ],
)
def test_a_page_that_has_changed_is_reported(server: Server, publishers: Connect, page: object, said: str) -> None:
    server.says_json("/api/content/mi", page)
    with pytest.raises(DownloadFailed, match=said):
        offered(mi_page(server), publishers())


# Explore Education Statistics


def version(number: str, published: str, title: str = "Academic year 2024/25", **more: Any) -> dict[str, Any]:
    return {
        "version": number,
        "type": "Major",
        "status": "Published",
        "published": published,
        "release": {"title": title, "slug": "2024-25"},
        "timePeriods": {"start": "2022/23", "end": "2024/25"},
    } | more


def pages_of(server: Server, path: str, *pages: list[dict[str, Any]]) -> None:
    for at, results in enumerate(pages, start=1):
        paging = {"page": at, "pageSize": 20, "totalPages": len(pages), "totalResults": sum(map(len, pages))}
        server.says_json(f"{path}?page={at}&pageSize=20", {"paging": paging, "results": results})


def ks2(server: Server, **changes: Any) -> EesDataSet:
    said = {
        "source": "dfe_ks2",
        "kind": "ees",
        "api": f"{server.base}/v1",
        "name": "ks2",
        "data_set": "abc",
        "largest": 10_000,
        "basis": "test",
    }
    return EesDataSet.model_validate(said | changes)


def test_the_version_published_last_is_taken_by_its_number(server: Server, publishers: Connect) -> None:
    pages_of(
        server,
        "/v1/data-sets/abc/versions",
        [
            version("1.10", "2026-02-05T09:30:00Z", "Academic year 2024/25 Revised"),
            version("1.9", "2026-02-05T09:30:00Z", "Academic year 2024/25 Revised"),
        ],
        [
            version("1.0", "2025-10-16T08:30:00Z", "Academic year 2024/25 Provisional"),
            version("2.0", "2026-04-16T08:30:00Z", "Academic year 2024/25 Final", status="Withdrawn"),
        ],
    )

    (wanted,) = offered(ks2(server), publishers())

    assert wanted.address == f"{server.base}/v1/data-sets/abc/csv?dataSetVersion=1.10"
    assert wanted.file_name == "ks2_v1.10.csv"
    assert (wanted.academic_year, wanted.stage) == (2025, "revised")
    assert wanted.known_from == dt.date(2026, 2, 5)
    assert wanted.known_from_basis == "the publisher's date of version 1.10"


def test_all_versions_since_a_day_are_taken(server: Server, publishers: Connect) -> None:
    pages_of(
        server,
        "/v1/data-sets/abc/versions",
        [
            version(n, f"{day}T09:30:00Z")
            for n, day in (("1.0", "2025-10-16"), ("1.1", "2025-12-11"), ("2.0", "2026-02-05"))
        ],
    )
    wanted = offered(ks2(server, stage="revised"), publishers(), since=dt.date(2025, 12, 1))
    assert [w.file_name for w in wanted] == ["ks2_v2.0.csv", "ks2_v1.1.csv"]


def test_a_title_without_a_stage_takes_the_written_one_or_is_reported(server: Server, publishers: Connect) -> None:
    pages_of(server, "/v1/data-sets/abc/versions", [version("1.0", "2025-12-11T09:30:00Z")])
    assert offered(ks2(server, stage="revised"), publishers())[0].stage == "revised"
    with pytest.raises(DownloadFailed, match=r"'Academic year 2024/25' does not say provisional, revised or final"):
        offered(ks2(server), publishers())


def test_a_data_set_is_found_by_publication_and_title(server: Server, publishers: Connect) -> None:
    pages_of(server, "/v1/publications", [{"id": "p1", "slug": "other"}], [{"id": "p2", "slug": "pupil-absence"}])
    pages_of(
        server, "/v1/publications/p2/data-sets", [{"id": "d1", "title": "By school"}, {"id": "d2", "title": "By LA"}]
    )
    pages_of(server, "/v1/data-sets/d1/versions", [version("3.0", "2026-03-19T09:30:00Z")])
    by_title = ks2(server, data_set=None, publication="pupil-absence", title="By school", stage="final")

    assert offered(by_title, publishers())[0].address == f"{server.base}/v1/data-sets/d1/csv?dataSetVersion=3.0"

    with pytest.raises(NotThere, match=r"lists 0 data sets with the title 'Each school'; it has: By school; By LA"):
        offered(by_title.model_copy(update={"title": "Each school"}), publishers())
    with pytest.raises(NotThere, match=r"lists 2 publications, and absence is not among them"):
        offered(by_title.model_copy(update={"publication": "absence"}), publishers())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([version("1.0", "2025-12-11T09:30:00Z", status="Withdrawn")], "lists no version that is still published"),
        ([], "lists no version that is still published"),
        ([version("1.0", "")], "without its number or its day of publication"),
        ([version("1.0", "2025-12-11T09:30:00Z", timePeriods={"end": "Week 12"})], "'Week 12' name no academic year"),
        ([version("1.0", "2025-12-11T09:30:00Z", timePeriods=None)], "name no academic year"),
    ],
)
def test_versions_that_cannot_be_used_are_reported(
    server: Server, publishers: Connect, found: list[dict[str, Any]], said: str
) -> None:
    pages_of(server, "/v1/data-sets/abc/versions", found)
    with pytest.raises(DownloadFailed, match=said):
        offered(ks2(server, stage="final"), publishers())


@pytest.mark.parametrize(
    ("page", "said"),
    [({"items": []}, "no list of results"), ([], "no list of results"), ({"results": []}, "how many pages")],
)
def test_another_form_of_list_is_reported(server: Server, publishers: Connect, page: object, said: str) -> None:
    server.says_json("/v1/data-sets/abc/versions?page=1&pageSize=20", page)
    with pytest.raises(DownloadFailed, match=said):
        offered(ks2(server), publishers())


def test_a_data_set_that_is_gone_is_reported(server: Server, publishers: Connect) -> None:
    with pytest.raises(NotThere, match=r"/v1/data-sets/abc/versions\?page=1&pageSize=20 answered 404"):
        offered(ks2(server), publishers())


def catalogue(server: Server) -> EesCatalogueFile:
    return EesCatalogueFile(
        source="dfe_exclusions",
        kind="ees_catalogue",
        content=f"{server.base}/api",
        name="exclusions_school",
        file="f1",
        stage="final",
        largest=10_000,
        basis="test",
    )


def test_a_file_of_the_catalogue_is_dated_by_its_release(server: Server, publishers: Connect) -> None:
    release = {"title": "Academic year 2024/25", "published": "2026-07-09T08:30:00Z"}
    server.says_json("/api/data-set-files/f1", {"id": "f1", "release": release})

    (wanted,) = offered(catalogue(server), publishers())

    assert wanted.address == f"{server.base}/api/data-set-files/f1/download"
    assert wanted.file_name == "exclusions_school_2026-07-09.csv"
    assert (wanted.academic_year, wanted.stage, wanted.known_from) == (2025, "final", dt.date(2026, 7, 9))


@pytest.mark.parametrize("page", [{}, [], {"release": None}, {"release": {"title": "Academic year 2024/25"}}])
def test_a_file_of_the_catalogue_without_a_date_is_reported(server: Server, publishers: Connect, page: object) -> None:
    server.says_json("/api/data-set-files/f1", page)
    with pytest.raises(DownloadFailed, match="does not say when its release was published"):
        offered(catalogue(server), publishers())


# The register and the performance tables: nothing is asked before the file itself.


def test_the_register_is_todays_or_an_earlier_one(server: Server, publishers: Connect) -> None:
    daily = GiasDaily(
        source="gias",
        kind="gias_daily",
        address="https://x/edubasealldata{day}.csv",
        days_back=2,
        largest=1,
        basis="test",
    )
    (choice,) = resolve(daily, publishers(), dt.date(2026, 3, 1), None)
    assert [(w.file_name, w.known_from) for w in choice] == [
        ("edubasealldata20260301.csv", dt.date(2026, 3, 1)),
        ("edubasealldata20260228.csv", dt.date(2026, 2, 28)),
        ("edubasealldata20260227.csv", dt.date(2026, 2, 27)),
    ]


def test_performance_tables_are_asked_for_by_year(server: Server, publishers: Connect) -> None:
    tables = PerformanceTables(
        source="dfe_ks2",
        kind="performance_tables",
        address="https://x/d?year={year}",
        name="ks2",
        years=(2018, 2019, 2024),
        largest=1,
        basis="test",
    )
    assert [w.address for w in offered(tables, publishers())] == ["https://x/d?year=2023-2024"]
    since = offered(tables, publishers(), since=dt.date(2019, 8, 31))
    assert [(w.address, w.academic_year) for w in since] == [
        ("https://x/d?year=2023-2024", 2024),
        ("https://x/d?year=2018-2019", 2019),
    ]
    assert server.asked == []


# Words


@pytest.mark.parametrize(
    ("words", "year"),
    [
        ("Academic year 2024/25", 2025),
        ("2024/2025", 2025),
        ("1999/00", 2000),
        ("2024/25 Autumn term", 2025),
        ("2025", None),
    ],
)
def test_academic_years_are_read(words: str, year: int | None) -> None:
    assert academic_year_in(words) == year


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        ("england_ks2final.csv", "final"),
        ("2024/25 Revised", "revised"),
        ("provisional and revised", None),
        ("2024/25", None),
    ],
)
def test_stages_are_read(words: str, stage: str | None) -> None:
    assert stage_in(words) == stage


@pytest.mark.parametrize(
    ("words", "day"),
    [("31_Jan_2026", (2026, 1, 31)), ("1_Sept_2025", (2025, 9, 1)), ("30_June_2025", (2025, 6, 30))],
)
def test_days_in_names_are_read(words: str, day: tuple[int, int, int]) -> None:
    assert day_in_name(words) == dt.date(*day)


# The addresses that are shipped


def test_every_shipped_address_is_https_on_a_listed_host_for_a_source_with_a_contract() -> None:
    hosts = SHIPPED.policy.hosts
    for data_set in SHIPPED.data_sets:
        assert data_set.source in load_sources()
        at = [value for name in ("page", "api", "content", "address") if (value := getattr(data_set, name, None))]
        assert len(at) == 1
        assert urlsplit(at[0]).scheme == "https"
        assert urlsplit(at[0]).netloc in hosts
        assert " " not in at[0]


def test_the_shipped_addresses_have_the_forms_that_are_known() -> None:
    daily = {d.source: resolve(d, None, dt.date(2026, 3, 1), None)[0][0].address  # type: ignore[arg-type]
             for d in SHIPPED.data_sets if isinstance(d, GiasDaily)}  # fmt: skip
    base = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public"
    assert daily["gias"] == f"{base}/edubasealldata20260301.csv"
    assert daily["gias_links"] == f"{base}/links_edubasealldata20260301.csv"
    assert daily["gias_group_links"] == f"{base}/grouplinks_edubaseallacademiesandfree20260301.csv"
    tables = next(d for d in SHIPPED.data_sets if isinstance(d, PerformanceTables) and d.source == "dfe_ks2")
    assert tables.address.format(year="2018-2019") == (
        "https://www.compare-school-performance.service.gov.uk/download-data?download=true&regions=0&filters=KS2"
        "&fileformat=csv&year=2018-2019&meta=false"
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("kind: ees\n", "kind: esr\n", r"document 2, .*esr"),
        ("data_set: abc\n", "", r"document 2, .*by its id"),
        ("attempts: 5", "attempts: 0", r"document 1, attempts"),
        ("data_set: abc\n", "data_set: abc\nlagest: 1\n", r"document 2, .*lagest"),
    ],
)
def test_a_slip_in_the_addresses_is_named(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    text = (
        "hosts: [x]\ncontent_types: [text/csv]\nattempts: 5\npause: 1\ntimeout: 60\nfirst_wait: 2\nlongest_wait: 300\n"
        "longest_download: 3600\nlargest_page: 1000\n---\nsource: dfe_ks2\nkind: ees\napi: https://x\nname: ks2\n"
        "data_set: abc\nlargest: 1\nbasis: test\n"
    )
    assert was in text
    path = tmp_path / "addresses.yaml"
    path.write_text(text.replace(was, becomes))
    with pytest.raises(SupportListError, match=said):
        load_addresses(path)
