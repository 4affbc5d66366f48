-- expect: -- out: nothing is no column of probe
-- name: probe :many
-- out: nothing int
select fee from item;
