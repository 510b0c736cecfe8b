select
    order_id,
    customer_id,
    ordered_at,
    status,
    channel,
    status = 'cancelled' as is_cancelled,
    total
from {{ source('shop', 'orders') }}
