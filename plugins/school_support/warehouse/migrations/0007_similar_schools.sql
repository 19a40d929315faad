-- Each indicator beside what similar schools reached. Columns of views are only ever added at their end.
alter table publication.school_indicator add column similar_value numeric(10, 3), add column similar_schools integer;
comment on column publication.school_indicator.similar_value is 'What the similar schools reached over the same years; shown, never counted.';
comment on column publication.school_indicator.similar_schools is 'How many similar schools have a figure.';
create or replace view bi.school_indicator_v1 as
    select candidate.authority, candidate.list_year, edition.edition, edition.demonstration, frozen.*
    from publication.current_edition
    inner join publication.edition using (edition_id)
    inner join publication.candidate using (candidate_id)
    inner join publication.school_indicator as frozen using (candidate_id);

-- The marts have other columns from this version on; dbt makes them anew, and an assessment is built again from what it pinned.
drop table if exists marts.school_indicator, marts.school_score cascade;
update control.assessment set built_at = null;
