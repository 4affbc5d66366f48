-- Papers and results that left the house, by the hash of their bytes: what the page that verifies looks up.
create index dossier_file_by_plain on dossier_file (plain_hash);
create view proof_file as
select f.id, f.plain_hash, f.kind, f.at, f.replaced, d.code
from dossier_file f join dossier d on d.id = f.dossier
where f.state = 'clean' and (f.field = 'result:sealed' or f.field like 'paper:%');
