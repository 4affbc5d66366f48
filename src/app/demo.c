/* demo.c — `motcua demo`: a sample province in an empty data folder, plainly made up, and its sign-ins. */
#include "account/account.h"
#include "app/app.h"
#include "app/demo_sign.h"
#include "catalogue/catalogue.h"
#include "core/db/id.h"
#include "directory/directory.h"
#include "dossier/dossier_sql.h"
#include "issue/issue.h"
#include "render/papers.h"
#include "sample/sample.h"
#include "stat/stat.h"
#include "sign/demo_pki.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_directory(struct env *env, void *ctx, struct err *e) { return directory_demo(env, ctx, e); }
static bool make_around(struct env *env, void *ctx, struct err *e) { return directory_demo_around(env, ctx, e); }
static bool make_catalogue(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return catalogue_seed(env, e);
}
static bool make_accounts(struct env *env, void *ctx, struct err *e) { return account_demo(env, ctx, e); }

static void print_json(const struct account_demo *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++) {
		const struct account_sample *s = &d->sample[i];
		json_array_append_new(list, json_pack("{s:s,s:s%,s:s%,s:o}", "role", s->role, "login", s->login.p, s->login.n, "password", s->password.p, s->password.n,
		                                      "totp_secret", s->totp_secret.n ? json_stringn(s->totp_secret.p, s->totp_secret.n) : json_null()));
	}
	char *text = json_dumps(list, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(list);
}

static void print_table(const struct account_demo *d)
{
	printf("%-11s %-11s %-24s %s\n", "role", "login", "password", "TOTP secret");
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		printf("%-11s %-11.*s %-24.*s %.*s\n", d->sample[i].role, STR_ARG(d->sample[i].login), STR_ARG(d->sample[i].password), STR_ARG(d->sample[i].totp_secret.n ? d->sample[i].totp_secret : STR("-")));
}

static bool make_pki(struct arena *a, const struct options *o, struct err *e)
{
	static const struct demo_person people[] = {
		{.label = DEMO_DECIDER, .name = "Giám đốc Mẫu", .title = "Giám đốc", .organisation = "Sở Khoa học và Công nghệ (mẫu)"},
		{.label = DEMO_SEAL, .name = "Sở Khoa học và Công nghệ (mẫu)", .organisation = "Sở Khoa học và Công nghệ (mẫu)"},
	};
	const char *dir = str_fmt(a, "%.*s/pki", STR_ARG(o->data)).p;
	return demo_pki_create(dir, people, ARRAY_LEN(people), e) && demo_tsa_create(dir, e) && demo_list_make(a, dir, e);
}

/* ---- the dossiers of three years: see src/sample ---- */

/* The last ones are made by hand, one at each step, so that whoever signs in finds something to do. */
#define BY_HAND 40
#define LOUD 20000 /* from here on it takes long enough to say how far it is */

struct page { struct render *render; struct str form; int64_t told, at; };

static bool draw_page(void *ctx, struct arena *a, struct str title, struct str *pdf, struct err *e)
{
	struct page *p = ctx;
	json_t *data = json_pack("{s:s%}", "tieu_de", title.p, title.n);
	bool ok = render_paper(p->render, a, p->form, data, (struct instant){ID_EPOCH_MS}, pdf, e);
	json_decref(data);
	return ok;
}

/* Signed and sealed now, whatever day the sample says. */
static bool sign(void *ctx, struct env *env, const struct dossier_get_row *d, struct str *pdf, struct err *e)
{
	struct str signed_pdf, cert;
	struct instant now = instant_clock();
	(void)ctx;
	return issue_result_sign(env, d, now, &signed_pdf, e) && issue_result_seal(env, d, signed_pdf, now, pdf, &cert, e);
}

static void tell(void *ctx, int64_t done, int64_t of)
{
	struct page *p = ctx;
	if (of < LOUD || done - p->told < of / 20)
		return;
	int64_t now = monotonic_ns();
	double rate = p->at ? (double)(done - p->told) * 1e9 / (double)(now - p->at) : 0;
	p->told = done;
	p->at = now;
	if (rate > 0)
		fprintf(stderr, "%lld of %lld sample dossiers, %.0f/s\n", (long long)done, (long long)of, rate);
	else
		fprintf(stderr, "%lld of %lld sample dossiers\n", (long long)done, (long long)of);
}

