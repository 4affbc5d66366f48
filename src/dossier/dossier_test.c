/* dossier_test.c — whole journeys of a dossier through the rules, and what the rules refuse, on both engines. */
#include "core/db/impl.h"
#include "core/job/job.h"
#include "dossier/dossier_testing.h"
#include "dossier/late.h"
#include "dossier/result.h"
#include "gen/messages.h"
#include <string.h>

#define CLOCK "2026-11-16T08:30:00+07:00"

static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
static const struct actor stranger_citizen = {.account = 4343, .roles = ROLE_BIT(ROLE_CITIZEN)};

struct send_ctx { struct office *w; const char *procedure, *origin_code; struct dossier_sent sent; };

static bool do_send(struct env *env, void *ctx, struct err *e)
{
	struct send_ctx *c = ctx;
	struct office *w = c->w;
	const struct law_procedure *p = law_find(w->law, str_from(c->procedure));
	json_t *example = law_example(w->a, w->law, p, date_of(env->now));
	struct key key;
	struct dossier_file_new file = {.field = STR("tl1"), .name = STR("đơn của Nguyễn Văn Mẫu.pdf"), .blob = STR("b1"), .plain_hash = STR("h1"), .type = STR("application/pdf"), .size = 10};
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
	                        .who = {.name = STR("Nguyễn Văn Mẫu"), .identity = STR("001090012345"), .phone = STR("0912345678")},
	                        .origin = c->origin_code ? STR("dvcqg") : STR_NONE, .origin_code = str_from(c->origin_code),
	                        .receiving_unit = w->people.reception, .settling_unit = w->people.division, .settling_agency = w->people.department,
	                        .code_prefix = STR("H99.12"), .files = &file, .n_files = 1};
	dossier_begin(env, w->law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w->law, &x, &c->sent, e);
	json_decref(example);
	return ok;
}

static struct dossier_sent send(struct office *w, const char *procedure)
{
	struct err e = {0};
	struct send_ctx c = {.w = w, .procedure = procedure};
	EXPECT_OK(office_act(w, &citizen, do_send, &c, &e), e);
	return c.sent;
}

struct act_ctx { struct office *w; struct dossier_act x; struct dossier_done out; };

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct act_ctx *c = ctx;
	return dossier_do(env, c->w->law, &c->x, &c->out, e);
}

static bool act(struct office *w, const struct actor *who, struct dossier_act x, struct dossier_done *out, struct err *e)
{
	struct act_ctx c = {.w = w, .x = x};
	memset(e, 0, sizeof *e);
	bool ok = office_act(w, who, do_act, &c, e);
	if (out)
		*out = c.out;
	return ok;
}

#define ACT(who, ...)                                                                                               \
	do {                                                                                                        \
		struct err act_err;                                                                                 \
		EXPECT_OK(act(&w, (who), (struct dossier_act){.id = d, __VA_ARGS__}, &last, &act_err), act_err);     \
	} while (0)
#define REFUSED(who, want_kind, want_say, ...)                                                                      \
	do {                                                                                                        \
		struct err act_err;                                                                                 \
		EXPECT_ERR(act(&w, (who), (struct dossier_act){.id = d, __VA_ARGS__}, NULL, &act_err), act_err, want_kind); \
		EXPECT_INT(act_err.say, want_say);                                                                   \
	} while (0)

static struct dossier_get_row load(struct office *w, struct dossier_id id)
{
	struct err e = {0};
	struct dossier_get_row row;
	struct env env = office_env(w);
	EXPECT_OK(dossier_load(&env, id, &row, &e), e);
	return row;
}

struct keep_ctx { struct office *w; struct dossier_id id; };

static bool keep_result(struct env *env, void *ctx, struct err *e)
{
	struct keep_ctx *c = ctx;
	struct dossier_file_new f = {.field = STR("result"), .name = STR("ket-qua.pdf"), .blob = STR("r"), .plain_hash = STR("r"), .type = STR("application/pdf"), .size = 1};
	return dossier_signed(env, c->w->law, c->id, &f, e);
}

static int64_t first_fee(struct office *w, struct dossier_id d)
{
	struct err e = {0};
	struct dossier_fee_list_rows rows;
	EXPECT_OK(q_dossier_fee_list(w->db, w->a, d, &rows, &e), e);
	return rows.v[0].id.v;
}

TEST_BOTH(from_sending_to_the_result)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_sent s = send(&w, "bx-cap-phep-xquang");
	struct dossier_id d = s.id;
	struct dossier_done last;
	struct err e = {0};
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist),
	             director = office_official(&w, w.people.director), clerk = office_official(&w, w.people.clerk);
	EXPECT_TEXT(s.code, "H99.12-261116-0001");
	EXPECT(dossier_code_ok(s.code));
	EXPECT_TEXT(instant_format(a, s.answer_due), "2026-11-17T08:30:00+07:00");
	ACT(&counter, .action = ACT_ACCEPT, .rev = 1);
	EXPECT_TEXT(last.state, "processing");
	EXPECT(last.paper.v != 0);
	REFUSED(&specialist, ERR_DENIED, 0, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&specialist, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ phòng X-quang"));
	EXPECT_TEXT(last.state, "supplement");
	EXPECT(!load(&w, d).due.has);
	office_set_clock("2026-11-18T09:00:00+07:00");
	ACT(&citizen, .action = ACT_SUPPLEMENT);
	EXPECT_TEXT(last.step, "examine");
	REFUSED(&specialist, ERR_CONFLICT, MSG_DOSSIER_SUPPLEMENT_ONCE, .action = ACT_ASK_SUPPLEMENT, .reason = STR("nữa"));
	ACT(&specialist, .action = ACT_DEMAND_FEE, .name = STR("Phí thẩm định"), .amount = {3000000}, .reason = STR("Theo biên bản thẩm định"));
	EXPECT_TEXT(last.state, "fee");
	REFUSED(&specialist, ERR_CONFLICT, MSG_DOSSIER_FEE_OPEN, .action = ACT_FINISH);
	ACT(&citizen, .action = ACT_CLAIM_PAID, .item = first_fee(&w, d));
	ACT(&counter, .action = ACT_CONFIRM_PAID, .item = first_fee(&w, d), .method = STR("transfer"));
	EXPECT_TEXT(last.state, "processing");
	EXPECT(load(&w, d).due.has);
	ACT(&specialist, .action = ACT_FINISH);
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"));
	ACT(&head, .action = ACT_SEND_BACK, .reason = STR("Ghi rõ số máy"));
	EXPECT_INT(load(&w, d).assignee.v, w.people.specialist.v);
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện, 01 máy"));
	ACT(&head, .action = ACT_APPROVE);
	ACT(&director, .action = ACT_APPROVE);
	EXPECT_TEXT(last.state, "signing");
	EXPECT_INT(load(&w, d).result_number.v, 1);
	REFUSED(&clerk, ERR_CONFLICT, MSG_DOSSIER_WAITS_SIGNATURE, .action = ACT_ISSUE);
	REFUSED(&citizen, ERR_CONFLICT, MSG_DOSSIER_STOP_DECIDED, .action = ACT_STOP, .reason = STR("thôi"));
	EXPECT_OK(office_act(&w, &actor_program, keep_result, &(struct keep_ctx){&w, d}, &e), e);
	EXPECT_OK(office_act(&w, &actor_program, keep_result, &(struct keep_ctx){&w, d}, &e), e);
	ACT(&clerk, .action = ACT_ISSUE);
	EXPECT_TEXT(last.state, "done");
	ACT(&counter, .action = ACT_HAND_OVER);
	ACT(&citizen, .action = ACT_RATE, .score = 5);
	REFUSED(&citizen, ERR_CONFLICT, MSG_DOSSIER_RATED, .action = ACT_RATE, .score = 1);
	ACT(&specialist, .action = ACT_ARCHIVE);
	struct dossier_get_row end = load(&w, d);
	EXPECT_TEXT(end.state, "returned");
	EXPECT(end.first_due.has && end.settled_at.has && end.returned_at.has);
	office_close(&w);
}

