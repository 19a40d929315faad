-- A third gate stands between the approval and the publication of a candidate.
alter table quality.gate_run drop constraint gate_run_gate_check;
alter table quality.gate_run add constraint gate_run_gate_check check (gate in ('raw', 'candidate', 'approval'));
comment on table quality.gate_run is 'One run of a gate: gate 1 over a release (subject_id is its release_id), gate 2 over a candidate (candidate_id), and over its approval just before it is published.';
