/* issue_test.c — papers and results from the record to a sealed file, on both engines, with the token of the demonstration. */
#include "dossier/dossier_testing.h"
#include "dossier/result.h"
#include "gen/messages.h"
#include "issue/internal.h"
#include "issue/issue.h"
#include "issue/issue_sql.h"
#include "render/papers.h"
#include "sign/demo_pki.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct world {
	struct office o;
	struct db_pool *pool;
	struct blob_store *blobs;
	struct job_config jobs;
	struct render *render, *dying; /* dying: whose process ends at each paper */
	struct sign_client *client;
	struct trust *anchors, *stamps;
	struct tsa_demo *tsa_server;
	struct tsa tsa;
	const char *seal_label, *signer_label; /* signer_label NULL: the token has no such key */
	bool away, sealless; /* the token; the seal */
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
	if (!x->signer_label)
		return err_set(e, ERR_NOT_FOUND, "no key for this person");
	return sign_client_key(a, x->client, str_from(x->signer_label), out, e);
}
static bool seal_key(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e)
{
	struct world *x = self;
	(void)env, (void)agency;
	if (x->sealless)
		return err_set(e, ERR_BUSY, "token away");
	return sign_client_key(a, x->client, str_from(x->seal_label), out, e);
}

static void make_keys(void)
{
	static const struct demo_person people[] = {{.label = "giam-doc", .name = "Nguyễn Văn Mẫu", .title = "Giám đốc", .organisation = "Sở Mẫu"},
		{.label = "con-dau", .name = "Sở Mẫu", .organisation = "Sở Mẫu"}, {.label = "con-dau-moi", .name = "Sở Mẫu", .organisation = "Sở Mẫu"}};
	struct err e = {0};
	const char *dir = str_fmt(w.o.a, "%s/pki", test_temp_dir(w.o.a).p).p;
	EXPECT_OK(demo_pki_create(dir, people, ARRAY_LEN(people), &e), e);
	w.anchors = trust_load(str_fmt(w.o.a, "%s/anchors.pem", dir).p, &e);
	spec = demo_sign_spec(w.o.a, dir, str_fmt(w.o.a, "%s/src/sign/sign_helper_probe", getenv("MOTCUA_BUILD_DIR")).p, NULL);
	w.client = sign_client_open(&spec, &e);
	w.tsa_server = demo_tsa_start(dir, 0, &e);
	w.stamps = trust_load(str_fmt(w.o.a, "%s/tsa/root.pem", dir).p, &e);
	if (!w.anchors || !w.client || !w.stamps || !w.tsa_server)
		FAIL("keys: %s", e.text);
	w.tsa = (struct tsa){str_fmt(w.o.a, "http://127.0.0.1:%d/", tsa_demo_port(w.tsa_server)).p, 5000, w.stamps, NULL};
}

static int64_t behind_ms; /* the clock at first */
static void start(struct arena *a, enum db_engine engine, bool with_keys)
{
	struct err e = {0};
	w.o.a = a;
	w.client = NULL;
	w.away = w.sealless = false;
	w.seal_label = "con-dau";
	w.signer_label = "giam-doc";
	office_set_ms(instant_clock().ms - behind_ms); /* certificates are of today */
	w.render = render_open(str_fmt(a, "%s/src/render/motcua-render", getenv("MOTCUA_BUILD_DIR")).p, &e); /* it forks: before the threads */
	w.dying = render_open("/bin/false", &e);
	EXPECT(w.render != NULL && w.dying != NULL);
	if (with_keys)
		make_keys();
	office_open(&w.o, a, engine, NULL);
	w.pool = db_pool_new(engine, test_db_place(), 4);
	EXPECT_OK(blob_store_new(&w.blobs, str_fmt(a, "%.*s/blobs", STR_ARG(test_temp_dir(a))), NULL, &e), e);
	w.jobs = (struct job_config){.writer = w.o.w, .pool = w.pool, .kinds = issue_jobs, .n_kinds = ISSUE_JOBS - 1, .threads = 1, .now = office_now_for};
	facilities = (struct issue_facilities){.law = w.o.law, .blobs = w.blobs, .signer_key = signer_key, .seal_key = seal_key, .self = &w,
		.tsa = with_keys ? &w.tsa : NULL, .trust = {.signers = w.anchors, .stamps = w.stamps}, .render = render_paper, .renderer = w.render, .public_url = STR("https://mot-cua.example"), .demo = true};
	issue_use(&facilities);
}

