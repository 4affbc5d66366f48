-- name: sequence_next :one
-- in: name text
-- out: value int
insert into sequence (name, value) values (:name, 1)
on conflict (name) do update set value = sequence.value + 1 returning value;

-- Numbers taken elsewhere than one by one: sample data.
-- name: sequence_keep :exec
-- in: name text, value int
insert into sequence (name, value) values (:name, :value) on conflict (name) do update set value = excluded.value;

-- name: dossier_since :one
-- in: id dossier_id
-- out: n int
select count(*) as n from dossier where id >= :id;

-- name: sequence_last :one
-- in: name text
select value from sequence where name = :name;

-- At how many pieces of a level FTS5 merges them in one act, whatever it takes: 16 while much is poured, 64 (migration 0093) else.
-- name: dossier_search_crisis :exec
-- in: pieces int
insert into dossier_search (dossier_search, rank) values ('crisismerge', :pieces);
-- pg:
delete from dossier_search where rowid = :pieces and rowid < 0;

-- One step of merging: so many pages of the index are written anew at most, none when there is nothing to merge.
-- name: dossier_search_merge :exec
-- in: pages int
insert into dossier_search (dossier_search, rank) values ('merge', :pages);
-- pg:
delete from dossier_search where rowid = :pages and rowid < 0;

-- name: dossier_search_shape :one
-- out: block bytes
select block from dossier_search_data where id = 10;
-- pg:
select ''::bytea as block where false;

-- name: dossier_add :exec
-- in: id dossier_id, code text, procedure text, procedure_name packed, procedure_hash hash, field word, rules packed, process word, form_set word, channel_in text, channel_out text, origin text?, origin_code text?, receiving_unit unit_id, settling_agency agency_id, settling_unit unit_id, applicant_account int, applicant_kind text, applicant_name text, identity_key bytes?, phone_key bytes?, sealed bytes, secret_hash bytes, step text, step_role text, step_unit unit_id, sent_at instant, answer_due instant, filed_by int?
insert into dossier (id, code, procedure, procedure_name, procedure_hash, field, rules, process, form_set, channel_in, channel_out, origin,
  origin_code, receiving_unit, settling_agency, settling_unit, applicant_account, applicant_kind, applicant_name,
  identity_key, phone_key, sealed, secret_hash, state, step, step_role, step_unit, step_since, step_due, rev, sent_at, answer_due, filed_by)
values (:id, :code, :procedure, :procedure_name, :procedure_hash, :field, :rules, :process, :form_set, :channel_in, :channel_out, :origin,
  :origin_code, :receiving_unit, :settling_agency, :settling_unit, :applicant_account, :applicant_kind, :applicant_name,
  :identity_key, :phone_key, :sealed, :secret_hash, 'received', :step, :step_role, :step_unit, :sent_at, :answer_due, 1, :sent_at, :answer_due, :filed_by);

-- name: dossier_hold :one
-- in: id dossier_id
select id from dossier where id = :id;
-- pg:
select id from dossier where id = :id for no key update;

-- A statement of its own: it sees what was committed while dossier_hold waited.
-- name: dossier_last_act :one
-- in: subject int
select at from log_entry where subject = :subject order by id desc limit 1;

-- name: dossier_get :one
-- in: id dossier_id
select id, code, procedure, procedure_name, procedure_hash, field, rules, process, form_set, channel_in, channel_out, origin, origin_code,
  receiving_unit, settling_agency, settling_unit, applicant_account, applicant_kind, applicant_name, sealed, secret_hash, state, step,
  step_role, step_unit, assignee, officer, step_since, step_due, rev, sent_at, answer_due, accepted_at, clock_from, first_due, due, settled_at,
  returned_at, outcome, supplements, apologies, last_actor, last_opened, previous_step, previous_assignee, proposal,
  result_number, result_symbol, result_day, signer, filed_by, identity_key, law_due, late_reason
from dossier where id = :id;

-- What the record of a reading says of it.
-- name: dossier_looked_at :one
-- in: id dossier_id
select id, assignee, officer, settling_agency, receiving_unit from dossier where id = :id;

-- What statistics count of the dossiers between two ids (counted.c): of one after its act, of all for a recount.

