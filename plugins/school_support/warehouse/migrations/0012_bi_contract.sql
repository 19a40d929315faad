-- Who may read which authority, the contract of the bi views, and the views anew: each shows a reader only its own authorities.

create table control.reader_authority (
    role_name text not null,
    authority text not null check (authority = 'all' or authority ~ '^[0-9]{3}$'),
    added_at timestamptz not null default now(),
    added_by text not null default session_user,
    primary key (role_name, authority)
);
comment on table control.reader_authority is 'Which authorities a role sees in the bi views. A role without a row sees none.';
insert into control.reader_authority (role_name, authority) values
('bi_reader', 'all'), ('support_officer', 'all'), ('support_publisher', 'all'), ('support_owner', 'all'), ('support_admin', 'all');

create table control.bi_view (
    view_name text primary key,
    grain text[] not null,
    since date not null,
    deprecated_on date,
    leaves_on date check (leaves_on >= deprecated_on + interval '12 months'),
    replaced_by text,
    check ((deprecated_on is null) = (leaves_on is null)),
    check ((deprecated_on is null) = (replaced_by is null))
);
comment on table control.bi_view is 'The bi views as school_support/warehouse/bi_contract.yaml has them; written again after every migration.';

-- A view reads its tables with its owner's rights, and the current user in it is the one who asks: SET ROLE lends nobody
-- more than the role's own rows.
--
-- No condition of the reader's may meet a row before it is known to be his: it could say by an error or a pause that there
-- is one. A security barrier alone is no fence for that: PostgreSQL lets conditions through it whose functions take no
-- column, such as `case when urn = '100001' then pg_sleep(9) end is null`. OFFSET 0 lets none through.
create view publication.shown_edition with (security_barrier) as
select
    current_edition.authority,
    current_edition.list_year,
    edition.edition,
    edition.demonstration,
    edition.candidate_id
from publication.current_edition
inner join publication.edition using (edition_id)
where exists (
    select 1 from control.reader_authority as reader
    where reader.role_name = current_user and reader.authority in ('all', current_edition.authority)
)
offset 0;
comment on view publication.shown_edition is 'The current editions that the current user may read. What the bi views of one edition are made of.';

do $$
declare
    frozen text;
begin
    foreach frozen in array array['support_list', 'school_risk', 'school_indicator', 'school', 'inspection', 'result',
                                  'support_fairness']
    loop
        execute format(
            'create or replace view bi.%I with (security_barrier) as '
            'select shown.authority, shown.list_year, shown.edition, shown.demonstration, frozen.* '
            'from publication.shown_edition as shown cross join lateral '
            '(select * from publication.%I as one where one.candidate_id = shown.candidate_id offset 0) as frozen',
            frozen || '_v1', frozen);
    end loop;
end
$$;

create or replace view bi.edition_v1 with (security_barrier) as
select
    edition.authority,
    candidate.authority_name,
    edition.list_year,
    edition.edition,
    candidate.as_at,
    candidate.ruleset,
    edition.content_hash,
    edition.demonstration,
    edition.published_at,
    coalesce(approval.person, approval.os_user) as approved_by,
    approval.session_user_name as approved_session_user,
    approval.decided_at as approved_at,
    current_edition.edition_id is not null as is_current,
    replaced.edition as replaces,
    (select count(*)::integer from publication.support_list as s where s.candidate_id = edition.candidate_id) as schools,
    (select sum(s.support_cost)::numeric(12, 2) from publication.support_list as s where s.candidate_id = edition.candidate_id) as support_cost,
    edition.reason,
    edition.circulation,
    approval.channel as approval_channel,
    edition.manifest_sha256,
    candidate.decisions_as_at,
    edition.candidate_id
from publication.edition
inner join publication.candidate using (candidate_id)
inner join publication.approval using (approval_id)
left join publication.current_edition using (edition_id)
left join publication.edition as replaced on replaced.edition_id = edition.replaces_edition_id
where exists (
    select 1 from control.reader_authority as reader
    where reader.role_name = current_user and reader.authority in ('all', edition.authority)
)
offset 0;

create view bi.panel_decision_v1 with (security_barrier) as
select
    shown.authority,
    shown.list_year,
    shown.edition,
    shown.demonstration,
    shown.candidate_id,
    frozen.urn,
    frozen.decision,
    frozen.tier,
    frozen.reason,
    frozen.evidence,
    frozen.decided_on,
    frozen.expires_on,
    frozen.replaces_decided_on,
    frozen.release
from publication.shown_edition as shown
cross join lateral (
    select * from publication.panel_decision as one where one.candidate_id = shown.candidate_id offset 0
) as frozen;

-- What a school said is between it and the authority: here stands only that it did, and what became of it.
create view bi.school_check_v1 with (security_barrier) as
with newest as (
    select distinct on (authority, list_year) *
    from publication.school_check
    order by authority, list_year, school_check_id desc
),

comments as (
    select
        comment.school_check_id,
        comment.urn,
        count(*)::integer as comments,
        count(decided.comment_id)::integer as outcomes,
        max(comment.received_on) as last_received_on,
        case
            when count(*) > count(decided.comment_id) then null
            when bool_or(decided.outcome = 'upheld') then 'upheld'
            when bool_or(decided.outcome = 'partly_upheld') then 'partly_upheld'
            else 'not_upheld'
        end as outcome
    from publication.school_comment as comment
    left join publication.comment_outcome as decided using (comment_id)
    group by comment.school_check_id, comment.urn
)

select
    newest.authority,
    newest.list_year,
    newest.candidate_id,
    listed.urn,
    newest.opened_on,
    newest.closes_on,
    case
        when comments.urn is null then 'no_comment'
        when comments.outcome is null then 'comment_received'
        else 'answered'
    end as status,
    coalesce(comments.comments, 0) as comments,
    coalesce(comments.outcomes, 0) as outcomes,
    comments.last_received_on,
    comments.outcome
from newest
inner join publication.support_list as listed on newest.candidate_id = listed.candidate_id
left join comments on newest.school_check_id = comments.school_check_id and listed.urn = comments.urn
where exists (
    select 1 from control.reader_authority as reader
    where reader.role_name = current_user and reader.authority in ('all', newest.authority)
)
offset 0;

create view bi.contract_v1 as
select
    shown.view_name,
    attribute.attname::text as column_name,
    attribute.attnum::integer as position,
    format_type(attribute.atttypid, attribute.atttypmod) as data_type,
    attribute.attname = any(shown.grain) as is_grain,
    col_description(attribute.attrelid, attribute.attnum) as description,
    shown.since,
    shown.deprecated_on,
    shown.leaves_on,
    shown.replaced_by
from control.bi_view as shown
inner join pg_catalog.pg_class as class on shown.view_name = class.relname and class.relnamespace = 'bi'::regnamespace
inner join pg_catalog.pg_attribute as attribute on class.oid = attribute.attrelid and attribute.attnum > 0;

grant usage on schema bi to bi_readers_limited, support_officer;
grant select on
    bi.edition_v1, bi.support_list_v1, bi.school_risk_v1, bi.school_indicator_v1, bi.school_v1, bi.inspection_v1, bi.result_v1,
    bi.support_fairness_v1, bi.panel_decision_v1, bi.school_check_v1, bi.contract_v1
to bi_reader, bi_readers_limited, support_officer, support_publisher;
