-- expect: writes to logged table item: it must name one row
-- name: probe :exec
-- in: unit unit_id
delete from item where unit = :unit;
