{# Academic years, each the integer of the year it ends in, as a letter writes them: 2017/18, or 2015/16 to 2017/18. #}
{% macro academic_years_in_words(first_year, last_year) -%}
    case when {{ first_year }} < {{ last_year }} then
        ({{ first_year }} - 1)::text || '/' || right(({{ first_year }})::text, 2) || ' to '
    else '' end
    || ({{ last_year }} - 1)::text || '/' || right(({{ last_year }})::text, 2)
{%- endmacro %}
