"""The mirror: what is kept, under which name, with which row, and what a second run or a kill does to it."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from school_support.downloads.addresses import EesDataSet, GiasDaily, PerformanceTables
from school_support.downloads.mirror import Mirror
from school_support.downloads.publishers import Delivered
from school_support.errors import SupportListError
from school_support.landing.index import read_index
from school_support.sources.contract import load_sources

from .conftest import TODAY, Answer, Refresh, Server, index_of

ROWS = b"URN,LinkURN\n100000,100001\n"
CORRECTED = b"URN,LinkURN\n100000,100002\n"
# What sha256sum says of ROWS, its first eight digits.
ROWS_HASH = "fc5996e6"


def links(server: Server, **changes: object) -> GiasDaily:
    said = {
        "source": "gias_links",
        "kind": "gias_daily",
        "address": server.base + "/links{day}.csv",
        "days_back": 2,
        "largest": 100_000,
        "basis": "test",
    }
    return GiasDaily.model_validate(said | changes)


def tables(server: Server, **changes: object) -> PerformanceTables:
    said = {
        "source": "dfe_ks2",
        "kind": "performance_tables",
        "address": server.base + "/tables?year={year}",
        "name": "ks2_tables",
        "years": [2019],
        "largest": 20_000_000,
        "basis": "test",
    }
    return PerformanceTables.model_validate(said | changes)


def zipped(name: str, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return target.getvalue()


PUBLISHED = {"Last-Modified": "Thu, 02 Apr 2020 08:30:00 GMT"}


def test_a_new_file_stands_in_the_mirror_with_its_row(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/links20260320.csv", Answer(ROWS))

    summary = refresh(links(server))

    (file,) = summary.new
    assert (file.source, file.file, file.bytes) == ("gias_links", "gias_links/links20260320.csv", len(ROWS))
    assert file.known_from == dt.date(2026, 3, 20)
    assert (mirror / file.file).read_bytes() == ROWS
    (row,) = index_of(mirror)
    assert row == {
        "file": "gias_links/links20260320.csv",
        "source": "gias_links",
        "academic_year": "",
        "snapshot_date": "2026-03-20",
        "stage": "",
        "known_from": "2026-03-20",
        "known_from_basis": "the day in the file's name",
        "coverage": "England",
        "sha256": row["sha256"],
        "origin": f"{server.base}/links20260320.csv",
    }


def test_landing_reads_the_mirror_as_any_folder(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/tables?year=2018-2019", Answer(zipped("england_ks2final.csv", ROWS), headers=PUBLISHED))
    refresh(tables(server))
    (file,) = read_index(mirror, ["dfe_ks2"])
    assert (file.academic_year, file.stage, file.known_from) == (2019, "final", dt.date(2020, 4, 2))
    assert file.collection == "england"
    assert file.path.is_file()


def test_todays_extract_is_not_there_yet_so_the_day_befores_is_taken(
    server: Server, refresh: Refresh, mirror: Path
) -> None:
    server.says("/links20260319.csv", Answer(ROWS))
    summary = refresh(links(server))
    assert [file.known_from for file in summary.new] == [dt.date(2026, 3, 19)]
    assert server.paths() == ["/links20260320.csv", "/links20260319.csv"]


def test_no_extract_of_the_last_days_is_a_failure(server: Server, refresh: Refresh, mirror: Path) -> None:
    summary = refresh(links(server))
    (failure,) = summary.failed
    assert "links20260318.csv answered 404" in failure.reason
    assert "Nor has it any of the 2 files that would be newer" in failure.reason
    assert len(server.asked) == 3


def test_the_second_run_asks_on_condition_and_changes_nothing(server: Server, refresh: Refresh, mirror: Path) -> None:
    modified = "Fri, 20 Mar 2026 05:00:00 GMT"
    server.says("/links20260320.csv", Answer(ROWS, headers={"ETag": '"v1"', "Last-Modified": modified}))
    first = refresh(links(server))
    before = (mirror / "releases.csv").read_bytes()

    second = refresh(links(server))

    assert second.new == []
    assert second.unchanged == first.new
    assert "if-none-match" not in server.asked[0].headers
    assert server.asked[1].headers["if-none-match"] == '"v1"'
    assert server.asked[1].headers["if-modified-since"] == modified
    assert (mirror / "releases.csv").read_bytes() == before


def test_the_same_content_again_is_nothing_new(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/links20260320.csv", Answer(ROWS))
    refresh(links(server))
    assert len(refresh(links(server)).unchanged) == 1
    # The next day's file may be the same too.
    server.says("/links20260321.csv", Answer(ROWS))
    tomorrow = refresh(links(server), today=dt.date(2026, 3, 21))
    assert [file.file for file in tomorrow.unchanged] == ["gias_links/links20260320.csv"]
    assert len(index_of(mirror)) == 1
    assert sorted(path.name for path in (mirror / "gias_links").iterdir()) == ["links20260320.csv"]


def test_other_content_under_the_same_name_is_a_second_file(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says(
        "/links20260320.csv", Answer(CORRECTED, headers={"ETag": '"v1"'}), Answer(ROWS, headers={"ETag": '"v2"'})
    )
    refresh(links(server))
    summary = refresh(links(server))
    assert [file.file for file in summary.new] == [f"gias_links/links20260320-{ROWS_HASH}.csv"]
    assert (mirror / "gias_links/links20260320.csv").read_bytes() == CORRECTED
    assert (mirror / summary.new[0].file).read_bytes() == ROWS
    assert [row["file"] for row in index_of(mirror)] == ["gias_links/links20260320.csv", summary.new[0].file]
    # A third run asks about the newer one, and learns that there is nothing new.
    assert refresh(links(server)).new == []
    assert server.asked[-1].headers["if-none-match"] == '"v2"'


def test_killed_between_file_and_index_the_next_run_finishes(
    server: Server, refresh: Refresh, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says("/links20260320.csv", Answer(ROWS, headers={"ETag": '"v1"'}))

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Mirror, "_write", killed)
        with pytest.raises(Killed):
            refresh(links(server))
    assert (mirror / "gias_links/links20260320.csv").is_file()
    assert not (mirror / "releases.csv").exists()

    summary = refresh(links(server))

    assert [file.file for file in summary.new] == ["gias_links/links20260320.csv"]
    assert len(index_of(mirror)) == 1
    assert sorted(path.name for path in (mirror / "gias_links").iterdir()) == ["links20260320.csv"]


def test_killed_between_index_and_note_the_next_run_enters_nothing_twice(
    server: Server, refresh: Refresh, mirror: Path
) -> None:
    server.says("/links20260320.csv", Answer(ROWS, headers={"ETag": '"v1"'}))
    refresh(links(server))
    (mirror / ".downloads.json").unlink()
    summary = refresh(links(server))
    assert (len(summary.new), len(summary.unchanged)) == (0, 1)
    assert "if-none-match" not in server.asked[1].headers
    assert len(index_of(mirror)) == 1


def test_a_file_that_somebody_deleted_is_fetched_again(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/links20260320.csv", Answer(ROWS, headers={"ETag": '"v1"'}))
    refresh(links(server))
    (mirror / "gias_links/links20260320.csv").unlink()
    refresh(links(server))
    assert (mirror / "gias_links/links20260320.csv").read_bytes() == ROWS
    assert len(index_of(mirror)) == 1


def test_drafts_that_a_killed_run_left_go_after_a_day(mirror: Path) -> None:
    drafts = mirror / ".drafts"
    drafts.mkdir(parents=True)
    for name, hours in (("left", 25), ("at work", 23)):
        (drafts / name).touch()
        moment = time.time() - hours * 3600
        os.utime(drafts / name, (moment, moment))
    Mirror(mirror)
    assert [path.name for path in drafts.iterdir()] == ["at work"]


def test_one_failure_does_not_stop_the_others(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/links20260320.csv", Answer(ROWS))
    server.says("/groups20260320.csv", Answer(b"<!DOCTYPE html><title>Down</title>", content_type="text/html"))
    groups = links(server, source="gias_groups", address=server.base + "/groups{day}.csv")
    gone = EesDataSet(
        source="dfe_ks4", kind="ees", api=f"{server.base}/v1", name="ks4", data_set="abc", largest=1, basis="test"
    )

    summary = refresh(gone, groups, links(server))

    assert [file.source for file in summary.new] == ["gias_links"]
    assert [(failure.source, failure.what) for failure in summary.failed] == [
        ("dfe_ks4", "ees"),
        ("gias_groups", "groups20260320.csv"),
    ]
    assert [row["source"] for row in index_of(mirror)] == ["gias_links"]
    assert list((mirror / ".drafts").iterdir()) == []


def test_a_rate_limit_of_the_versioned_interface_is_sat_out(server: Server, refresh: Refresh, mirror: Path) -> None:
    listed = {
        "paging": {"totalPages": 1},
        "results": [
            {
                "version": "1.0",
                "status": "Published",
                "published": "2025-12-11T09:30:00Z",
                "release": {"title": "Academic year 2024/25 Revised"},
                "timePeriods": {"end": "2024/25"},
            }
        ],
    }
    page = Answer(json.dumps(listed).encode(), content_type="application/json")
    server.says("/v1/data-sets/abc/versions?page=1&pageSize=20", Answer(status=429, headers={"Retry-After": "5"}), page)
    server.says("/v1/data-sets/abc/csv?dataSetVersion=1.0", Answer(status=429), Answer(gzip.compress(ROWS)))
    data_set = EesDataSet(
        source="dfe_ks2", kind="ees", api=f"{server.base}/v1", name="ks2", data_set="abc", largest=10_000, basis="test"
    )

    (file,) = refresh(data_set).new

    assert file.file == "dfe_ks2/ks2_v1.0.csv"
    assert gzip.decompress((mirror / file.file).read_bytes()) == ROWS

    # A new version is a new file; the old one stays.
    listed["results"].append(  # type: ignore[attr-defined]
        listed["results"][0] | {"version": "1.1", "published": "2026-01-08T09:30:00Z"}  # type: ignore[index,operator]
    )
    server.says_json("/v1/data-sets/abc/versions?page=1&pageSize=20", listed)
    server.says("/v1/data-sets/abc/csv?dataSetVersion=1.1", Answer(CORRECTED))
    assert [new.file for new in refresh(data_set).new] == ["dfe_ks2/ks2_v1.1.csv"]
    assert [(row["file"], row["known_from"]) for row in index_of(mirror)] == [
        ("dfe_ks2/ks2_v1.0.csv", "2025-12-11"),
        ("dfe_ks2/ks2_v1.1.csv", "2026-01-08"),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html PUBLIC><title>404 Not found</title>", "a web page or an error message"),
        (b'{"code":"error.IOerror.download.extract","message":"Unexpected error"}', "a web page or an error message"),
        (gzip.compress(b"<html>packed page</html>"), "a web page or an error message"),
        (b"", "sent an empty file"),
        (b" \r\n\r\n", "sent an empty file"),
        (gzip.compress(ROWS * 100)[:-20], "damaged or was cut off"),
        (gzip.compress(b"\0" * 30_000_000), "more than 200 times its packed size"),
        (zipped("a.csv", b"\0" * 30_000_000), "more than 200 times its packed size"),
    ],
)
def test_what_is_no_data_is_not_kept(server: Server, refresh: Refresh, mirror: Path, body: bytes, said: str) -> None:
    server.says("/links20260320.csv", Answer(body))
    summary = refresh(links(server))
    assert summary.new == []
    assert said in summary.failed[0].reason
    assert server.base in summary.failed[0].reason
    assert not (mirror / "releases.csv").exists()
    assert not (mirror / "gias_links").exists()


@pytest.mark.real_data
@pytest.mark.parametrize(
    "name", ["edubasealldata_is_really_json_error.csv", "edubaseallstatefunded_is_really_html_404.csv"]
)
def test_pages_that_were_saved_as_files_are_not_kept(
    server: Server, refresh: Refresh, mirror: Path, real_data: Path, name: str
) -> None:
    server.says("/links20260320.csv", Answer((real_data / "traps" / name).read_bytes()))
    summary = refresh(links(server))
    assert "a web page or an error message" in summary.failed[0].reason


def test_the_stage_of_a_performance_table_is_in_the_name_it_is_sent_under(
    server: Server, refresh: Refresh, mirror: Path
) -> None:
    headers = PUBLISHED | {"Content-Disposition": "attachment; filename=england_ks2revised.csv"}
    server.says("/tables?year=2018-2019", Answer(ROWS, headers=headers))
    refresh(tables(server))
    (row,) = index_of(mirror)
    assert (row["file"], row["stage"]) == ("dfe_ks2/ks2_tables_2018-2019_england_ks2revised.csv", "revised")
    assert (row["known_from"], row["known_from_basis"]) == ("2020-04-02", "Last-Modified of the file")


def test_a_performance_table_without_stage_or_date_is_a_failure(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/tables?year=2018-2019", Answer(ROWS, headers=PUBLISHED), Answer(zipped("england_ks2final.csv", ROWS)))
    assert "a file named nothing, which does not say provisional" in refresh(tables(server)).failed[0].reason
    assert "that is not guessed" in refresh(tables(server)).failed[0].reason
    assert not (mirror / "releases.csv").exists()


def test_a_file_older_than_what_it_tells_of_is_a_failure(server: Server, refresh: Refresh, mirror: Path) -> None:
    from .test_kinds import FEBRUARY, linked, mi_page

    server.says_json("/api/content/mi", linked(server, FEBRUARY) | {"public_updated_at": "2026-02-16T09:30:00Z"})
    server.says(f"/media/0/{FEBRUARY}", Answer(ROWS))
    (failure,) = refresh(mi_page(server)).failed
    assert "tells of 2026-02-28, and would have come out before that, on 2026-02-16" in failure.reason


def test_older_months_of_a_page_are_dated_by_the_file_itself(server: Server, refresh: Refresh, mirror: Path) -> None:
    from .test_kinds import FEBRUARY, JANUARY, linked, mi_page

    server.says_json("/api/content/mi", linked(server, JANUARY, FEBRUARY))
    server.says(f"/media/0/{JANUARY}", Answer(ROWS, headers={"Last-Modified": "Mon, 16 Feb 2026 09:30:00 GMT"}))
    server.says(f"/media/1/{FEBRUARY}", Answer(CORRECTED))
    refresh(mi_page(server), since=dt.date(2026, 1, 1))
    assert [(row["snapshot_date"], row["known_from"], row["known_from_basis"]) for row in index_of(mirror)] == [
        ("2026-02-28", "2026-03-16", "the GOV.UK page's last public update"),
        ("2026-01-31", "2026-02-16", "Last-Modified of the file"),
    ]


def test_a_name_that_leads_elsewhere_stays_in_the_mirror(server: Server, refresh: Refresh, mirror: Path) -> None:
    headers = PUBLISHED | {"Content-Disposition": 'attachment; filename="../../etc/final.csv"'}
    server.says("/tables?year=2018-2019", Answer(ROWS, headers=headers))
    (file,) = refresh(tables(server)).new
    assert file.file == "dfe_ks2/ks2_tables_2018-2019_.._.._etc_final.csv"
    assert (mirror / file.file).resolve().is_relative_to(mirror.resolve())


def test_names_of_people_are_not_kept_in_the_mirror(server: Server, refresh: Refresh, mirror: Path, home: Path) -> None:
    layout = next(layout for layout in load_sources()["gias"].layouts if layout.layout == "gias_daily")
    headers = [*(header for header in layout.headers if header not in layout.personal), *layout.personal]
    row = ["Ms Ada Example" if header in layout.personal else "1" for header in headers]
    quoted = [",".join(f'"{value}"' for value in line) for line in (headers, row)]
    server.says("/register20260320.csv", Answer("\r\n".join([*quoted, ""]).encode("cp1252"), headers={"ETag": '"v1"'}))
    register = links(server, source="gias", address=server.base + "/register{day}.csv")

    summary = refresh(register)

    assert summary.failed == []
    kept = (mirror / summary.new[0].file).read_text(encoding="utf-8")
    assert "Ada Example" not in kept
    assert "HeadLastName" not in kept
    assert refresh(register).unchanged == summary.new
    assert [path.name for path in mirror.rglob("*") if path.is_file() and b"Ada" in path.read_bytes()] == []


def test_a_register_in_an_unknown_layout_is_not_kept(server: Server, refresh: Refresh, mirror: Path) -> None:
    server.says("/register20260320.csv", Answer(b"URN,HeadName\n100000,Ada Example\n"))
    (failure,) = refresh(links(server, source="gias", address=server.base + "/register{day}.csv")).failed
    assert "may name people and was not kept" in failure.reason
    assert list(mirror.rglob("*.csv")) == []


def test_an_index_of_another_maker_keeps_its_rows_and_columns(server: Server, refresh: Refresh, mirror: Path) -> None:
    mirror.mkdir()
    (mirror / "releases.csv").write_text(
        "file,source,academic_year,snapshot_date,stage,known_from,traps\nown.csv,dfe_ks2,2019,,final,2020-04-15,none\n"
    )
    server.says("/links20260320.csv", Answer(ROWS))
    refresh(links(server))
    own, new = index_of(mirror)
    assert (own["file"], own["traps"], own["sha256"]) == ("own.csv", "none", "")
    assert (new["file"], new["traps"]) == ("gias_links/links20260320.csv", "")


def test_a_folder_with_another_kind_of_index_is_left_alone(server: Server, refresh: Refresh, mirror: Path) -> None:
    mirror.mkdir()
    (mirror / "releases.csv").write_text("version,notes\n1.0,first\n")
    server.says("/links20260320.csv", Answer(ROWS))
    with pytest.raises(SupportListError, match="is no index of files"):
        refresh(links(server))
    assert (mirror / "releases.csv").read_text() == "version,notes\n1.0,first\n"


def test_a_spoilt_note_of_answers_says_what_to_do(server: Server, refresh: Refresh, mirror: Path) -> None:
    mirror.mkdir()
    (mirror / ".downloads.json").write_text("{")
    with pytest.raises(SupportListError, match="Delete it: every file is then fetched once more"):
        refresh(links(server))


def test_a_source_without_an_address_is_passed_over(server: Server, mirror: Path) -> None:
    from school_support.downloads.refresh import refresh_mirror

    summary = refresh_mirror(["school_returns", "panel_decisions"], mirror, today=TODAY)
    assert (summary.new, summary.unchanged, summary.failed) == ([], [], [])


def test_several_at_once_lose_no_row(tmp_path: Path, mirror: Path) -> None:
    def take(at: int) -> None:
        draft = tmp_path / str(at)
        draft.write_text(f"URN\n{at}\n")
        row = {"file": f"{at}.csv", "source": "gias_links", "origin": f"https://x/{at}.csv", "known_from": "2026-03-20"}
        Mirror(mirror).take(draft, row, Delivered(f'"{at}"', None, None))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take, range(40)))

    assert sorted(row["file"] for row in index_of(mirror)) == sorted(f"gias_links/{at}.csv" for at in range(40))
    assert all(Mirror(mirror).held(f"https://x/{at}.csv")[1] == {"If-None-Match": f'"{at}"'} for at in range(40))
