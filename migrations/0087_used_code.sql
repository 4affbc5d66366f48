-- One-time codes that were used, by the step of 30 s that each belongs to: good once, whatever a clock does meanwhile. Until now the last one
-- stood beside the failures, and none was good before that.
-- unlogged: see above; the sign-in that it was used for is in the log
create table used_code (
  step int not null,
  account id not null references account,
  primary key (step, account)
);
alter table login_try drop column otp_step;
