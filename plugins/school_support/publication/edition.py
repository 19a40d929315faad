"""Publish an approved candidate as the next numbered edition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from school_support.assessment.rulesets import refuse_changed
from school_support.errors import SupportListError
from school_support.publication.manifest import canonical, make_manifest, manifest_hash
from school_support.quality.gate import check_approval
from school_support.quality.history import in_history
from school_support.warehouse.connection import connect

# Two publications at once would take the same number.
PUBLISH_LOCK = 720_004


@dataclass(frozen=True)
class Published:
    """An edition. `is_new` is false when the current edition already said the same."""

    edition_id: int
    authority: str
    list_year: int
    edition: int
    content_hash: str
    is_new: bool


@in_history("publication", lambda candidate_id, reason=None: f"candidate {candidate_id}")
def publish_candidate(candidate_id: int, reason: str | None = None) -> Published:
    """Make an approved candidate the current edition of its authority and list year, in one transaction.

    A candidate that says what the current edition says publishes nothing. Readers of the `bi` views see the old
    edition until the commit and the new one after it.

    Args:
        reason: why it replaces the current edition, as schools will read it; a correction needs one.

    Raises:
        GateFailed: the gate before publication: it was not approved as it should be, or is not what was approved.
        SupportListError: no such candidate, an earlier edition used its ruleset with other rows, or it replaces an
            edition without a reason.
    """
    with connect("support_publisher") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (PUBLISH_LOCK,))
        candidate = _candidate(connection, candidate_id)
        current = _current(connection, candidate["authority"], candidate["list_year"])
        if current and current.content_hash == candidate["content_hash"]:
            return current
        if current and not (reason or "").strip():
            raise SupportListError(
                f"Candidate {candidate_id} would replace edition {current.edition} of list year {current.list_year}: say why, "
                "in words that schools will read (the parameter `reason` of publish_support_list)."
            )
        approval = _approval(connection, check_approval(candidate_id))
        if candidate["ruleset_hash"]:
            refuse_changed(connection, candidate["ruleset"], candidate["ruleset_hash"])
        replaces = (
            {"edition": current.edition, "content_hash": current.content_hash, "reason": reason} if current else None
        )
        [(number, published_at)] = connection.execute(
            "select 1 + coalesce(max(edition), 0), now() from publication.edition where authority = %s and list_year = %s",
            (candidate["authority"], candidate["list_year"]),
        ).fetchall()
        manifest = make_manifest(connection, candidate_id, candidate, approval, replaces) | {
            "edition": number,
            "published_at": published_at,
        }
        made = connection.execute(
            """
            insert into publication.edition (authority, list_year, edition, candidate_id, content_hash, approval_id,
                demonstration, replaces_edition_id, reason, circulation, published_at, manifest, manifest_sha256)
            values (%(authority)s, %(list_year)s, %(edition)s, %(candidate_id)s, %(content_hash)s, %(approval_id)s,
                %(demonstration)s, %(replaces)s, %(reason)s, %(circulation)s, %(published_at)s, %(manifest)s,
                %(manifest_sha256)s)
            returning edition_id
            """,
            {
                **candidate,
                **approval,
                "candidate_id": candidate_id,
                "edition": number,
                "published_at": published_at,
                "replaces": current.edition_id if current else None,
                "reason": reason if current else None,
                "circulation": manifest.get("circulation"),
                "manifest": canonical(manifest).decode(),
                "manifest_sha256": manifest_hash(manifest),
            },
        ).fetchone()
        assert made is not None  # noqa: S101  # returning gives a row
        if candidate["ruleset_hash"] and not approval["demonstration"]:
            connection.execute(
                "insert into control.settled_ruleset (ruleset, ruleset_hash, authority, list_year, edition) "
                "values (%(ruleset)s, %(ruleset_hash)s, %(authority)s, %(list_year)s, %(edition)s) on conflict do nothing",
                {**candidate, "edition": number},
            )
        connection.execute(
            "insert into publication.current_edition (authority, list_year, edition_id) values (%s, %s, %s) "
            "on conflict (authority, list_year) do update set edition_id = excluded.edition_id",
            (candidate["authority"], candidate["list_year"], made[0]),
        )
        return Published(
            made[0], candidate["authority"], candidate["list_year"], number, candidate["content_hash"], True
        )


def _candidate(connection: Connection, candidate_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(
            "select candidate_id, candidate.authority, candidate.list_year, candidate.as_at, candidate.decisions_as_at, candidate.ruleset, "
            "ruleset_hash, content_hash, form, assessment_id, purpose, input_hash, previous_assessment_id, "
            "built_by_os_user, built_by, demonstration, candidate.built_at "
            "from publication.candidate inner join control.assessment using (assessment_id) where candidate_id = %s",
            (candidate_id,),
        ).fetchone()
    if found is None:
        raise SupportListError(f"There is no candidate {candidate_id}.")
    return found


def _current(connection: Connection, authority: str, list_year: int) -> Published | None:
    found = connection.execute(
        "select edition_id, edition.edition, content_hash from publication.current_edition "
        "inner join publication.edition using (edition_id, authority, list_year) where authority = %s and list_year = %s",
        (authority, list_year),
    ).fetchone()
    return Published(found[0], authority, list_year, found[1], found[2], False) if found else None


def _approval(connection: Connection, approval_id: int) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        decided = cursor.execute(
            "select approval_id, decision, content_hash as approved_hash, coalesce(person, os_user) as person, os_user, "
            "session_user_name, demonstration, channel, run_id, note, decided_at from publication.approval "
            "where approval_id = %s",
            (approval_id,),
        ).fetchone()
    assert decided is not None  # noqa: S101  # the gate found it
    return decided


def past_of_list(authority: str, list_year: int) -> int | None:
    """The assessment that is the past of a list: behind the current edition of the list year before, else the backfilled
    one that stands for that year; none if there is neither.
    """
    with connect("support_publisher") as connection:
        [(found,)] = connection.execute(
            """
            select coalesce(
                (
                    select candidate.assessment_id
                    from publication.current_edition
                    inner join publication.candidate using (candidate_id, authority, list_year)
                    where authority = %(authority)s and list_year = %(list_year)s
                ),
                (
                    select assessment_id from control.standing_assessment
                    where authority = %(authority)s and list_year = %(list_year)s
                )
            )
            """,
            {"authority": authority, "list_year": list_year - 1},
        ).fetchall()
    return None if found is None else int(found)
