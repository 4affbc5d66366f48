-- expect: not by a foreign key
-- logged
create table x (id id primary key, u id not null references unit on delete cascade);
