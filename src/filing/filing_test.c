/* filing_test.c — the applicant's routes, request in and answer out, on both engines. Accounts are the test's own. */
#include "account/account.h"
#include "core/http/http_testing.h"
#include "core/i18n/i18n.h"
#include "core/log/log.h"
#include "core/page/page.h"
#include "core/page/part.h"
#include "core/scan/scan_testing.h"
#include "dossier/dossier_testing.h"
#include "filing/filing_internal.h"
#include "track/track.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- accounts: two citizens and a company ---- */

static const struct { int64_t id; const char *name, *identity, *tax; enum account_kind kind; } people[] = {
	{4242, "Nguyễn Văn Mẫu", "001190000001", "", ACCOUNT_CITIZEN},
	{4343, "Trần Thị Khác", "001190000002", "", ACCOUNT_CITIZEN},
	{4444, "Công ty Mẫu", "", "0100109106", ACCOUNT_BUSINESS},
};

static void fill_account(size_t i, struct account *out)
{
	*out = (struct account){.id = {people[i].id}, .kind = people[i].kind, .active = true, .name = str_from(people[i].name),
		.phone = STR("0912345678"), .email = STR("mau@example.vn"), .tax_code = str_from(people[i].tax)};
}

bool account_get(struct env *env, struct account_id id, struct account *out, bool *found, struct err *e)
{
	(void)env;
	(void)e;
	*found = false;
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		if (people[i].id == id.v) {
			fill_account(i, out);
			*found = true;
		}
	return true;
}

bool account_identity(struct env *env, struct account_id id, struct str *out, struct err *e)
{
	(void)env;
	(void)e;
	*out = STR("");
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		if (people[i].id == id.v)
			*out = str_from(people[i].identity);
	return true;
}

static int64_t staffed; /* the one official with an account */

bool account_of_person(struct env *env, struct person_id person, struct account *out, bool *found, struct err *e)
{
	(void)env;
	(void)e;
	*out = (struct account){.person = person};
	*found = person.v != 0 && person.v == staffed;
	return true;
}

static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
static const struct actor other = {.account = 4343, .roles = ROLE_BIT(ROLE_CITIZEN)};
static const struct actor company = {.account = 4444, .roles = ROLE_BIT(ROLE_BUSINESS)};
static const struct actor portal = {.account = 9001, .roles = ROLE_BIT(ROLE_SYSTEM)};

/* ---- the world ---- */

struct world {
	struct office o;
	struct blob_store *blobs;
	struct db *reader;
	struct http_test *http;
	struct http_config cfg;
};

/* Requests are one after the other in a test, so one reading connection does. */
static struct db *checkout(void *app) { return ((struct world *)app)->reader; }
static void checkin(void *app, struct db *db)
{
	(void)app;
	(void)db;
}

static bool own_list(struct request *r, struct err *e) { return filing_api_list(r, 50, req_query(r, "cursor"), e); }

static const struct route list[] = {{.path = "/api/v1/dossiers", .page = own_list, .allow = ALLOW_APPLICANTS, .flags = ROUTE_API, .doc = DOC("as desk does it", .status = 200)}};

static void start_http(struct world *w)
{
	static struct route_table tables[3];
	tables[0] = filing_routes;
	tables[1] = track_routes;
	tables[2] = (struct route_table){"list", list, 1};
	w->cfg = http_config_usual();
	w->cfg.tables = tables;
	w->cfg.n_tables = 3;
	w->cfg.origin = "http://localhost";
	w->cfg.blobs = w->blobs;
	w->cfg.sign_in_path = "/dang-nhap";
	w->cfg.app = w;
	w->cfg.writer = w->o.w;
	w->cfg.submit = writer_submit;
	w->cfg.hooks = (struct http_hooks){.say = page_say, .error_page = page_error_page, .db_checkout = checkout, .db_checkin = checkin};
	w->cfg.rate_address[RATE_NORMAL] = w->cfg.rate_account[RATE_NORMAL] = (struct rate){0, 0};
	w->cfg.rate_address[RATE_UPLOAD] = w->cfg.rate_account[RATE_UPLOAD] = (struct rate){0, 0};
	log_set_level(LOG_ERROR);
	page_fault_say(w->cfg.fault_say);
	w->http = http_test_new(w->o.a, &w->cfg);
}

static struct world *world(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	struct world *w = NEW(a, struct world);
	struct str dir = test_temp_dir(a);
	const struct scan_config *scan = scan_testing_open(a); /* it forks: before the writer's threads */
	office_open(&w->o, a, engine, "2026-11-16T08:30:00+07:00");
	EXPECT_OK(blob_store_new(&w->blobs, str_fmt(a, "%.*s/blobs", STR_ARG(dir)), NULL, &e), e);
	w->reader = test_db_again(engine, DB_READ_ONLY);
	staffed = w->o.people.head.v;
	struct filing_config f = {.law = w->o.law, .blobs = w->blobs, .ids = &w->o.ids, .parts_dir = str_cstr(a, str_fmt(a, "%.*s/parts", STR_ARG(dir))),
		.origin = STR("https://mau.example.vn"), .strangers = true, .scan = scan,
		.bank = {.bin = STR("970436"), .account = STR("0011001234567"), .name = STR("SO KHOA HOC VA CONG NGHE")}};
	EXPECT_OK(filing_configure(&f, &e), e);
	start_http(w);
	return w;
}

static void done(struct world *w)
{
	http_test_free(w->http);
	office_close(&w->o);
	db_close(w->reader);
	blob_store_free(w->blobs);
	scan_testing_close();
}

/* The same account once an official compared its number with papers: as a session carries it. */
static struct actor proved(struct world *w, const struct actor *who, const char *number)
{
	struct actor x = *who;
	AUTO_KEY key = keyring_lookup_key(w->o.keys, LOOKUP_NUMBER);
	struct digest d = crypto_hmac((struct str){(const char *)key.b, KEY_SIZE}, str_from(number));
	x.number = str_dup(w->o.a, DIGEST_STR(d));
	return x;
}

/* ---- asking ---- */

static struct test_answer get(struct world *w, const struct actor *who, struct str path)
{
	return http_test_send(w->http, &(struct test_request){.method = HTTP_GET, .path = str_cstr(w->o.a, path), .actor = who});
}

static struct test_answer post(struct world *w, const struct actor *who, struct str path, const char *form)
{
	return http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = str_cstr(w->o.a, path), .actor = who, .form = form});
}

static bool has(const struct test_answer *x, const char *text) { return str_find(x->body, str_from(text)) >= 0; }

#define EXPECT_STATUS(x, want)                                                                                      \
	do {                                                                                                        \
		if ((x).status != (want))                                                                           \
			FAIL("status %d, not %d: %.*s", (x).status, (want), (int)((x).body.n < 1500 ? (x).body.n : 1500), (x).body.p); \
	} while (0)

static void percent(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_fmt(b, "%%%02X", (unsigned)(unsigned char)s.p[i]);
}

static struct str urlencoded(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	percent(&b, s);
	return buf_str(&b);
}

/* A draft's base path. */
static struct str begin(struct world *w, const struct actor *who, const char *procedure)
{
	static int n;
	struct test_answer x = post(w, who, str_fmt(w->o.a, "/nop-ho-so/%s", procedure), str_fmt(w->o.a, "_action=begin-%d", ++n).p);
	EXPECT_STATUS(x, 303);
	return x.location;
}

/* The page of the draft that asks for `key`. */
static struct str page_of(struct world *w, struct str base, const char *procedure, const char *key)
{
	const struct law_procedure *p = law_find(w->o.law, str_from(procedure));
	struct outline f = outline_of(w->o.a, p);
	for (size_t i = 0; i < f.n_pages; i++) {
		const struct eform_section *s = &p->forms[f.pages[i].form]->sections[f.pages[i].section];
		for (size_t k = 0; k < s->n; k++)
			if (str_eq(s->fields[k].key, str_from(key)))
				return str_fmt(w->o.a, "%.*s/muc/%zu", STR_ARG(base), i);
	}
	FAIL("no page asks for %s", key);
}

static const char pdf[] = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

static struct str multipart(struct arena *a, const char *name, const char *bytes, size_t n)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\nContent-Type: application/pdf\r\n\r\n", name);
	buf_put(&b, (struct str){bytes, n});
	buf_put(&b, STR("\r\n--B--\r\n"));
	return buf_str(&b);
}

static struct test_answer send_file(struct world *w, const struct actor *who, struct str base, size_t slot, const char *name, const char *bytes, size_t n)
{
	return http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = str_cstr(w->o.a, str_fmt(w->o.a, "%.*s/tep/%zu", STR_ARG(base), slot)),
		.actor = who, .body = multipart(w->o.a, name, bytes, n), .type = "multipart/form-data; boundary=B"});
}

/* The example's answers of a section as a form. */
static void put_value(struct world *w, struct buf *b, const json_t *v, struct str name)
{
	const char *key = NULL;
	json_t *x = NULL;
	size_t i = 0;
	if (json_is_object(v)) {
		json_object_foreach((json_t *)(uintptr_t)v, key, x)
			put_value(w, b, x, str_fmt(w->o.a, "%.*s%s%s", STR_ARG(name), name.n ? "." : "", key));
	} else if (json_is_array(v)) {
		json_array_foreach((json_t *)(uintptr_t)v, i, x) {
			if (json_is_object(x) && json_object_get(x, "file"))
				return;
			if (json_is_string(x))
				buf_fmt(b, "&%.*s.%s=1", STR_ARG(name), json_string_value(x));
			else
				put_value(w, b, x, str_fmt(w->o.a, "%.*s.%zu", STR_ARG(name), i));
		}
	} else {
		struct str text = json_is_boolean(v) ? (json_is_true(v) ? STR("co") : STR("khong")) : json_is_integer(v)
			? str_fmt(w->o.a, "%lld", (long long)json_integer_value(v)) : json_is_string(v) ? str_from(json_string_value(v)) : STR("1");
		buf_fmt(b, "&%.*s=", STR_ARG(name));
		percent(b, text);
	}
}

static const char *section_body(struct world *w, const struct law_procedure *p, const struct outline *f, size_t page)
{
	struct eform_context c = {.today = date_of(office_now()), .units = w->o.law->units};
	json_t *example = eform_example(w->o.a, p->forms[f->pages[page].form], &c);
	struct buf b = buf_on(w->o.a);
	buf_put(&b, STR("_x=1"));
	const struct eform_section *s = &p->forms[f->pages[page].form]->sections[f->pages[page].section];
	for (size_t i = 0; i < s->n; i++)
		if (json_object_get(example, s->fields[i].key.p))
			put_value(w, &b, json_object_get(example, s->fields[i].key.p), s->fields[i].key);
	json_decref(example);
	return buf_str(&b).p;
}

static const char who_body[] = "phone=0912345678&email=mau%40example.vn&address=1+Ph%E1%BB%91+M%E1%BA%ABu&principal_name=&channel_out=online";

