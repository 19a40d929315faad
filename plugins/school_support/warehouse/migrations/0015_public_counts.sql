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
comment on view bi.public_edition_v1 is 'Grain: authority, list_year, edition. Every list ever published, for the public: no hash of what it says, against which a guess could be tried.';
comment on column bi.public_edition_v1.authority is 'LA code.';
comment on column bi.public_edition_v1.authority_name is 'Name of the authority.';
comment on column bi.public_edition_v1.list_year is 'The academic year that the list supports, by the year it ends in.';
comment on column bi.public_edition_v1.edition is '1 for the first list of a list year; a correction has the next number.';
comment on column bi.public_edition_v1.as_at is 'The day whose knowledge was used.';
comment on column bi.public_edition_v1.published_at is 'When it was published.';
comment on column bi.public_edition_v1.demonstration is 'Made to show how the list works; no decision of the authority.';
comment on column bi.public_edition_v1.is_current is 'Whether no later edition of the list year replaces it.';

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
comment on view bi.public_count_v1 is 'Grain: authority, list_year, edition, table_kind, row_group, tier, measure. The numbers of the public report, whoever sees the list itself: protected together, so that no count below five can be worked out from all of them. Join key: authority, list_year, edition.';
comment on column bi.public_count_v1.authority is 'LA code.';
comment on column bi.public_count_v1.list_year is 'The academic year that the list supports, by the year it ends in.';
comment on column bi.public_count_v1.edition is 'Number of the edition within its list year.';
comment on column bi.public_count_v1.demonstration is 'Made to show how the list works; no decision of the authority.';
comment on column bi.public_count_v1.is_current is 'Whether no later edition of the list year replaces it.';
comment on column bi.public_count_v1.place is 'Order of the rows of an edition.';
comment on column bi.public_count_v1.table_kind is 'tier, phase, sector, disadvantage, coverage, comments or decisions.';
comment on column bi.public_count_v1.row_group is 'Group of schools, or kind of comment or decision; all for all of them.';
comment on column bi.public_count_v1.group_name is 'The group in words.';
comment on column bi.public_count_v1.tier is 'Code of a level of support, two joined by + counted together, or all.';
comment on column bi.public_count_v1.tier_name is 'The level in words.';
comment on column bi.public_count_v1.measure is 'schools, days, cost (GBP), days_per_school, comments or decisions.';
comment on column bi.public_count_v1.shown is 'The number or range in plain figures, or withheld.';
comment on column bi.public_count_v1.low is 'The true number is at least this; null where withheld.';
comment on column bi.public_count_v1.high is 'The true number is at most this; null where withheld.';

grant usage on schema bi to bi_public;
grant select on bi.public_edition_v1, bi.public_count_v1 to bi_public, bi_reader, support_publisher;
