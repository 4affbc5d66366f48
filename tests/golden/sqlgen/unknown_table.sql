-- expect: unknown_table.sql:3: query probe: no such table: nowhere
-- name: probe :many
select id from nowhere;
