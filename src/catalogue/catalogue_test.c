/* catalogue_test.c — versions and their course, on both engines. */
#include "catalogue/catalogue_sql.h"
#include "catalogue/catalogue_world.h"
#include "core/audit/audit.h"
#include <string.h>

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), catalogue_sql); }

static struct date day(int y, int m, int d) { return date_from_civil(y, m, d); }

/* ---- acts, with what they need ---- */

struct proposal { struct str pack; struct procedure_version_id id; bool changed; };
static bool do_propose(struct env *env, void *ctx, struct err *e)
{
	struct proposal *p = ctx;
	return catalogue_propose(env, p->pack, STR_NONE, &p->id, &p->changed, e);
}
static bool do_review(struct env *env, void *ctx, struct err *e) { return catalogue_review(env, *(struct procedure_version_id *)ctx, e); }
static bool do_reject(struct env *env, void *ctx, struct err *e) { return catalogue_reject(env, *(struct procedure_version_id *)ctx, STR("thiếu căn cứ"), e); }
struct release { struct procedure_version_id id; struct publication p; };
static bool do_publish(struct env *env, void *ctx, struct err *e)
{
	struct release *x = ctx;
	return catalogue_publish(env, x->id, &x->p, e);
}
struct ending { struct procedure_version_id id; struct date last; };
static bool do_expire(struct env *env, void *ctx, struct err *e)
{
	struct ending *x = ctx;
	return catalogue_expire(env, x->id, x->last, STR("bãi bỏ"), e);
}

static struct procedure_version_id propose(struct world *w, const char *slug, const char *code, int days)
{
	struct err e = {0};
	struct proposal p = {.pack = world_pack(w->a, slug, code, days)};
	EXPECT_OK(world_act(w, &specialist, do_propose, &p, &e), e);
	EXPECT(p.changed);
	return p.id;
}

static bool publish(struct world *w, struct procedure_version_id id, struct opt_date from, struct opt_date to, struct err *e)
{
	struct release x = {id, {.from = from, .to = to, .decision_number = STR("12/QĐ-UBND"), .decision_date = OPT_DATE(day(2026, 1, 5))}};
	return world_act(w, &director, do_publish, &x, e);
}

static struct procedure_version_id published(struct world *w, const char *slug, const char *code, int days, struct date from)
{
	struct err e = {0};
	struct procedure_version_id id = propose(w, slug, code, days);
	EXPECT_OK(world_act(w, &head, do_review, &id, &e), e);
	EXPECT_OK(publish(w, id, OPT_DATE(from), (struct opt_date){0}, &e), e);
	return id;
}

static int64_t in_force(struct world *w, const char *slug, struct date d)
{
	struct catalogue_version v;
	struct err e = {0};
	bool found = false;
	EXPECT_OK(catalogue_in_force(&w->env, str_from(slug), d, &v, &found, &e), e);
	return found ? v.number : 0;
}

static void record_is_whole(struct world *w)
{
	struct audit_verify v = {0};
	struct err e = {0};
	EXPECT_OK(audit_verify(w->db, &db_schema, &v, &e), e);
	if (!v.ok)
		FAIL("%s", v.first_fault);
}

/* ---- the course ---- */

TEST_BOTH(a_version_goes_from_proposal_to_end)
{
	struct world w = world_new(a, engine, false);
	struct err e = {0};
	struct catalogue_version v;
	bool found = false;
	struct procedure_version_id id = published(&w, "thu-mot", "9.000001", 10, day(2026, 2, 1));
	EXPECT_OK(catalogue_version(&w.env, id, &v, &found, &e), e);
	EXPECT(found && v.state == VERSION_PUBLISHED && v.number == 1 && v.proposed_by == 1 && v.reviewed_by == 2 && v.published_by == 3);
	EXPECT_STR(v.decision_number, STR("12/QĐ-UBND"));
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 1, 31)), 0);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 2, 1)), 1);
	struct ending x = {id, day(2026, 12, 31)};
	EXPECT_OK(world_act(&w, &director, do_expire, &x, &e), e);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 12, 31)), 1);
	EXPECT_INT(in_force(&w, "thu-mot", day(2027, 1, 1)), 0);
	EXPECT_ERR(world_act(&w, &director, do_expire, &x, &e), e, ERR_CONFLICT);
	record_is_whole(&w);
	world_end(&w);
}

