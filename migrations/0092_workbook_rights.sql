-- The roles a workbook was made with, as "role:unit:agency" words: whoever lost one of them since fetches it no more.
alter table workbook add column rights text;
