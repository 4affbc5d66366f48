-- expect: must be NULL in old rows
alter table unit add column n int not null default 0;
