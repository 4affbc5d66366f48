-- For sqlgen_test.c: columns of every way in which a text is kept, and views of them.

-- unlogged: a table of the tests
create table note (
  id id primary key,
  item id not null references item,
  field word not null,
  state word,
  sum hash not null,
  body packed,
  words text not null,
  at instant not null,
  fee money
);
create view item_note as
select n.id, n.item, n.field, n.sum, n.body, n.words as said, n.at, coalesce(n.state, n.field) as shown, case when n.fee is null then 0 else n.fee end as paid, i.unit
from note n join item i on i.id = n.item;
create view unit_note as select v.unit, v.field, max(v.at) as last, count(*) as n from item_note v group by v.unit, v.field;
