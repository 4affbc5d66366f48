-- The log said in fewer bytes (ADR 0020).

-- The log. What stood before an entry is the hash of its lane's entry before, its day the day of its time.
alter table log_day add column last int;
update log_day set last = (select max(id) from log_entry where log_entry.day = log_day.day);
drop index log_entry_by_day;
alter table log_entry drop column day;
alter table log_entry drop column prev;
alter table log_entry alter column body type packed;
-- only pg
create index log_entry_by_at_pg on log_entry (at, id);
-- end
