{# A number in the words of its unit, rounded first: a small minus is nought, not minus nought. #}
{% macro in_words(value, unit) -%}
    case {{ unit }}
        when 'percent' then btrim(to_char(round({{ value }}, 1), 'FM990.0')) || '%'
        when 'score' then to_char(round({{ value }}, 1), 'FMS990.0')
        when 'points' then to_char(round({{ value }}, 2), 'FMS990.00')
        when 'gap' then btrim(to_char(abs({{ value }}), 'FM990.0')) || case when {{ value }} < 0 then ' points behind' else ' points ahead' end
        when 'point_change' then to_char(round({{ value }}, 1), 'FMS990.0') || ' points'
        when 'rate' then btrim(to_char(round({{ value }}, 2), 'FM9990.00'))
        when 'change_percent' then to_char(round({{ value }}, 1), 'FMS990.0') || '%'
        when 'years' then to_char(round({{ value }}, 1), 'FM990.0') || ' years'
        else btrim(to_char(round({{ value }}, 0), 'FM999990'))
    end
{%- endmacro %}

{# A level of concern as officers and schools give it: none, some or serious. #}
{% macro concern_in_words(concern) -%}
    case {{ concern }} when 'none' then 'no' else {{ concern }} end || ' concern'
{%- endmacro %}

{# A probability as a percentage; an estimate is never certain, so it never reads 100%. #}
{% macro chance_in_words(probability) -%}
    case when {{ probability }} > 0.99 then 'over 99%' else to_char(100 * {{ probability }}, 'FM990') || '%' end
{%- endmacro %}
