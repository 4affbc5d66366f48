-- name: proof_file :many
-- in: hash hash
select id, kind, at, replaced, code from proof_file where plain_hash = :hash order by id limit 2;

-- name: proof_code :one
-- in: id dossier_id
select code from dossier where id = :id;
