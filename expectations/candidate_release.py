"""Gate 2 over the releases behind a candidate: `control.assessment_release`, one row a release that it may read."""

from __future__ import annotations

from school_support.quality.fingerprint import FINGERPRINT
from school_support.quality.rules import DATA_ENGINEER, Candidate, Check, Rule, no_rows

PIN_AGAIN = "Make the assessment again: it pins the releases that are accepted and were known on the day."
LOAD_AGAIN = (
    "Raw was changed after the file was accepted. Take the file in again (`support-list ingest`), and find out by whom."
)


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        _rule(
            "releases_accepted",
            "Every release that the assessment reads was accepted at gate 1, and not withdrawn by the as-at date.",
            no_rows(
                "select file_name, status, withdrawn_from from batch where status <> 'accepted' "
                "and not (status = 'withdrawn' and coalesce(withdrawn_from > as_at, false))"
            ),
        ),
        _rule(
            "releases_passed_gate_1",
            "Of every release that the assessment reads the newest run of gate 1 passed.",
            no_rows(
                """
                select batch.file_name, run.run_at, run.critical_failures
                from batch
                inner join lateral (
                    select * from quality.gate_run where gate = 'raw' and subject_id = batch.release_id
                    order by gate_run_id desc limit 1
                ) as run on not run.passed
                """
            ),
        ),
        _rule(
            "releases_known_on_the_day",
            "Nothing published after the as-at date is used, but for dated events of the register, dated rows and what the "
            "panel decided by its own day.",
            no_rows(
                """
                select file_name, usage, known_from, as_at
                from batch
                where (usage = 'known' and known_from > as_at)
                    or (usage = 'register_events'
                        and source not in ('gias', 'gias_links', 'school_spine', 'school_information'))
                    or (usage = 'dated_rows' and row_known_from_days is null)
                    or (usage = 'panel_decisions' and (source <> 'panel_decisions' or known_from > decisions_as_at))
                """
            ),
        ),
        _rule(
            "releases_of_the_collection",
            "Every release tells of the authority's own country, real or fictional.",
            no_rows(
                "select batch.file_name, batch.collection, setting.collection as collection_of_authority from batch "
                "inner join seeds.authority_setting as setting using (authority) "
                "where batch.collection <> setting.collection"
            ),
        ),
        _rule(
            "no_release_left_out",
            "Every accepted release of the authority's country that was known on the day is read: nothing staler is used.",
            no_rows(
                f"""
                select release.file_name, release.known_from, candidate.as_at
                from publication.candidate
                inner join seeds.authority_setting as setting using (authority)
                inner join landing.release as release on release.collection = setting.collection
                    and release.status = 'accepted' and release.known_from <= case release.source
                        when 'panel_decisions' then coalesce(candidate.decisions_as_at, candidate.as_at)
                        else candidate.as_at end
                where candidate_id = {candidate.candidate_id} and release.release_id not in (select release_id from batch)
                """
            ),
        ),
        _rule(
            "one_release_of_a_kind",
            "No two releases of one source and layout, year, stage, day and coverage are read.",
            no_rows(
                """
                select batch.file_name, other.file_name as other_file, batch.academic_year, batch.stage
                from batch
                inner join batch as other
                    on other.source = batch.source and other.layout = batch.layout and other.release_id > batch.release_id
                    and other.academic_year = batch.academic_year and other.stage is not distinct from batch.stage
                    and other.known_from = batch.known_from and other.coverage is not distinct from batch.coverage
                """
            ),
        ),
        _rule(
            "loaded_whole",
            "Raw holds of every release the rows that were read from its file, each line once.",
            no_rows(
                f"""
                , counted as ({_counted(candidate)})
                select batch.file_name, batch.rows, coalesce(counted.rows, 0) as rows_in_raw, counted.lines as lines_in_raw
                from batch left join counted using (release_id)
                where coalesce(counted.rows, 0) <> batch.rows or counted.rows <> counted.lines
                """
            ),
            LOAD_AGAIN,
        ),
        _rule(
            "rows_as_accepted",
            "Raw holds of every release the very rows that gate 1 accepted: no cell was changed since.",
            no_rows(
                f"""
                , counted as ({_counted(candidate)})
                select batch.file_name, batch.rows_fingerprint, counted.fingerprint
                from batch left join counted using (release_id)
                where batch.rows_fingerprint is distinct from counted.fingerprint
                """
            ),
            LOAD_AGAIN,
        ),
    ]


def _counted(candidate: Candidate) -> str:
    nothing = "select null::bigint as release_id, null::bigint as rows, null::bigint as lines, null::numeric as fingerprint where false"
    return " union all ".join(
        [nothing]
        + [
            f"select _release_id, count(*), count(distinct _line), {FINGERPRINT} from raw.{source} as entry "  # a source's own name
            f"where _release_id in ({', '.join(map(str, candidate.pinned_of(source)))}) group by _release_id"
            for source in sorted({pin.source for pin in candidate.pins})
        ]
    )


def _rule(name: str, sentence: str, check: Check, how_to_resolve: str = PIN_AGAIN) -> Rule:
    return Rule(name, DATA_ENGINEER, "critical", sentence, how_to_resolve, check)
