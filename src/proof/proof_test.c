/* proof_test.c — /kiem-tra on both engines, with the real process, the real token and the real time-stamp authority. */
#include "account/account.h"
#include "core/audit/audit_sql.h"
#include "core/http/http_testing.h"
#include "core/log/log.h"
#include "core/page/page.h"
#include "dossier/dossier_testing.h"
#include "filing/filing.h"
#include "proof/proof.h"
#include "sign/forge_testing.h"
#include "sign/signed_testing.h"
#include "track/track.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world {
	struct office o;
	struct signed_bench s;
	struct proof_facilities have;
	struct http_test *http;
	struct http_config cfg;
	struct blob_store *blobs;
	struct dossier_sent sent;
	int64_t counter; /* of action ids */
} w;

static struct db *checkout(void *app) { (void)app; return w.o.db; }
static void checkin(void *app, struct db *db) { (void)app, (void)db; }

static void start_http(void)
{
	static struct route_table tables[3];
	tables[0] = proof_routes, tables[1] = track_routes, tables[2] = filing_routes;
	w.cfg = http_config_usual();
	w.cfg.tables = tables;
	w.cfg.n_tables = 3;
	w.cfg.origin = "http://localhost";
	struct err e = {0};
	EXPECT_OK(blob_store_new(&w.blobs, str_fmt(w.o.a, "%.*s/blobs", STR_ARG(test_temp_dir(w.o.a))), NULL, &e), e);
	w.cfg.blobs = w.blobs;
	w.cfg.writer = w.o.w;
	w.cfg.submit = writer_submit;
	w.cfg.hooks = (struct http_hooks){.say = page_say, .error_page = page_error_page, .db_checkout = checkout, .db_checkin = checkin};
	for (int i = 0; i < RATE_COUNT; i++)
		w.cfg.rate_address[i] = w.cfg.rate_account[i] = (struct rate){0, 0};
	log_set_level(LOG_ERROR);
	page_fault_say(w.cfg.fault_say);
	w.http = http_test_new(w.o.a, &w.cfg);
}

static bool send_one(struct env *env, void *ctx, struct err *e)
{
	struct dossier_sent *sent = ctx;
	const struct law_procedure *p = law_find(w.o.law, STR("bx-cap-phep-xquang"));
	struct key key;
	struct dossier_id id;
	struct str wrapped;
	dossier_begin(env, w.o.law, &id, &key, &wrapped);
	json_t *answers = json_object();
	struct dossier_new x = {.procedure = p, .id = id, .wrapped_key = wrapped, .answers = answers, .who = {.name = STR("Canary Nguyễn"), .identity = STR("001190000001")},
		.channel_in = STR("online"), .channel_out = STR("online"), .receiving_unit = w.o.people.reception, .settling_unit = w.o.people.division,
		.settling_agency = w.o.people.department, .code_prefix = STR("H99.12")};
	bool ok = dossier_send(env, w.o.law, &x, sent, e);
	json_decref(answers);
	return ok;
}

static void start(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	w = (struct world){0};
	signed_open(&w.s, a); /* its token forks: before the writer's threads */
	w.have = (struct proof_facilities){.signers = w.s.signers_pem, .stamps = w.s.stamps_pem,
		.render = render_open(str_fmt(a, "%s/src/render/motcua-render", getenv("MOTCUA_BUILD_DIR")).p, &e)};
	EXPECT(w.have.render);
	office_set_ms(instant_clock().ms - 2 * DAY_MS);
	office_open(&w.o, a, engine, NULL);
	struct filing_config f = {.law = w.o.law, .ids = &w.o.ids, .parts_dir = str_fmt(a, "%s/parts", test_temp_dir(a).p).p, .strangers = true};
	EXPECT_OK(filing_configure(&f, &e), e);
	proof_use(&w.have);
	start_http();
	EXPECT_OK(office_act(&w.o, &actor_program, send_one, &w.sent, &e), e);
}

static void stop(void)
{
	http_test_free(w.http);
	blob_store_free(w.blobs);
	office_close(&w.o);
	render_close(w.have.render);
	signed_close(&w.s);
}

