{# Of several files of one day what the first says that says anything: the register's own before others. #}
{% macro first_told(column) -%}
    (array_agg({{ column }} order by source_rank, sha256) filter (where {{ column }} is not null))[1]
{%- endmacro %}

{# What a snapshot leaves out has not changed: it stands as it was last told. Needs a window named `school`. #}
{% macro last_told(column) -%}
    (array_agg({{ column }}) filter (where {{ column }} is not null) over school)[count({{ column }}) over school]
{%- endmacro %}
