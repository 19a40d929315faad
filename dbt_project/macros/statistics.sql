{# Standard normal distribution function of a number z. #}
{% macro normal_cdf(z) -%}
    (0.5 * (1 + erf((({{ z }}) / sqrt(2.0))::double precision)))::numeric
{%- endmacro %}

{# Probability (0-1) that a true figure lies below a line, when what is known of it is normal around a centre. All three
   in the figure's own unit. A standard deviation of 0 is certainty: strictly below or not. Null if any is null. #}
{% macro probability_below(line, centre, posterior_sd) -%}
    case
        when ({{ posterior_sd }}) = 0 then (({{ centre }}) < ({{ line }}))::integer::numeric
        else {{ normal_cdf('((' ~ line ~ ') - (' ~ centre ~ ')) / (' ~ posterior_sd ~ ')') }}
    end
{%- endmacro %}

{# Wilson score interval for a proportion p (0-1) of n, 95 %: Wilson (1927), as in Brown, Cai and DasGupta (2001). #}
{% macro wilson_low(p, n) -%}
    greatest(0, (({{ p }}) + 1.96 * 1.96 / (2 * ({{ n }}))
        - 1.96 * sqrt(({{ p }}) * (1 - ({{ p }})) / ({{ n }}) + 1.96 * 1.96 / (4 * ({{ n }}) * ({{ n }}))))
        / (1 + 1.96 * 1.96 / ({{ n }})))
{%- endmacro %}

{% macro wilson_high(p, n) -%}
    least(1, (({{ p }}) + 1.96 * 1.96 / (2 * ({{ n }}))
        + 1.96 * sqrt(({{ p }}) * (1 - ({{ p }})) / ({{ n }}) + 1.96 * 1.96 / (4 * ({{ n }}) * ({{ n }}))))
        / (1 + 1.96 * 1.96 / ({{ n }})))
{%- endmacro %}
