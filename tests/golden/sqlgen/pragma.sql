-- expect: writes, but not by insert, update or delete
-- name: probe :exec
pragma user_version = 3;
