"""Links between URNs, with the gaps that the real links file has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from school_support.sample.schools import Establishment, How, Link

# Link types as (to the old school, to the new school).
LINK_TYPES: dict[How, tuple[str, str]] = {
    "converts": ("Predecessor", "Successor"),
    "sponsored": ("Predecessor", "Successor"),
    "amalgamates": ("Predecessor - amalgamated", "Successor - amalgamated"),
    "splits": ("Predecessor - Split School", "Successor - Split School"),
    "absorbs": ("Predecessor - merged", "Successor - merged"),
}

# In the real file a quarter of the links have no date, one in seventy has no successor link to match its
# predecessor link, and a few the other way round. Counting pairs keeps that true without chance.
UNDATED_EVERY = 5
NO_SUCCESSOR_EVERY = 67
NO_PREDECESSOR_EVERY = 151
FIRST_GAP = 11  # early enough for Fenmere, which comes first, to have a gap of each sort


def register_links(establishments: Sequence[Establishment]) -> list[Link]:
    """Both directions of every change of URN, some undated, some in one direction only."""
    pairs = [(school, old) for school in establishments for old in school.predecessors]
    return [link for count, (new, old) in enumerate(pairs, start=1) for link in _pair(count, new, old)]


def _pair(count: int, new: Establishment, old: Establishment) -> Iterator[Link]:
    to_old, to_new = LINK_TYPES[new.plan.how]
    closed = old.closed
    if closed is None:
        raise ValueError(f"{old.name} has a successor and no closing date")
    opened = new.opened if new.plan.how != "absorbs" else closed + dt.timedelta(days=1)
    undated = count % UNDATED_EVERY == 0
    if (count - 2 * FIRST_GAP) % NO_PREDECESSOR_EVERY:
        yield Link(new.urn, old.urn, to_old, None if undated else opened, closed)
    if (count - FIRST_GAP) % NO_SUCCESSOR_EVERY:
        yield Link(old.urn, new.urn, to_new, None if undated else closed, closed)


def links_known(links: Iterable[Link], day: dt.date) -> list[Link]:
    """Links in the file of a day: changes that have happened and those of the next few months."""
    return [link for link in links if link.known_with <= day + dt.timedelta(days=120)]
