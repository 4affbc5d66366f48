-- expect: column n of probe is an expression
-- name: probe :many
select count(*) as n from item;
