{# The sentence of an indicator row, every number in it taken from the row itself. #}
{% macro indicator_sentence() -%}
    case
        when reason_code is not null then
            indicator_name || ': no figure (' || replace(reason_code, '_', ' ') || '), so it counts neither for nor against the school.'
        when flag is null then
            replace(replace(replace(replace(sentence_none, '{years}', academic_years), '{value}', {{ in_words('value', 'unit') }}),
                '{national}', {{ in_words('national', 'unit') }}), '{n}', {{ in_words('n', "'pupils'") }})
            || ' With fewer than ' || minimum_pupils || ' pupils it counts neither for nor against the school.'
        else
            replace(replace(replace(replace(replace(
                case flag when 'likely' then sentence_likely when 'possible' then sentence_possible else sentence_none end,
                '{years}', coalesce(academic_years, '')),
                '{value}', coalesce(value_in_words, {{ in_words('value', 'unit') }})),
                '{national}', coalesce({{ in_words('national', 'unit') }}, '')),
                '{n}', coalesce({{ in_words('n', "'pupils'") }}, '')),
                '{probability}', coalesce({{ chance_in_words('probability_beyond_line') }}, ''))
    end
{%- endmacro %}
