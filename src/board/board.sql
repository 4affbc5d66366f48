-- The dossiers behind a figure: the same conditions as src/stat counts by, of the same dossiers (board_test compares the two).

-- fragment: of_cut
(:agency = 0 or d.settling_agency = :agency) and (:unit = 0 or d.settling_unit = :unit) and (:procedure = '' or d.procedure = :procedure)
and (:officer = 0 or d.officer = :officer)

-- fragment: decided
d.settled_at >= :from and d.settled_at < :to and d.accepted_at is not null and d.outcome in ('result', 'refuse')

-- fragment: ended
d.settled_at >= :from and d.settled_at < :to

-- fragment: rated
exists (select 1 from dossier_rating g where g.dossier = d.id and g.at >= :from and g.at < :to and (:score = 0 or g.score = :score))

-- fragment: open
d.settled_at is null and d.state in ('received', 'supplement', 'fee', 'processing', 'signing')

-- fragment: running
d.settled_at is null and d.accepted_at is not null and d.law_due is not null and d.state in ('received', 'processing', 'signing')

-- fragment: overdue
(d.law_due + 3599999) / 3600000 * 3600000 < :now

-- fragment: unanswered
d.settled_at is null and d.accepted_at is null and d.state in ('received', 'processing', 'signing')

-- fragment: behind
from dossier_figures d
where @of_cut and (
  (:kind = 'received' and d.sent_at >= :from and d.sent_at < :to and (:channel = '' or d.channel_in = :channel or d.channel_in = :channel2))
  or (:kind = 'received_direct' and d.sent_at >= :from and d.sent_at < :to and d.channel_in in ('counter', 'post', 'hired'))
  or (:kind = 'decided' and @decided)
  or (:kind = 'early' and @decided and d.settled_at <= d.law_due and (d.settled_at + 25200000) / 86400000 < (d.law_due + 25200000) / 86400000)
  or (:kind = 'on_time' and @decided and d.settled_at <= d.law_due and (d.settled_at + 25200000) / 86400000 = (d.law_due + 25200000) / 86400000)
  or (:kind = 'late' and @decided and d.settled_at > d.law_due)
  or (:kind = 'no_limit' and @decided and d.law_due is null)
  or (:kind = 'result_signed' and @decided and d.outcome = 'result' and exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result' and f.field <> 'result:sample'))
  or (:kind = 'ended' and @ended)
  or (:kind = 'otherwise' and @ended and not (d.accepted_at is not null and d.outcome in ('result', 'refuse') and d.law_due is not null))
  or (:kind = 'rated' and @rated)
  or (:kind = 'open' and @open)
  or (:kind = 'open_in_time' and @running and not (@overdue))
  or (:kind = 'open_overdue' and @running and @overdue)
  or (:kind = 'answer_in_time' and @unanswered and (d.answer_due + 3599999) / 3600000 * 3600000 >= :now)
  or (:kind = 'answer_overdue' and @unanswered and (d.answer_due + 3599999) / 3600000 * 3600000 < :now)
  or (:kind = 'open_supplement' and d.settled_at is null and d.state = 'supplement')
  or (:kind = 'open_fee' and d.settled_at is null and d.state = 'fee')
  or (:kind = 'open_no_limit' and d.settled_at is null and d.accepted_at is not null and d.law_due is null and d.state in ('received', 'processing', 'signing'))
  or (:kind = 'open_before' and d.sent_at < :from and (d.settled_at is null or d.settled_at >= :from))
  or (:kind = 'open_at_end' and d.sent_at < :to and (d.settled_at is null or d.settled_at >= :to))
)

-- name: board_behind :many
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant, before dossier_id, limit int
-- out: law_due instant?
select d.id, d.code, d.procedure_name, d.applicant_name, d.state, d.channel_in, d.sent_at, d.law_due, d.settled_at
@behind and d.id < :before order by d.id desc limit :limit;

-- name: board_behind_each :each
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant
-- out: law_due instant?
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at, d.outcome
@behind order by d.id;

-- name: board_behind_ids :each
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant
select d.id @behind order by d.id;

-- name: board_of_ids :many
-- in: ids json
-- out: law_due instant?
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at
from json_each(:ids) i join dossier_figures d on d.id = i.value order by i.key;
-- pg:
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at
from json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier_figures d on d.id = cast(i.value as bigint) order by i.key;

-- name: board_behind_count :one
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant
-- out: n int
select count(*) as n @behind;

-- Tables that were sent.

-- name: sent_report_add :exec
-- in: id sent_report_id, form text, agency agency_id, first_month int, last_month int, version int, at instant, by person_id, body packed
insert into sent_report (id, form, agency, first_month, last_month, version, sent_at, sent_by, body)
values (:id, :form, :agency, :first_month, :last_month, :version, :at, :by, :body);

-- name: sent_report_of :many
-- in: form text, agency agency_id, first_month int, last_month int
select id, agency, first_month, last_month, version, sent_at, sent_by, body from sent_report
where agency = :agency and form = :form and first_month = :first_month and last_month = :last_month order by version desc;

-- name: sent_report_get :one
-- in: id sent_report_id
select id, agency, first_month, last_month, version, sent_at, sent_by, body from sent_report where id = :id;
