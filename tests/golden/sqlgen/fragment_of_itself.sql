-- expect: no fragment above has the name @loop
-- fragment: loop
count = 0 or @loop
-- name: probe :many
select id from item where @loop;
