-- Written by `npm run sample:dbt` from what dbt compiled; not to be edited.

drop schema if exists "history" cascade;

create schema "history";

drop schema if exists "marts" cascade;

create schema "marts";

drop schema if exists "reference" cascade;

create schema "reference";

drop schema if exists "staging" cascade;

create schema "staging";

create view "staging"."stg_orders" as
select
    order_id,
    customer_id,
    ordered_at,
    status,
    channel,
    status = 'cancelled' as is_cancelled,
    total
from "warehouse"."sales"."orders";

create table "marts"."fct_orders" as
with __dbt__cte__int_orders_priced as (
select
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    orders.status,
    orders.channel,
    orders.is_cancelled,
    case when orders.is_cancelled then 0 else orders.total end as gross_revenue,
    coalesce(refunds.refunded, 0) as refunded
from "warehouse"."staging"."stg_orders" as orders
left join (
    select order_id, sum(amount) as refunded
    from "warehouse"."sales"."refunds"
    group by order_id
) as refunds using (order_id)
) select
    order_id,
    customer_id,
    ordered_at,
    status,
    channel,
    is_cancelled,
    gross_revenue,
    refunded,
    gross_revenue - refunded as net_revenue
from __dbt__cte__int_orders_priced;

create table "marts"."customer_cohorts" as
select
    date_trunc('month', first_order)::date as cohort,
    count(*) as customers,
    sum(net_revenue) as net_revenue
from (
    select customer_id, min(ordered_at) as first_order, sum(net_revenue) as net_revenue
    from "warehouse"."marts"."fct_orders"
    where not is_cancelled
    group by customer_id
) as customers
group by 1;

create table "reference"."countries" ("code" character(2), "name" text);

insert into "reference"."countries" values
  ('DE', 'Germany'),
  ('FR', 'France'),
  ('US', 'United States'),
  ('GB', 'United Kingdom'),
  ('PL', 'Poland'),
  ('IT', 'Italy'),
  ('ES', 'Spain'),
  ('NL', 'Netherlands'),
  ('SE', 'Sweden'),
  ('CZ', 'Czechia');

create view "staging"."stg_customers" as
select
    customers.customer_id,
    customers.full_name,
    lower(customers.email) as email,
    customers.phone,
    coalesce(countries.name, customers.country) as country,
    customers.segment,
    customers.registered_at
from "warehouse"."sales"."customers" as customers
left join "warehouse"."reference"."countries" as countries on countries.code = customers.country;

create table "marts"."dim_customers_v1" as
select
    customers.customer_id,
    customers.full_name,
    customers.email,
    customers.country,
    customers.segment,
    count(orders.order_id) as orders
from "warehouse"."staging"."stg_customers" as customers
left join "warehouse"."staging"."stg_orders" as orders
    on orders.customer_id = customers.customer_id and not orders.is_cancelled
group by 1, 2, 3, 4, 5;

alter table "marts"."dim_customers_v1" alter column "customer_id" set not null;

create table "marts"."dim_customers_v2" as
select
    customers.customer_id,
    customers.full_name,
    customers.email,
    customers.country,
    customers.segment,
    count(orders.order_id) as orders,
    coalesce(sum(orders.net_revenue), 0)::numeric(14, 2) as lifetime_value
from "warehouse"."staging"."stg_customers" as customers
left join "warehouse"."marts"."fct_orders" as orders
    on orders.customer_id = customers.customer_id and not orders.is_cancelled
group by 1, 2, 3, 4, 5;

alter table "marts"."dim_customers_v2" alter column "customer_id" set not null;

create view "staging"."stg_products" as
select
    product_id,
    sku,
    name,
    category,
    list_price,
    discontinued_on
from "warehouse"."sales"."products";

create view "staging"."stg_order_items" as
select
    order_id,
    line,
    product_id,
    quantity,
    unit_price,
    quantity * unit_price as amount
from "warehouse"."sales"."order_items";

create table "marts"."dim_products" as
select
    products.product_id,
    products.sku,
    products.name,
    products.category,
    products.list_price,
    products.discontinued_on is not null as is_discontinued,
    coalesce(sum(items.quantity), 0) as pieces_sold,
    coalesce(sum(items.amount), 0) as revenue
from "warehouse"."staging"."stg_products" as products
left join "warehouse"."staging"."stg_order_items" as items using (product_id)
group by products.product_id, products.sku, products.name, products.category, products.list_price, products.discontinued_on;

create view "staging"."stg_payments" as
select
    payments.payment_id,
    payments.invoice_no,
    invoices.order_id,
    payments.paid_at,
    payments.method,
    payments.iban_last4,
    payments.amount,
    invoices.currency
from "warehouse"."finance"."payments" as payments
join "warehouse"."finance"."invoices" as invoices using (invoice_no);

create table "reference"."payment_methods" ("code" text, "name" text, "days" integer);

insert into "reference"."payment_methods" values
  ('transfer', 'Bank transfer', '2'),
  ('card', 'Card', '1'),
  ('direct debit', 'Direct debit', '5');

create table "marts"."fct_receipts" as
select
    payments.payment_id,
    payments.order_id,
    payments.paid_at::date as paid_on,
    methods.name as method,
    payments.iban_last4,
    round(payments.amount / coalesce(rates.per_euro, 1), 2) as amount_in_euro
from "warehouse"."staging"."stg_payments" as payments
join "warehouse"."reference"."payment_methods" as methods on methods.code = payments.method
left join "warehouse"."finance"."exchange_rates" as rates
    on rates.day = payments.paid_at::date and rates.currency = payments.currency;

create materialized view "marts"."revenue_by_day" as
select
    ordered_at::date as day,
    channel,
    count(*) as orders,
    sum(net_revenue) as net_revenue
from "warehouse"."marts"."fct_orders"
where not is_cancelled
group by 1, 2;

create table "history"."customers_history" as
select source.*, md5(source."customer_id"::text) as dbt_scd_id,
       timestamp '2026-01-01' as dbt_updated_at, timestamp '2026-01-01' as dbt_valid_from, null::timestamp as dbt_valid_to
  from (select * from "warehouse"."staging"."stg_customers") as source;

grant usage on schema "history" to reeve_reader;

grant select on all tables in schema "history" to reeve_reader;

grant usage on schema "marts" to reeve_reader;

grant select on all tables in schema "marts" to reeve_reader;

grant usage on schema "reference" to reeve_reader;

grant select on all tables in schema "reference" to reeve_reader;

grant usage on schema "staging" to reeve_reader;

grant select on all tables in schema "staging" to reeve_reader;
