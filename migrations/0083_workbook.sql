-- Lists as workbook files, made by a job for the official who asked, kept a day.

-- unlogged: files that are made again when asked for; who read which dossier by them is in the log
create table workbook (
  id id primary key,
  account int not null,
  list text not null,
  what json not null,
  filter text not null,
  title text not null,
  lang text not null check (lang in ('vi', 'en')),
  state text not null check (state in ('making', 'ready', 'failed')),
  asked_at instant not null,
  ended_at instant,
  dossiers int,
  size int,
  blob text,
  wrapped bytes
);
create index workbook_by_account on workbook (account, id);
create index workbook_by_blob on workbook (blob) where blob is not null;
