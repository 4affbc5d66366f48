/* issue_test.c — papers and results from the record to a sealed file, on both engines, with the token of the demonstration. */
#include "dossier/dossier_testing.h"
#include "dossier/result.h"
#include "issue/internal.h"
#include "issue/issue.h"
#include "issue/issue_sql.h"
#include "sign/demo_pki.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world {
	struct office o;
	struct db_pool *pool;
	struct blob_store *blobs;
	struct job_config jobs;
	struct issue_renderer *renderer;
	struct sign_client *client;
	struct trust *anchors;
	bool away; /* the token */
} w;
static struct issue_facilities facilities;
static struct sign_client_spec spec;

static void on_writer(const struct actor *actor, office_fn *fn, void *ctx)
{
	struct err e = {0};
	EXPECT_OK(office_act(&w.o, actor, fn, ctx, &e), e);
}
static struct env reader(void) { return office_env(&w.o); }
static struct actor official(struct person_id person) { return office_official(&w.o, person); }

static bool signer_key(void *self, struct arena *a, struct env *env, struct person_id person, struct pades_key *out, struct err *e)
{
	struct world *x = self;
	(void)env, (void)person;
	if (x->away)
		return err_set(e, ERR_BUSY, "token away");
	return sign_client_key(a, x->client, STR("giam-doc"), out, e);
}
static bool seal_key(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e)
{
	struct world *x = self;
	(void)env, (void)agency;
	return sign_client_key(a, x->client, STR("con-dau"), out, e);
}

static void make_keys(void)
{
	static const struct demo_person people[] = {{.label = "giam-doc", .name = "Nguyễn Văn Mẫu", .title = "Giám đốc", .organisation = "Sở Mẫu"},
		{.label = "con-dau", .name = "Sở Mẫu", .organisation = "Sở Mẫu"}};
	struct err e = {0};
	const char *dir = str_fmt(w.o.a, "%s/pki", test_temp_dir(w.o.a).p).p;
	EXPECT_OK(demo_pki_create(dir, people, ARRAY_LEN(people), &e), e);
	w.anchors = trust_load(str_fmt(w.o.a, "%s/anchors.pem", dir).p, &e);
	spec = demo_sign_spec(w.o.a, dir, str_fmt(w.o.a, "%s/src/sign/sign_helper_probe", getenv("MOTCUA_BUILD_DIR")).p, NULL);
	w.client = sign_client_open(&spec, &e);
	EXPECT(w.anchors && w.client);
}

static void start(struct arena *a, enum db_engine engine, bool with_keys)
{
	struct err e = {0};
	w.o.a = a;
	w.client = NULL;
	office_set_ms(instant_clock().ms); /* certificates are of today */
	if (with_keys)
		make_keys();
	office_open(&w.o, a, engine, NULL);
	w.pool = db_pool_new(engine, test_db_place(), 4);
	EXPECT_OK(blob_store_new(&w.blobs, str_fmt(a, "%.*s/blobs", STR_ARG(test_temp_dir(a))), NULL, &e), e);
	EXPECT_OK(issue_renderer_new(&w.renderer, &e), e);
	w.jobs = (struct job_config){.writer = w.o.w, .pool = w.pool, .kinds = issue_jobs, .n_kinds = ISSUE_JOBS - 1, .threads = 1, .now = office_now_for};
	facilities = (struct issue_facilities){.law = w.o.law, .blobs = w.blobs, .signer_key = signer_key, .seal_key = seal_key, .self = &w,
		.trust = {.signers = w.anchors, .stamps = w.anchors}, .render = issue_render, .renderer = w.renderer, .public_url = STR("https://mot-cua.example"), .demo = true};
	issue_use(&facilities);
}

static void stop(void)
{
	office_close(&w.o);
	issue_renderer_free(w.renderer);
	if (w.client) {
		sign_client_close(w.client);
		trust_free(w.anchors);
	}
	db_pool_free(w.pool);
	blob_store_free(w.blobs);
}

static int run_jobs(void)
{
	struct err e = {0};
	bool ran = true;
	int n = 0;
	for (; ran && n < 100; n++)
		EXPECT_OK(job_run_one(&w.jobs, &ran, &e), e);
	return n - 1;
}

