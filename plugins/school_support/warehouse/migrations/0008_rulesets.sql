-- Which rows a ruleset version had when an assessment read it, and when an edition was first published under it.
alter table control.assessment
    add column ruleset_hash text check (ruleset_hash ~ '^[0-9a-f]{64}$');
comment on column control.assessment.ruleset_hash is 'sha256 over the version''s rows in all rule_* seeds (school_support.assessment.rulesets). Null for the draft of a what-if, and for an assessment made before hashes were kept.';

-- Written by the publication, read by what prepares an assessment: control stands left of both.
create table control.settled_ruleset (
    ruleset text primary key,
    ruleset_hash text not null check (ruleset_hash ~ '^[0-9a-f]{64}$'),
    authority text not null,
    list_year integer not null,
    edition integer not null,
    settled_at timestamptz not null default now()
);
comment on table control.settled_ruleset is 'Ruleset versions that an edition has used, with the first that did: their rows never change again. A demonstration settles nothing. Insert-only.';
grant select on control.settled_ruleset to support_transformer, support_publisher;
grant insert on control.settled_ruleset to support_publisher;
