-- expect: undeclared_param.sql:3: parameter :unit is not declared
-- name: probe :many
select id from item where unit = :unit;
