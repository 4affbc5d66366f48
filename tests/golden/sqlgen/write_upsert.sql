-- expect: writes to logged table unit: it must name one row
-- name: probe :exec
-- in: id unit_id, name text
insert into unit (id, name) values (:id, :name) on conflict (name) do update set name = :name;
