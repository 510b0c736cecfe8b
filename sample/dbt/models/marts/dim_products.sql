select
    products.product_id,
    products.sku,
    products.name,
    products.category,
    products.list_price,
    products.discontinued_on is not null as is_discontinued,
    coalesce(sum(items.quantity), 0) as pieces_sold
from {{ ref('stg_products') }} as products
left join {{ ref('stg_order_items') }} as items using (product_id)
group by products.product_id, products.sku, products.name, products.category, products.list_price, products.discontinued_on
