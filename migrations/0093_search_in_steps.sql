-- The search index is merged in small steps by a job (search.c): by itself FTS5 merges sixteen pieces, however long, in the act that made the
-- sixteenth, which held up a commit for 1.8 s at a million dossiers. The smallest pieces, one a commit, are still merged by whoever writes the
-- 64th; larger ones never get so many unless no job runs.
-- only sqlite
insert into dossier_search (dossier_search, rank) values ('automerge', 0);
insert into dossier_search (dossier_search, rank) values ('crisismerge', 64);
-- end
