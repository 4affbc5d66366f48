/* notify_test.c — what is told of a dossier's journey, to whom, in which words and how often; on both engines. */
#include "account/account.h"
#include "core/mail/mail.h"
#include "core/outbox/outbox.h"
#include "dossier/dossier_testing.h"
#include "notify/notify.h"
#include "notify/notify_sql.h"
#include "notify/notify_test_sql.h"
#include <stdio.h>
#include <string.h>

#define CLOCK "2026-11-16T08:30:00+07:00"
#define MAIL "nguoi.nop@dan.example"

static struct world {
	struct office o;
	struct db_pool *pool;
	struct job_kind kinds[NOTIFY_JOBS];
	struct job_config jobs;
	struct account_id citizen;
	struct actor applicant;
} w;

static bool no_mail(struct env *env, const struct account_mail *m, struct err *e)
{
	(void)env, (void)m, (void)e;
	return true;
}

static bool make_account(struct env *env, void *ctx, struct err *e)
{
	struct account_new x = {.kind = ACCOUNT_CITIZEN, .login = STR("nguoinop"), .name = STR("Nguyễn Văn Mẫu Bí Mật"), .email = STR(MAIL), .email_confirmed = true};
	return account_create(env, &x, ctx, e);
}

static void start(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	office_open(&w.o, a, engine, CLOCK);
	struct account_config accounts = account_config_usual(w.o.keys);
	accounts.mail = no_mail;
	EXPECT_OK(account_start(&accounts, &e), e);
	EXPECT_OK(office_act(&w.o, &actor_program, make_account, &w.citizen, &e), e);
	w.applicant = (struct actor){.account = w.citizen.v, .roles = ROLE_BIT(ROLE_CITIZEN)};
	w.pool = db_pool_new(engine, test_db_place(), 4);
	memcpy(w.kinds, notify_jobs, sizeof w.kinds);
	w.jobs = (struct job_config){.writer = w.o.w, .pool = w.pool, .kinds = w.kinds, .n_kinds = NOTIFY_JOBS, .threads = 1, .now = office_now_for};
	notify_use(&(struct notify_config){.law = w.o.law, .public_url = STR("https://mot-cua.example")});
}

static void stop(void)
{
	account_stop();
	office_close(&w.o);
	db_pool_free(w.pool);
}

/* Runs the periodic jobs of now. */
static void tell(void)
{
	struct err e = {0};
	bool ran = true;
	office_set_ms(office_now().ms + 4000);
	EXPECT_OK(job_add_periodic(&w.jobs, &e), e);
	for (int i = 0; i < 20 && ran; i++)
		EXPECT_OK(job_run_one(&w.jobs, &ran, &e), e);
}

/* ---- a dossier ---- */

struct sending { bool of_portal; struct str email, identity; int64_t account; struct dossier_sent sent; };

static bool do_send(struct env *env, void *ctx, struct err *e)
{
	struct sending *c = ctx;
	const struct law_procedure *p = law_find(w.o.law, STR("bx-cap-phep-xquang"));
	json_t *example = law_example(w.o.a, w.o.law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = c->account, .channel_in = STR("online"), .channel_out = STR("online"),
	                        .who = {.name = STR("Nguyễn Văn Mẫu Bí Mật"), .identity = c->identity.n ? c->identity : STR("001090012345"), .phone = STR("0912345678"), .email = c->email},
	                        .receiving_unit = w.o.people.reception, .settling_unit = w.o.people.division, .settling_agency = w.o.people.department,
	                        .code_prefix = STR("H99.12")};
	if (c->of_portal) {
		x.origin = STR("dvcqg");
		x.origin_code = STR("G16.99-20261116-0000001");
	}
	dossier_begin(env, w.o.law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w.o.law, &x, &c->sent, e);
	json_decref(example);
	return ok;
}

static struct dossier_sent send(struct sending c)
{
	struct err e = {0};
	EXPECT_OK(office_act(&w.o, &w.applicant, do_send, &c, &e), e);
	return c.sent;
}

