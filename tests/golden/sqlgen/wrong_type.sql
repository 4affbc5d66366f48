-- expect: parameter least is int, column fee is money
-- name: probe :many
-- in: least int
select id from item where fee >= :least;
