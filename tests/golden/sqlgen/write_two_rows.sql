-- expect: writes to logged table unit: it must name one row
-- name: probe :exec
-- in: a unit_id, b unit_id
insert into unit (id, name) values (:a, 'x'), (:b, 'y');
