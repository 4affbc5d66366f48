-- unlogged: certificates that an agency's seal has had; the sealed files themselves prove it. Told to the rule that a seal
-- follows a person's signature (decree 30/2020, art. 32), so that a former seal never counts as one.
create table seal_used (
  id id primary key,
  agency id not null references agency,
  cert text not null unique,
  first_at instant not null
);
create index seal_used_by_agency on seal_used (agency, id);

-- The register of what was accepted (NĐ 61/2018 Điều 17, NĐ 118/2025 Điều 17; forms 06 of TT 01/2018 and 07 of TT 03/2025).
create view issue_register as
select id, receiving_unit, settling_agency, field, accepted_at from dossier where accepted_at is not null;
create index dossier_by_acceptance on dossier (accepted_at, id);
