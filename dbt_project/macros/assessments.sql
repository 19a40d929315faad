{# The assessments of this build. An empty list builds nothing, so that `dbt build` alone is harmless. #}
{% macro selected_assessments() -%}
    {%- set ids = var('assessment_ids') -%}
    {%- if ids | length == 0 -%} (null::bigint) {%- else -%} ({{ ids | map('int') | join(', ') }}) {%- endif -%}
{%- endmacro %}
