{% test unique_row(model, columns) %}
-- What is this test? Each row of the grain occurs once.
-- When is this important to resolve? Always: a doubled row doubles points, days or money.
-- How to resolve? Look for a second release, link or phase that multiplies the school in the models upstream.
select
    {{ columns | join(', ') }},
    count(*) as occurrences
from {{ model }}
{% if 'assessment_id' in columns %}where assessment_id in {{ selected_assessments() }}{% endif %}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
