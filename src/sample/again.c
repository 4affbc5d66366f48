/* again.c — what a making that was killed needs to go on, beside the database: the data key of all samples, and which file each
 * place of the pool got. Lines of sample.part in the data folder, each written before the commit of any row that needs it. */
#include "sample/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MOST 400

static const char *path_of(struct maker *m) { return str_fmt(m->arena, "%.*s/sample.part", STR_ARG(m->c->dir)).p; }

static bool failed(struct maker *m, struct err *e) { return err_set(e, ERR_INTERNAL, "%s: %s", path_of(m), strerror(errno)); }

/* "BLOB PLAIN SIZE PAGES", or "none" where no file was made. */
static bool take_file(struct maker *m, struct str line)
{
	struct again *g = &m->again;
	struct str size, pages;
	if (g->n == ARRAY_LEN(g->files))
		return false;
	struct pool_file *x = &g->files[g->n++];
	*x = (struct pool_file){0};
	if (str_eq(line, STR("none")))
		return true;
	line = str_dup(m->arena, line);
	return str_next(&line, ' ', &x->blob) && str_next(&line, ' ', &x->plain) && str_next(&line, ' ', &size) && str_next(&line, ' ', &pages) && str_to_i64(size, &x->size) && str_to_i64(pages, &x->pages);
}

static bool take_key(struct maker *m, struct str line, struct err *e)
{
	struct str wrapped;
	return (hex_decode(m->scratch, line, &wrapped) && key_unwrap(m->c->law->keys, STR("sample"), wrapped, &m->key, e)) || err_set(e, ERR_INTERNAL, "%s: no key", path_of(m));
}

/* A line that was cut off is written anew. */
static bool take_lines(struct maker *m, FILE *f, struct err *e)
{
	char line[LINE_MOST];
	long whole = 0;
	for (size_t i = 0; fgets(line, sizeof line, f) && strchr(line, '\n'); i++) {
		struct str s = {line, strlen(line) - 1};
		if (i == 0 ? !take_key(m, s, e) : !take_file(m, s))
			return e->kind == ERR_NONE ? err_set(e, ERR_INTERNAL, "%s: line %zu is none of a sample's", path_of(m), i + 1) : false;
		whole = ftell(f);
	}
	return ftruncate(fileno(f), whole) == 0 && fseek(f, whole, SEEK_SET) == 0 ? true : failed(m, e);
}

static bool put_key(struct maker *m, struct err *e)
{
	m->key = key_new();
	struct str wrapped = key_wrap(m->scratch, m->c->law->keys, STR("sample"), &m->key);
	struct str hex = hex_encode(m->scratch, wrapped.p, wrapped.n);
	return (fprintf(m->again.f, "%.*s\n", STR_ARG(hex)) > 0 && fflush(m->again.f) == 0) || failed(m, e);
}

bool again_open(struct maker *m, struct err *e)
{
	struct again *g = &m->again;
	int fd = open(path_of(m), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	g->f = fd < 0 ? NULL : fdopen(fd, "r+");
	if (!g->f)
		return failed(m, e);
	if (!take_lines(m, g->f, e))
		return false;
	static const struct key none = {0};
	return memcmp(&m->key, &none, sizeof none) != 0 || put_key(m, e);
}

bool again_file(struct maker *m, struct pool_file *out)
{
	struct again *g = &m->again;
	bool known = g->at < g->n;
	if (known)
		*out = g->files[g->at++];
	return known;
}

bool again_keep(struct maker *m, const struct pool_file *x, struct err *e)
{
	FILE *f = m->again.f;
	int n = x ? fprintf(f, "%.*s %.*s %lld %lld\n", STR_ARG(x->blob), STR_ARG(x->plain), (long long)x->size, (long long)x->pages) : fprintf(f, "none\n");
	return (n > 0 && fflush(f) == 0) || failed(m, e);
}

void again_close(struct maker *m, bool whole)
{
	if (m->again.f)
		fclose(m->again.f);
	m->again.f = NULL;
	if (whole)
		unlink(path_of(m));
}

/* ---- the copy of the directory ---- */

void stage_drop(struct maker *m)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		unlink(str_fmt(m->arena, "%.*s/sample-stage.db%s", STR_ARG(m->c->dir), parts[i]).p);
}

bool stage_open(struct maker *m, struct err *e)
{
	struct str path = str_fmt(m->arena, "%.*s/sample-stage.db", STR_ARG(m->c->dir)), part = str_fmt(m->arena, "%.*s/sample-stage.part", STR_ARG(m->c->dir));
	/* That of a making that was killed is as good: nothing in it is ever committed. */
	if (access(path.p, F_OK) != 0) {
		unlink(part.p);
		if (!db_snapshot(m->c->db, part, e))
			return err_wrap(e, "copy for samples");
		if (rename(part.p, path.p) != 0)
			return err_set(e, ERR_INTERNAL, "%s: %s", path.p, strerror(errno));
	}
	m->stage = db_open_sqlite(path, DB_BATCH, e);
	return m->stage && lane_open(m->stage, m->scratch, 0, &m->stage_lane, e);
}
