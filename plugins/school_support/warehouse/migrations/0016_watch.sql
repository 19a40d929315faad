-- What has become known about schools since their list was published, night by night. Nothing here changes a list: a tier
-- changes by a correction edition, which people propose and approve.
create table publication.watch_run (
    watch_run_id bigint generated always as identity primary key,
    edition_id bigint not null references publication.edition,
    as_at date not null,
    assessment_id bigint not null references control.assessment,
    recorded_at timestamptz not null default now(),
    unique (edition_id, as_at)
);
comment on table publication.watch_run is 'One row a day on which an edition was compared with what was known by then: its monitoring assessment.';

create table publication.watch_event (
    watch_event_id bigint generated always as identity primary key,
    authority text not null,
    list_year integer not null,
    edition_id bigint not null references publication.edition,
    urn text not null,
    school_name text not null,
    kind text not null check (kind in (
        'gate_met', 'gate_left', 'tier_would_change', 'report_published', 'return_missing', 'decision_expires'
    )),
    item text not null,
    detail text not null,
    event_date date not null,
    assessment_id bigint not null references control.assessment,
    first_seen_on date not null,
    recorded_at timestamptz not null default now(),
    unique (edition_id, urn, kind, item)
);
comment on table publication.watch_event is 'News about a school since its edition, each once: item says which gate, tier, inspection, term or decision.';

create table publication.watch_sighting (
    watch_run_id bigint not null references publication.watch_run,
    watch_event_id bigint not null references publication.watch_event,
    primary key (watch_run_id, watch_event_id)
);
comment on table publication.watch_sighting is 'Which news still held on which day.';

do $$
declare kept text;
begin
    foreach kept in array array['watch_run', 'watch_event', 'watch_sighting']
    loop
        execute format('create trigger insert_only before update or delete or truncate on publication.%I '
                       'for each statement execute function publication.refuse_change()', kept);
        execute format('grant select, insert on publication.%I to support_publisher', kept);
    end loop;
end
$$;

-- The fence of 0012: no condition of the reader's meets a row that is not his.
create view bi.watch_v1 with (security_barrier) as
select
    shown.authority,
    shown.list_year,
    shown.edition,
    shown.demonstration,
    shown.candidate_id,
    news.*
from publication.shown_edition as shown
inner join publication.edition on shown.candidate_id = edition.candidate_id
cross join lateral (
    select
        event.urn,
        event.school_name,
        event.kind,
        event.item,
        event.detail,
        event.event_date,
        event.first_seen_on,
        seen.last_seen_on,
        seen.last_seen_on = newest.as_at as is_current
    from publication.watch_event as event
    inner join lateral (
        select max(run.as_at) as last_seen_on
        from publication.watch_sighting
        inner join publication.watch_run as run using (watch_run_id)
        where watch_sighting.watch_event_id = event.watch_event_id
    ) as seen on true
    inner join lateral (
        select max(run.as_at) as as_at from publication.watch_run as run where run.edition_id = event.edition_id
    ) as newest on true
    where event.edition_id = edition.edition_id
    offset 0
) as news;
grant select on bi.watch_v1 to bi_reader, bi_readers_limited, support_officer, support_publisher;
