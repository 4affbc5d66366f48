-- expect: fragment_wrong_type.sql:6:
-- fragment: mine
unit = :u
-- name: probe :many
-- in: u item_id
select id from item where @mine;
