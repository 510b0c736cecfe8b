create schema web;
comment on schema web is 'What happens on the website';

create table web.sessions (
  session_id uuid primary key,
  customer_id integer,
  started_at timestamptz not null,
  ip inet,
  country char(2)
);
comment on table web.sessions is 'Visits; most visitors are not known by name';
comment on column web.sessions.ip is 'Cut to the network after a day';
insert into web.sessions
select md5('session' || i)::uuid, case when i % 5 = 0 then 1 + i % 5000 end,
       timestamptz '2025-06-01 00:00+00' + i * interval '7 minutes',
       ('10.' || i % 250 || '.' || i / 250 % 250 || '.0')::inet, (array['DE','FR','US','GB'])[1 + i % 4]
  from generate_series(1, 20000) i;

create table web.page_views (
  view_id bigint primary key,
  session_id uuid not null,
  path text not null,
  referrer text,
  milliseconds integer not null
);
comment on table web.page_views is 'One row per page that was shown';
comment on column web.page_views.milliseconds is 'Until it could be used';
insert into web.page_views
select i, md5('session' || 1 + i % 20000)::uuid, '/' || (array['','cart','search','about'])[1 + i % 4] || '?p=' || i % 300,
       case when i % 6 = 0 then 'https://search.example/' end, 80 + i * 7 % 2500
  from generate_series(1, 40000) i;

create table web.events (
  event_id bigint primary key,
  happened_at timestamptz not null,
  kind text not null,
  payload jsonb not null
);
comment on table web.events is 'What the page tells us, as it tells it';
insert into web.events
select i, timestamptz '2025-09-01 00:00+00' + i * interval '1 minute',
       (array['click','scroll','error'])[1 + i % 3], jsonb_build_object('x', i % 1900, 'y', i % 1000)
  from generate_series(1, 10000) i;

create table web.ab_tests (name text primary key, variants text[] not null, winner text);
comment on table web.ab_tests is 'Experiments, and what they taught';
insert into web.ab_tests
select 'experiment ' || i, array['a','b'], case when i % 3 <> 0 then (array['a','b'])[1 + i % 2] end
  from generate_series(1, 15) i;

create table web."user-agents" ("agent-id" integer primary key, "raw string" text not null, "is bot?" boolean not null);
comment on table web."user-agents" is 'Browsers, and what says that it is one';
insert into web."user-agents"
select i, 'Browser/' || i || '.0 (Machine; OS ' || i % 7 || ')', i % 8 = 0 from generate_series(1, 60) i;

create table web.search_terms (term text primary key, searches integer not null, results integer not null);
comment on table web.search_terms is 'What visitors look for';
insert into web.search_terms
select (array['lamp','oak desk','rug','chair'])[1 + i % 4] || ' ' || i, i * 13 % 500, i * 7 % 90
  from generate_series(1, 2000) i;
