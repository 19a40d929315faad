"""Gate 2 over schools, read against the register's files: `publication.school` beside `raw`."""

from __future__ import annotations

from school_support.quality.evidence import REGISTERS, registers
from school_support.quality.rules import DATA_ENGINEER, Candidate, Rule, no_rows

FOLLOW = (
    "Follow the URN from the register's file through staging and intermediate.int_register__schools: the school was changed, "
    "lost or put in on the way. Mend the model, and build the assessment again."
)
SOURCE = "substring(batch.register_release from '^[a-z_]+')"
# What the newest register file known on the day says of each school.
NEWEST = """
    newest as materialized (
        select distinct on (urn) * from entries where usage = 'known' order by urn, known_from desc, sha8
    )
"""


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    files = f"{registers(candidate)},{NEWEST}"
    dated = ", ".join(f"'{source}'" for source in REGISTERS)

    def rule(name: str, sentence: str, query: str) -> Rule:
        return Rule(name, DATA_ENGINEER, "critical", sentence, FOLLOW, no_rows(f", {files}\n{query}"))

    return [
        rule(
            "is_in_its_register",
            "The register file that a school names lists it, under the same name, LAESTAB and type.",
            f"""
            select batch.urn, batch.school_name, batch.laestab, batch.school_type, batch.register_release
            from batch
            where {SOURCE} in ({dated}) and not exists (
                select from entries
                where entries.urn = batch.urn
                    and entries.sha8 = substring(batch.register_release from '[(]([0-9a-f]{{8}})[)]$')
                    and entries.school_name = batch.school_name and entries.la_code || entries.estab = batch.laestab
                    and entries.school_type = batch.school_type
            )
            """,
        ),
        rule(
            "authority_says_the_register",
            "The newest register file known on the day has every school under the authority.",
            f"select batch.urn, batch.school_name, newest.la_code from batch inner join newest using (urn) "
            f"where newest.la_code is distinct from '{candidate.authority}'",
        ),
        rule(
            "not_closed_says_the_register",
            "No register file known on the day says that a school had closed by then.",
            "select distinct batch.urn, batch.school_name, entries.close_date from batch inner join entries using (urn) "
            "where entries.usage = 'known' and entries.close_date < entries.as_at",
        ),
        rule(
            "opening_says_the_register",
            "Every opening day is one that a register file gives.",
            "select batch.urn, batch.open_date from batch where batch.open_date is not null and not exists "
            "(select from entries where entries.urn = batch.urn and entries.open_date = batch.open_date)",
        ),
        rule(
            "every_open_school_of_the_register",
            "Every state-funded school of the authority that the newest register file has, open on the day, is in the list.",
            f"""
            select newest.urn, newest.school_name, newest.la_code
            from newest
            left join seeds.xwalk_school_type as types on types.school_type = newest.school_type
            where newest.la_code = '{candidate.authority}' and coalesce(types.is_state_funded, true)
                -- A file that is issued later does not list what closed before it.
                and newest.release_id in (
                    select release_id from entries where usage = 'known' order by known_from desc, release_id limit 1
                )
                and (newest.open_date <= newest.as_at or (newest.open_date is null and newest.status ~* '^open'))
                and not exists (
                    select from entries where entries.urn = newest.urn and entries.close_date < entries.as_at
                )
                and newest.urn not in (select urn from batch)
            """,
        ),
        rule(
            "sector_of_its_type",
            "Every school's sector is that of its type.",
            "select batch.urn, batch.school_type, batch.sector from batch inner join seeds.xwalk_school_type as types "
            "using (school_type) where batch.sector is distinct from types.sector",
        ),
        rule(
            "phase_of_its_type",
            "Every school whose type has one phase alone has that phase.",
            "select batch.urn, batch.school_type, batch.phase from batch inner join seeds.xwalk_school_type as types "
            "using (school_type) where batch.phase is distinct from coalesce(types.fixed_phase, batch.phase)",
        ),
        rule(
            "predecessors_are_linked",
            "A register file links every predecessor to the school, or to the predecessor before it.",
            f"""
            , steps as (
                select batch.urn, named.predecessor,
                    lag(named.predecessor, 1, batch.urn) over (partition by batch.urn order by named.step) as later
                from batch
                cross join unnest(string_to_array(batch.predecessor_urns, ', ')) with ordinality as named (predecessor, step)
            )
            select steps.urn, steps.predecessor, steps.later
            from steps
            where not exists (
                select from raw.gias_links as links
                where links._release_id in ({", ".join(map(str, candidate.pinned_of("gias_links"))) or "null"})
                    and (links.urn, links.link_urn) in ((steps.later, steps.predecessor), (steps.predecessor, steps.later))
            )
            """,
        ),
        rule(
            "predecessors_of_one_school",
            "No predecessor's history is given to two schools.",
            """
            select schools.urn, schools.spoken_by as predecessor from schools
            where not is_own and exists (
                select from schools as other where other.spoken_by = schools.spoken_by and other.urn <> schools.urn
            )
            """,
        ),
        rule(
            "listed_as_it_is",
            "Every school has the same name, phase and sector in the list.",
            f"""
            select batch.urn, batch.school_name, batch.phase, batch.sector
            from batch
            inner join publication.support_list as list on list.candidate_id = {candidate.candidate_id} and list.urn = batch.urn
            where (list.school_name, list.phase, list.sector) is distinct from (batch.school_name, batch.phase, batch.sector)
            """,
        ),
    ]
