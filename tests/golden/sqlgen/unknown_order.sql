-- expect: unknown_order.sql:4: query probe, order by_x: no such column: x
-- name: probe :many
-- order: by_id = "id"; by_x = "x"
select id from item order by :order;
