-- Frozen candidates: insert-only. An edition is a row that makes one of them visible through the bi views.
create table publication.candidate (
    candidate_id bigint generated always as identity primary key,
    assessment_id bigint not null references control.assessment,
    authority text not null,
    authority_name text not null,
    list_year integer not null,
    as_at date not null,
    ruleset text not null,
    content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
    built_by_os_user text not null,
    built_by_session_user text not null default session_user,
    built_at timestamptz not null default now(),
    unique (assessment_id, content_hash)
);
comment on table publication.candidate is 'The support list that an assessment proposes, frozen. content_hash covers what it says, not ids, times or people.';

create table publication.support_list (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    school_name text,
    phase text,
    sector text,
    tier text,
    tier_name text,
    tier_rank integer,
    decided_by text,
    points numeric(6, 2),
    points_available numeric(6, 2),
    points_share numeric(5, 4),
    coverage numeric(5, 4),
    support_days numeric(5, 1),
    support_cost numeric(10, 2),
    gates text,
    reasons text
);
create index on publication.support_list (candidate_id);

create table publication.school_risk (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    domain text not null,
    domain_cap numeric(6, 2),
    points numeric(6, 2),
    points_available numeric(6, 2),
    weight_known numeric(5, 4)
);
create index on publication.school_risk (candidate_id);

create table publication.school_indicator (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    indicator text not null,
    indicator_name text,
    domain text,
    unit text,
    direction text,
    value numeric(10, 3),
    n numeric(10, 1),
    academic_years text,
    national numeric(10, 3),
    interval_low numeric(10, 3),
    interval_high numeric(10, 3),
    shrunk numeric(10, 3),
    line numeric(10, 3),
    probability_beyond_line numeric(5, 4),
    flag text,
    points numeric(6, 2),
    points_available numeric(6, 2),
    reason_code text,
    releases_used text,
    sentence text
);
create index on publication.school_indicator (candidate_id);

create table publication.school (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    laestab text,
    school_name text,
    phase text,
    school_type text,
    sector text,
    open_date date,
    close_date date,
    predecessor_urns text,
    predecessor_method text,
    register_release text
);
create index on publication.school (candidate_id);

create table publication.inspection (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    inspection_urn text,
    inspection_date date not null,
    publication_date date,
    regime text,
    overall_effectiveness text,
    category_of_concern text,
    concern_level text,
    is_latest boolean,
    relates_to_predecessor boolean,
    release text
);
create index on publication.inspection (candidate_id);

create table publication.result (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    result_urn text,
    academic_year integer not null,
    key_stage text,
    measure text not null,
    value numeric(10, 3),
    reason_code text,
    pupils numeric(10, 1),
    stage text,
    release text
);
create index on publication.result (candidate_id);

create table publication.approval (
    approval_id bigint generated always as identity primary key,
    candidate_id bigint not null references publication.candidate,
    content_hash text not null,
    decision text not null check (decision in ('approved', 'rejected')),
    os_user text not null,
    session_user_name text not null default session_user,
    demonstration boolean not null,
    note text,
    decided_at timestamptz not null default now()
);
comment on column publication.approval.demonstration is 'True when the builder approved his own candidate, which only a demonstration may do.';

create table publication.edition (
    edition_id bigint generated always as identity primary key,
    authority text not null,
    list_year integer not null,
    edition integer not null check (edition >= 1),
    candidate_id bigint not null unique references publication.candidate,
    content_hash text not null,
    approval_id bigint not null references publication.approval,
    demonstration boolean not null,
    replaces_edition_id bigint references publication.edition,
    manifest jsonb not null,
    published_at timestamptz not null default now(),
    unique (authority, list_year, edition)
);

-- The one table here that changes: which edition the bi views show. Moved in the transaction that inserts the edition.
create table publication.current_edition (
    authority text not null,
    list_year integer not null,
    edition_id bigint not null references publication.edition,
    primary key (authority, list_year)
);

create function publication.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'publication.% is insert-only: % refused. A correction is a new edition.', tg_table_name, tg_op
        using errcode = 'insufficient_privilege';
end
$$;

do $$
declare frozen text;
begin
    foreach frozen in array array['candidate', 'support_list', 'school_risk', 'school_indicator', 'school', 'inspection',
                                  'result', 'approval', 'edition']
    loop
        execute format('create trigger insert_only before update or delete or truncate on publication.%I '
                       'for each statement execute function publication.refuse_change()', frozen);
        execute format('grant select, insert on publication.%I to support_publisher', frozen);
    end loop;
end
$$;
grant usage on schema publication to support_publisher;
grant select, insert, update on publication.current_edition to support_publisher;

-- Rows of a published candidate are complete the moment its edition exists: none may be added afterwards.
create function publication.refuse_late_rows() returns trigger language plpgsql security definer
set search_path = pg_catalog as $$
begin
    if exists (select from publication.edition as e where e.candidate_id = new.candidate_id) then
        raise exception 'candidate % is published: no row may be added to publication.%', new.candidate_id, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;
do $$
declare frozen text;
begin
    foreach frozen in array array['support_list', 'school_risk', 'school_indicator', 'school', 'inspection', 'result']
    loop
        execute format('create trigger no_late_rows before insert on publication.%I '
                       'for each row execute function publication.refuse_late_rows()', frozen);
    end loop;
end
$$;