static void stop(void)
{
	office_close(&w.o);
	render_close(w.render);
	render_close(w.dying);
	if (w.client) {
		sign_client_close(w.client);
		tsa_demo_stop(w.tsa_server);
		trust_free(w.anchors);
		trust_free(w.stamps);
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
static const char *applicant_name = "Phòng khám Ánh Dương";
static struct agent sent_by; /* who filed for it */
static bool send_one(struct env *env, void *ctx, struct err *e)
{
	struct dossier_sent *sent = ctx;
	const struct law_procedure *p = law_find(w.o.law, str_from(filed));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
		.who = {.name = str_from(applicant_name), .identity = STR("001090012345"), .address = STR("Số 1, phường Mẫu"), .phone = STR("0912345678"), .agent = sent_by},
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
/* Lines joined, one space between words. */
static struct str squeezed(struct str s)
{
	struct buf b = buf_on(w.o.a);
	bool gap = false;
	for (size_t i = 0; i < s.n; i++) {
		bool space = s.p[i] == ' ' || s.p[i] == '\n' || s.p[i] == '\f';
		if (!space && gap && b.n)
			buf_char(&b, ' ');
		if (!space)
			buf_char(&b, s.p[i]);
		gap = space;
	}
	return buf_str(&b);
}
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
	EXPECT_OK(issue_sheet_draw(&env, &d, SHEET_CONTROL, 0, &pdf, &e), e);
	EXPECT(str_starts(pdf, STR("%PDF-")));
	json_t *slip = NULL; /* the end is no hand-over: no line of it, and the last line has who received */
	EXPECT_OK(issue_control_data(&env, &d, &slip, &e), e);
	const json_t *lines = json_object_get(slip, "giao_nhan"), *last = json_array_get(lines, 0);
	EXPECT_INT(json_array_size(lines), 1);
	EXPECT(json_string_length(json_object_get(last, "ben_nhan")) && json_string_length(json_object_get(last, "nguoi_nhan")));
	json_decref(slip);
	stop();
}

static struct dossier_get_row now_of(struct dossier_id id)
{
	struct err e = {0};
	struct dossier_get_row d;
	struct env env = reader();
	EXPECT_OK(dossier_load(&env, id, &d, &e), e);
	return d;
}
#define STEP_MS 61000 /* a job that waits comes back after a minute */
static void later(void) { office_set_ms(office_now().ms + STEP_MS); }

/* Good by our own rules, stamped, so many signatures. */
static struct pdf_report judged(struct str pdf, size_t n)
{
	struct pdf_trust trust = facilities.trust;
	struct pdf_report report;
	trust.now = office_now();
	pdf_verify(w.o.a, pdf, &trust, &report);
	EXPECT_TEXT(str_from(pdf_verdict_name(report.verdict)), pdf_verdict_name(PDF_GOOD));
	EXPECT_INT(report.n, n);
	for (size_t i = 0; i < report.n; i++)
		EXPECT(report.signatures[i].good && report.signatures[i].stamped && report.signatures[i].level == PDF_LEVEL_B_T);
	return report;
}

TEST_BOTH(a_result_is_signed_then_sealed)
{
	start(a, engine, true);
	struct dossier_sent s = accepted();
	decided(s.id, "result");
	run_jobs();
	struct dossier_file_list_rows f = files(s.id);
	EXPECT_INT(f.n, 2);
	struct str pdf, text = text_of(&f.v[1], &pdf);
	EXPECT(has(text, "GIẤY PHÉP") && has(text, "Số: 01/GP-SKHCN") && count(text, "Signature is Valid.") == 1);
	judged(pdf, 1);
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	run_jobs();
	f = files(s.id);
	EXPECT_INT(f.n, 3);
	EXPECT(f.v[1].replaced && !f.v[2].replaced);
	text = text_of(&f.v[2], &pdf);
	EXPECT_INT(count(text, "Signature is Valid."), 2);
	struct pdf_report r = judged(pdf, 2);
	EXPECT_INT(system(str_fmt(a, "python3 %s/tests/paper/pdfa_check.py %s/x.pdf", test_source_dir(a).p, test_temp_dir(a).p).p), 0); /* signed and sealed, still PDF/A by what can be read */
	EXPECT_TEXT(r.signatures[0].signer, "Nguyễn Văn Mẫu");
	EXPECT_TEXT(r.signatures[1].signer, "Sở Mẫu");
	EXPECT_INT(run_jobs(), 0);
	stop();
}

/* The token, the authority and the seal go away and come back: it waits, never dies, and is numbered once. */
TEST_BOTH(what_is_away_comes_back)
{
	behind_ms = 70 * STEP_MS; /* the authority stamps only what is of now */
	start(a, engine, true);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	struct job_stats stats;
	struct err e = {0};
	struct env env = reader();
	struct tsa gone = {"http://127.0.0.1:1/", 2000, w.stamps, NULL};
	decided(s.id, "result");
	int64_t number = now_of(s.id).result_number.v;
	w.away = true;
	for (int i = 0; i < 30; i++, later()) /* more often than any count of attempts */
		run_jobs();
	w.away = false;
	facilities.tsa = &gone;
	for (int i = 0; i < 30; i++, later())
		run_jobs();
	EXPECT_OK(job_stats(&env, &stats, &e), e);
	EXPECT_INT(stats.dead, 0);
	EXPECT_INT(files(s.id).n, 1);
	facilities.tsa = &w.tsa;
	office_set_ms(instant_clock().ms);
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	EXPECT_INT(now_of(s.id).result_number.v, number);
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	w.sealless = true;
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	w.sealless = false;
	later();
	run_jobs();
	EXPECT_INT(files(s.id).n, 3);
	EXPECT_OK(job_stats(&env, &stats, &e), e);
	EXPECT_INT(stats.dead, 0);
	struct dossier_sent other = accepted();
	decided(other.id, "result");
	EXPECT_INT(now_of(other.id).result_number.v, number + 1);
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


static struct job_stats job_state(void)
{
	struct job_stats stats;
	struct err e = {0};
	struct env env = reader();
	EXPECT_OK(job_stats(&env, &stats, &e), e);
	return stats;
}

/* After a new certificate of the seal, a file that carries only the former seal has still no person's signature. */
TEST_BOTH(a_former_seal_is_no_person)
{
	start(a, engine, true);
	struct dossier_sent s = accepted();
	decided(s.id, "result");
	run_jobs();
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	run_jobs();
	EXPECT_INT(files(s.id).n, 3);
	w.signer_label = "con-dau";
	w.seal_label = "con-dau-moi";
	s = accepted();
	decided(s.id, "result");
	run_jobs();
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	run_jobs();
	EXPECT_INT(files(s.id).n, 2); /* signed, not sealed */
	stop();
}

static bool forget(struct env *env, void *ctx, struct err *e) { return dossier_forget(env, *(struct dossier_id *)ctx, STR("yêu cầu của công dân"), e); }

TEST_BOTH(jobs_of_an_erased_dossier_end_quietly)
{
	start(a, engine, true);
	struct dossier_sent s = accepted();
	decided(s.id, "result");
	on_writer(&actor_program, forget, &s.id);
	run_jobs();
	struct job_stats stats = job_state();
	EXPECT_INT(stats.open, 0);
	EXPECT_INT(stats.dead, 0);
	EXPECT_INT(files(s.id).n, 0);
	s = accepted(); /* signed, then erased before the seal */
	decided(s.id, "result");
	run_jobs();
	act(w.o.people.clerk, (struct dossier_act){.id = s.id, .action = ACT_ISSUE});
	on_writer(&actor_program, forget, &s.id);
	run_jobs();
	on_writer(&actor_program, sweep, NULL);
	run_jobs();
	stats = job_state();
	EXPECT_INT(stats.open, 0);
	EXPECT_INT(stats.dead, 0);
	stop();
}

/* No key for the decider: that is a fault, and becomes a dead letter; mended, it goes on by itself. */
TEST_BOTH(a_dead_signature_comes_back)
{
	behind_ms = 40 * 3600000;
	start(a, engine, true);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	decided(s.id, "result");
	w.signer_label = NULL;
	for (int i = 0; i < 25; i++) {
		run_jobs();
		office_set_ms(office_now().ms + 3600000);
	}
	EXPECT_INT(job_state().dead, 1);
	on_writer(&actor_program, sweep, NULL);
	run_jobs();
	EXPECT_INT(files(s.id).n, 1);
	w.signer_label = "giam-doc";
	office_set_ms(instant_clock().ms);
	on_writer(&actor_program, sweep, NULL);
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	EXPECT_INT(job_state().dead, 0);
	stop();
}

static struct job_state result_course(struct dossier_id id)
{
	struct err e = {0};
	struct env env = reader();
	struct dossier_get_row d = now_of(id);
	struct job_state x;
	EXPECT_OK(issue_result_course(&env, &d, &x, &e), e);
	return x;
}
static bool ask_again(struct env *env, void *ctx, struct err *e)
{
	struct job_dead_list dead;
	(void)ctx;
	if (!job_dead_list(env, 10, &dead, e))
		return false;
	EXPECT_INT(dead.n, 1);
	EXPECT(dead.v[0].hopeless && str_find(dead.v[0].last_error, STR("drawing")) >= 0);
	return job_retry(env, dead.v[0].id, e);
}

/* A drawing that ends its process each time is tried ten times with growing waits, then given up until it is asked for; it keeps nothing, and its number. */
TEST_BOTH(a_result_that_cannot_be_drawn_is_given_up_and_asked_for_again)
{
	behind_ms = 40 * 3600000;
	start(a, engine, true);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	EXPECT_INT(result_course(s.id).stage, JOB_ABSENT);
	run_jobs(); /* the receipt */
	facilities.renderer = w.dying;
	decided(s.id, "result");
	int64_t number = now_of(s.id).result_number.v, began = office_now().ms, waited = 0;
	EXPECT(result_course(s.id).stage == JOB_OPEN && !result_course(s.id).failed);
	for (int i = 1; i < 10; i++) {
		EXPECT_INT(run_jobs(), 1);
		struct job_state x = result_course(s.id);
		EXPECT(x.stage == JOB_OPEN && x.failed && x.tries == i && x.next.ms - office_now().ms >= waited);
		waited = x.next.ms - office_now().ms;
		office_set_ms(x.next.ms - 1);
		EXPECT_INT(run_jobs(), 0);
		office_set_ms(x.next.ms);
	}
	EXPECT_INT(waited, 3600000);
	EXPECT_INT(run_jobs(), 1);
	struct job_state x = result_course(s.id);
	EXPECT(x.stage == JOB_DEAD && x.tries == 10 && x.ended_at.ms == office_now().ms && x.ended_at.ms - began < 3 * 3600000);
	facilities.renderer = w.render; /* mended; nobody asks */
	for (int i = 0; i < 5; i++) {
		office_set_ms(office_now().ms + 3600000);
		on_writer(&actor_program, sweep, NULL);
		EXPECT_INT(run_jobs(), 0);
	}
	EXPECT_INT(job_state().dead, 1);
	EXPECT_INT(files(s.id).n, 1);
	EXPECT_TEXT(now_of(s.id).state, "signing");
	office_set_ms(instant_clock().ms);
	on_writer(&actor_program, ask_again, NULL);
	EXPECT_INT(run_jobs(), 1);
	EXPECT_INT(files(s.id).n, 2);
	struct str pdf, text = text_of(&files(s.id).v[1], &pdf);
	EXPECT(has(text, "GIẤY PHÉP") && now_of(s.id).result_number.v == number);
	EXPECT(job_state().dead == 0 && result_course(s.id).stage != JOB_DEAD);
	stop();
}

/* Drawn in the end, it waits for the token as if nothing had been: what failed before is not held against it. */
TEST_BOTH(a_token_that_is_away_after_drawings_that_failed_is_waited_for)
{
	behind_ms = 40 * 3600000;
	start(a, engine, true);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	run_jobs();
	facilities.renderer = w.dying;
	decided(s.id, "result");
	for (int i = 0; i < 9; i++) {
		run_jobs();
		office_set_ms(result_course(s.id).next.ms);
	}
	EXPECT_INT(result_course(s.id).tries, 9);
	facilities.renderer = w.render;
	w.away = true;
	for (int i = 0; i < 30; i++, later())
		EXPECT_INT(run_jobs(), 1);
	struct job_state x = result_course(s.id);
	EXPECT(x.stage == JOB_OPEN && x.tries == 9 && job_state().dead == 0);
	w.away = false;
	office_set_ms(instant_clock().ms);
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	stop();
}

/* A statutory paper, too; the others are drawn. */
TEST_BOTH(a_receipt_that_cannot_be_drawn_is_given_up_once)
{
	start(a, engine, false);
	facilities.renderer = w.dying;
	struct dossier_sent s = accepted();
	for (int i = 0; i < 12; i++, office_set_ms(office_now().ms + 3600000))
		run_jobs();
	EXPECT_INT(job_state().dead, 1);
	facilities.renderer = w.render;
	struct dossier_sent other = accepted();
	on_writer(&actor_program, sweep, NULL);
	run_jobs();
	EXPECT(files(s.id).n == 0 && files(other.id).n == 1);
	on_writer(&actor_program, ask_again, NULL);
	run_jobs();
	EXPECT(files(s.id).n == 1 && job_state().dead == 0);
	stop();
}

TEST_BOTH(hostile_names_are_printed_and_nothing_more)
{
	char longest[6 * 400 + 1] = {0};
	for (int i = 0; i < 400; i++)
		memcpy(longest + i * 6, "Đăng", 6);
	const char *const names[] = {"<script>alert(1)</script> & \"Công ty\"", "\xe2\x80\xae gnoc \xd9\x85\xd8\xb1 \xe2\x80\xac{so} {{x}} %s %n", longest, "../../etc/passwd\\", "\xf0\x9f\x98\x80\xcc\x81\xcc\x81\xcc\x81"};
	start(a, engine, false);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str pdf;
		applicant_name = names[i];
		struct dossier_sent s = accepted();
		run_jobs();
		EXPECT_INT(files(s.id).n, 1);
		struct str text = squeezed(text_of(&files(s.id).v[0], &pdf));
		EXPECT(has(text, "GIẤY TIẾP NHẬN HỒ SƠ"));
		EXPECT(i != 0 || has(text, "<script>alert(1)</script> & \"Công ty\""));
		EXPECT(i != 1 || (has(text, "{so} {{x}} %s %n") && !has(text, "\xe2\x80\xae")));
		EXPECT_INT(system(str_fmt(a, "qpdf --check %s/x.pdf >/dev/null", test_temp_dir(a).p).p), 0);
	}
	applicant_name = "Phòng khám Ánh Dương";
	stop();
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

/* ---- every form of both sets, from what was done ---- */

static struct str pdf_text(struct str pdf, const char *size)
{
	const char *path = str_fmt(w.o.a, "%s/y.pdf", test_temp_dir(w.o.a).p).p;
	FILE *out = fopen(path, "w");
	EXPECT(out && fwrite(pdf.p, 1, pdf.n, out) == pdf.n && fclose(out) == 0);
	FILE *p = popen(str_fmt(w.o.a, "qpdf --check %s >/dev/null && pdfinfo %s && pdftotext -layout %s -", path, path, path).p, "r");
	EXPECT(p);
	static char text[65536];
	size_t n = fread(text, 1, sizeof text, p);
	EXPECT_INT(pclose(p), 0);
	struct str all = squeezed(str_dup(w.o.a, (struct str){text, n}));
	EXPECT(has(all, size));
	return all;
}
#define A5 "419.53 x 595.28"
#define A4_WIDE "841.89 x 595.28"

static struct str sheet(struct dossier_id id, enum dossier_sheet what, int64_t item, const char *size)
{
	struct err e = {0};
	struct env env = reader();
	struct dossier_get_row d = now_of(id);
	struct str pdf;
	EXPECT_OK(issue_sheet_draw(&env, &d, what, item, &pdf, &e), e);
	keep_pdf(pdf, str_fmt(w.o.a, "sheet-%d", (int)what), d.form_set.p);
	return pdf_text(pdf, size);
}

static struct str kept(struct dossier_id id, size_t i)
{
	struct str pdf;
	struct dossier_file_list_rows f = files(id);
	EXPECT(f.n > i);
	(void)text_of(&f.v[i], &pdf);
	return pdf_text(pdf, A5);
}

static void act_refused(struct person_id who, struct dossier_act x, int say)
{
	struct actor me = official(who);
	struct err e = {0};
	EXPECT(!office_act(&w.o, &me, do_act, &x, &e));
	EXPECT_INT(e.say, say);
}

static void apologises(const char *title)
{
	struct dossier_sent s = accepted();
	struct instant due = now_of(s.id).due.v, later_due = {due.ms + 5 * DAY_MS};
	act_refused(w.o.people.head, (struct dossier_act){.id = s.id, .action = ACT_APOLOGISE, .reason = STR("Chờ kết quả"), .new_due = later_due}, 0);
	act_refused(w.o.people.director, (struct dossier_act){.id = s.id, .action = ACT_APOLOGISE, .reason = STR("Chờ kết quả"), .new_due = {due.ms - 1}}, MSG_DOSSIER_APOLOGY_DATE);
	act(w.o.people.director, (struct dossier_act){.id = s.id, .action = ACT_APOLOGISE, .reason = STR("Chờ kết quả kiểm định của đơn vị khác"), .late_reason = STR("coordination"), .new_due = later_due});
	act_refused(w.o.people.director, (struct dossier_act){.id = s.id, .action = ACT_APOLOGISE, .reason = STR("Lần nữa"), .new_due = {due.ms + 9 * DAY_MS}}, MSG_DOSSIER_APOLOGY_ONCE);
	run_jobs();
	struct dossier_get_row d = now_of(s.id);
	EXPECT_INT(d.first_due.v.ms, due.ms);
	EXPECT_INT(d.due.v.ms, later_due.ms);
	struct str text = kept(s.id, 1);
	struct civil c = date_civil(date_of(later_due));
	EXPECT(has(text, title) && has(text, "Chờ kết quả kiểm định của đơn vị khác") && has(text, "/PXL") && has(text, s.code.p) && has(text, "THỦ TRƯỞNG CƠ QUAN, ĐƠN VỊ"));
	EXPECT(has(text, str_fmt(w.o.a, c.month < 3 ? "vào ngày %02d tháng %02d năm %d" : "vào ngày %02d tháng %d năm %d", c.day, c.month, c.year).p));
	EXPECT(has(text, "Nguyễn Văn Mẫu Giám Đốc"));
	office_set_ms(due.ms); /* the day itself is too late */
	s = accepted();
	office_set_ms(now_of(s.id).due.v.ms);
	act_refused(w.o.people.director, (struct dossier_act){.id = s.id, .action = ACT_APOLOGISE, .reason = STR("Trễ"), .new_due = {now_of(s.id).due.v.ms + DAY_MS}}, MSG_DOSSIER_APOLOGY_LATE);
}

static void pays_and_moves(struct dossier_id id)
{
	struct err e = {0};
	struct dossier_fee_list_rows fees;
	act(w.o.people.counter, (struct dossier_act){.id = id, .action = ACT_DEMAND_FEE, .name = STR("Phí thẩm định"), .amount = {3000000}, .reason = STR("Theo biên bản thẩm định")});
	EXPECT_OK(q_dossier_fee_list(w.o.db, w.o.a, id, &fees, &e), e);
	struct dossier_get_row d = now_of(id);
	struct str pdf;
	struct env env = reader();
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_FEE, fees.v[0].id.v, &pdf, &e), e, ERR_NOT_FOUND); /* not paid */
	act(w.o.people.counter, (struct dossier_act){.id = id, .action = ACT_CONFIRM_PAID, .item = fees.v[0].id.v, .method = STR("cash")});
	struct str text = sheet(id, SHEET_FEE, fees.v[0].id.v, A5);
	EXPECT(has(text, "PHIẾU THU PHÍ, LỆ PHÍ") && has(text, "0000001") && has(text, "3.000.000") && has(text, "Ba triệu đồng") && has(text, "Tiền mặt") && !has(text, "BIÊN LAI THU"));
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_FEE, 5, &pdf, &e), e, ERR_NOT_FOUND);
	act(w.o.people.head, (struct dossier_act){.id = id, .action = ACT_ASSIGN, .to = w.o.people.specialist});
	act(w.o.people.specialist, (struct dossier_act){.id = id, .action = ACT_FINISH});
}

