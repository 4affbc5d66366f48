-- expect: must have the key "id id primary key"
-- logged
create table x (a id not null, b id not null, primary key (a, b));