static bool make_sample(struct store *s, struct sample_config *c, struct page *p, struct err *e)
{
	struct sample_done done;
	const struct pack_file *file = pack_find(&s->packs, STR("demo/sample-page.json"));
	AUTO_DB db = place_open(&s->place, DB_BATCH, e);
	p->form = file ? file->bytes : STR_NONE;
	c->db = db;
	int64_t begin = monotonic_ns();
	if (!db || !p->form.n)
		return db && err_set(e, ERR_INTERNAL, "packs/demo/sample-page.json is missing");
	if (!sample_make(c, &done, e))
		return false;
	double seconds = (double)(monotonic_ns() - begin) / 1e9;
	if (done.dossiers >= LOUD)
		fprintf(stderr, "%lld dossiers of %lld kinds, %lld entries, %lld results signed, %lld unsigned (sample), in %.0f s: %.0f/s\n", (long long)done.dossiers, (long long)done.moulds, (long long)done.entries,
		        (long long)done.signed_results, (long long)done.unsigned_results, seconds, (double)done.dossiers / seconds);
	return true;
}

/* now: when it ends; clock: what the writer's clock shows for those by hand, 0: the time. */
enum phase { PHASE_NEW, PHASE_POUR, PHASE_HAND, PHASE_COUNT };
struct demo { const struct options *o; enum phase phase; int64_t n; uint64_t seed; struct instant now, clock; struct directory_demo people; struct account_demo accounts; };

static bool history(struct demo *d, int64_t n, struct instant until, struct err *e)
{
	struct store s;
	struct page p = {.render = render_beside(d->o->arena, e)}; /* it forks: before the writer's threads */
	if (!p.render || !store_open_at(&s, d->o, STORE_ALONE | STORE_PART, until, e)) {
		render_close(p.render);
		return false;
	}
	struct issue_facilities issue = {.law = s.law, .blobs = s.blobs, .render = render_paper, .renderer = p.render, .public_url = STR("https://hcc.example"), .demo = true};
	struct sample_config c = {.schema = &db_schema, .dir = s.place.dir, .law = s.law, .blobs = s.blobs, .people = &d->people, .citizen = d->accounts.sample[0].account.v,
	                          .business = d->accounts.sample[1].account.v, .n = n, .seed = d->seed, .until = until, .sheet = issue_sheet_draw, .page = draw_page, .sign = sign, .tell = tell, .ctx = &p};
	struct demo_signing *signing = demo_signing_open(str_fmt(s.arena, "%.*s/pki", STR_ARG(s.place.dir)).p, e);
	bool ok = signing != NULL;
	if (ok)
		demo_signing_lend(signing, &issue);
	issue_use(&issue);
	ok = ok && make_sample(&s, &c, &p, e);
	render_close(p.render);
	demo_signing_close(signing);
	store_close(&s);
	return ok;
}

/* ---- all ---- */

static bool add_counts(struct env *env, void *ctx, struct err *e) { return stat_fix(env, ctx, e); }

/* Statistics of what was written in bulk: counted once, at the end. */
static bool count_all(struct store *s, struct err *e)
{
	struct stat_compared c;
	struct env env = {.arena = s->arena, .db = db_checkout(s->pool, e), .actor = &actor_program, .now = instant_clock()};
	if (!env.db)
		return false;
	bool ok = stat_compare(&env, dossier_stat_scan, NULL, &c, e);
	db_checkin(s->pool, env.db);
	return (ok && store_act(s, s->arena, add_counts, &c, e)) || err_wrap(e, "statistics of the sample");
}

static bool found(struct demo *d, struct store *s, struct err *e)
{
	struct account_config cfg = account_config_usual(s->keys);
	return account_start(&cfg, e) && store_act(s, s->arena, make_directory, &d->people, e) && (d->n <= BY_HAND || store_act(s, s->arena, make_around, &d->people, e)) &&
	       store_act(s, s->arena, make_catalogue, NULL, e) && account_demo_prepare(d->o->arena, STR("motcua"), &d->people, &d->accounts, e) && store_act(s, s->arena, make_accounts, &d->accounts, e);
}

