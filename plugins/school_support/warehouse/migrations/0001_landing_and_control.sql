-- Rooms. The transformer owns what dbt rebuilds; the loader owns raw; the owner owns all that must never be rebuilt.
create schema landing;
create schema quality;
create schema publication;
create schema bi;
create schema raw authorization support_loader;
create schema seeds authorization support_transformer;
create schema staging authorization support_transformer;
create schema intermediate authorization support_transformer;
create schema marts authorization support_transformer;
-- dbt resolves its default schema even when every model names its own.
create schema dbt authorization support_transformer;

create table landing.release (
    release_id bigint generated always as identity primary key,
    source text not null,
    collection text not null,
    academic_year integer check (academic_year between 2000 and 2100),
    snapshot_date date,
    stage text check (stage in ('provisional', 'revised', 'final')),
    known_from date not null,
    known_from_basis text,
    row_known_from_days integer check (row_known_from_days >= 0),
    coverage text,
    file_name text not null,
    sha256 text not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint not null check (bytes >= 0),
    rows integer check (rows >= 0),
    layout text,
    status text not null check (status in ('landed', 'loaded', 'accepted', 'quarantined')),
    reason text,
    recorded_at timestamptz not null default now(),
    check (status <> 'quarantined' or reason is not null)
);
comment on table landing.release is 'One row a file of a source, whole and immutable in the landing store. Grain: sha256.';
comment on column landing.release.collection is 'The country a file tells of: england, or fictional for the sample. An assessment reads its authority''s collection alone.';
comment on column landing.release.known_from is 'The day from which the file may count in an as-at assessment: its publication, never the clock.';
comment on column landing.release.row_known_from_days is 'For a history file: a row counts from its own date plus this many days, whatever known_from says.';
comment on column landing.release.status is 'landed: kept; loaded: in raw; accepted: passed gate 1, the only one staging reads; quarantined: refused, reason says why.';

create table landing.fault (
    release_id bigint not null references landing.release,
    line integer,
    column_name text,
    value text,
    message text not null
);
comment on table landing.fault is 'What was wrong in a quarantined file: the first faults, in reading order.';

create table control.assessment (
    assessment_id bigint generated always as identity primary key,
    authority text not null check (authority ~ '^[0-9]{3}$'),
    list_year integer not null check (list_year between 2000 and 2100),
    as_at date not null,
    ruleset text not null,
    previous_assessment_id bigint references control.assessment,
    purpose text not null check (purpose in ('annual', 'backfill', 'monitoring', 'what_if')),
    input_hash text not null,
    created_at timestamptz not null default now(),
    built_at timestamptz,
    unique (authority, list_year, as_at, ruleset, purpose, input_hash)
);
comment on table control.assessment is 'Every school of an authority judged at one as-at date under one ruleset for one list year.';
comment on column control.assessment.input_hash is 'sha256 over the releases pinned (by their sha256 and use) and the ruleset''s seeds: same inputs, same assessment.';

create table control.assessment_release (
    assessment_id bigint not null references control.assessment,
    release_id bigint not null references landing.release,
    usage text not null check (usage in ('known', 'register_events', 'dated_rows')),
    primary key (assessment_id, release_id)
);
comment on table control.assessment_release is 'The releases an assessment may read. known: published by the as-at date. register_events: a register issued later, for dated openings, closings and links alone. dated_rows: a history file whose rows carry their own date.';

create table quality.gate_run (
    gate_run_id bigint generated always as identity primary key,
    gate text not null check (gate in ('raw', 'candidate')),
    subject_id bigint not null,
    passed boolean not null,
    critical_failures integer not null,
    warnings integer not null,
    data_docs text,
    run_at timestamptz not null default now(),
    session_user_name text not null default session_user
);
comment on table quality.gate_run is 'One run of a gate: gate 1 over a release (subject_id is its release_id), gate 2 over a candidate (candidate_id).';

create table quality.rule_result (
    gate_run_id bigint not null references quality.gate_run,
    rule_id text not null,
    owner text not null,
    severity text not null check (severity in ('critical', 'warning', 'info')),
    success boolean not null,
    sentence text not null,
    how_to_resolve text not null,
    unexpected_count integer,
    unexpected_urns text[],
    detail text,
    primary key (gate_run_id, rule_id)
);

create table quality.dbt_result (
    run_id text not null,
    unique_id text not null,
    status text not null,
    failures integer,
    seconds numeric(10, 3),
    message text,
    finished_at timestamptz not null default now(),
    primary key (run_id, unique_id)
);
comment on table quality.dbt_result is 'Every model and test of every dbt build.';

grant usage on schema landing, control to support_loader, support_transformer, support_publisher;
grant usage on schema quality to support_loader, support_transformer, support_publisher;
grant select, insert, update on landing.release to support_loader;
grant select, insert, delete on landing.fault to support_loader;
grant select on landing.release, landing.fault to support_transformer, support_publisher;
grant select, insert on control.assessment to support_transformer;
grant update (built_at) on control.assessment to support_transformer;
grant select, insert on control.assessment_release to support_transformer;
grant select on control.assessment, control.assessment_release to support_publisher, support_loader;
grant select, insert on quality.gate_run, quality.rule_result to support_loader, support_transformer, support_publisher;
grant select, insert on quality.dbt_result to support_transformer;
grant select on quality.dbt_result to support_publisher;
grant usage on schema raw to support_transformer;
grant usage on schema raw, marts, seeds to support_publisher;
grant usage on schema seeds to support_loader;
