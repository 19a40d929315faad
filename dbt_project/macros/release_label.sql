{# How a release is named wherever people read: what it is, and enough of its hash to find it in the ledger. #}
{% macro release_label(release) -%}
    {{ release }}.source || coalesce(' ' || {{ release }}.academic_year::text, ' ' || {{ release }}.snapshot_date::text, '')
    || coalesce(' ' || {{ release }}.stage, '') || ' (' || left({{ release }}.sha256, 8) || ')'
{%- endmacro %}
