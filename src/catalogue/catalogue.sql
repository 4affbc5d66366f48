-- name: catalogue_revision_get :one
select revision from catalogue_revision where id = 1;

-- name: catalogue_revision_next :exec
update catalogue_revision set revision = revision + 1 where id = 1;

-- name: pack_bytes_put :exec
-- in: hash text, bytes bytes
insert into pack_bytes (hash, bytes) values (:hash, :bytes) on conflict do nothing;

-- name: pack_bytes_get :one
-- in: hash text
select bytes from pack_bytes where hash = :hash;

-- name: procedure_of_slug :one
-- in: slug text
select id from procedure where slug = :slug;

-- name: procedure_insert :exec
-- in: id procedure_id, slug text, made_at instant
insert into procedure (id, slug, made_at) values (:id, :slug, :made_at);

-- name: procedure_version_insert :exec
-- in: id procedure_version_id, procedure procedure_id, number int, hash text, national_code text?, name text, sort_key text, note text?, proposed_by int, proposed_at instant
insert into procedure_version (id, procedure, number, state, hash, national_code, name, sort_key, note, proposed_by, proposed_at)
values (:id, :procedure, :number, 'proposed', :hash, :national_code, :name, :sort_key, :note, :proposed_by, :proposed_at);

-- name: procedure_version_last :one
-- in: procedure procedure_id
select number, hash, state from procedure_version where procedure = :procedure order by number desc limit 1;

-- name: procedure_version_get :one
-- in: id procedure_version_id
select v.id, v.procedure, p.slug, v.number, v.state, v.hash, v.national_code, v.name, v.note, v.valid_from, v.valid_to, v.decision_number, v.decision_date,
  v.reason, v.proposed_by, v.proposed_at, v.reviewed_by, v.reviewed_at, v.published_by, v.published_at, v.ended_by, v.ended_at
from procedure_version v join procedure p on p.id = v.procedure where v.id = :id;

-- name: procedure_version_in_state :many
-- in: state text?, limit int, offset int
select v.id, v.procedure, p.slug, v.number, v.state, v.hash, v.national_code, v.name, v.note, v.valid_from, v.valid_to, v.decision_number, v.decision_date,
  v.reason, v.proposed_by, v.proposed_at, v.reviewed_by, v.reviewed_at, v.published_by, v.published_at, v.ended_by, v.ended_at
from procedure_version v join procedure p on p.id = v.procedure
where :state is null or v.state = :state
order by v.sort_key, v.id limit :limit offset :offset;

-- name: procedure_version_of :many
-- in: procedure procedure_id
select v.id, v.procedure, p.slug, v.number, v.state, v.hash, v.national_code, v.name, v.note, v.valid_from, v.valid_to, v.decision_number, v.decision_date,
  v.reason, v.proposed_by, v.proposed_at, v.reviewed_by, v.reviewed_at, v.published_by, v.published_at, v.ended_by, v.ended_at
from procedure_version v join procedure p on p.id = v.procedure where v.procedure = :procedure order by v.number desc;

-- name: procedure_version_count :many
-- out: n int
select state, count(*) as n from procedure_version group by state order by state;

-- name: procedure_version_public :many
select v.id, p.slug, v.number, v.state, v.hash, v.note, v.valid_from, v.valid_to, v.decision_number, v.decision_date, v.published_at, v.ended_at, b.bytes
from procedure_version v join procedure p on p.id = v.procedure join pack_bytes b on b.hash = v.hash
where v.state in ('published', 'expired') order by p.slug, v.number;

-- name: procedure_version_on_day :one
-- in: slug text, day date
select v.id, v.procedure, p.slug, v.number, v.state, v.hash, v.national_code, v.name, v.note, v.valid_from, v.valid_to, v.decision_number, v.decision_date,
  v.reason, v.proposed_by, v.proposed_at, v.reviewed_by, v.reviewed_at, v.published_by, v.published_at, v.ended_by, v.ended_at
from procedure_version v join procedure p on p.id = v.procedure
where p.slug = :slug and v.state in ('published', 'expired') and (v.valid_from is null or v.valid_from <= :day) and (v.valid_to is null or v.valid_to >= :day)
order by v.number desc limit 1;

-- name: procedure_version_rivals :many
-- in: national_code text, procedure procedure_id, from_day date?, to_day date?
select p.slug from procedure_version v join procedure p on p.id = v.procedure
where v.national_code = :national_code and v.procedure <> :procedure and v.state in ('published', 'expired')
  and (:to_day is null or v.valid_from is null or v.valid_from <= :to_day) and (:from_day is null or v.valid_to is null or v.valid_to >= :from_day)
order by p.slug limit 1;

-- name: procedure_version_review :exec
-- in: id procedure_version_id, reviewed_by int, reviewed_at instant
update procedure_version set state = 'reviewed', reviewed_by = :reviewed_by, reviewed_at = :reviewed_at where id = :id and state = 'proposed';

-- name: procedure_version_reject :exec
-- in: id procedure_version_id, reason text, ended_by int, ended_at instant
update procedure_version set state = 'rejected', reason = :reason, ended_by = :ended_by, ended_at = :ended_at
where id = :id and state in ('proposed', 'reviewed');

-- name: procedure_version_publish :exec
-- in: id procedure_version_id, valid_from date?, valid_to date?, decision_number text?, decision_date date?, published_by int, published_at instant
update procedure_version set state = 'published', valid_from = :valid_from, valid_to = :valid_to, decision_number = :decision_number,
  decision_date = :decision_date, published_by = :published_by, published_at = :published_at
where id = :id and state = 'reviewed';

-- name: procedure_version_end :exec
-- in: id procedure_version_id, valid_to date, reason text?, ended_by int, ended_at instant
update procedure_version set state = 'expired', valid_to = :valid_to, reason = :reason, ended_by = :ended_by, ended_at = :ended_at
where id = :id and state in ('published', 'expired');
