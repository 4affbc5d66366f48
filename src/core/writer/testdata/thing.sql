-- name: thing_add :exec
-- in: id thing_id, name text
insert into thing (id, name) values (:id, :name);

-- name: thing_count :exec
-- in: id thing_id, by int
update thing set count = count + :by where id = :id;

-- name: thing_get :one
-- in: id thing_id
select id, name, count from thing where id = :id;

-- name: thing_list :many
select id, name, count from thing order by id;

-- name: thing_drop :exec
-- in: id thing_id
delete from thing where id = :id;

-- name: thing_note :exec
-- in: id int, words text
insert into thing_note (id, words) values (:id, :words);

-- name: thing_notes :one
-- out: n int
select count(*) as n from thing_note;
