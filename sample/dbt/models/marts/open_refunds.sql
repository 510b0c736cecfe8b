select order_id, customer_id, gross_revenue, refunded
from {{ ref('fct_orders') }}
where refunded > gross_revenue / 2
