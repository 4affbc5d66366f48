/* catalogue_world.h — what the tests of this slice share: a database with the catalogue, a writer, and the pages. */
#pragma once
#include "catalogue/catalogue_web.h"
#include "core/db/db_testing.h"
#include "core/http/http_testing.h"
#include "core/writer/writer_run.h"

extern const struct db_schema db_schema;

struct world {
	struct arena *a;
	struct db *db;
	struct db_pool *pool;
	struct writer *writer;
	struct catalogue *catalogue;
	struct env env;
	struct http_test *http;
	struct blob_store *blobs; /* files come into it */
};

/* Now: 25/11/2026, 14:00 in Vietnam, unless a test sets it. */
extern struct instant world_now;
/* `seed`: the procedures of the packs are published. */
struct world world_new(struct arena *a, enum db_engine engine, bool seed);
void world_end(struct world *w);

typedef bool act_fn(struct env *env, void *ctx, struct err *e);
/* In the writer, as that actor. */
bool world_act(struct world *w, const struct actor *who, act_fn *fn, void *ctx, struct err *e);
struct test_answer world_get(struct world *w, const struct actor *who, const char *path);
struct test_answer world_post(struct world *w, const struct actor *who, const char *path, const char *form);

extern const struct actor specialist, other_specialist, head, director, admin, citizen;
/* A pack of its own: procedure `slug`, in force by the law since 2020, with that deadline. */
struct str world_pack(struct arena *a, const char *slug, const char *code, int days);
#define HAS(x, words) EXPECT(str_find((x).body, STR(words)) >= 0)
#define HAS_NOT(x, words) EXPECT(str_find((x).body, STR(words)) < 0)
