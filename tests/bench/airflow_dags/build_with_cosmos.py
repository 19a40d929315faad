"""The same with Cosmos: a task of Airflow (which reads only files that name it) for every seed and model, each followed by one for
its tests.

As fast as its documentation makes it: the graph comes from a manifest, dbt runs within the task's process and parses the project only
where it changed, and nothing is written down that the build does not need (datasets, compiled SQL).
"""

import os
from datetime import timedelta

from cosmos import DbtDag, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from school_support.settings import settings
from school_support.warehouse.secrets import read_secrets
from school_support.warehouse.staging import recipe

# As for our builds: the profile reads the warehouse's address from here, and unit tests need no warehouse.
os.environ |= read_secrets() | {"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}

build_with_cosmos = DbtDag(
    dag_id="build_with_cosmos",
    schedule=None,
    dagrun_timeout=timedelta(hours=1),
    project_config=ProjectConfig(
        settings().dbt_project, manifest_path=os.environ["BENCH_MANIFEST"], install_dbt_deps=False
    ),
    profile_config=ProfileConfig(
        "school_support", "warehouse", profiles_yml_filepath=settings().dbt_project / "profiles.yml"
    ),
    execution_config=ExecutionConfig(ExecutionMode.LOCAL, InvocationMode.DBT_RUNNER),
    render_config=RenderConfig(
        load_method=LoadMode.DBT_MANIFEST,
        test_behavior=TestBehavior.AFTER_EACH,
        # Such a test would else run after each of its parents, the first time before the others are there.
        should_detach_multiple_parents_tests=True,
        emit_datasets=False,
    ),
    operator_args={
        "vars": {"staging_recipe": recipe(), "assessment_ids": [int(os.environ["BENCH_ASSESSMENT"])]},
        "should_store_compiled_sql": False,
    },
)
