{# A date as a letter writes it: 1 September 2019. #}
{% macro day_in_words(day) -%}
    to_char({{ day }}, 'FMDD FMMonth YYYY')
{%- endmacro %}
