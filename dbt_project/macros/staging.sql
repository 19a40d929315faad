{# The raw rows of a source that a staging model has to read: those of the releases chosen for this build. #}
{% macro raw_rows(source_name) -%}
    (
        select * from {{ source('raw', source_name) }}
        {%- if is_incremental() %}
        -- An array, so that only the pages of these releases are read.
        where
            _release_id = any(
                array(
                    select release_id from control.staged_release
                    where model = '{{ this.identifier }}' and build = '{{ invocation_id }}'
                )
            )
        {%- endif %}
    )
{%- endmacro %}

{# Before a staging model is built: choose the releases that it lacks, in the same transaction. A release is staged once, for
   its rows never change; a release that is accepted meanwhile is the next build's. #}
{% macro choose_releases() -%}
    {%- set sources = model.sources | selectattr(0, 'equalto', 'raw') | map(attribute=1) | unique | sort | list -%}
    {%- set named = "array['" ~ sources | join("', '") ~ "']::text[]" -%}
    {%- set recipe = var('staging_recipe') -%}
    {%- if not is_incremental() %}
    delete from control.staged_release where model = '{{ this.identifier }}';
    {%- endif %}
    insert into control.staged_model (model, recipe, sources)
    values ('{{ this.identifier }}', '{{ recipe }}', {{ named }})
    on conflict (model) do update set recipe = excluded.recipe, sources = excluded.sources;
    insert into control.staged_release (model, release_id, build)
    select '{{ this.identifier }}', release_id, '{{ invocation_id }}'
    from landing.release
    where status in ('accepted', 'withdrawn') and source = any({{ named }})
    on conflict do nothing
{%- endmacro %}
