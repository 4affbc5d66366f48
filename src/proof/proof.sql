-- name: proof_file :many
-- in: hash hash
select id, kind, at, replaced, code from proof_file where substr(plain_hash, 1, 8) = substr(:hash, 1, 8) and plain_hash = :hash order by id limit 2;

-- name: proof_code :one
-- in: id dossier_id
select code from dossier where id = :id;
