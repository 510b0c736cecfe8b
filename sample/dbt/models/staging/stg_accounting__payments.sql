select
    payments.payment_id,
    payments.invoice_no,
    invoices.order_id,
    payments.paid_at,
    payments.method,
    payments.iban_last4,
    payments.amount,
    invoices.currency
from {{ source('accounting', 'payments') }} as payments
join {{ source('accounting', 'invoices') }} as invoices using (invoice_no)
