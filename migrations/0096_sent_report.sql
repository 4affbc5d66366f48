-- A table of figures as it was sent: what was reported stays, whatever is corrected later (src/board/sent.c). Months as src/stat counts them.

-- logged
create table sent_report (
  id id primary key,
  form text not null check (form in ('II.06a')),
  agency id not null references agency,
  first_month int not null,
  last_month int not null,
  version int not null check (version > 0),
  sent_at instant not null,
  sent_by id not null references person,
  body packed not null
);
create unique index sent_report_version on sent_report (agency, form, first_month, last_month, version);
