-- name: job_all :one
-- out: n int
select count(*) as n from job;
