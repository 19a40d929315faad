"""The gate before publication: a candidate beside its newest run of gate 2 and every decision on it, one row a decision."""

from __future__ import annotations

from school_support.quality.rules import IMPROVEMENT_LEAD, Candidate, Check, Rule, no_rows
from school_support.settings import settings

PROPOSE_AGAIN = (
    "The last edition stays. Propose the list again (freeze the assessment), and let another person decide on it."
)


def rules(candidate: Candidate) -> list[Rule]:
    """The rules of one candidate and its decisions."""
    return [
        _rule(
            "gate_2_passed",
            "The newest run of gate 2 passed, and looked at the candidate after it was frozen.",
            no_rows(
                "select distinct passed, run_at, built_at from batch where passed is not true or run_at < built_at"
            ),
            "`support-list status` names the rules that failed.",
        ),
        _rule(
            "approved",
            "The candidate was approved.",
            no_rows("select distinct decision from batch where decision is distinct from 'approved'"),
            f"Approve it with `support-list approve {candidate.candidate_id}` as another person than its builder.",
        ),
        _rule(
            "decided_once",
            "One decision was made on the candidate, and no second.",
            no_rows("select count(*) as decisions from batch having count(approval_id) > 1"),
        ),
        _rule(
            "approved_by_another_person",
            "Another person than its builder approved it, unless it is a demonstration and says so.",
            no_rows(
                "select person, builder from batch where lower(btrim(person)) = lower(btrim(builder)) and not demonstration "
                f"and {str(settings().four_eyes).lower()}"
            ),
        ),
        _rule(
            "demonstration_as_it_was_built",
            "The approval is of a demonstration exactly where the candidate is one.",
            no_rows(
                "select approved_as_demonstration, demonstration from batch where approved_as_demonstration <> demonstration"
            ),
        ),
        _rule(
            "approved_what_stands_there",
            "What was approved is what was frozen, and what stands in the candidate's rows now.",
            no_rows(
                "select approved_hash, content_hash as frozen_hash, "
                f"'{candidate.recomputed_hash}' as computed from batch where content_hash <> '{candidate.recomputed_hash}' "
                "or coalesce(approved_hash <> content_hash, false)"
            ),
        ),
        _rule(
            "approved_after_the_gate",
            "The decision was made after gate 2 had first passed: nobody approves what was not looked at.",
            no_rows("select decided_at, first_passed_at from batch where decided_at < first_passed_at"),
        ),
    ]


def _rule(name: str, sentence: str, check: Check, how_to_resolve: str = PROPOSE_AGAIN) -> Rule:
    return Rule(name, IMPROVEMENT_LEAD, "critical", sentence, how_to_resolve, check)
