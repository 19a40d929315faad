# One image for everything of ours: Airflow's components, Celery workers, the command line.
#   docker build --tag school-support-list .

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /opt/school-support-list
RUN python -m venv /opt/venv
COPY requirements.lock ./
# Given as constraint too: an extra such as `package[extra]` then stays with the locked version.
RUN /opt/venv/bin/pip install --quiet --require-hashes --only-binary :all: \
    --requirement requirements.lock --constraint requirements.lock
COPY pyproject.toml requirements.in README.md LICENSE ./
COPY plugins plugins
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
# Compiled once, here: Airflow imports thousands of modules in every process. What installs packages stays behind.
RUN /opt/venv/bin/pip install --quiet --no-deps --no-build-isolation --editable . \
    && /opt/venv/bin/python -m compileall -q -j 0 plugins dags expectations \
    && /opt/venv/bin/pip uninstall --quiet --yes pip \
    && rm -rf /opt/venv/lib/python3*/site-packages/pandas/tests /opt/venv/lib/python3*/site-packages/pyarrow/tests

FROM python:3.13-slim-trixie
# Users of the image read the code and write to one folder.
RUN useradd --system --uid 50000 --no-create-home --home-dir /var/lib/support-list --shell /usr/sbin/nologin support-list \
    && install --directory --owner 50000 --group 50000 --mode 750 /var/lib/support-list /backups /data \
        /run/secrets/support-list/admin /run/secrets/support-list/broker \
        /run/secrets/support-list/service /run/secrets/support-list/bi
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/school-support-list /opt/school-support-list
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SUPPORT_LIST_PROJECT=/opt/school-support-list \
    SUPPORT_LIST_HOME=/var/lib/support-list \
    SUPPORT_LIST_SECRETS=/run/secrets/support-list
WORKDIR /var/lib/support-list
USER support-list
CMD ["support-list", "--help"]
