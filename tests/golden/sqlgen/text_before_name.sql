-- expect: text before the first -- name:
select 1;
