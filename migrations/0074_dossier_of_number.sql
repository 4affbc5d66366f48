-- The dossiers of a person's number, newest first: a person sees what others filed in his or her name.
create index dossier_by_number on dossier (identity_key, id);
