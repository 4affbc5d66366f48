/* route_list.c — the listings of route.h. */
#include "core/http/route.h"
#include "core/http/text.h"
#include <stdlib.h>
#include <string.h>

struct entry { const char *slice; const struct route *r; };

static int by_path(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	int c = strcmp(a->r->path, b->r->path);
	return c ? c : (int)a->r->method - (int)b->r->method;
}

static struct entry *sorted(struct arena *a, const struct route_table *tables, size_t n, size_t *out_n)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += tables[i].n;
	struct entry *all = NEW_ARRAY(a, total, struct entry);
	*out_n = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < tables[i].n; k++)
			all[(*out_n)++] = (struct entry){tables[i].slice, &tables[i].routes[k]};
	qsort(all, total, sizeof *all, by_path);
	return all;
}

static void put_roles(struct buf *b, role_set set, const char *before, const char *between)
{
	bool first = true;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (set & ROLE_BIT(r)) {
			buf_fmt(b, "%s%s%s%s", first ? "" : between, before, role_name((enum role)r), before);
			first = false;
		}
}

static const char *const reads_names[READS_COUNT] = {"none", "dossier", "person", "document", "petition", "list"};

void routes_write_json(struct buf *b, const struct route_table *tables, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	size_t total = 0;
	struct entry *all = sorted(a, tables, n, &total);
	buf_char(b, '[');
	for (size_t i = 0; i < total; i++) {
		const struct route *r = all[i].r;
		buf_fmt(b, "%s\n{\"method\":\"%s\",\"path\":\"%s\",\"slice\":\"%s\",\"roles\":[", i ? "," : "",
		        http_method_name(r->method), r->path, all[i].slice);
		put_roles(b, r->allow, "\"", ",");
		buf_fmt(b, "],\"reads\":\"%s\",\"api\":", reads_names[r->reads]);
		text_put_json(b, str_from(r->api ? r->api : ""));
		buf_char(b, '}');
	}
	buf_put(b, STR("\n]\n"));
}

void routes_write_text(struct buf *b, const struct route_table *tables, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	size_t total = 0;
	struct entry *all = sorted(a, tables, n, &total);
	for (size_t i = 0; i < total; i++) {
		const struct route *r = all[i].r;
		buf_fmt(b, "%s %s ", http_method_name(r->method), r->path);
		if (r->allow == ALLOW_ALL)
			buf_put(b, STR("everyone"));
		else
			put_roles(b, r->allow, "", ",");
		buf_char(b, '\n');
	}
}
