-- A citizen's case from sending to archive. Personal data lie sealed under the dossier's own key (dossier_key): deleting
-- that row erases them. applicant_name and the search rows are the only clear ones and are emptied with it.

-- logged
create table dossier (
  id id primary key,
  code text not null unique,
  procedure text not null,
  procedure_name text not null,
  procedure_hash text not null,
  field text not null,
  rules text not null,
  process text not null,
  form_set text not null,
  channel_in text not null check (channel_in in ('online', 'counter', 'post', 'hired', 'portal')),
  channel_out text not null check (channel_out in ('online', 'counter', 'post', 'hired')),
  origin text,
  origin_code text,
  receiving_unit id not null references unit,
  settling_agency id not null references agency,
  settling_unit id not null references unit,
  applicant_account int not null,
  applicant_kind text not null check (applicant_kind in ('person', 'organisation')),
  applicant_name text,
  identity_key bytes,
  phone_key bytes,
  sealed bytes,
  secret_hash bytes not null,
  state text not null check (state in ('received', 'supplement', 'fee', 'processing', 'signing', 'done', 'returned',
    'refused', 'stopped', 'withdrawn')),
  step text not null,
  step_role text not null,
  step_unit id references unit,
  assignee id references person,
  officer id references person,
  step_since instant not null,
  step_due instant,
  rev int not null,
  sent_at instant not null,
  answer_due instant not null,
  accepted_at instant,
  clock_from instant,
  first_due instant,
  due instant,
  settled_at instant,
  returned_at instant,
  outcome text check (outcome in ('result', 'refuse', 'stop')),
  supplements int not null default 0,
  apologies int not null default 0,
  last_actor int not null default 0,
  last_opened bool not null default 0,
  previous_step text,
  previous_assignee int,
  proposal text,
  result_number int,
  result_symbol text,
  result_day date,
  signer id references person
);
create index dossier_by_assignee on dossier (assignee, due, id);
create index dossier_by_step on dossier (step_unit, step_role, due, id);
create index dossier_by_agency on dossier (settling_agency, state, id);
create index dossier_by_account on dossier (applicant_account, id);
create index dossier_by_identity on dossier (identity_key, procedure, sent_at);
create unique index dossier_by_origin on dossier (origin, origin_code);

-- logged
create table dossier_key (
  id id primary key,
  wrapped bytes not null
);

-- What moved the legal clock, oldest first by id.
-- logged
create table dossier_clock (
  id id primary key,
  dossier id not null references dossier,
  at instant not null,
  kind text not null check (kind in ('supplement_asked', 'supplement_complete', 'fee_demanded', 'fee_paid'))
);
create index dossier_clock_by_dossier on dossier_clock (dossier, id);

-- Files of a dossier. `name` is sealed: it often holds a person's name.
-- logged
create table dossier_file (
  id id primary key,
  dossier id not null references dossier,
  kind text not null check (kind in ('attachment', 'form', 'receipt', 'supplement', 'refusal', 'apology', 'stop',
    'control', 'draft_result', 'result', 'opinion')),
  field text not null,
  name bytes not null,
  blob text not null,
  plain_hash text not null,
  type text not null,
  size int not null,
  pages int,
  originals_seen bool not null default 0,
  state text not null check (state in ('quarantine', 'clean', 'infected')),
  at instant not null,
  replaced bool not null default 0
);
create index dossier_file_by_dossier on dossier_file (dossier, id);

-- Papers sent to the applicant: which statutory form, its number, what it said (sealed).
-- logged
create table dossier_paper (
  id id primary key,
  dossier id not null references dossier,
  form_set text not null,
  form_code text not null,
  number int not null,
  at instant not null,
  official id references person,
  body bytes not null
);
create index dossier_paper_by_dossier on dossier_paper (dossier, id);

-- logged
create table dossier_fee (
  id id primary key,
  dossier id not null references dossier,
  name text not null,
  amount money not null check (amount >= 0),
  demanded_at instant not null,
  state text not null check (state in ('demanded', 'claimed', 'paid', 'cancelled')),
  method text check (method in ('cash', 'transfer')),
  voucher text,
  paid_at instant,
  clerk id references person
);
create index dossier_fee_by_dossier on dossier_fee (dossier, id);

-- The opinion of another unit; the clock runs on (NĐ 61/2018 Điều 19(5)).
-- logged
create table dossier_opinion (
  id id primary key,
  dossier id not null references dossier,
  unit id not null references unit,
  asked_by id references person,
  asked_at instant not null,
  due instant not null,
  question text not null,
  answered_at instant,
  answered_by id references person,
  answer text
);
create index dossier_opinion_by_dossier on dossier_opinion (dossier, id);
create index dossier_opinion_by_unit on dossier_opinion (unit, answered_at);

-- logged
create table dossier_rating (
  id id primary key,
  dossier id not null references dossier,
  score int not null check (score between 1 and 5),
  words bytes,
  at instant not null
);
create unique index dossier_rating_once on dossier_rating (dossier);

-- Folded code, name and procedure of every dossier.
-- only sqlite
-- derived: rebuilt by dossier_search_put()
create virtual table dossier_search using fts5(words, tokenize = 'unicode61');
-- end
-- only pg
-- derived: rebuilt by dossier_search_put()
create table dossier_search (rowid bigint primary key, words text collate "C" not null, folded tsvector not null);
create index dossier_search_words_pg on dossier_search using gin (folded);
-- end
