-- expect: says :order but has no -- order: line
-- name: probe :many
select id from item order by :order;
