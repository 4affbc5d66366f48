-- expect: does not end in ;
-- name: probe :many
select id from item
