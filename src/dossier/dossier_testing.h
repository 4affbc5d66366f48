/* dossier_testing.h — an office for tests: a department with its people, the law, a writer and a clock of the test's.
 *
 *   struct office o;
 *   office_open(&o, a, engine, "2026-11-16T08:30:00+07:00");
 *   EXPECT_OK(office_act(&o, &actor, fn, ctx, &e), e);
 *   office_close(&o);   // and the record is verified
 *
 * Once per test: the database is the test's (core/db/db_testing.h). */
#pragma once
#include "core/db/db_testing.h"
#include "core/db/id.h"
#include "core/writer/writer_run.h"
#include "directory/directory.h"
#include "dossier/dossier.h"

struct office {
	struct arena *a;
	enum db_engine engine;
	struct keyring *keys;
	struct law *law;
	struct writer *w;
	struct db *db;      /* the test's own connection */
	struct id_source ids;
	struct directory_demo people;
};

/* `clock` NULL: the clock stands as office_set_ms() left it. */
void office_open(struct office *o, struct arena *a, enum db_engine engine, const char *clock);
/* Stops the writer, verifies the record and the statistics, frees. What else uses the writer must be stopped before. */
void office_close(struct office *o);

/* The time that writer and tests see. */
void office_set_clock(const char *rfc3339);
void office_set_ms(int64_t ms);
struct instant office_now(void);
/* The same as job_config.now and the like want it. */
struct instant office_now_for(void *ctx);

/* The program's own env for reading, on the test's connection. */
struct env office_env(const struct office *o);
/* Runs one action on the writer. */
typedef bool office_fn(struct env *env, void *ctx, struct err *e);
MUST_CHECK bool office_act(struct office *o, const struct actor *who, office_fn *fn, void *ctx, struct err *e);
/* An official with the roles that he or she holds on the day. */
struct actor office_official(const struct office *o, struct person_id person);