static struct test_answer bring(const char *name, struct str bytes)
{
	struct arena *a = w.o.a;
	struct str head = str_fmt(a, "--b\r\nContent-Disposition: form-data; name=\"_action\"\r\n\r\nact-%lld\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
		"Content-Type: application/octet-stream\r\n\r\n", (long long)++w.counter, name);
	static const char *const headers[] = {"Sec-Fetch-Site", "same-origin", NULL};
	return http_test_send(w.http, &(struct test_request){.method = HTTP_POST, .path = "/kiem-tra", .headers = headers,
		.body = str_cat(a, str_cat(a, head, bytes), STR("\r\n--b--\r\n")), .type = "multipart/form-data; boundary=b"});
}

static struct test_answer get(struct str path) { return http_test_send(w.http, &(struct test_request){.method = HTTP_GET, .path = str_cstr(w.o.a, path)}); }
static bool has(const struct test_answer *x, const char *text) { return str_find(x->body, str_from(text)) >= 0; }

static void expect_page(const struct test_answer *x, const char *title, const char *more)
{
	if (x->status != 200 || !has(x, title) || (more && !has(x, more)) || has(x, "Canary"))
		FAIL("status %d, \"%s\", \"%s\" in: %.*s", x->status, title, more ? more : "", (int)(x->body.n > 9000 ? 9000 : x->body.n), x->body.p);
}

#define OURS "Đúng là tệp do cơ quan phát hành"
#define REFUSED "Không nên tin tệp này"
#define SIGNED "Chữ ký hợp lệ, nhưng tệp không có trong sổ"
#define LET_THROUGH "kể cả pdfsig, vẫn báo chữ ký hợp lệ"

struct keeping { const char *kind, *field; struct str bytes; };

static bool keep(struct env *env, void *ctx, struct err *e)
{
	const struct keeping *k = ctx;
	struct str plain = digest_hex(env->arena, crypto_sha256(k->bytes));
	struct dossier_file_id id;
	struct dossier_file_new f = {.field = str_from(k->field), .name = STR("x.pdf"), .blob = plain, .plain_hash = plain, .type = STR("application/pdf"), .size = (int64_t)k->bytes.n};
	return dossier_keep_file(env, w.o.law, w.sent.id, str_from(k->kind), &f, &id, e);
}

static void issue(const char *kind, const char *field, struct str bytes)
{
	struct err e = {0};
	EXPECT_OK(office_act(&w.o, &actor_program, keep, &(struct keeping){kind, field, bytes}, &e), e);
}

TEST_BOTH(a_signed_pdf_is_told_by_its_signatures_and_by_our_register)
{
	start(a, engine);
	struct test_answer x = bring("kq.pdf", w.s.pdf);
	expect_page(&x, SIGNED, SIGNED_NAME);
	expect_page(&x, "toàn bộ tệp", SIGNED_AGENCY);
	EXPECT(has(&x, "Hợp lệ") && !has(&x, OURS) && str_eq(test_header(&x, "Cache-Control"), STR("no-store")));
	issue("result", "result:signed", w.s.pdf); /* not sealed yet: it has not left the house */
	x = bring("kq.pdf", w.s.pdf);
	expect_page(&x, SIGNED, NULL);
	struct str two = signed_again(&w.s, a, w.s.pdf);
	issue("result", "result:sealed", two);
	x = bring("<b>kq.pdf", two);
	expect_page(&x, OURS, "Kết quả giải quyết thủ tục hành chính");
	expect_page(&x, str_fmt(a, "/tra-cuu/%.*s", STR_ARG(w.sent.code)).p, "Chữ ký 2: " SIGNED_NAME);
	EXPECT(has(&x, "phần tệp có trước khi ký thêm") && !has(&x, "<b>kq.pdf"));
	/* The same with other bytes is not ours, and says why. */
	x = bring("kq.pdf", forge_replace(a, two, "%PDF-1.", "%PDF-1.5", "%PDF-1.4"));
	expect_page(&x, REFUSED, "có ít nhất một byte khác");
	EXPECT(!has(&x, OURS));
	stop();
}