-- name: dossier_facts :many
-- in: after dossier_id, last dossier_id, limit int
-- out: is_signed bool
select d.id, d.procedure, d.channel_in, d.settling_agency, d.settling_unit, d.officer, d.state, d.sent_at, d.answer_due, d.accepted_at, d.first_due,
  d.law_due, d.due, d.settled_at, d.returned_at, d.outcome, d.supplements, d.apologies, d.minutes_total, d.minutes_citizen, d.minutes_others, d.late_reason,
  case when d.outcome = 'result' and d.settled_at is not null and exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result' and f.field <> 'result:sample')
    then 1 else 0 end as is_signed
from dossier d where d.id > :after and d.id <= :last order by d.id limit :limit;

-- name: dossier_facts_papers :many
-- in: after dossier_id, last dossier_id
select dossier, form_set, form_code, at from dossier_paper where dossier > :after and dossier <= :last order by dossier, id;

-- name: dossier_facts_ratings :many
-- in: after dossier_id, last dossier_id
select dossier, score, at from dossier_rating where dossier > :after and dossier <= :last order by dossier;

-- Who may read each, as far as the dossier itself says; and the units that were asked for an opinion.

-- name: dossier_rights :many
-- in: ids json
select d.id, d.applicant_account, d.filed_by, d.identity_key, d.receiving_unit, d.settling_agency from json_each(:ids) i join dossier d on d.id = i.value order by i.key;
-- pg:
select d.id, d.applicant_account, d.filed_by, d.identity_key, d.receiving_unit, d.settling_agency
from json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier d on d.id = cast(i.value as bigint) order by i.key;

-- name: dossier_asked :many
-- in: ids json
select o.dossier, o.unit from json_each(:ids) i join dossier_opinion o on o.dossier = i.value;
-- pg:
select o.dossier, o.unit from json_array_elements_text(cast(:ids as json)) i join dossier_opinion o on o.dossier = cast(i as bigint);

-- What a list on paper says of each, and what opens who applies: no key, it was erased.
-- fragment: listed
d.id, d.code, d.procedure, d.procedure_name, d.field, d.channel_out, d.receiving_unit, d.settling_agency, d.accepted_at, d.due, d.returned_at, d.sealed, k.wrapped

-- name: dossier_listed :many
-- in: ids json
select @listed from json_each(:ids) i join dossier d on d.id = i.value left join dossier_key k on k.id = d.id order by i.key;
-- pg:
select @listed
from json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier d on d.id = cast(i.value as bigint) left join dossier_key k on k.id = d.id order by i.key;

-- name: dossier_by_code :one
-- in: code text
select id from dossier where code = :code;

-- name: dossier_by_origin :one
-- in: origin text, origin_code text
select id, code from dossier where origin = :origin and origin_code = :origin_code;

-- name: dossier_twins :many
-- in: identity_key bytes, procedure text, since instant
select id, code, state, sent_at from dossier
where identity_key = :identity_key and procedure = :procedure and sent_at >= :since order by id desc limit 5;

-- name: dossier_of_person :many
-- in: identity_key bytes, phone_key bytes, before dossier_id, limit int
select id from dossier where identity_key = :identity_key and id < :before
union select id from dossier where phone_key = :phone_key and id < :before
order by id desc limit :limit;

-- name: dossier_move :exec
-- in: id dossier_id, rev int, state text, step text, step_role text, step_unit unit_id?, assignee person_id?, step_since instant, step_due instant?, last_actor int, previous_step text?, previous_assignee int?
update dossier set state = :state, step = :step, step_role = :step_role, step_unit = :step_unit, assignee = :assignee,
  step_since = :step_since, step_due = :step_due, rev = rev + 1, last_actor = :last_actor, last_opened = 0,
  previous_step = :previous_step, previous_assignee = :previous_assignee
where id = :id and rev = :rev;

-- The move that acceptance is, with its clock: one write of the row and of each index, for acceptance touches nearly all of them.
-- name: dossier_accept_move :exec
-- in: id dossier_id, rev int, at instant, clock_from instant?, due instant?, state text, step text, step_role text, step_unit unit_id?, assignee person_id?, step_since instant, step_due instant?, last_actor int, previous_step text?, previous_assignee int?
update dossier set accepted_at = :at, clock_from = :clock_from, first_due = coalesce(first_due, :due), due = :due, law_due = :due,
  state = :state, step = :step, step_role = :step_role, step_unit = :step_unit, assignee = :assignee,
  step_since = :step_since, step_due = :step_due, rev = rev + 1, last_actor = :last_actor, last_opened = 0,
  previous_step = :previous_step, previous_assignee = :previous_assignee
