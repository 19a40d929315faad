"""When issues of sources are expected, as the seed calendar_release.csv has it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from school_support.errors import SupportListError
from school_support.settings import settings

DAY = timedelta(days=1)
COLUMNS = ("source", "stage", "academic_year", "expected_from", "expected_by", "certainty", "basis")


@dataclass(frozen=True)
class Expected:
    """The first and last day on which an issue is expected; `announced` where the publisher has named the day."""

    first_day: date
    last_day: date
    announced: bool


ReleaseCalendar = Mapping[tuple[str, str, int], Expected]


def expected_releases(path: Path | None = None) -> dict[tuple[str, str, int], Expected]:
    """What is expected when, by source, stage and academic year. A year without a row follows the source's contract.

    Raises:
        SupportListError: a row is not as it has to be; the message names its line.
    """
    path = path or settings().dbt_project / "seeds" / "calendar_release.csv"
    found: dict[tuple[str, str, int], Expected] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            try:
                issue = row["source"], row["stage"], int(row["academic_year"])
                expected = Expected(
                    date.fromisoformat(row["expected_from"]),
                    date.fromisoformat(row["expected_by"]),
                    {"known": True, "pattern": False}[row["certainty"]],
                )
            except (KeyError, TypeError, ValueError) as error:
                raise SupportListError(
                    f"{path}, line {line}: {error!r}. Each row has {', '.join(COLUMNS)}; days are YYYY-MM-DD, certainty is "
                    "known or pattern."
                ) from error
            if issue in found:
                raise SupportListError(f"{path}, line {line}: a second row for {issue[0]}, {issue[1]}, {issue[2]}.")
            if expected.last_day < expected.first_day:
                raise SupportListError(
                    f"{path}, line {line}: it is expected by a day before the first it is expected on."
                )
            found[issue] = expected
    return found


def days_after_releases(releases: ReleaseCalendar) -> list[date]:
    """The days after those on which something is expected, each once, in order."""
    days = set()
    for expected in releases.values():
        for number in range((expected.last_day - expected.first_day).days + 1):
            days.add(expected.first_day + DAY * (number + 1))
    return sorted(days)
