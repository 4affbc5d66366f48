-- The system account that filed it for a person: it may read what it filed. NULL: filed by its applicant or at the counter.
alter table dossier add column filed_by int;
create index dossier_by_filer on dossier (filed_by, id);