#define MINUTES(n) ((int64_t)(n) * 60000)

/* Morning hours only, so that the figures can be counted by hand; the last step is left to lie for a month. */
TEST_BOTH(how_long_each_step_took)
{
	struct office w;
	office_open(&w, a, engine, CLOCK); /* Monday, 08:30 */
	struct dossier_id d = send(&w, "bx-cap-phep-xquang").id;
	struct dossier_done last;
	struct err e = {0};
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist);
	static const struct { const char *step; int64_t spent; bool waited, ended, late; } want[] = {
		{"check", MINUTES(60), false, true, false}, {"assign", MINUTES(30), false, true, false}, {"examine", MINUTES(45), true, true, false},
		{NULL, 0, true, true, false}, {"examine", MINUTES(30), false, true, false}, {NULL, 0, false, false, true}};
	office_set_clock("2026-11-16T09:30:00+07:00");
	ACT(&counter, .action = ACT_ACCEPT);
	office_set_clock("2026-11-16T10:00:00+07:00");
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&specialist, .action = ACT_DEMAND_FEE, .name = STR("Phí"), .amount = {1000}, .reason = STR("Giảm"), .basis = STR("Luật 97/2015/QH13 Điều 10"));
	office_set_clock("2026-11-17T09:00:00+07:00");
	ACT(&counter, .action = ACT_CONFIRM_PAID, .item = first_fee(&w, d), .method = STR("cash"));
	office_set_clock("2026-11-17T09:45:00+07:00");
	ACT(&specialist, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu"));
	office_set_clock("2026-11-18T09:00:00+07:00");
	ACT(&citizen, .action = ACT_SUPPLEMENT);
	office_set_clock("2026-11-18T09:30:00+07:00");
	ACT(&specialist, .action = ACT_FINISH);
	office_set_clock("2026-12-18T09:30:00+07:00");
	struct env env = office_env(&w);
	struct audit_entries all;
	struct dossier_get_row row = load(&w, d);
	struct dossier_stays got;
	EXPECT_OK(dossier_timeline(&env, d, &all, &e), e);
	dossier_stays(&env, w.law, &row, &all, &got);
	EXPECT_INT(got.n, ARRAY_LEN(want));
	for (size_t i = 0; i < got.n; i++) {
		const struct dossier_stay *x = &got.v[i];
		EXPECT_TEXT(x->step, want[i].step ? want[i].step : str_cstr(a, x->step));
		EXPECT(want[i].late || x->spent_ms == want[i].spent);
		EXPECT(want[i].waited == (x->waited_ms > 0) && want[i].ended == x->to.has && x->to.has == (x->entry != 0) && want[i].late == (x->late_ms > 0));
		EXPECT(!x->late_ms || x->late_ms == x->spent_ms - x->limit_ms);
	}
	EXPECT_INT(got.v[0].limit_ms, MINUTES(8 * 60)); /* the time for an answer */
	EXPECT(got.v[2].limit_ms > 0 && got.v[3].limit_ms == 0);
	ACT(&citizen, .action = ACT_STOP, .reason = STR("thôi"));
	office_close(&w);
}

TEST_BOTH(strangers_and_late_comers_are_refused)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_id d = send(&w, "bx-khai-bao-xquang").id;
	struct dossier_done last;
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head);
	REFUSED(&stranger_citizen, ERR_NOT_FOUND, 0, .action = ACT_WITHDRAW);
	REFUSED(&actor_stranger, ERR_NOT_FOUND, 0, .action = ACT_RATE, .score = 5);
	REFUSED(&citizen, ERR_DENIED, 0, .action = ACT_ACCEPT);
	REFUSED(&head, ERR_DENIED, 0, .action = ACT_ACCEPT);
	REFUSED(&counter, ERR_CONFLICT, MSG_DOSSIER_STATE, .action = ACT_APPROVE);
	REFUSED(&counter, ERR_INVALID, MSG_DOSSIER_REASON, .action = ACT_REFUSE);
	REFUSED(&counter, ERR_CONFLICT, MSG_DOSSIER_CHANGED, .action = ACT_ACCEPT, .rev = 7);
	ACT(&counter, .action = ACT_ACCEPT);
	REFUSED(&counter, ERR_CONFLICT, MSG_DOSSIER_CHANGED, .action = ACT_DEMAND_FEE, .rev = 1);
	REFUSED(&citizen, ERR_CONFLICT, MSG_DOSSIER_STATE, .action = ACT_WITHDRAW);
	REFUSED(&head, ERR_INVALID, MSG_DOSSIER_NOT_OFFICER, .action = ACT_ASSIGN, .to = w.people.clerk);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&head, .action = ACT_TAKE_BACK);
	EXPECT_TEXT(last.step, "assign");
	REFUSED(&head, ERR_CONFLICT, MSG_DOSSIER_TAKE_BACK_LATE, .action = ACT_TAKE_BACK);
	ACT(&citizen, .action = ACT_STOP);
	EXPECT_TEXT(last.state, "stopped");
	REFUSED(&head, ERR_CONFLICT, MSG_DOSSIER_STATE, .action = ACT_ASSIGN, .to = w.people.specialist);
	office_close(&w);
}

