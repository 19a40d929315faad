-- Who asks for the current edition of a list finds it in one small table, joined with nothing: what a reader may see is found
-- for every question behind the fence (decision 0016), and took half of the time of a small one.
alter table publication.current_edition
    add column edition integer,
    add column demonstration boolean,
    add column candidate_id bigint references publication.candidate,
    add column authority_name text;

create function publication.copy_of_edition() returns trigger language plpgsql set search_path = pg_catalog as $$
begin
    select edition.edition, edition.demonstration, edition.candidate_id, candidate.authority_name
    into new.edition, new.demonstration, new.candidate_id, new.authority_name
    from publication.edition
    inner join publication.candidate using (candidate_id)
    where edition.edition_id = new.edition_id and edition.authority = new.authority and edition.list_year = new.list_year;
    if not found then
        raise exception 'edition % is not one of list year % of authority %', new.edition_id, new.list_year, new.authority
            using errcode = 'foreign_key_violation';
    end if;
    return new;
end
$$;
comment on function publication.copy_of_edition() is
    'Fills what publication.current_edition repeats of its edition. Editions never change, so neither does the copy.';
-- Always: also where rows are copied by a session that keeps other triggers from firing.
create trigger copy_of_edition before insert or update on publication.current_edition
    for each row execute function publication.copy_of_edition();
alter table publication.current_edition enable always trigger copy_of_edition;

update publication.current_edition set edition_id = edition_id;
alter table publication.current_edition
    alter column edition set not null,
    alter column demonstration set not null,
    alter column candidate_id set not null,
    alter column authority_name set not null;

create or replace view publication.shown_edition as
select
    authority,
    list_year,
    edition,
    demonstration,
    candidate_id,
    authority_name
from publication.current_edition
-- Two questions, each asked once, and not one for each edition: of which the planner thinks that hardly any is shown.
where exists (
    select from control.reader_authority as reader where reader.role_name = current_user and reader.authority = 'all'
) or authority in (
    select reader.authority from control.reader_authority as reader where reader.role_name = current_user
)
offset 0;

create view bi.current_edition_v1 as
select
    authority,
    authority_name,
    list_year,
    edition,
    demonstration,
    candidate_id,
    list_year = max(list_year) over (partition by authority) as is_newest_list,
    lag(list_year) over (partition by authority order by list_year) as previous_list_year
from publication.shown_edition;
grant select on bi.current_edition_v1 to bi_reader, bi_readers_limited, support_officer, support_publisher;

-- Below the fence stands what says whose an edition is; the rest is looked up for the rows that were asked for.
create or replace view bi.edition_v1 as
select
    shown.authority,
    shown.authority_name,
    shown.list_year,
    shown.edition,
    shown.as_at,
    shown.ruleset,
    shown.content_hash,
    shown.demonstration,
    shown.published_at,
    (select coalesce(a.person, a.os_user) from publication.approval as a where a.approval_id = shown.approval_id) as approved_by,
    (select a.session_user_name from publication.approval as a where a.approval_id = shown.approval_id) as approved_session_user,
    (select a.decided_at from publication.approval as a where a.approval_id = shown.approval_id) as approved_at,
    exists (
        select from publication.current_edition as c
        where c.authority = shown.authority and c.list_year = shown.list_year and c.edition_id = shown.edition_id
    ) as is_current,
    (select e.edition from publication.edition as e where e.edition_id = shown.replaces_edition_id) as replaces,
    (select count(*)::integer from publication.support_list as s where s.candidate_id = shown.candidate_id) as schools,
    (select sum(s.support_cost)::numeric(12, 2) from publication.support_list as s where s.candidate_id = shown.candidate_id) as support_cost,
    shown.reason,
    shown.circulation,
    (select a.channel from publication.approval as a where a.approval_id = shown.approval_id) as approval_channel,
    shown.manifest_sha256,
    shown.decisions_as_at,
    shown.candidate_id
from (
    select
        edition.*,
        candidate.authority_name,
        candidate.as_at,
        candidate.ruleset,
        candidate.decisions_as_at
    from publication.edition
    inner join publication.candidate using (candidate_id)
    where exists (
        select from control.reader_authority as reader where reader.role_name = current_user and reader.authority = 'all'
    ) or edition.authority in (
        select reader.authority from control.reader_authority as reader where reader.role_name = current_user
    )
    offset 0
) as shown;
