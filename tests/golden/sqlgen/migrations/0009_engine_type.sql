-- expect: needs a logical type
-- logged
create table x (id id primary key, n integer);
