/* catalogue_world.c — see catalogue_world.h. */
#include "catalogue/catalogue_world.h"
#include "core/log/log.h"
#include "form/form.h"
#include <stdlib.h>

struct instant world_now = {1795590000000};
static struct id_source ids;
static void now_is(void *ctx, struct instant *out) { (void)ctx; *out = world_now; }
static struct instant clock_is(void) { return world_now; }

const struct actor specialist = {.roles = ROLE_BIT(ROLE_SPECIALIST), .account = 101, .person = 1};
const struct actor other_specialist = {.roles = ROLE_BIT(ROLE_SPECIALIST), .account = 105, .person = 5};
const struct actor head = {.roles = ROLE_BIT(ROLE_HEAD), .account = 102, .person = 2};
const struct actor director = {.roles = ROLE_BIT(ROLE_DIRECTOR), .account = 103, .person = 3};
const struct actor admin = {.roles = ROLE_BIT(ROLE_ADMIN), .account = 104, .person = 4};
const struct actor citizen = {.roles = ROLE_BIT(ROLE_CITIZEN), .account = 201, .person = 0};

struct catalogue *catalogue_of(const struct request *r) { return ((struct world *)r->app)->catalogue; }

struct act { act_fn *fn; void *ctx; };

static bool apply(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	return x->fn(job->env, x->ctx, e);
}

bool world_act(struct world *w, const struct actor *who, act_fn *fn, void *ctx, struct err *e)
{
	struct act x = {fn, ctx};
	struct env env = {.arena = w->a, .actor = who};
	struct write_job job = {.env = &env, .apply = apply, .ctx = &x};
	bool ok = writer_run(w->writer, &job, e);
	catalogue_refresh(w->catalogue);
	return ok;
}

static bool do_seed(struct env *env, void *ctx, struct err *e) { (void)ctx; return catalogue_seed(env, e); }

static struct db *check_out(void *app)
{
	struct err e = {0};
	struct db *db = db_checkout(((struct world *)app)->pool, &e);
	CHECK(db != NULL);
	return db;
}
static void check_in(void *app, struct db *db) { db_checkin(((struct world *)app)->pool, db); }
static uint64_t revision(void *app) { return catalogue_revision(((struct world *)app)->catalogue); }

/* One form with a text and a file, whatever the procedure: how forms are joined to procedures is the dossier slice's. */
static struct eform *world_form;
static json_t *form_pack, *form_documents;

static void make_form(struct arena *a)
{
	struct err e = {0};
	form_pack = json_loads("{\"format\":1,\"id\":\"thu\",\"title\":\"Thử\",\"form_code\":\"01\",\"sections\":[{\"key\":\"a\",\"title\":\"A\",\"fields\":["
	                       "{\"key\":\"ten\",\"kind\":\"text\",\"label\":\"Tên\",\"required\":true}]}]}", 0, NULL);
	form_documents = json_loads("[{\"name\":\"Đơn\",\"condition\":null}]", 0, NULL);
	world_form = eform_load(a, form_pack, form_documents, &e);
	EXPECT_OK(world_form != NULL, e);
}

static bool forms(void *ctx, struct arena *a, const struct procedure *p, struct date today, struct catalogue_forms *out)
{
	struct eform_context c = {.today = today};
	(void)ctx;
	if (p->forms.n == 0)
		return false;
	*out = (struct catalogue_forms){&world_form, 1, eform_example(a, world_form, &c)};
	return true;
}

static struct http_test *pages(struct world *w)
{
	static struct http_config c;
	c = http_config_usual();
	c.tables = &catalogue_routes;
	c.n_tables = 1;
	struct err e = {0};
	EXPECT_OK(blob_store_new(&w->blobs, str_fmt(w->a, "%s/blobs", test_temp_dir(w->a).p), NULL, &e), e);
	c.blobs = w->blobs;
	c.sign_in_path = "/dang-nhap";
	c.hooks = (struct http_hooks){.say = page_say, .error_page = page_error_page, .db_checkout = check_out, .db_checkin = check_in, .revision = revision};
	page_fault_say(c.fault_say);
	c.writer = w->writer;
	c.submit = writer_submit;
	c.app = w;
	return http_test_new(w->a, &c);
}

struct world world_new(struct arena *a, enum db_engine engine, bool seed)
{
	static struct world w;
	struct err e = {0};
	w = (struct world){.a = a, .db = test_db(a, engine)};
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	cfg.now = now_is;
	EXPECT_OK(writer_start(&w.writer, &cfg, &e), e);
	w.pool = db_pool_new(engine, test_db_place(), 3);
	w.env = (struct env){.arena = a, .db = w.db, .actor = &actor_program, .now = world_now, .ids = &ids};
	struct catalogue_config c = {.pool = w.pool, .clock = clock_is, .origin = STR("https://mau.example"), .forms = forms};
	EXPECT_OK(catalogue_start(&w.catalogue, &c, &e), e);
	if (seed)
		EXPECT_OK(world_act(&w, &actor_program, do_seed, NULL, &e), e);
	make_form(a);
	w.http = pages(&w);
	return w;
}

void world_end(struct world *w)
{
	http_test_free(w->http);
	blob_store_free(w->blobs);
	catalogue_stop(w->catalogue);
	writer_stop(w->writer);
	db_pool_free(w->pool);
	eform_done(world_form);
	json_decref(form_pack);
	json_decref(form_documents);
}

struct test_answer world_get(struct world *w, const struct actor *who, const char *path)
{
	return http_test_send(w->http, &(struct test_request){.method = HTTP_GET, .path = path, .actor = who});
}

struct test_answer world_post(struct world *w, const struct actor *who, const char *path, const char *form)
{
	return http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = path, .actor = who, .form = form});
}

struct str world_pack(struct arena *a, const char *slug, const char *code, int days)
{
	struct str cells[64] = {{0}};
	struct buf number = buf_on(a);
	buf_fmt(&number, "%d", days);
	const struct { const char *key; struct str value; } given[] = {
		{"slug", str_from(slug)}, {"name", STR("Cấp giấy phép thử")}, {"code", str_from(code)}, {"field", STR("Thử nghiệm")}, {"field_code", STR("thu-nghiem")},
		{"applicants", STR("Tổ chức, cá nhân")}, {"steps", STR("Nộp\nNhận")}, {"deadline_words", STR("theo ngày làm việc")}, {"deadline_number", buf_str(&number)},
		{"deadline_unit", STR("working_day")}, {"documents", STR("Đơn đề nghị | 1 | 0 | Mẫu 01\nBản sao")}, {"fees", STR("phí | Phí thẩm định | 1.200.000 | hồ sơ")},
		{"process", STR("mot-cua-chuan")}, {"result_template", STR("gp-bx")},
	};
	for (size_t i = 0; i < catalogue_columns_n; i++)
		for (size_t k = 0; k < ARRAY_LEN(given); k++)
			if (str_eq(str_from(catalogue_columns[i].key), str_from(given[k].key)))
				cells[i] = given[k].value.p ? given[k].value : STR("");
	json_t *pack = NULL;
	size_t bad = 0;
	enum msg_key why;
	EXPECT(columns_apply(a, NULL, cells, &pack, &bad, &why));
	struct str bytes = columns_pack(a, pack);
	json_decref(pack);
	return bytes;
}