static struct str register_text(struct issue_register x, size_t rows)
{
	struct err e = {0};
	struct env env = reader();
	struct issue_register_page page;
	struct str pdf;
	EXPECT_OK(issue_register_rows(&env, &x, 100, &page, &e), e);
	EXPECT_INT(page.n, rows);
	EXPECT_OK(issue_register_draw(&env, &x, &pdf, &e), e);
	keep_pdf(pdf, STR("register"), "x");
	return pdf_text(pdf, A4_WIDE);
}

static void in_set(enum db_engine engine, struct arena *a, const char *clock, const char *set, const char *apology, bool old)
{
	struct instant at;
	EXPECT(instant_parse(str_from(clock), &at));
	behind_ms = instant_clock().ms - at.ms;
	start(a, engine, false);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	run_jobs();
	EXPECT_TEXT(now_of(s.id).form_set, set);
	struct str text = kept(s.id, 0);
	EXPECT(has(text, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ") && has(text, s.code.p));
	EXPECT(has(text, "(Liên 2: Giao khách hàng)") == old && has(text, "Số định danh cá nhân/tổ chức: 001090012345") == !old);
	EXPECT(has(text, "Chữ ký số của Tổ chức (nếu là biểu mẫu điện tử)") == old);
	pays_and_moves(s.id);
	text = sheet(s.id, SHEET_CONTROL, 0, A5);
	EXPECT(has(text, "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ") && has(text, "Trần Thị Mẫu") && has(text, "Số: 01/PKS-TTPVHCC") && has(text, "Cơ quan phối hợp giải quyết hồ sơ: Không có"));
	struct issue_register x = {.reception = w.o.people.reception, .from = date_of(at), .to = date_of(at)};
	text = register_text(x, 1);
	EXPECT(has(text, "SỔ THEO DÕI HỒ SƠ") && has(text, "Phòng khám") && has(text, "0912345678") && has(text, old ? "Ngày, tháng, năm" : "Nhận và trả kết quả"));
	x.field = STR("Một lĩnh vực khác");
	EXPECT(!has(register_text(x, 0), "Phòng khám"));
	x.field = now_of(s.id).field;
	EXPECT(has(register_text(x, 1), "Phòng khám"));
	register_text((struct issue_register){.agency = w.o.people.department, .from = date_of(at), .to = date_of(at)}, 1);
	register_text((struct issue_register){.agency = {12345}, .from = date_of(at), .to = date_of(at)}, 0);
	apologises(apology);
	stop();
}

TEST_BOTH(every_form_of_2018) { in_set(engine, a, "2025-04-15T09:00:00+07:00", "TT01-2018", "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", true); }
TEST_BOTH(every_form_of_2025) { in_set(engine, a, "2026-05-20T09:00:00+07:00", "TT03-2025", "PHIẾU XIN LỖI VÀ ĐỀ NGHỊ GIA HẠN THỜI GIAN GIẢI QUYẾT", false); }

static size_t times(struct str s, const char *part)
{
	size_t n = 0;
	for (ptrdiff_t at; (at = str_find(s, str_from(part))) >= 0; n++)
		s = str_sub(s, (size_t)at + strlen(part), s.n);
	return n;
}

static int64_t asked_for_register(struct issue_register x, size_t rows, struct str *text)
{
	int64_t before = db_asked(w.o.db);
	*text = register_text(x, rows);
	return db_asked(w.o.db) - before;
}

TEST_BOTH(a_register_asks_as_often_for_many_as_for_one)
{
	start(a, engine, false);
	struct dossier_sent first = accepted();
	struct instant at = now_of(first.id).accepted_at.v;
	struct issue_register x = {.reception = w.o.people.reception, .from = date_of(at), .to = {date_of(at).day + 1}};
	struct str text;
	int64_t one = asked_for_register(x, 1, &text);
	struct dossier_sent second = accepted(), third = accepted();
	EXPECT_INT(asked_for_register(x, 3, &text), one);
	EXPECT(str_find(text, first.code) < str_find(text, second.code) && str_find(text, second.code) < str_find(text, third.code) && has(text, first.code.p));
	/* Erased: its line stays, without a name. */
	EXPECT_INT(times(text, "Phòng khám Ánh Dương"), 3);
	on_writer(&actor_program, forget, &second.id);
	text = register_text(x, 3);
	EXPECT(has(text, second.code.p));
	EXPECT_INT(times(text, "Phòng khám Ánh Dương"), 2);
	stop();
}

/* TT 03/2025 Mẫu 01: received from the agent, who signs; the one who gave the authority beside it. Everything else bears the applicant's name. */
TEST_BOTH(an_agent_is_on_the_receipt_and_the_result_is_the_applicants)
{
	start(a, engine, false);
	sent_by = (struct agent){STR("Vũ Văn Mẫu Thay"), STR("001090000002"), STR("Giấy ủy quyền số 12")};
	struct dossier_sent s = accepted();
	run_jobs();
	struct str text = kept(s.id, 0);
	EXPECT(has(text, "Tiếp nhận hồ sơ của Ông (Bà)/Tổ chức: Vũ Văn Mẫu Thay") && has(text, "Số định danh cá nhân/tổ chức: 001090000002"));
	EXPECT(has(text, "Người ủy quyền: Phòng khám Ánh Dương") && has(text, "001090012345") && has(text, "giấy tờ ủy quyền: Giấy ủy quyền số 12"));
	pays_and_moves(s.id);
	text = sheet(s.id, SHEET_FORM, 1, "595.28 x 841.89");
	EXPECT(has(text, "Vũ Văn Mẫu Thay")); /* signs what was filled in */
	struct instant day = now_of(s.id).sent_at;
	text = register_text((struct issue_register){.reception = w.o.people.reception, .from = date_of(day), .to = date_of(day)}, 1);
	EXPECT(has(text, "Phòng khám") && !has(text, "Mẫu Thay"));
	struct err e = {0};
	struct env env = reader();
	struct dossier_get_row d = now_of(s.id);
	json_t *data = NULL;
	EXPECT_OK(base_data(&env, &d, date_of(day), true, &data, &e), e);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(data, "ten_nguoi_nop"))), "Phòng khám Ánh Dương");
	json_decref(data);
	sent_by = (struct agent){0};
	stop();
}

