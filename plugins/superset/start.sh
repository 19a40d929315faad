#!/bin/sh
# Bring Superset's own database to this version, the dashboards to the state of the code, and serve.
set -eu
superset db upgrade
python /app/assets.py prepare
exec gunicorn --bind "0.0.0.0:${SUPERSET_PORT}" --worker-class gthread --workers 1 --threads 8 --timeout 120 \
    --worker-tmp-dir /dev/shm --access-logfile - "superset.app:create_app()"
