-- expect: is not used in the PostgreSQL text
-- name: probe :many
-- in: id item_id
select id from item where id = :id;
-- pg:
select id from item;
