-- expect: fragment_with_in.sql:3: a fragment has text only
-- fragment: mine
-- in: n int
count = :n
-- name: probe :many
-- in: n int
select id from item where @mine;
