create schema logistics;
comment on schema logistics is 'Where things are, and on their way to';

create table logistics.warehouses (warehouse_id integer primary key, city text not null, capacity integer not null);
comment on table logistics.warehouses is 'Six buildings';
insert into logistics.warehouses values
  (1, 'Hamburg', 12000), (2, 'Lyon', 9000), (3, 'Poznań', 15000), (4, 'Leeds', 7000), (5, 'Malmö', 5000), (6, 'Brno', 8000);

create table logistics.shipments (
  shipment_id bigint primary key,
  order_id bigint not null,
  warehouse_id integer not null references logistics.warehouses,
  carrier text not null,
  tracking_code text not null unique,
  shipped_at timestamptz not null,
  delivered_at timestamptz
);
comment on table logistics.shipments is 'Parcels, from leaving us to arriving';
comment on column logistics.shipments.delivered_at is 'Empty while it is on its way';
insert into logistics.shipments
select i, i * 2, 1 + i % 6, (array['Swift','Parcelo','Northmail'])[1 + i % 3], 'TRK' || md5(i::text),
       timestamptz '2024-01-02 06:00+00' + i * interval '40 minutes',
       case when i % 12 <> 0 then timestamptz '2024-01-04 14:00+00' + i * interval '40 minutes' end
  from generate_series(1, 25000) i;

create table logistics.stock_levels (
  warehouse_id integer not null references logistics.warehouses,
  product_id integer not null,
  pieces integer not null,
  counted_on date,
  primary key (warehouse_id, product_id)
);
comment on table logistics.stock_levels is 'How much of what lies where';
insert into logistics.stock_levels
select 1 + i % 6, 1 + i / 6, i * 11 % 300, case when i % 7 <> 0 then date '2026-01-01' + i % 90 end
  from generate_series(0, 2399) i;

create table logistics.returns (
  return_id bigint primary key,
  shipment_id bigint not null references logistics.shipments,
  announced_at timestamptz not null,
  condition text
);
comment on table logistics.returns is 'Empty: the new process for returns has not begun';

create table logistics."Größe & Gewicht 📦" (
  product_id integer primary key,
  "Länge (cm)" numeric(6,1) not null,
  "Gewicht" numeric(6,2)
);
comment on table logistics."Größe & Gewicht 📦" is 'Sizes and weights, named by whoever measured them';
insert into logistics."Größe & Gewicht 📦"
select i, 10 + i * 7 % 1900 / 10.0, (i * 31 % 4000) / 100.0 from generate_series(1, 400) i;
