"""Numbered SQL for the tables that dbt does not own, applied in order and recorded in control.migration."""