struct act_ctx { struct dossier_act x; struct dossier_done out; };

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct act_ctx *c = ctx;
	return dossier_do(env, w.o.law, &c->x, &c->out, e);
}

static void act_as(const struct actor *who, struct dossier_act x)
{
	struct err e = {0};
	struct act_ctx c = {.x = x};
	EXPECT_OK(office_act(&w.o, who, do_act, &c, &e), e);
	office_set_ms(office_now().ms + 60000);
}
#define ACT(who, ...) act_as((who), (struct dossier_act){.id = d, __VA_ARGS__})

static bool keep_result(struct env *env, void *ctx, struct err *e)
{
	struct dossier_file_new f = {.field = STR("result"), .name = STR("kq.pdf"), .blob = STR("r"), .plain_hash = STR("r"), .type = STR("application/pdf"), .size = 1};
	return dossier_signed(env, w.o.law, *(struct dossier_id *)ctx, &f, e);
}

static int64_t fee_of(struct dossier_id d)
{
	struct err e = {0};
	struct dossier_fee_list_rows rows;
	EXPECT_OK(q_dossier_fee_list(w.o.db, w.o.a, d, &rows, &e), e);
	return rows.v[0].id.v;
}

/* From sending to hand-over, with a supplement, a fee and an apology. */
static void whole_way(struct dossier_id d)
{
	struct err e = {0};
	struct actor counter = office_official(&w.o, w.o.people.counter), head = office_official(&w.o, w.o.people.head),
	             specialist = office_official(&w.o, w.o.people.specialist), director = office_official(&w.o, w.o.people.director),
	             clerk = office_official(&w.o, w.o.people.clerk);
	struct dossier_get_row row;
	struct env env = office_env(&w.o);
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.o.people.specialist);
	ACT(&specialist, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ phòng X-quang"));
	ACT(&w.applicant, .action = ACT_SUPPLEMENT);
	ACT(&specialist, .action = ACT_DEMAND_FEE, .name = STR("Phí thẩm định"), .amount = {3000000}, .reason = STR("Theo biên bản thẩm định"));
	ACT(&counter, .action = ACT_CONFIRM_PAID, .item = fee_of(d), .method = STR("cash"));
	EXPECT_OK(dossier_load(&env, d, &row, &e), e);
	ACT(&director, .action = ACT_APOLOGISE, .reason = STR("lý do riêng trong phiếu"), .late_reason = STR("inspection"), .new_due = {row.due.v.ms + 3 * DAY_MS});
	ACT(&specialist, .action = ACT_FINISH);
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"));
	ACT(&head, .action = ACT_APPROVE);
	ACT(&director, .action = ACT_APPROVE);
	EXPECT_OK(office_act(&w.o, &actor_program, keep_result, &d, &e), e);
	ACT(&clerk, .action = ACT_ISSUE);
	ACT(&counter, .action = ACT_HAND_OVER);
	ACT(&specialist, .action = ACT_ARCHIVE);
}

/* ---- what was queued ---- */

static struct notify_test_mails_rows mails_of(const char *keys)
{
	struct err e = {0};
	struct notify_test_mails_rows rows;
	EXPECT_OK(q_notify_test_mails(w.o.db, w.o.a, str_from(keys), &rows, &e), e);
	return rows;
}

static struct notify_test_mails_rows mails(void) { return mails_of("notify:%"); }

static struct notify_test_changes_rows changes(void)
{
	struct err e = {0};
	struct notify_test_changes_rows rows;
	EXPECT_OK(q_notify_test_changes(w.o.db, w.o.a, &rows, &e), e);
	return rows;
}

#define HAS(text, words) EXPECT(str_find((text), STR(words)) >= 0)
#define HAS_NOT(text, words) EXPECT(str_find((text), STR(words)) < 0)

TEST_BOTH(queries_prepare) { test_db_prepares(test_db(a, engine), notify_sql); }

