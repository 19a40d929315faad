"""Airflow reads this module when one of its processes starts, before that forks any other."""

from school_support.orchestration.preload import preload

preload()
