"""The steps of the main job in one process, without Airflow, for tests that kill it: python whole_job.py FOLDER AS_AT."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from school_support.assessment.annual import list_year_of
from school_support.assessment.prepare import build_assessments, prepare_assessment
from school_support.landing.ingest import land_folder, load_landed
from school_support.publication.approve import decision_on, record_decision
from school_support.publication.edition import publish_candidate
from school_support.publication.freeze import freeze_candidate
from school_support.quality.gate import accept_loaded, check_candidate
from school_support.sources.contract import load_sources
from school_support.warehouse.dbt import build


def main(folder: Path, as_at: date) -> None:
    sources = sorted(load_sources())
    land_folder(folder, sources)
    load_landed(sources)
    accept_loaded(sources)
    build(["resource_type:seed", "staging"])
    assessment_id = prepare_assessment("999", list_year_of(as_at), as_at)
    build_assessments([assessment_id])
    candidate_id = freeze_candidate(assessment_id, demonstration=True)
    check_candidate(candidate_id)
    if decision_on(candidate_id) is None:
        record_decision(candidate_id, "approved")
    publish_candidate(candidate_id, "Killed before, done again.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))
