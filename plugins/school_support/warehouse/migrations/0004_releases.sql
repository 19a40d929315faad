-- Rows left out of an accepted file, releases withdrawn after use, and what the store keeps where names were taken out.
create table quality.rejected_row (
    release_id bigint not null references landing.release,
    line integer,
    urn text,
    column_name text,
    value text,
    reason_code text not null,
    message text not null
);
create index on quality.rejected_row (release_id);
comment on table quality.rejected_row is 'Why single rows of an accepted release are not in raw: one row a fault. The contract says how many a file may have.';
grant select, insert, delete on quality.rejected_row to support_loader;
grant select on quality.rejected_row to support_transformer, support_publisher;

alter table landing.fault add column reason_code text;

alter table landing.release
    add column rows_rejected integer check (rows_rejected >= 0),
    add column columns text[],
    add column stored_sha256 text check (stored_sha256 ~ '^[0-9a-f]{64}$'),
    add column withdrawn_from date,
    add column withdrawn_reason text,
    add column withdrawn_by text,
    add column withdrawn_at timestamptz,
    drop constraint release_status_check,
    add constraint release_status_check check (status in ('landed', 'loaded', 'accepted', 'quarantined', 'withdrawn')),
    add constraint release_withdrawn_check check ((status = 'withdrawn') = (withdrawn_reason is not null));
comment on column landing.release.stored_sha256 is 'Hash of the bytes in the landing store: another than sha256 where names of people were taken out; null where nothing was kept.';
comment on column landing.release.withdrawn_from is 'The day the publisher withdrew it: an assessment as at this day or later does not read it. Null: it never counts again.';
comment on column landing.release.columns is 'The canonical columns that the file has: its layout''s, without those optional ones that this issue lacks.';

create table landing.release_event (
    release_id bigint not null references landing.release,
    event text not null check (event in ('withdrawn', 'released')),
    reason text not null,
    os_user text not null,
    session_user_name text not null default session_user,
    at timestamptz not null default now()
);
comment on table landing.release_event is 'Insert-only: what people decided about a release after it came in, who and why. released: out of quarantine, to be read again.';
grant select, insert on landing.release_event to support_loader;
grant select on landing.release_event to support_transformer, support_publisher;
