-- Statistics: sums of what each dossier adds, by month, day and due hour.

-- A row holds the counts of one period and one cut, packed (src/stat/cells.h). The level says which of the other columns count; those
-- that do not are 0 or empty. Their number grows with months, units and procedures, not with dossiers.
-- derived: motcua rebuild stat counts all dossiers again
create table stat_roll (
  level int not null,
  period int not null,
  agency int not null,
  unit int not null,
  procedure text not null,
  officer int not null,
  cells bytes not null,
  primary key (level, agency, period, unit, procedure, officer)
);

-- What acts added and nobody has put into stat_roll yet: readers add it.
-- derived: motcua rebuild stat counts all dossiers again
create table stat_delta (
  id id primary key,
  groups bytes not null
);

-- Against which date a settlement is early or late: as `due`, but an apology does not move it (NĐ 61/2018 Điều 19(9)), while a supplement
-- starts the limit anew (Điều 19(4)). NULL in older rows: first_due.
alter table dossier add column law_due instant;
-- Office time from acceptance to settlement, in minutes, and what of it passed waiting for the applicant and for other units.
alter table dossier add column minutes_total int;
alter table dossier add column minutes_citizen int;
alter table dossier add column minutes_others int;
