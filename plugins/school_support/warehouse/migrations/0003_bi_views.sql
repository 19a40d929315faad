-- What BI tools read. Each view shows the current edition of every authority and list year; bi.edition_v1 lists all editions.
create view bi.edition_v1 as
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
    approval.os_user as approved_by,
    approval.session_user_name as approved_session_user,
    approval.decided_at as approved_at,
    current_edition.edition_id is not null as is_current,
    replaced.edition as replaces,
    (select count(*)::integer from publication.support_list as s where s.candidate_id = edition.candidate_id) as schools,
    (select sum(s.support_cost)::numeric(12, 2) from publication.support_list as s where s.candidate_id = edition.candidate_id) as support_cost
from publication.edition
inner join publication.candidate using (candidate_id)
inner join publication.approval using (approval_id)
left join publication.current_edition using (edition_id)
left join publication.edition as replaced on replaced.edition_id = edition.replaces_edition_id;
comment on view bi.edition_v1 is 'Grain: authority, list_year, edition. Every list ever published; is_current marks those that the other views show.';

do $$
declare
    shown record;
begin
    for shown in
        select * from (values
            ('support_list', 'support_list_v1', 'Grain: authority, list_year, urn of the current edition. One tier for every school, with days, cost and reasons. Join key: authority, list_year, urn.'),
            ('school_risk', 'school_risk_v1', 'Grain: authority, list_year, urn, domain of the current edition. Points out of the points available. Join key: authority, list_year, urn.'),
            ('school_indicator', 'school_indicator_v1', 'Grain: authority, list_year, urn, indicator of the current edition. Value, interval, comparison, probability, points. Join key: authority, list_year, urn.'),
            ('school', 'school_v1', 'Grain: authority, list_year, urn of the current edition. The school as the register had it on the as-at date. Join key: authority, list_year, urn.'),
            ('inspection', 'inspection_v1', 'Grain: authority, list_year, urn, inspection_date of the current edition. Graded inspections known at the as-at date. Join key: authority, list_year, urn.'),
            ('result', 'result_v1', 'Grain: authority, list_year, urn, academic_year, measure of the current edition. The latest stage known at the as-at date: a value or a reason code, never both. Join key: authority, list_year, urn.')
        ) as views (table_name, view_name, grain)
    loop
        execute format(
            'create view bi.%I as select candidate.authority, candidate.list_year, edition.edition, edition.demonstration, frozen.* '
            'from publication.current_edition inner join publication.edition using (edition_id) '
            'inner join publication.candidate using (candidate_id) inner join publication.%I as frozen using (candidate_id)',
            shown.view_name, shown.table_name);
        execute format('comment on view bi.%I is %L', shown.view_name, shown.grain);
    end loop;
end
$$;
grant usage on schema bi to bi_reader, support_publisher;
grant select on all tables in schema bi to bi_reader, support_publisher;
