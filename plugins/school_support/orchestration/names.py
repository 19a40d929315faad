"""Names that both the DAGs and the runner of Airflow use; importing this must not import Airflow, which takes seconds."""

LONDON = "Europe/London"

# One slot: dbt rebuilds shared tables, so builds queue in Airflow instead of holding a worker while they wait.
BUILD_POOL = "warehouse_build"
