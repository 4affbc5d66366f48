-- Who may sign in, and how. `epoch` grows at sign-out everywhere, lock, change of password or second factor, and change
-- of roles: sessions and tokens of an older epoch are dead.

-- logged
create table account (
  id id primary key,
  login text not null unique,
  kind text not null check (kind in ('citizen', 'business', 'official', 'admin', 'system')),
  state text not null check (state in ('active', 'locked', 'closed')),
  person id references person,
  name text not null,
  sort_key text not null,
  folded text not null,
  email text,
  email_confirmed instant,
  phone text not null default '',
  key bytes,
  identity_hash bytes unique,
  identity bytes,
  identity_seen instant,
  tax_code text unique,
  password text,
  password_at instant,
  totp bytes,
  epoch int not null check (epoch > 0),
  lang text not null default 'vi' check (lang in ('vi', 'en')),
  created instant not null,
  check ((kind = 'official') <= (person is not null)),
  check (kind <> 'business' or tax_code is not null)
);
create unique index account_by_email on account (email);
create unique index account_by_person on account (person);
create index account_by_name on account (sort_key, id);

-- unlogged: comes and goes with each sign-in; what was done in it is in the log
create table session (
  id int primary key,
  account id not null references account,
  token_hash bytes not null unique,
  csrf bytes not null,
  stage text not null check (stage in ('otp', 'enrol', 'full')),
  secret bytes,
  epoch int not null,
  created instant not null,
  seen instant not null,
  expires instant not null,
  address text not null,
  agent text not null
);
create index session_by_account on session (account);
create index session_by_expiry on session (expires);

-- unlogged: tokens of programs; making and ending one is an entry of the log
create table api_token (
  id int primary key,
  account id not null references account,
  token_hash bytes not null unique,
  epoch int not null,
  created instant not null,
  seen instant not null,
  expires instant not null
);
create index api_token_by_account on api_token (account);
create index api_token_by_expiry on api_token (expires);

-- unlogged: failures under one name, known or unknown, and the last one-time code that was used
create table login_try (
  key bytes primary key,
  fails int not null,
  last instant not null,
  locked_until instant not null,
  otp_step int not null
);
create index login_try_by_last on login_try (last);

-- unlogged: codes sent by mail, minutes long
create table recovery (
  id int primary key,
  ticket_hash bytes not null unique,
  purpose text not null check (purpose in ('register', 'password', 'email')),
  account id references account,
  code_hash bytes not null,
  email text not null,
  body bytes,
  tries int not null,
  created instant not null,
  expires instant not null
);
create index recovery_by_expiry on recovery (expires);
create index recovery_by_account on recovery (account);