TEST_BOTH(the_form_that_was_filled_is_printed)
{
	start(a, engine, false);
	struct dossier_sent s = accepted();
	struct err e = {0};
	struct env env = reader();
	struct dossier_get_row d = now_of(s.id);
	struct str pdf, text = sheet(s.id, SHEET_FORM, 1, "595.28 x 841.89");
	EXPECT(has(text, "ĐƠN ĐỀ NGHỊ") && has(text, "Phòng khám Ánh Dương"));
	EXPECT(has(text, "Kính gửi: Sở Khoa học và Công nghệ") && !has(text, "Công nghệ …")); /* the blank of the form is known here */
	EXPECT_OK(issue_sheet_draw(&env, &d, SHEET_FORM, 2, &pdf, &e), e);
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_FORM, 3, &pdf, &e), e, ERR_NOT_FOUND);
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_FORM, -1, &pdf, &e), e, ERR_NOT_FOUND);
	on_writer(&actor_program, forget, &s.id);
	d = now_of(s.id);
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_FORM, 0, &pdf, &e), e, ERR_NOT_FOUND);
	EXPECT_ERR(issue_sheet_draw(&env, &d, SHEET_CONTROL, 0, &pdf, &e), e, ERR_NOT_FOUND);
	stop();
}

/* ---- a dossier filed on each day around each border of era ---- */

