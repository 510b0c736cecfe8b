{#- Whoever may read the relations must also be let into their schemas. -#}
{% macro let_readers_in(schemas) -%}
    {%- for schema in schemas %}
    grant usage on schema {{ adapter.quote(schema) }} to {{ adapter.quote(env_var('HEARTH_READER', 'reeve_reader')) }};
    {%- endfor %}
{%- endmacro %}
