{# Each fact from the file that knows best: the fullest kind of row first, then the newest release. #}
{% macro best(column) -%}
    (array_agg({{ column }} order by told_rank, release_known_from desc, release_label, line) filter (where {{ column }} is not null))[1]
{%- endmacro %}
