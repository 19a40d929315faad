-- Which edition a candidate is read beside: the gate, the approver's summary and the officers' pages ask it alike.
-- A list is held against the one it would replace; the first of a year against the list of the year before.
create view publication.held_against as
select
    candidate.candidate_id,
    former.edition_id,
    former.candidate_id as former_candidate_id,
    former.list_year,
    former.edition
from publication.candidate
left join publication.edition as own using (candidate_id)
cross join lateral (
    select other.edition_id, other.candidate_id, other.list_year, other.edition
    from publication.edition as other
    left join publication.current_edition as pointer on pointer.edition_id = other.edition_id
    where
        other.authority = candidate.authority
        and other.candidate_id <> candidate.candidate_id
        and case
            when own.replaces_edition_id is not null then other.edition_id = own.replaces_edition_id
            when own.edition_id is not null then pointer.edition_id is not null and other.list_year < candidate.list_year
            else pointer.edition_id is not null and other.list_year <= candidate.list_year
        end
    order by other.list_year desc
    limit 1
) as former;
comment on view publication.held_against is 'The edition beside which each candidate is read; no row where there is none.';
grant select on publication.held_against to support_publisher, support_officer;
