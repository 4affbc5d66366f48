-- expect: table unit exists
-- logged
create table unit (id id primary key);
