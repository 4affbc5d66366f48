-- expect: sort orders are for :many and :each
-- name: probe :one
-- order: by_id = "id"
select id from item order by :order;
