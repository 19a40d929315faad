{# Squared Euclidean distance between two places of up to nine characteristics; what neither has adds nothing. #}
{% macro squared_distance(one, other) -%}
    {% for place in range(1, 10) %}coalesce(({{ one }}[{{ place }}] - {{ other }}[{{ place }}]) * ({{ one }}[{{ place }}] - {{ other }}[{{ place }}]), 0){{ ' + ' if not loop.last }}{% endfor %}
{%- endmacro %}