where id = :id and rev = :rev;

-- name: dossier_clock_set :exec
-- in: id dossier_id, clock_from instant?, due instant?
update dossier set clock_from = :clock_from, first_due = coalesce(first_due, :due), due = :due, law_due = :due where id = :id;

-- name: dossier_supplement_count :exec
-- in: id dossier_id
update dossier set supplements = supplements + 1 where id = :id;

-- name: dossier_apologised :exec
-- in: id dossier_id, due instant
update dossier set apologies = apologies + 1, due = :due where id = :id;

-- name: dossier_late_reason :exec
-- in: id dossier_id, reason int
update dossier set late_reason = :reason where id = :id;

-- name: dossier_officer :exec
-- in: id dossier_id, officer person_id
update dossier set officer = :officer where id = :id;

-- name: dossier_reassign :exec
-- in: id dossier_id, assignee person_id, officer person_id, rev int
update dossier set assignee = :assignee, officer = :officer, rev = rev + 1, last_opened = 0 where id = :id and rev = :rev;

-- name: dossier_transfer :exec
-- in: id dossier_id, unit unit_id, step_unit unit_id?, assignee person_id?, last_actor int, rev int
update dossier set settling_unit = :unit, step_unit = :step_unit, assignee = :assignee, officer = null, previous_step = null, previous_assignee = null,
  last_actor = :last_actor, last_opened = 0, rev = rev + 1
where id = :id and rev = :rev;

-- name: dossier_opened :exec
-- in: id dossier_id
update dossier set last_opened = 1 where id = :id and last_opened = 0;

-- name: dossier_propose :exec
-- in: id dossier_id, outcome text, proposal text
update dossier set outcome = :outcome, proposal = :proposal where id = :id;

-- name: dossier_number :exec
-- in: id dossier_id, number int, symbol text, day date, signer person_id
update dossier set result_number = :number, result_symbol = :symbol, result_day = :day, signer = :signer
where id = :id and result_number is null;

-- name: dossier_settled :exec
-- in: id dossier_id, at instant, outcome text, minutes_total int?, minutes_citizen int?, minutes_others int?
update dossier set settled_at = coalesce(settled_at, :at), outcome = :outcome, minutes_total = :minutes_total, minutes_citizen = :minutes_citizen,
  minutes_others = :minutes_others where id = :id;

-- name: dossier_returned :exec
-- in: id dossier_id, at instant
update dossier set returned_at = :at where id = :id;

-- name: dossier_reseal :exec
-- in: id dossier_id, sealed bytes, applicant_name text
update dossier set sealed = :sealed, applicant_name = :applicant_name, rev = rev + 1 where id = :id;

-- name: dossier_erase :exec
-- in: id dossier_id
update dossier set sealed = null, applicant_name = null, identity_key = null, phone_key = null, proposal = null where id = :id;

-- name: dossier_key_add :exec
-- in: id dossier_key_id, wrapped bytes
insert into dossier_key (id, wrapped) values (:id, :wrapped);

-- name: dossier_key_get :one
-- in: id dossier_key_id
select wrapped from dossier_key where id = :id;

-- name: dossier_key_after :many
-- in: after dossier_key_id, limit int
select id, wrapped from dossier_key where id > :after order by id limit :limit;

-- name: dossier_key_rewrap :exec
-- in: id dossier_key_id, wrapped bytes
update dossier_key set wrapped = :wrapped where id = :id;

-- name: dossier_key_erase :exec
-- in: id dossier_key_id
delete from dossier_key where id = :id;

-- name: dossier_clock_add :exec
-- in: id dossier_clock_id, dossier dossier_id, at instant, kind text
insert into dossier_clock (id, dossier, at, kind) values (:id, :dossier, :at, :kind);

-- name: dossier_clock_list :many
-- in: dossier dossier_id
select id, at, kind from dossier_clock where dossier = :dossier order by id;

-- name: dossier_file_add :exec
-- in: id dossier_file_id, dossier dossier_id, kind text, field text, name bytes, blob hash, plain_hash hash, type word, size int, pages int?, originals_seen bool, state text, at instant
insert into dossier_file (id, dossier, kind, field, name, blob, plain_hash, type, size, pages, originals_seen, state, at)
values (:id, :dossier, :kind, :field, :name, :blob, :plain_hash, :type, :size, :pages, :originals_seen, :state, :at);

