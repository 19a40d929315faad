"""### Ingest results and absence

Takes in the performance tables (key stages 2, 4 and 5, destinations, absence, census, workforce, trusts) and the
suspensions and exclusions: **land** new files, **load** them under
their contracts, **accept** what passes gate 1, **stage** with dbt. Provisional, revised and final files stand side
by side as releases; which of them counts is decided at each assessment's as-at date.

*Schedule:* termly, by the DfE's release calendar. The months are fixed, the days are not, and releases come out on
Thursdays; so it looks every Friday of a month with a release, and once more on the first of the month after a season
for what came late:

| months | what comes out |
|---|---|
| October, December | KS4 provisional; KS2 revised, the first at school level |
| February, March | KS4 revised; absence of the full year |
| April, May | KS2 and KS4 final; absence in the performance tables |

Plain cron serves: a list of exact release dates would need a new version of this file every year.
"""

from airflow.sdk import dag

from school_support.orchestration.ingest import INGEST_PARAMS, ingest
from school_support.orchestration.tasks import DEFAULTS, london


@dag(
    schedule=london("0 3 * 2-5,10,12 5", "0 3 1 1,6,11 *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    params=INGEST_PARAMS,
    doc_md=__doc__,
    tags=["ingest", "termly"],
)
def ingest_results() -> None:
    results = ["dfe_ks2", "dfe_ks4", "dfe_ks4_entries", "dfe_ks5", "dfe_destinations", "dfe_absence", "dfe_exclusions"]
    ingest([*results, "dfe_census", "dfe_workforce", "dfe_trusts"], staging=["staging.results", "staging.context"])


ingest_results()
