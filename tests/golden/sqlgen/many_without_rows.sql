-- expect: returns no columns: it is :exec
-- name: probe :many
delete from scratch;