struct border { int32_t day; };

/* The packs as they stand, read by the test's own eyes: component → versions. */
static json_t *era_files(void)
{
	json_t *all = json_object();
	const char *dir = str_fmt(w.o.a, "%s/packs/eras", test_source_dir(w.o.a).p).p;
	DIR *d = opendir(dir);
	EXPECT(d);
	for (struct dirent *x; (x = readdir(d));) {
		json_t *file = x->d_name[0] == '.' ? NULL : json_load_file(str_fmt(w.o.a, "%s/%s", dir, x->d_name).p, 0, NULL);
		if (file)
			json_object_set(all, json_string_value(json_object_get(file, "component")), json_object_get(file, "versions"));
		json_decref(file);
	}
	closedir(d);
	return all;
}

/* Days are compared as texts: YYYY-MM-DD. */
static const char *version_on(const json_t *versions, const char *day)
{
	const char *found = NULL;
	size_t i;
	json_t *v;
	json_array_foreach(versions, i, v) {
		const char *from = json_string_value(json_object_get(v, "valid_from")), *to = json_string_value(json_object_get(v, "valid_to"));
		if ((!from || strcmp(from, day) <= 0) && (!to || strcmp(day, to) <= 0))
			found = json_string_value(json_object_get(v, "id"));
	}
	EXPECT(found);
	return found;
}

