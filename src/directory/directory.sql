-- name: agency_get :one
-- in: id agency_id
select id, parent, successor, code, name, short_name, kind, is_centre, address, phone, email, website, valid_from, valid_to
from agency where id = :id;

-- name: agency_of_code :one
-- in: code text, day date
select id from agency
where code = :code and valid_from <= :day and (valid_to is null or valid_to >= :day)
order by valid_from desc limit 1;

-- name: agency_on_day :many
-- in: day date
-- out: name text, short_name text
select id, parent, successor, code,
  coalesce((select f.name from former_name f where f.agency = agency.id and f.valid_from <= :day and f.valid_to >= :day order by f.valid_to limit 1), name) as name,
  coalesce((select f.short_name from former_name f where f.agency = agency.id and f.valid_from <= :day and f.valid_to >= :day order by f.valid_to limit 1), short_name) as short_name,
  kind, is_centre, address, phone, email, website, valid_from, valid_to
from agency where valid_from <= :day and (valid_to is null or valid_to >= :day) order by sort_key, id;

-- name: agency_count :one
-- out: n int
select count(*) as n from agency;

-- name: agency_insert :exec
-- in: id agency_id, code text, name text, short_name text, kind text, parent agency_id?, successor agency_id?, is_centre bool, address text, phone text, email text, website text, sort_key text, valid_from date, valid_to date?
insert into agency (id, code, name, short_name, kind, parent, successor, is_centre, address, phone, email, website, sort_key, valid_from, valid_to)
values (:id, :code, :name, :short_name, :kind, :parent, :successor, :is_centre, :address, :phone, :email, :website, :sort_key, :valid_from, :valid_to);

-- name: unit_get :one
-- in: id unit_id
select id, agency, parent, successor, code, name, kind, valid_from, valid_to from unit where id = :id;

-- name: unit_of_code :one
-- in: agency agency_id, code text, day date
select id from unit
where agency = :agency and code = :code and valid_from <= :day and (valid_to is null or valid_to >= :day)
order by valid_from desc limit 1;

-- name: unit_on_day :many
-- in: agency agency_id?, day date
-- out: name text
select id, agency, parent, successor, code,
  coalesce((select f.name from former_name f where f.unit = unit.id and f.valid_from <= :day and f.valid_to >= :day order by f.valid_to limit 1), name) as name,
  kind, valid_from, valid_to
from unit
where agency in (select a.id from agency a where a.id = :agency union all select a.id from agency a where :agency is null)
  and valid_from <= :day and (valid_to is null or valid_to >= :day)
order by sort_key, id;

-- name: unit_insert :exec
-- in: id unit_id, agency agency_id, code text, name text, kind text, parent unit_id?, successor unit_id?, sort_key text, valid_from date, valid_to date?
insert into unit (id, agency, code, name, kind, parent, successor, sort_key, valid_from, valid_to)
values (:id, :agency, :code, :name, :kind, :parent, :successor, :sort_key, :valid_from, :valid_to);

-- name: post_insert :exec
-- in: id post_id, unit unit_id, title text, seats int, role text?, valid_from date, valid_to date?
insert into post (id, unit, title, seats, role, valid_from, valid_to)
values (:id, :unit, :title, :seats, :role, :valid_from, :valid_to);

-- name: person_get :one
-- in: id person_id
select id, name, title, email, phone, left_on from person where id = :id;

-- name: person_names :many
-- in: ids json
select p.id, p.name from json_each(:ids) i join person p on p.id = i.value;
-- pg:
select p.id, p.name from person p where p.id in (select cast(i as bigint) from json_array_elements_text(cast(:ids as json)) i);

-- name: unit_names :many
-- in: ids json
select u.id, u.name from json_each(:ids) i join unit u on u.id = i.value;
-- pg:
select u.id, u.name from unit u where u.id in (select cast(i as bigint) from json_array_elements_text(cast(:ids as json)) i);

-- name: person_insert :exec
-- in: id person_id, name text, sort_key text, title text, email text, phone text
insert into person (id, name, sort_key, title, email, phone) values (:id, :name, :sort_key, :title, :email, :phone);

-- name: person_roles :many
-- in: person person_id, day date
select r.role, r.unit, u.agency
from role_held r join unit u on u.id = r.unit join person p on p.id = r.person
where r.person = :person and r.valid_from <= :day and (r.valid_to is null or r.valid_to >= :day)
  and (p.left_on is null or p.left_on > :day)
order by r.id;

-- name: person_postings :many
-- in: person person_id, day date
select g.unit, u.agency
from posting g join unit u on u.id = g.unit join person p on p.id = g.person
where g.person = :person and g.valid_from <= :day and g.valid_to >= :day and (p.left_on is null or p.left_on > :day)
order by g.id;

-- Of one unit or of the units of one agency: down an index, however many others there are. Who acts for them is asked for those alone who are away.

