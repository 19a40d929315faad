{# A school's tier rank after its history: up at once; down when the rules said so twice running or an inspection improved; with no evidence
   the last rank is carried forward for as long as the ruleset allows. Gives the columns tier_rank and carried_years. #}
{% macro settled(now, previous_rank, previous_computed_rank, previous_carried_years) -%}
        case
            when {{ now }}.computed_rank is null and coalesce({{ previous_carried_years }}, 0) < {{ now }}.carry_forward_years then {{ previous_rank }}
            when {{ now }}.computed_rank is null then null
            when {{ previous_rank }} is null or {{ now }}.computed_rank >= {{ previous_rank }} or {{ now }}.is_improved then {{ now }}.computed_rank
            when {{ previous_computed_rank }} < {{ previous_rank }} then greatest({{ now }}.computed_rank, {{ previous_computed_rank }})
            else {{ previous_rank }}
        end as tier_rank,
        case
            when {{ now }}.computed_rank is null and {{ previous_rank }} is not null then coalesce({{ previous_carried_years }}, 0) + 1
            else 0
        end as carried_years
{%- endmacro %}
