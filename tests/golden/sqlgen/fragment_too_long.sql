-- expect: the text with its fragments is longer than 65536 bytes
-- fragment: a
count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0 or count = 0
-- fragment: b
@a or @a or @a or @a or @a or @a or @a or @a or @a or @a
-- fragment: c
@b or @b or @b or @b or @b or @b or @b or @b or @b or @b
-- fragment: d
@c or @c or @c or @c or @c or @c or @c or @c or @c or @c
-- fragment: e
@d or @d or @d or @d or @d or @d or @d or @d or @d or @d
-- name: probe :many
select id from item where @e;
