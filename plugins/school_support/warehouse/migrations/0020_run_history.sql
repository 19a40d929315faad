-- What ran, when, how long, and how it ended: one row a build, ingest, gate or publication, and one a task of Airflow that failed.
create table quality.run (
    run_id text primary key,
    kind text not null check (kind in ('ingest', 'build', 'gate', 'publication', 'task')),
    subject text not null,
    started_at timestamptz not null,
    seconds numeric(10, 3) not null,
    outcome text not null check (outcome in ('success', 'failed')),
    message text,
    airflow_dag_id text,
    airflow_run_id text,
    airflow_task_id text
);
create index on quality.run (started_at);
create index on quality.run (airflow_run_id);
comment on table quality.run is 'One row a run: kind build is a dbt build, task a task of Airflow that failed for good; subject says what it concerned.';
comment on column quality.run.message is 'Why it failed, in the words of the error; null where it did not.';
comment on column quality.run.seconds is 'Wall clock, in seconds.';

create table quality.run_model (
    run_id text not null references quality.run on delete cascade,
    model text not null,
    status text not null,
    rows bigint,
    seconds numeric(10, 3) not null,
    primary key (run_id, model)
);
comment on table quality.run_model is 'Every model and seed of a dbt build: rows written (null for a view) and time in seconds.';

grant select, insert on quality.run, quality.run_model to support_loader, support_transformer, support_publisher;
grant delete on quality.run, quality.dbt_result to support_transformer;