/* What pdfsig lets through is said plainly. */
TEST_BOTH(changes_after_signing_and_bytes_in_the_gap_are_named)
{
	start(a, engine);
	unsigned page = forge_page(a, w.s.pdf);
	struct forge_object o = {page, forge_with(a, forge_object_text(a, w.s.pdf, page), "/Rotate 90")};
	struct test_answer x = bring("a.pdf", forge_append(a, w.s.pdf, &o, 1, ""));
	expect_page(&x, REFUSED, "bằng một lần cập nhật sau khi ký");
	EXPECT(has(&x, LET_THROUGH));
	x = bring("a.pdf", str_cat(a, w.s.pdf, STR("x")));
	expect_page(&x, REFUSED, "nằm sau chỗ kết thúc của tệp");
	EXPECT(has(&x, LET_THROUGH));
	x = bring("a.pdf", forge_cms(a, w.s.pdf, STR("0\x03\x02\x01\x01")));
	expect_page(&x, REFUSED, "Khối chữ ký không đúng cấu trúc");
	/* Anchors that know nobody: whole, but by whom is not said to be proven. */
	w.have.signers = w.have.stamps = STR("");
	x = bring("a.pdf", w.s.pdf);
	expect_page(&x, "chưa chứng minh được ai ký", "Chưa chứng minh được");
	EXPECT(!has(&x, REFUSED));
	stop();
}

