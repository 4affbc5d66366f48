-- expect: fragment_unknown.sql:3: no fragment above has the name @mine
-- name: probe :many
select id from item where @mine;
