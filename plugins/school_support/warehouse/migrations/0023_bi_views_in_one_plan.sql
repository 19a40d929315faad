-- The bi views find their edition first and read its rows alone. Columns, order and rows are those of before.
--
-- A view that is itself a security barrier is planned apart from the query around it: all editions of all authorities were
-- read before a join (on the name of an authority, on a year) said which one was meant. The fence never stood there. It is the
-- OFFSET 0 around what finds the editions, and the one around the rows of each: through neither passes a condition of the reader's.
create or replace view publication.shown_edition as
select
    current_edition.authority,
    current_edition.list_year,
    edition.edition,
    edition.demonstration,
    edition.candidate_id
from publication.current_edition
inner join publication.edition using (edition_id)
-- Two questions, each asked once, and not one for each edition: of which the planner thinks that hardly any is shown.
where exists (
    select from control.reader_authority as reader where reader.role_name = current_user and reader.authority = 'all'
) or current_edition.authority in (
    select reader.authority from control.reader_authority as reader where reader.role_name = current_user
)
offset 0;

do $$
declare
    shown text;
begin
    foreach shown in array array['support_list_v1', 'school_risk_v1', 'school_indicator_v1', 'school_v1', 'inspection_v1', 'result_v1',
                                 'support_fairness_v1', 'panel_decision_v1', 'watch_v1']
    loop
        execute format('alter view bi.%I reset (security_barrier)', shown);
    end loop;
end
$$;
alter view publication.shown_edition reset (security_barrier);

-- Which editions there are is fenced; how many schools and pounds each has is added up above the fence, for the rows asked for alone.
create or replace view bi.edition_v1 as
select
    shown.authority,
    shown.authority_name,
    shown.list_year,
    shown.edition,
    shown.as_at,
    shown.ruleset,
    shown.content_hash,
    shown.demonstration,
    shown.published_at,
    shown.approved_by,
    shown.approved_session_user,
    shown.approved_at,
    shown.is_current,
    shown.replaces,
    (select count(*)::integer from publication.support_list as s where s.candidate_id = shown.candidate_id) as schools,
    (select sum(s.support_cost)::numeric(12, 2) from publication.support_list as s where s.candidate_id = shown.candidate_id) as support_cost,
    shown.reason,
    shown.circulation,
    shown.approval_channel,
    shown.manifest_sha256,
    shown.decisions_as_at,
    shown.candidate_id
from (
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
        edition.reason,
        edition.circulation,
        approval.channel as approval_channel,
        edition.manifest_sha256,
        candidate.decisions_as_at,
        edition.candidate_id
    from publication.edition
    inner join publication.candidate using (candidate_id)
    -- Each has one: a left join is what the planner leaves out where nobody asks who approved.
    left join publication.approval using (approval_id)
    left join publication.current_edition using (edition_id)
    left join publication.edition as replaced on replaced.edition_id = edition.replaces_edition_id
    where exists (
        select from control.reader_authority as reader where reader.role_name = current_user and reader.authority = 'all'
    ) or edition.authority in (
        select reader.authority from control.reader_authority as reader where reader.role_name = current_user
    )
    offset 0
) as shown;

create or replace view bi.school_check_v1 as
select
    newest.authority,
    newest.list_year,
    newest.candidate_id,
    answered.urn,
    newest.opened_on,
    newest.closes_on,
    answered.status,
    answered.comments,
    answered.outcomes,
    answered.last_received_on,
    answered.outcome
from (
    select school_check.*
    from publication.school_check
    where not exists (
        select from publication.school_check as later
        where later.authority = school_check.authority and later.list_year = school_check.list_year
            and later.school_check_id > school_check.school_check_id
    )
    and (
        exists (
            select from control.reader_authority as reader where reader.role_name = current_user and reader.authority = 'all'
        ) or school_check.authority in (
            select reader.authority from control.reader_authority as reader where reader.role_name = current_user
        )
    )
    offset 0
) as newest
cross join lateral (
    select
        listed.urn,
        case
            when said.comments = 0 then 'no_comment'
            when said.outcome is null then 'comment_received'
            else 'answered'
        end as status,
        said.comments,
        said.outcomes,
        said.last_received_on,
        said.outcome
    from publication.support_list as listed
    cross join lateral (
        select
            count(*)::integer as comments,
            count(decided.comment_id)::integer as outcomes,
            max(comment.received_on) as last_received_on,
            case
                when count(*) > count(decided.comment_id) then null
                when bool_or(decided.outcome = 'upheld') then 'upheld'
                when bool_or(decided.outcome = 'partly_upheld') then 'partly_upheld'
                when count(*) > 0 then 'not_upheld'
            end as outcome
        from publication.school_comment as comment
        left join publication.comment_outcome as decided using (comment_id)
        where comment.school_check_id = newest.school_check_id and comment.urn = listed.urn
    ) as said
    where listed.candidate_id = newest.candidate_id
    offset 0
) as answered;
create index on publication.school_comment (school_check_id, urn);
create index on publication.watch_sighting (watch_event_id);
