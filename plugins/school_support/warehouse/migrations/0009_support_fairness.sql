-- How support falls on kinds of schools, frozen and shown like the other tables.
create table publication.support_fairness (
    candidate_id bigint not null references publication.candidate,
    group_kind text not null,
    group_name text not null,
    schools integer,
    highest_tier_schools integer,
    second_tier_schools integer,
    upper_tiers_share numeric(5, 4),
    insufficient_evidence_schools integer,
    support_days numeric(10, 1),
    support_cost numeric(14, 2),
    schools_with_roll integer,
    pupils_on_roll numeric(12, 0),
    mean_days numeric(6, 2),
    ratio_to_mean numeric(8, 3),
    days_per_100_pupils numeric(10, 3)
);
create index on publication.support_fairness (candidate_id);
create trigger insert_only before update or delete or truncate on publication.support_fairness
    for each statement execute function publication.refuse_change();
create trigger no_late_rows before insert on publication.support_fairness
    for each row execute function publication.refuse_late_rows();
grant select, insert on publication.support_fairness to support_publisher;

create view bi.support_fairness_v1 as
select candidate.authority, candidate.list_year, edition.edition, edition.demonstration, frozen.*
from publication.current_edition
inner join publication.edition using (edition_id)
inner join publication.candidate using (candidate_id)
inner join publication.support_fairness as frozen using (candidate_id);
comment on view bi.support_fairness_v1 is 'Grain: authority, list_year, group_kind, group_name of the current edition. How support falls by phase, disadvantage and sector, beside all schools; empty for editions from before it was kept. Join key: authority, list_year.';
grant select on bi.support_fairness_v1 to bi_reader, support_publisher;

-- What was built before has no row in the new mart: it is built again before it becomes a candidate.
update control.assessment set built_at = null;
