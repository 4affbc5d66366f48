-- expect: writes to logged table item: it must name one row
-- name: probe :exec
with x as (select 1) delete from item;
