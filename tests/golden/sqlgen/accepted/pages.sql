-- fragment: of_unit
-- what a unit has, of one status or any
i.unit = :unit
  and (:status is null or i.note = :status)

-- fragment: of_unit_after
@of_unit and i.made > :after

-- name: item_page :many
-- in: unit unit_id, status text?, after instant, limit int
-- out: days int
-- order: by_due = "i.due, i.id"; by_title = "i.title, i.id"
select i.id, i.title, i.due, coalesce(i.score, 0) as days, u.name
from item i left join unit u on u.id = i.unit
where @of_unit_after
order by :order limit :limit;

-- name: item_drop :exec
-- in: id item_id
delete from item where item.id = :id and count = 0;

-- name: item_total :one
-- in: unit unit_id, status text?
-- out: n int
select count(*) as n from item i where @of_unit;
