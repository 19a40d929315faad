-- Messages to people that must not be lost: written together with what they tell of, sent afterwards.
create table publication.alert (
    alert_id bigint generated always as identity primary key,
    authority text not null,
    subject text not null,
    body text not null,
    recorded_at timestamptz not null default now(),
    sent_at timestamptz,
    sent_by text check (sent_by in ('log', 'http', 'smtp'))
);
comment on table publication.alert is 'Messages about news of schools; one without sent_at is still to be sent.';
comment on column publication.alert.sent_by is 'The way it went: log where no connection is defined.';
grant select, insert, delete on publication.alert to support_publisher;
grant update (sent_at, sent_by) on publication.alert to support_publisher;
