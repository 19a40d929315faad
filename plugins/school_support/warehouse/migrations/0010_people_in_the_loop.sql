-- Panel decisions, the school check, approvals by name, corrections with a reason, and what was written and sent.

-- An assessment uses the evidence known at its as-at date and the panel decisions known at another, later day: the panel
-- meets after it has seen the list.
alter table control.assessment add column decisions_as_at date;
update control.assessment set decisions_as_at = as_at, built_at = null;
alter table control.assessment alter column decisions_as_at set not null;
comment on column control.assessment.decisions_as_at is 'The day whose panel decisions count: received and made by then, not expired. Never before as_at. Evidence is that of as_at, always.';
alter table control.assessment_release drop constraint assessment_release_usage_check;
alter table control.assessment_release add constraint assessment_release_usage_check
    check (usage in ('known', 'register_events', 'dated_rows', 'panel_decisions'));
comment on table control.assessment_release is 'The releases an assessment may read. known: published by the as-at date. register_events: a register issued later, for dated openings, closings and links alone. dated_rows: a history file whose rows carry their own date. panel_decisions: received by decisions_as_at.';

-- The marts have other columns from this version on; dbt makes them anew.
drop table if exists marts.school_tier cascade;

-- What a candidate froze has another form from now on; what was frozen before keeps its own, and so its hash.
alter table publication.candidate
    add column form integer not null default 1 check (form >= 1),
    add column decisions_as_at date,
    add column built_by text,
    add column demonstration boolean not null default false,
    drop constraint candidate_assessment_id_content_hash_key,
    add unique (assessment_id, content_hash, demonstration);
alter table publication.candidate alter column form drop default;
comment on column publication.candidate.form is 'Version of what is frozen and hashed: school_support.publication.tables.';
comment on column publication.candidate.built_by is 'The person who asked for it: the user who started the run, or who called the command line. Null in form 1.';
comment on column publication.candidate.demonstration is 'Its builder may approve it and no panel or school was heard; its edition says so wherever it shows. Said when it is frozen.';

alter table publication.support_list
    add column computed_tier text,
    add column computed_tier_name text,
    add column computed_tier_rank integer,
    add column decision text,
    add column decision_reason text,
    add column sensitive_to text,
    add column exit_criteria text;

create table publication.panel_decision (
    candidate_id bigint not null references publication.candidate,
    urn text not null,
    decision text,
    tier text,
    reason text,
    evidence text,
    decided_by_1 text,
    decided_by_2 text,
    decided_on date,
    expires_on date,
    replaces_decided_on date,
    release text
);
create index on publication.panel_decision (candidate_id);
comment on table publication.panel_decision is 'The panel decisions in force for the candidate, one row a decision: two rows of one school that differ close the gate.';
grant select, insert on publication.panel_decision to support_publisher;
create trigger insert_only before update or delete or truncate on publication.panel_decision
    for each statement execute function publication.refuse_change();
create trigger no_late_rows before insert on publication.panel_decision
    for each row execute function publication.refuse_late_rows();

-- The school check: what schools were shown, until when they may answer, what they said and what became of it.
create table publication.school_check (
    school_check_id bigint generated always as identity primary key,
    candidate_id bigint not null unique references publication.candidate,
    authority text not null,
    list_year integer not null,
    opened_on date not null,
    closes_on date not null check (closes_on > opened_on),
    working_days integer not null check (working_days >= 1),
    opened_by text not null,
    session_user_name text not null default session_user,
    opened_at timestamptz not null default now()
);
comment on table publication.school_check is 'One row a candidate whose draft letters went to schools. closes_on is the last day on which a comment is in time.';

create table publication.school_comment (
    comment_id bigint generated always as identity primary key,
    school_check_id bigint not null references publication.school_check,
    urn text not null,
    kind text not null check (kind in ('factual_error', 'new_evidence')),
    comment text not null check (btrim(comment) <> ''),
    received_on date not null,
    recorded_by text not null,
    session_user_name text not null default session_user,
    recorded_at timestamptz not null default now()
);
comment on table publication.school_comment is 'What a school said about its draft letter. No names of persons, no pupil.';

create table publication.comment_outcome (
    comment_id bigint primary key references publication.school_comment,
    outcome text not null check (outcome in ('upheld', 'partly_upheld', 'not_upheld')),
    reason text not null check (btrim(reason) <> ''),
    decided_on date not null,
    decided_by text not null,
    session_user_name text not null default session_user,
    recorded_at timestamptz not null default now()
);
comment on table publication.comment_outcome is 'What became of a comment, one a comment. A tier changes by a panel decision or by better data, never by this row.';

-- Letters written and sent.
create table publication.letter (
    letter_id bigint generated always as identity primary key,
    candidate_id bigint not null references publication.candidate,
    edition_id bigint,
    urn text not null,
    kind text not null check (kind in ('draft', 'final', 'correction')),
    addressed_to text not null,
    file_name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    written_at timestamptz not null default now(),
    unique (candidate_id, urn, kind, sha256)
);
comment on table publication.letter is 'Every letter ever written: to which offices, never to a name, and the hash of the PDF.';

create table publication.dispatch (
    dispatch_id bigint generated always as identity primary key,
    letter_id bigint not null references publication.letter,
    sent_on date not null,
    channel text not null check (channel in ('e-mail', 'post', 'portal', 'by hand')),
    recorded_by text not null,
    session_user_name text not null default session_user,
    recorded_at timestamptz not null default now()
);
comment on table publication.dispatch is 'Who was sent what, when and how: a row a letter and sending.';

-- Who decided, by name and by which way; the hash of the manifest; why a list was published again.
alter table publication.approval
    add column person text,
    add column channel text check (channel in ('command line', 'airflow', 'page')),
    add column run_id text;
comment on column publication.approval.person is 'The user who decided, as Airflow or the operating system knows him. Null before names were kept: then os_user.';

alter table publication.edition
    add column manifest_sha256 text check (manifest_sha256 ~ '^[0-9a-f]{64}$'),
    add column reason text,
    add column circulation text check (circulation in ('own', 'all_schools', 'public'));
comment on column publication.edition.manifest_sha256 is 'sha256 over the manifest: JSON with sorted keys, no spaces, UTF-8.';
comment on column publication.edition.reason is 'Why it replaces an edition; null for the first of a list year.';
comment on column publication.edition.circulation is 'Who sees tiers: own (each school its own), all_schools, or public. The setting at the day of publication.';
alter table publication.letter add foreign key (edition_id) references publication.edition;

create table publication.output_file (
    edition_id bigint not null references publication.edition,
    name text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint not null,
    written_at timestamptz not null default now(),
    primary key (edition_id, name, sha256)
);
comment on table publication.output_file is 'Files written for an edition and their hashes: `support-list verify` compares.';

do $$
declare kept text;
begin
    foreach kept in array array['school_check', 'school_comment', 'comment_outcome', 'letter', 'dispatch', 'output_file']
    loop
        execute format('create trigger insert_only before update or delete or truncate on publication.%I '
                       'for each statement execute function publication.refuse_change()', kept);
        execute format('grant select, insert on publication.%I to support_publisher', kept);
    end loop;
end
$$;

-- Views name their columns in the order in which they came: new ones stand at the end.
create or replace view bi.support_list_v1 as
select candidate.authority, candidate.list_year, edition.edition, edition.demonstration, frozen.*
from publication.current_edition
inner join publication.edition using (edition_id)
inner join publication.candidate using (candidate_id)
inner join publication.support_list as frozen using (candidate_id);
