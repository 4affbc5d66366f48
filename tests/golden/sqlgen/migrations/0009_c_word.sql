-- expect: no word of C
-- logged
create table x (id id primary key, register text);