static int by_day(const void *a, const void *b) { return ((const struct border *)a)->day - ((const struct border *)b)->day; }

/* Two days before to two days after each border since the program's ids begin (2020); each day once, in order. */
static size_t border_days(const json_t *eras, struct border *out, size_t max)
{
	size_t n = 0, kept = 0;
	const char *component;
	json_t *versions, *v;
	json_object_foreach((json_t *)(uintptr_t)eras, component, versions) {
		size_t i;
		json_array_foreach(versions, i, v) {
			struct date from;
			if (!date_parse(str_from(json_string_value(json_object_get(v, "valid_from")) ? json_string_value(json_object_get(v, "valid_from")) : ""), &from) || date_civil(from).year < 2020)
				continue;
			for (int k = -2; k <= 2 && n < max; k++)
				out[n++].day = from.day + k;
		}
	}
	qsort(out, n, sizeof *out, by_day);
	for (size_t i = 0; i < n; i++)
		if (!kept || out[kept - 1].day != out[i].day)
			out[kept++] = out[i];
	return kept;
}

static const json_t *with_key(const json_t *v, const char *key)
{
	const char *name;
	json_t *part;
	size_t i;
	if (json_object_get(v, key))
		return v;
	json_object_foreach((json_t *)(uintptr_t)v, name, part)
		if (with_key(part, key))
			return with_key(part, key);
	json_array_foreach((json_t *)(uintptr_t)v, i, part)
		if (with_key(part, key))
			return with_key(part, key);
	return NULL;
}

