-- expect: a logged table keeps its columns
alter table unit drop column name;
