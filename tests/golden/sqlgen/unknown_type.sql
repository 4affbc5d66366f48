-- expect: strange is no type
-- name: probe :many
-- in: x strange
select id from item where title = :x;
