-- expect: expected: -- name: lower_case_name
-- name: probe :all
select id from item;
