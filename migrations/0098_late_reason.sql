-- Why a dossier is late: the number of a reason of packs/late/reasons.json, chosen with an apology or by who settles late. NULL: not stated.
alter table dossier add column late_reason int;
drop view dossier_figures;
create view dossier_figures as
select id, code, procedure, procedure_name, field, applicant_name, channel_in, settling_agency, settling_unit, officer, state, sent_at, accepted_at,
  answer_due,
  case when due is null then null else coalesce(law_due, case when apologies > 0 then first_due else due end) end as law_due,
  settled_at, returned_at, outcome, apologies, late_reason
from dossier;
