-- expect: writes to logged table item: it must name one row
-- name: probe :exec
update item set count = 0;
