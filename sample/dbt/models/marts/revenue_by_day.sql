select
    ordered_at::date as day,
    channel,
    count(*) as orders,
    sum(net_revenue) as net_revenue
from {{ ref('fct_orders') }}
where not is_cancelled
group by 1, 2
