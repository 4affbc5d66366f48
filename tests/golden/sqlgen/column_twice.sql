-- expect: column id of probe stands twice
-- name: probe :many
select i.id, u.id from item i join unit u on u.id = i.unit;
