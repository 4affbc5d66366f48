-- expect: query probe stands twice
-- name: probe :many
select id from item;
-- name: probe :many
select id from unit;