TEST_BOTH(a_new_version_ends_the_one_before)
{
	struct world w = world_new(a, engine, false);
	published(&w, "thu-mot", "9.000001", 10, day(2026, 2, 1));
	published(&w, "thu-mot", "9.000001", 7, day(2026, 10, 1));
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 9, 30)), 1);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 10, 1)), 2);
	struct err e = {0};
	struct procedure_version_id third = propose(&w, "thu-mot", "9.000001", 5);
	EXPECT_OK(world_act(&w, &head, do_review, &third, &e), e);
	EXPECT_ERR(publish(&w, third, OPT_DATE(day(2026, 10, 1)), (struct opt_date){0}, &e), e, ERR_CONFLICT);
	EXPECT_INT(e.say, MSG_CATALOGUE_LATER_VERSION);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 11, 25)), 2);
	EXPECT_ERR(publish(&w, third, OPT_DATE(day(2026, 11, 2)), OPT_DATE(day(2026, 11, 1)), &e), e, ERR_INVALID);
	EXPECT_OK(publish(&w, third, OPT_DATE(day(2026, 11, 2)), (struct opt_date){0}, &e), e);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 11, 25)), 3);
	record_is_whole(&w);
	world_end(&w);
}

TEST_BOTH(nobody_reviews_or_publishes_their_own)
{
	struct world w = world_new(a, engine, false);
	struct err e = {0};
	struct actor chief = specialist;
	chief.roles |= ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR);
	struct procedure_version_id id = propose(&w, "thu-mot", "", 10);
	EXPECT_ERR(world_act(&w, &chief, do_review, &id, &e), e, ERR_DENIED);
	EXPECT_OK(world_act(&w, &head, do_review, &id, &e), e);
	struct release x = {id, {.from = OPT_DATE(day(2026, 2, 1))}};
	EXPECT_ERR(world_act(&w, &chief, do_publish, &x, &e), e, ERR_DENIED);
	EXPECT_INT(e.say, MSG_CATALOGUE_SAME_PERSON);
	record_is_whole(&w);
	world_end(&w);
}

TEST_BOTH(states_are_not_skipped)
{
	struct world w = world_new(a, engine, false);
	struct err e = {0};
	struct procedure_version_id id = propose(&w, "thu-mot", "", 10), none = {12345};
	EXPECT_ERR(publish(&w, id, OPT_DATE(day(2026, 2, 1)), (struct opt_date){0}, &e), e, ERR_CONFLICT);
	EXPECT_ERR(world_act(&w, &head, do_review, &none, &e), e, ERR_NOT_FOUND);
	EXPECT_OK(world_act(&w, &head, do_reject, &id, &e), e);
	EXPECT_ERR(world_act(&w, &head, do_review, &id, &e), e, ERR_CONFLICT);
	EXPECT_ERR(world_act(&w, &head, do_reject, &id, &e), e, ERR_CONFLICT);
	EXPECT_INT(in_force(&w, "thu-mot", day(2026, 11, 25)), 0);
	int64_t counts[VERSION_STATES];
	EXPECT_OK(catalogue_counts(&w.env, counts, &e), e);
	EXPECT(counts[VERSION_REJECTED] == 1 && counts[VERSION_PROPOSED] == 0);
	propose(&w, "thu-mot", "", 10); /* the same text may be proposed again after it was returned */
	record_is_whole(&w);
	world_end(&w);
}

