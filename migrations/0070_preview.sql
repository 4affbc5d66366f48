-- How a clean file of a dossier looks: pages as pictures, sealed under the dossier's key like the file. Erasing drops the rows.
-- derived: drawn again from the file by the job file.preview
create table dossier_preview (
  id id primary key,
  file id not null references dossier_file,
  page int not null check (page >= 0),
  pages int not null,
  blob text,
  width int not null,
  height int not null,
  check ((page = 0) = (blob is null))
);
create unique index dossier_preview_by_file on dossier_preview (file, page);
