create schema crm;
comment on schema crm is 'Customer relations: accounts, people, leads';

create table crm.accounts (
  account_id integer primary key,
  name text not null,
  industry text,
  employees integer,
  website text,
  owner_id integer
);
comment on table crm.accounts is 'Companies that we talk to';
comment on column crm.accounts.employees is 'Estimated by sales';
comment on column crm.accounts.owner_id is 'Employee who looks after the account';
insert into crm.accounts
select i, (array['Nord','Blue','Alpen','River','Solar','Urban'])[1 + i % 6] || ' ' ||
          (array['Logistics','Foods','Systems','Studios','Energy'])[1 + i / 6 % 5] || ' ' || i,
       (array['retail','energy','media','logistics',null])[1 + i % 5], 5 + i * 13 % 4000,
       'https://account' || i || '.example', 1 + i % 1200
  from generate_series(1, 800) i;

create table crm.contacts (
  contact_id integer primary key,
  account_id integer references crm.accounts,
  first_name text,
  last_name text,
  email text,
  mobile text,
  consent boolean not null default false
);
comment on table crm.contacts is 'People at the accounts';
comment on column crm.contacts.email is 'Work address';
comment on column crm.contacts.consent is 'Whether they may be written to';
insert into crm.contacts
select i, 1 + i % 800,
       (array['Mia','Noah','Léa','Emil','Zoë','Ömer'])[1 + i % 6],
       (array['Berg','Costa','Diaz','Evans','Fischer'])[1 + i / 6 % 5],
       case when i % 11 <> 0 then 'contact' || i || '@example.org' end,
       '+33 6 ' || 10000000 + i * 3, i % 3 <> 0
  from generate_series(1, 3000) i;

create table crm.leads (
  lead_id uuid primary key,
  contact_email text not null,
  source text not null,
  score numeric(5,2),
  created_at timestamp not null
);
comment on table crm.leads is 'People who might buy';
comment on column crm.leads.score is '0 to 100, by the model of marketing';
insert into crm.leads
select md5('lead' || i)::uuid, 'lead' || i || '@example.net',
       (array['newsletter','trade fair','referral','search'])[1 + i % 4], (i * 37 % 10000) / 100.0,
       timestamp '2025-01-01 10:00' + i * interval '3 hours'
  from generate_series(1, 1200) i;

create table crm."Lead Source" (
  "Source ID" integer primary key,
  "Display ""Name""" text not null,
  "order" integer not null,
  "% of total" numeric(5,2)
);
comment on table crm."Lead Source" is 'Came over from a spreadsheet, names and all';
comment on column crm."Lead Source"."order" is 'A reserved word, as happens';
insert into crm."Lead Source" values
  (1, 'Newsletter', 1, 41.50), (2, 'Trade fair', 2, 22.25), (3, 'Referral', 3, 30.00), (4, 'Search', 4, 6.25);

create table crm.imported_contacts (
  id integer primary key,
  email text not null,
  signed_up text not null
);
comment on table crm.imported_contacts is 'A file of an agency, loaded as it came';
comment on column crm.imported_contacts.signed_up is 'A date, they said';
insert into crm.imported_contacts
select i, 'imported' || i || '@example.com', (date '2024-06-01' + i % 500)::text
  from generate_series(1, 900) i;

create view crm.recent_signups as
  select id, email, signed_up::date as signed_up
    from crm.imported_contacts where signed_up::date >= date '2025-01-01';
comment on view crm.recent_signups is
  'Broken on purpose: one imported row holds no date, so that you see what an unhealthy data source looks like';
