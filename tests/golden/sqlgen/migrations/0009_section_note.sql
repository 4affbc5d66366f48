-- expect: create table needs a line
-- only sqlite
create virtual table z using fts5(a);
-- end