static bool step(struct demo *d, struct instant at, bool first, int64_t by_hand, struct err *e)
{
	struct store s;
	if (!store_open_at(&s, d->o, STORE_WRITER | STORE_PART | (first ? STORE_MIGRATE : 0), at, e))
		return false;
	bool ok = (!first || found(d, &s, e)) && demo_dossiers(&s, &d->people, &d->accounts, by_hand, e);
	if (first)
		account_stop();
	store_close(&s);
	return ok;
}

/* Those by hand stand in one commit: all of them are there, or none. */
static bool has_by_hand(struct demo *d, const struct place *place, struct instant until, bool *has, struct err *e)
{
	struct id_source ids;
	struct dossier_since_row row = {0};
	bool found = false;
	AUTO_DB db = place_open(place, DB_READ_ONLY, e);
	id_source_init(&ids, 0);
	bool ok = db && (q_dossier_since(db, d->o->arena, (struct dossier_id){id_new(&ids, (struct instant){until.ms + 1})}, &row, &found, e) || err_wrap(e, "dossiers by hand"));
	*has = row.n > 0;
	return ok;
}

static bool by_hand(struct demo *d, const struct place *place, struct instant until, struct err *e)
{
	bool has = false;
	return has_by_hand(d, place, until, &has, e) && (has || step(d, d->clock, false, BY_HAND, e));
}

static bool count(struct demo *d, struct err *e)
{
	struct store s;
	if (!store_open_at(&s, d->o, STORE_WRITER | STORE_PART, d->clock, e))
		return false;
	bool ok = count_all(&s, e);
	store_close(&s);
	return ok;
}

/* ---- going on with one that was killed: demo.part says what was asked for, who was made and how far it is ---- */

#define PEOPLE (sizeof(struct directory_demo) / sizeof(int64_t))

static bool part_put(struct demo *d, const struct place *place, enum phase phase, struct err *e)
{
	int64_t people[PEOPLE];
	json_t *who = json_array(), *accounts = json_array();
	d->phase = phase;
	memcpy(people, &d->people, sizeof people);
	for (size_t i = 0; i < PEOPLE; i++)
		json_array_append_new(who, json_integer(people[i]));
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		json_array_append_new(accounts, json_integer(d->accounts.sample[i].account.v));
	json_t *all = json_pack("{s:s,s:i,s:I,s:I,s:I,s:I,s:o,s:o}", "version", MOTCUA_VERSION, "phase", (int)phase, "dossiers", (json_int_t)d->n, "seed", (json_int_t)d->seed, "now", (json_int_t)d->now.ms,
	                        "clock", (json_int_t)d->clock.ms, "people", who, "accounts", accounts);
	char *text = json_dumps(all, JSON_COMPACT);
	CHECK(text != NULL);
	bool ok = store_part_put(place, str_from(text), e);
	free(text);
	json_decref(all);
	return ok;
}

static int64_t number(const json_t *o, const char *key) { return json_integer_value(json_object_get(o, key)); }

static bool part_read(struct demo *d, const json_t *all, struct err *e)
{
	int64_t people[PEOPLE];
	const json_t *who = json_object_get(all, "people"), *accounts = json_object_get(all, "accounts");
	const char *version = json_string_value(json_object_get(all, "version"));
	if (!version || strcmp(version, MOTCUA_VERSION) != 0 || json_array_size(who) != PEOPLE || json_array_size(accounts) != ACCOUNT_SAMPLES)
		return err_set(e, ERR_CONFLICT, "the folder holds a demonstration that another version began and did not end: remove it, and make it again");
	if (number(all, "dossiers") != d->n || (uint64_t)number(all, "seed") != d->seed || (d->clock.ms && number(all, "clock") != d->clock.ms))
		return err_set(e, ERR_CONFLICT, "the folder holds part of a demonstration of %lld dossiers with seed %lld: ask for the same to go on, or remove the folder", (long long)number(all, "dossiers"), (long long)number(all, "seed"));
	d->phase = (enum phase)number(all, "phase");
	d->now.ms = number(all, "now");
	d->clock.ms = number(all, "clock");
	for (size_t i = 0; i < PEOPLE; i++)
		people[i] = json_integer_value(json_array_get(who, i));
	memcpy(&d->people, people, sizeof people);
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		d->accounts.sample[i].account.v = json_integer_value(json_array_get(accounts, i));
	return true;
}

