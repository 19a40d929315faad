"""Registers with Airflow: the officers' pages (an application under /support-list, an entry of the menu) and our timetable."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from school_support.orchestration.names import VIEW, VIEW_PATH
from school_support.orchestration.timetables import CalendarDays


@cache
def _pages() -> Any:
    from school_support.orchestration.web import build_app

    return build_app()


class Pages:
    """The application, made at the first request: every process of Airflow reads this file, and one serves pages."""

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer a request, as ASGI has it."""
        await _pages()(scope, receive, send)


class SupportListPlugin(AirflowPlugin):
    """What the school support list adds to Airflow."""

    name = "school_support_list"
    timetables = [CalendarDays]  # noqa: RUF012
    fastapi_apps = [{"app": Pages(), "url_prefix": VIEW_PATH, "name": VIEW}]  # noqa: RUF012  # as Airflow reads it
    # On the top level of the menu, Airflow 3.3 shows an address of its own as a button that does nothing.
    external_views = [  # noqa: RUF012
        {"name": VIEW, "href": f"{VIEW_PATH}/", "destination": "nav", "category": "browse"}
    ]