TEST_BOTH(the_applicant_is_told_of_each_step_once_and_in_order)
{
	static const char *const subjects[] = {
		"Đã nhận hồ sơ ", "Đã tiếp nhận hồ sơ ", "Hồ sơ … cần bổ sung", "Đã nhận bổ sung của hồ sơ ", "Hồ sơ … có khoản phí, lệ phí cần nộp",
		"Đã ghi nhận khoản nộp của hồ sơ ", "Xin lỗi và hẹn lại ngày trả kết quả hồ sơ ", "Đã có kết quả hồ sơ ", "Đã trả kết quả hồ sơ "};
	start(a, engine);
	struct dossier_sent s = send((struct sending){.account = w.citizen.v});
	tell();
	EXPECT_INT(mails().n, 1);
	whole_way(s.id);
	tell();
	tell(); /* nothing is new */
	struct notify_test_mails_rows m = mails();
	EXPECT_INT(m.n, ARRAY_LEN(subjects));
	for (size_t i = 0; i < m.n; i++) {
		struct str rest = str_from(subjects[i]), head;
		ptrdiff_t gap = str_find(rest, STR("…"));
		head = gap < 0 ? rest : str_sub(rest, 0, (size_t)gap);
		EXPECT(str_starts(m.v[i].subject, head) && str_find(m.v[i].subject, s.code) >= 0);
		EXPECT(gap < 0 || str_ends(m.v[i].subject, str_sub(rest, (size_t)gap + 3, rest.n)));
		EXPECT_TEXT(m.v[i].recipient, MAIL);
		EXPECT(str_starts(m.v[i].mail_key, STR("notify:")));
		EXPECT(str_find(m.v[i].body, str_fmt(a, "https://mot-cua.example/ho-so/%.*s", STR_ARG(s.code))) >= 0);
		HAS_NOT(m.v[i].body, "Bí Mật");
		HAS_NOT(m.v[i].body, "001090012345");
		HAS_NOT(m.v[i].body, "lý do riêng");
		EXPECT(str_find(m.v[i].body, s.secret) < 0);
	}
	HAS(m.v[0].body, "chậm nhất: Thứ Ba, 17/11/2026, 08:30");
	HAS(m.v[2].body, "Thiếu bản vẽ phòng X-quang");
	HAS(m.v[4].body, "Phí thẩm định: 3.000.000 đồng");
	HAS(m.v[6].body, "Hẹn trả kết quả: ");
	EXPECT_INT(changes().n, 0); /* not of another system */
	stop();
}

static bool speak_english(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return q_notify_test_lang(env->db, w.citizen, NULL, e) && audit_record(env, &(struct audit_act){.kind = "account.test", .subject = w.citizen.v}, NULL, e);
}

TEST_BOTH(in_the_language_and_to_the_mailbox_of_the_applicant)
{
	struct err e = {0};
	start(a, engine);
	EXPECT_OK(office_act(&w.o, &actor_program, speak_english, NULL, &e), e);
	struct dossier_sent mine = send((struct sending){.account = w.citizen.v, .email = STR("khac@dan.example")});
	struct dossier_sent typed = send((struct sending){.email = STR("go.tay@dan.example")});
	(void)send((struct sending){.email = STR("not a mailbox")});
	(void)send((struct sending){.email = STR_NONE});
	tell();
	struct notify_test_mails_rows m = mails();
	EXPECT_INT(m.n, 2);
	EXPECT_TEXT(m.v[0].recipient, MAIL);
	EXPECT_STR(m.v[0].subject, str_fmt(a, "Dossier %.*s received", STR_ARG(mine.code)));
	EXPECT_TEXT(m.v[1].recipient, "go.tay@dan.example");
	EXPECT(str_find(m.v[1].body, str_fmt(a, "https://mot-cua.example/tra-cuu/%.*s\n", STR_ARG(typed.code))) >= 0);
	stop();
}

#define PRINCIPAL STR("001090054321")
#define PRINCIPAL_MAIL "uy.quyen@dan.example"

