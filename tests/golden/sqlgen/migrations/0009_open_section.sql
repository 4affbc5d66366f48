-- expect: is not closed by -- end
-- only pg
create index x_pg on unit (name);
