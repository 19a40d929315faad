"""Runs inside a container of the stack: assess authorities through Airflow and print, as JSON, who did what.

docker compose exec -T api-server python - 100 101 102 < tests/drills/assess.py
"""

from __future__ import annotations

import json
import sys
import time

from school_support.orchestration.remote import the_airflow
from school_support.orchestration.runs import start_run
from school_support.warehouse.connection import connect

AS_AT, LIST_YEAR = "2026-06-30", 2027
# What an assessment says: every column but its number, in the order of schools.
SAID = """
select judged.authority, md5(string_agg((to_jsonb(judged) - 'assessment_id')::text, ' ' order by judged.urn))
from marts.school_tier as judged inner join control.assessment using (assessment_id)
where assessment.as_at = %s and judged.authority = any(%s) group by 1 order by 1
"""


def main(authorities: list[str]) -> None:
    started = time.monotonic()
    with the_airflow() as airflow:
        client = airflow.client
        runs = {}
        for code in authorities:
            wanted = {"authority": code, "list_year": LIST_YEAR, "as_at": AS_AT}
            runs[code] = f"dags/assess_schools/dagRuns/{start_run(client, 'assess_schools', wanted)}"
        while any(client.get(run)["state"] not in ("success", "failed") for run in runs.values()):
            time.sleep(1)
        told = [
            {
                "authority": code,
                "state": client.get(run)["state"],
                "tasks": {
                    task["task_id"]: [task["hostname"], task["try_number"], task["state"]]
                    for task in client.get(f"{run}/taskInstances")["task_instances"]
                },
            }
            for code, run in runs.items()
        ]
    with connect("support_transformer") as connection:
        hashes = dict(connection.execute(SAID, (AS_AT, authorities)).fetchall())
    print(json.dumps({"seconds": round(time.monotonic() - started, 1), "runs": told, "hashes": hashes}))


if __name__ == "__main__":
    main(sys.argv[1:])
