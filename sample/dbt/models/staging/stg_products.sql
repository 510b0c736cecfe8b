select
    product_id,
    sku,
    name,
    category,
    list_price,
    discontinued_on
from {{ source('shop', 'products') }}
