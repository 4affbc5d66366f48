-- expect: writes to logged table item: it must name one row
-- name: probe :exec
-- in: id item_id
delete from item where id = :id + 1;
