-- Which releases stand in which staging model: a night stages what is new and reads nothing else.
create table control.staged_model (
    model text primary key,
    recipe text not null,
    sources text[] not null
);
comment on table control.staged_model is 'The staging models as they were last built.';
comment on column control.staged_model.recipe is 'Hash over the SQL and seeds that say how rows are staged; of another, everything is staged anew.';
comment on column control.staged_model.sources is 'The sources that the model reads.';

create table control.staged_release (
    model text not null,
    release_id bigint not null references landing.release on delete cascade,
    build text not null,
    primary key (model, release_id)
);
comment on table control.staged_release is 'The releases whose rows stand in a staging model.';
comment on column control.staged_release.build is 'The dbt invocation that staged it.';

grant select, insert, update, delete on control.staged_model, control.staged_release to support_transformer;
grant select on control.staged_model, control.staged_release to support_publisher;