-- name: dossier_signed_of :one
-- in: ids json
-- out: n int
select count(*) as n from json_each(:ids) i join dossier_file f on f.dossier = i.value where f.kind = 'result';
-- pg:
select count(*) as n from json_array_elements_text(cast(:ids as json)) as i(value) join dossier_file f on f.dossier = cast(i.value as bigint) where f.kind = 'result';

-- name: dossier_offer :many
-- in: ids json
-- out: is_signed bool
select d.id, d.process, d.state, d.step, d.step_role, d.assignee, d.officer, d.receiving_unit, d.settling_agency, d.settling_unit, d.accepted_at, d.settled_at, d.result_number,
  exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result') as is_signed
from json_each(:ids) i join dossier d on d.id = i.value order by i.key;
-- pg:
select d.id, d.process, d.state, d.step, d.step_role, d.assignee, d.officer, d.receiving_unit, d.settling_agency, d.settling_unit, d.accepted_at, d.settled_at, d.result_number,
  exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result') as is_signed
from json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier d on d.id = cast(i.value as bigint) order by i.key;

-- name: dossier_file_list :many
-- in: dossier dossier_id
select id, dossier, kind, field, name, blob, plain_hash, type, size, pages, originals_seen, state, at, replaced
from dossier_file where dossier = :dossier order by id;

-- name: dossier_file_get :one
-- in: id dossier_file_id
select id, dossier, kind, field, name, blob, plain_hash, type, size, pages, originals_seen, state, at, replaced
from dossier_file where id = :id;

-- name: dossier_file_state :exec
-- in: id dossier_file_id, state text
update dossier_file set state = :state where id = :id;

-- name: dossier_file_replace :exec
-- in: id dossier_file_id
update dossier_file set replaced = 1 where id = :id;

-- name: dossier_file_quarantined :many
-- in: limit int
select id, dossier from dossier_file where state = 'quarantine' order by id limit :limit;

-- name: dossier_preview_add :exec
-- in: id dossier_preview_id, file dossier_file_id, page int, pages int, blob text?, width int, height int
insert into dossier_preview (id, file, page, pages, blob, width, height) values (:id, :file, :page, :pages, :blob, :width, :height)
on conflict do nothing;

-- name: dossier_preview_list :many
-- in: dossier dossier_id
select p.file, p.page, p.pages, p.blob, p.width, p.height
from dossier_preview p join dossier_file f on f.id = p.file where f.dossier = :dossier order by p.file, p.page;

-- name: dossier_preview_get :one
-- in: dossier dossier_id, file dossier_file_id, page int
select p.blob, f.kind, f.field from dossier_preview p join dossier_file f on f.id = p.file
where f.dossier = :dossier and f.state = 'clean' and p.file = :file and p.page = :page and p.blob is not null;

-- name: dossier_preview_erase :exec
-- in: dossier dossier_id
delete from dossier_preview where file in (select f.id from dossier_file f where f.dossier = :dossier);

-- name: dossier_paper_add :exec
-- in: id dossier_paper_id, dossier dossier_id, form_set text, form_code text, number int, at instant, official person_id?, body bytes
insert into dossier_paper (id, dossier, form_set, form_code, number, at, official, body)
values (:id, :dossier, :form_set, :form_code, :number, :at, :official, :body);

-- name: dossier_paper_list :many
-- in: dossier dossier_id
select id, dossier, form_set, form_code, number, at, official, body from dossier_paper where dossier = :dossier order by id;

-- name: dossier_fee_add :exec
-- in: id dossier_fee_id, dossier dossier_id, name packed, amount money, at instant, state text, computed money?, detail bytes
insert into dossier_fee (id, dossier, name, amount, demanded_at, state, computed, detail)
values (:id, :dossier, :name, :amount, :at, :state, :computed, :detail);

-- name: dossier_fee_list :many
-- in: dossier dossier_id
select id, name, amount, demanded_at, state, method, voucher, paid_at, clerk, computed, detail from dossier_fee where dossier = :dossier order by id;

-- name: dossier_fee_claim :exec
-- in: id dossier_fee_id, dossier dossier_id
update dossier_fee set state = 'claimed', method = 'transfer' where id = :id and dossier = :dossier and state = 'demanded';