/* Everything but the sending. */
static void fill(struct world *w, const struct actor *who, struct str base, const char *procedure)
{
	const struct law_procedure *p = law_find(w->o.law, str_from(procedure));
	struct outline f = outline_of(w->o.a, p);
	struct test_answer x = post(w, who, str_cat(w->o.a, base, STR("/nguoi-nop")), who_body);
	EXPECT_STATUS(x, 303);
	for (size_t i = 0; i < f.n_pages; i++) {
		x = post(w, who, str_fmt(w->o.a, "%.*s/muc/%zu", STR_ARG(base), i), section_body(w, p, &f, i));
		EXPECT_STATUS(x, 303);
	}
	for (size_t i = 0; i < f.n_slots; i++) {
		x = send_file(w, who, base, i, "..\\\\..\\\\etc/don.pdf", pdf, sizeof pdf - 1);
		EXPECT_STATUS(x, 303);
	}
}

static struct str between(struct str s, const char *from, char to)
{
	ptrdiff_t at = str_find(s, str_from(from));
	if (at < 0)
		return STR("");
	struct str rest = str_sub(s, (size_t)at + strlen(from), s.n), out;
	return str_next(&rest, to, &out) ? out : STR("");
}

struct filed { struct str code, secret, base; };

static struct filed file(struct world *w, const struct actor *who, const char *procedure)
{
	struct filed f = {.base = begin(w, who, procedure)};
	fill(w, who, f.base, procedure);
	struct test_answer x = get(w, who, str_cat(w->o.a, f.base, STR("/kiem-tra")));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "/gui\""));
	x = post(w, who, str_cat(w->o.a, f.base, STR("/gui")), "_action=send-1");
	EXPECT_STATUS(x, 200);
	f.code = between(x.body, "H99.90-", '<');
	f.code = str_cat(w->o.a, STR("H99.90-"), f.code);
	f.secret = between(x.body, "Mã tra cứu</dt><dd>", '<');
	return f;
}

/* ---- tests ---- */

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), filing_sql); }

TEST_BOTH(a_citizen_files_without_script)
{
	struct world *w = world(a, engine);
	struct test_answer x = get(w, &citizen, STR("/nop-ho-so/bx-cap-phep-xquang"));
	EXPECT_STATUS(x, 200);
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	EXPECT(dossier_code_ok(f.code));
	struct dossier_id id;
	struct dossier_get_row row;
	struct err e = {0};
	bool found = false;
	struct env env = office_env(&w->o);
	EXPECT(dossier_id_of(&env, f.code, &id, &found, &e) && found && dossier_load(&env, id, &row, &e));
	EXPECT_INT(row.settling_unit.v, w->o.people.division.v); /* where somebody can work on it */
	x = get(w, &citizen, STR("/ho-so-cua-toi"));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, f.code.p));
	x = get(w, &citizen, str_cat(a, STR("/ho-so/"), f.code));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "don.pdf") && !has(&x, "..\\") && has(&x, "đang kiểm tra an toàn"));
	x = get(w, &other, str_cat(a, STR("/ho-so/"), f.code));
	EXPECT_STATUS(x, 404);
	x = get(w, &citizen, f.base);
	EXPECT_STATUS(x, 404); /* the draft became the dossier */
	done(w);
}

static bool do_around(struct env *env, void *ctx, struct err *e) { return directory_demo_around(env, &((struct world *)ctx)->o.people, e); }

/* Departments and counters that sort before the one whose people sign in here get nothing. */
TEST_BOTH(of_many_agencies_the_one_that_works_here_gets_it)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct dossier_id id;
	struct dossier_get_row row;
	bool found = false;
	EXPECT_OK(office_act(&w->o, &actor_program, do_around, w, &e), e);
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct env env = office_env(&w->o);
	EXPECT(dossier_id_of(&env, f.code, &id, &found, &e) && found && dossier_load(&env, id, &row, &e));
	EXPECT_INT(row.settling_agency.v, w->o.people.department.v);
	EXPECT_INT(row.settling_unit.v, w->o.people.division.v);
	EXPECT_INT(row.receiving_unit.v, w->o.people.reception.v);
	done(w);
}

/* Before sending: an estimate where answers and rule tell all, nothing where they do not. */
TEST_BOTH(a_fee_is_estimated_only_where_it_is_known)
{
	static const struct { const char *procedure, *shows; } cases[] = {
		{"bx-cap-phep-xquang", "2.000.000 đồng / 1 thiết bị"}, {"bc-xac-nhan", "200.000 đồng / 1 lần"},
		{"bx-khai-bao-xquang", "không thu phí, lệ phí."}, {"bx-gia-han-xquang", NULL}, {"cg-dang-ky", NULL}, {"kh-dn-khcn", NULL}};
	struct world *w = world(a, engine);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str base = begin(w, &citizen, cases[i].procedure);
		struct test_answer x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
		EXPECT(!has(&x, "Phí, lệ phí dự kiến")); /* nothing is told yet */
		fill(w, &citizen, base, cases[i].procedure);
		x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
		EXPECT_STATUS(x, 200);
		if (has(&x, "Phí, lệ phí dự kiến") != (cases[i].shows != NULL) || (cases[i].shows && !has(&x, cases[i].shows)))
			FAIL("%s: estimate", cases[i].procedure);
	}
	done(w);
}

TEST_BOTH(sending_twice_is_one_dossier)
{
	struct world *w = world(a, engine);
	struct filed f = file(w, &citizen, "bx-khai-bao-xquang");
	struct test_answer x = post(w, &citizen, str_cat(a, f.base, STR("/gui")), "_action=send-1");
	EXPECT_STATUS(x, 200); /* the answer that was lost: the same page, with the secret */
	EXPECT(has(&x, f.code.p));
	x = post(w, &citizen, str_cat(a, f.base, STR("/gui")), "_action=send-2");
	EXPECT_STATUS(x, 303);
	EXPECT_STR(x.location, str_cat(a, STR("/ho-so/"), f.code));
	x = post(w, &other, str_cat(a, f.base, STR("/gui")), "_action=send-1");
	EXPECT_STATUS(x, 404);
	struct dossier_list_account_rows rows;
	struct err e = {0};
	struct env env = office_env(&w->o);
	env.actor = &citizen;
	EXPECT_OK(dossier_list_owned(&env, (struct dossier_id){INT64_MAX}, 10, &rows, &e), e);
	EXPECT_INT(rows.n, 1);
	x = get(w, &citizen, begin(w, &citizen, "bx-khai-bao-xquang"));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, f.code.p)); /* the twin is named */
	done(w);
}

TEST_BOTH(what_was_typed_comes_back)
{
	static const char *const typed[] = {"<script>alert(1)</script>", "'; drop table draft; --", "\"&<>\r\n", "../../etc/passwd", "{{ x }}%s%n", "0x1F\t"};
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), page = page_of(w, base, "bx-cap-phep-xquang", "cong_viec");
	for (size_t i = 0; i < ARRAY_LEN(typed); i++) {
		struct str v = urlencoded(a, str_from(typed[i]));
		const char *body = str_fmt(a, "ten=%.*s&dia_chi=%.*s&dien_thoai=%.*s&email=%.*s&cong_viec.0.so_luong=%.*s", STR_ARG(v), STR_ARG(v), STR_ARG(v), STR_ARG(v), STR_ARG(v)).p;
		struct test_answer x = post(w, &citizen, page, body);
		EXPECT_STATUS(x, 422);
		struct buf b = buf_on(a);
		struct html_out o = {.b = &b, .lang = LANG_VI};
		h_attr_str(&o, str_from(typed[i]));
		EXPECT(has(&x, buf_str(&b).p));
		EXPECT(!has(&x, "<script>alert"));
		EXPECT(has(&x, "id=\"errors\"") && has(&x, "aria-describedby"));
		x = post(w, &citizen, page, str_fmt(a, "%s&_sau=1", body).p);
		EXPECT_STATUS(x, 303); /* kept all the same when one goes on later */
		x = get(w, &citizen, page);
		EXPECT_STATUS(x, 200);
		EXPECT(has(&x, buf_str(&b).p));
	}
	struct test_answer x = post(w, &citizen, page, "ten=%FF%FE%00&dia_chi=%C3%28");
	EXPECT(x.status == 422 || x.status == 400);
	done(w);
}

TEST_BOTH(rows_are_added_and_removed_without_script)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), page = page_of(w, base, "bx-cap-phep-xquang", "cong_viec");
	struct test_answer x = post(w, &citizen, page, "cong_viec.0.cong_viec=mot&_them=cong_viec");
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "cong_viec.1.cong_viec") && has(&x, "\"mot\""));
	x = post(w, &citizen, page, "cong_viec.0.cong_viec=mot&cong_viec.1.cong_viec=hai&_bot=cong_viec.0");
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "\"hai\"") && !has(&x, "\"mot\"") && !has(&x, "cong_viec.1.cong_viec"));
	x = post(w, &citizen, page, "_bot=cong_viec.99999999999");
	EXPECT_STATUS(x, 200);
	x = post(w, &citizen, page, "_them=ten.khong.co");
	EXPECT_STATUS(x, 200);
	done(w);
}

TEST_BOTH(drafts_are_their_owners)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang");
	static const char *const tails[] = {"", "/nguoi-nop", "/muc/0", "/muc/0/bieu-mau", "/muc/0/tra-loi", "/tep/0", "/kiem-tra"};
	for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
		struct str path = str_cat(a, base, str_from(tails[i]));
		EXPECT_STATUS(get(w, &citizen, path), 200);
		EXPECT_STATUS(get(w, &other, path), 404);
		EXPECT_STATUS(get(w, NULL, path), 404);
	}
	EXPECT_STATUS(post(w, &other, str_cat(a, base, STR("/xoa")), "_action=x"), 404);
	EXPECT_STATUS(send_file(w, &other, base, 0, "a.pdf", pdf, sizeof pdf - 1), 404);
	EXPECT_STATUS(get(w, &citizen, str_cat(a, base, STR("/muc/99"))), 404);
	EXPECT_STATUS(get(w, &citizen, str_cat(a, base, STR("/tep/-1"))), 404);
	EXPECT_STATUS(get(w, &citizen, STR("/nop-ho-so/nhap/1")), 404);
	EXPECT_STATUS(get(w, &citizen, STR("/nop-ho-so/nhap/x")), 404);
	EXPECT_STATUS(post(w, &citizen, str_cat(a, base, STR("/xoa")), "_action=x"), 303);
	EXPECT_STATUS(get(w, &citizen, base), 404);
	done(w);
}

