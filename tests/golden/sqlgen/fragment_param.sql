-- expect: fragment_param.sql:6: parameter :n is not declared in -- in:
-- fragment: mine
count = 0
and count <> :n
-- name: probe :many
select id from item where @mine;