-- name: dossier_fee_paid :exec
-- in: id dossier_fee_id, dossier dossier_id, method text, voucher text, at instant, clerk person_id?
update dossier_fee set state = 'paid', method = :method, voucher = :voucher, paid_at = :at, clerk = :clerk
where id = :id and dossier = :dossier and state in ('demanded', 'claimed');

-- name: dossier_opinion_add :exec
-- in: id dossier_opinion_id, dossier dossier_id, unit unit_id, asked_by person_id?, at instant, due instant, question text
insert into dossier_opinion (id, dossier, unit, asked_by, asked_at, due, question) values (:id, :dossier, :unit, :asked_by, :at, :due, :question);

-- name: dossier_opinion_answer :exec
-- in: id dossier_opinion_id, by person_id?, at instant, answer text
update dossier_opinion set answered_at = :at, answered_by = :by, answer = :answer where id = :id and answered_at is null;

-- name: dossier_opinion_list :many
-- in: dossier dossier_id
select id, unit, asked_by, asked_at, due, question, answered_at, answered_by, answer from dossier_opinion where dossier = :dossier order by id;

-- name: dossier_rating_add :exec
-- in: id dossier_rating_id, dossier dossier_id, score int, words bytes?, at instant
insert into dossier_rating (id, dossier, score, words, at) values (:id, :dossier, :score, :words, :at);

-- name: dossier_rating_get :one
-- in: dossier dossier_id
select score, words, at from dossier_rating where dossier = :dossier;

-- The last ten thousand: what a public page may ask at any time.
-- name: dossier_rating_counts :many
-- out: n int
select x.score, count(*) as n from (select r.score from dossier_rating r order by r.id desc limit 10000) x group by x.score order by x.score;

-- name: dossier_unrated_of_account :many
-- in: account int, number bytes?
select d.id, d.code, d.procedure_name, d.settled_at from dossier d
where (d.applicant_account = :account or d.identity_key = :number) and d.settled_at is not null
  and not exists (select 1 from dossier_rating r where r.dossier = d.id)
order by d.id desc limit 50;

-- name: dossier_fee_open_of_account :many
-- in: account int, number bytes?
select f.id, f.name, f.amount, f.state, d.code, d.procedure_name
from dossier d join dossier_fee f on f.dossier = d.id
where (d.applicant_account = :account or (d.applicant_account = 0 and d.identity_key = :number)) and f.state in ('demanded', 'claimed') order by f.id desc limit 50;

-- name: dossier_search_drop :exec
-- in: id dossier_id
delete from dossier_search where rowid = :id;

-- name: dossier_search_add :exec
-- in: id dossier_id, words text
insert into dossier_search (rowid, words) values (:id, :words);
-- pg:
insert into dossier_search (rowid, words, folded) values (:id, :words, to_tsvector('simple', :words));

-- name: dossier_list_mine :many
-- in: person person_id, after dossier_id, limit int
-- order: by_due = "coalesce(due, answer_due), id"; newest = "id desc"
select id, code, procedure_name, applicant_name, state, step, assignee, sent_at, due, answer_due, step_due, channel_in, rev
from dossier where assignee = :person and id > :after order by :order limit :limit;

-- name: dossier_list_waiting :many
-- in: unit unit_id, role text, limit int
-- order: by_due_waiting = "coalesce(due, answer_due), id"; newest_waiting = "id desc"
select id, code, procedure_name, applicant_name, state, step, assignee, sent_at, due, answer_due, step_due, channel_in, rev
from dossier where step_unit = :unit and step_role = :role and assignee is null order by :order limit :limit;

-- name: dossier_list_agency :many
-- in: agency agency_id, state text?, before dossier_id, limit int
select id, code, procedure_name, applicant_name, state, step, assignee, sent_at, due, answer_due, step_due, channel_in, rev
from dossier where settling_agency = :agency and (:state is null or state = :state) and id < :before order by id desc limit :limit;

-- What the account filed, and what anybody filed in its name. Each half goes down an index of its own and no further than the page.
-- name: dossier_list_account :many
-- in: account int, number bytes?, before dossier_id, limit int
select id, code, procedure_name, state, step, sent_at, due, answer_due, settled_at, rev
from dossier where id in (
  select x.id from (select id from dossier where applicant_account = :account and id < :before order by id desc limit :limit) x
  union select y.id from (select id from dossier where identity_key = :number and id < :before order by id desc limit :limit) y)
