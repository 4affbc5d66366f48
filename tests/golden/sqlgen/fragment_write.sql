-- expect: query probe writes to logged table item: it must name one row by its id
-- fragment: any
id > :id
-- name: probe :exec
-- in: id item_id
delete from item where @any;
