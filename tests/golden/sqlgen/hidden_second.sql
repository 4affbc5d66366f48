-- expect: hidden_second.sql:3: query probe has more than one statement
-- name: probe :exec
delete from scratch; drop table item;
