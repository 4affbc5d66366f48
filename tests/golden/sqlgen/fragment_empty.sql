-- expect: fragment mine has no text
-- fragment: mine
-- nothing
-- name: probe :many
select id from item where @mine;
