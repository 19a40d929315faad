-- A third gate stands between the approval and the publication of a candidate.
alter table quality.gate_run drop constraint gate_run_gate_check;
alter table quality.gate_run add constraint gate_run_gate_check check (gate in ('raw', 'candidate', 'approval'));
comment on table quality.gate_run is 'One run of a gate: gate 1 over a release (subject_id is its release_id), gate 2 over a candidate (candidate_id), and over its approval just before it is published.';

-- What gate 1 accepted is what gate 2 finds: a fingerprint of a release's rows in raw.
alter table landing.release add column rows_fingerprint numeric;
comment on column landing.release.rows_fingerprint is 'Sum of the hashes of its rows in raw when gate 1 accepted it (school_support.quality.fingerprint); another one later means that raw was changed. Null where it has no rows.';
do $$
declare known record;
begin
    for known in
        select release_id, source from landing.release
        where status in ('accepted', 'withdrawn') and to_regclass('raw.' || source) is not null
    loop
        execute format(
            'update landing.release set rows_fingerprint = (select sum(hashtextextended(rtrim(entry::text, '',)''), 0)::numeric) '
            'from raw.%I as entry where _release_id = %s) where release_id = %s',
            known.source, known.release_id, known.release_id);
    end loop;
end
$$;