TEST_BOTH(a_stranger_holds_a_cookie)
{
	struct world *w = world(a, engine);
	struct test_answer x = post(w, NULL, STR("/nop-ho-so/bx-khai-bao-xquang"), "_action=s1");
	EXPECT_STATUS(x, 303);
	struct str set = test_header(&x, "Set-Cookie"), rest = set, cookie;
	EXPECT(str_find(set, STR("HttpOnly")) > 0 && str_next(&rest, ';', &cookie));
	struct test_request q = {.method = HTTP_GET, .path = str_cstr(a, x.location), .cookie = str_cstr(a, cookie)};
	EXPECT_STATUS(http_test_send(w->http, &q), 200);
	q.cookie = "__Host-ban-nhap=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; ban-nhap=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	EXPECT_STATUS(http_test_send(w->http, &q), 404);
	q.cookie = NULL;
	EXPECT_STATUS(http_test_send(w->http, &q), 404);
	struct test_request again = {.method = HTTP_POST, .path = "/nop-ho-so/bx-khai-bao-xquang", .form = "_action=s2", .cookie = str_cstr(a, cookie)};
	x = http_test_send(w->http, &again);
	EXPECT(str_starts(test_header(&x, "Set-Cookie"), cookie)); /* one token for all drafts of the browser */
	static const char *const odd[] = {"ban-nhap=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"AAAAAAAA", "ban-nhap=AAAAAAAAAAAAAAAAAAAAAA AAAAAAAAAAAAAAAAAAAAAA",
	                                  "ban-nhap=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\x7f" "AAAAAAAA", "ban-nhap=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"};
	for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
		again.cookie = odd[i];
		again.form = str_fmt(a, "_action=odd%zu", i).p;
		x = http_test_send(w->http, &again);
		EXPECT_STATUS(x, 303);
		EXPECT(!str_starts(test_header(&x, "Set-Cookie"), str_from(odd[i])));
	}
	done(w);
}

TEST_BOTH(files_that_lie_are_refused)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang");
	static const struct { const char *name, *bytes; } lies[] = {{"a.pdf", "MZ\x90 not a pdf at all"}, {"a.exe", "MZ\x90"}, {"a.pdf", "<html><script>"}, {"noname", "%PDF-1.4"}};
	for (size_t i = 0; i < ARRAY_LEN(lies); i++) {
		struct test_answer x = send_file(w, &citizen, base, 0, lies[i].name, lies[i].bytes, strlen(lies[i].bytes));
		EXPECT_STATUS(x, 422);
		EXPECT(has(&x, "aria-describedby"));
	}
	struct test_answer said = send_file(w, &citizen, base, 0, "b.pdf", "<html><script>", 14);
	EXPECT(has(&said, "Tên tệp ghi .pdf nhưng nội dung bên trong là trang web"));
	struct test_answer x = send_file(w, &citizen, base, 0, "", pdf, sizeof pdf - 1);
	EXPECT(x.status == 422 || x.status == 303);
	x = send_file(w, &citizen, base, 0, "\\u202Efdp.<b>.pdf", pdf, sizeof pdf - 1);
	EXPECT_STATUS(x, 303);
	x = get(w, &citizen, str_cat(a, base, STR("/tep/0")));
	EXPECT(!has(&x, "<b>.pdf"));
	struct str id = test_input_value(a, &x, "file");
	struct str theirs = begin(w, &other, "bx-cap-phep-xquang");
	EXPECT_STATUS(post(w, &other, str_cat(a, theirs, STR("/tep/0/bo")), str_fmt(a, "file=%.*s", STR_ARG(id)).p), 303);
	x = get(w, &citizen, str_cat(a, base, STR("/tep/0")));
	EXPECT(has(&x, "fdp")); /* another's removal took nothing */
	EXPECT_STATUS(post(w, &citizen, str_cat(a, base, STR("/tep/0/bo")), str_fmt(a, "file=%.*s", STR_ARG(id)).p), 303);
	x = get(w, &citizen, str_cat(a, base, STR("/tep/0")));
	EXPECT(!has(&x, "fdp"));
	done(w);
}

static struct test_answer patch(struct world *w, const struct actor *who, struct str url, size_t offset, struct str bytes)
{
	const char *headers[] = {"Upload-Offset", str_fmt(w->o.a, "%zu", offset).p, NULL};
	return http_test_send(w->http, &(struct test_request){.method = HTTP_PATCH, .path = str_cstr(w->o.a, url), .actor = who, .body = bytes,
		.type = "application/offset+octet-stream", .headers = headers});
}

TEST_BOTH(an_upload_goes_on_after_a_cut)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), all = {pdf, sizeof pdf - 1};
	struct test_request q = {.method = HTTP_POST, .path = str_cstr(a, str_cat(a, base, STR("/tai-len"))), .actor = &citizen,
		.json = str_fmt(a, "{\"slot\":0,\"name\":\"C:\\\\x\\\\don.pdf\",\"size\":%zu}", all.n).p};
	struct test_answer x = http_test_send(w->http, &q);
	EXPECT_STATUS(x, 201);
	struct str url = test_header(&x, "Location");
	x = patch(w, &citizen, url, 0, str_sub(all, 0, 20));
	EXPECT_STATUS(x, 204);
	struct str id = str_sub(url, base.n + strlen("/tai-len/"), url.n);
	const char *part = str_fmt(a, "%s/%.*s", filing()->parts_dir, STR_ARG(id)).p;
	char on_disk[64] = {0};
	int fd = open(part, O_RDONLY);
	EXPECT_INT(read(fd, on_disk, sizeof on_disk), 20);
	EXPECT(memcmp(on_disk, pdf, 20) != 0 && memcmp(on_disk, "%PDF", 4) != 0); /* hidden from the first piece on */
	close(fd);
	x = patch(w, &citizen, url, 5, str_sub(all, 5, 20));
	EXPECT_STATUS(x, 409);
	EXPECT_STATUS(patch(w, &other, url, 20, str_sub(all, 20, all.n)), 404);
	x = http_test_send(w->http, &(struct test_request){.method = HTTP_HEAD, .path = str_cstr(a, url), .actor = &citizen});
	EXPECT_STR(test_header(&x, "Upload-Offset"), STR("20"));
	x = patch(w, &citizen, url, 20, str_cat(a, str_sub(all, 20, all.n), STR("more than was said")));
	EXPECT_STATUS(x, 413);
	x = http_test_send(w->http, &(struct test_request){.method = HTTP_HEAD, .path = str_cstr(a, url), .actor = &citizen});
	size_t at = (size_t)strtoul(str_cstr(a, test_header(&x, "Upload-Offset")), NULL, 10);
	x = patch(w, &citizen, url, at, str_sub(all, at, all.n));
	EXPECT_STATUS(x, 204);
	x = get(w, &citizen, str_cat(a, base, STR("/tep/0")));
	EXPECT(has(&x, "don.pdf"));
	static const char *const bad[] = {"{}", "{\"slot\":-1,\"size\":5}", "{\"slot\":0,\"size\":-5}", "{\"slot\":\"0\"}", "[]", "{\"slot\":0,\"name\":\"a.pdf\",\"size\":99999999999}"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		q.json = bad[i];
		x = http_test_send(w->http, &q);
		EXPECT(x.status == 400 || x.status == 422);
	}
	done(w);
}

static const char *begin_part(struct world *w, const struct actor *who, struct str base, int size, int *status)
{
	struct test_answer x = http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = str_cstr(w->o.a, str_cat(w->o.a, base, STR("/tai-len"))), .actor = who,
		.json = str_fmt(w->o.a, "{\"slot\":0,\"name\":\"a.pdf\",\"size\":%d}", size).p});
	*status = x.status;
	return str_cstr(w->o.a, x.body);
}

/* In sum over all drafts of an account, whatever way the files come; a draft that goes makes room again. */
TEST_BOTH(unsent_files_have_a_limit_in_sum)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct filing_config c = *filing(), before = c;
	struct str one = begin(w, &citizen, "bx-cap-phep-xquang"), two = begin(w, &citizen, "bx-khai-bao-xquang"), others = begin(w, &other, "bx-cap-phep-xquang");
	int status = 0;
	c.unsent_max = 4950;
	EXPECT_OK(filing_configure(&c, &e), e);
	begin_part(w, &citizen, one, 3000, &status);
	EXPECT_INT(status, 201);
	EXPECT(strstr(begin_part(w, &citizen, two, 2001, &status), "chưa nộp") != NULL);
	EXPECT_INT(status, 422);
	begin_part(w, &citizen, two, 1900, &status);
	EXPECT_INT(status, 201);
	struct test_answer x = http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/files?name=a.pdf", .actor = &citizen, .bearer = true,
		.body = {pdf, sizeof pdf - 1}, .type = "application/octet-stream"});
	EXPECT_STATUS(x, 422);
	EXPECT(has(&x, "chưa nộp") && has(&x, "file"));
	begin_part(w, &other, others, 4000, &status);
	EXPECT_INT(status, 201);
	EXPECT_STATUS(post(w, &citizen, str_cat(a, one, STR("/xoa")), ""), 303);
	begin_part(w, &citizen, two, 2001, &status);
	EXPECT_INT(status, 201);
	EXPECT_OK(filing_configure(&before, &e), e);
	done(w);
}

/* Nobody went on with it for a day: the part is gone, and the upload begins anew. What is none of ours stays. */
TEST_BOTH(abandoned_parts_are_removed)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang");
	struct str urls[2];
	struct job_run run = {.env = office_env(&w->o)};
	run.env.now = instant_clock();
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct test_answer x = http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = str_cstr(a, str_cat(a, base, STR("/tai-len"))), .actor = &citizen,
			.json = "{\"slot\":0,\"name\":\"a.pdf\",\"size\":100}"});
		EXPECT_STATUS(x, 201);
		urls[i] = test_header(&x, "Location");
		EXPECT_STATUS(patch(w, &citizen, urls[i], 0, STR("0123456789")), 204);
	}
	const char *old = str_fmt(a, "%s/%.*s", filing()->parts_dir, STR_ARG(str_sub(urls[0], base.n + strlen("/tai-len/"), urls[0].n))).p;
	const char *other_file = str_fmt(a, "%s/README", filing()->parts_dir).p;
	struct timespec times[2] = {{.tv_sec = run.env.now.ms / 1000 - 90000}, {.tv_sec = run.env.now.ms / 1000 - 90000}};
	close(open(other_file, O_CREAT | O_WRONLY, 0600));
	EXPECT_INT(utimensat(AT_FDCWD, old, times, 0), 0);
	EXPECT_INT(utimensat(AT_FDCWD, other_file, times, 0), 0);
	EXPECT_OK(filing_job_expire.fn(&run, &e), e);
	const char *want[] = {"0", "10"};
	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct test_answer x = http_test_send(w->http, &(struct test_request){.method = HTTP_HEAD, .path = str_cstr(a, urls[i]), .actor = &citizen});
		EXPECT_STR(test_header(&x, "Upload-Offset"), str_from(want[i]));
	}
	EXPECT_INT(access(other_file, F_OK), 0);
	done(w);
}

TEST_BOTH(autosave_keeps_what_is_wrong_too)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang");
	struct str page = page_of(w, base, "bx-cap-phep-xquang", "cong_viec");
	struct test_request q = {.method = HTTP_PATCH, .path = str_cstr(a, str_cat(a, page, STR("/luu"))), .actor = &citizen, .form = "ten=n%E1%BB%ADa+ch%E1%BB%ABng&email=kh%C3%B4ng"};
	EXPECT_STATUS(http_test_send(w->http, &q), 204);
	struct test_answer x = get(w, &citizen, page);
	EXPECT(has(&x, "nửa chừng"));
	q.actor = &other;
	EXPECT_STATUS(http_test_send(w->http, &q), 404);
	x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(!has(&x, "/gui\"")); /* not ready */
	struct str more = x.body, line; /* a line a part, not one a missing answer: X-ray licences have forty */
	size_t lines = 0;
	while (str_next(&more, '\n', &line))
		lines += str_find(line, STR("ở phần này.")) >= 0;
	EXPECT(lines >= 4 && lines < 12);
	x = post(w, &citizen, str_cat(a, base, STR("/gui")), "_action=y");
	EXPECT_STATUS(x, 422);
	done(w);
}

