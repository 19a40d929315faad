"""The officers' pages: look at a candidate, decide as a panel, approve, publish. FastAPI and Jinja2, no script needed.

Who somebody is and may do, and how a DAG is started, comes from outside (`make_app`); this room knows no Airflow.
"""