/* Sign-ins are made from their seed: they come out as they were. */
static bool accounts_again(struct demo *d, struct err *e)
{
	struct store s;
	int64_t ids[ACCOUNT_SAMPLES];
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		ids[i] = d->accounts.sample[i].account.v;
	if (!store_open_at(&s, d->o, STORE_ALONE | STORE_PART, d->now, e))
		return false;
	struct account_config cfg = account_config_usual(s.keys);
	bool ok = account_start(&cfg, e) && account_demo_prepare(d->o->arena, STR("motcua"), &d->people, &d->accounts, e);
	account_stop();
	store_close(&s);
	for (size_t i = 0; ok && i < ACCOUNT_SAMPLES; i++)
		d->accounts.sample[i].account.v = ids[i];
	return ok;
}

static bool part_take(struct demo *d, const struct place *place, struct err *e)
{
	struct str text;
	if (!store_part_get(place, d->o->arena, &text))
		return true;
	json_t *all = json_loadb(text.p, text.n, 0, NULL);
	bool ok = part_read(d, all, e) && accounts_again(d, e);
	json_decref(all);
	if (ok)
		fprintf(stderr, "going on where it was stopped\n");
	return ok;
}

/* In the order of time: the log goes one way. */
static bool fill(struct demo *d, const struct place *place, struct err *e)
{
	bool lite = !d->o->db.n && !strcmp(d->o->settings.db, "sqlite");
	int64_t bulk = lite && d->n > BY_HAND ? d->n - BY_HAND : 0;
	if (!bulk)
		return step(d, d->clock, true, d->n, e);
	struct instant until = {d->now.ms - 600000};
	if (d->phase == PHASE_NEW && !(step(d, (struct instant){sample_begin(until).ms - 3600000}, true, 0, e) && part_put(d, place, PHASE_POUR, e)))
		return false;
	if (d->phase == PHASE_POUR && !(history(d, bulk, until, e) && part_put(d, place, PHASE_HAND, e)))
		return false;
	if (d->phase == PHASE_HAND && !(by_hand(d, place, until, e) && part_put(d, place, PHASE_COUNT, e)))
		return false;
	return count(d, e) && store_part_end(place, e);
}

/* The day of --as-of, at four in the afternoon; else now. */
static bool read_options(struct options *o, struct demo *d)
{
	const char *count = option_value(o, "--dossiers"), *seed = option_value(o, "--seed"), *as_of = option_value(o, "--as-of");
	int64_t s = 1;
	struct date day;
	*d = (struct demo){.o = o, .n = 400, .now = instant_clock()};
	if ((count && !str_to_i64(str_from(count), &d->n)) || d->n < 0 || d->n > 10000000 || (seed && !str_to_i64(str_from(seed), &s)) || !o->data.n)
		return false;
	if (as_of && !date_parse(str_from(as_of), &day))
		return false;
	if (as_of)
		d->now = d->clock = instant_at(day, 16 * 3600000);
	d->seed = (uint64_t)s;
	return d->now.ms <= instant_clock().ms;
}

int demo_command(struct options *o)
{
	struct err e = {0};
	struct demo d;
	struct place place;
	if (!read_options(o, &d))
		return say_usage(o, "demo");
	if (!place_of(o, &place, &e) || !place_make(&place, &e) || !part_take(&d, &place, &e) || (d.phase == PHASE_NEW && !make_pki(o->arena, o, &e)) || !fill(&d, &place, &e))
		return say_error(&e, EXIT_WRONG);
	(o->json ? print_json : print_table)(&d.accounts);
	return EXIT_GOOD;
}
