-- expect: a logged table stays
drop table unit;
