-- At the counter people are found by telephone; by personal number there is dossier_by_identity already.
create index dossier_by_phone on dossier (phone_key, id);
-- What a hall received last: its usual procedures come first.
create index dossier_by_hall on dossier (receiving_unit, id);
