-- Results of sample dossiers that nobody signed (field 'result:sample', src/sample) are not waited for by the agency's seal.
drop view issue_unsealed;
create view issue_unsealed as
select d.id from dossier d
where d.state in ('done', 'returned') and d.result_number is not null
  and exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result' and f.field = 'result:signed')
  and not exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'result' and f.field = 'result:sealed');
