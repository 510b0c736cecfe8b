select
    payments.payment_id,
    payments.order_id,
    payments.paid_at::date as paid_on,
    methods.name as method,
    payments.iban_last4,
    round(payments.amount / coalesce(rates.per_euro, 1), 2) as amount_in_euro
from {{ ref('stg_accounting__payments') }} as payments
join {{ ref('payment_methods') }} as methods on methods.code = payments.method
left join {{ source('accounting', 'exchange_rates') }} as rates
    on rates.day = payments.paid_at::date and rates.currency = payments.currency
