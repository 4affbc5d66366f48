-- expect: "insert or" is SQLite
-- name: probe :exec
-- in: id unit_id
insert or replace into unit (id, name) values (:id, 'x');
