/** What the project builds at first, by the names of the data sources. */
export const built = [
  "history.customers_history",
  "marts.dim_customers_v1",
  "marts.dim_customers_v2",
  "marts.dim_products",
  "marts.fct_orders",
  "marts.fct_payments",
  "marts.open_refunds",
  "marts.revenue_by_day",
  "reference.countries",
  "reference.payment_methods",
  "staging.stg_customers",
  "staging.stg_order_items",
  "staging.stg_orders",
  "staging.stg_payments",
  "staging.stg_products",
];

/** What it reads. */
export const sources = [
  "finance.exchange_rates",
  "finance.invoices",
  "finance.payments",
  "sales.customers",
  "sales.order_items",
  "sales.orders",
  "sales.products",
  "sales.refunds",
  "web.sessions",
];
