"""What all our DAGs have in common: schedules in London time, how tasks retry and end, what they hand on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import PurePath
from typing import Any

from airflow.sdk import CronTriggerTimetable, MultipleCronTriggerTimetable

from school_support.clock import LONDON
from school_support.orchestration.failures import remember_failure
from school_support.orchestration.retries import RetryOnlyWhatMayPass

DEFAULTS: dict[str, Any] = {
    "owner": "data engineering",
    "retries": 2,
    "retry_delay": timedelta(seconds=10),
    "retry_policy": RetryOnlyWhatMayPass(),
    "execution_timeout": timedelta(minutes=30),
    "on_failure_callback": remember_failure,
}


def london(*crons: str) -> CronTriggerTimetable | MultipleCronTriggerTimetable:
    """A timetable of cron expressions in London time; the logical date of a run is the moment it is due.

    The zero `run_immediately` keeps a new installation from running at once what was due before it existed (without
    it Airflow starts a run that was due within the last tenth of the interval: five weeks for an annual one).
    """
    never = timedelta(0)
    if len(crons) == 1:
        return CronTriggerTimetable(crons[0], timezone=LONDON.key, run_immediately=never)
    return MultipleCronTriggerTimetable(*crons, timezone=LONDON.key, run_immediately=never)


def handed_on(value: Any) -> Any:
    """A task's result as JSON, for the tasks and the command line that read it: dataclasses become objects."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: handed_on(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): handed_on(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [handed_on(item) for item in value]
    if isinstance(value, date | PurePath):
        return str(value)
    return value
