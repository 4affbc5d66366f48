-- expect: parameter name may be NULL, column name may not
-- name: probe :exec
-- in: id unit_id, name text?
insert into unit (id, name) values (:id, :name);
