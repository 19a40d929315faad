"""The fingerprint of a release's rows in raw: taken when gate 1 accepts it, and again when gate 2 reads it."""

from __future__ import annotations

# A row as text without the columns at its end that are empty, so that a column which raw gains later changes nothing; the sum (a numeric,
# which cannot overflow) does not depend on the order of rows.
FINGERPRINT = "sum(hashtextextended(rtrim(entry::text, ',)'), 0))"


def fingerprint(source: str, release_id: int) -> str:
    """The query that gives one number for the rows of a release, null where it has none."""
    return f"select {FINGERPRINT} from raw.{source} as entry where _release_id = {release_id}"  # noqa: S608
