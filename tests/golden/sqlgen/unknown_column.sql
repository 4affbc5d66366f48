-- expect: unknown_column.sql:4: query probe: no such column: i.missing
-- name: probe :many
select i.id,
  i.missing from item i;
