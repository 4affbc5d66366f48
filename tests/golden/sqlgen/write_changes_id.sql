-- expect: writes to logged table item: it must name one row
-- name: probe :exec
-- in: id item_id, other item_id
update item set id = :other where id = :id;
