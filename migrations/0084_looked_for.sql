-- What is looked for every few seconds, or by a page that is open all day, among all dossiers: each has an index of what fits alone.
create index dossier_file_quarantined on dossier_file (id) where state = 'quarantine';
create index dossier_by_handover on dossier (step_unit, id) where state = 'done' and step_role = 'counter';
create index dossier_by_unsigned on dossier (id) where state = 'signing' and result_number is not null;
