-- What the lists behind a figure read of a dossier; law_due: against which date it is early or late (src/stat/stat.h).
create view dossier_figures as
select id, code, procedure, procedure_name, field, applicant_name, channel_in, settling_agency, settling_unit, officer, state, sent_at, accepted_at,
  answer_due,
  case when due is null then null else coalesce(law_due, case when apologies > 0 then first_due else due end) end as law_due,
  settled_at, returned_at, outcome, apologies
from dossier;
