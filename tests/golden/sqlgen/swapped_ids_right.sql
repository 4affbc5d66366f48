-- expect: parameter unit is item_id, column unit is unit_id
-- name: probe :many
-- in: unit item_id
select i.id from item i where :unit = i.unit;
