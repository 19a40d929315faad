{# Releases whose rows may be read: an assessment reads those that it pinned, also one that was withdrawn since. #}
{% macro usable_releases() -%}
    (select * from {{ source('landing', 'release') }} where status in ('accepted', 'withdrawn'))
{%- endmacro %}