/* In each form that asks for it, until it was answered: what was left blank stays blank. */
TEST_BOTH(what_is_known_of_the_applicant_stands_in_each_form)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), ten = page_of(w, base, "bx-cap-phep-xquang", "cong_viec");
	EXPECT_STATUS(post(w, &citizen, str_cat(a, base, STR("/nguoi-nop")), who_body), 303);
	const struct str pages[] = {ten, page_of(w, base, "bx-cap-phep-xquang", "ten_to_chuc")};
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct test_answer x = get(w, &citizen, pages[i]);
		EXPECT(has(&x, "value=\"Nguyễn Văn Mẫu\"") && has(&x, "value=\"1 Phố Mẫu\"") && has(&x, "value=\"0912345678\"") && has(&x, "được điền sẵn"));
	}
	struct test_answer x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(!has(&x, "/gui\"")); /* nobody has said so yet */
	struct test_request q = {.method = HTTP_PATCH, .path = str_cstr(a, str_cat(a, ten, STR("/luu"))), .actor = &citizen, .form = "ten=&dia_chi=&dien_thoai=&email="};
	EXPECT_STATUS(http_test_send(w->http, &q), 204);
	x = get(w, &citizen, ten);
	EXPECT(!has(&x, "Nguyễn Văn Mẫu") && !has(&x, "được điền sẵn"));
	done(w);
}

TEST_BOTH(fixed_rows_bear_their_names)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "kh2025-xet-tai-tro");
	struct test_answer x = get(w, &citizen, page_of(w, base, "kh2025-xet-tai-tro", "cong_bo"));
	EXPECT(has(&x, "Trong nước</h2>") && has(&x, "Quốc tế</h2>") && !has(&x, "value=\"cong_bo\""));
	done(w);
}

static bool expire(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return filing_expire(env, e);
}

TEST_BOTH(idle_drafts_go_after_thirty_days)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang");
	EXPECT_STATUS(send_file(w, &citizen, base, 0, "a.pdf", pdf, sizeof pdf - 1), 303);
	office_set_ms(office_now().ms + 30 * DAY_MS - 1000);
	EXPECT_OK(office_act(&w->o, &actor_program, expire, NULL, &e), e);
	EXPECT_STATUS(get(w, &citizen, base), 200);
	office_set_ms(office_now().ms + 2000);
	EXPECT_OK(office_act(&w->o, &actor_program, expire, NULL, &e), e);
	EXPECT_STATUS(get(w, &citizen, base), 404);
	done(w);
}

TEST_BOTH(withdrawn_before_acceptance)
{
	struct world *w = world(a, engine);
	struct filed f = file(w, &citizen, "bx-khai-bao-xquang");
	struct str page = str_cat(a, STR("/ho-so/"), f.code), act = str_cat(a, page, STR("/hanh-dong"));
	EXPECT_STATUS(post(w, &other, act, "action=withdraw"), 404);
	EXPECT_STATUS(post(w, &citizen, act, "action=approve"), 422); /* not among what an applicant may say */
	EXPECT_STATUS(post(w, &citizen, act, "action=rate"), 422);
	EXPECT_STATUS(post(w, &citizen, act, "action=withdraw"), 303);
	struct test_answer x = get(w, &citizen, page);
	EXPECT(has(&x, "Người nộp đã rút"));
	EXPECT_STATUS(post(w, &citizen, str_cat(a, page, STR("/sua")), "_action=z"), 409);
	done(w);
}

struct acting { struct world *w; struct dossier_act x; struct str code; };

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct acting *c = ctx;
	struct dossier_done out;
	bool found = false;
	return dossier_id_of(env, c->code, &c->x.id, &found, e) && dossier_do(env, c->w->o.law, &c->x, &out, e);
}

TEST_BOTH(asked_for_a_supplement_and_given)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct str page = str_cat(a, STR("/ho-so/"), f.code);
	struct actor counter = office_official(&w->o, w->o.people.counter);
	struct acting ask = {.w = w, .code = f.code, .x = {.action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu <b>bản vẽ</b>")}};
	EXPECT_OK(office_act(&w->o, &counter, do_act, &ask, &e), e);
	struct test_answer x = get(w, &citizen, page);
	EXPECT(has(&x, "Thiếu &lt;b&gt;bản vẽ") && has(&x, "Chờ Ông/Bà"));
	x = post(w, &citizen, str_cat(a, page, STR("/sua")), "_action=r1");
	EXPECT_STATUS(x, 303);
	struct str base = x.location;
	x = get(w, &citizen, str_cat(a, base, STR("/muc/0")));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "Nguyễn Thị Mẫu")); /* the answers are there */
	EXPECT_STATUS(send_file(w, &citizen, base, 1, "ban-ve.pdf", pdf, sizeof pdf - 1), 303);
	x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(has(&x, "/gui\""));
	x = post(w, &citizen, str_cat(a, base, STR("/gui")), "_action=r2");
	EXPECT_STATUS(x, 303);
	EXPECT_STR(x.location, page);
	x = get(w, &citizen, page);
	EXPECT(has(&x, "ban-ve.pdf") && has(&x, "Người nộp đã bổ sung"));
	done(w);
}

/* Bytes that are no text are no answer; the draft stays readable. */
TEST_BOTH(bytes_that_are_no_text_spoil_no_draft)
{
	static const char *const bytes[] = {"a%00b", "%FF%FE", "%C0%AF", "%ED%A0%80", "%00"};
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), page = str_cat(a, base, STR("/muc/0"));
	for (size_t i = 0; i < ARRAY_LEN(bytes); i++) {
		EXPECT_STATUS(post(w, &citizen, page, str_cstr(a, str_fmt(a, "_sau=1&dia_chi=%s&ten_to_chuc=Mau", bytes[i]))), 303);
		struct test_answer x = get(w, &citizen, page);
		EXPECT_STATUS(x, 200);
		EXPECT(has(&x, "value=\"Mau\""));
		EXPECT_STATUS(post(w, &citizen, page, str_cstr(a, str_fmt(a, "dia_chi=%s&ten_to_chuc=Mau", bytes[i]))), 422);
	}
	done(w);
}

static struct dossier_sent paper_sent;
static bool send_paper(struct env *env, void *ctx, struct err *e)
{
	struct world *w = ctx;
	AUTO_JSON none = json_object();
	AUTO_JSON paper = json_pack("{s:[{s:s}]}", "documents", "document", "Canary don giay");
	AUTO_KEY key = {0};
	struct dossier_sent sent;
	struct dossier_done done;
	struct dossier_new x = {.procedure = law_find(w->o.law, STR("bx-cap-phep-xquang")), .answers = none, .paper = paper, .channel_in = STR("counter"), .channel_out = STR("counter"),
		.who = {.name = STR("Nguyễn Văn Mẫu"), .identity = STR("001190000001"), .phone = STR("0912345678")}, .receiving_unit = w->o.people.reception,
		.settling_unit = w->o.people.division, .settling_agency = w->o.people.department, .code_prefix = STR("H99.90"), .account = citizen.account};
	dossier_begin(env, w->o.law, &x.id, &key, &x.wrapped_key);
	if (!dossier_send(env, w->o.law, &x, &sent, e) || !dossier_do(env, w->o.law, &(struct dossier_act){.id = sent.id, .action = ACT_ACCEPT}, &done, e))
		return false;
	paper_sent = sent;
	return true;
}

/* Accepted with its papers, typed in later by the counter on the pages of the form: then the dossier is like any other. */
TEST_BOTH(the_counter_types_in_a_paper_form)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct actor counter = office_official(&w->o, w->o.people.counter), specialist = office_official(&w->o, w->o.people.specialist);
	counter.account = 77001;
	EXPECT_OK(office_act(&w->o, &counter, send_paper, w, &e), e);
	struct str page = str_cat(a, STR("/ho-so/"), str_dup(a, paper_sent.code)), api = str_cat(a, STR("/api/v1/dossiers/"), paper_sent.code);
	struct test_answer x = get(w, &citizen, page);
	EXPECT_STATUS(x, 200);
	EXPECT(!has(&x, "/sua\""));
	EXPECT_STATUS(post(w, &citizen, str_cat(a, page, STR("/sua")), ""), 409);
	EXPECT_STATUS(post(w, &specialist, str_cat(a, page, STR("/sua")), ""), 403);
	x = post(w, &counter, str_cat(a, page, STR("/sua")), "");
	EXPECT_STATUS(x, 303);
	struct str base = x.location;
	const struct law_procedure *p = law_find(w->o.law, STR("bx-cap-phep-xquang"));
	struct outline f = outline_of(a, p);
	x = get(w, &counter, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(!has(&x, "/gui\"")); /* nothing typed yet */
	for (size_t i = 0; i < f.n_pages; i++)
		EXPECT_STATUS(post(w, &counter, str_fmt(a, "%.*s/muc/%zu", STR_ARG(base), i), section_body(w, p, &f, i)), 303);
	x = get(w, &counter, base);
	EXPECT(!has(&x, "/tep/")); /* the scans are there already */
	x = get(w, &counter, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(has(&x, "/gui\""));
	x = post(w, &counter, str_cat(a, base, STR("/gui")), "");
	EXPECT_STATUS(x, 303);
	struct env env = office_env(&w->o);
	struct dossier_get_row d;
	json_t *content = NULL;
	EXPECT_OK(dossier_load(&env, paper_sent.id, &d, &e), e);
	EXPECT_TEXT(d.state, "processing"); /* the clock and the step do not move */
	EXPECT_OK(dossier_unseal(&env, w->o.law, &d, &content, &e), e);
	EXPECT(json_object_size(json_object_get(json_object_get(content, "answers"), "don-cp-xquang")) > 3);
	EXPECT(json_array_size(json_object_get(json_object_get(content, "paper"), "documents")) == 1);
	json_decref(content);
	x = get(w, &citizen, page);
	EXPECT(has(&x, "đã nhập nội dung đơn, tờ khai giấy"));
	x = get(w, &citizen, str_cat(a, api, STR("/timeline")));
	EXPECT(has(&x, "dossier.transcribe"));
	struct filed online = file(w, &citizen, "bx-cap-phep-xquang"); /* what came online is never typed over */
	struct acting accept = {.w = w, .code = online.code, .x = {.action = ACT_ACCEPT}};
	EXPECT_OK(office_act(&w->o, &counter, do_act, &accept, &e), e);
	EXPECT_STATUS(post(w, &counter, str_fmt(a, "/ho-so/%.*s/sua", STR_ARG(online.code)), ""), 409);
	done(w);
}

/* Before acceptance: by the applicant, and by the counter for who stands there. */
TEST_BOTH(corrected_before_acceptance)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct str page = str_cat(a, STR("/ho-so/"), f.code), edit = str_cat(a, page, STR("/sua"));
	struct actor counter = office_official(&w->o, w->o.people.counter), specialist = office_official(&w->o, w->o.people.specialist);
	counter.account = 77001;
	struct test_answer mine = get(w, &citizen, page);
	EXPECT(has(&mine, "Sửa hồ sơ"));
	EXPECT_STATUS(post(w, &specialist, edit, "_action=c0"), 403);
	EXPECT_STATUS(post(w, &other, edit, "_action=c0"), 404);
	const struct actor *who[] = {&citizen, &counter};
	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct test_answer x = post(w, who[i], edit, str_cstr(a, str_fmt(a, "_action=c1%zu", i)));
		EXPECT_STATUS(x, 303);
		struct str base = x.location;
		EXPECT_STATUS(get(w, i ? &citizen : &counter, base), 404); /* a draft is its maker's */
		EXPECT_STATUS(send_file(w, who[i], base, 1, i ? "hai.pdf" : "mot.pdf", pdf, sizeof pdf - 1), 303);
		x = post(w, who[i], str_cat(a, base, STR("/gui")), str_cstr(a, str_fmt(a, "_action=c2%zu", i)));
		EXPECT_STATUS(x, 303);
		EXPECT_STR(x.location, i ? str_cat(a, STR("/ban-lam-viec/ho-so/"), f.code) : page);
	}
	struct test_answer x = get(w, &citizen, page);
	EXPECT(has(&x, "mot.pdf") && has(&x, "hai.pdf") && has(&x, "Người nộp đã sửa hồ sơ trước khi tiếp nhận"));
	struct acting accept = {.w = w, .code = f.code, .x = {.action = ACT_ACCEPT}};
	EXPECT_OK(office_act(&w->o, &counter, do_act, &accept, &e), e);
	EXPECT_STATUS(post(w, &citizen, edit, "_action=c3"), 409);
	done(w);
}