TEST_BOTH(the_same_text_is_no_new_version)
{
	struct world w = world_new(a, engine, false);
	struct err e = {0};
	propose(&w, "thu-mot", "", 10);
	struct proposal again = {.pack = world_pack(a, "thu-mot", "", 10)};
	EXPECT_OK(world_act(&w, &specialist, do_propose, &again, &e), e);
	EXPECT(!again.changed && again.id.v == 0);
	world_end(&w);
}

TEST_BOTH(two_procedures_never_share_a_code)
{
	struct world w = world_new(a, engine, false);
	struct err e = {0};
	published(&w, "thu-mot", "9.000001", 10, day(2026, 2, 1));
	struct procedure_version_id id = propose(&w, "thu-hai", "9.000001", 10);
	EXPECT_OK(world_act(&w, &head, do_review, &id, &e), e);
	EXPECT_ERR(publish(&w, id, OPT_DATE(day(2026, 3, 1)), (struct opt_date){0}, &e), e, ERR_CONFLICT);
	EXPECT_INT(e.say, MSG_CATALOGUE_CODE_TAKEN);
	EXPECT_OK(publish(&w, id, OPT_DATE(day(2025, 3, 1)), OPT_DATE(day(2026, 1, 31)), &e), e);
	world_end(&w);
}

TEST_BOTH(what_is_no_procedure_is_refused)
{
	struct world w = world_new(a, engine, false);
	static const char *const bad[] = {"", "[]", "null", "{}", "{\"id\":5}", "{\"id\":\"../x\",\"format\":1}", "{\"id\":\"x\",\"format\":2}", "{\"id\":\"x\"", "\xff\xfe",
		"{\"id\":\"x\",\"id\":\"y\",\"format\":1}"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		struct proposal p = {.pack = str_from(bad[i])};
		EXPECT_ERR(world_act(&w, &specialist, do_propose, &p, &e), e, ERR_INVALID);
	}
	struct str pack = world_pack(a, "thu-mot", "", 10);
	struct str more = str_cat(a, STR("{\"lạ\":1,"), str_sub(pack, 1, pack.n));
	struct err e = {0};
	struct proposal p = {.pack = more};
	EXPECT_ERR(world_act(&w, &specialist, do_propose, &p, &e), e, ERR_INVALID);
	EXPECT(strstr(e.text, "lạ") != NULL);
	world_end(&w);
}

/* ---- the demonstration's catalogue ---- */

static bool do_seed(struct env *env, void *ctx, struct err *e) { (void)ctx; return catalogue_seed(env, e); }

TEST_BOTH(the_packs_are_published)
{
	struct world w = world_new(a, engine, true);
	struct err e = {0};
	const struct catalogue_view *v = catalogue_hold(w.catalogue);
	EXPECT_INT(v->n, 72);
	size_t whole = 0, now = 0;
	for (size_t i = 0; i < v->n; i++) {
		whole += procedure_is_complete(&v->entries[i].p);
		now += v->entries[i].in_force;
		EXPECT_INT(v->entries[i].note.n > 0, str_eq(v->entries[i].p.id, STR("bx-cap-phep-xquang")));
	}
	EXPECT_INT(whole, 32);
	EXPECT_INT(now, v->n_in_force);
	EXPECT(now > 40 && now < 72);
	EXPECT(catalogue_find(v, STR("bx-cap-phep-xquang"))->in_force);
	EXPECT_STR(catalogue_find(v, STR("2.002380"))->p.id, STR("bx-cap-phep-xquang"));
	EXPECT(catalogue_find(v, STR("khong-co")) == NULL);
	catalogue_release(w.catalogue, v);
	uint64_t before = catalogue_revision(w.catalogue);
	EXPECT_OK(world_act(&w, &actor_program, do_seed, NULL, &e), e); /* again: nothing is left to do */
	EXPECT(catalogue_revision(w.catalogue) == before);
	record_is_whole(&w);
	world_end(&w);
}

