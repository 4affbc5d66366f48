-- expect: column n stands twice
-- logged
create table x (id id primary key, n int, n int);