static bool make_principal(struct env *env, void *ctx, struct err *e)
{
	struct account_new x = {.kind = ACCOUNT_CITIZEN, .login = STR("uyquyen"), .name = STR("Trần Thị Mẫu Uỷ Quyền"), .email = STR(PRINCIPAL_MAIL), .email_confirmed = true, .identity = PRINCIPAL};
	return account_create(env, &x, ctx, e);
}

static bool see_papers(struct env *env, void *ctx, struct err *e) { return account_identity_seen(env, *(struct account_id *)ctx, e); }
static bool doubt_papers(struct env *env, void *ctx, struct err *e) { return account_identity_doubted(env, *(struct account_id *)ctx, e); }

/* Who filed hears as before; whom the dossier names hears too, once papers proved the number, and of no dossier twice. */
TEST_BOTH(an_agent_and_the_principal_are_told)
{
	struct err e = {0};
	struct account_id principal;
	start(a, engine);
	EXPECT_OK(office_act(&w.o, &actor_program, make_principal, &principal, &e), e);
	struct sending agent = {.account = w.citizen.v, .identity = PRINCIPAL}, own = {.account = principal.v, .identity = PRINCIPAL},
		counter = {.email = STR("go.tay@dan.example"), .identity = PRINCIPAL};
	(void)send(agent);
	tell();
	EXPECT_INT(mails().n, 1); /* the number was only typed */
	EXPECT_OK(office_act(&w.o, &actor_program, see_papers, &principal, &e), e);
	struct dossier_sent sent = send(agent);
	tell();
	struct notify_test_mails_rows m = mails();
	EXPECT_INT(m.n, 3);
	size_t named = str_eq(m.v[1].recipient, STR(PRINCIPAL_MAIL)) ? 1 : 2;
	EXPECT_TEXT(m.v[3 - named].recipient, MAIL);
	EXPECT_TEXT(m.v[named].recipient, PRINCIPAL_MAIL);
	HAS(m.v[named].body, "đứng tên Ông/Bà");
	HAS_NOT(m.v[3 - named].body, "đứng tên Ông/Bà");
	EXPECT(str_find(m.v[named].body, str_fmt(a, "https://mot-cua.example/ho-so/%.*s\n", STR_ARG(sent.code))) >= 0);
	(void)send(own);
	(void)send(counter); /* no account filed it: the proved mailbox comes before the typed one */
	tell();
	m = mails();
	EXPECT_INT(m.n, 5);
	for (size_t i = 3; i < 5; i++) {
		EXPECT_TEXT(m.v[i].recipient, PRINCIPAL_MAIL);
		HAS_NOT(m.v[i].body, "đứng tên Ông/Bà");
	}
	EXPECT_OK(office_act(&w.o, &actor_program, doubt_papers, &principal, &e), e);
	(void)send(agent);
	(void)send(counter);
	tell();
	m = mails();
	EXPECT_INT(m.n, 7);
	EXPECT_TEXT(m.v[5].recipient, MAIL);
	EXPECT_TEXT(m.v[6].recipient, "go.tay@dan.example");
	stop();
}

TEST_BOTH(the_portal_hears_each_state_once_and_in_order)
{
	static const struct { int state; const char *word; } want[] = {
		{1, "received"}, {2, "processing"}, {4, "processing"}, {5, "supplement"}, {4, "processing"}, {6, "fee"}, {4, "processing"}, {9, "done"}, {10, "returned"}};
	start(a, engine);
	struct dossier_sent s = send((struct sending){.of_portal = true, .account = w.citizen.v});
	whole_way(s.id);
	tell();
	tell();
	struct notify_test_changes_rows c = changes();
	EXPECT_INT(c.n, ARRAY_LEN(want));
	for (size_t i = 0; i < c.n; i++) {
		json_t *body = json_loadb(c.v[i].body.p, c.v[i].body.n, 0, NULL);
		struct instant at;
		EXPECT_TEXT(c.v[i].topic, "dossier.state");
		EXPECT_TEXT(c.v[i].subject_key, "G16.99-20261116-0000001");
		EXPECT_INT(json_integer_value(json_object_get(body, "portal_state")), want[i].state);
		EXPECT_TEXT(str_from(json_string_value(json_object_get(body, "state"))), want[i].word);
		EXPECT_STR(str_from(json_string_value(json_object_get(body, "code"))), s.code);
		EXPECT_TEXT(str_from(json_string_value(json_object_get(body, "origin_code"))), "G16.99-20261116-0000001");
		EXPECT(instant_parse(str_from(json_string_value(json_object_get(body, "at"))), &at));
		json_decref(body);
	}
	stop();
}

