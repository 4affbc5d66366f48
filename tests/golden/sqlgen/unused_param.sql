-- expect: unused_param.sql:3: parameter unit is not used
-- name: probe :many
-- in: unit unit_id
select id from item;