static struct pack_report read_before;
static const struct procedure *packs_read;
static size_t packs_n, packs_hit;

static const struct procedure *known(void *ctx, struct str slug, struct str bytes)
{
	const struct pack p = pack_embedded();
	(void)ctx;
	for (size_t i = 0; i < packs_n; i++) {
		const struct pack_file *f = pack_find(&p, str_fmt(read_before.a, "procedures/%.*s.json", STR_ARG(slug)));
		if (str_eq(packs_read[i].id, slug) && str_eq(f->bytes, bytes)) {
			packs_hit++;
			return &packs_read[i];
		}
	}
	return NULL;
}

static bool same_entry(const struct catalogue_entry *x, const struct catalogue_entry *y)
{
	return str_eq(x->p.id, y->p.id) && str_eq(x->p.name, y->p.name) && x->p.from.day == y->p.from.day && x->p.to.day == y->p.to.day &&
	       x->p.documents_n == y->p.documents_n && x->in_force == y->in_force && x->version == y->version && str_eq(x->hash, y->hash);
}

/* What the program has read before is the same catalogue; a version of other bytes is read anew. */
TEST_BOTH(packs_read_before_are_not_read_again)
{
	struct world w = world_new(a, engine, true);
	struct err e = {0};
	struct pack p = pack_embedded();
	read_before = pack_report_on(a);
	packs_hit = 0;
	EXPECT(procedures_read(&read_before, &p, &packs_read, &packs_n));
	published(&w, "thu-mot", "9.000001", 10, day(2026, 11, 20));
	struct catalogue_config c = *catalogue_config(w.catalogue);
	c.known = known;
	struct catalogue *other;
	EXPECT_OK(catalogue_start(&other, &c, &e), e);
	EXPECT_INT(packs_hit, 72);
	const struct catalogue_view *x = catalogue_hold(w.catalogue), *y = catalogue_hold(other);
	EXPECT_INT(x->n, 73);
	EXPECT(x->n == y->n && x->n_in_force == y->n_in_force);
	for (size_t i = 0; i < x->n; i++)
		if (!same_entry(&x->entries[i], &y->entries[i]))
			FAIL("%.*s differs", STR_ARG(x->entries[i].p.id));
	catalogue_release(w.catalogue, x);
	catalogue_release(other, y);
	catalogue_stop(other);
	world_end(&w);
}

TEST_BOTH(memory_follows_acts_and_days)
{
	struct world w = world_new(a, engine, false);
	uint64_t first = catalogue_revision(w.catalogue);
	const struct catalogue_view *old = catalogue_hold(w.catalogue);
	EXPECT_INT(old->n, 0);
	published(&w, "thu-mot", "9.000001", 10, day(2026, 11, 26));
	EXPECT(catalogue_revision(w.catalogue) > first);
	const struct catalogue_view *v = catalogue_hold(w.catalogue);
	EXPECT(v->n == 1 && !v->entries[0].in_force && v->n_in_force == 0);
	EXPECT_INT(old->n, 0); /* who holds the old one still reads it */
	catalogue_release(w.catalogue, old);
	catalogue_release(w.catalogue, v);
	uint64_t second = catalogue_revision(w.catalogue);
	world_now.ms += DAY_MS;
	catalogue_refresh(w.catalogue);
	EXPECT(catalogue_revision(w.catalogue) > second);
	v = catalogue_hold(w.catalogue);
	EXPECT(v->entries[0].in_force && v->n_in_force == 1);
	catalogue_release(w.catalogue, v);
	world_end(&w);
}

/* ---- cells ---- */

