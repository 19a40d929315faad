-- The officers' page reads what was frozen, what the gates said, and the assessments behind it; it writes nothing itself.
grant usage on schema control, quality, publication, marts, seeds, bi to support_officer;
grant select on all tables in schema publication, bi to support_officer;
grant select on control.assessment to support_officer;
grant select on quality.gate_run, quality.rule_result to support_officer;