-- fragment: away
case when exists (select 1 from absence a where a.person = p.id and a.first_day <= :day and a.last_day >= :day) then 1 else 0 end as is_away

-- name: role_holders :many
-- in: role text, unit unit_id?, agency agency_id?, day date
-- out: is_away bool
select r.person, r.unit, r.title, r.is_deputy, p.name, @away
from role_held r join person p on p.id = r.person join unit u on u.id = r.unit
where r.role = :role and r.unit in (select x.id from unit x where x.id = :unit union all select x.id from unit x where x.agency = :agency)
  and r.valid_from <= :day and (r.valid_to is null or r.valid_to >= :day) and (p.left_on is null or p.left_on > :day)
order by r.is_deputy, p.sort_key, p.id, r.id;

-- name: posting_holders :many
-- in: unit unit_id?, agency agency_id?, day date
-- out: is_away bool
select g.person, g.unit, g.kind, p.name, p.title, @away
from posting g join person p on p.id = g.person join unit u on u.id = g.unit
where g.unit in (select x.id from unit x where x.id = :unit union all select x.id from unit x where x.agency = :agency)
  and g.valid_from <= :day and g.valid_to >= :day and (p.left_on is null or p.left_on > :day)
order by g.kind, p.sort_key, p.id, g.id;

-- The one that began last. Nearly nobody has any: nothing is sorted for that.
-- name: absence_on_day :one
-- in: person person_id, day date
select a.substitute, s.name as substitute_name, a.last_day
from absence a left join person s on s.id = a.substitute
where a.person = :person and a.first_day <= :day and a.last_day >= :day
  and not exists (select 1 from absence b where b.person = a.person and b.first_day <= :day and b.last_day >= :day
    and (b.first_day > a.first_day or (b.first_day = a.first_day and b.id > a.id)));

-- name: role_overlap :one
-- in: person person_id, unit unit_id, role text, valid_from date, valid_to date
-- out: n int
select count(*) as n from role_held
where person = :person and unit = :unit and role = :role and valid_from <= :valid_to
  and (valid_to is null or valid_to >= :valid_from);

-- name: role_insert :exec
-- in: id role_held_id, person person_id, unit unit_id, role text, title text, is_deputy bool, valid_from date, valid_to date?
insert into role_held (id, person, unit, role, title, is_deputy, valid_from, valid_to)
values (:id, :person, :unit, :role, :title, :is_deputy, :valid_from, :valid_to);

-- name: role_get :one
-- in: id role_held_id
select person, unit, role, valid_from, valid_to from role_held where id = :id;

-- name: role_close :exec
-- in: id role_held_id, last date
update role_held set valid_to = :last where id = :id;

-- name: role_delete :exec
-- in: id role_held_id
delete from role_held where id = :id;

-- name: posting_overlap :one
-- in: person person_id, valid_from date, valid_to date
-- out: n int
select count(*) as n from posting
where person = :person and kind = 'main' and valid_from <= :valid_to and valid_to >= :valid_from;

-- name: posting_insert :exec
-- in: id posting_id, person person_id, unit unit_id, kind text, field text, decision text, valid_from date, valid_to date
insert into posting (id, person, unit, kind, field, decision, valid_from, valid_to)
values (:id, :person, :unit, :kind, :field, :decision, :valid_from, :valid_to);

-- name: absence_insert :exec
-- in: id absence_id, person person_id, substitute person_id?, reason text, first_day date, last_day date
insert into absence (id, person, substitute, reason, first_day, last_day)
values (:id, :person, :substitute, :reason, :first_day, :last_day);

-- name: absence_get :one
-- in: id absence_id
select person, first_day, last_day from absence where id = :id;

-- name: absence_close :exec
-- in: id absence_id, last date
update absence set last_day = :last where id = :id;

-- name: absence_delete :exec
-- in: id absence_id
delete from absence where id = :id;

-- name: public_staff :many
-- in: unit unit_id?, day date
select i.unit, u.name as unit_name, p.name, i.position, i.title, i.field, i.phone
from staff_public_info i join person p on p.id = i.person join unit u on u.id = i.unit
where (:unit is null or i.unit = :unit) and i.valid_from <= :day and (i.valid_to is null or i.valid_to >= :day)
  and (p.left_on is null or p.left_on > :day)
order by u.sort_key, u.id, i.position = 'head' desc, i.position = 'deputy' desc, p.sort_key, i.id;

-- name: public_staff_insert :exec
-- in: id staff_public_info_id, person person_id, unit unit_id, position text, title text, field text, phone text, valid_from date
insert into staff_public_info (id, person, unit, position, title, field, phone, valid_from)
values (:id, :person, :unit, :position, :title, :field, :phone, :valid_from);

-- name: person_role_list :many
-- in: person person_id
select r.id, r.role, r.title, r.is_deputy, r.valid_from, r.valid_to, u.name as unit_name, a.short_name as agency_name
from role_held r join unit u on u.id = r.unit join agency a on a.id = u.agency
where r.person = :person order by r.valid_from desc, r.id desc;

