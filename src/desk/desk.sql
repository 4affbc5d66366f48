-- What a row of a list shows of a dossier, and with the name of whose turn it is.

-- fragment: row
d.id, d.code, d.process, d.procedure_name, d.applicant_name, d.state, d.step, d.assignee, d.sent_at, d.due, d.answer_due, d.accepted_at, d.step_due, d.channel_in, d.rev, d.by_due

-- fragment: row_named
@row, p.name as assignee_name

-- fragment: named
left join person p on p.id = d.assignee

-- What the reader of a list chose, and what stands behind the last row of the page before.

-- fragment: kind
(:state is null or d.state = :state) and (:field is null or d.field = :field) and (:channel is null or d.channel_in = :channel)

-- fragment: chosen
@kind and d.by_due >= :due_from and d.by_due < :due_to

-- fragment: page
and @chosen and (d.by_due > :after_due or (d.by_due = :after_due and d.id > :after_id)) order by d.by_due, d.id limit :limit

-- Without an index by due time, which would be read to its end and sorted: hence the plus.

-- fragment: newest
and @kind and +d.by_due >= :due_from and +d.by_due < :due_to and d.id < :before_id order by d.id desc limit :limit

-- Along an index by due time all the same: it alone holds what is chosen, so that only the rows of the page are looked up.

-- fragment: newest_chosen
and @chosen and d.id < :before_id order by +d.id desc limit :limit

-- fragment: counted
and @chosen limit :limit

-- The branches of a view: my own, a unit's that nobody took, an agency's or a reception's in one state.

-- fragment: mine
dossier_desk d where :scope = 'mine' and d.assignee = :person

-- fragment: waiting
dossier_desk d where :scope = 'unit' and d.step_unit = :unit and d.step_role = :role and d.assignee is null

-- fragment: of_agency
dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :of_state

-- fragment: of_reception
dossier_desk d where :scope = 'reception' and d.receiving_unit = :unit and d.state = :of_state

-- The same of one field, or of one of the rare channels: each has its index (migration 0082).

-- fragment: of_agency_field
dossier_desk d where :scope = 'agency-field' and d.settling_agency = :agency and d.field = :field and d.state = :of_state

-- fragment: of_reception_field
dossier_desk d where :scope = 'reception-field' and d.receiving_unit = :unit and d.field = :field and d.state = :of_state

-- fragment: of_agency_rare
dossier_desk d where :scope = 'agency-rare' and d.settling_agency = :agency and d.channel_in in ('post', 'hired', 'portal') and d.channel_in = :channel and d.state = :of_state

-- fragment: of_reception_rare
dossier_desk d where :scope = 'reception-rare' and d.receiving_unit = :unit and d.channel_in in ('post', 'hired', 'portal') and d.channel_in = :channel and d.state = :of_state

-- All of a view, each branch along its index and merged: nothing is gathered or sorted. Slots of a short list of states are empty.

-- fragment: view
select d.by_due, d.id from @mine and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'unit' and d.step_unit = :unit1 and d.step_role = :role1 and d.assignee is null and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'unit' and d.step_unit = :unit2 and d.step_role = :role2 and d.assignee is null and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'unit' and d.step_unit = :unit3 and d.step_role = :role3 and d.assignee is null and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s1 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s2 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s3 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s4 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s5 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state = :s6 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s1 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s2 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s3 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s4 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s5 and @chosen union all
select d.by_due, d.id from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state = :s6 and @chosen
order by by_due, id limit :limit

-- Only the branch of :scope runs, along its index, and stops after :limit; list.c asks for each branch of a view, merges them, and looks up the rows
-- of the page alone: what is not on it costs no look into the table.

-- name: desk_by_due :many
-- in: scope text, person person_id, unit unit_id, role text, agency agency_id, of_state text, state text?, field word?, channel text?, due_from instant, due_to instant, after_due instant, after_id dossier_id, limit int
-- out: by_due instant
select id, by_due from (
select * from (select d.id, d.by_due from @mine @page) mine union all
select * from (select d.id, d.by_due from @waiting @page) waiting union all
select * from (select d.id, d.by_due from @of_agency @page) agency union all
select * from (select d.id, d.by_due from @of_reception @page) reception union all
select * from (select d.id, d.by_due from @of_agency_field @page) agency_field union all
select * from (select d.id, d.by_due from @of_reception_field @page) reception_field union all
select * from (select d.id, d.by_due from @of_agency_rare @page) agency_rare union all
select * from (select d.id, d.by_due from @of_reception_rare @page) reception_rare
) d order by by_due, id limit :limit;

-- name: desk_newest :many
-- in: scope text, person person_id, unit unit_id, role text, agency agency_id, of_state text, state text?, field word?, channel text?, due_from instant, due_to instant, before_id dossier_id, limit int
select id from (
select * from (select d.id from @mine @newest) mine union all
select * from (select d.id from @waiting @newest) waiting union all
select * from (select d.id from @of_agency @newest) agency union all
select * from (select d.id from @of_reception @newest) reception union all
select * from (select d.id from @of_agency_field @newest_chosen) agency_field union all
select * from (select d.id from @of_reception_field @newest_chosen) reception_field union all
select * from (select d.id from @of_agency_rare @newest_chosen) agency_rare union all
select * from (select d.id from @of_reception_rare @newest_chosen) reception_rare
) d order by id desc limit :limit;

