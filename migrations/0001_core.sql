-- What core needs before any slice.

-- unlogged: a number taken is seen in the record that bears it; a gap says only that a transaction rolled back
create table sequence (
  name text primary key,
  value int not null check (value >= 0)
);
