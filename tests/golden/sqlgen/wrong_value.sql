-- expect: parameter name is bytes, column name is text
-- name: probe :exec
-- in: id unit_id, name bytes
insert into unit (id, name) values (:id, :name);