/* The account that filed acts; whoever the dossier names sees it and rates it, once it is proved whose the number is. */
TEST_BOTH(two_own_a_dossier_and_one_acts)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_id d = send(&w, "bx-khai-bao-xquang").id;
	struct dossier_done last;
	struct err e = {0};
	AUTO_KEY key = keyring_lookup_key(w.keys, LOOKUP_NUMBER);
	struct digest right = crypto_hmac((struct str){(const char *)key.b, KEY_SIZE}, STR("001090012345")), wrong = crypto_hmac((struct str){(const char *)key.b, KEY_SIZE}, STR("001090012346"));
	struct actor named = stranger_citizen, beside = stranger_citizen, nobody = actor_stranger, counter = office_official(&w, w.people.counter);
	named.number = nobody.number = DIGEST_STR(right);
	beside.number = DIGEST_STR(wrong);
	const struct { const struct actor *who; bool sees, acts; } rights[] = {{&citizen, true, true}, {&named, true, false}, {&beside, false, false},
		{&stranger_citizen, false, false}, {&nobody, false, false}};
	for (size_t i = 0; i < ARRAY_LEN(rights); i++) {
		struct dossier_get_row row = load(&w, d);
		struct env env = office_env(&w);
		env.actor = rights[i].who;
		bool may = false;
		uint32_t open = 0;
		struct dossier_ids ids = {&d, 1};
		struct dossier_list_account_rows list = {0};
		EXPECT_OK(dossier_may_read(&env, &row, &may, &e), e);
		EXPECT_OK(dossier_readable(&env, &ids, &e), e);
		EXPECT_OK(dossier_actions(&env, w.law, &row, &open, &e), e);
		EXPECT_OK(dossier_list_owned(&env, (struct dossier_id){INT64_MAX}, 5, &list, &e), e);
		EXPECT(may == rights[i].sees && (ids.n == 1) == rights[i].sees && dossier_owned(rights[i].who, &row) == rights[i].sees);
		EXPECT((list.n == 1) == rights[i].sees);
		EXPECT((open != 0) == rights[i].acts && dossier_in_hand(rights[i].who, &row) == rights[i].acts);
	}
	REFUSED(&named, ERR_DENIED, 0, .action = ACT_WITHDRAW);
	REFUSED(&named, ERR_DENIED, 0, .action = ACT_CORRECT);
	REFUSED(&beside, ERR_NOT_FOUND, 0, .action = ACT_WITHDRAW);
	ACT(&counter, .action = ACT_ASK_SUPPLEMENT, .reason = STR("Thiếu bản vẽ"));
	REFUSED(&named, ERR_DENIED, 0, .action = ACT_SUPPLEMENT);
	ACT(&citizen, .action = ACT_SUPPLEMENT);
	ACT(&counter, .action = ACT_REFUSE, .reason = STR("Không đủ điều kiện"));
	ACT(&named, .action = ACT_RATE, .score = 4);
	REFUSED(&citizen, ERR_CONFLICT, MSG_DOSSIER_RATED, .action = ACT_RATE, .score = 5);
	office_close(&w);
}

struct many { struct office *w; int n; };

static bool send_many(struct env *env, void *ctx, struct err *e)
{
	struct many *m = ctx;
	struct send_ctx c = {.w = m->w, .procedure = "bx-khai-bao-xquang"};
	for (int i = 0; i < m->n; i++)
		if (!do_send(env, &c, e))
			return false;
	return true;
}

/* A dossier that the account filed for itself stands in both halves of the list and shows once; pages follow each other without a gap. */
TEST_BOTH(a_list_of_both_kinds_shows_each_once)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct err e = {0};
	struct many five = {&w, 5};
	EXPECT_OK(office_act(&w, &citizen, send_many, &five, &e), e);
	AUTO_KEY key = keyring_lookup_key(w.keys, LOOKUP_NUMBER);
	struct digest number = crypto_hmac((struct str){(const char *)key.b, KEY_SIZE}, STR("001090012345"));
	struct actor self = citizen;
	self.number = DIGEST_STR(number);
	struct env env = office_env(&w);
	env.actor = &self;
	struct dossier_id before = {INT64_MAX};
	int64_t seen = 0;
	for (;;) {
		struct dossier_list_account_rows v = {0};
		EXPECT_OK(dossier_list_owned(&env, before, 2, &v, &e), e);
		for (size_t i = 0; i < v.n; i++) {
			EXPECT(v.v[i].id.v < before.v);
			before = v.v[i].id;
			seen++;
		}
		if (v.n < 2)
			break;
	}
	EXPECT_INT(seen, 5);
	office_close(&w);
}

TEST_BOTH(an_apology_leaves_in_time_and_once)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_id d = send(&w, "bx-khai-bao-xquang").id;
	struct dossier_done last;
	struct actor counter = office_official(&w, w.people.counter), director = office_official(&w, w.people.director), head = office_official(&w, w.people.head);
	ACT(&counter, .action = ACT_ACCEPT);
	struct instant first = load(&w, d).due.v;
	REFUSED(&head, ERR_DENIED, 0, .action = ACT_APOLOGISE, .reason = STR("chờ"), .new_due = {first.ms + DAY_MS});
	REFUSED(&director, ERR_INVALID, MSG_DOSSIER_APOLOGY_DATE, .action = ACT_APOLOGISE, .reason = STR("chờ"), .new_due = first);
	office_set_ms(first.ms);
	REFUSED(&director, ERR_CONFLICT, MSG_DOSSIER_APOLOGY_LATE, .action = ACT_APOLOGISE, .reason = STR("chờ"), .new_due = {first.ms + DAY_MS});
	office_set_ms(first.ms - DAY_MS);
	REFUSED(&director, ERR_INVALID, MSG_DOSSIER_LATE_REASON, .action = ACT_APOLOGISE, .reason = STR("chờ"), .new_due = {first.ms + 3 * DAY_MS});
	ACT(&director, .action = ACT_APOLOGISE, .reason = STR("chờ kiểm tra thực tế"), .late_reason = STR("inspection"), .new_due = {first.ms + 3 * DAY_MS});
	REFUSED(&director, ERR_CONFLICT, MSG_DOSSIER_APOLOGY_ONCE, .action = ACT_APOLOGISE, .reason = STR("nữa"), .new_due = {first.ms + 9 * DAY_MS});
	EXPECT_INT(load(&w, d).first_due.v.ms, first.ms);
	EXPECT_INT(load(&w, d).due.v.ms, first.ms + 3 * DAY_MS);
	office_close(&w);
}

TEST_BOTH(the_code_of_another_system_files_once)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct err e = {0};
	struct send_ctx one = {.w = &w, .procedure = "bx-khai-bao-xquang", .origin_code = "000.00.00.G16-261116-0001"}, two = one;
	EXPECT_OK(office_act(&w, &citizen, do_send, &one, &e), e);
	EXPECT_OK(office_act(&w, &citizen, do_send, &two, &e), e);
	EXPECT(two.sent.existed && !one.sent.existed);
	EXPECT_STR(two.sent.code, one.sent.code);
	office_close(&w);
}

static bool forget(struct env *env, void *ctx, struct err *e)
{
	return dossier_forget(env, *(struct dossier_id *)ctx, STR("theo yêu cầu"), e);
}