-- name: desk_count :one
-- in: scope text, person person_id, unit unit_id, role text, agency agency_id, of_state text, state text?, field word?, channel text?, due_from instant, due_to instant, limit int
-- out: n int
select count(*) as n from (
select * from (select d.id from @mine @counted) mine union all
select * from (select d.id from @waiting @counted) waiting union all
select * from (select d.id from @of_agency @counted) agency union all
select * from (select d.id from @of_reception @counted) reception union all
select * from (select d.id from @of_agency_field @counted) agency_field union all
select * from (select d.id from @of_reception_field @counted) reception_field union all
select * from (select d.id from @of_agency_rare @counted) agency_rare union all
select * from (select d.id from @of_reception_rare @counted) reception_rare
) d;

-- A view without anything chosen, counted: the indexes by due time hold all that is asked, so no row is looked up.

-- fragment: due
d.by_due >= :due_from and d.by_due < :due_to

-- name: desk_tally :one
-- in: scope text, person person_id, unit1 unit_id, role1 text, unit2 unit_id, role2 text, unit3 unit_id, role3 text, agency agency_id, reception unit_id, s1 text, s2 text, s3 text, s4 text, s5 text, s6 text, due_from instant, due_to instant, limit int
-- out: n int
select count(*) as n from (select x.one from (
  select 1 as one from @mine and @due
  union all select 1 from dossier_desk d where :scope = 'unit' and d.step_unit = :unit1 and d.step_role = :role1 and d.assignee is null and @due
  union all select 1 from dossier_desk d where :scope = 'unit' and d.step_unit = :unit2 and d.step_role = :role2 and d.assignee is null and @due
  union all select 1 from dossier_desk d where :scope = 'unit' and d.step_unit = :unit3 and d.step_role = :role3 and d.assignee is null and @due
  union all select 1 from dossier_desk d where :scope = 'agency' and d.settling_agency = :agency and d.state in (:s1, :s2, :s3, :s4, :s5, :s6) and @due
  union all select 1 from dossier_desk d where :scope = 'reception' and d.receiving_unit = :reception and d.state in (:s1, :s2, :s3, :s4, :s5, :s6) and @due
) x limit :limit) y;

-- fragment: exported
d.code, d.procedure_name, d.applicant_name, d.state, d.step, d.sent_at, d.due, d.answer_due, d.channel_in

-- The ids of a whole list by due time. SQLite keeps the order of the view, whose branches are merged; asked for it once more, it would gather the list in memory.

-- name: desk_workbook_ids :each
-- in: scope text, person person_id, unit1 unit_id, role1 text, unit2 unit_id, role2 text, unit3 unit_id, role3 text, agency agency_id, reception unit_id, s1 text, s2 text, s3 text, s4 text, s5 text, s6 text, state text?, field word?, channel text?, due_from instant, due_to instant, limit int
select k.id from (
@view) k;
-- pg:
select k.id from (
@view) k order by k.by_due, k.id;

-- SQLite keeps the order of what stands first in a cross join.
-- name: desk_export :each
-- in: scope text, person person_id, unit1 unit_id, role1 text, unit2 unit_id, role2 text, unit3 unit_id, role3 text, agency agency_id, reception unit_id, s1 text, s2 text, s3 text, s4 text, s5 text, s6 text, state text?, field word?, channel text?, due_from instant, due_to instant, limit int
select @exported from (
@view) k cross join dossier_desk d where d.id = k.id;
-- pg:
select @exported from (
@view) k join dossier_desk d on d.id = k.id order by k.by_due, k.id;

-- Dossiers by their ids, in the order of these.

-- fragment: of_ids
json_each(:ids) i join dossier_desk d on d.id = i.value

-- fragment: of_ids_pg
json_array_elements_text(cast(:ids as json)) with ordinality as i(value, key) join dossier_desk d on d.id = cast(i.value as bigint)

-- fragment: register_line
d.id, d.code, d.procedure_name, d.applicant_name, d.accepted_at, d.due, d.returned_at

-- name: desk_list :many
-- in: ids json
-- out: by_due instant
select @row_named from @of_ids @named order by i.key;
-- pg:
select @row_named from @of_ids_pg @named order by i.key;

-- name: desk_register_lines :many
-- in: ids json
select @register_line from @of_ids order by i.key;
-- pg:
select @register_line from @of_ids_pg order by i.key;

-- Newest first, as the index lies: it is read to the limit and no further.
-- name: desk_found :many
-- in: words text, before dossier_id, limit int
select d.id from dossier_search s join dossier_desk d on d.id = s.rowid
where dossier_search match :words and s.rowid < :before order by s.rowid desc limit :limit;
-- pg:
select d.id from dossier_search s join dossier_desk d on d.id = s.rowid
where s.folded @@ to_tsquery('simple', :words) and s.rowid < :before order by s.rowid desc limit :limit;

-- name: desk_often :many
-- in: unit unit_id, recent int, limit int
-- out: n int
select procedure, count(*) as n from (select d.procedure from dossier_desk d where d.receiving_unit = :unit order by d.id desc limit :recent) r
group by procedure order by n desc, procedure limit :limit;

-- name: desk_handover :many
-- in: unit unit_id, limit int
select d.id from dossier_desk d where d.step_unit = :unit and d.state = 'done' and d.step_role = 'counter' order by d.id limit :limit;

-- name: saved_filter_list :many
-- in: person person_id
select id, name, query from saved_filter where person = :person order by id limit 30;

-- name: saved_filter_count :one
-- in: person person_id
-- out: n int
select count(*) as n from saved_filter where person = :person;

-- name: saved_filter_add :exec
-- in: id saved_filter_id, person person_id, name text, query text
insert into saved_filter (id, person, name, query) values (:id, :person, :name, :query);

-- name: saved_filter_drop :exec
-- in: id saved_filter_id, person person_id
delete from saved_filter where id = :id and person = :person;
