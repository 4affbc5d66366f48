-- expect: expected: name = "columns"
-- name: probe :many
-- order: by_id = id
select id from item order by :order;