TEST_BOTH(refused_at_intake_and_refused_later_are_two_states)
{
	start(a, engine);
	struct dossier_id d = send((struct sending){.of_portal = true, .account = w.citizen.v}).id;
	struct actor counter = office_official(&w.o, w.o.people.counter);
	ACT(&counter, .action = ACT_REFUSE, .reason = STR("Không thuộc thẩm quyền"));
	tell();
	struct notify_test_changes_rows c = changes();
	EXPECT_INT(c.n, 2);
	HAS(c.v[1].body, "\"portal_state\":3");
	struct dossier_get_row row = {.state = STR("refused"), .accepted_at = OPT_INSTANT(office_now())};
	EXPECT_INT(dossier_portal_state(&row), 8);
	HAS_NOT(mails().v[1].body, "Không thuộc thẩm quyền");
	stop();
}

/* ---- the morning ---- */

static size_t to_whom(const struct notify_test_mails_rows *m, const char *who, const char *words)
{
	size_t n = 0;
	for (size_t i = 0; i < m->n; i++)
		n += str_starts(m->v[i].recipient, str_from(who)) && str_find(m->v[i].body, str_from(words)) >= 0;
	return n;
}

static struct str mailbox(struct person_id id)
{
	struct err e = {0};
	struct official o;
	bool found;
	struct env env = office_env(&w.o);
	EXPECT_OK(directory_person(&env, id, &o, &found, &e), e);
	return o.email;
}

TEST_BOTH(a_working_morning_warns_those_who_have_it)
{
	struct err e = {0};
	start(a, engine);
	struct dossier_id d = send((struct sending){.account = w.citizen.v}).id;
	struct actor counter = office_official(&w.o, w.o.people.counter), head = office_official(&w.o, w.o.people.head);
	struct dossier_get_row row;
	struct env env = office_env(&w.o);
	const char *specialist = mailbox(w.o.people.specialist).p, *chief = mailbox(w.o.people.head).p;
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.o.people.specialist);
	EXPECT_OK(dossier_load(&env, d, &row, &e), e);
	EXPECT(row.due.has);
	tell();
	struct notify_test_mails_rows m = mails_of("notify.daily:%");
	EXPECT_INT(to_whom(&m, specialist, ""), 0);
	office_set_ms(instant_at(date_of(row.due.v), 8 * 3600 * 1000).ms); /* the day it is due, 8:00 */
	tell();
	tell();
	m = mails_of("notify.daily:%");
	EXPECT_INT(to_whom(&m, specialist, "sắp đến hạn"), 1);
	EXPECT_INT(to_whom(&m, chief, ""), 0);
	office_set_ms(row.due.v.ms + DAY_MS); /* the day after; when that is no working day, on */
	for (int i = 0; i < 12 && !calendar_is_working_day(w.o.law->calendar, date_of(office_now())); i++) {
		size_t before = mails_of("notify.daily:%").n;
		tell();
		EXPECT_INT(mails_of("notify.daily:%").n, before);
		office_set_ms(office_now().ms + DAY_MS);
	}
	tell();
	m = mails_of("notify.daily:%");
	EXPECT_INT(to_whom(&m, specialist, "QUÁ HẠN"), 1);
	EXPECT_INT(to_whom(&m, chief, "(của đơn vị)"), 1);
	EXPECT_INT(to_whom(&m, "", "Bí Mật"), 0);
	stop();
}
