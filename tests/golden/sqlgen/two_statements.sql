-- expect: two_statements.sql:4: query probe has more than one statement
-- name: probe :many
select id from item;
select id from unit;
