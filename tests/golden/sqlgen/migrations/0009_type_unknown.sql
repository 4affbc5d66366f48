-- expect: expected: alter table NAME alter column COLUMN type hash|packed|word, of a column of text
alter table item alter column note type text;
