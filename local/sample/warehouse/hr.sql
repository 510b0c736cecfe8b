create schema hr;
comment on schema hr is 'People who work here, and who would like to';

create table hr.departments (department_id integer primary key, name text not null, cost_center text not null);
comment on table hr.departments is 'The twelve departments';
insert into hr.departments
select i, (array['Sales','Marketing','Finance','Legal','People','Support','Engineering','Data','Design','Logistics',
                 'Purchasing','Management'])[i], 'CC-' || 100 * i
  from generate_series(1, 12) i;

create table hr.employees (
  employee_id integer primary key,
  full_name text not null,
  work_email text not null unique,
  birth_date date not null,
  ssn text not null,
  department_id integer references hr.departments,
  manager_id integer,
  salary numeric(10,2) not null,
  hired_on date not null,
  left_on date
);
comment on table hr.employees is 'Everybody who ever worked here';
comment on column hr.employees.ssn is 'Social security number';
comment on column hr.employees.salary is 'A year, in euro, before tax';
comment on column hr.employees.left_on is 'Empty for who still works here';
insert into hr.employees
select i,
       (array['Ada','Bruno','Carla','Dmitri','Esther','Felix','Gül','Henrik'])[1 + i % 8] || ' ' ||
       (array['Lang','Moreau','Nowak','Olsen','Petit'])[1 + i / 8 % 5],
       'employee' || i || '@reeve.example', date '1960-01-01' + i * 11 % 14000,
       lpad((100 + i % 800)::text, 3, '0') || '-' || lpad((i % 90 + 10)::text, 2, '0') || '-' || lpad((i * 7 % 10000)::text, 4, '0'),
       1 + i % 12, case when i > 12 then 1 + i % 12 end, (28000 + i * 97 % 90000)::numeric(10,2),
       date '2010-01-01' + i * 3, case when i % 10 = 0 then date '2024-01-01' + i % 600 end
  from generate_series(1, 1200) i;

create table hr.salary_history (
  employee_id integer not null references hr.employees,
  valid_from date not null,
  salary numeric(10,2) not null,
  primary key (employee_id, valid_from)
);
comment on table hr.salary_history is 'What somebody was paid, and since when';
insert into hr.salary_history
select 1 + i % 1200, date '2019-01-01' + i / 1200 * 365, (26000 + i * 41 % 90000)::numeric(10,2)
  from generate_series(0, 4799) i;

create table hr.absences (
  absence_id integer primary key,
  employee_id integer not null references hr.employees,
  kind text not null,
  days daterange not null
);
comment on table hr.absences is 'Holidays, illness, parental leave';
insert into hr.absences
select i, 1 + i % 1200, (array['holiday','holiday','illness','parental leave'])[1 + i % 4],
       daterange(date '2025-01-01' + i % 360, date '2025-01-04' + i % 360)
  from generate_series(1, 2500) i;

create table hr.applicants (
  applicant_id integer primary key,
  full_name text not null,
  email text not null,
  expected_salary numeric(10,2),
  applied_at timestamptz not null,
  cv jsonb
);
comment on table hr.applicants is 'Applications of the last two years';
comment on column hr.applicants.cv is 'As the form sent it';
insert into hr.applicants
select i, 'Applicant ' || i, 'applicant' || i || '@example.com',
       case when i % 2 = 0 then (30000 + i * 83 % 60000)::numeric(10,2) end,
       timestamptz '2024-02-01 07:00+00' + i * interval '1 day',
       jsonb_build_object('languages', array['en','de'], 'years', i % 25)
  from generate_series(1, 600) i;

create view hr.headcount as
  select d.name as department, count(*) as people
    from hr.employees e join hr.departments d using (department_id) where e.left_on is null group by d.name;
comment on view hr.headcount is 'Who is here, by department, without a name';
