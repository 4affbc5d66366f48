-- expect: fragment_below.sql:3: no fragment above has the name @inner
-- fragment: outer
@inner and id > 0
-- fragment: inner
count = 0
-- name: probe :many
select id from item where @outer;
