"""The officers' pages inside Airflow's web server: who somebody is, what he may do, and runs in his name.

Who is there: `get_user` of Airflow, from the session cookie of its login or a bearer token. A page that nobody is logged in
for leads to Airflow's login and back; a form or another client is answered 401.

What he may do is asked of Airflow's auth manager. All of these must say yes:

| | custom view "School support list" | DAG run | only with the simple auth manager |
|---|---|---|---|
| officer: read the list, enter panel decisions, propose again | GET | POST of propose_support_list | |
| approver: approve, reject, publish | POST | POST of publish_support_list | PUT of the pool that builds run in |

A schools' tier is restricted, so who may only look at Airflow (role viewer) is answered 403. The simple auth manager answers
yes to every viewer for any custom view and any method; there the right to start the proposal tells users from viewers, and
the right to change a pool, which begins with its role op, tells the lead from the officers. Any other auth manager (FAB,
Keycloak, ...) has permissions for the view of its own, and the pool is not asked about. That the builder does not approve his
own list is no matter of roles: `publication.approve` refuses it whoever asks.

A run is started over Airflow's own REST API with a token made for the person, so that Airflow checks his rights again and
`triggering_user_name` is his.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airflow.api_fastapi.app import API_ROOT_PATH, get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails, PoolDetails
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.configuration import conf
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials
from starlette.datastructures import URL

from school_support.errors import SupportListError
from school_support.orchestration.client import AirflowClient
from school_support.orchestration.names import BUILD_POOL, VIEW
from school_support.orchestration.runs import read_run, start_run
from school_support.web.access import PROPOSE, PUBLISH, Person, RunState
from school_support.web.app import make_app

TOKEN_SECONDS = 60
NOT_OPEN = (
    "You are logged in as {name}, whose role may not {what}. The schools' tiers are for officers of the authority; "
    "ask whoever administers Airflow for the role."
)


def build_app() -> FastAPI:
    """The pages, bound to this Airflow."""
    return make_app(officer=officer, approver=approver, starts=AirflowRuns(), secret=conf.get("api", "secret_key"))


async def user_of_page(
    request: Request, bearer: HTTPAuthorizationCredentials | None = Depends(bearer_scheme)
) -> BaseUser:
    """Airflow's user; where there is none, a page is led to the login and back."""
    try:
        return await get_user(request, None, bearer)
    except HTTPException as error:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            login = URL(f"{API_ROOT_PATH}api/v2/auth/login").include_query_params(next=here)
            raise HTTPException(303, "Log in first.", {"Location": str(login)}) from None
        raise HTTPException(401, "Log in to Airflow first.") from error


def officer(user: BaseUser = Depends(user_of_page)) -> Person:
    """The person, where he may read the list and enter decisions."""
    if not _may_read(user):
        raise HTTPException(403, NOT_OPEN.format(name=user.get_name(), what="read the support list"))
    return Person(user.get_name(), _may_approve(user), user)


def approver(person: Person = Depends(officer)) -> Person:
    """The person, where he may also approve and publish."""
    if not person.may_approve:
        raise HTTPException(403, NOT_OPEN.format(name=person.name, what="approve or publish the support list"))
    return person


def _may_read(user: BaseUser) -> bool:
    manager = get_auth_manager()
    return manager.is_authorized_custom_view(method="GET", resource_name=VIEW, user=user) and _may_start(user, PROPOSE)


def _may_approve(user: Any) -> bool:
    manager = get_auth_manager()
    return (
        manager.is_authorized_custom_view(method="POST", resource_name=VIEW, user=user)
        and _may_start(user, PUBLISH)
        and (
            not isinstance(manager, SimpleAuthManager)
            or manager.is_authorized_pool(method="PUT", details=PoolDetails(name=BUILD_POOL), user=user)
        )
    )


def _may_start(user: BaseUser, dag_id: str) -> bool:
    return get_auth_manager().is_authorized_dag(
        method="POST", access_entity=DagAccessEntity.RUN, details=DagDetails(id=dag_id), user=user
    )


class AirflowRuns:
    """Runs over the REST API of this server, in the person's name."""

    def start(self, person: Person, dag_id: str, conf: Mapping[str, Any]) -> str:
        """Start a run. What somebody paused stays paused, and a run of it would wait for ever: SupportListError."""
        with _client(person) as client:
            if client.get(f"dags/{dag_id}")["is_paused"]:
                raise SupportListError(
                    f"The DAG {dag_id} is paused in Airflow. Whoever paused it has to let it run again."
                )
            return start_run(client, dag_id, conf)

    def look(self, person: Person, dag_id: str, run_id: str) -> RunState:
        """The state of a run, and once it has ended why tasks failed and what they gave."""
        with _client(person) as client:
            return RunState(dag_id, run_id, *read_run(client, dag_id, run_id))


@contextmanager
def _client(person: Person) -> Iterator[AirflowClient]:
    token = get_auth_manager().generate_jwt(person.session, expiration_time_in_seconds=TOKEN_SECONDS)
    client = AirflowClient.with_token(conf.get("api", "base_url"), token)
    try:
        yield client
    finally:
        client.close()
