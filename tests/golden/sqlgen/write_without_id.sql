-- expect: write_without_id.sql:4: query probe writes to logged table unit
-- name: probe :exec
-- in: name text
insert into unit (name) values (:name);
