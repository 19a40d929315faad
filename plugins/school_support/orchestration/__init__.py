"""Airflow: what the DAG files are made of, and how Airflow is run on one machine. No other room imports Airflow."""