static const char *filed = "bx-cap-phep-xquang";
static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
static bool send_one(struct env *env, void *ctx, struct err *e)
{
	struct dossier_sent *sent = ctx;
	const struct law_procedure *p = law_find(w.o.law, str_from(filed));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
		.who = {.name = STR("Phòng khám Ánh Dương"), .identity = STR("001090012345"), .address = STR("Số 1, phường Mẫu"), .phone = STR("0912345678")},
		.receiving_unit = w.o.people.reception, .settling_unit = w.o.people.division, .settling_agency = w.o.people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w.o.law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w.o.law, &x, sent, e);
	json_decref(example);
	return ok;
}

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct dossier_act *x = ctx;
	struct dossier_done done;
	return dossier_do(env, w.o.law, x, &done, e) && issue_queue(env, &done, x->id, e);
}
static void act(struct person_id who, struct dossier_act x)
{
	struct actor me = official(who);
	on_writer(&me, do_act, &x);
}

static struct dossier_sent accepted(void)
{
	struct dossier_sent s = {0};
	on_writer(&citizen, send_one, &s);
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_ACCEPT});
	return s;
}

static void decided(struct dossier_id d, const char *outcome)
{
	act(w.o.people.head, (struct dossier_act){.id = d, .action = ACT_ASSIGN, .to = w.o.people.specialist});
	act(w.o.people.specialist, (struct dossier_act){.id = d, .action = ACT_FINISH});
	act(w.o.people.specialist, (struct dossier_act){.id = d, .action = ACT_SUBMIT, .outcome = str_from(outcome), .text = STR("Điều kiện an toàn bức xạ đạt.\nGiấy phép có hiệu lực 03 năm.")});
	act(w.o.people.head, (struct dossier_act){.id = d, .action = ACT_APPROVE});
	act(w.o.people.director, (struct dossier_act){.id = d, .action = ACT_APPROVE});
}

static struct dossier_file_list_rows files(struct dossier_id d)
{
	struct err e = {0};
	struct dossier_file_list_rows rows;
	EXPECT_OK(q_dossier_file_list(w.o.db, w.o.a, d, &rows, &e), e);
	return rows;
}

/* The text of a kept file, as pdftotext reads it; *pdf: its bytes. */
static struct str text_of(const struct dossier_file_list_row *f, struct str *pdf)
{
	struct err e = {0};
	AUTO_KEY key = {0};
	bool erased;
	struct digest address;
	struct env env = reader();
	EXPECT_OK(dossier_key(&env, w.o.law, f->dossier, &key, &erased, &e), e);
	EXPECT(digest_from_hex(f->blob, &address));
	EXPECT_OK(blob_read(w.blobs, w.o.a, address, &key, 1 << 24, pdf, &e), e);
	const char *path = str_fmt(w.o.a, "%s/x.pdf", test_temp_dir(w.o.a).p).p;
	FILE *out = fopen(path, "w");
	EXPECT(out && fwrite(pdf->p, 1, pdf->n, out) == pdf->n && fclose(out) == 0);
	if (getenv("MOTCUA_KEEP_PDF")) {
		FILE *keep = fopen(str_fmt(w.o.a, "%s/%.*s.pdf", getenv("MOTCUA_KEEP_PDF"), STR_ARG(f->kind)).p, "w");
		EXPECT(keep && fwrite(pdf->p, 1, pdf->n, keep) == pdf->n && fclose(keep) == 0);
	}
	FILE *p = popen(str_fmt(w.o.a, "pdftotext -layout %s - 2>&1; pdfsig -nocert %s 2>&1", path, path).p, "r");
	EXPECT(p);
	char text[32768];
	size_t n = fread(text, 1, sizeof text, p);
	pclose(p);
	return str_dup(w.o.a, (struct str){text, n});
}
static bool has(struct str s, const char *part) { return str_find(s, str_from(part)) >= 0; }
static int count(struct str s, const char *part)
{
	int n = 0;
	for (ptrdiff_t at; (at = str_find(s, str_from(part))) >= 0; n++)
		s = str_sub(s, (size_t)at + strlen(part), s.n);
	return n;
}

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), issue_sql); }

TEST_BOTH(a_receipt_is_drawn_once_and_kept)
{
	start(a, engine, false);
	struct dossier_sent s = accepted();
	EXPECT_INT(run_jobs(), 1);
	struct dossier_file_list_rows f = files(s.id);
	EXPECT_INT(f.n, 1);
	EXPECT_TEXT(f.v[0].kind, "receipt");
	struct str pdf, text = text_of(&f.v[0], &pdf);
	EXPECT(has(text, "GIẤY TIẾP NHẬN HỒ SƠ") && has(text, s.code.p) && has(text, "Ánh Dương") && has(text, "Trần Thị Mẫu Tiếp Nhận"));
	EXPECT(has(text, "Phục vụ hành chính công tỉnh Mẫu"));
	struct dossier_get_row d;
	struct err e = {0};
	struct env env = reader();
	struct dossier_paper_list_rows papers;
	struct str again;
	EXPECT_OK(dossier_load(&env, s.id, &d, &e), e);
	EXPECT_OK(q_dossier_paper_list(w.o.db, a, s.id, &papers, &e), e);
	EXPECT_OK(issue_paper_draw(&env, &d, papers.v[0].id, &again, &e), e);
	EXPECT_STR(again, pdf); /* drawn now or by the job: the same bytes */
	struct dossier_sent other = accepted();
	EXPECT_OK(dossier_load(&env, other.id, &d, &e), e);
	EXPECT_ERR(issue_paper_draw(&env, &d, papers.v[0].id, &again, &e), e, ERR_NOT_FOUND);
	stop();
}

