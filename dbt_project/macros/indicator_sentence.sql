{# The sentence of an indicator row, every number in it taken from the row itself. #}
{% macro indicator_sentence() -%}
    case
        when reason_code is not null then
            indicator_name || ': no figure (' || replace(reason_code, '_', ' ') || '), so it counts neither for nor against the school.'
        else
            replace(replace(replace(replace(sentence,
                '{years}', coalesce(academic_years, '')),
                '{value}', coalesce(value_in_words, {{ in_words('value', 'unit') }}, '')),
                '{national}', coalesce({{ in_words('national', 'unit') }}, '')),
                '{n}', coalesce({{ in_words('n', "'pupils'") }}, ''))
            || case
                when direction = 'context' then ''
                when flag is null then ' With fewer than ' || minimum_pupils || ' pupils it counts neither for nor against the school.'
                when probability_beyond_line is null then ''
                when flag = 'likely' then ' It is likely (' || {{ chance_in_words('probability_beyond_line') }} || ') that ' || worse || '.'
                when flag = 'possible' then ' It is possible (' || {{ chance_in_words('probability_beyond_line') }} || ') that ' || worse || '.'
                when is_strength then ' It is likely (' || {{ chance_in_words('probability_better') }} || ') that ' || better || '.'
                else ''
            end
            || coalesce(' In ' || similar_schools || ' similar schools the figure was ' || {{ in_words('similar_value', 'unit') }} || '.', '')
    end
{%- endmacro %}
