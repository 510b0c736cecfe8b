select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.status,
    orders.channel,
    orders.is_cancelled,
    case when orders.is_cancelled then 0 else orders.total end as gross_revenue,
    coalesce(refunds.refunded, 0) as refunded
from {{ ref('stg_orders') }} as orders
left join (
    select order_id, sum(amount) as refunded
    from {{ source('shop', 'refunds') }}
    group by order_id
) as refunds using (order_id)
