-- expect: needs an alias
-- name: probe :many
-- out: n int
select count(*) from item;
