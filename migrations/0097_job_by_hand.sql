-- Given up for good: another try of its own accord would end as the others did, so only a person takes it up again.
alter table job add column hopeless bool not null default 0;
