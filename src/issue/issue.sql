-- name: issue_paper_get :one
-- in: id dossier_paper_id
select p.id, p.dossier, p.form_set, p.form_code, p.number, p.at, p.official, p.body from issue_paper p where p.id = :id;

-- Papers since an id that no file belongs to.
-- name: issue_papers_missing :many
-- in: since dossier_paper_id, limit int
select p.id, p.dossier from issue_paper p
where p.id > :since and not exists (select 1 from dossier_file f where f.dossier = p.dossier and f.field = 'paper:' || p.id)
order by p.id limit :limit;

-- name: issue_unsigned_list :many
-- in: limit int
select id from issue_unsigned order by id limit :limit;

-- name: issue_unsealed_list :many
-- in: since dossier_id, limit int
select id from issue_unsealed where id > :since order by id limit :limit;

-- name: seal_used_list :many
-- in: agency agency_id
select cert from seal_used where agency = :agency order by id limit 64;

-- name: seal_used_add :exec
-- in: id seal_used_id, agency agency_id, cert text, first_at instant
insert into seal_used (id, agency, cert, first_at) values (:id, :agency, :cert, :first_at) on conflict do nothing;

-- One register is of one reception or one agency: the other id is 0. The days are looked up, not all of the agency: hence the plus.
-- name: issue_register_list :many
-- in: reception unit_id, agency agency_id, since instant, until instant, field word?, limit int
select id from issue_register
where (+receiving_unit = :reception or +settling_agency = :agency) and accepted_at >= :since and accepted_at < :until
  and (:field is null or field = :field)
order by accepted_at, id limit :limit;

-- name: issue_register_before :one
-- in: reception unit_id, agency agency_id, since instant, until instant, field word?
-- out: n int
select count(*) as n from issue_register
where (+receiving_unit = :reception or +settling_agency = :agency) and accepted_at >= :since and accepted_at < :until
  and (:field is null or field = :field);

-- name: issue_codes :many
-- in: ids json
select d.id, d.code from json_each(:ids) i join dossier d on d.id = i.value;
-- pg:
select d.id, d.code from json_array_elements_text(cast(:ids as json)) i join dossier d on d.id = cast(i as bigint);