TEST(every_pack_goes_through_cells_unchanged)
{
	struct pack packs = pack_embedded();
	for (size_t i = 0; i < packs.n; i++) {
		if (!str_starts(packs.files[i].name, STR("procedures/")))
			continue;
		json_t *was = json_loadb(packs.files[i].bytes.p, packs.files[i].bytes.n, 0, NULL), *now = NULL;
		struct str cells[64];
		size_t bad = 0;
		enum msg_key why;
		for (size_t k = 0; k < catalogue_columns_n; k++)
			cells[k] = column_get(a, &catalogue_columns[k], was);
		EXPECT(columns_apply(a, was, cells, &now, &bad, &why));
		EXPECT(json_equal(was, now));
		json_decref(now);
		now = NULL;
		json_t *from_nothing = NULL;
		if (!columns_apply(a, NULL, cells, &from_nothing, &bad, &why))
			FAIL("%.*s: %s", STR_ARG(packs.files[i].name), catalogue_columns[bad].key);
		for (size_t k = 0; k < catalogue_columns_n; k++)
			EXPECT_STR(column_get(a, &catalogue_columns[k], from_nothing), cells[k]);
		json_decref(from_nothing);
		json_decref(was);
	}
}

static bool cell_fits(struct arena *a, const char *key, struct str value)
{
	struct str cells[64] = {{0}};
	struct str pack = world_pack(a, "thu-mot", "", 10);
	json_t *was = json_loadb(pack.p, pack.n, 0, NULL), *now = NULL;
	size_t bad = 0;
	enum msg_key why;
	for (size_t k = 0; k < catalogue_columns_n; k++)
		if (str_eq(str_from(catalogue_columns[k].key), str_from(key)))
			cells[k] = value;
	bool ok = columns_apply(a, was, cells, &now, &bad, &why);
	EXPECT(ok || str_eq(str_from(catalogue_columns[bad].key), str_from(key)));
	json_decref(was);
	json_decref(now);
	return ok;
}

TEST(cells_that_do_not_fit_are_refused)
{
	EXPECT(!cell_fits(a, "documents", STR("Đơn | một | 0")));
	EXPECT(!cell_fits(a, "documents", STR("Đơn | -1")));
	EXPECT(!cell_fits(a, "documents", STR(" | 1 | 0")));
	EXPECT(!cell_fits(a, "documents", STR("a | 1 | 0 | b | c | d")));
	EXPECT(!cell_fits(a, "fees", STR("phí | Phí | 99999999999999999999")));
	EXPECT(!cell_fits(a, "deadline_number", STR("10001")));
	EXPECT(!cell_fits(a, "deadline_number", STR("mười")));
	EXPECT(!cell_fits(a, "deadline_unit", STR("tuần")));
	EXPECT(!cell_fits(a, "name", STR("")));
	EXPECT(cell_fits(a, "documents", STR("Đơn\n\n  Bản sao | | 2  ")));
	EXPECT(cell_fits(a, "fees", STR("phí | Phí | 1.200.000 | hồ sơ | TT 1/2020 | ghi chú")));
	EXPECT(cell_fits(a, "deadline_unit", STR("")));
	EXPECT(cell_fits(a, "applicants", STR("")));
}

TEST(what_is_filled_in_is_no_longer_missing)
{
	struct str pack = world_pack(a, "thu-mot", "", 10), cells[64] = {{0}};
	json_t *was = json_loadb(pack.p, pack.n, 0, NULL), *now = NULL;
	json_object_set_new(was, "missing", json_pack("[s,s,s]", "conditions", "fees.amount", "contact"));
	size_t bad = 0;
	enum msg_key why;
	for (size_t k = 0; k < catalogue_columns_n; k++)
		if (str_eq(str_from(catalogue_columns[k].key), STR("conditions")))
			cells[k] = STR("Có đủ nhân viên");
	EXPECT(columns_apply(a, was, cells, &now, &bad, &why));
	EXPECT_INT(json_array_size(json_object_get(now, "missing")), 2);
	EXPECT_INT(json_integer_value(json_object_get(now, "revision")), json_integer_value(json_object_get(was, "revision")) + 1);
	json_decref(was);
	json_decref(now);
}
