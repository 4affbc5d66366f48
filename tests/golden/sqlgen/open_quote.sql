-- expect: open_quote.sql:3: the quote is not closed
-- name: probe :many
select id from item where title = 'x;
