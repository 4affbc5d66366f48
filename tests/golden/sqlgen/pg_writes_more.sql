-- expect: it must name one row
-- name: probe :exec
-- in: id item_id
delete from item where id = :id;
-- pg:
delete from item where id >= :id;
