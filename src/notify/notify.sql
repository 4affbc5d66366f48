-- name: notify_portal_get :one
-- in: dossier int
select state from notify_portal where dossier = :dossier;

-- name: notify_portal_set :exec
-- in: dossier int, state int, at instant
insert into notify_portal (dossier, state, at) values (:dossier, :state, :at)
on conflict (dossier) do update set state = excluded.state, at = excluded.at;
