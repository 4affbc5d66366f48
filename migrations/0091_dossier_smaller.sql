-- The same said in fewer bytes (ADR 0020): views of the columns stand again below as they were.
drop view dossier_figures;
drop view dossier_desk;
drop view proof_file;
drop index dossier_file_by_plain;
alter table dossier alter column procedure_name type packed;
alter table dossier alter column procedure_hash type hash;
alter table dossier alter column rules type packed;
alter table dossier_file alter column blob type hash;
alter table dossier_file alter column plain_hash type hash;
alter table dossier_fee alter column name type packed;
create index dossier_file_by_plain on dossier_file (plain_hash);
create view dossier_desk as
select id, code, procedure, procedure_name, field, process, applicant_name, channel_in, receiving_unit, settling_agency, settling_unit,
  state, step, step_role, step_unit, assignee, officer, step_since, step_due, rev, sent_at, answer_due, accepted_at, due, returned_at,
  case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end as by_due
from dossier;
create view dossier_figures as
select id, code, procedure, procedure_name, field, applicant_name, channel_in, settling_agency, settling_unit, officer, state, sent_at, accepted_at,
  answer_due,
  case when due is null then null else coalesce(law_due, case when apologies > 0 then first_due else due end) end as law_due,
  settled_at, returned_at, outcome, apologies
from dossier;
create view proof_file as
select f.id, f.plain_hash, f.kind, f.at, f.replaced, d.code
from dossier_file f join dossier d on d.id = f.dossier
where f.state = 'clean' and (f.field = 'result:sealed' or f.field like 'paper:%');
