-- Past years filled in: who asked for them and why, what each year's list would say beside what stands, and what became of
-- it. Until a backfill is completed its assessments count for nothing; nothing here publishes.
create table control.backfill (
    backfill_id bigint generated always as identity primary key,
    authority text not null check (authority ~ '^[0-9]{3}$'),
    first_list_year integer not null check (first_list_year >= 2000),
    last_list_year integer not null check (last_list_year between first_list_year and 2100),
    as_at_day text not null check (as_at_day ~ '^[0-9]{2}-[0-9]{2}$'),
    ruleset text,
    reason text not null check (reason <> ''),
    requested_by text not null check (requested_by <> ''),
    os_user text not null,
    session_user_name text not null default session_user,
    status text not null default 'building' check (status in ('building', 'staged', 'completed', 'cancelled')),
    requested_at timestamptz not null default now(),
    staged_at timestamptz,
    ended_at timestamptz,
    ended_by text,
    check (status not in ('staged', 'completed') or staged_at is not null),
    check ((status in ('completed', 'cancelled')) = (ended_at is not null and ended_by is not null))
);
comment on table control.backfill is 'A request for the lists of past years. building: its assessments are being built; staged: built and compared with what stands; completed: they stand; cancelled: their rows are gone.';
comment on column control.backfill.as_at_day is 'Month and day of every as-at date: the list of 2016 is as at that day of 2015.';
comment on column control.backfill.ruleset is 'Null: the authority''s own for each day.';
-- The same request again is the same backfill until it has ended, so that one that was killed goes on.
create unique index backfill_open on control.backfill (authority, first_list_year, last_list_year, as_at_day, coalesce(ruleset, ''))
where status in ('building', 'staged');

create table control.backfill_year (
    backfill_id bigint not null references control.backfill,
    list_year integer not null,
    assessment_id bigint not null references control.assessment,
    schools integer,
    content_hash text check (content_hash ~ '^[0-9a-f]{64}$'),
    outcome text check (outcome in ('new', 'same', 'changed')),
    beside text,
    beside_hash text check (beside_hash ~ '^[0-9a-f]{64}$'),
    moved integer,
    primary key (backfill_id, list_year),
    check ((schools is null) = (content_hash is null) and (schools is null) = (outcome is null)),
    check ((outcome = 'new') = (beside is null)),
    check ((beside is null) = (beside_hash is null) and (beside is null) = (moved is null))
);
comment on table control.backfill_year is 'A list year of a backfill: its assessment, and once it is staged how that compares with what stood.';
comment on column control.backfill_year.content_hash is 'What the assessment says: the content hash that its candidate would have.';
comment on column control.backfill_year.beside is 'What it was compared with: the current edition of the list year, else the backfill that stood; null: nothing stood.';
comment on column control.backfill_year.moved is 'Schools that have another tier than beside, or are in one of the two alone.';

-- Like publication.current_edition a pointer, moved in the transaction that completes a backfill.
create table control.standing_assessment (
    authority text not null,
    list_year integer not null,
    assessment_id bigint not null references control.assessment,
    backfill_id bigint not null references control.backfill,
    content_hash text not null,
    primary key (authority, list_year)
);
comment on table control.standing_assessment is 'The backfilled assessment that stands for a list year: the past of the next list where that year has no edition.';

grant select, insert, update on control.backfill, control.backfill_year, control.standing_assessment to support_publisher;
-- Who takes a cancelled backfill's rows out of the marts says so in the same transaction.
grant select on control.backfill, control.backfill_year, control.standing_assessment to support_transformer;
grant update (status, ended_at, ended_by) on control.backfill to support_transformer;
