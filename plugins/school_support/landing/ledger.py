"""What people decide about releases after they came in: one is withdrawn, or let out of quarantine to be read again."""

from __future__ import annotations

import difflib
import getpass
from dataclasses import dataclass
from datetime import date

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.errors import SupportListError
from school_support.warehouse.connection import connect

SHA256_LENGTH = 64


@dataclass(frozen=True)
class LedgerRelease:
    """A release as the ledger has it."""

    release_id: int
    source: str
    file_name: str
    sha256: str
    status: str
    known_from: date


@dataclass(frozen=True)
class EditionMade:
    """A published edition whose assessment was allowed to read a release; `usage` says for what."""

    authority: str
    list_year: int
    edition: int
    is_current: bool
    usage: str


def find_release(named: str) -> LedgerRelease:
    """The release with this id, file name, or beginning of its sha256.

    Raises:
        SupportListError: there is none, or there are several; the message names the nearest.
    """
    with connect("support_loader") as connection:
        return _find(connection, named)


def withdraw(named: str, reason: str, from_day: date | None = None) -> tuple[LedgerRelease, list[EditionMade]]:
    """Withdraw an accepted release, and list the editions that were made with it.

    Editions stay as they are: they were published, and can be rebuilt from what they pinned. Assessments made from now
    on do not read it: none at all, or with `from_day`, the day the publisher withdrew it, none as at that day or later.

    Raises:
        SupportListError: no such release, it is not accepted, or no reason is given.
    """
    if not reason.strip():
        raise SupportListError("Say why the release is withdrawn: the reason stands in the ledger for good.")
    with connect("support_loader") as connection:
        release = _find(connection, named)
        if release.status != "accepted":
            raise SupportListError(
                f"{release.file_name} is {release.status}; only an accepted release can be withdrawn, for no other is used."
            )
        connection.execute(
            "update landing.release set status = 'withdrawn', withdrawn_from = %s, withdrawn_reason = %s, withdrawn_by = %s, "
            "withdrawn_at = now() where release_id = %s",
            (from_day, reason, getpass.getuser(), release.release_id),
        )
        _log(connection, release, "withdrawn", reason)
    return release, editions_made_with(release.release_id)


def release_from_quarantine(named: str, reason: str) -> LedgerRelease:
    """Put a quarantined release back to `landed`: the next ingest reads and judges it under the contracts of that day.

    Raises:
        SupportListError: no such release, it is not quarantined, or no reason is given.
    """
    if not reason.strip():
        raise SupportListError("Say why it is let out: what was corrected, the contract or the index?")
    with connect("support_loader") as connection:
        release = _find(connection, named)
        if release.status != "quarantined":
            raise SupportListError(f"{release.file_name} is {release.status}, not quarantined.")
        connection.execute("delete from landing.fault where release_id = %s", (release.release_id,))
        connection.execute(
            "update landing.release set status = 'landed', reason = null where release_id = %s", (release.release_id,)
        )
        _log(connection, release, "released", reason)
    return release


def editions_made_with(release_id: int) -> list[EditionMade]:
    """Every edition whose assessment had a release among those it might read."""
    with connect("support_publisher") as connection:
        rows = connection.execute(
            """
            select edition.authority, edition.list_year, edition.edition, current_edition.edition_id is not null, pinned.usage
            from control.assessment_release as pinned
            inner join publication.candidate using (assessment_id)
            inner join publication.edition using (candidate_id)
            left join publication.current_edition using (edition_id)
            where pinned.release_id = %s
            order by edition.authority, edition.list_year, edition.edition
            """,
            (release_id,),
        ).fetchall()
    return [EditionMade(*row) for row in rows]


def _find(connection: Connection, named: str) -> LedgerRelease:
    columns = "release_id, source, file_name, sha256, status, known_from"
    is_hash = 6 <= len(named) <= SHA256_LENGTH and all(letter in "0123456789abcdef" for letter in named)
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            f"select {columns} from landing.release where file_name = %(named)s or release_id::text = %(named)s "  # noqa: S608
            "or (%(is_hash)s and starts_with(sha256, %(named)s)) order by release_id",
            {"named": named, "is_hash": is_hash},
        ).fetchall()
        if len(found) == 1:
            return LedgerRelease(**found[0])
        if found:
            several = ", ".join(f"{row['file_name']} ({row['sha256'][:8]}, id {row['release_id']})" for row in found)
            raise SupportListError(f"{named} is the name of several releases: {several}. Give the id of one.")
        names = [row["file_name"] for row in cursor.execute("select file_name from landing.release order by 1")]
    near = difflib.get_close_matches(named, names, n=3, cutoff=0.3)
    hint = f" Did you mean {' or '.join(near)}?" if near else " The ledger is empty." if not names else ""
    raise SupportListError(f"There is no release {named} in the ledger.{hint}")


def _log(connection: Connection, release: LedgerRelease, event: str, reason: str) -> None:
    connection.execute(
        "insert into landing.release_event (release_id, event, reason, os_user) values (%s, %s, %s, %s)",
        (release.release_id, event, reason, getpass.getuser()),
    )
