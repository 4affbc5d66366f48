-- expect: column fee is money, not int
-- name: probe :many
-- out: fee int
select fee from item;
