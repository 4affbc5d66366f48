-- expect: returns columns: it is not :exec
-- name: probe :exec
select id from item;