TEST_BOTH(secrets_open_and_erasure_closes)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_sent s = send(&w, "bx-khai-bao-xquang");
	struct dossier_get_row d = load(&w, s.id);
	struct env env = office_env(&w);
	struct err e = {0};
	json_t *content = NULL;
	EXPECT_INT(s.secret.n, 16);
	EXPECT(dossier_secret_ok(&d, s.secret));
	EXPECT(dossier_secret_ok(&d, str_fmt(a, "%.4s-%.4s %.8s", s.secret.p, s.secret.p + 4, s.secret.p + 8)));
	EXPECT(!dossier_secret_ok(&d, STR("")) && !dossier_secret_ok(&d, str_sub(s.secret, 0, 15)));
	EXPECT_OK(dossier_unseal(&env, w.law, &d, &content, &e), e);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(json_object_get(content, "who"), "name"))), "Nguyễn Văn Mẫu");
	struct applicant all = dossier_applicant(a, content), who;
	json_decref(content);
	EXPECT_OK(dossier_who(&env, w.law, &d, &who, &e), e);
	EXPECT(str_eq(who.name, all.name) && str_eq(who.identity, all.identity) && str_eq(who.phone, all.phone) && str_eq(who.address, all.address));
	EXPECT_ERR(office_act(&w, &citizen, forget, &s.id, &e), e, ERR_DENIED);
	EXPECT_OK(office_act(&w, &actor_program, forget, &s.id, &e), e);
	d = load(&w, s.id);
	EXPECT_OK(dossier_unseal(&env, w.law, &d, &content, &e), e);
	EXPECT(json_is_null(content));
	json_decref(content);
	office_close(&w);
}

struct rewrapping { const struct law *law; struct rewrap from, to; };

static bool rewrap_some(struct env *env, void *ctx, struct err *e)
{
	struct rewrapping *x = ctx;
	return dossier_rewrap(env, x->law, &x->from, &x->to, e);
}

TEST_BOTH(an_erased_dossier_leaves_no_clear_word)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_sent s = send(&w, "bx-khai-bao-xquang"), other = send(&w, "bx-khai-bao-xquang");
	struct env env = office_env(&w);
	struct err e = {0};
	struct dossier_twins_rows twins;
	struct dossier_list_found_rows hits;
	EXPECT_OK(office_act(&w, &actor_program, forget, &s.id, &e), e);
	struct dossier_get_row d = load(&w, s.id);
	EXPECT(!d.sealed.p && !d.applicant_name.p && !d.proposal.p);
	EXPECT_OK(dossier_twins(&env, w.law, STR("001090012345"), STR("bx-khai-bao-xquang"), &twins, &e), e);
	EXPECT_INT(twins.n, 1); /* the other one is found as before */
	EXPECT_OK(q_dossier_list_found(env.db, a, STR("nguyen"), 10, &hits, &e), e);
	EXPECT_INT(hits.n, 1);
	EXPECT_INT(hits.v[0].id.v, other.id.v);
	office_close(&w);
}

TEST_BOTH(keys_are_wrapped_again_after_a_rotation)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct err e = {0};
	struct env env = office_env(&w);
	struct dossier_sent s = send(&w, "bx-khai-bao-xquang"), gone = send(&w, "bx-khai-bao-xquang");
	EXPECT_OK(office_act(&w, &actor_program, forget, &gone.id, &e), e);
	const char *path = str_fmt(a, "%.*s/master.key", STR_ARG(test_temp_dir(a))).p;
	struct rewrapping x = {.law = w.law};
	EXPECT_OK(office_act(&w, &actor_program, rewrap_some, &x, &e), e);
	EXPECT(x.to.done == 0 && !x.to.more); /* nothing is stale */
	EXPECT_OK(keyring_rotate(path, &e), e);
	EXPECT_OK(keyring_reload(w.keys, path, &e), e);
	EXPECT_OK(office_act(&w, &actor_program, rewrap_some, &x, &e), e);
	EXPECT_INT(x.to.done, 1);
	EXPECT_OK(office_act(&w, &actor_program, rewrap_some, &x, &e), e);
	EXPECT_INT(x.to.done, 0);
	struct dossier_get_row d = load(&w, s.id);
	json_t *content = NULL;
	EXPECT_OK(dossier_unseal(&env, w.law, &d, &content, &e), e);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(json_object_get(content, "who"), "name"))), "Nguyễn Văn Mẫu");
	json_decref(content);
	office_close(&w);
}

TEST_BOTH(twins_are_seen_and_work_lists_are_right)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct env env = office_env(&w);
	struct err e = {0};
	struct dossier_twins_rows twins;
	struct dossier_list_waiting_rows waiting;
	struct dossier_list_found_rows hits;
	for (int i = 0; i < 3; i++)
		send(&w, "bx-khai-bao-xquang");
	EXPECT_OK(dossier_twins(&env, w.law, STR("001090012345"), STR("bx-khai-bao-xquang"), &twins, &e), e);
	EXPECT_INT(twins.n, 3);
	EXPECT_OK(dossier_twins(&env, w.law, STR("001090012346"), STR("bx-khai-bao-xquang"), &twins, &e), e);
	EXPECT_INT(twins.n, 0);
	EXPECT_OK(q_dossier_list_waiting(w.db, a, w.people.reception, STR("counter"), 10, DOSSIER_LIST_WAITING_BY_DUE_WAITING, &waiting, &e), e);
	EXPECT_INT(waiting.n, 3);
	EXPECT_OK(q_dossier_list_found(w.db, a, STR("nguyen mau"), 10, &hits, &e), e);
	EXPECT_INT(hits.n, 3);
	office_close(&w);
}

/* ---- a search index that is malformed ---- */

/* Past the program, which may not touch what FTS5 keeps. */
static void damage(const char *text)
{
	sqlite3 *lite = NULL;
	EXPECT_INT(lite_open(test_db_place().p, SQLITE_OPEN_READWRITE, &lite), SQLITE_OK);
	EXPECT_INT(sqlite3_busy_timeout(lite, 5000), SQLITE_OK);
	if (sqlite3_exec(lite, text, NULL, NULL, NULL) != SQLITE_OK)
		FAIL("%s: %s", text, sqlite3_errmsg(lite));
	sqlite3_close(lite);
}

static bool search_is_whole(void)
{
	sqlite3 *lite = NULL;
	EXPECT_INT(lite_open(test_db_place().p, SQLITE_OPEN_READWRITE, &lite), SQLITE_OK);
	int code = sqlite3_exec(lite, "insert into dossier_search (dossier_search) values ('integrity-check')", NULL, NULL, NULL);
	sqlite3_close(lite);
	return code == SQLITE_OK;
}

static size_t found_by(struct office *w, const char *word)
{
	struct err e = {0};
	struct dossier_list_found_rows hits = {0};
	EXPECT_OK(q_dossier_list_found(w->db, w->a, str_from(word), 100, &hits, &e), e);
	return hits.n;
}

static int run_jobs(struct office *w, const struct job_kind *kind)
{
	struct err e = {0};
	struct db_pool *pool = db_pool_new(w->engine, test_db_place(), 2);
	const struct job_config cfg = {.writer = w->w, .pool = pool, .kinds = kind, .n_kinds = 1, .now = office_now_for};
	bool ran = true;
	int n = 0;
	EXPECT_OK(job_add_periodic(&cfg, &e), e);
	for (; ran; n += ran)
		EXPECT_OK(job_run_one(&cfg, &ran, &e), e);
	db_pool_free(pool);
	return n;
}