/* Districts are asked for, and the 63 provinces are known, until 30/06/2025; then two levels and 34 provinces. */
static void areas_of_the_day(struct date day)
{
	const struct law_procedure *p = law_find(w.o.law, STR("bx-cap-lai-xquang"));
	json_t *answers = law_example(w.o.a, w.o.law, p, day), *address = (json_t *)(uintptr_t)with_key(answers, "tinh");
	bool old = day.day < date_from_civil(2025, 7, 1).day;
	EXPECT(address);
	EXPECT((json_object_get(address, "huyen") != NULL) == old);
	EXPECT_INT(law_check(w.o.a, w.o.law, p, answers, day, NULL).n, 0);
	json_object_set_new(address, "tinh", json_string("02")); /* Hà Giang, part of Tuyên Quang since */
	EXPECT((law_check(w.o.a, w.o.law, p, answers, day, NULL).n == 0) == old);
	json_decref(answers);
}

static void filed_on(const json_t *eras, struct date day)
{
	const char *text = date_format(w.o.a, day).p, *component, *set = version_on(json_object_get(eras, "form-set"), text);
	json_t *versions;
	office_set_ms(instant_at(day, 9 * 3600000).ms);
	struct dossier_sent s = {0};
	on_writer(&citizen, send_one, &s);
	struct dossier_get_row d = now_of(s.id);
	json_object_foreach((json_t *)(uintptr_t)eras, component, versions) {
		const char *want = str_fmt(w.o.a, "%s=%s", component, version_on(versions, text)).p;
		if (!has(str_fmt(w.o.a, " %.*s ", STR_ARG(d.rules)), str_fmt(w.o.a, " %s ", want).p))
			FAIL("%s: %s is not in %.*s", text, want, STR_ARG(d.rules));
	}
	EXPECT_TEXT(d.form_set, set);
	areas_of_the_day(day);
	if (day.day < date_from_civil(2025, 3, 1).day) /* before the office of the test had people */
		return;
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_ACCEPT});
	run_jobs();
	struct str paper = kept(s.id, 0);
	bool old = strcmp(set, "TT01-2018") == 0;
	EXPECT(has(paper, "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ") && has(paper, "Phục vụ hành chính công tỉnh Mẫu"));
	EXPECT(has(paper, "Chữ ký số của Tổ chức") == old);
	struct str slip = sheet(s.id, SHEET_CONTROL, 0, A5);
	EXPECT(has(slip, "PHIẾU KIỂM SOÁT QUÁ TRÌNH GIẢI QUYẾT HỒ SƠ") && has(slip, "Chữ ký số của Tổ chức") == old);
}

