-- What stands in the tables of the seeds: a build loads those that are other than their files and no more.
create table control.loaded_seed (
    seed text primary key,
    file_hash text not null,
    rows_hash text not null
);
comment on table control.loaded_seed is 'The seeds as they were last loaded.';
comment on column control.loaded_seed.file_hash is 'Hash over the file and what says how it is loaded.';
comment on column control.loaded_seed.rows_hash is 'Hash over the rows as they stood after loading: rows changed since have another.';

grant select, insert, update, delete on control.loaded_seed to support_transformer;
