-- expect: references nowhere, which is no table
-- logged
create table x (id id primary key, n id references nowhere);
