create schema sales;
comment on schema sales is 'What was sold, to whom, and for how much';

create table sales.customers (
  customer_id integer primary key,
  full_name text not null,
  email text not null unique,
  phone text,
  country char(2) not null,
  segment text not null,
  registered_at timestamptz not null
);
comment on table sales.customers is 'One row per person or company that ever bought something';
comment on column sales.customers.customer_id is 'Given at registration, never reused';
comment on column sales.customers.full_name is 'As the customer wrote it';
comment on column sales.customers.email is 'Where receipts go';
comment on column sales.customers.phone is 'Only where the customer wants to be called';
comment on column sales.customers.country is 'ISO 3166-1 alpha-2';
comment on column sales.customers.segment is 'consumer, small business or enterprise';
insert into sales.customers
select i,
       (array['Anna','Ben','Chloé','David','Élodie','Farid','Greta','Hugo','Inès','Jonas'])[1 + i % 10] || ' ' ||
       (array['Martin','Schmidt','Rossi','Novák','Jensen','García','Kowalski','Dubois'])[1 + i / 10 % 8],
       'customer' || i || '@example.com',
       case when i % 4 <> 0 then '+49 30 ' || 1000000 + i * 7 end,
       (array['DE','FR','US','GB','PL','IT','ES','NL','SE','CZ'])[1 + i * 7 % 10],
       (array['consumer','consumer','consumer','small business','enterprise'])[1 + i % 5],
       timestamptz '2021-01-01 08:00+00' + i * interval '7 hours'
  from generate_series(1, 5000) i;

create table sales.products (
  product_id integer primary key,
  sku text not null unique,
  name text not null,
  category text not null,
  list_price numeric(10,2) not null,
  discontinued_on date
);
comment on table sales.products is 'The catalog of what can be ordered';
comment on column sales.products.sku is 'Stock keeping unit, printed on the box';
comment on column sales.products.list_price is 'In euro, before discounts and without tax';
comment on column sales.products.discontinued_on is 'Empty while it is sold';
insert into sales.products
select i, 'SKU-' || lpad(i::text, 5, '0'),
       (array['Lamp','Chair','Desk','Shelf','Rug','Clock','Vase','Mirror'])[1 + i % 8] || ' ' || i,
       (array['lighting','seating','tables','storage','textiles','decoration'])[1 + i % 6],
       (9.9 + i * 37 % 900)::numeric(10,2),
       case when i % 9 = 0 then date '2025-01-01' + i end
  from generate_series(1, 400) i;

create table sales.orders (
  order_id bigint primary key,
  customer_id integer not null references sales.customers,
  ordered_at timestamptz not null,
  status text not null,
  channel text not null,
  total numeric(12,2) not null
);
comment on table sales.orders is 'One row per order, from all channels';
comment on column sales.orders.customer_id is 'Who ordered';
comment on column sales.orders.status is 'new, paid, shipped, delivered or cancelled';
comment on column sales.orders.total is 'In euro, with tax';
insert into sales.orders
select i, 1 + i * 31 % 5000, timestamptz '2023-01-01 00:00+00' + i * interval '23 minutes',
       (array['delivered','delivered','delivered','shipped','paid','new','cancelled'])[1 + i % 7],
       (array['web','web','app','store'])[1 + i % 4],
       (12 + i * 131 % 98000 / 100.0)::numeric(12,2)
  from generate_series(1, 60000) i;
create index on sales.orders (customer_id);

create table sales.order_items (
  order_id bigint not null,
  line smallint not null,
  product_id integer not null,
  quantity smallint not null,
  unit_price numeric(10,2) not null,
  primary key (order_id, line)
);
comment on table sales.order_items is 'The lines of the orders; the largest table of this warehouse';
comment on column sales.order_items.line is 'Counts from 1 within an order';
comment on column sales.order_items.unit_price is 'In euro, after discounts';
insert into sales.order_items
select 1 + i / 4, 1 + i % 4, 1 + i * 17 % 400, 1 + i % 3, (5 + i * 13 % 90000 / 100.0)::numeric(10,2)
  from generate_series(0, 199999) i;

create table sales.refunds (
  refund_id integer primary key,
  order_id bigint not null references sales.orders,
  reason text,
  amount numeric(12,2) not null,
  refunded_at timestamptz not null
);
comment on table sales.refunds is 'Money that went back';
comment on column sales.refunds.reason is 'Free text of the service desk, often empty';
insert into sales.refunds
select i, i * 40, case when i % 3 = 0 then 'arrived broken' when i % 3 = 1 then 'changed mind' end,
       (5 + i % 200)::numeric(12,2), timestamptz '2024-01-01 09:00+00' + i * interval '9 hours'
  from generate_series(1, 1500) i;

create table sales.promotions (code text primary key, percent smallint not null, valid daterange not null);
comment on table sales.promotions is 'Codes that make an order cheaper';
comment on column sales.promotions.valid is 'First day to last day';
insert into sales.promotions
select 'SPRING' || i, 5 + i, daterange(date '2024-03-01' + i * 20, date '2024-03-15' + i * 20)
  from generate_series(1, 24) i;

create view sales.revenue_by_month as
  select date_trunc('month', ordered_at)::date as month, channel, count(*) as orders, sum(total) as revenue
    from sales.orders where status <> 'cancelled' group by 1, 2;
comment on view sales.revenue_by_month is 'What the board sees each month';
comment on column sales.revenue_by_month.revenue is 'In euro, cancelled orders left out';

create materialized view sales.top_customers as
  select customer_id, count(*) as orders, sum(total) as revenue
    from sales.orders group by customer_id order by revenue desc limit 1000;
comment on materialized view sales.top_customers is 'The thousand customers with most revenue, refreshed at night';
