-- What work lists read of a dossier. `by_due` is the time a list is ordered by: the answer's before acceptance, then the
-- legal one; the year 2255 where no time is known.
create view dossier_desk as
select id, code, procedure, procedure_name, field, process, applicant_name, channel_in, receiving_unit, settling_agency, settling_unit,
  state, step, step_role, step_unit, assignee, officer, step_since, step_due, rev, sent_at, answer_due, accepted_at, due, returned_at,
  case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end as by_due
from dossier;
-- Lists of a reception hall; those of an agency have dossier_by_agency.
create index dossier_by_reception on dossier (receiving_unit, state, id);

-- unlogged: an official's own bookmarks; nothing is proved by them
create table saved_filter (
  id id primary key,
  person id not null references person,
  name text not null,
  query text not null
);
create index saved_filter_by_person on saved_filter (person, id);
