{# A delivered cell as a number; null for anything that is not a plain number, so a code can never become one. #}
{% macro as_number(column) -%}
    case when {{ column }} ~ '^[+-]?[0-9]+([.][0-9]+)?%?$' then rtrim({{ column }}, '%')::numeric end
{%- endmacro %}

{# A delivered date: ISO (also what Excel dates become), dd-mm-yyyy, dd/mm/yyyy or yyyymmdd; null for blank and NULL. #}
{% macro as_date(column) -%}
    case
        when {{ column }} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left({{ column }}, 10)::date
        when {{ column }} ~ '^[0-9]{2}[-/][0-9]{2}[-/][0-9]{4}' then to_date(replace(left({{ column }}, 10), '/', '-'), 'DD-MM-YYYY')
        when {{ column }} ~ '^[0-9]{8}$' then to_date({{ column }}, 'YYYYMMDD')
    end
{%- endmacro %}

{# Blank and the literal NULL are the same absence in Ofsted's files, except for the category of concern. #}
{% macro as_text(column) -%}
    nullif(nullif(btrim({{ column }}), ''), 'NULL')
{%- endmacro %}

{# The academic year that a period of Explore Education Statistics names: 202425 is 2025. #}
{% macro year_of_period(column) -%}
    (case when {{ column }} ~ '^[0-9]{6}$' then left({{ column }}, 4)::integer + 1 end)
{%- endmacro %}

{# Why a delivered cell is no number: the meaning of its code, or that it is blank. Null where it is one; reads the CTE reason_codes. #}
{% macro reason_of(column) -%}
    case
        when {{ as_number(column) }} is not null then null
        when btrim({{ column }}) = '' then 'not_stated'
        else coalesce(reason_codes.reason_code, 'unknown_code')
    end
{%- endmacro %}