TEST_BOTH(each_form_says_what_happened)
{
	start(a, engine, false);
	struct dossier_sent s = {0};
	struct str pdf;
	on_writer(&citizen, send_one, &s);
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Bản vẽ phòng X-quang\nKết quả kiểm định")});
	run_jobs();
	struct str text = text_of(&files(s.id).v[0], &pdf);
	EXPECT(has(text, "BỔ SUNG") && has(text, "Bản vẽ phòng X-quang") && has(text, "Kết quả kiểm định"));
	on_writer(&citizen, send_one, &s);
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_REFUSE, .reason = STR("Không thuộc thẩm quyền")});
	run_jobs();
	text = text_of(&files(s.id).v[0], &pdf);
	EXPECT(has(text, "Không thuộc thẩm quyền") && has(text, "TỪ CHỐI"));
	s = accepted();
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_STOP, .reason = STR("Không còn nhu cầu")});
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	text = text_of(&files(s.id).v[1], &pdf);
	EXPECT(has(text, "DỪNG GIẢI QUYẾT") && has(text, s.code.p));
	struct dossier_get_row d;
	struct err e = {0};
	struct env env = reader();
	EXPECT_OK(dossier_load(&env, s.id, &d, &e), e);
	EXPECT_OK(issue_control_draw(&env, &d, &pdf, &e), e);
	EXPECT(str_starts(pdf, STR("%PDF-")));
	stop();
}

TEST_BOTH(a_result_is_signed_then_sealed)
{
	start(a, engine, true);
	struct dossier_sent s = accepted();
	decided(s.id, "result");
	w.away = true;
	run_jobs();
	struct dossier_file_list_rows f = files(s.id);
	EXPECT_INT(f.n, 1); /* the receipt; the result waits for the token */
	w.away = false;
	office_set_ms(office_now().ms + 3600000);
	run_jobs();
	f = files(s.id);
	EXPECT_INT(f.n, 2);
	struct str pdf, text = text_of(&f.v[1], &pdf);
	EXPECT(has(text, "GIẤY PHÉP") && has(text, "01/GP-SKHCN") && count(text, "Signature is Valid.") == 1);
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	run_jobs();
	f = files(s.id);
	EXPECT_INT(f.n, 3);
	EXPECT(f.v[1].replaced && !f.v[2].replaced);
	text = text_of(&f.v[2], &pdf);
	EXPECT_INT(count(text, "Signature is Valid."), 2);
	struct pdf_trust trust = facilities.trust;
	struct pdf_report report;
	trust.now = office_now();
	pdf_verify(a, pdf, &trust, &report);
	EXPECT_INT(report.n, 2);
	EXPECT_INT(report.n_findings, 0);
	EXPECT_INT(run_jobs(), 0);
	stop();
}

TEST_BOTH(a_refusal_is_a_notice_with_its_reason)
{
	start(a, engine, true);
	struct dossier_sent s = accepted();
	decided(s.id, "refuse");
	run_jobs();
	struct dossier_file_list_rows f = files(s.id);
	EXPECT_INT(f.n, 2);
	struct str pdf, text = text_of(&f.v[1], &pdf);
	EXPECT(has(text, "THÔNG BÁO") && has(text, "từ chối") && has(text, "Điều kiện an toàn bức xạ đạt."));
	stop();
}

static bool sweep(struct env *env, void *ctx, struct err *e)
{
	struct job_run run = {.env = *env};
	(void)ctx;
	return issue_jobs[ISSUE_JOBS - 1].finish(&run, e);
}
static bool do_plain(struct env *env, void *ctx, struct err *e)
{
	struct dossier_done done;
	return dossier_do(env, w.o.law, ctx, &done, e);
}

