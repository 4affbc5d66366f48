-- expect: fragment_unused.sql:2: fragment mine is not used
-- fragment: mine
count = 0
-- name: probe :many
select id, '@mine' as word from item; -- @mine
