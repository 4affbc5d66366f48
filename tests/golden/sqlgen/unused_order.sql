-- expect: has sort orders but no
-- name: probe :many
-- order: by_id = "id"
select id from item;