/* A result that the decider signed, and later the one with the seal. The clean file has bytes that can be sent. */
struct keeping { struct world *w; struct dossier_id id; const char *field; struct dossier_file_id file; };

static bool keep_result(struct env *env, void *ctx, struct err *e)
{
	struct keeping *k = ctx;
	struct blob_info info;
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_key(env, k->w->o.law, k->id, &key, &erased, e) || !blob_store_bytes(k->w->blobs, STR("%PDF-1.7 mau"), &(struct blob_put){.key = &key}, &info, e))
		return false;
	struct dossier_file_new f = {.field = str_from(k->field), .name = STR("ket-qua.pdf"), .blob = digest_hex(k->w->o.a, info.address),
	                             .plain_hash = digest_hex(k->w->o.a, info.plain), .type = STR("application/pdf"), .size = info.size};
	return dossier_keep_file(env, k->w->o.law, k->id, STR("result"), &f, &k->file, e);
}

TEST_BOTH(a_result_leaves_only_with_its_seal)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	bool found = false;
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct str page = str_cat(a, STR("/ho-so/"), f.code);
	struct env env = office_env(&w->o);
	struct keeping bare = {.w = w, .field = "result:signed"}, sealed = {.w = w, .field = "result:sealed"};
	EXPECT_OK(dossier_id_of(&env, f.code, &bare.id, &found, &e), e);
	sealed.id = bare.id;
	EXPECT_OK(office_act(&w->o, &actor_program, keep_result, &bare, &e), e);
	struct str bare_url = str_fmt(a, "%.*s/tep/%lld", STR_ARG(page), (long long)bare.file.v);
	struct test_answer x = get(w, &citizen, page);
	EXPECT(!has(&x, bare_url.p));
	EXPECT_STATUS(get(w, &citizen, bare_url), 404);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_result, &sealed, &e), e);
	struct str sealed_url = str_fmt(a, "%.*s/tep/%lld", STR_ARG(page), (long long)sealed.file.v);
	x = get(w, &citizen, page);
	EXPECT(has(&x, sealed_url.p) && !has(&x, bare_url.p));
	EXPECT_STATUS(get(w, &citizen, sealed_url), 200);
	EXPECT_STATUS(get(w, &citizen, bare_url), 404);
	done(w);
}

/* ---- previews ---- */

struct looks { struct world *w; struct dossier_id id; struct dossier_file_id file, opinion; size_t n; };

static struct dossier_preview_new picture(struct looks *k, const struct key *key, const char *bytes)
{
	struct blob_info info;
	struct err e = {0};
	EXPECT_OK(blob_store_bytes(k->w->blobs, str_from(bytes), &(struct blob_put){.key = key}, &info, &e), e);
	return (struct dossier_preview_new){digest_hex(k->w->o.a, info.address), 10, 20};
}

/* The first attachment and an opinion of another unit have two pages each. */
static bool keep_looks(struct env *env, void *ctx, struct err *e)
{
	struct looks *k = ctx;
	struct dossier_file_list_rows all = {0};
	struct dossier_file_new f = {.field = STR("opinion"), .name = STR("y-kien.pdf"), .blob = STR("aa"), .plain_hash = STR("aa"), .type = STR("application/pdf"), .size = 1};
	AUTO_KEY key = {0};
	bool erased = false;
	if (!q_dossier_file_list(env->db, env->arena, k->id, &all, e) || !dossier_key(env, k->w->o.law, k->id, &key, &erased, e))
		return false;
	k->file = all.v[0].id;
	if (!k->opinion.v && !dossier_keep_file(env, k->w->o.law, k->id, STR("opinion"), &f, &k->opinion, e))
		return false;
	struct dossier_preview_new v[2];
	memset(v, 0, sizeof v);
	for (size_t i = 0; i < k->n && !erased; i++)
		v[i] = picture(k, &key, i ? "\xff\xd8\xff page two" : "\xff\xd8\xff page one");
	return dossier_preview_keep(env, k->file, 12, v, k->n, e) && dossier_preview_keep(env, k->opinion, 12, v, k->n, e);
}

static bool scanned(struct env *env, void *ctx, struct err *e)
{
	struct looks *k = ctx;
	return dossier_file_scanned(env, k->file, true, e) && dossier_file_scanned(env, k->opinion, true, e);
}

static bool forgotten(struct env *env, void *ctx, struct err *e) { return dossier_forget(env, ((struct looks *)ctx)->id, STR("theo yêu cầu"), e); }

static size_t previews(struct world *w, struct dossier_id id)
{
	struct err e = {0};
	struct dossier_preview_list_rows rows = {0};
	EXPECT_OK(q_dossier_preview_list(w->reader, w->o.a, id, &rows, &e), e);
	return rows.n;
}

TEST_BOTH(previews_are_the_owners_until_erased)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	bool found = false;
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct looks k = {.w = w, .n = 2};
	struct env env = office_env(&w->o);
	EXPECT_OK(dossier_id_of(&env, f.code, &k.id, &found, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_looks, &k, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_looks, &k, &e), e); /* the job may run again */
	EXPECT_INT(previews(w, k.id), 4);
	struct str page = str_cat(a, STR("/ho-so/"), f.code);
	struct str one = str_fmt(a, "%.*s/tep/%lld/trang/1", STR_ARG(page), (long long)k.file.v), three = str_fmt(a, "%.*s/tep/%lld/trang/3", STR_ARG(page), (long long)k.file.v);
	EXPECT_STATUS(get(w, &citizen, one), 404); /* not clean yet */
	EXPECT_OK(office_act(&w->o, &actor_program, scanned, &k, &e), e);
	struct test_answer x = get(w, &citizen, one);
	EXPECT_STATUS(x, 200);
	EXPECT_TEXT(x.type, "image/jpeg");
	EXPECT(str_eq(x.body, STR("\xff\xd8\xff page one")) && str_find(test_header(&x, "Content-Security-Policy"), STR("sandbox")) >= 0);
	EXPECT_STATUS(get(w, &citizen, three), 404);
	EXPECT_STATUS(get(w, &other, one), 404);
	EXPECT_STATUS(get(w, &citizen, str_fmt(a, "%.*s/tep/%lld/trang/1", STR_ARG(page), (long long)k.opinion.v)), 404); /* stays in the house */
	x = get(w, &citizen, page);
	EXPECT(has(&x, one.p) && has(&x, "alt=\"Trang 1 trong 12 của") && has(&x, "Đây là 2 trang đầu trong 12 trang"));
	x = get(w, NULL, str_fmt(a, "/tra-cuu/%.*s", STR_ARG(f.code)));
	EXPECT(!has(&x, "/trang/"));
	EXPECT_OK(office_act(&w->o, &actor_program, forgotten, &k, &e), e);
	EXPECT_INT(previews(w, k.id), 0);
	EXPECT_STATUS(get(w, &citizen, one), 404);
	done(w);
}

static bool keep_none(struct env *env, void *ctx, struct err *e)
{
	struct looks *k = ctx;
	struct dossier_preview_new v = {.blob = STR("aa"), .width = 1, .height = 1};
	return dossier_preview_keep(env, k->file, 1, &v, 0, e);
}

TEST_BOTH(a_file_without_preview_says_so_and_none_comes_after_erasure)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	bool found = false;
	struct filed f = file(w, &citizen, "bx-cap-phep-xquang");
	struct looks k = {.w = w};
	struct env env = office_env(&w->o);
	EXPECT_OK(dossier_id_of(&env, f.code, &k.id, &found, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_looks, &k, &e), e); /* n 0: nothing could be drawn */
	EXPECT_OK(office_act(&w->o, &actor_program, scanned, &k, &e), e);
	struct test_answer x = get(w, &citizen, str_cat(a, STR("/ho-so/"), f.code));
	EXPECT(has(&x, "Không xem trước được") && !has(&x, "/trang/"));
	EXPECT_OK(office_act(&w->o, &actor_program, forgotten, &k, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_none, &k, &e), e); /* a job that was late */
	EXPECT_INT(previews(w, k.id), 0);
	done(w);
}

/* ---- look-up ---- */