static bool fill_all(struct env *env, void *ctx, struct err *e)
{
	struct search_fill *at = ctx;
	return dossier_search_fill(env, at, e);
}

static struct search_fill filled(struct office *w)
{
	struct err e = {0};
	struct search_fill at = {.more = true};
	while (at.more)
		EXPECT_OK(office_act(w, &actor_program, fill_all, &at, &e), e);
	return at;
}

TEST(a_malformed_search_index_refuses_no_filing_and_is_made_anew)
{
	static const struct { const char *damage; bool seen_by_filing; } cases[] = {
		{"update dossier_search_data set block = x'00' where id = 10", true},                       /* which pieces there are */
		{"update dossier_search_data set block = x'ffffffffffffffff' where id = 1", false},         /* how many rows and words */
		{"delete from dossier_search_docsize", false},
		{"delete from dossier_search_data where id > 10", false},                                   /* the pieces themselves */
		{"delete from dossier_search_content; insert into dossier_search_content (id, c0) values (7, 'stranger')", false},
	};
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	struct err e = {0};
	size_t n = 4;
	for (int i = 0; i < 4; i++)
		send(&w, "bx-khai-bao-xquang");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		office_set_ms(office_now().ms + 3600000);
		damage(cases[i].damage);
		struct dossier_sent s = send(&w, "bx-khai-bao-xquang"), t = send(&w, "bx-khai-bao-xquang");
		n += 2;
		int jobs = run_jobs(&w, &dossier_search_job);
		if (jobs != cases[i].seen_by_filing)
			FAIL("%s: %d jobs", cases[i].damage, jobs);
		if (!jobs)
			filled(&w);
		if (!search_is_whole())
			FAIL("%s: not whole", cases[i].damage);
		EXPECT_INT(found_by(&w, "nguyen mau"), n);
		EXPECT_INT(found_by(&w, "stranger"), 0);
		EXPECT_INT(found_by(&w, str_fmt(a, "\"%.*s\"", STR_ARG(s.code)).p), 1);
		EXPECT_INT(found_by(&w, str_fmt(a, "\"%.*s\"", STR_ARG(t.code)).p), 1);
		EXPECT_OK(office_act(&w, &actor_program, forget, &s.id, &e), e); /* a row can be written and taken away again */
		EXPECT_INT(found_by(&w, "nguyen mau"), --n);
	}
	office_close(&w);
}

TEST(a_search_that_finds_the_index_malformed_says_so_and_has_it_made_anew)
{
	static const char *const damages[] = {"update dossier_search_data set block = x'ff' where id > 10", "delete from dossier_search_data where id > 10"};
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	struct dossier_list_found_rows hits = {0};
	struct env env = {.arena = a, .db = w.db};
	for (int i = 0; i < 3; i++)
		send(&w, "bx-khai-bao-xquang");
	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		struct err e = {0};
		office_set_ms(office_now().ms + 3600000);
		EXPECT_INT(run_jobs(&w, &dossier_search_job), 0); /* as long as nobody found anything */
		damage(damages[i]);
		EXPECT(!q_dossier_list_found(w.db, a, STR("nguyen mau"), 10, &hits, &e) && !dossier_search_failed(&env, &e));
		EXPECT(e.kind == ERR_BUSY && e.say == (int)MSG_DOSSIER_SEARCH_ANEW);
		office_set_ms(office_now().ms + 60000);
		EXPECT_INT(run_jobs(&w, &dossier_search_job), 1);
		EXPECT(search_is_whole());
		EXPECT_INT(found_by(&w, "nguyen mau"), 3);
	}
	struct err other = {0};
	EXPECT(!dossier_search_failed(&env, &other) && other.kind == ERR_NONE);
	office_close(&w);
}

/* Of the search index; each commit leaves one. Their number stands in the rows' ids (fts5_index.c, FTS5_SEGMENT_ROWID). */
static int pieces(void)
{
	sqlite3 *lite = NULL;
	sqlite3_stmt *s = NULL;
	EXPECT_INT(lite_open(test_db_place().p, SQLITE_OPEN_READONLY, &lite), SQLITE_OK);
	EXPECT_INT(sqlite3_prepare_v2(lite, "select count(distinct id >> 37) from dossier_search_data where id > 10", -1, &s, NULL), SQLITE_OK);
	EXPECT_INT(sqlite3_step(s), SQLITE_ROW);
	int n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(lite);
	return n;
}

TEST_BOTH(what_writing_leaves_in_pieces_a_job_merges)
{
	enum { MANY = 40, FEW = 4 };
	struct office w;
	office_open(&w, a, engine, CLOCK);
	for (int i = 0; i < MANY; i++)
		send(&w, "bx-khai-bao-xquang");
	if (engine == DB_SQLITE)
		EXPECT_INT(pieces(), MANY); /* no act merged them */
	EXPECT_INT(run_jobs(&w, &dossier_search_merge_job), engine == DB_SQLITE);
	if (engine == DB_SQLITE)
		EXPECT(pieces() < FEW);
	EXPECT_INT(found_by(&w, "nguyen mau"), MANY);
	office_set_ms(office_now().ms + 60000);
	EXPECT_INT(run_jobs(&w, &dossier_search_merge_job), 0); /* nothing was written since */
	send(&w, "bx-khai-bao-xquang");
	office_set_ms(office_now().ms + 60000);
	EXPECT_INT(run_jobs(&w, &dossier_search_merge_job), engine == DB_SQLITE);
	EXPECT_INT(found_by(&w, "nguyen mau"), MANY + 1);
	office_close(&w);
}

/* Sixty-four pieces of one commit each are merged by whoever writes the next, so that no database is without bound where no job runs. */
TEST(pieces_have_a_bound_without_the_job)
{
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	for (int i = 0; i < 70; i++)
		send(&w, "bx-khai-bao-xquang");
	EXPECT(pieces() < 10);
	EXPECT_INT(found_by(&w, "nguyen mau"), 70);
	office_close(&w);
}

TEST_BOTH(the_search_index_is_compared_with_the_dossiers)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct err e = {0};
	struct dossier_sent s[3];
	for (int i = 0; i < 3; i++)
		s[i] = send(&w, "bx-khai-bao-xquang");
	EXPECT_OK(office_act(&w, &actor_program, forget, &s[0].id, &e), e);
	struct search_fill at = filled(&w);
	EXPECT(at.n == 3 && at.mended == 0);
	const char *lost = str_fmt(a, "delete from dossier_search where rowid = %lld", (long long)s[1].id.v).p;
	if (engine == DB_SQLITE)
		damage(lost);
	else
		test_db_run(lost);
	EXPECT_INT(found_by(&w, "nguyen mau"), 1);
	at = filled(&w);
	EXPECT(at.n == 3 && at.mended == 1);
	EXPECT_INT(found_by(&w, "nguyen mau"), 2);
	office_close(&w);
}

