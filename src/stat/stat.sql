-- name: stat_delta_add :exec
-- in: id stat_delta_id, groups bytes
insert into stat_delta (id, groups) values (:id, :groups);

-- name: stat_delta_any :one
-- out: n int
select count(*) as n from (select id from stat_delta limit 1) x;

-- Whoever deletes a row has it: two that fold at once never take the same.
-- name: stat_delta_take :many
-- in: limit int
delete from stat_delta where id in (select id from stat_delta order by id limit :limit) returning id, groups;

-- Folding is one at a time: it reads a row and writes it.
-- name: stat_hold :one
-- out: held int
select count(*) as held from stat_delta where id = 0;
-- pg:
select length(pg_advisory_xact_lock(7301)::text) as held;

-- Putting right is one at a time, too: two would each add what is missing. Held by the connection, until it ends.
-- name: stat_alone_hold :one
-- out: held int
select 1 as held;
-- pg:
select case when pg_try_advisory_lock(7302) then 1 else 0 end as held;

-- name: stat_roll_get :one
-- in: level int, period int, agency int, unit int, procedure text, officer int
select cells from stat_roll
where level = :level and agency = :agency and period = :period and unit = :unit and procedure = :procedure and officer = :officer;

-- name: stat_roll_put :exec
-- in: level int, period int, agency int, unit int, procedure text, officer int, cells bytes
insert into stat_roll (level, period, agency, unit, procedure, officer, cells)
values (:level, :period, :agency, :unit, :procedure, :officer, :cells)
on conflict (level, agency, period, unit, procedure, officer) do update set cells = excluded.cells;

-- name: stat_roll_drop :exec
-- in: level int, period int, agency int, unit int, procedure text, officer int
delete from stat_roll
where level = :level and agency = :agency and period = :period and unit = :unit and procedure = :procedure and officer = :officer;

-- What a cut needs, and all that waits to be folded, in one statement: that is one moment on both engines.

-- fragment: cut_rest
  and period between :from and :to and (:unit = 0 or unit = :unit) and (:procedure = '' or procedure = :procedure) and (:officer = 0 or officer = :officer)
union all
select 0 as level, 0 as period, 0 as agency, 0 as unit, '' as procedure, 0 as officer, d.groups as cells from stat_delta d

-- name: stat_roll_all :each
-- in: level int, from int, to int, unit int, procedure text, officer int
-- out: level int, period int, agency int, unit int, procedure text, officer int, cells bytes
select level, period, agency, unit, procedure, officer, cells from stat_roll where level = :level @cut_rest;

-- name: stat_roll_of :each
-- in: level int, agency int, from int, to int, unit int, procedure text, officer int
-- out: level int, period int, agency int, unit int, procedure text, officer int, cells bytes
select level, period, agency, unit, procedure, officer, cells from stat_roll where level = :level and agency = :agency @cut_rest;

-- name: stat_roll_every :each
-- out: level int, period int, agency int, unit int, procedure text, officer int, cells bytes
select level, period, agency, unit, procedure, officer, cells from stat_roll
union all
select 0 as level, 0 as period, 0 as agency, 0 as unit, '' as procedure, 0 as officer, d.groups as cells from stat_delta d;
