"""Who was sent what, when: records that letters left, and tells which did."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from psycopg import Connection
from psycopg.rows import class_row

from school_support.clock import today
from school_support.errors import SupportListError
from school_support.warehouse.connection import connect

Way = Literal["e-mail", "post", "portal", "by hand"]
WAYS: tuple[str, ...] = get_args(Way)
# Two recordings of one posting at once would both find nothing recorded.
DISPATCH_LOCK = 720_013
NAMED_EDITION = re.compile(r"(?P<authority>[0-9]{3})/(?P<list_year>[0-9]{4})(?:/(?P<edition>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Posting:
    """Whose letters: those of an edition, or the drafts of a candidate (`edition_id` None)."""

    candidate_id: int
    edition_id: int | None
    said: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many letters were recorded as sent, and how many stood recorded already."""

    recorded: int
    stood_already: int


@dataclass(frozen=True, slots=True)
class SchoolPost:
    """A letter, or a school without one (`kind` None), and one sending of it; times are aware."""

    urn: str
    school_name: str
    kind: str | None
    list_year: int
    edition: int | None
    addressed_to: str | None
    written_at: datetime | None
    sha256: str | None
    sent_on: date | None
    channel: str | None
    recorded_by: str | None


def posting_of_edition(named: str) -> Posting:
    """The posting of an edition that a person names.

    Args:
        named: 999/2027 for the current edition of a list, 999/2027/2 for its second, or the edition's id.

    Raises:
        SupportListError: there is no such edition.
    """
    parts = NAMED_EDITION.fullmatch(named)
    if parts is None and not named.isdecimal():
        raise SupportListError(f"{named!r} names no edition: say 999/2027, 999/2027/2, or the id.")
    wanted = parts.groupdict() if parts else {"authority": None, "list_year": None, "edition": None}
    with connect("support_publisher") as connection:
        found = connection.execute(
            """
            select edition.candidate_id, edition.edition_id, edition.edition, edition.authority, edition.list_year
            from publication.edition
            left join publication.current_edition as is_current using (edition_id)
            where case
                when %(id)s::bigint is not null then edition.edition_id = %(id)s
                when %(edition)s::integer is null
                    then edition.authority = %(authority)s and edition.list_year = %(list_year)s::integer
                    and is_current.edition_id is not null
                else edition.authority = %(authority)s and edition.list_year = %(list_year)s::integer
                    and edition.edition = %(edition)s::integer
            end
            """,
            wanted | {"id": None if parts else int(named)},
        ).fetchone()
    if found is None:
        raise SupportListError(f"There is no edition {named}. `support-list status` shows what is published.")
    candidate_id, edition_id, edition, authority, list_year = found
    return Posting(candidate_id, edition_id, f"edition {edition} of list year {list_year}, authority {authority}")


def posting_of_candidate(candidate_id: int) -> Posting:
    """The posting of a candidate's draft letters; whether there are any is asked later."""
    return Posting(candidate_id, None, f"the draft of candidate {candidate_id}")


def record_dispatch(
    posting: Posting, sent_on: date, channel: str, urns: Sequence[str] | None = None, *, person: str
) -> Recorded:
    """Record that letters were sent: of each school the newest that was written by that day, a row a letter.

    A letter that is recorded for the same day and way already stays recorded once.

    Args:
        urns: only these schools; none: every school that has a letter in the posting.
        person: who records it.

    Raises:
        SupportListError: the day is to come, the way is none that is known, or a letter was not written by then.
    """
    if sent_on > today():
        raise SupportListError(f"{sent_on:%-d %B %Y} is to come: a letter is recorded once it was sent.")
    if channel not in WAYS:
        raise SupportListError(f"{channel!r} is no way that letters go: {', '.join(WAYS)}.")
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (DISPATCH_LOCK,))
        written = _written_by(connection, posting, sent_on)
        wanted = list(dict.fromkeys(urns)) if urns else list(written)
        never = [urn for urn in wanted if urn not in written]
        if never or not wanted:
            whose = f"to {', '.join(never)} " if never else ""
            raise SupportListError(
                f"No letter {whose}of {posting.said} was written by {sent_on:%-d %B %Y}, so none can have been sent. "
                "`support-list letters write` writes them; `letters list` shows them."
            )
        made = connection.execute(
            """
            insert into publication.dispatch (letter_id, sent_on, channel, recorded_by)
            select letter_id, %(sent_on)s, %(channel)s, %(person)s
            from unnest(%(letters)s::bigint[]) as sent (letter_id)
            where not exists (
                select 1 from publication.dispatch as earlier
                where earlier.letter_id = sent.letter_id
                    and earlier.sent_on = %(sent_on)s and earlier.channel = %(channel)s
            )
            """,
            {"letters": [written[urn] for urn in wanted], "sent_on": sent_on, "channel": channel, "person": person},
        ).rowcount
        return Recorded(made, len(wanted) - made)


