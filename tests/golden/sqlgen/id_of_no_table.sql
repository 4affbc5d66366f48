-- expect: nowhere_id is no type
-- name: probe :many
-- in: x nowhere_id
select id from item where id = :x;
