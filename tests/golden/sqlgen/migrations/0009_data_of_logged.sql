-- expect: rows of logged table unit change by named queries only
insert into unit (id, name) values (1, 'x');
