-- unlogged: certificates that an agency's seal has had; the sealed files themselves prove it. Told to the rule that a seal
-- follows a person's signature (decree 30/2020, art. 32), so that a former seal never counts as one.
create table seal_used (
  id id primary key,
  agency id not null references agency,
  cert text not null unique,
  first_at instant not null
);
create index seal_used_by_agency on seal_used (agency, id);
