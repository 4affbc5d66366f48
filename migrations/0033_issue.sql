-- Statutory papers, without the sealed notes that lie in the same table.
create view issue_paper as
select id, dossier, form_set, form_code, number, at, official, body from dossier_paper where form_set <> 'note';

-- Decided, numbered, and without a signed file.
create view issue_unsigned as
select d.id from dossier d
where d.state = 'signing' and d.result_number is not null
  and not exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result');

-- Issued, with a signed file that has no seal yet.
create view issue_unsealed as
select d.id from dossier d
where d.state in ('done', 'returned') and d.result_number is not null
  and exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result')
  and not exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result' and f.field = 'result:sealed');
