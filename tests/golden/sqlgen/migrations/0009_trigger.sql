-- expect: is not known for both engines
create trigger t after insert on unit begin select 1; end;
