"""Names that both the DAGs and the runner of Airflow use; importing this must not import Airflow, which takes seconds."""

# One slot: dbt rebuilds shared tables, so builds queue in Airflow instead of holding a worker while they wait.
BUILD_POOL = "warehouse_build"
BUILD_POOL_DESCRIPTION = "Builds of the warehouse: one at a time."

VIEW = "School support list"
"""Name of the officers' pages in Airflow's menu, and of the view that an auth manager gives permissions for."""

VIEW_PATH = "/support-list"
"""Where they are below the address of Airflow."""