def read_post(posting: Posting) -> list[SchoolPost]:
    """Every school of a list with the letter that holds for it and its sendings, by URN.

    For a school that a correction left alone that is the letter of an earlier edition.
    """
    with connect("support_publisher") as connection:
        return (
            connection.cursor(row_factory=class_row(SchoolPost))
            .execute(
                """
                select list.urn, list.school_name, letter.kind, candidate.list_year, edition.edition, letter.addressed_to,
                    letter.written_at, letter.sha256, dispatch.sent_on, dispatch.channel, dispatch.recorded_by
                from publication.candidate
                inner join publication.support_list as list using (candidate_id)
                left join lateral (
                    select letter.*
                    from publication.letter
                    inner join publication.candidate as theirs on letter.candidate_id = theirs.candidate_id
                    where letter.urn = list.urn and case
                        when %(edition)s::bigint is null
                            then letter.candidate_id = candidate.candidate_id and letter.kind = 'draft'
                        else theirs.authority = candidate.authority and theirs.list_year = candidate.list_year
                            and letter.edition_id <= %(edition)s
                    end
                    order by letter.edition_id desc nulls last, letter.letter_id desc
                    limit 1
                ) as letter on true
                left join publication.edition on letter.edition_id = edition.edition_id
                left join publication.dispatch on letter.letter_id = dispatch.letter_id
                where candidate.candidate_id = %(candidate)s
                order by list.urn, dispatch.sent_on, dispatch.dispatch_id
                """,
                {"candidate": posting.candidate_id, "edition": posting.edition_id},
            )
            .fetchall()
        )


def read_school_post(urn: str) -> list[SchoolPost]:
    """Every letter ever written to a school and its sendings, oldest first."""
    with connect("support_publisher") as connection:
        return (
            connection.cursor(row_factory=class_row(SchoolPost))
            .execute(
                """
                select letter.urn, list.school_name, letter.kind, candidate.list_year, edition.edition, letter.addressed_to,
                    letter.written_at, letter.sha256, dispatch.sent_on, dispatch.channel, dispatch.recorded_by
                from publication.letter
                inner join publication.candidate using (candidate_id)
                inner join publication.support_list as list using (candidate_id, urn)
                left join publication.edition using (edition_id)
                left join publication.dispatch using (letter_id)
                where letter.urn = %s
                order by letter.letter_id, dispatch.sent_on, dispatch.dispatch_id
                """,
                (urn,),
            )
            .fetchall()
        )


def _written_by(connection: Connection, posting: Posting, day: date) -> dict[str, int]:
    """The newest letter of each school that was written by a day, by URN."""
    rows = connection.execute(
        """
        select distinct on (urn) urn, letter_id
        from publication.letter
        where candidate_id = %(candidate)s and edition_id is not distinct from %(edition)s
            and (written_at at time zone 'Europe/London')::date <= %(day)s
        order by urn, letter_id desc
        """,
        {"candidate": posting.candidate_id, "edition": posting.edition_id, "day": day},
    ).fetchall()
    return {urn: int(letter_id) for urn, letter_id in rows}
