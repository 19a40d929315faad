"""Bring a mirror folder up to date: ask each publisher what it has, fetch what is new, and say what failed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from school_support.clock import today as today_in_england
from school_support.downloads.addresses import Addresses, DataSet, load_addresses, stage_in
from school_support.downloads.delivery import check_delivery, strip_people
from school_support.downloads.faults import DownloadFailed, NotThere
from school_support.downloads.mirror import Mirror
from school_support.downloads.publishers import Delivered, Publishers
from school_support.downloads.resolve import resolve
from school_support.downloads.wanted import Choice, Wanted


@dataclass(frozen=True)
class Downloaded:
    """A file that the mirror holds, as its index has it. `bytes` are those of the file as it is kept."""

    source: str
    file: str
    known_from: dt.date
    bytes: int


@dataclass(frozen=True)
class Failure:
    """A file, or a whole data set, that could not be had: `what` is its name or kind, `reason` a sentence."""

    source: str
    what: str
    reason: str


@dataclass
class DownloadSummary:
    """What a refresh did: files new to the mirror, files it held already, and what could not be had."""

    new: list[Downloaded] = field(default_factory=list)
    unchanged: list[Downloaded] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)


def refresh_mirror(
    sources: Sequence[str],
    folder: Path,
    *,
    on_file: Callable[[str], None] = lambda _: None,
    on_bytes: Callable[[int, int | None], None] = lambda *_: None,
    since: dt.date | None = None,
    addresses: Addresses | None = None,
    publishers: Publishers | None = None,
    today: dt.date | None = None,
) -> DownloadSummary:
    """Fetch what the publishers of some sources have that the mirror has not.

    A file that cannot be had is reported and the others go on; a source without an address (it comes by hand) is passed
    over. Run again at any time: what is there is not fetched again where the server can tell, and never kept twice.

    Args:
        sources: names of sources.
        folder: the mirror, with its releases.csv; made on first use.
        on_file: called with the name of each file before it is asked for.
        on_bytes: called with the bytes received of that file and those declared, if any.
        since: take everything since this day, not only the newest; where a publisher lists what it had.
        addresses: where the files are; those of addresses.yaml by default.
        publishers: how they are asked; over the network by default.
        today: which daily extract is the newest.

    Raises:
        SupportListError: the folder's index cannot be read.
    """
    addresses = addresses or load_addresses()
    summary = DownloadSummary()
    mirror = Mirror(folder)
    asked: AbstractContextManager[Publishers] = nullcontext(publishers) if publishers else Publishers(addresses.policy)
    with asked as connection:
        for data_set, found in _offered(sources, addresses, connection, today or today_in_england(), since):
            if isinstance(found, Failure):
                summary.failed.append(found)
                continue
            try:
                file, is_new = _first_there(found, mirror, connection, on_file, on_bytes)
            except (DownloadFailed, OSError) as error:
                summary.failed.append(Failure(data_set.source, found[0].file_name, str(error)))
                continue
            (summary.new if is_new else summary.unchanged).append(file)
    return summary


def list_wanted(
    sources: Sequence[str],
    since: dt.date | None = None,
    addresses: Addresses | None = None,
    publishers: Publishers | None = None,
    today: dt.date | None = None,
) -> tuple[list[Choice], list[Failure]]:
    """What a refresh would ask for, without fetching any file; only the publishers' lists are read."""
    addresses = addresses or load_addresses()
    wanted: list[Choice] = []
    failed: list[Failure] = []
    asked: AbstractContextManager[Publishers] = nullcontext(publishers) if publishers else Publishers(addresses.policy)
    with asked as connection:
        for _, found in _offered(sources, addresses, connection, today or today_in_england(), since):
            if isinstance(found, Failure):
                failed.append(found)
            else:
                wanted.append(found)
    return wanted, failed


