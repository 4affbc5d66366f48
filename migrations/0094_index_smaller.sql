-- Indexes in fewer bytes (ADR 0020). SQLite ends each entry of an index with the row's key by itself: an index that names the id at its end held it
-- twice. PostgreSQL needs the name.
-- only sqlite
drop index log_entry_by_subject;
create index log_entry_by_subject on log_entry (subject);
drop index dossier_by_agency;
create index dossier_by_agency on dossier (settling_agency, state);
drop index dossier_by_account;
create index dossier_by_account on dossier (applicant_account);
drop index dossier_by_reception;
create index dossier_by_reception on dossier (receiving_unit, state);
drop index dossier_by_hall;
create index dossier_by_hall on dossier (receiving_unit);
drop index dossier_by_phone;
create index dossier_by_phone on dossier (phone_key);
drop index dossier_by_number;
create index dossier_by_number on dossier (identity_key);
drop index dossier_by_acceptance;
create index dossier_by_acceptance on dossier (accepted_at) where accepted_at is not null;
drop index dossier_clock_by_dossier;
create index dossier_clock_by_dossier on dossier_clock (dossier);
drop index dossier_file_by_dossier;
create index dossier_file_by_dossier on dossier_file (dossier);
drop index dossier_paper_by_dossier;
create index dossier_paper_by_dossier on dossier_paper (dossier);
drop index dossier_fee_by_dossier;
create index dossier_fee_by_dossier on dossier_fee (dossier);
drop index dossier_opinion_by_dossier;
create index dossier_opinion_by_dossier on dossier_opinion (dossier);
-- end
-- Looked up by sum are papers and results that left, among all files; eight bytes find them, and the row says whether it is the one.
drop index dossier_file_by_plain;
create index dossier_file_by_plain on dossier_file (substr(plain_hash, 1, 8)) where field = 'result:sealed' or field like 'paper:%';
