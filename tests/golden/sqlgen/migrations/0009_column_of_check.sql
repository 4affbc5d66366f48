-- expect: SQLite refuses the migration
create index x on unit (missing);