TEST_BOTH(the_code_alone_says_little)
{
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-khai-bao-xquang");
	fill(w, &citizen, base, "bx-khai-bao-xquang");
	struct test_answer x = post(w, &citizen, str_cat(a, base, STR("/gui")), "_action=s");
	struct str code = str_cat(a, STR("H99.90-"), between(x.body, "H99.90-", '<'));
	struct str secret = between(x.body, "Mã tra cứu</dt><dd>", '<');
	EXPECT(secret.n >= 16);
	x = get(w, NULL, str_cat(a, STR("/tra-cuu/"), code));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "Đã nhận, đang chờ trả lời") && !has(&x, "Mẫu") && !has(&x, "X-quang") && !has(&x, "don.pdf"));
	x = post(w, NULL, STR("/tra-cuu"), str_fmt(a, "code=%.*s&secret=%.*s", STR_ARG(code), STR_ARG(secret)).p);
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "don.pdf") && !has(&x, "Nguyễn Văn Mẫu"));
	EXPECT(!has(&x, "?s=")); /* no link carries the secret */
	x = get(w, NULL, str_fmt(a, "/tra-cuu/%.*s?s=%.*s", STR_ARG(code), STR_ARG(secret)));
	EXPECT_STATUS(x, 303);
	EXPECT_STR(x.location, str_cat(a, STR("/tra-cuu/"), code));
	EXPECT(str_find(x.headers, STR("Referrer-Policy: no-referrer")) >= 0 && str_find(x.headers, STR("Referrer-Policy: same-origin")) < 0);
	struct str kept = test_header(&x, "Set-Cookie");
	EXPECT(str_find(kept, STR("HttpOnly")) > 0 && str_find(kept, STR("Max-Age=1800")) > 0);
	struct test_request clean = {.path = str_cstr(a, x.location), .cookie = str_cstr(a, str_sub(kept, 0, (size_t)str_find_char(kept, ';')))};
	x = http_test_send(w->http, &clean);
	EXPECT(has(&x, "don.pdf") && !has(&x, "?s="));
	clean.cookie = str_fmt(a, "t=%.*s~AAAABBBBCCCCDDDD", STR_ARG(code)).p;
	x = http_test_send(w->http, &clean);
	EXPECT_STATUS(x, 200);
	EXPECT(!has(&x, "don.pdf"));
	clean.cookie = str_fmt(a, "t=H99.90-261116-9999~%.*s", STR_ARG(secret)).p;
	x = http_test_send(w->http, &clean);
	EXPECT(!has(&x, "don.pdf"));
	x = get(w, NULL, str_fmt(a, "/tra-cuu/%.*s?s=AAAABBBBCCCCDDDD", STR_ARG(code)));
	EXPECT_STATUS(x, 303); /* a mistyped secret leaves the address as well */
	EXPECT(!test_header(&x, "Set-Cookie").n);
	x = get(w, NULL, x.location);
	EXPECT_STATUS(x, 200);
	EXPECT(!has(&x, "don.pdf") && has(&x, "không đúng"));
	EXPECT_TEXT(test_header(&x, "Referrer-Policy"), "same-origin"); /* the form below is sent with its origin */
	x = post(w, NULL, STR("/tra-cuu"), "code=%3Cscript%3E%27--&secret=");
	EXPECT_STATUS(x, 422);
	x = get(w, NULL, STR("/tra-cuu/H99.90-261116-9999"));
	EXPECT_STATUS(x, 404);
	int limited = 0;
	for (int i = 0; i < 12; i++)
		limited += get(w, NULL, str_fmt(a, "/tra-cuu/%.*s?s=WRONG%d", STR_ARG(code), i)).status == 429;
	EXPECT(limited >= 2);
	done(w);
}

/* ---- the kept part of a tracking page ---- */

static struct test_answer track(struct world *w, const struct filed *f, struct str secret, const char *query)
{
	static int n;
	struct arena *a = w->o.a;
	return http_test_send(w->http, &(struct test_request){.address = str_fmt(a, "192.0.2.%d", ++n).p, .path = str_fmt(a, "/tra-cuu/%.*s%s", STR_ARG(f->code), query).p, .cookie = str_fmt(a, "t=%.*s~%.*s", STR_ARG(f->code), STR_ARG(secret)).p});
}

struct tracked { struct world *w; struct filed f; struct looks k; };

static struct tracked tracked(struct arena *a, enum db_engine engine)
{
	struct tracked t = {.w = world(a, engine)};
	struct err e = {0};
	bool found = false;
	t.f = file(t.w, &citizen, "bx-cap-phep-xquang");
	t.k.w = t.w;
	struct env env = office_env(&t.w->o);
	EXPECT_OK(dossier_id_of(&env, t.f.code, &t.k.id, &found, &e), e);
	EXPECT(t.f.secret.n >= 16);
	page_parts_open(PAGE_PARTS_BYTES);
	return t;
}

static void tracked_done(struct tracked *t)
{
	page_parts_close();
	done(t->w);
}

static struct str whole(struct tracked *t)
{
	struct test_answer x = track(t->w, &t->f, t->f.secret, "");
	EXPECT_STATUS(x, 200);
	return x.body;
}

/* Seen from memory, and byte for byte what was made. Then `act` changes it, and the next look shows `now` and no longer `before`. */
static void expect_anew(struct tracked *t, const struct actor *who, office_fn *act, void *ctx, const char *before, const char *now)
{
	struct err e = {0};
	struct str first = whole(t);
	int64_t shown = page_parts_count().shown;
	EXPECT_STR(whole(t), first);
	EXPECT_INT(page_parts_count().shown, shown + 1);
	EXPECT(str_find(first, str_from(before)) >= 0);
	EXPECT(str_find(first, str_from(now)) < 0);
	EXPECT_OK(office_act(&t->w->o, who, act, ctx, &e), e);
	struct str after = whole(t);
	EXPECT_INT(page_parts_count().shown, shown + 1);
	EXPECT(str_find(after, str_from(now)) >= 0);
	EXPECT_STR(whole(t), after);
}

struct renaming { struct unit_id unit; struct agency_id agency; };

static bool rename_unit(struct env *env, void *ctx, struct err *e)
{
	return directory_unit_rename(env, ((struct renaming *)ctx)->unit, STR("Quầy Đổi Tên"), date_of(env->now), e);
}

static bool rename_agency(struct env *env, void *ctx, struct err *e)
{
	return directory_agency_rename(env, ((struct renaming *)ctx)->agency, STR("Trung Tâm Đổi Tên"), STR(""), date_of(env->now), e);
}

/* Writer and reader are two connections that tell each other nothing, as two nodes of one database are. */
TEST_BOTH(what_a_tracking_page_shows_makes_its_kept_part_anew)
{
	struct tracked t = tracked(a, engine);
	struct actor counter = office_official(&t.w->o, t.w->o.people.counter), admin = {.account = 1, .roles = ROLE_BIT(ROLE_ADMIN)};
	struct acting ask = {.w = t.w, .code = t.f.code, .x = {.action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ phòng")}};
	struct renaming now = {.unit = t.w->o.people.reception, .agency = t.w->o.people.centre};
	struct str file_url = str_fmt(a, "/tra-cuu/%.*s/tep/", STR_ARG(t.f.code));
	expect_anew(&t, &counter, do_act, &ask, "don.pdf", "Thiếu bản vẽ phòng");
	expect_anew(&t, &admin, rename_unit, &now, "Thiếu bản vẽ phòng", "Quầy Đổi Tên");
	expect_anew(&t, &admin, rename_agency, &now, "Quầy Đổi Tên", "Trung Tâm Đổi Tên");
	struct err e = {0};
	EXPECT_OK(office_act(&t.w->o, &actor_program, keep_looks, &t.k, &e), e);
	expect_anew(&t, &actor_program, scanned, &t.k, "don.pdf", file_url.p);
	tracked_done(&t);
}

TEST_BOTH(a_kept_part_has_its_language_and_its_day)
{
	struct tracked t = tracked(a, engine);
	struct err e = {0};
	struct str mark[2];
	(void)whole(&t);
	struct test_answer en = track(t.w, &t.f, t.f.secret, "?lang=en");
	EXPECT_INT(page_parts_count().made, 2);
	EXPECT(!has(&en, "Tệp") && str_find(whole(&t), STR("Tệp")) >= 0);
	struct env env = office_env(&t.w->o);
	EXPECT_OK(filing_mark(&env, t.k.id, &mark[0], &e), e);
	env.now.ms += DAY_MS;
	EXPECT_OK(filing_mark(&env, t.k.id, &mark[1], &e), e);
	EXPECT(!str_eq(mark[0], mark[1]));
	tracked_done(&t);
}

TEST_BOTH(without_the_secret_nothing_kept_is_shown)
{
	struct tracked t = tracked(a, engine);
	static const char *const wrong[] = {"AAAABBBBCCCCDDDD", "", "0"};
	EXPECT(str_find(whole(&t), STR("don.pdf")) >= 0);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct test_answer x = track(t.w, &t.f, str_from(wrong[i]), "");
		EXPECT_STATUS(x, 200);
		EXPECT(!has(&x, "don.pdf") && !has(&x, "/bien-nhan/"));
		x = track(t.w, &t.f, t.f.secret, "?s=AAAABBBBCCCCDDDD"); /* what is said in the address counts before the cookie */
		EXPECT_STATUS(x, 303);
		x = post(t.w, NULL, STR("/tra-cuu"), str_fmt(a, "code=%.*s&secret=%s", STR_ARG(t.f.code), wrong[i]).p);
		EXPECT(!has(&x, "don.pdf") && !has(&x, "/bien-nhan/"));
	}
	EXPECT_INT(page_parts_count().shown, 0);
	EXPECT_INT(page_parts_count().made, 1);
	tracked_done(&t);
}

static bool erased(struct env *env, void *ctx, struct err *e)
{
	struct looks *k = ctx;
	return dossier_forget(env, k->id, STR("theo yêu cầu"), e) && filing_forget(env, k->id, e);
}

TEST_BOTH(an_erasure_wipes_what_was_kept)
{
	struct tracked t = tracked(a, engine);
	struct err e = {0};
	struct filed second = file(t.w, &company, "bx-khai-bao-xquang");
	(void)whole(&t);
	(void)track(t.w, &t.f, t.f.secret, "?lang=en");
	(void)track(t.w, &second, second.secret, "");
	EXPECT_INT(page_parts_count().n, 3);
	EXPECT_OK(office_act(&t.w->o, &actor_program, erased, &t.k, &e), e);
	EXPECT_INT(page_parts_count().n, 1);
	EXPECT(str_find(whole(&t), STR("don.pdf")) < 0);
	tracked_done(&t);
}

/* ---- programs ---- */

static struct str api_file(struct world *w, const struct actor *who, const char *name, const char *bytes)
{
	struct test_answer x = http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = str_fmt(w->o.a, "/api/v1/files?name=%s", name).p, .actor = who,
		.bearer = true, .body = str_from(bytes), .type = "application/octet-stream"});
	EXPECT_STATUS(x, 201);
	return between(x.body, "\"id\":\"", '"');
}

static const char *api_body(struct world *w, const char *procedure, struct str file, const char *more)
{
	const struct law_procedure *p = law_find(w->o.law, str_from(procedure));
	struct outline f = outline_of(w->o.a, p);
	json_t *answers = law_example(w->o.a, w->o.law, p, date_of(office_now()));
	char *text = json_dumps(answers, JSON_COMPACT);
	struct buf b = buf_on(w->o.a);
	buf_fmt(&b, "{\"procedure\":\"%s\",\"answers\":%s,\"files\":[", procedure, text);
	for (size_t i = 0; i < f.n_slots; i++)
		buf_fmt(&b, "%s{\"field\":\"%.*s\",\"file\":\"%.*s\"}", i ? "," : "", STR_ARG(f.slots[i].field), STR_ARG(file));
	buf_fmt(&b, "]%s}", more);
	free(text);
	json_decref(answers);
	return buf_str(&b).p;
}

static struct test_answer api_send(struct world *w, const struct actor *who, const char *body, const char *key)
{
	const char *headers[] = {"Idempotency-Key", key, NULL};
	return http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/dossiers", .actor = who, .bearer = true, .json = body, .headers = key ? headers : NULL});
}

