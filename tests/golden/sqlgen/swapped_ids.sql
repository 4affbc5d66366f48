-- expect: parameter unit is item_id, column unit is unit_id
-- name: probe :many
-- in: unit item_id
select id from item where unit = :unit;
