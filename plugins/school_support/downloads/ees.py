"""Data sets of Explore Education Statistics: versions of its public API, and files of its catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from school_support.downloads.addresses import EesCatalogueFile, EesDataSet, academic_year_in, stage_in
from school_support.downloads.days import day_of
from school_support.downloads.faults import DownloadFailed, NotThere
from school_support.downloads.publishers import Publishers
from school_support.downloads.wanted import Choice, Wanted

MOST_PAGES = 100
PAGE_SIZE = 20


def resolve(data_set: EesDataSet, publishers: Publishers, since: dt.date | None) -> list[Choice]:
    """The version published last, or all published since a day, newest first. Withdrawn versions are left out.

    Raises:
        DownloadFailed: the data set is gone, or a version does not say when it was published, for which year or
            which stage.
    """
    return [
        (_version(data_set, published, identity, version),)
        for at, (published, identity, version) in enumerate(_versions(data_set, publishers))
        if at == 0 or (since is not None and published >= since)
    ]


def resolve_file(data_set: EesCatalogueFile, publishers: Publishers) -> list[Choice]:
    """The file as it now stands in the catalogue, described by the release it belongs to.

    Raises:
        DownloadFailed: the file is gone, or its release does not say when it was published, for which year or
            which stage.
    """
    address = f"{data_set.content}/data-set-files/{data_set.file}"
    release = _part(publishers.page(address), "release")
    published = day_of(release.get("published"))
    if published is None:
        raise DownloadFailed(f"{address} does not say when its release was published.")
    title = str(release.get("title", ""))
    return [
        (
            Wanted(
                source=data_set.source,
                address=f"{address}/download",
                file_name=f"{data_set.name}_{published:%Y-%m-%d}.csv",
                coverage=data_set.coverage,
                largest_bytes=data_set.largest,
                academic_year=_year_of(title, address),
                stage=_stage_of(title, data_set.stage, address),
                known_from=published,
                known_from_basis=f"the publisher's date of release {title!r}",
            ),
        )
    ]


def _versions(data_set: EesDataSet, publishers: Publishers) -> list[tuple[dt.date, str, dict[str, Any]]]:
    """Day of publication, id of the data set and description of each version that can be had, newest first."""
    identity = data_set.data_set or _found(data_set, publishers)
    address = f"{data_set.api}/data-sets/{identity}/versions"
    versions = []
    for version in _results(address, publishers):
        if version.get("status") == "Withdrawn":
            continue
        published = day_of(version.get("published"))
        if published is None or not version.get("version"):
            raise DownloadFailed(f"{address} lists a version without its number or its day of publication.")
        versions.append((published, identity, version))
    if not versions:
        raise NotThere(f"{address} lists no version that is still published: the publisher has withdrawn the data set.")
    return sorted(versions, key=lambda found: (found[0], _numbers(found[2])), reverse=True)


def _numbers(version: dict[str, Any]) -> tuple[int, ...]:
    """The parts of a version number, for 1.10 comes after 1.9."""
    return tuple(int(part) for part in str(version["version"]).split(".") if part.isdigit())


def _version(data_set: EesDataSet, published: dt.date, identity: str, version: dict[str, Any]) -> Wanted:
    number = str(version["version"])
    address = f"{data_set.api}/data-sets/{identity}/csv?dataSetVersion={number}"
    title = str(_part(version, "release").get("title", ""))
    covered = str(_part(version, "timePeriods").get("end", ""))
    return Wanted(
        source=data_set.source,
        address=address,
        file_name=f"{data_set.name}_v{number}.csv",
        coverage=data_set.coverage,
        largest_bytes=data_set.largest,
        academic_year=_year_of(covered, address),
        stage=_stage_of(title, data_set.stage, address),
        known_from=published,
        known_from_basis=f"the publisher's date of version {number}",
    )


def _found(data_set: EesDataSet, publishers: Publishers) -> str:
    """The id of the data set that a publication lists under a title."""
    publications = list(_results(f"{data_set.api}/publications", publishers))
    ids = [str(found.get("id")) for found in publications if found.get("slug") == data_set.publication]
    if not ids:
        raise NotThere(
            f"{data_set.api}/publications lists {len(publications)} publications, and {data_set.publication} is not "
            "among them. Look it up in the data catalogue and correct addresses.yaml."
        )
    address = f"{data_set.api}/publications/{ids[0]}/data-sets"
    offered = list(_results(address, publishers))
    wanted = [str(found.get("id")) for found in offered if found.get("title") == data_set.title]
    if len(wanted) != 1:
        titles = "; ".join(str(found.get("title")) for found in offered)
        raise NotThere(
            f"{address} lists {len(wanted)} data sets with the title {data_set.title!r}; it has: {titles}. "
            "Correct the title in addresses.yaml, or give the id there."
        )
    return wanted[0]


def _results(address: str, publishers: Publishers) -> Iterator[dict[str, Any]]:
    """What a paged list holds, page after page."""
    for at in range(1, MOST_PAGES + 1):
        page = publishers.page(f"{address}?page={at}&pageSize={PAGE_SIZE}")
        results = page.get("results") if isinstance(page, dict) else None
        if not isinstance(results, list):
            raise DownloadFailed(f"{address} has no list of results any more: the interface has changed.")
        yield from (result for result in results if isinstance(result, dict))
        pages = _part(page, "paging").get("totalPages")
        if not isinstance(pages, int):
            raise DownloadFailed(f"{address} does not say how many pages it has: the interface has changed.")
        if at >= pages:
            return
    raise DownloadFailed(f"{address} has more than {MOST_PAGES} pages; a list like that was not expected.")


def _part(page: object, name: str) -> dict[str, Any]:
    part = page.get(name) if isinstance(page, dict) else None
    return part if isinstance(part, dict) else {}


def _year_of(words: str, address: str) -> int:
    year = academic_year_in(words)
    if year is None:
        raise DownloadFailed(f"{address}: the publisher's words {words!r} name no academic year such as 2024/25.")
    return year


def _stage_of(title: str, otherwise: str | None, address: str) -> str:
    stage = stage_in(title) or otherwise
    if stage is None:
        raise DownloadFailed(
            f"{address}: the release's title {title!r} does not say provisional, revised or final. Look at the "
            "release and write its stage into addresses.yaml."
        )
    return stage
