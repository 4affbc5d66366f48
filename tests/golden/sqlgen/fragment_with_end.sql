-- expect: fragment mine is a piece of a query: no ; in it
-- fragment: mine
count = 0;
-- name: probe :many
select id from item where @mine;