TEST_BOTH(a_program_files_for_its_person)
{
	struct world *w = world(a, engine);
	struct str id = api_file(w, &citizen, "a.pdf", pdf);
	const char *body = api_body(w, "bx-cap-phep-xquang", id, ",\"state\":\"done\",\"account\":1,\"code\":\"H1\",\"origin\":\"x\",\"origin_code\":\"y\",\"applicant\":{\"name\":\"Kẻ Khác\"}");
	struct test_answer x = api_send(w, &citizen, body, "k1");
	EXPECT_STATUS(x, 201);
	EXPECT(has(&x, "\"state\":\"received\"") && has(&x, "\"due\":null") && has(&x, "\"secret\"") && has(&x, "\"answer_due\":\"2026-11-17"));
	struct str code = between(x.body, "\"code\":\"", '"'), first = x.body;
	x = api_send(w, &citizen, body, "k1");
	EXPECT_STATUS(x, 201);
	EXPECT_STR(x.body, first); /* a lost answer, byte for byte */
	x = get(w, &citizen, str_cat(a, STR("/api/v1/dossiers/"), code));
	EXPECT_STATUS(x, 200);
	EXPECT(has(&x, "Nguyễn Văn Mẫu") && !has(&x, "Kẻ Khác") && !has(&x, "\"origin\""));
	EXPECT_STATUS(get(w, &other, str_cat(a, STR("/api/v1/dossiers/"), code)), 404);
	EXPECT_STATUS(get(w, &other, str_fmt(a, "/api/v1/dossiers/%.*s/timeline", STR_ARG(code))), 404);
	x = get(w, &citizen, str_fmt(a, "/api/v1/dossiers/%.*s/timeline", STR_ARG(code)));
	EXPECT(has(&x, "dossier.send"));
	x = get(w, &citizen, STR("/api/v1/dossiers"));
	EXPECT(has(&x, str_cstr(a, code)) && has(&x, "\"next\":null"));
	done(w);
}

/* The dossier is the principal's, whoever files it: the same on pages and for programs. */
TEST_BOTH(an_account_files_for_who_authorised_it)
{
	static const char *const wrong[] = {"&principal_name=A", "&principal_identity=001090012345&paper=GUQ", "&principal_name=A&principal_identity=12&paper=GUQ",
		"&principal_name=A&principal_identity=001090012345"};
	struct world *w = world(a, engine);
	struct str base = begin(w, &citizen, "bx-cap-phep-xquang"), who = str_cat(a, base, STR("/nguoi-nop"));
	fill(w, &citizen, base, "bx-cap-phep-xquang");
	const char *body = "phone=0912345678&email=&address=&channel_out=online";
	struct test_answer x;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		x = post(w, &citizen, who, str_fmt(a, "%s%s", body, wrong[i]).p);
		EXPECT_STATUS(x, 422);
		EXPECT(has(&x, "<details") && has(&x, "open"));
	}
	x = post(w, &citizen, who, str_fmt(a, "%s&principal_name=Canary+Uy+Quyen&principal_identity=001090012345&paper=GUQ+so+12", body).p);
	EXPECT_STATUS(x, 303);
	x = get(w, &citizen, who);
	EXPECT(has(&x, "Canary Uy Quyen") && has(&x, "Nguyễn Văn Mẫu") && has(&x, "GUQ so 12"));
	x = get(w, &citizen, str_cat(a, base, STR("/kiem-tra")));
	EXPECT(has(&x, "Canary Uy Quyen") && has(&x, "Nguyễn Văn Mẫu (số định danh"));
	x = post(w, &citizen, str_cat(a, base, STR("/gui")), "");
	EXPECT_STATUS(x, 200);
	struct str code = str_cat(a, STR("H99.90-"), between(x.body, "H99.90-", '<'));
	x = get(w, &citizen, str_cat(a, STR("/ho-so/"), code));
	EXPECT(has(&x, "Canary Uy Quyen") && has(&x, "Người nộp thay") && has(&x, "theo GUQ so 12"));
	x = get(w, &citizen, str_cat(a, STR("/api/v1/dossiers/"), code));
	EXPECT(has(&x, "\"name\":\"Canary Uy Quyen\"") && has(&x, "\"agent\":{\"name\":\"Nguyễn Văn Mẫu\"") && has(&x, "\"paper\":\"GUQ so 12\""));
	struct str file = api_file(w, &citizen, "a.pdf", pdf);
#define AGENT(identity, paper) ",\"applicant\":{\"name\":\"Canary Hai\",\"identity\":\"" identity "\",\"agent\":{\"name\":\"Kẻ Khác\",\"paper\":\"" paper "\"}}"
	x = api_send(w, &citizen, api_body(w, "bx-cap-phep-xquang", file, AGENT("12", "")), "u1");
	EXPECT_STATUS(x, 422);
	EXPECT(has(&x, "/applicant/identity") && has(&x, "/applicant/agent/paper"));
	x = api_send(w, &citizen, api_body(w, "bx-cap-phep-xquang", file, AGENT("001090012345", "GUQ 13")), "u2");
	EXPECT_STATUS(x, 201);
	x = get(w, &citizen, str_cat(a, STR("/api/v1/dossiers/"), between(x.body, "\"code\":\"", '"')));
	EXPECT(has(&x, "\"name\":\"Canary Hai\"") && has(&x, "\"agent\":{\"name\":\"Nguyễn Văn Mẫu\"") && !has(&x, "Kẻ Khác"));
	done(w);
}

/* Whose number is typed need not be known to who types it: what that person filed is not told to others. */
TEST_BOTH(what_another_filed_is_no_twin_for_who_types_the_number)
{
	struct world *w = world(a, engine);
	struct filed f = file(w, &citizen, "bx-khai-bao-xquang");
	struct str base = begin(w, &other, "bx-khai-bao-xquang");
	const char *who = "phone=0912345678&email=&address=&channel_out=online&principal_name=A&principal_identity=001190000001&paper=GUQ";
	struct test_answer x = post(w, &other, str_cat(a, base, STR("/nguoi-nop")), who);
	EXPECT_STATUS(x, 303);
	x = get(w, &other, base);
	EXPECT_STATUS(x, 200);
	EXPECT(!has(&x, f.code.p));
	const char *more = ",\"applicant\":{\"name\":\"A\",\"identity\":\"001190000001\",\"agent\":{\"name\":\"B\",\"paper\":\"GUQ\"}}";
	x = api_send(w, &other, api_body(w, "bx-khai-bao-xquang", api_file(w, &other, "a.pdf", pdf), more), "t1");
	EXPECT_STATUS(x, 201);
	EXPECT(has(&x, "\"twins\":[]"));
	x = get(w, &citizen, begin(w, &citizen, "bx-khai-bao-xquang"));
	EXPECT(has(&x, f.code.p));
	/* An official is warned, whoever filed. */
	struct dossier_twins_rows twins;
	struct err e = {0};
	struct env env = office_env(&w->o);
	struct actor_role held = {.role = ROLE_COUNTER, .unit = w->o.people.reception.v, .agency = w->o.people.department.v};
	env.actor = &(struct actor){.account = 7, .person = w->o.people.head.v, .roles = ROLE_BIT(ROLE_COUNTER), .held = &held, .n_held = 1};
	EXPECT_OK(dossier_twins(&env, w->o.law, STR("001190000001"), STR("bx-khai-bao-xquang"), &twins, &e), e);
	EXPECT_INT(twins.n, 2);
	done(w);
}

/* ---- who is named, while another account filed ---- */

#define PRINCIPAL "001090012345"

/* Every address of one dossier under which something of it could leave. */
static size_t addresses_of(struct world *w, struct str code, struct str *out)
{
	struct err e = {0};
	bool found = false;
	struct dossier_id id;
	struct dossier_file_list_rows files = {0};
	struct audit_entries all = {0};
	struct env env = office_env(&w->o);
	EXPECT_OK(dossier_id_of(&env, code, &id, &found, &e), e);
	EXPECT_OK(q_dossier_file_list(w->o.db, w->o.a, id, &files, &e), e);
	EXPECT_OK(dossier_timeline(&env, id, &all, &e), e);
	EXPECT(files.n > 1 && all.n > 0 && str_eq(files.v[files.n - 1].kind, STR("result")));
	struct str page = str_fmt(w->o.a, "/ho-so/%.*s", STR_ARG(code)), api = str_fmt(w->o.a, "/api/v1/dossiers/%.*s", STR_ARG(code));
	const struct str v[] = {page, str_cat(w->o.a, page, STR("/phi")), str_fmt(w->o.a, "%.*s/bien-nhan/%lld", STR_ARG(page), (long long)all.v[0].id), api,
		str_cat(w->o.a, api, STR("/timeline")), str_fmt(w->o.a, "%.*s/tep/%lld", STR_ARG(page), (long long)files.v[files.n - 1].id.v),
		str_fmt(w->o.a, "%.*s/tep/%lld/trang/1", STR_ARG(page), (long long)files.v[0].id.v)};
	memcpy(out, v, sizeof v);
	return ARRAY_LEN(v);
}

static struct str file_by_agent(struct world *w)
{
	struct str file = api_file(w, &citizen, "a.pdf", pdf);
	struct test_answer x = api_send(w, &citizen, api_body(w, "bx-cap-phep-xquang", file, AGENT(PRINCIPAL, "GUQ 14")), "agent-1");
	EXPECT_STATUS(x, 201);
	struct str code = str_dup(w->o.a, between(x.body, "\"code\":\"", '"'));
	struct looks k = {.w = w, .n = 2};
	struct err e = {0};
	bool found = false;
	struct env env = office_env(&w->o);
	EXPECT_OK(dossier_id_of(&env, code, &k.id, &found, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, keep_looks, &k, &e), e);
	EXPECT_OK(office_act(&w->o, &actor_program, scanned, &k, &e), e);
	struct keeping result = {.w = w, .id = k.id, .field = "result:sealed"};
	EXPECT_OK(office_act(&w->o, &actor_program, keep_result, &result, &e), e);
	return code;
}

static void expect_hidden(struct world *w, const struct actor *who, struct str code)
{
	struct str v[10];
	for (size_t n = addresses_of(w, code, v), i = 0; i < n; i++) {
		struct test_answer x = get(w, who, v[i]);
		if (x.status != 404 || has(&x, "Canary Hai") || has(&x, "GUQ 14"))
			FAIL("account %lld: %.*s is %d", (long long)who->account, STR_ARG(v[i]), x.status);
	}
	struct test_answer page = get(w, who, STR("/ho-so-cua-toi")), api = get(w, who, STR("/api/v1/dossiers"));
	EXPECT_STATUS(page, 200);
	EXPECT_STATUS(api, 200);
	EXPECT(str_find(page.body, code) < 0 && str_find(api.body, code) < 0);
	EXPECT_STATUS(post(w, who, str_fmt(w->o.a, "/ho-so/%.*s/hanh-dong", STR_ARG(code)), "action=withdraw"), 404);
	EXPECT_STATUS(post(w, who, str_fmt(w->o.a, "/ho-so/%.*s/sua", STR_ARG(code)), ""), 404);
}

