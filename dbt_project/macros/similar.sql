{# Euclidean distance between two places of up to nine characteristics; what neither has adds nothing. #}
{% macro distance_between(one, other) -%}
    sqrt({% for place in range(1, 10) %}coalesce(power({{ one }}[{{ place }}] - {{ other }}[{{ place }}], 2), 0){{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}
