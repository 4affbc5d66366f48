-- expect: fragment_twice.sql:4: fragment mine stands twice
-- fragment: mine
count = 0
-- fragment: mine
count = 1
-- name: probe :many
select id from item where @mine;
