-- name: draft_add :exec
-- in: id draft_id, account int, token_hash bytes?, dossier dossier_id?, purpose text, procedure text, wrapped bytes, sealed bytes, at instant
insert into draft (id, account, token_hash, dossier, purpose, procedure, wrapped, sealed, made_at, updated_at)
values (:id, :account, :token_hash, :dossier, :purpose, :procedure, :wrapped, :sealed, :at, :at);

-- name: draft_get :one
-- in: id draft_id
select id, account, token_hash, dossier, purpose, procedure, wrapped, sealed, step, rev, updated_at from draft where id = :id;

-- A stranger who signed in takes the draft along.
-- name: draft_save :exec
-- in: id draft_id, account int, sealed bytes, step text, at instant
update draft set sealed = :sealed, step = :step, account = case when account = 0 then :account else account end, rev = rev + 1, updated_at = :at
where id = :id;

-- name: draft_list :many
-- in: account int
select id, purpose, procedure, dossier, updated_at from draft where account = :account and purpose <> 'holder' order by updated_at desc, id limit 50;

-- name: draft_of_dossier :one
-- in: dossier dossier_id, account int
select id from draft where dossier = :dossier and account = :account order by id limit 1;

-- name: draft_old :many
-- in: before instant, holders_before instant, limit int
select id from draft where updated_at < :before or (purpose = 'holder' and updated_at < :holders_before) order by id limit :limit;

-- name: draft_delete :exec
-- in: id draft_id
delete from draft where id = :id;

-- name: draft_file_add :exec
-- in: id draft_file_id, draft draft_id, field text, name bytes, type text, size int, blob text?, plain_hash text?, state text, at instant
insert into draft_file (id, draft, field, name, type, size, blob, plain_hash, state, at)
values (:id, :draft, :field, :name, :type, :size, :blob, :plain_hash, :state, :at);

-- name: draft_file_get :one
-- in: id draft_file_id
select id, draft, field, name, type, size, blob, plain_hash, state from draft_file where id = :id;

-- What an account sent and has not filed; of uploads that are not complete, what was announced.
-- name: unsent_bytes :one
-- in: account int
-- out: n int
select coalesce(sum(f.size), 0) as n from draft d join draft_file f on f.draft = d.id
where d.account = :account;

-- name: draft_file_list :many
-- in: draft draft_id
select id, draft, field, name, type, size, blob, plain_hash, state from draft_file where draft = :draft order by id;

-- name: draft_file_keep :exec
-- in: id draft_file_id, type text, blob text, plain_hash text
update draft_file set state = 'kept', type = :type, blob = :blob, plain_hash = :plain_hash where id = :id and state = 'uploading';

-- name: draft_file_delete :exec
-- in: id draft_file_id, draft draft_id
delete from draft_file where id = :id and draft = :draft;

-- name: draft_file_delete_all :exec
-- in: draft draft_id
delete from draft_file where draft = :draft;

-- name: draft_file_by_blob :many
-- in: blob text
select id from draft_file where blob = :blob limit 1;

-- name: filing_file_by_blob :many
-- in: blob hash, name text
select id from dossier_file where blob = :blob union all select id from dossier_preview where blob = :name limit 1;

-- Every stored file that a row names, for verify.
-- name: filing_blob_all :each
-- out: kind text, id int, blob text
select 'dossier_file' as kind, id + 0 as id, case when length(blob) = 32 then lower(hex(blob)) else cast(blob as text) end as blob from dossier_file union all
select 'dossier_preview' as kind, id + 0 as id, blob from dossier_preview where blob is not null union all
select 'draft_file' as kind, id + 0 as id, blob from draft_file where blob is not null;
-- pg:
select 'dossier_file' as kind, id + 0 as id, case when length(blob) = 32 then encode(blob, 'hex') else convert_from(blob, 'UTF8') end as blob from dossier_file union all
select 'dossier_preview' as kind, id + 0 as id, blob from dossier_preview where blob is not null union all
select 'draft_file' as kind, id + 0 as id, blob from draft_file where blob is not null;

-- name: draft_key_after :many
-- in: after draft_id, limit int
select id, dossier, wrapped from draft where id > :after order by id limit :limit;

-- name: draft_rewrap :exec
-- in: id draft_id, wrapped bytes
update draft set wrapped = :wrapped where id = :id;

-- name: draft_under_key :many
-- in: dossier dossier_id, same draft_id
select id from draft where dossier = :dossier or id = :same;
