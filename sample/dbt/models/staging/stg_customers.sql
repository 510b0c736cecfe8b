select
    customers.customer_id,
    customers.full_name,
    lower(customers.email) as email,
    customers.phone,
    coalesce(countries.name, customers.country) as country,
    customers.segment,
    customers.registered_at
from {{ source('shop', 'customers') }} as customers
left join {{ ref('countries') }} as countries on countries.code = customers.country
