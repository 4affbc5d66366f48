-- Work lists read each branch in the order of by_due (dossier_desk) and stop after a page: the same expression stands in the view.
drop index dossier_by_assignee;
create index dossier_by_assignee on dossier (assignee, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id)
  where assignee is not null;
drop index dossier_by_step;
create index dossier_by_step on dossier (step_unit, step_role, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id)
  where assignee is null and step_unit is not null;
create index dossier_by_agency_due on dossier (settling_agency, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id);
create index dossier_by_reception_due on dossier (receiving_unit, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id);
