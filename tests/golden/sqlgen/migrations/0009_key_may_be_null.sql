-- expect: is in the key and must be not null
-- unlogged: test
create table x (a text, primary key (a));
