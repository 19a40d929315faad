{# Standard normal distribution function. #}
{% macro normal_cdf(z) -%}
    (0.5 * (1 + erf((({{ z }}) / sqrt(2.0))::double precision)))::numeric
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
