-- A backtest judges every school of the country as at a past day; like a what-if it never becomes a list.
alter table control.assessment drop constraint assessment_purpose_check;
alter table control.assessment add constraint assessment_purpose_check
    check (purpose in ('annual', 'backfill', 'monitoring', 'backtest', 'what_if'));

-- The marts have other columns from this version on. dbt makes them anew: an assessment is built again from the releases
-- that it pinned; what was published stands in the publication schema and is not touched.
do $$
declare
    mart record;
begin
    for mart in select tablename from pg_tables where schemaname = 'marts' loop
        execute format('drop table marts.%I cascade', mart.tablename);
    end loop;
end $$;
update control.assessment set built_at = null;
