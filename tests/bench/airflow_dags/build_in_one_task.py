"""Everything that dbt builds for an assessment, in one task, as our own DAGs have it built."""

import os
from datetime import timedelta

from airflow.sdk import dag, task


@dag(schedule=None, dagrun_timeout=timedelta(hours=1))
def build_in_one_task() -> None:
    @task
    def build() -> None:
        from school_support.assessment.prepare import LAYERS
        from school_support.warehouse.dbt import build

        build(["staging", *LAYERS], {"assessment_ids": [int(os.environ["BENCH_ASSESSMENT"])]})

    build()


build_in_one_task()