-- name: person_posting_list :many
-- in: person person_id
select g.id, g.kind, g.field, g.decision, g.valid_from, g.valid_to, u.name as unit_name, a.short_name as agency_name
from posting g join unit u on u.id = g.unit join agency a on a.id = u.agency
where g.person = :person order by g.valid_from desc, g.id desc;

-- name: person_absence_list :many
-- in: person person_id
select a.id, a.reason, a.first_day, a.last_day, s.name as substitute_name
from absence a left join person s on s.id = a.substitute
where a.person = :person order by a.first_day desc, a.id desc limit 50;

-- name: person_on_day :many
-- in: day date
select id, name, title from person where left_on is null or left_on > :day order by sort_key, id;

-- name: posting_get :one
-- in: id posting_id
select id, person, unit, valid_from, valid_to from posting where id = :id;

-- name: posting_close :exec
-- in: id posting_id, valid_to date
update posting set valid_to = :valid_to where id = :id;

-- name: posting_delete :exec
-- in: id posting_id
delete from posting where id = :id;

-- The last day of the name before the present one.
-- name: former_last :one
-- in: agency agency_id?, unit unit_id?
-- out: last date?
select max(valid_to) as last from former_name where agency = :agency or unit = :unit;

-- name: former_insert :exec
-- in: id former_name_id, agency agency_id?, unit unit_id?, name text, short_name text, valid_from date, valid_to date
insert into former_name (id, agency, unit, name, short_name, valid_from, valid_to)
values (:id, :agency, :unit, :name, :short_name, :valid_from, :valid_to);

-- name: former_list :many
-- in: agency agency_id?, unit unit_id?
select name, valid_from, valid_to from former_name where agency = :agency or unit = :unit order by valid_from desc;

-- name: agency_rename :exec
-- in: id agency_id, name text, short_name text, sort_key text
update agency set name = :name, short_name = :short_name, sort_key = :sort_key where id = :id;

-- name: unit_rename :exec
-- in: id unit_id, name text, sort_key text
update unit set name = :name, sort_key = :sort_key where id = :id;

-- name: agency_close :exec
-- in: id agency_id, last date, successor agency_id?
update agency set valid_to = :last, successor = :successor where id = :id;

-- name: unit_close :exec
-- in: id unit_id, last date, successor unit_id?
update unit set valid_to = :last, successor = :successor where id = :id;

-- What still stands under an agency or a unit after a day.
-- name: agency_below :one
-- in: agency agency_id, last date
-- out: n int
select (select count(*) from unit u where u.agency = :agency and (u.valid_to is null or u.valid_to > :last)) +
  (select count(*) from agency a where a.parent = :agency and (a.valid_to is null or a.valid_to > :last)) as n;

-- name: unit_below :one
-- in: unit unit_id, last date
-- out: n int
select count(*) as n from unit where parent = :unit and (valid_to is null or valid_to > :last);

-- name: unit_posts :many
-- in: unit unit_id, day date
select id, title, seats, role, valid_from, valid_to from post
where unit = :unit and (valid_to is null or valid_to >= :day) order by valid_from, id;

-- name: post_get :one
-- in: id post_id
select unit, valid_from, valid_to from post where id = :id;

-- name: post_close :exec
-- in: id post_id, last date
update post set valid_to = :last where id = :id;

-- name: post_delete :exec
-- in: id post_id
delete from post where id = :id;

-- name: unit_roles :many
-- in: unit unit_id, day date
select r.id, r.person, r.role, r.title, r.is_deputy, r.valid_from, r.valid_to, p.name
from role_held r join person p on p.id = r.person
where r.unit = :unit and (r.valid_to is null or r.valid_to >= :day) and (p.left_on is null or p.left_on > :day)
order by r.is_deputy, p.sort_key, r.id;

-- name: unit_postings :many
-- in: unit unit_id, day date
select g.id, g.person, g.kind, g.field, g.valid_from, g.valid_to, p.name
from posting g join person p on p.id = g.person
where g.unit = :unit and g.valid_to >= :day order by g.kind, p.sort_key, g.id;

-- name: unit_public :many
-- in: unit unit_id, day date
select id, person, valid_from from staff_public_info where unit = :unit and (valid_to is null or valid_to >= :day) order by id;

-- name: public_staff_close :exec
-- in: id staff_public_info_id, last date
update staff_public_info set valid_to = :last where id = :id;

-- name: public_staff_delete :exec
-- in: id staff_public_info_id
delete from staff_public_info where id = :id;

-- How often anything here was changed.

-- name: directory_mark_get :one
select value from sequence where name = 'directory';

-- name: directory_mark_next :exec
insert into sequence (name, value) values ('directory', 1) on conflict (name) do update set value = sequence.value + 1;
