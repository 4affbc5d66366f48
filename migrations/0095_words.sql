-- Roles and kinds of the log, fields, processes and types of files: texts of a few, kept as words (ADR 0020). Views and indexes of the columns
-- stand again below as they were.
alter table log_entry alter column role type word;
alter table log_entry alter column kind type word;
drop view issue_register;
drop view dossier_figures;
drop view dossier_desk;
drop index dossier_by_agency_field;
drop index dossier_by_reception_field;
alter table dossier alter column field type word;
alter table dossier alter column process type word;
alter table dossier alter column form_set type word;
alter table dossier_file alter column type type word;
create index dossier_by_agency_field on dossier (settling_agency, field, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
create index dossier_by_reception_field on dossier (receiving_unit, field, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
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
create view issue_register as
select id, receiving_unit, settling_agency, field, accepted_at from dossier where accepted_at is not null;
-- The log for people who ask the database themselves.
-- only sqlite
create view log_text as
with word (byte, text) as (values
  (x'80', 'program'),
  (x'81', 'citizen'),
  (x'82', 'business'),
  (x'83', 'counter'),
  (x'84', 'specialist'),
  (x'85', 'head'),
  (x'86', 'director'),
  (x'87', 'clerk'),
  (x'88', 'inspector'),
  (x'89', 'admin'),
  (x'8a', 'system'),
  (x'8b', 'dossier.send'),
  (x'8c', 'dossier.file'),
  (x'8d', 'dossier.file_clean'),
  (x'8e', 'dossier.accept'),
  (x'8f', 'dossier.assign'),
  (x'90', 'dossier.finish'),
  (x'91', 'dossier.submit'),
  (x'92', 'dossier.approve'),
  (x'93', 'dossier.issue'),
  (x'94', 'dossier.hand_over'),
  (x'95', 'dossier.archive'),
  (x'96', 'dossier.demand_fee'),
  (x'97', 'dossier.confirm_paid'),
  (x'98', 'dossier.rate'),
  (x'99', 'dossier.supplement'),
  (x'9a', 'dossier.ask_supplement'),
  (x'9b', 'dossier.ask_opinion'),
  (x'9c', 'dossier.answer_opinion'),
  (x'9d', 'dossier.send_back'),
  (x'9e', 'dossier.refuse'),
  (x'9f', 'dossier.apologise'),
  (x'a0', 'dossier.withdraw'),
  (x'a1', 'dossier.stop'),
  (x'a2', 'dossier.read'),
  (x'a3', 'dossier.read_count'),
  (x'a4', 'dossier.list'),
  (x'a5', 'account.sign_in'),
  (x'a6', 'account.sign_out'),
  (x'a7', 'account.session_end'),
  (x'a8', 'account.sample_sign_in'))
select e.id, e.lane, e.seq, e.at, e.actor, e.person, e.unit, coalesce((select w.text from word w where w.byte = e.role), cast(e.role as text)) as role,
  coalesce((select w.text from word w where w.byte = e.kind), cast(e.kind as text)) as kind, e.subject, e.body
from log_entry e;
-- end
-- only pg
create view log_text as
with word (byte, text) as (values
  ('\x80'::bytea, 'program'),
  ('\x81'::bytea, 'citizen'),
  ('\x82'::bytea, 'business'),
  ('\x83'::bytea, 'counter'),
  ('\x84'::bytea, 'specialist'),
  ('\x85'::bytea, 'head'),
  ('\x86'::bytea, 'director'),
  ('\x87'::bytea, 'clerk'),
  ('\x88'::bytea, 'inspector'),
  ('\x89'::bytea, 'admin'),
  ('\x8a'::bytea, 'system'),
  ('\x8b'::bytea, 'dossier.send'),
  ('\x8c'::bytea, 'dossier.file'),
  ('\x8d'::bytea, 'dossier.file_clean'),
  ('\x8e'::bytea, 'dossier.accept'),
  ('\x8f'::bytea, 'dossier.assign'),
  ('\x90'::bytea, 'dossier.finish'),
  ('\x91'::bytea, 'dossier.submit'),
  ('\x92'::bytea, 'dossier.approve'),
  ('\x93'::bytea, 'dossier.issue'),
  ('\x94'::bytea, 'dossier.hand_over'),
  ('\x95'::bytea, 'dossier.archive'),
  ('\x96'::bytea, 'dossier.demand_fee'),
  ('\x97'::bytea, 'dossier.confirm_paid'),
  ('\x98'::bytea, 'dossier.rate'),
  ('\x99'::bytea, 'dossier.supplement'),
  ('\x9a'::bytea, 'dossier.ask_supplement'),
  ('\x9b'::bytea, 'dossier.ask_opinion'),
  ('\x9c'::bytea, 'dossier.answer_opinion'),
  ('\x9d'::bytea, 'dossier.send_back'),
  ('\x9e'::bytea, 'dossier.refuse'),
  ('\x9f'::bytea, 'dossier.apologise'),
  ('\xa0'::bytea, 'dossier.withdraw'),
  ('\xa1'::bytea, 'dossier.stop'),
  ('\xa2'::bytea, 'dossier.read'),
  ('\xa3'::bytea, 'dossier.read_count'),
  ('\xa4'::bytea, 'dossier.list'),
  ('\xa5'::bytea, 'account.sign_in'),
  ('\xa6'::bytea, 'account.sign_out'),
  ('\xa7'::bytea, 'account.session_end'),
  ('\xa8'::bytea, 'account.sample_sign_in'))
select e.id, e.lane, e.seq, e.at, e.actor, e.person, e.unit, coalesce((select w.text from word w where w.byte = e.role), convert_from(e.role, 'UTF8')) as role,
  coalesce((select w.text from word w where w.byte = e.kind), convert_from(e.kind, 'UTF8')) as kind, e.subject, e.body
from log_entry e;
-- end