TEST(codes_by_both_circulars)
{
	const char *good[] = {"000.00.12.H38-260302-0007", "H38.12-260302-0007", "H26-240115-0001", "H26.31.02.001-240115-12345"};
	const char *bad[] = {"", "H38-260230-0001", "H38-260302-007", "h38-260302-0007", "12.34-260302-0007", "H38-26030-0007", "H38.1-260302-0007", "H38-260302-0000", "H38-260302"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!dossier_code_ok(str_from(good[i])))
			FAIL("%s is a code", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (dossier_code_ok(str_from(bad[i])))
			FAIL("%s is no code", bad[i]);
	EXPECT_TEXT(dossier_code(a, STR("H99"), date_from_civil(2026, 3, 2), 12345), "H99-260302-12345");
}

static json_t *proposed(struct office *w, struct dossier_id id)
{
	struct err e = {0};
	struct dossier_get_row d = load(w, id);
	struct dossier_proposal p;
	struct env env = office_env(w);
	EXPECT_OK(dossier_proposal(&env, w->law, &d, false, &p, &e), e);
	return p.fields;
}
static struct str text_field(json_t *fields, const char *key) { return str_from(json_string_value(json_object_get(fields, key))); }

TEST_BOTH(a_result_asks_for_what_the_record_does_not_tell)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_done last;
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist),
	             director = office_official(&w, w.people.director);
	struct dossier_id d = send(&w, "bx-gia-han-xquang").id;
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&specialist, .action = ACT_FINISH);
	json_t *now = proposed(&w, d); /* before there is a proposal: what the record and the law tell */
	EXPECT_INT(json_integer_value(json_object_get(now, "so_thang")), 36);
	EXPECT(!json_object_get(now, "tu_ngay"));
	json_decref(now);
	REFUSED(&specialist, ERR_INVALID, MSG_DOSSIER_RESULT_FIELDS, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"));
	json_t *fields = json_pack("{s:[{s:s,s:s,s:s}],s:s,s:s}", "dac_trung", "ten", "Máy X-quang <b>", "ma_hieu_seri", "DR-F 1", "nuoc_sx", "Mẫu, 2024",
	                           "cong_viec_bx", "Sử dụng thiết bị X-quang", "khong_co", "x");
	REFUSED(&specialist, ERR_INVALID, MSG_DOSSIER_RESULT_FIELDS, .action = ACT_SUBMIT, .outcome = STR("result"), .fields = fields); /* one it does not ask for */
	json_object_del(fields, "khong_co");
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"), .fields = fields);
	json_decref(fields);
	now = proposed(&w, d);
	EXPECT_STR(str_from(json_string_value(json_object_get(json_array_get(json_object_get(now, "dac_trung"), 0), "ten"))), STR("Máy X-quang <b>"));
	EXPECT_INT(json_integer_value(json_object_get(now, "so_thang")), 36);
	json_decref(now);
	ACT(&head, .action = ACT_SEND_BACK, .reason = STR("Ghi rõ ngày có hiệu lực"));
	json_t *more = json_pack("{s:s}", "tu_ngay", "2026-12-01");
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"), .fields = more);
	json_decref(more);
	now = proposed(&w, d); /* what was proposed before is kept */
	EXPECT_INT(json_array_size(json_object_get(now, "dac_trung")), 1);
	EXPECT_TEXT(text_field(now, "tu_ngay"), "2026-12-01");
	json_decref(now);
	ACT(&head, .action = ACT_APPROVE);
	ACT(&director, .action = ACT_APPROVE);
	EXPECT_TEXT(load(&w, d).result_symbol, "GP-SKHCN");
	EXPECT_INT(load(&w, d).result_number.v, 1);
	office_close(&w);
}

static bool without_fields(struct env *env, void *ctx, struct err *e)
{
	struct keep_ctx *c = ctx;
	struct key key;
	bool erased;
	if (!dossier_key(env, c->w->law, c->id, &key, &erased, e))
		return false;
	struct str sealed = crypto_seal(env->arena, &key, STR("proposal"), STR("{\"fields\":{\"thoi_han\":\"thang\"},\"text\":\"\"}"));
	return q_dossier_propose(env->db, c->id, STR("result"), base64_encode(env->arena, sealed.p, sealed.n), NULL, e) &&
	       audit_record(env, &(struct audit_act){.kind = "dossier.test", .subject = c->id.v}, NULL, e);
}

/* A proposal written under a pack that asked for less: no number, until it went back. A refusal has a symbol of its own. */
TEST_BOTH(no_number_for_a_paper_with_blanks)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_done last;
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist),
	             director = office_official(&w, w.people.director);
	struct dossier_id d = send(&w, "bx-cap-phep-xquang").id;
	struct err e = {0};
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&specialist, .action = ACT_FINISH);
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"));
	ACT(&head, .action = ACT_APPROVE);
	EXPECT_OK(office_act(&w, &actor_program, without_fields, &(struct keep_ctx){&w, d}, &e), e);
	REFUSED(&director, ERR_CONFLICT, MSG_DOSSIER_RESULT_INCOMPLETE, .action = ACT_APPROVE);
	EXPECT(!load(&w, d).result_number.has);
	ACT(&director, .action = ACT_SEND_BACK, .reason = STR("Thiếu thông tin"));
	ACT(&head, .action = ACT_SEND_BACK, .reason = STR("Thiếu thông tin"));
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("refuse"), .text = STR("Thiết bị chưa kiểm định"));
	ACT(&head, .action = ACT_APPROVE);
	ACT(&director, .action = ACT_APPROVE);
	EXPECT_TEXT(load(&w, d).result_symbol, "TB-SKHCN");
	office_close(&w);
}

static bool look_often(struct env *env, void *ctx, struct err *e)
{
	const struct dossier_id *d = ctx;
	for (int i = 0; i < 1200; i++)
		if (!audit_record(env, &(struct audit_act){.kind = i % 2 ? "dossier.read" : "dossier.read_count", .subject = d->v, .role = ROLE_HEAD, .body = STR("{}")}, NULL, e))
			return false;
	return true;
}

TEST_BOTH(looks_push_no_act_out_of_the_timeline)
{
	struct office w;
	struct dossier_done last;
	struct err e = {0};
	office_open(&w, a, engine, "2026-11-16T08:00:00+07:00");
	struct dossier_id d = send(&w, "bx-cap-phep-xquang").id;
	EXPECT_OK(office_act(&w, &actor_program, look_often, &d, &e), e);
	struct actor counter = office_official(&w, w.people.counter);
	struct audit_entries all = {0};
	struct env env = office_env(&w);
	ACT(&counter, .action = ACT_ACCEPT);
	EXPECT_OK(dossier_timeline(&env, d, &all, &e), e);
	EXPECT(all.n >= 2 && all.n < 20);
	EXPECT_TEXT(all.v[0].kind, "dossier.send");
	EXPECT_TEXT(all.v[all.n - 1].kind, "dossier.accept");
	office_close(&w);
}

