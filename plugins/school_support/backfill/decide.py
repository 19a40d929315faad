"""Complete a staged backfill, or cancel it."""

from __future__ import annotations

import getpass

from school_support.backfill.record import Backfill, read_backfill
from school_support.backfill.stage import BACKFILL_LOCK, refuse_taken, said_by
from school_support.backfill.standing import read_standing
from school_support.errors import SupportListError
from school_support.warehouse.connection import connect
from school_support.warehouse.dbt_alone import BUILD_LOCK
from school_support.warehouse.housekeeping import forget_marts


def complete(backfill_id: int) -> Backfill:
    """Let the assessments of a staged backfill stand for their list years, in one transaction; once more changes nothing.

    Editions stay as they are, and for a list year that has one the edition remains what counts. What stood before keeps its
    rows.

    Raises:
        SupportListError: no such backfill, it is not staged, or what was compared is no longer what there is.
    """
    with connect("support_publisher") as connection:
        # Two that are completed at once would each be compared with what stood before the other.
        connection.execute("select pg_advisory_xact_lock(%s)", (BACKFILL_LOCK,))
        refuse_taken(connection, backfill_id)
        backfill = read_backfill(connection, backfill_id)
        if backfill.status == "completed":
            return backfill
        if backfill.status != "staged":
            raise SupportListError(
                f"Backfill {backfill_id} is {backfill.in_words}: only a staged one can be completed."
            )
        again = "Give the command of the backfill again, which compares anew"
        for year in backfill.years:
            if said_by(connection, year.assessment_id) != year.content_hash:
                raise SupportListError(
                    f"Assessment {year.assessment_id} of list year {year.list_year} no longer says what was compared. {again}."
                )
            standing = read_standing(connection, backfill.authority, year.list_year)
            if (standing and standing.name, standing and standing.content_hash) != (year.beside, year.beside_hash):
                raise SupportListError(
                    f"Since backfill {backfill_id} was compared, {standing.name if standing else 'nothing'} stands for list year "
                    f"{year.list_year} where {year.beside or 'nothing'} stood. {again}."
                )
            connection.execute(
                """
                insert into control.standing_assessment (authority, list_year, assessment_id, backfill_id, content_hash)
                values (%s, %s, %s, %s, %s)
                on conflict (authority, list_year) do update set assessment_id = excluded.assessment_id,
                    backfill_id = excluded.backfill_id, content_hash = excluded.content_hash
                """,
                (backfill.authority, year.list_year, year.assessment_id, backfill_id, year.content_hash),
            )
        connection.execute(
            "update control.backfill set status = 'completed', ended_at = now(), ended_by = %s where backfill_id = %s",
            (getpass.getuser(), backfill_id),
        )
        return read_backfill(connection, backfill_id)


def cancel(backfill_id: int) -> list[int]:
    """Take the rows of a backfill that was not completed out of the marts, in one transaction; its record stays.

    Waits for a build to end. What another backfill, or a built assessment of a later year, rests on keeps its rows.

    Returns:
        The assessments that have no rows any more.

    Raises:
        SupportListError: no such backfill, or it was completed.
    """
    with connect("support_transformer") as connection:
        refuse_taken(connection, backfill_id)
        # A build that goes on although who asked for it was killed.
        connection.execute("select pg_advisory_xact_lock(%s)", (BUILD_LOCK,))
        connection.execute("select pg_advisory_xact_lock(%s)", (BACKFILL_LOCK,))
        backfill = read_backfill(connection, backfill_id)
        if backfill.status == "cancelled":
            return []
        if backfill.status == "completed":
            raise SupportListError(
                f"Backfill {backfill_id} is {backfill.in_words}, and lists may rest on it. To change what stands, complete another."
            )
        unused = [
            int(assessment_id)
            for (assessment_id,) in connection.execute(
                """
                with own as (select assessment_id from control.backfill_year where backfill_id = %(backfill)s)
                select assessment_id from own
                where assessment_id not in (
                    select assessment_id from control.backfill_year inner join control.backfill using (backfill_id)
                    where backfill_id <> %(backfill)s and status <> 'cancelled'
                )
                and not exists (
                    select from control.assessment as later
                    where later.previous_assessment_id = own.assessment_id and later.built_at is not null
                        and later.assessment_id not in (select assessment_id from own)
                )
                order by assessment_id
                """,
                {"backfill": backfill_id},
            )
        ]
        forget_marts(connection, unused)
        connection.execute(
            "update control.backfill set status = 'cancelled', ended_at = now(), ended_by = %s where backfill_id = %s",
            (getpass.getuser(), backfill_id),
        )
    return unused
