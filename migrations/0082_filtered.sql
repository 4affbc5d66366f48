-- Lists filtered by field or channel read what fits and stop after a page. A field stands before the state; of the channels only the rare
-- three have an index, and the two that most dossiers come by stand in the indexes of the lists, so that what does not fit is passed over there.
drop index dossier_by_agency_due;
create index dossier_by_agency_due on dossier (settling_agency, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
drop index dossier_by_reception_due;
create index dossier_by_reception_due on dossier (receiving_unit, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
create index dossier_by_agency_field on dossier (settling_agency, field, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
create index dossier_by_reception_field on dossier (receiving_unit, field, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id, channel_in);
create index dossier_by_agency_rare on dossier (settling_agency, channel_in, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id)
  where channel_in in ('post', 'hired', 'portal');
create index dossier_by_reception_rare on dossier (receiving_unit, channel_in, state, (case when accepted_at is null then answer_due else coalesce(due, 9000000000000) end), id)
  where channel_in in ('post', 'hired', 'portal');

-- What most dossiers do not have costs their filing nothing; twins are few enough to be looked for among all of a person.
drop index dossier_by_origin;
create unique index dossier_by_origin on dossier (origin, origin_code) where origin is not null;
drop index dossier_by_filer;
create index dossier_by_filer on dossier (filed_by, id) where filed_by is not null;
drop index dossier_by_acceptance;
create index dossier_by_acceptance on dossier (accepted_at, id) where accepted_at is not null;
drop index dossier_by_identity;