def _offered(
    sources: Sequence[str],
    addresses: Addresses,
    publishers: Publishers,
    today: dt.date,
    since: dt.date | None,
) -> Iterator[tuple[DataSet, Choice | Failure]]:
    """What the publishers say they have, data set by data set; a failure where one does not say."""
    for data_set in addresses.data_sets:
        if data_set.source not in sources:
            continue
        try:
            choices = resolve(data_set, publishers, today, since)
        except DownloadFailed as error:
            yield data_set, Failure(data_set.source, data_set.kind, str(error))
            continue
        for choice in choices:
            yield data_set, choice


def _first_there(
    choice: Choice,
    mirror: Mirror,
    publishers: Publishers,
    on_file: Callable[[str], None],
    on_bytes: Callable[[int, int | None], None],
) -> tuple[Downloaded, bool]:
    for wanted in choice[:-1]:
        try:
            return _fetched(wanted, mirror, publishers, on_file, on_bytes)
        except NotThere:
            continue
    try:
        return _fetched(choice[-1], mirror, publishers, on_file, on_bytes)
    except NotThere as error:
        if len(choice) == 1:
            raise
        raise NotThere(f"{error} Nor has it any of the {len(choice) - 1} files that would be newer.") from None


def _fetched(
    wanted: Wanted,
    mirror: Mirror,
    publishers: Publishers,
    on_file: Callable[[str], None],
    on_bytes: Callable[[int, int | None], None],
) -> tuple[Downloaded, bool]:
    """Fetch one file into the mirror, and say whether it is new there."""
    on_file(wanted.file_name)
    with mirror.draft() as draft:
        row, known = mirror.held(wanted.address)
        is_new = False
        delivered = publishers.fetch(wanted.address, draft, wanted.largest_bytes, known, on_bytes)
        if delivered is not None:
            inner = check_delivery(draft, wanted.address)
            row = _row(wanted, delivered, inner)
            stripped = draft.with_suffix(".stripped")
            try:
                is_stripped = strip_people(draft, wanted.source, row["file"], stripped)
                row, is_new = mirror.take(stripped if is_stripped else draft, row, delivered)
            finally:
                stripped.unlink(missing_ok=True)
    if row is None:
        raise AssertionError("a file is not modified only where the mirror holds it")
    path = mirror.folder / row["file"]
    return Downloaded(wanted.source, row["file"], dt.date.fromisoformat(row["known_from"]), path.stat().st_size), is_new


def _row(wanted: Wanted, delivered: Delivered, inner: str | None) -> dict[str, str]:
    """The index row of a fetched file.

    Raises:
        DownloadFailed: nothing says since when it is known, or which stage it is.
    """
    file_name, stage = wanted.file_name, wanted.stage
    if wanted.named_by_publisher:
        names = [name for name in (delivered.name, inner) if name]
        stage = stage_in(" ".join(names)) or stage
        if stage is None:
            raise DownloadFailed(
                f"{wanted.address} sent a file named {' and '.join(names) or 'nothing'}, which does not say "
                "provisional, revised or final. Take it by hand, and enter it in an index with its stage."
            )
        file_name = f"{file_name}_{names[0]}" if names else f"{file_name}.csv"
    known_from, basis = wanted.known_from, wanted.known_from_basis
    if known_from is None:
        known_from, basis = delivered.modified_on, "Last-Modified of the file"
    if known_from is None:
        raise DownloadFailed(
            f"{wanted.address}: neither the publisher's page nor the file (Last-Modified) says when it came out, and "
            "that is not guessed. Take it by hand, and enter it in an index with the day of its publication."
        )
    if wanted.snapshot_date is not None and known_from < wanted.snapshot_date:
        raise DownloadFailed(
            f"{wanted.address} tells of {wanted.snapshot_date}, and would have come out before that, on {known_from} "
            f"({basis})."
        )
    return {
        "file": file_name,
        "source": wanted.source,
        "academic_year": str(wanted.academic_year or ""),
        "snapshot_date": str(wanted.snapshot_date or ""),
        "stage": stage or "",
        "known_from": str(known_from),
        "known_from_basis": basis or "",
        "coverage": wanted.coverage,
        "origin": wanted.address,
    }
