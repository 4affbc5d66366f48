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

-- fragment: open_at_end
d.sent_at < :to and (d.settled_at is null or d.settled_at >= :to)

-- When the period ended, `now`, or by now while it lasts; of those settled since, and of those open still.
-- fragment: overdue_at_end
((d.sent_at < :to and d.settled_at >= :to and d.law_due < :to) or (@running and @overdue))

-- fragment: figure
(
  (:kind = 'received' and d.sent_at >= :from and d.sent_at < :to and (:channel = '' or d.channel_in = :channel or d.channel_in = :channel2))
  or (:kind = 'received_direct' and d.sent_at >= :from and d.sent_at < :to and d.channel_in in ('counter', 'post', 'hired'))
  or (:kind = 'decided' and @decided)
  or (:kind = 'early' and @decided and d.settled_at <= d.law_due and (d.settled_at + 25200000) / 86400000 < (d.law_due + 25200000) / 86400000)
  or (:kind = 'on_time' and @decided and d.settled_at <= d.law_due and (d.settled_at + 25200000) / 86400000 = (d.law_due + 25200000) / 86400000)
  or (:kind = 'late' and @decided and d.settled_at > d.law_due)
  or (:kind = 'late_why' and @decided and d.settled_at > d.law_due and coalesce(d.late_reason, 0) = :score)
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
  or (:kind = 'open_at_end' and @open_at_end)
  or (:kind = 'overdue_at_end' and @overdue_at_end)
  or (:kind = 'in_time_at_end' and @open_at_end and case when @overdue_at_end then 1 else 0 end = 0)
  or (:kind = 'received_or_carried' and d.sent_at < :to and (d.settled_at is null or d.settled_at >= :from))
  or (:kind = 'on_time_or_otherwise' and @ended and not (d.accepted_at is not null and d.outcome in ('result', 'refuse') and d.law_due is not null
    and (d.settled_at > d.law_due or (d.settled_at + 25200000) / 86400000 < (d.law_due + 25200000) / 86400000)))
)

-- `ids`: those kept with a table that was sent.
-- fragment: behind
from dossier_figures d
where @of_cut and (@figure or (:kind = 'kept' and d.id in (select value from json_each(:ids)))
  or (:kind = 'not_kept' and @open_at_end and d.id not in (select value from json_each(:ids))))

-- fragment: behind_pg
from dossier_figures d
where @of_cut and (@figure or (:kind = 'kept' and d.id in (select cast(i as bigint) from json_array_elements_text(cast(:ids as json)) i))
  or (:kind = 'not_kept' and @open_at_end and d.id not in (select cast(i as bigint) from json_array_elements_text(cast(:ids as json)) i)))

-- name: board_behind :many
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant, ids json, before dossier_id, limit int
-- out: law_due instant?
select d.id, d.code, d.procedure_name, d.applicant_name, d.state, d.channel_in, d.sent_at, d.law_due, d.settled_at
@behind and d.id < :before order by d.id desc limit :limit;
-- pg:
select d.id, d.code, d.procedure_name, d.applicant_name, d.state, d.channel_in, d.sent_at, d.law_due, d.settled_at
@behind_pg and d.id < :before order by d.id desc limit :limit;

-- name: board_behind_each :each
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant, ids json
-- out: law_due instant?
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at, d.outcome
@behind order by d.id;
-- pg:
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at, d.outcome
@behind_pg order by d.id;

-- name: board_behind_ids :each
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant, ids json
select d.id @behind order by d.id;
-- pg:
select d.id @behind_pg order by d.id;

-- name: board_of_ids :many
-- in: ids json
-- out: law_due instant?
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at
from json_each(:ids) i join dossier_figures d on d.id = i.value order by i.key;
-- pg:
select d.code, d.procedure_name, d.state, d.channel_in, d.sent_at, d.accepted_at, d.law_due, d.settled_at
from json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier_figures d on d.id = cast(i.value as bigint) order by i.key;

-- name: board_behind_count :one
-- in: agency agency_id, unit unit_id, procedure text, officer person_id, kind text, channel text, channel2 text, score int, from instant, to instant, now instant, ids json
-- out: n int
select count(*) as n @behind;
-- pg:
select count(*) as n @behind_pg;

-- Tables that were sent.

-- name: sent_report_add :exec
-- in: id sent_report_id, form text, agency agency_id, first_month int, last_month int, version int, at instant, by person_id, body packed
insert into sent_report (id, form, agency, first_month, last_month, version, sent_at, sent_by, body)
values (:id, :form, :agency, :first_month, :last_month, :version, :at, :by, :body);

-- name: sent_report_of :many
-- in: form text, agency agency_id, first_month int, last_month int
select id, agency, first_month, last_month, version, sent_at, sent_by, body from sent_report
where agency = :agency and form = :form and first_month = :first_month and last_month = :last_month order by version desc;

-- The newest of each period: what is compared with the records (kept.c).
-- name: sent_report_newest :many
select r.id, r.agency, r.first_month, r.last_month, r.version from sent_report r
where not exists (select 1 from sent_report n where n.agency = r.agency and n.form = r.form and n.first_month = r.first_month and n.last_month = r.last_month and n.version > r.version)
order by r.id;

-- Overdue when the period ended: those open still by the index of the agency; those settled since, newest first, as many as the sums say there are.

-- name: kept_running :many
-- in: agency agency_id, now instant
select d.id, d.procedure from dossier_figures d where d.settling_agency = :agency and @running and @overdue;

-- name: kept_settled :many
-- in: agency agency_id, to instant, limit int
select d.id, d.procedure from dossier_figures d
where (:agency = 0 or d.settling_agency = :agency) and d.sent_at < :to and d.settled_at >= :to and d.law_due < :to order by d.id desc limit :limit;

-- name: kept_facts :many
-- in: ids json, to instant, now instant
-- out: overdue int
select d.id, d.settling_agency, d.procedure, case when @overdue_at_end then 1 else 0 end as overdue
from json_each(:ids) i join dossier_figures d on d.id = i.value order by d.id;
-- pg:
select d.id, d.settling_agency, d.procedure, case when @overdue_at_end then 1 else 0 end as overdue
from json_array_elements_text(cast(:ids as json)) i join dossier_figures d on d.id = cast(i as bigint) order by d.id;

-- name: sent_report_get :one
-- in: id sent_report_id
select id, agency, first_month, last_month, version, sent_at, sent_by, body from sent_report where id = :id;
