select
    customers.customer_id,
    customers.full_name,
    customers.email,
    customers.country,
    customers.segment,
    count(orders.order_id) as orders,
    coalesce(sum(orders.net_revenue), 0)::numeric(14, 2) as lifetime_value
from {{ ref('stg_customers') }} as customers
left join {{ ref('fct_orders') }} as orders
    on orders.customer_id = customers.customer_id and not orders.is_cancelled
group by 1, 2, 3, 4, 5
