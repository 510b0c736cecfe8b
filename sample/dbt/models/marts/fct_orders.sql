{{ config(materialized='incremental', unique_key='order_id', on_schema_change='append_new_columns') }}

select
    order_id,
    customer_id,
    ordered_at,
    status,
    channel,
    is_cancelled,
    gross_revenue,
    refunded,
    gross_revenue - refunded as net_revenue
from {{ ref('int_orders_priced') }}
{% if is_incremental() %}
where ordered_at > (select max(ordered_at) - interval '14 days' from {{ this }})
{% endif %}
