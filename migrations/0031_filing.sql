-- What is being filled in and was not sent. Answers and names of files are sealed under the key that the dossier will have.

-- unlogged: nothing is owed to anybody before it is sent; what was sent is in the log as a dossier
create table draft (
  id id primary key,
  account int not null,
  token_hash bytes,
  dossier id references dossier,
  purpose text not null check (purpose in ('new', 'correct', 'supplement', 'holder')),
  procedure text not null,
  wrapped bytes not null,
  sealed bytes not null,
  step text not null default '',
  rev int not null default 1,
  made_at instant not null,
  updated_at instant not null,
  check (account <> 0 or token_hash is not null),
  check ((dossier is not null) = (purpose in ('correct', 'supplement')))
);
create index draft_by_account on draft (account, updated_at);
create index draft_by_dossier on draft (dossier);
create index draft_by_age on draft (updated_at);

-- unlogged: files of a draft; those of a dossier are rows of dossier_file
create table draft_file (
  id id primary key,
  draft id not null references draft,
  field text not null,
  name bytes not null,
  type text not null,
  size int not null check (size >= 0),
  blob text,
  plain_hash text,
  state text not null check (state in ('uploading', 'kept')),
  at instant not null,
  check ((state = 'kept') = (blob is not null and plain_hash is not null))
);
create index draft_file_by_draft on draft_file (draft, id);
create index draft_file_by_blob on draft_file (blob);
