/* dossier_testing.c — see dossier_testing.h. */
#include "dossier/dossier_testing.h"
#include "stat/stat.h"
#include <stdatomic.h>

extern const struct db_schema db_schema;
static _Atomic int64_t test_ms;

static void writer_now(void *ctx, struct instant *out)
{
	(void)ctx;
	*out = office_now();
}

void office_set_ms(int64_t ms) { atomic_store(&test_ms, ms); }
struct instant office_now(void) { return (struct instant){atomic_load(&test_ms)}; }

struct instant office_now_for(void *ctx)
{
	(void)ctx;
	return office_now();
}

void office_set_clock(const char *rfc3339)
{
	struct instant t;
	CHECK(instant_parse(str_from(rfc3339), &t));
	office_set_ms(t.ms);
}

struct env office_env(const struct office *o)
{
	return (struct env){.arena = o->a, .db = o->db, .actor = &actor_program, .now = office_now()};
}

struct call { office_fn *fn; void *ctx; };

static bool apply(struct write_job *job, struct err *e)
{
	struct call *c = job->ctx;
	return c->fn(job->env, c->ctx, e);
}

bool office_act(struct office *o, const struct actor *who, office_fn *fn, void *ctx, struct err *e)
{
	struct env env = {.arena = o->a, .actor = who, .now = office_now()};
	struct call c = {fn, ctx};
	struct write_job job = {.env = &env, .apply = apply, .ctx = &c};
	return writer_run(o->w, &job, e);
}

static bool make_people(struct env *env, void *ctx, struct err *e) { return directory_demo(env, ctx, e); }

void office_open(struct office *o, struct arena *a, enum db_engine engine, const char *clock)
{
	struct err e = {0};
	*o = (struct office){.a = a, .engine = engine};
	if (clock)
		office_set_clock(clock);
	const char *path = str_cstr(a, str_fmt(a, "%.*s/master.key", STR_ARG(test_temp_dir(a))));
	EXPECT_OK(keyring_create(path, &e), e);
	EXPECT_OK((o->keys = keyring_load(path, &e)) != NULL, e);
	EXPECT_OK(law_load(o->keys, pack_embedded(), &o->law, &e), e);
	o->db = test_db(a, engine);
	id_source_init(&o->ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &o->ids;
	cfg.now = writer_now;
	EXPECT_OK(writer_start(&o->w, &cfg, &e), e);
	EXPECT_OK(office_act(o, &actor_program, make_people, &o->people, &e), e);
}

void office_close(struct office *o)
{
	struct err e = {0};
	struct audit_verify v;
	writer_stop(o->w);
	AUTO_DB db = test_db_again(o->engine, DB_READ_ONLY);
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	EXPECT_TEXT(str_from(v.first_fault), "");
	struct stat_compared c;
	struct env env = {.arena = o->a, .db = db, .actor = &actor_program, .now = office_now()};
	EXPECT_OK(stat_compare(&env, dossier_stat_scan, NULL, &c, &e), e);
	EXPECT_TEXT(str_from(c.first), "");
	law_free(o->law);
	keyring_free(o->keys);
}

struct actor office_official(const struct office *o, struct person_id person)
{
	struct err e = {0};
	struct actor_role *held = NULL;
	struct actor me = {.account = person.v, .person = person.v, .name = STR("Cán bộ mẫu")};
	struct env env = office_env(o);
	EXPECT_OK(directory_roles(&env, person, date_of(env.now), &held, &me.n_held, &e), e);
	me.held = held;
	for (size_t i = 0; i < me.n_held; i++)
		me.roles |= ROLE_BIT(held[i].role);
	return me;
}