/* Another unit of the department where somebody has the role today. */
static struct unit_id other_unit(struct office *w, enum role role, struct person_id *holder)
{
	struct err e = {0};
	struct units all = {0};
	struct env env = office_env(w);
	EXPECT_OK(directory_units(&env, w->people.department, date_of(env.now), &all, &e), e);
	for (size_t i = 0; i < all.n; i++) {
		struct officers v = {0};
		EXPECT_OK(directory_holders(&env, role, all.v[i].id, date_of(env.now), &v, &e), e);
		for (size_t k = 0; k < v.n && all.v[i].id.v != w->people.division.v; k++)
			if (!v.v[k].absent) {
				*holder = v.v[k].person;
				return all.v[i].id;
			}
	}
	FAIL("the sample department has one unit only");
	return (struct unit_id){0};
}

TEST_BOTH(a_dossier_moves_to_another_unit)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_id d = send(&w, "bx-khai-bao-xquang").id;
	struct dossier_done last;
	struct person_id there = {0};
	struct unit_id unit = other_unit(&w, ROLE_SPECIALIST, &there);
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist);
	struct actor stranger_there = office_official(&w, there), clerk = office_official(&w, w.people.clerk);
	REFUSED(&citizen, ERR_DENIED, 0, .action = ACT_TRANSFER, .unit = unit, .reason = STR("x"));
	ACT(&counter, .action = ACT_ACCEPT);
	REFUSED(&clerk, ERR_DENIED, 0, .action = ACT_TRANSFER, .unit = unit, .reason = STR("x"));
	REFUSED(&head, ERR_INVALID, MSG_DOSSIER_REASON, .action = ACT_TRANSFER, .unit = unit);
	REFUSED(&head, ERR_INVALID, MSG_DOSSIER_TRANSFER_UNIT, .action = ACT_TRANSFER, .unit = w.people.division, .reason = STR("x"));
	REFUSED(&head, ERR_INVALID, MSG_DOSSIER_TRANSFER_UNIT, .action = ACT_TRANSFER, .unit = w.people.reception, .reason = STR("x"));
	REFUSED(&head, ERR_INVALID, MSG_DOSSIER_TRANSFER_UNIT, .action = ACT_TRANSFER, .unit = {77}, .reason = STR("x"));
	REFUSED(&head, ERR_CONFLICT, MSG_DOSSIER_TRANSFER_NOBODY, .action = ACT_TRANSFER, .unit = w.people.leadership, .reason = STR("x"));
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	REFUSED(&counter, ERR_DENIED, 0, .action = ACT_TRANSFER, .unit = unit, .reason = STR("x")); /* somebody has it */
	struct dossier_get_row before = load(&w, d);
	ACT(&head, .action = ACT_TRANSFER, .unit = unit, .reason = STR("Thuộc lĩnh vực của phòng khác"), .rev = before.rev);
	struct dossier_get_row now = load(&w, d);
	EXPECT_TEXT(now.step, before.step.p);
	EXPECT_INT(now.settling_unit.v, unit.v);
	EXPECT_INT(now.step_unit.v, unit.v);
	EXPECT_INT(now.assignee.v, 0);
	EXPECT_INT(now.officer.v, 0);
	EXPECT_INT(now.rev, before.rev + 1);
	EXPECT(now.due.has && now.due.v.ms == before.due.v.ms && now.step_due.v.ms == before.step_due.v.ms); /* the clock runs on */
	REFUSED(&specialist, ERR_DENIED, 0, .action = ACT_FINISH);
	REFUSED(&head, ERR_DENIED, 0, .action = ACT_TRANSFER, .unit = w.people.division, .reason = STR("x")); /* it is not this head's any more */
	REFUSED(&head, ERR_CONFLICT, MSG_DOSSIER_TAKE_BACK_LATE, .action = ACT_TAKE_BACK);
	REFUSED(&stranger_there, ERR_CONFLICT, MSG_DOSSIER_CHANGED, .action = ACT_FINISH, .rev = before.rev);
	ACT(&stranger_there, .action = ACT_FINISH);
	/* Still at the counter: the record names the unit that the head leads, not the one where the dossier lies; of an applicant none. */
	d = send(&w, "bx-khai-bao-xquang").id;
	ACT(&head, .action = ACT_TRANSFER, .unit = unit, .reason = STR("x"));
	ACT(&citizen, .action = ACT_WITHDRAW, .reason = STR("x"));
	struct err e = {0};
	struct env env = office_env(&w);
	struct audit_entries all = {0};
	EXPECT_OK(dossier_timeline(&env, d, &all, &e), e);
	EXPECT_INT(all.v[all.n - 2].unit, w.people.division.v);
	EXPECT_TEXT(all.v[all.n - 1].kind, "dossier.withdraw");
	EXPECT_INT(all.v[all.n - 1].unit, 0);
	office_close(&w); /* and the record is verified */
}

/* ---- why it is late (late.h) ---- */

/* Decided and signed, to be issued by the clerk. */
static struct dossier_id until_issue(struct office *ow)
{
#define w (*ow)
	struct err e = {0};
	struct dossier_done last;
	struct dossier_id d = send(&w, "bx-khai-bao-xquang").id;
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), specialist = office_official(&w, w.people.specialist), director = office_official(&w, w.people.director);
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&specialist, .action = ACT_FINISH);
	ACT(&specialist, .action = ACT_SUBMIT, .outcome = STR("result"), .text = STR("Đủ điều kiện"));
	ACT(&head, .action = ACT_APPROVE);
	ACT(&director, .action = ACT_APPROVE);
	EXPECT_OK(office_act(&w, &actor_program, keep_result, &(struct keep_ctx){&w, d}, &e), e);
	return d;
#undef w
}

static struct stat_row sums_of(struct office *w)
{
	struct err e = {0};
	struct env env = office_env(w);
	struct stat_rows rows;
	EXPECT_OK(stat_read(&env, &(struct stat_cut){.to = 99999}, &rows, &e), e);
	return rows.v[0];
}

static bool last_says(struct office *w, struct dossier_id d, const char *words)
{
	struct err e = {0};
	struct env env = office_env(w);
	struct audit_entries all = {0};
	EXPECT_OK(dossier_timeline(&env, d, &all, &e), e);
	return str_find(all.v[all.n - 1].body, str_from(words)) >= 0;
}

