"""How far a run is that was started from a page."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request, Response

from school_support.web.access import Person, RunState
from school_support.web.context import Context

DagId = Literal["propose_support_list", "publish_support_list"]
RunId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]+$", max_length=200)]


def routes(context: Context) -> APIRouter:
    """The routes under /runs."""
    router = APIRouter(prefix="/runs/{dag_id}/{run_id}")

    @router.get("")
    def one(request: Request, dag_id: DagId, run_id: RunId, person: Person = Depends(context.officer)) -> Response:
        run = context.runs.look(person, dag_id, run_id)
        return context.pages.show(
            request, person, "run.html.j2", run=run, candidate_id=_candidate(run), edition_id=_edition(run)
        )

    @router.get("/state")
    def state(dag_id: DagId, run_id: RunId, person: Person = Depends(context.officer)) -> dict[str, Any]:
        """For the script of the page: the state, and how many tasks are done."""
        run = context.runs.look(person, dag_id, run_id)
        done = sum(state == "success" for _, state in run.tasks)
        return {"ended": run.has_ended, "said": f"{done} of {len(run.tasks)} steps done."}

    return router


def _candidate(run: RunState) -> int | None:
    """The candidate that a proposal froze, whether or not it passed the gate."""
    candidate_id = run.values.get("freeze_candidate")
    return candidate_id if isinstance(candidate_id, int) else None


def _edition(run: RunState) -> int | None:
    published = run.values.get("publish_edition")
    return int(published["edition_id"]) if isinstance(published, dict) else None