TEST_BOTH(who_is_named_sees_what_an_agent_filed)
{
	struct world *w = world(a, engine);
	struct str code = file_by_agent(w), v[10];
	const struct actor typed = {.account = 4545, .roles = ROLE_BIT(ROLE_CITIZEN)};
	struct actor named = proved(w, &typed, PRINCIPAL), stranger = proved(w, &other, "001190000002"), firm = proved(w, &company, "0100109106");
	expect_hidden(w, &typed, code); /* the account carries the number; nobody compared it with papers */
	expect_hidden(w, &stranger, code);
	expect_hidden(w, &firm, code);
	for (size_t n = addresses_of(w, code, v), i = 0; i < n; i++) {
		int by_named = get(w, &named, v[i]).status, by_agent = get(w, &citizen, v[i]).status, by_nobody = get(w, NULL, v[i]).status;
		if (by_named != 200 || by_agent != 200 || by_nobody == 200)
			FAIL("%.*s: %d, %d, %d", STR_ARG(v[i]), by_named, by_agent, by_nobody);
	}
	struct test_answer x = get(w, &named, STR("/ho-so-cua-toi"));
	EXPECT(str_find(x.body, code) > 0);
	x = get(w, &named, STR("/api/v1/dossiers"));
	EXPECT(str_find(x.body, code) > 0);
	x = get(w, &named, v[0]);
	EXPECT(has(&x, "Canary Hai") && has(&x, "GUQ 14") && has(&x, "do tài khoản khác nộp") && !has(&x, "value=\"withdraw\"") && !has(&x, "/sua\""));
	x = get(w, &citizen, v[0]);
	EXPECT(!has(&x, "do tài khoản khác nộp") && has(&x, "value=\"withdraw\"") && has(&x, "/sua\""));
	x = get(w, &named, v[3]);
	EXPECT(has(&x, "\"actions\":[]"));
	expect_hidden(w, &typed, code); /* the same account once its number is doubted: nothing stayed behind */
	done(w);
}

TEST_BOTH(of_two_owners_the_agent_acts)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	struct str code = file_by_agent(w), page = str_fmt(a, "/ho-so/%.*s", STR_ARG(code)), act = str_cat(a, page, STR("/hanh-dong")), edit = str_cat(a, page, STR("/sua"));
	const struct actor account = {.account = 4545, .roles = ROLE_BIT(ROLE_CITIZEN)};
	struct actor named = proved(w, &account, PRINCIPAL), counter = office_official(&w->o, w->o.people.counter);
	EXPECT_STATUS(post(w, &named, act, "action=withdraw"), 403);
	struct test_answer x = post(w, &named, edit, "_action=n1");
	EXPECT_STATUS(x, 403);
	EXPECT(has(&x, "xin đến quầy tiếp nhận"));
	struct acting ask = {.w = w, .code = code, .x = {.action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ")}};
	EXPECT_OK(office_act(&w->o, &counter, do_act, &ask, &e), e);
	x = get(w, &named, page);
	EXPECT(has(&x, "Thiếu bản vẽ") && !has(&x, "Xin bấm Bổ sung"));
	EXPECT_STATUS(post(w, &named, edit, "_action=n2"), 403);
	x = post(w, &citizen, edit, "_action=c1");
	EXPECT_STATUS(x, 303);
	EXPECT_STATUS(get(w, &named, x.location), 404); /* the agent's draft is the agent's */
	x = post(w, &citizen, str_cat(a, x.location, STR("/gui")), "_action=c2");
	EXPECT_STATUS(x, 303);
	struct acting accept = {.w = w, .code = code, .x = {.action = ACT_ACCEPT}}, fee = {.w = w, .code = code, .x = {.action = ACT_DEMAND_FEE, .name = STR("Lệ phí"), .amount = {50000}, .reason = STR("Giảm"), .basis = STR("Luật 97/2015/QH13 Điều 10")}};
	EXPECT_OK(office_act(&w->o, &counter, do_act, &accept, &e), e);
	EXPECT_OK(office_act(&w->o, &counter, do_act, &fee, &e), e);
	x = get(w, &named, str_cat(a, page, STR("/phi")));
	EXPECT(has(&x, "50.000") && !has(&x, "value=\"claim_paid\""));
	x = get(w, &citizen, str_cat(a, page, STR("/phi")));
	EXPECT(has(&x, "value=\"claim_paid\""));
	EXPECT_STATUS(post(w, &named, act, "action=stop&reason=x"), 403);
	EXPECT_STATUS(post(w, &citizen, act, "action=stop&reason=x"), 303);
	x = get(w, &named, page);
	EXPECT(has(&x, " · Người nộp thay") && !has(&x, " · Người đứng tên hồ sơ"));
	x = get(w, &named, str_fmt(a, "/api/v1/dossiers/%.*s/timeline", STR_ARG(code)));
	EXPECT(has(&x, "\"by\":\"agent\"") && !has(&x, "\"by\":\"applicant\""));
	done(w);
}

TEST_BOTH(programs_get_errors_by_field)
{
	struct world *w = world(a, engine);
	struct str mine = api_file(w, &citizen, "a.pdf", pdf);
	struct test_answer x = api_send(w, &citizen, api_body(w, "bx-cap-phep-xquang", mine, ""), NULL);
	EXPECT_STATUS(x, 400); /* no key */
	x = api_send(w, &other, api_body(w, "bx-cap-phep-xquang", mine, ""), "k2");
	EXPECT_STATUS(x, 422);
	EXPECT(has(&x, "/files/0/file"));
	x = api_send(w, &citizen, "{\"procedure\":\"bx-cap-phep-xquang\",\"answers\":{\"don-cp-xquang\":{\"dien_thoai\":\"x\"}},\"files\":[{\"field\":\"none\",\"file\":1}]}", "k3");
	EXPECT_STATUS(x, 422);
	EXPECT(has(&x, "/answers/don-cp-xquang/ten\"") && has(&x, "/answers/don-cp-xquang/dien_thoai\"") && has(&x, "/files/0/field"));
	EXPECT(str_find(x.type, STR("problem+json")) >= 0);
	static const char *const bad[] = {"[]", "{}", "{\"procedure\":5}", "{\"procedure\":\"bx-cap-phep-xquang\",\"answers\":[]}", "{\"procedure\":\"bx-cap-phep-xquang\",\"answers\":{},\"files\":{}}", "nope"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		x = api_send(w, &citizen, bad[i], "k4");
		EXPECT(x.status == 422 || x.status == 400);
	}
	/* file members written by hand name nothing */
	x = api_send(w, &citizen, str_fmt(a, "{\"procedure\":\"bx-cap-phep-xquang\",\"answers\":{\"don-cp-xquang\":{\"tl3\":[{\"file\":\"%.*s\",\"type\":\"application/pdf\",\"size\":1}]}}}", STR_ARG(mine)).p, "k5");
	EXPECT(has(&x, "/tl3\""));
	x = http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/files?name=a.pdf", .actor = &citizen, .bearer = true,
		.body = STR("MZ not a pdf"), .type = "application/octet-stream"});
	EXPECT_STATUS(x, 422);
	EXPECT_STATUS(http_test_send(w->http, &(struct test_request){.method = HTTP_POST, .path = "/api/v1/files?name=a.pdf", .body = STR("x"), .type = "application/pdf"}), 401);
	done(w);
}

TEST_BOTH(the_portal_files_once_by_its_code)
{
	struct world *w = world(a, engine);
	struct str id = api_file(w, &portal, "a.pdf", pdf);
	const char *more = ",\"origin\":\"dvcqg\",\"origin_code\":\"G16-1\",\"applicant\":{\"name\":\"Nguyễn Văn Mẫu\",\"identity\":\"001190000001\",\"phone\":\"0912345678\"}";
	const char *body = api_body(w, "bx-cap-phep-xquang", id, more);
	struct test_answer x = api_send(w, &portal, body, "p1");
	EXPECT_STATUS(x, 201);
	struct str code = str_dup(a, between(x.body, "\"code\":\"", '"'));
	x = api_send(w, &portal, body, "p2"); /* another key, the same code of the portal */
	EXPECT_STATUS(x, 200);
	EXPECT_STR(between(x.body, "\"code\":\"", '"'), code);
	EXPECT(!has(&x, "\"secret\""));
	EXPECT_STATUS(get(w, &citizen, str_cat(a, STR("/ho-so/"), code)), 404); /* the number was only typed at registration */
	struct actor person = proved(w, &citizen, "001190000001");
	x = get(w, &person, str_cat(a, STR("/ho-so/"), code));
	EXPECT_STATUS(x, 200); /* the person sees it, and has it in hand: no account filed it */
	EXPECT(has(&x, "G16-1") && has(&x, "value=\"withdraw\"") && !has(&x, "do tài khoản khác nộp"));
	x = get(w, &person, STR("/api/v1/dossiers"));
	EXPECT(has(&x, str_cstr(a, code)));
	EXPECT_STATUS(post(w, &person, str_fmt(a, "/ho-so/%.*s/hanh-dong", STR_ARG(code)), "action=withdraw"), 303);
	x = api_send(w, &portal, api_body(w, "bx-cap-phep-xquang", id, ""), "p3");
	EXPECT_STATUS(x, 422);
	EXPECT(has(&x, "/origin_code") && has(&x, "/applicant/identity"));
	done(w);
}

/* A dossier of a person without an account is nobody's by account: no stranger learns its code from its number. */
TEST_BOTH(a_dossier_without_an_account_is_not_every_strangers)
{
	struct world *w = world(a, engine);
	struct err e = {0};
	bool found = false;
	struct str id = api_file(w, &portal, "a.pdf", pdf);
	const char *more = ",\"origin\":\"dvcqg\",\"origin_code\":\"G16-2\",\"applicant\":{\"name\":\"Lê Mẫu\",\"identity\":\"001190000009\",\"phone\":\"0912345678\"}";
	struct test_answer x = api_send(w, &portal, api_body(w, "bx-cap-phep-xquang", id, more), "p1");
	EXPECT_STATUS(x, 201);
	struct env env = office_env(&w->o);
	struct dossier_id d;
	EXPECT_OK(dossier_id_of(&env, str_dup(a, between(x.body, "\"code\":\"", '"')), &d, &found, &e), e);
	EXPECT(found);
	struct str path = str_fmt(a, "/nop-ho-so/nhap/%lld/gui", (long long)d.v);
	EXPECT_STATUS(post(w, NULL, path, "_action=g1"), 404);
	EXPECT_STATUS(post(w, &other, path, "_action=g2"), 404);
	done(w);
}

TEST_BOTH(every_procedure_can_be_asked_for)
{
	struct world *w = world(a, engine);
	for (size_t i = 0; i < w->o.law->n; i++) {
		const struct law_procedure *p = &w->o.law->procedures[i];
		EXPECT_STATUS(get(w, &citizen, str_cat(a, STR("/nop-ho-so/"), p->p->id)), 200);
		struct test_answer x = post(w, &citizen, str_cat(a, STR("/nop-ho-so/"), p->p->id), str_fmt(a, "_action=a%zu", i).p);
		if (!p->process || !p->n_forms) {
			EXPECT_STATUS(x, 409);
			continue;
		}
		EXPECT_STATUS(x, 303);
		EXPECT_STATUS(get(w, &citizen, x.location), 200);
		struct outline f = outline_of(a, p);
		for (size_t k = 0; k < f.n_pages; k++)
			EXPECT_STATUS(get(w, &citizen, str_fmt(a, "%.*s/muc/%zu", STR_ARG(x.location), k)), 200);
	}
	done(w);
}
