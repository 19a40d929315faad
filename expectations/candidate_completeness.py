"""Gate 2 over what is missing from a list: rows left out on the way in, and schools of which too little is known."""

from __future__ import annotations

from school_support.quality.rules import DATA_ENGINEER, IMPROVEMENT_LEAD, Candidate, Rule, no_rows


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate."""
    del candidate
    return [
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
                inner join publication.candidate using (candidate_id)
                inner join control.assessment_release as pinned using (assessment_id)
                inner join quality.rejected_row as rejected on rejected.release_id = pinned.release_id
                    and rejected.urn = batch.urn
                inner join landing.release as release on release.release_id = rejected.release_id
                order by rejected.urn, release.file_name, rejected.line
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
                from batch
                having 3 * count(*) filter (where tier = 'insufficient_evidence') >= count(*)
                """
            ),
        ),
    ]