order by id desc limit :limit;

-- name: dossier_list_filed :many
-- in: account int, before dossier_id, limit int
select id, code, procedure_name, state, step, sent_at, due, answer_due, settled_at, rev
from dossier where filed_by = :account and id < :before order by id desc limit :limit;

-- name: dossier_list_found :many
-- in: words text, limit int
select d.id, d.code, d.procedure_name, d.applicant_name, d.state, d.step, d.assignee, d.sent_at, d.due, d.answer_due, d.step_due, d.channel_in, d.rev,
  d.settling_agency, d.receiving_unit
from dossier_search s join dossier d on d.id = s.rowid where dossier_search match :words order by d.id desc limit :limit;
-- pg:
select d.id, d.code, d.procedure_name, d.applicant_name, d.state, d.step, d.assignee, d.sent_at, d.due, d.answer_due, d.step_due, d.channel_in, d.rev,
  d.settling_agency, d.receiving_unit
from dossier_search s join dossier d on d.id = s.rowid where s.folded @@ plainto_tsquery('simple', :words) order by d.id desc limit :limit;

-- Where open dossiers wait: few rows, however many dossiers. Agency 0: all.
-- name: dossier_places :many
-- in: agency agency_id
-- out: n int
select settling_agency, step_role, step_unit, assignee, count(*) as n from dossier
where (settling_agency = :agency or :agency = 0) and state in ('received', 'fee', 'processing', 'signing', 'done')
group by settling_agency, step_role, step_unit, assignee order by count(*) desc;

-- name: dossier_at_place :many
-- in: agency agency_id, step_role text, unit unit_id, assignee person_id, limit int
select id from dossier
where settling_agency = :agency and state in ('received', 'fee', 'processing', 'signing', 'done') and step_role = :step_role
  and coalesce(step_unit, 0) = :unit and coalesce(assignee, 0) = :assignee order by id limit :limit;

-- Open dossiers that a unit receives, settles or has the step of: what must be over before it is closed.
-- name: dossier_of_unit_count :one
-- in: unit unit_id
-- out: n int
select count(*) as n from dossier
where state in ('received', 'supplement', 'fee', 'processing', 'signing', 'done') and (step_unit = :unit or settling_unit = :unit or receiving_unit = :unit);

-- name: dossier_of_unit :many
-- in: unit unit_id, limit int
select code, state from dossier
where state in ('received', 'supplement', 'fee', 'processing', 'signing', 'done') and (step_unit = :unit or settling_unit = :unit or receiving_unit = :unit)
order by id limit :limit;

-- name: dossier_late :many
-- in: now instant, limit int
select id, code, due, assignee, settling_unit from dossier
where due < :now and state in ('processing', 'signing') order by due, id limit :limit;

-- Open ones whose answer or result is due before a moment.
-- name: dossier_due_before :many
-- in: until instant, limit int
-- out: due instant
select id, code, state, assignee, step_role, step_unit, settling_unit, coalesce(due, answer_due) as due
from dossier
where state in ('received', 'processing', 'signing') and (due < :until or (due is null and accepted_at is null and answer_due < :until))
order by coalesce(due, answer_due), id limit :limit;

-- name: dossier_export :each
select code, procedure, procedure_name, field, channel_in, channel_out, origin, origin_code, applicant_kind, state, step, sent_at, answer_due,
  accepted_at, first_due, due, settled_at, returned_at, outcome, supplements, apologies
from dossier order by id;

-- name: dossier_opinion_erase :exec
-- in: id dossier_opinion_id
update dossier_opinion set question = '', answer = null where id = :id;

-- Tokens of deleted rows stay in FTS5's segments until they are merged.
-- name: dossier_search_optimize :exec
insert into dossier_search (dossier_search) values ('optimize');
-- pg:
delete from dossier_search where rowid = 0;

-- The index from its words.
-- name: dossier_search_rebuild :exec
insert into dossier_search (dossier_search) values ('rebuild');
-- pg:
delete from dossier_search where rowid = 0;

-- name: dossier_search_strangers :exec
delete from dossier_search where rowid not in (select id from dossier);

-- name: dossier_search_rows :many
-- in: after dossier_id, limit int
-- out: words text?
select d.id, d.code, d.procedure_name, d.applicant_name, d.origin_code, s.words
from dossier d left join dossier_search s on s.rowid = d.id where d.id > :after order by d.id limit :limit;
