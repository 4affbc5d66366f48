-- The names that agencies and units had before; the present one stands in their own rows. Days are inclusive.
-- logged
create table former_name (
  id id primary key,
  agency id references agency,
  unit id references unit,
  name text not null,
  short_name text not null default '',
  valid_from date not null,
  valid_to date not null,
  check (valid_to >= valid_from),
  check ((agency is null) <> (unit is null))
);
create index former_name_by_agency on former_name (agency, valid_to);
create index former_name_by_unit on former_name (unit, valid_to);
