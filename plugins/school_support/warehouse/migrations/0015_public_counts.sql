-- The numbers that the public report of an edition shows, chosen once, and the two views of the role bi_public.
create table publication.public_count (
    edition_id bigint not null references publication.edition,
    place integer not null,
    table_kind text not null check (table_kind in ('tier', 'phase', 'sector', 'disadvantage', 'coverage', 'comments', 'decisions')),
    row_group text not null,
    group_name text not null,
    members text[] not null,
    tier text not null,
    tier_name text not null,
    measure text not null check (measure in ('schools', 'days', 'cost', 'days_per_school', 'comments', 'decisions')),
    shown text not null,
    low numeric,
    high numeric,
    written_at timestamptz not null default now(),
    primary key (edition_id, place),
    unique (edition_id, table_kind, row_group, tier, measure),
    check ((low is null) = (shown = 'withheld') and (low is null) = (high is null) and low <= high)
);
comment on table publication.public_count is 'Every number of the public report of an edition, withheld ones among them without a value. Written once, with the first outputs of the edition: another choice for the same list could give away what this one hides.';

create trigger insert_only before update or delete or truncate on publication.public_count
    for each statement execute function publication.refuse_change();
grant select, insert on publication.public_count to support_publisher;

create view bi.public_edition_v1 as
select
    edition.authority,
    candidate.authority_name,
    edition.list_year,
    edition.edition,
    candidate.as_at,
    edition.published_at,
    edition.demonstration,
    current_edition.edition_id is not null as is_current
from publication.edition
inner join publication.candidate using (candidate_id)
left join publication.current_edition using (edition_id);

create view bi.public_count_v1 as
select
    edition.authority,
    edition.list_year,
    edition.edition,
    edition.demonstration,
    current_edition.edition_id is not null as is_current,
    shown.place,
    shown.table_kind,
    shown.row_group,
    shown.group_name,
    shown.tier,
    shown.tier_name,
    shown.measure,
    shown.shown,
    shown.low,
    shown.high
from publication.public_count as shown
inner join publication.edition using (edition_id)
left join publication.current_edition using (edition_id);

grant usage on schema bi to bi_public;
grant select on bi.public_edition_v1, bi.public_count_v1 to bi_public, bi_reader, support_publisher;
