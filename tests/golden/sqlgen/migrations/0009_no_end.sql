-- expect: does not end in ;
create index x on unit (name)
