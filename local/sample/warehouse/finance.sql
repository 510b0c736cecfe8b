create schema finance;
comment on schema finance is 'Invoices, payments and the ledger';

create table finance.invoices (
  invoice_no text primary key,
  order_id bigint,
  issued_on date not null,
  due_on date not null,
  amount numeric(12,2) not null,
  currency char(3) not null
);
comment on table finance.invoices is 'Every invoice that was sent';
comment on column finance.invoices.due_on is 'Thirty days later unless agreed otherwise';
insert into finance.invoices
select 'INV-2024-' || lpad(i::text, 6, '0'), i * 7, date '2024-01-01' + i % 700, date '2024-01-31' + i % 700,
       (20 + i * 53 % 5000)::numeric(12,2), (array['EUR','EUR','USD','GBP'])[1 + i % 4]
  from generate_series(1, 8000) i;

create table finance.payments (
  payment_id bigint primary key,
  invoice_no text not null references finance.invoices,
  paid_at timestamptz not null,
  method text not null,
  iban_last4 char(4),
  amount numeric(12,2) not null
);
comment on table finance.payments is 'Money that came in, matched to invoices';
comment on column finance.payments.iban_last4 is 'Only the last four digits are kept';
insert into finance.payments
select i, 'INV-2024-' || lpad(i::text, 6, '0'), timestamptz '2024-01-10 12:00+00' + i * interval '2 hours',
       (array['transfer','card','direct debit'])[1 + i % 3],
       case when i % 3 = 0 then lpad((i * 13 % 10000)::text, 4, '0') end, (20 + i * 53 % 5000)::numeric(12,2)
  from generate_series(1, 7500) i;

create table finance.ledger_entries (
  entry_id bigint not null,
  booked_on date not null,
  account text not null,
  debit numeric(14,2) not null default 0,
  credit numeric(14,2) not null default 0,
  primary key (entry_id, booked_on)
) partition by range (booked_on);
comment on table finance.ledger_entries is 'Double entry bookkeeping, a partition for each year';
comment on column finance.ledger_entries.account is 'Number in the chart of accounts';
create table finance.ledger_entries_2024 partition of finance.ledger_entries
  for values from ('2024-01-01') to ('2025-01-01');
create table finance.ledger_entries_2025 partition of finance.ledger_entries
  for values from ('2025-01-01') to ('2026-01-01');
create table finance.ledger_entries_2026 partition of finance.ledger_entries
  for values from ('2026-01-01') to ('2027-01-01');
insert into finance.ledger_entries
select i, date '2024-01-01' + i % 1000, (4000 + i * 17 % 120 * 10)::text,
       case when i % 2 = 0 then (i * 7 % 9000)::numeric(14,2) else 0 end,
       case when i % 2 = 1 then (i * 7 % 9000)::numeric(14,2) else 0 end
  from generate_series(1, 30000) i;

create table finance.exchange_rates (
  day date not null,
  currency char(3) not null,
  per_euro numeric(12,6) not null,
  primary key (day, currency)
);
comment on table finance.exchange_rates is 'Reference rates, one a day and currency';
insert into finance.exchange_rates
select date '2024-01-01' + i / 4, (array['USD','GBP','PLN','CHF'])[1 + i % 4], 0.8 + (i * 29 % 4000) / 1000.0
  from generate_series(0, 2399) i;

create table finance.budgets_2027 (
  department_id integer,
  quarter smallint,
  planned numeric(12,2),
  approved_by text
);
comment on table finance.budgets_2027 is 'Made ahead of time: the rows are there, nobody has filled them in';
insert into finance.budgets_2027 select null, null, null, null from generate_series(1, 48);

create view finance.open_invoices as
  select i.invoice_no, i.issued_on, i.due_on, i.amount, i.currency
    from finance.invoices i left join finance.payments p using (invoice_no) where p.payment_id is null;
comment on view finance.open_invoices is 'Invoices that nobody has paid';