TEST(a_dossier_on_each_day_around_each_border)
{
	struct border days[200];
	w.o.a = a;
	json_t *eras = era_files();
	size_t n = border_days(eras, days, ARRAY_LEN(days));
	EXPECT(n > 30);
	EXPECT_INT(json_object_size(eras), ERA_COMPONENTS);
	behind_ms = instant_clock().ms - instant_at((struct date){days[0].day}, 8 * 3600000).ms;
	start(a, DB_SQLITE, false);
	behind_ms = 0;
	for (size_t i = 0; i < n; i++)
		filed_on(eras, (struct date){days[i].day});
	json_decref(eras);
	stop();
}

/* A dossier of the old forms that is still open: what is made after the border has the new form, what was made keeps the old. */
TEST(papers_of_an_open_dossier_follow_the_day)
{
	struct instant at;
	EXPECT(instant_parse(STR("2025-09-12T09:00:00+07:00"), &at));
	behind_ms = instant_clock().ms - at.ms;
	start(a, DB_SQLITE, false);
	behind_ms = 0;
	struct dossier_sent s = accepted();
	run_jobs();
	EXPECT(has(kept(s.id, 0), "Liên 2"));
	EXPECT(instant_parse(STR("2025-09-15T09:00:00+07:00"), &at));
	office_set_ms(at.ms);
	act(w.o.people.counter, (struct dossier_act){.id = s.id, .action = ACT_STOP, .reason = STR("Không còn nhu cầu")});
	run_jobs();
	EXPECT_INT(files(s.id).n, 2);
	EXPECT(has(kept(s.id, 1), "THÔNG BÁO DỪNG GIẢI QUYẾT HỒ SƠ"));
	EXPECT(has(kept(s.id, 0), "Liên 2"));
	EXPECT(!has(sheet(s.id, SHEET_CONTROL, 0, A5), "Chữ ký số của Tổ chức"));
	stop();
}