TEST_BOTH(what_nobody_queued_is_found)
{
	start(a, engine, false);
	struct dossier_sent s = {0};
	struct actor counter = official(w.o.people.counter);
	on_writer(&citizen, send_one, &s);
	on_writer(&counter, do_plain, &(struct dossier_act){.id = s.id, .action = ACT_ACCEPT});
	EXPECT_INT(run_jobs(), 0);
	on_writer(&actor_program, sweep, NULL);
	on_writer(&actor_program, sweep, NULL);
	EXPECT_INT(run_jobs(), 1);
	EXPECT_INT(files(s.id).n, 1);
	stop();
}

/* ---- every procedure has a result that leaves without blanks ---- */

/* The proposal as act_submit seals it. */
static struct str seal_fields(struct dossier_id id, json_t *fields)
{
	struct err e = {0};
	AUTO_KEY key = {0};
	bool erased;
	struct env env = reader();
	EXPECT_OK(dossier_key(&env, w.o.law, id, &key, &erased, &e), e);
	json_t *all = json_pack("{s:s,s:O}", "text", "Đủ điều kiện", "fields", fields);
	char *text = json_dumps(all, 0);
	struct str sealed = crypto_seal(w.o.a, &key, STR("proposal"), str_from(text));
	free(text);
	json_decref(all);
	return base64_encode(w.o.a, sealed.p, sealed.n);
}

static size_t wrong_of(const struct dossier_get_row *d, const json_t *fields, json_t **clean)
{
	struct err e = {0};
	struct eform_errors errors;
	struct env env = reader();
	EXPECT_OK(dossier_propose(&env, w.o.law, d, false, fields, clean, &errors, &e), e);
	for (struct eform_error *x = errors.first; x && getenv("MOTCUA_SAY"); x = x->next)
		fprintf(stderr, "%.*s %.*s %s\n", STR_ARG(d->procedure), STR_ARG(x->pointer), eform_fault_name(x->fault));
	return errors.n;
}

/* Every field that may be left out, left out. */
static json_t *least(const struct dossier_get_row *d, const json_t *full)
{
	json_t *now = json_deep_copy(full), *v, *clean = NULL;
	const char *key;
	json_object_foreach((json_t *)(uintptr_t)full, key, v) {
		json_t *kept = json_incref(json_object_get(now, key));
		json_object_set_new(now, key, json_null());
		if (wrong_of(d, now, &clean))
			json_object_set(now, key, kept);
		json_decref(kept);
		json_decref(clean);
	}
	EXPECT_INT(wrong_of(d, now, &clean), 0);
	json_decref(now);
	return clean;
}

static void keep_pdf(struct str pdf, struct str name, const char *kind)
{
	if (!getenv("MOTCUA_KEEP_PDF"))
		return;
	FILE *f = fopen(str_fmt(w.o.a, "%s/%.*s-%s.pdf", getenv("MOTCUA_KEEP_PDF"), STR_ARG(name), kind).p, "w");
	EXPECT(f && fwrite(pdf.p, 1, pdf.n, f) == pdf.n && fclose(f) == 0);
}

static void leaves_whole(struct dossier_get_row d, json_t *fields, const char *kind)
{
	struct err e = {0};
	struct env env = reader();
	struct str pdf;
	d.proposal = seal_fields(d.id, fields);
	d.outcome = STR("result");
	d.result_number = OPT_INT(7);
	d.result_day = OPT_DATE(date_of(env.now));
	d.signer = w.o.people.director;
	EXPECT_OK(draw_result(&env, &d, &pdf, &e), e);
	keep_pdf(pdf, d.procedure, kind);
}

TEST(every_procedure_has_a_result_without_blanks)
{
	start(a, DB_SQLITE, false);
	for (size_t i = 0; i < w.o.law->n; i++) {
		const struct law_procedure *p = &w.o.law->procedures[i];
		struct dossier_sent s = {0};
		struct dossier_get_row d;
		struct err e = {0};
		struct env env = reader();
		json_t *clean = NULL, *example;
		struct eform_context c = {.today = date_of(env.now), .units = w.o.law->units};
		filed = p->p->id.p;
		on_writer(&citizen, send_one, &s);
		EXPECT_OK(dossier_load(&env, s.id, &d, &e), e);
		EXPECT(p->result->fields);
		example = eform_example(a, p->result->fields, &c);
		EXPECT_INT(wrong_of(&d, example, &clean), 0);
		leaves_whole(d, clean, "full");
		json_t *few = least(&d, clean);
		leaves_whole(d, few, "least");
		json_decref(few);
		json_decref(clean);
		json_decref(example);
	}
	filed = "bx-cap-phep-xquang";
	stop();
}