TEST_BOTH(unsigned_papers_rest_on_the_register)
{
	start(a, engine);
	struct test_answer x = bring("a.pdf", w.s.plain);
	expect_page(&x, "Chưa kết luận được: tệp không có chữ ký số", NULL);
	issue("receipt", "paper:1", w.s.plain);
	x = bring("a.pdf", w.s.plain);
	expect_page(&x, OURS, "Tệp này không mang chữ ký số");
	EXPECT(has(&x, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"));
	/* What an applicant sent is nobody's business, though its bytes are known. */
	struct str theirs = str_cat(a, w.s.plain, STR("\n"));
	issue("form", "bx:tl1", theirs);
	x = bring("a.pdf", theirs);
	expect_page(&x, "Kết quả kiểm tra tệp PDF", NULL);
	EXPECT(!has(&x, OURS) && !has(&x, "/tra-cuu/H99"));
	x = bring("a.pdf", str_cat(a, str_sub(w.s.plain, 0, w.s.plain.n / 2), STR("\n%%EOF\n")));
	expect_page(&x, "không đọc chắc chắn được tệp PDF này", NULL);
	x = bring("a.pdf", STR("%PDF-1.7 and nothing more"));
	expect_page(&x, "không đọc chắc chắn được tệp PDF này", NULL);
	stop();
}

TEST_BOTH(other_files_and_hostile_ones_are_refused_at_the_field)
{
	start(a, engine);
	static const struct { const char *bytes, *says; } bad[] = {
		{"<html><script>alert(1)</script>", "Đây không phải tệp PDF hay biên nhận"}, {"", "Tệp không có nội dung"}, {"{", "Đây không phải tệp PDF hay biên nhận"},
		{"{\"format\":1}", "Đây không phải tệp PDF hay biên nhận"}, {"{\"format\":2,\"entry\":{},\"hash\":\"\"}", "Đây không phải"}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct test_answer x = bring("a.pdf", str_from(bad[i].bytes));
		if (x.status != 422 || !has(&x, bad[i].says) || !has(&x, "aria-describedby"))
			FAIL("%zu: %d %.*s", i, x.status, (int)(x.body.n > 3000 ? 3000 : x.body.n), x.body.p);
	}
	char *deep = arena_alloc(a, 1000001);
	memset(deep, '[', 1000000);
	memcpy(deep, "{\"a\":", 5);
	EXPECT_INT(bring("a.json", (struct str){deep, 1000000}).status, 422);
	char *huge = arena_alloc(a, 21 * 1024 * 1024);
	memset(huge, 'x', 21 * 1024 * 1024 - 1);
	memcpy(huge, "%PDF-", 5);
	struct test_answer x = bring("a.pdf", (struct str){huge, 21 * 1024 * 1024 - 1});
	EXPECT(x.status == 413 || x.status == 422);
	/* From another site nothing is read. */
	static const char *const elsewhere[] = {"Sec-Fetch-Site", "cross-site", NULL};
	x = http_test_send(w.http, &(struct test_request){.method = HTTP_POST, .path = "/kiem-tra", .headers = elsewhere, .body = STR("--b--\r\n"), .type = "multipart/form-data; boundary=b"});
	EXPECT_INT(x.status, 403);
	EXPECT_INT(get(STR("/kiem-tra")).status, 200);
	stop();
}

/* ---- receipts ---- */

static struct str receipt_url(void)
{
	struct err e = {0};
	struct env env = office_env(&w.o);
	struct audit_entries all = {0};
	EXPECT_OK(audit_timeline(&env, w.sent.id.v, 0, 10, &all, &e), e);
	return str_fmt(w.o.a, "/tra-cuu/%.*s/bien-nhan/%lld?s=%.*s", STR_ARG(w.sent.code), (long long)all.v[0].id, STR_ARG(w.sent.secret));
}

static bool close_days(struct env *env, void *ctx, struct err *e)
{
	bool closed = true;
	(void)ctx;
	while (closed)
		if (!audit_close_day(env, date_of(instant_clock()), &closed, e))
			return false;
	return true;
}

struct stamping { struct date day; struct digest chain; struct str token; };

static bool keep_stamp(struct env *env, void *ctx, struct err *e)
{
	struct stamping *s = ctx;
	return q_log_day_stamp(env->db, s->day, s->token, NULL, e);
}

static void stamp_days(struct arena *a)
{
	struct err e = {0};
	struct log_day_unstamped_rows rows = {0};
	EXPECT_OK(q_log_day_unstamped(w.o.db, a, &rows, &e), e);
	EXPECT(rows.n > 0);
	for (size_t i = 0; i < rows.n; i++) {
		struct stamping s = {.day = rows.v[i].day};
		memcpy(s.chain.b, rows.v[i].chain.p, DIGEST_SIZE);
		EXPECT_OK(tsa_stamp(a, &w.s.tsa, s.chain, instant_clock(), &s.token, &e), e);
		EXPECT_OK(office_act(&w.o, &actor_program, keep_stamp, &s, &e), e);
	}
}

/* What `motcua verify --receipt` calls: the same file must do for both. */
static enum receipt_state offline(struct arena *a, struct str json)
{
	struct err e = {0};
	struct receipt_report r;
	EXPECT_OK(audit_receipt_check(a, json, &r, &e), e);
	return r.state;
}

static struct str changed(struct arena *a, struct str json, const char *from, const char *to)
{
	ptrdiff_t at = str_find(json, str_from(from));
	EXPECT(at >= 0 && strlen(from) == strlen(to));
	char *p = arena_alloc(a, json.n + 1);
	memcpy(p, json.p, json.n);
	memcpy(p + at, to, strlen(to));
	return (struct str){p, json.n};
}

TEST_BOTH(a_receipt_is_open_then_closed_then_stamped)
{
	start(a, engine);
	struct err e = {0};
	struct test_answer got = get(receipt_url()), x;
	EXPECT_INT(got.status, 200);
	EXPECT(str_find(test_header(&got, "Content-Disposition"), STR("attachment; filename=\"bien-nhan-H99")) >= 0);
	EXPECT_INT(offline(a, got.body), RECEIPT_OPEN);
	x = bring("bien-nhan.json", got.body);
	expect_page(&x, "Biên nhận khớp với sổ của cơ quan", w.sent.code.p);
	EXPECT_OK(office_act(&w.o, &actor_program, close_days, NULL, &e), e);
	x = bring("bien-nhan.json", got.body);
	expect_page(&x, "Biên nhận khớp với sổ của cơ quan", NULL);
	got = get(receipt_url());
	EXPECT_INT(offline(a, got.body), RECEIPT_PROVED);
	x = bring("bien-nhan.json", got.body);
	expect_page(&x, "sổ của ngày đã khóa", "chưa có dấu thời gian");
	stamp_days(a);
	got = get(receipt_url());
	x = bring("bien-nhan.json", got.body);
	expect_page(&x, "Biên nhận đúng, đã vào sổ và được đóng dấu thời gian", "Nơi cấp dấu thời gian");
	/* An authority that nobody here knows. */
	w.have.stamps = w.s.signers_pem;
	x = bring("bien-nhan.json", got.body);
	expect_page(&x, "sổ của ngày đã khóa", "chưa xác nhận được nơi cấp");
	w.have.stamps = w.s.stamps_pem;
	x = bring("bien-nhan.json", changed(a, got.body, "dossier.send", "dossier.stop"));
	expect_page(&x, "Biên nhận đã bị sửa", NULL);
	EXPECT(!has(&x, "Việc được ghi"));
	stop();
}

static struct str forged_receipt(struct arena *a)
{
	struct audit_entry x = {.id = 77, .lane = 0, .seq = 1, .at = office_now(), .day = date_of(office_now()), .subject = w.sent.id.v, .role = STR(""), .kind = STR("dossier.accept"),
		.body = STR("{}"), .touched = STR("")};
	struct digest h = audit_entry_hash(a, &x);
	char zero[65] = {0};
	memset(zero, '0', 64);
	return str_fmt(a, "{\"format\":1,\"entry\":{\"id\":77,\"lane\":0,\"seq\":1,\"at\":%lld,\"day\":%d,\"actor\":0,\"person\":0,\"unit\":0,\"subject\":%lld,\"role\":\"\",\"kind\":\"dossier.accept\","
		"\"body\":\"{}\",\"touched\":\"\",\"prev\":\"%s\"},\"hash\":\"%.*s\",\"proof\":null}", (long long)x.at.ms, x.day.day, (long long)x.subject, zero, STR_ARG(hex_encode(a, h.b, DIGEST_SIZE)));
}

TEST_BOTH(a_receipt_that_hashes_but_is_not_in_the_record_is_refused)
{
	start(a, engine);
	EXPECT_INT(offline(a, forged_receipt(a)), RECEIPT_OPEN);
	struct test_answer x = bring("bien-nhan.json", forged_receipt(a));
	expect_page(&x, "Biên nhận không khớp với sổ của cơ quan này", NULL);
	EXPECT(!has(&x, w.sent.code.p));
	stop();
}

TEST_BOTH(receipts_are_given_to_who_holds_the_secret_and_of_that_dossier_only)
{
	start(a, engine);
	struct err e = {0};
	struct str url = receipt_url(), code = w.sent.code, secret = w.sent.secret;
	ptrdiff_t q = str_find(url, STR("?s="));
	EXPECT_INT(get(str_sub(url, 0, (size_t)q)).status, 404);
	EXPECT_INT(get(str_cat(a, str_sub(url, 0, (size_t)q), STR("?s=0000000000000000"))).status, 404);
	struct test_answer x = get(str_fmt(a, "/tra-cuu/%.*s?s=%.*s", STR_ARG(code), STR_ARG(secret)));
	EXPECT_INT(x.status, 303);
	struct str cookie = test_header(&x, "Set-Cookie");
	x = http_test_send(w.http, &(struct test_request){.path = str_cstr(a, x.location), .cookie = str_cstr(a, str_sub(cookie, 0, (size_t)str_find_char(cookie, ';')))});
	EXPECT(x.status == 200 && str_find(x.body, str_sub(url, 0, (size_t)q)) >= 0);
	x = get(str_fmt(a, "/tra-cuu/%.*s", STR_ARG(code)));
	EXPECT(x.status == 200 && !has(&x, "bien-nhan"));
	/* Another dossier's secret opens nothing here. */
	struct dossier_sent second = {0};
	EXPECT_OK(office_act(&w.o, &actor_program, send_one, &second, &e), e);
	EXPECT_INT(get(str_cat(a, str_sub(url, 0, (size_t)q), str_cat(a, STR("?s="), second.secret))).status, 404);
	struct str entry = str_sub(url, (size_t)str_find(url, STR("bien-nhan/")), (size_t)q - (size_t)str_find(url, STR("bien-nhan/")));
	EXPECT_INT(get(str_fmt(a, "/tra-cuu/%.*s/%.*s?s=%.*s", STR_ARG(second.code), STR_ARG(entry), STR_ARG(second.secret))).status, 404);
	EXPECT_INT(get(str_fmt(a, "/tra-cuu/%.*s/bien-nhan/1?s=%.*s", STR_ARG(code), STR_ARG(secret))).status, 404);
	/* As printed on papers. */
	x = get(str_fmt(a, "/tra-cuu?ma=%.*s", STR_ARG(code)));
	EXPECT_INT(x.status, 303);
	EXPECT_STR(x.location, str_fmt(a, "/tra-cuu/%.*s", STR_ARG(code)));
	x = get(STR("/tra-cuu?ma=//evil.example"));
	EXPECT_INT(x.status, 404);
	EXPECT_INT(x.location.n, 0);
	stop();
}

TEST_BOTH(tries_are_limited_by_address)
{
	start(a, engine);
	http_test_free(w.http);
	w.cfg.rate_address[RATE_LOOKUP] = (struct rate){10, 3};
	w.http = http_test_new(a, &w.cfg);
	for (int i = 0; i < 3; i++)
		EXPECT_INT(bring("a.pdf", STR("x")).status, 422);
	EXPECT_INT(bring("a.pdf", STR("x")).status, 429);
	stop();
}
