-- Agencies, units, officials, and who held which role where and when. Days are inclusive: valid_to is the last day in
-- force, NULL while it lasts.

-- logged
create table agency (
  id id primary key,
  code text not null,
  name text not null,
  short_name text not null,
  kind text not null check (kind in ('province', 'department', 'district', 'commune', 'centre')),
  parent id references agency,
  successor id references agency,
  is_centre bool not null default 0,
  address text not null default '',
  phone text not null default '',
  email text not null default '',
  website text not null default '',
  sort_key text not null,
  valid_from date not null,
  valid_to date,
  check (valid_to is null or valid_to >= valid_from)
);
create unique index agency_by_code on agency (code, valid_from);

-- logged
create table unit (
  id id primary key,
  agency id not null references agency,
  code text not null,
  name text not null,
  kind text not null check (kind in ('leadership', 'division', 'branch', 'service', 'reception')),
  parent id references unit,
  successor id references unit,
  sort_key text not null,
  valid_from date not null,
  valid_to date,
  check (valid_to is null or valid_to >= valid_from)
);
create unique index unit_by_code on unit (agency, code, valid_from);

-- logged
create table post (
  id id primary key,
  unit id not null references unit,
  title text not null,
  seats int not null check (seats > 0),
  role text check (role in ('counter', 'specialist', 'head', 'director', 'clerk', 'inspector')),
  valid_from date not null,
  valid_to date,
  check (valid_to is null or valid_to >= valid_from)
);
create index post_by_unit on post (unit);

-- logged
create table person (
  id id primary key,
  name text not null,
  sort_key text not null,
  title text not null,
  email text not null default '',
  phone text not null default '',
  left_on date
);
create index person_by_name on person (sort_key, id);

-- logged
create table role_held (
  id id primary key,
  person id not null references person,
  unit id not null references unit,
  role text not null check (role in ('counter', 'specialist', 'head', 'director', 'clerk', 'inspector')),
  title text not null,
  is_deputy bool not null default 0,
  valid_from date not null,
  valid_to date,
  check (valid_to is null or valid_to >= valid_from)
);
create index role_held_by_unit on role_held (unit, role);
create index role_held_by_person on role_held (person);

-- Officials sent to a one-stop centre: six to twenty-four months (NĐ 61/2018 Điều 11(4)).
-- logged
create table posting (
  id id primary key,
  person id not null references person,
  unit id not null references unit,
  kind text not null check (kind in ('main', 'substitute')),
  field text not null,
  decision text not null default '',
  valid_from date not null,
  valid_to date not null,
  check (valid_to >= valid_from)
);
create index posting_by_unit on posting (unit);
create index posting_by_person on posting (person);

-- logged
create table absence (
  id id primary key,
  person id not null references person,
  substitute id references person,
  reason text not null check (reason in ('leave', 'mission', 'training', 'sick', 'other')),
  first_day date not null,
  last_day date not null,
  check (last_day >= first_day),
  check (substitute is null or substitute <> person)
);
create index absence_by_person on absence (person, last_day);

-- Names, titles, fields and telephones that a one-stop unit must make public (NĐ 61/2018 Điều 9).
-- logged
create table staff_public_info (
  id id primary key,
  person id not null references person,
  unit id not null references unit,
  position text not null check (position in ('head', 'deputy', 'official')),
  title text not null,
  field text not null default '',
  phone text not null,
  valid_from date not null,
  valid_to date,
  check (valid_to is null or valid_to >= valid_from)
);
create index staff_public_info_by_unit on staff_public_info (unit);