TEST_BOTH(who_settles_late_says_why)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_done last;
	struct actor clerk = office_official(&w, w.people.clerk);
	struct dossier_id d = until_issue(&w), other = until_issue(&w), in_time = until_issue(&w);
	d = in_time;
	office_set_ms(load(&w, d).law_due.v.ms);
	ACT(&clerk, .action = ACT_ISSUE, .late_reason = STR("staff"), .reason = STR("x")); /* on its last moment nothing is asked, and nothing taken */
	EXPECT(!load(&w, d).late_reason.has);
	EXPECT(!last_says(&w, d, "late") && !last_says(&w, d, "note"));
	d = other;
	office_set_ms(load(&w, d).law_due.v.ms + 1);
	REFUSED(&clerk, ERR_INVALID, MSG_DOSSIER_LATE_REASON, .action = ACT_ISSUE);
	REFUSED(&clerk, ERR_INVALID, MSG_DOSSIER_LATE_REASON, .action = ACT_ISSUE, .late_reason = STR("traffic"));
	REFUSED(&clerk, ERR_INVALID, MSG_DOSSIER_LATE_WORDS, .action = ACT_ISSUE, .late_reason = STR("other"), .reason = STR("  "));
	EXPECT(!load(&w, d).settled_at.has && !load(&w, d).late_reason.has);
	EXPECT_INT(sums_of(&w).n[STAT_LATE], 0);
	ACT(&clerk, .action = ACT_ISSUE, .late_reason = STR("other"), .reason = STR("Mất điện cả phường"));
	EXPECT_INT(load(&w, d).late_reason.v, 8);
	EXPECT(last_says(&w, d, "\"late\":\"other\"") && last_says(&w, d, "\"note\":"));
	struct stat_row sums = sums_of(&w);
	EXPECT_INT(sums.n[STAT_LATE], 1);
	EXPECT_INT(sums.n[STAT_LATE_REASON_1 + 8 - 1], 1);
	EXPECT_INT(stat_late_unstated(&sums), 0);
	office_close(&w); /* and each count is recounted */
}

TEST_BOTH(on_days_without_a_list_nothing_is_asked)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_done last;
	struct actor clerk = office_official(&w, w.people.clerk);
	struct dossier_id d = until_issue(&w);
	for (size_t i = 0; i < w.law->n_late; i++)
		w.law->late[i].to = (struct date){date_of(load(&w, d).law_due.v).day};
	office_set_ms(load(&w, d).law_due.v.ms + DAY_MS);
	ACT(&clerk, .action = ACT_ISSUE, .late_reason = STR("staff"));
	EXPECT(!load(&w, d).late_reason.has);
	struct stat_row sums = sums_of(&w);
	EXPECT_INT(sums.n[STAT_LATE], 1);
	EXPECT_INT(stat_late_unstated(&sums), 1);
	office_close(&w);
}

static const struct late_reason *suggested(struct office *w, struct dossier_id d)
{
	struct err e = {0};
	struct env env = office_env(w);
	const struct late_reason *out = NULL;
	struct dossier_get_row row = load(w, d);
	EXPECT_OK(late_suggested(&env, w->law, &row, &out, &e), e);
	return out;
}

TEST_BOTH(what_the_record_says_is_suggested)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct dossier_done last;
	struct err e = {0};
	struct actor counter = office_official(&w, w.people.counter), head = office_official(&w, w.people.head), director = office_official(&w, w.people.director), clerk = office_official(&w, w.people.clerk);
	struct dossier_id d = until_issue(&w);
	struct instant due = load(&w, d).law_due.v;
	EXPECT(suggested(&w, d) == NULL);
	ACT(&director, .action = ACT_APOLOGISE, .reason = STR("Chờ kiểm tra"), .late_reason = STR("inspection"), .new_due = {due.ms + 5 * DAY_MS});
	EXPECT_TEXT(suggested(&w, d)->code, "inspection");
	EXPECT(last_says(&w, d, "\"late\":\"inspection\""));
	office_set_ms(due.ms); /* in time after all: the apology's reason stays in the record and is counted nowhere */
	ACT(&clerk, .action = ACT_ISSUE);
	EXPECT_INT(load(&w, d).late_reason.v, 2);
	EXPECT_INT(sums_of(&w).n[STAT_LATE_REASON_1 + 1], 0);
	d = send(&w, "bx-khai-bao-xquang").id;
	ACT(&counter, .action = ACT_ACCEPT);
	ACT(&head, .action = ACT_ASSIGN, .to = w.people.specialist);
	ACT(&head, .action = ACT_ASK_OPINION, .unit = w.people.division, .text = STR("Hỏi"));
	EXPECT(suggested(&w, d) == NULL);
	struct dossier_opinion_list_rows asked = {0};
	EXPECT_OK(q_dossier_opinion_list(w.db, w.a, d, &asked, &e), e);
	office_set_ms(asked.v[0].due.ms + 1);
	EXPECT_TEXT(suggested(&w, d)->code, "coordination");
	ACT(&head, .action = ACT_ANSWER_OPINION, .item = asked.v[0].id.v, .text = STR("Thống nhất"));
	office_set_ms(asked.v[0].due.ms + 90 * DAY_MS);
	EXPECT_TEXT(suggested(&w, d)->code, "coordination");
	office_close(&w);
}

TEST(a_list_of_reasons_with_a_fault_is_refused)
{
#define ITEM(no, code, from) "{\"no\":" no ",\"code\":\"" code "\",\"name\":\"x\",\"name_en\":\"x\",\"brief\":\"x\",\"brief_en\":\"x\",\"valid_from\":" from ",\"valid_to\":null,\"words\":false}"
	static const struct { const char *items, *says; } packs[] = {
		{ITEM("1", "a", "\"2025-01-01\"") "," ITEM("1", "b", "\"2026-01-01\""), "another reason's"}, {ITEM("13", "a", "\"2025-01-01\""), "1 to 12"}, {ITEM("0", "a", "\"2025-01-01\""), "1 to 12"},
		{ITEM("1", "Không", "\"2025-01-01\""), "code"}, {ITEM("1", "a", "null"), "valid_from"}, {"{\"no\":1}", "code"}};
	for (size_t i = 0; i < ARRAY_LEN(packs); i++) {
		struct pack_file f = {STR("late/reasons.json"), str_fmt(a, "{\"format\":1,\"items\":[%s]}", packs[i].items)};
		struct law l = {.arena = a, .pack = {&f, 1}};
		struct err e = {0};
		EXPECT_ERR(law_load_late(&l, &e), e, ERR_INVALID);
		EXPECT(strstr(e.text, packs[i].says) != NULL);
	}
	struct err e = {0};
	EXPECT_ERR(law_load_late(&(struct law){.arena = a}, &e), e, ERR_INVALID);
	/* A name may be said anew from a day on; the number stays the reason's. */
	struct pack_file f = {STR("late/reasons.json"), STR("{\"format\":1,\"items\":[" ITEM("1", "a", "\"2025-01-01\"") "," ITEM("1", "a", "\"2026-01-01\"") "]}")};
	struct law l = {.arena = a, .pack = {&f, 1}};
	EXPECT_OK(law_load_late(&l, &e), e);
	EXPECT(late_by_no(&l, 1) == &l.late[1] && late_by_no(&l, 2) == NULL);
	EXPECT(late_by_code(&l, STR("a"), date_from_civil(2025, 6, 1)) == &l.late[0] && late_by_code(&l, STR("a"), date_from_civil(2024, 12, 31)) == NULL);
}
