"""Gate 2 over a candidate as a whole: `publication.candidate`, its releases, its money and its size."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, IMPROVEMENT_LEAD, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    return [
        Rule(
            "rows_are_what_was_frozen",
            DATA_ENGINEER,
            "critical",
            "The content hash computed from the candidate's rows is the one that was frozen.",
            "The frozen rows were changed. Find out by whom, then freeze the assessment again.",
            no_rows(
                f"select content_hash as frozen, '{candidate.recomputed_hash}' as computed from batch "  # noqa: S608
                f"where content_hash <> '{candidate.recomputed_hash}'"
            ),
        ),
        Rule(
            "releases_accepted",
            DATA_ENGINEER,
            "critical",
            "Every release that the assessment reads was accepted at gate 1, and not withdrawn by the as-at date.",
            "Build the assessment again over the accepted releases.",
            no_rows(
                """
                select release.file_name, release.status, release.withdrawn_from
                from batch
                inner join control.assessment_release using (assessment_id)
                inner join landing.release as release using (release_id)
                where release.status <> 'accepted'
                    and not (release.status = 'withdrawn' and coalesce(release.withdrawn_from > batch.as_at, false))
                """
            ),
        ),
        Rule(
            "releases_known_on_the_day",
            DATA_ENGINEER,
            "critical",
            "Nothing published after the as-at date is used, but for dated events of the register and dated rows.",
            "Correct known_from of the release or the way it was pinned, and make the assessment again.",
            no_rows(
                """
                select release.file_name, pinned.usage, release.known_from, batch.as_at
                from batch
                inner join control.assessment_release as pinned using (assessment_id)
                inner join landing.release as release using (release_id)
                where (pinned.usage = 'known' and release.known_from > batch.as_at)
                    or (pinned.usage = 'register_events'
                        and release.source not in ('gias', 'gias_links', 'school_spine', 'school_information'))
                    or (pinned.usage = 'dated_rows' and release.row_known_from_days is null)
                """
            ),
        ),
        Rule(
            "releases_of_the_collection",
            DATA_ENGINEER,
            "critical",
            "Every release tells of the authority's own country, real or fictional.",
            "Make the assessment again: it pins the releases of the collection in authority_setting.csv.",
            no_rows(
                """
                select release.file_name, release.collection, setting.collection as collection_of_authority
                from batch
                inner join control.assessment_release using (assessment_id)
                inner join landing.release as release using (release_id)
                inner join seeds.authority_setting as setting on setting.authority = batch.authority
                where release.collection <> setting.collection
                """
            ),
        ),
        Rule(
            "no_source_overdue",
            DATA_ENGINEER,
            "warning",
            "No source was overdue on the as-at date, by the calendar in its contract.",
            "Take the missing files in and make the assessment again; if a publisher is late, say so beside the list.",
            no_rows(
                "select source from batch cross join "  # noqa: S608  # sentences of our own
                f"unnest(array[{', '.join(_quoted(said) for said in candidate.overdue)}]::text[]) as late (source)"
            ),
        ),
        Rule(
            "no_rejected_rows_of_its_schools",
            DATA_ENGINEER,
            "warning",
            "No row about one of the candidate's schools was left out of a release that the assessment reads.",
            "`support-list quarantine show FILE` says what was wrong with the row; what the school lacks because of it "
            "counts as missing, or as the earlier stage has it.",
            no_rows(
                """
                select distinct rejected.urn, release.file_name, rejected.line
                from batch
                inner join publication.support_list as list using (candidate_id)
                inner join control.assessment_release as pinned using (assessment_id)
                inner join quality.rejected_row as rejected on rejected.release_id = pinned.release_id
                    and rejected.urn = list.urn
                inner join landing.release as release on release.release_id = rejected.release_id
                order by rejected.urn, release.file_name, rejected.line
                """
            ),
        ),
        Rule(
            "settings_present",
            IMPROVEMENT_LEAD,
            "critical",
            "The authority has a budget and a day rate, and the ruleset exists.",
            "Add the authority to authority_setting.csv, or the ruleset to rule_ruleset.csv, and build again.",
            no_rows(
                """
                select batch.authority, batch.ruleset, setting.budget, setting.day_rate
                from batch
                left join seeds.authority_setting as setting using (authority)
                left join seeds.rule_ruleset as ruleset on ruleset.ruleset = batch.ruleset
                where setting.budget is null or setting.day_rate is null or ruleset.ruleset is null
                """
            ),
        ),
        Rule(
            "within_budget",
            IMPROVEMENT_LEAD,
            "warning",
            "The support of all schools costs no more than the authority's budget.",
            "The list is not changed to fit: find the money, buy fewer days a school, or change the cuts in a new ruleset.",
            no_rows(
                """
                select sum(list.support_cost) as cost, setting.budget
                from batch
                inner join publication.support_list as list using (candidate_id)
                inner join seeds.authority_setting as setting on setting.authority = batch.authority
                group by setting.budget
                having sum(list.support_cost) > setting.budget
                """
            ),
        ),
        Rule(
            "enough_evidence",
            IMPROVEMENT_LEAD,
            "warning",
            "Fewer than a third of the schools come out as insufficient evidence.",
            "Look which results were not known on the as-at date; an adviser decides for each of these schools.",
            no_rows(
                """
                select count(*) as schools, count(*) filter (where tier = 'insufficient_evidence') as insufficient_evidence
                from batch inner join publication.support_list using (candidate_id)
                having 3 * count(*) filter (where tier = 'insufficient_evidence') >= count(*)
                """
            ),
        ),
    ]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
