/* fee_test.c — every rule of the packs against the fee table printed beside it, sums reckoned by hand, and what a demand must say. */
#include "dossier/dossier_testing.h"
#include "dossier/fee.h"
#include "gen/messages.h"
#include <string.h>

#define CLOCK "2026-11-16T08:30:00+07:00"

static const struct actor citizen = {.account = 4242, .roles = ROLE_BIT(ROLE_CITIZEN)};
static const struct actor admin = {.account = 1, .roles = ROLE_BIT(ROLE_ADMIN)};

static json_t *object(const char *text)
{
	json_t *o = json_loads(text, 0, NULL);
	CHECK(o != NULL);
	return o;
}

static const struct law_procedure *named(const struct office *w, const char *id)
{
	const struct law_procedure *p = law_find(w->law, str_from(id));
	CHECK(p != NULL);
	return p;
}

static int64_t total(const struct office *w, const char *id, const char *inputs)
{
	struct err e = {0};
	struct fee_bill bill;
	json_t *o = object(inputs);
	EXPECT_OK(law_fee(w->a, named(w, id), o, &bill, &e), e);
	json_decref(o);
	return bill.total.dong;
}

/* ---- rules ---- */

/* By hand from the circulars' tables as the packs print them. */
static const struct { const char *procedure, *inputs; int64_t dong; } worked[] = {
	{"bx-cap-phep-xquang", "{\"f1\":2,\"f7\":1}", 12000000},                  /* TT 287/2016: 2 × 2.000.000 + 8.000.000 */
	{"bx-cap-phep-xquang", "{\"f1\":1,\"f2\":1,\"f3\":1,\"f4\":1,\"f5\":1,\"f6\":1,\"f7\":1,\"f8\":1}", 41000000},
	{"bx-cap-phep-xquang", "{\"f8\":3}", 48000000},
	{"bx-cap-phep-xquang", "{}", 0},
	{"bx-gia-han-xquang", "{\"f4\":1}", 2250000},                             /* 75 % of 3.000.000 */
	{"bx-gia-han-xquang", "{\"f1\":3,\"f6\":2}", 12000000},                   /* 75 % of 16.000.000 */
	{"bx-chung-chi-nvbx", "{}", 200000},
	{"bx-chung-chi-nvbx", "{\"f1\":3}", 600000},
	{"bx-ung-pho-su-co", "{}", 500000},
	{"bc-cap-gp", "{\"f1\":1}", 10750000},                                    /* TT 291/2016 */
	{"bc-cap-gp", "{\"f2\":1}", 4250000},
	{"bc-xac-nhan", "{}", 1200000},                                           /* fee 1.000.000 and charge 200.000 */
	{"bc-sua-doi-gp", "{\"f1\":1,\"f2\":1}", 3500000},
	{"bc-cap-lai-gp-mat", "{}", 1250000},
	{"bc-cap-lai-xn", "{\"f2\":2}", 1000000},
	{"kh-to-chuc-lan-dau", "{}", 3000000},                                    /* TT 298/2016 */
	{"kh-vpdd-thay-doi", "{\"f1\":1,\"f2\":1}", 2000000},
	{"sh-giam-dinh-cap", "{}", 250000},                                       /* TT 263/2016 */
	{"sh-giam-dinh-cu", "{\"f1\":1,\"f2\":1,\"f3\":1,\"f4\":1}", 800000},
	{"tc-hop-quy-ben3", "{}", 150000},
	{"tc-kt-hang-nhap-khau", "{}", 150000},
	{"cg-dang-ky", "{\"contract_value\":1000000000}", 5000000},               /* TT 169/2016: 0,1 %, not under 5 million */
	{"cg-dang-ky", "{\"contract_value\":5000000000}", 5000000},
	{"cg-dang-ky", "{\"contract_value\":7350000000}", 7350000},
	{"cg-dang-ky", "{\"contract_value\":7350000499}", 7350000},               /* whole đồng, the nearest */
	{"cg-dang-ky", "{\"contract_value\":7350000501}", 7350001},
	{"cg-dang-ky", "{\"contract_value\":900000000000}", 10000000},            /* nor over 10 million */
	{"cg-gia-han-sua-doi", "{\"contract_value\":10000000}", 3000000},
	{"cg-gia-han-sua-doi", "{\"contract_value\":4200000000}", 4200000},
	{"cg-gia-han-sua-doi", "{\"contract_value\":90000000000}", 5000000},
	{"bx-khai-bao-xquang", "{}", 0},
};

TEST(sums_by_hand)
{
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	for (size_t i = 0; i < ARRAY_LEN(worked); i++) {
		int64_t got = total(&w, worked[i].procedure, worked[i].inputs);
		if (got != worked[i].dong)
			fprintf(stderr, "%s %s\n", worked[i].procedure, worked[i].inputs);
		EXPECT_INT(got, worked[i].dong);
	}
	/* 0,001 is not a binary fraction: no đồng may get lost in it */
	for (int64_t k = 5000000; k <= 10000000; k += 4973) {
		struct err e = {0};
		struct fee_bill bill;
		json_t *o = json_pack("{s:I}", "contract_value", (json_int_t)(k * 1000));
		EXPECT_OK(law_fee(a, named(&w, "cg-dang-ky"), o, &bill, &e), e);
		EXPECT_INT(bill.total.dong, k);
		json_decref(o);
	}
	office_close(&w);
}

static int64_t sum_of(const struct fee_bill *bill)
{
	int64_t n = 0;
	for (size_t i = 0; i < bill->n; i++)
		n += bill->v[i].amount.dong;
	return n;
}

/* One of an item costs what the table beside the rule prints, and names its law; where the item goes by a rate (75 %, 0,1 %) the table prints no sum. */
static void against_the_table(struct arena *a, const struct law_procedure *p, size_t i)
{
	struct err e = {0};
	struct fee_bill bill;
	const struct fee_input *x = &p->fee->v[i];
	json_t *inputs = json_object();
	for (size_t k = 0; k < p->fee->n; k++)
		json_object_setn_new(inputs, p->fee->v[k].key.p, p->fee->v[k].key.n, json_integer(k == i ? 2 : 0));
	EXPECT_OK(law_fee(a, p, inputs, &bill, &e), e);
	EXPECT_INT(bill.n, 1);
	EXPECT_INT(sum_of(&bill), bill.total.dong);
	EXPECT(str_eq(bill.v[0].basis, x->item->basis));
	if (x->item->amount >= 0) {
		EXPECT(str_eq(bill.v[0].name, x->item->name) && str_eq(bill.v[0].unit, x->item->unit));
		EXPECT_INT(bill.v[0].each.dong, x->item->amount);
		EXPECT_INT(bill.total.dong, 2 * x->item->amount);
	}
	json_decref(inputs);
}

TEST(every_rule_agrees_with_its_table)
{
	struct office w;
	size_t rules = 0, inputs = 0;
	office_open(&w, a, DB_SQLITE, CLOCK);
	for (size_t i = 0; i < w.law->n; i++) {
		const struct law_procedure *p = &w.law->procedures[i];
		if (!p->fee)
			continue;
		rules++;
		inputs += p->fee->n;
		EXPECT((p->fee->form != NULL) == (p->fee->n > 0));
		for (size_t k = 0; k < p->fee->n; k++)
			if (p->fee->v[k].item->amount != 0)
				against_the_table(a, p, k);
		for (size_t k = 0; k < p->p->fees_n && p->fee->n == 0; k++) /* a rule without inputs: nothing is collected */
			EXPECT_INT(p->p->fees[k].amount, 0);
	}
	EXPECT_INT(rules, 38);
	EXPECT_INT(inputs, 35 + 4);
	office_close(&w);
}

/* An item of the table that costs something and that no input asks for would never be collected. */
TEST(every_item_that_costs_is_asked_for)
{
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	for (size_t i = 0; i < w.law->n; i++) {
		const struct law_procedure *p = &w.law->procedures[i];
		for (size_t k = 0; p->fee && k < p->p->fees_n; k++) {
			bool asked = p->p->fees[k].amount == 0;
			for (size_t n = 0; n < p->fee->n; n++)
				asked = asked || p->fee->v[n].item == &p->p->fees[k];
			if (!asked)
				fprintf(stderr, "%.*s: %.*s\n", STR_ARG(p->p->id), STR_ARG(p->p->fees[k].name));
			EXPECT(asked);
		}
	}
	office_close(&w);
}

TEST(inputs_are_checked_and_told_by_answers)
{
	static const struct { const char *procedure, *inputs; size_t errors; const char *pointer; } cases[] = {
		{"bx-cap-phep-xquang", "{\"f1\":2}", 0, NULL}, {"bx-cap-phep-xquang", "{\"f1\":-1}", 1, "/f1"}, {"bx-cap-phep-xquang", "{\"f1\":1.5}", 1, "/f1"},
		{"bx-cap-phep-xquang", "{\"f1\":1001}", 1, "/f1"}, {"bx-cap-phep-xquang", "{\"f1\":\"hai\"}", 1, "/f1"}, {"bx-cap-phep-xquang", "{\"f9\":1}", 1, "/f9"},
		{"cg-dang-ky", "{}", 1, "/contract_value"}, {"cg-dang-ky", "{\"contract_value\":\"7.000.000.000\"}", 0, NULL}, {"kh-dn-khcn", "{\"f1\":1}", 1, "/f1"}, {"kh-dn-khcn", "{}", 0, NULL}};
	struct office w;
	office_open(&w, a, DB_SQLITE, CLOCK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		json_t *o = object(cases[i].inputs);
		struct eform_errors errors = law_fee_check(a, w.law, named(&w, cases[i].procedure), o, date_of(office_now()), NULL);
		EXPECT_INT(errors.n, cases[i].errors);
		if (cases[i].pointer && errors.first)
			EXPECT_TEXT(errors.first->pointer, cases[i].pointer);
		json_decref(o);
	}
	struct err e = {0};
	bool told = false;
	json_t *answers = object("{\"phieu-kb-xquang\":{\"loai\":\"thiet_bi_x_quang_chup_cat_lop_vi_tinh_ct\"}}"), *out = NULL;
	EXPECT_OK(law_fee_told(a, named(&w, "bx-cap-phep-xquang"), answers, &out, &told, &e), e);
	EXPECT_INT(json_object_size(out), 1);
	EXPECT_INT(json_integer_value(json_object_get(out, "f7")), 1);
	json_decref(out);
	EXPECT_OK(law_fee_told(a, named(&w, "bx-chung-chi-nvbx"), answers, &out, &told, &e), e);
	EXPECT(told && json_integer_value(json_object_get(out, "f1")) == 1);
	json_decref(out);
	EXPECT_OK(law_fee_told(a, named(&w, "cg-dang-ky"), answers, &out, &told, &e), e);
	EXPECT(!told && json_object_size(out) == 0);
	json_decref(out);
	json_decref(answers);
	office_close(&w);
}

/* ---- demands ---- */

struct send_ctx { struct office *w; const char *procedure; struct dossier_sent sent; };

static bool do_send(struct env *env, void *ctx, struct err *e)
{
	struct send_ctx *c = ctx;
	struct office *w = c->w;
	const struct law_procedure *p = named(w, c->procedure);
	json_t *example = law_example(w->a, w->law, p, date_of(env->now));
	struct key key;
	struct dossier_new x = {.procedure = p, .answers = example, .account = 4242, .channel_in = STR("online"), .channel_out = STR("online"),
		.who = {.name = STR("Nguyễn Văn Mẫu"), .identity = STR("001090012345"), .phone = STR("0912345678")},
		.receiving_unit = w->people.reception, .settling_unit = w->people.division, .settling_agency = w->people.department, .code_prefix = STR("H99.12")};
	dossier_begin(env, w->law, &x.id, &key, &x.wrapped_key);
	bool ok = dossier_send(env, w->law, &x, &c->sent, e);
	json_decref(example);
	return ok;
}

static struct dossier_id sent(struct office *w, const char *procedure)
{
	struct err e = {0};
	struct send_ctx c = {.w = w, .procedure = procedure};
	EXPECT_OK(office_act(w, &citizen, do_send, &c, &e), e);
	return c.sent.id;
}

struct act_ctx { struct office *w; struct dossier_act x; struct dossier_done out; };

static bool do_act(struct env *env, void *ctx, struct err *e)
{
	struct act_ctx *c = ctx;
	return dossier_do(env, c->w->law, &c->x, &c->out, e);
}

static struct dossier_done good(struct office *w, const struct actor *who, struct dossier_act x)
{
	struct err e = {0};
	struct act_ctx c = {.w = w, .x = x};
	EXPECT_OK(office_act(w, who, do_act, &c, &e), e);
	return c.out;
}

static void refused(struct office *w, const struct actor *who, struct dossier_act x, enum msg_key say)
{
	struct err e = {0};
	struct act_ctx c = {.w = w, .x = x};
	EXPECT_ERR(office_act(w, who, do_act, &c, &e), e, ERR_INVALID);
	EXPECT_INT(e.say, say);
}

static struct dossier_fee_list_rows fees_of(struct office *w, struct dossier_id d)
{
	struct err e = {0};
	struct dossier_fee_list_rows rows = {0};
	EXPECT_OK(q_dossier_fee_list(w->db, w->a, d, &rows, &e), e);
	return rows;
}

static json_t *detail_of(struct office *w, struct dossier_id d, const struct dossier_fee_list_row *f)
{
	struct err e = {0};
	struct env env = office_env(w);
	struct key key = {0};
	bool erased = false;
	EXPECT_OK(dossier_key(&env, w->law, d, &key, &erased, &e), e);
	return fee_detail(w->a, &key, erased, f);
}

/* What is said of the last act to who reads the record. */
static bool note_says(struct office *w, struct dossier_id d, const char *part)
{
	struct err e = {0};
	struct env env = office_env(w);
	struct dossier_paper_list_rows papers = {0};
	struct key key = {0};
	bool erased = false;
	EXPECT_OK(dossier_key(&env, w->law, d, &key, &erased, &e), e);
	EXPECT_OK(q_dossier_paper_list(w->db, w->a, d, &papers, &e), e);
	return papers.n && str_find(dossier_paper_text(w->a, &key, &papers.v[papers.n - 1]), str_from(part)) >= 0;
}

TEST_BOTH(a_demand_by_the_rule)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct actor counter = office_official(&w, w.people.counter);
	struct dossier_id d = sent(&w, "bx-cap-phep-xquang");
	good(&w, &counter, (struct dossier_act){.id = d, .action = ACT_ACCEPT});
	json_t *inputs = object("{\"f3\":2,\"f7\":1}"), *none = object("{\"f3\":0}");
	refused(&w, &counter, (struct dossier_act){.id = d, .action = ACT_DEMAND_FEE, .inputs = none}, MSG_DOSSIER_FEE_NOTHING);
	refused(&w, &counter, (struct dossier_act){.id = d, .action = ACT_DEMAND_FEE}, MSG_DOSSIER_FEE_NOTHING);
	struct dossier_done done = good(&w, &counter, (struct dossier_act){.id = d, .action = ACT_DEMAND_FEE, .inputs = inputs});
	EXPECT_INT(done.amount.dong, 12000000);
	EXPECT_TEXT(done.state, "fee");
	struct dossier_fee_list_rows fees = fees_of(&w, d);
	EXPECT_INT(fees.n, 1);
	EXPECT_INT(fees.v[0].id.v, done.fee.v);
	EXPECT_INT(fees.v[0].amount.dong, 12000000);
	EXPECT(fees.v[0].computed.has && fees.v[0].computed.v.dong == 12000000);
	EXPECT_TEXT(fees.v[0].name, "Phí, lệ phí (2 khoản)");
	EXPECT(str_find(fees.v[0].detail, STR("CT Scanner")) < 0); /* sealed */
	json_t *detail = detail_of(&w, d, &fees.v[0]);
	struct fee_bill bill = fee_detail_bill(a, detail);
	json_decref(detail);
	EXPECT_INT(bill.n, 2);
	EXPECT_INT(bill.v[0].quantity, 2);
	EXPECT_INT(bill.v[0].each.dong, 2000000);
	EXPECT_INT(bill.v[1].amount.dong, 8000000);
	EXPECT_TEXT(bill.v[1].basis, "Thông tư 287/2016/TT-BTC");
	/* paid whole and at once, in cash as by transfer */
	struct dossier_act pay = {.id = d, .action = ACT_CONFIRM_PAID, .item = fees.v[0].id.v, .method = STR("cash"), .amount = {11999999}};
	refused(&w, &counter, pay, MSG_DOSSIER_FEE_SHORT);
	pay.amount.dong = 12000001, pay.method = STR("transfer");
	refused(&w, &counter, pay, MSG_DOSSIER_FEE_OVER);
	EXPECT_TEXT(fees_of(&w, d).v[0].state, "demanded");
	pay.amount.dong = 12000000;
	EXPECT_TEXT(good(&w, &counter, pay).state, "processing");
	EXPECT_TEXT(fees_of(&w, d).v[0].state, "paid");
	json_decref(inputs);
	json_decref(none);
	office_close(&w);
}

TEST_BOTH(another_amount_says_why)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct actor counter = office_official(&w, w.people.counter);
	struct dossier_id d = sent(&w, "bx-cap-phep-xquang");
	good(&w, &counter, (struct dossier_act){.id = d, .action = ACT_ACCEPT});
	json_t *inputs = object("{\"f1\":1}");
	struct dossier_act x = {.id = d, .action = ACT_DEMAND_FEE, .inputs = inputs, .amount = {1500000}};
	refused(&w, &counter, x, MSG_DOSSIER_FEE_DEPARTS);
	x.reason = STR("Giảm 25%");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_BASIS);
	x.basis = STR("Luật 97/2015/QH13 Điều 10");
	EXPECT_INT(good(&w, &counter, x).amount.dong, 1500000);
	EXPECT(note_says(&w, d, "Giảm 25%") && note_says(&w, d, "Điều 10"));
	x.amount.dong = 2500000, x.basis = STR(""), x.reason = STR("  ");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_DEPARTS);
	x.reason = STR("Thẩm định lại");
	good(&w, &counter, x); /* more than the rule: a reason, but no law of exemption */
	x.amount.dong = 2000000, x.reason = STR("");
	good(&w, &counter, x); /* typed, and the same as the rule's */
	struct dossier_fee_list_rows fees = fees_of(&w, d);
	EXPECT_INT(fees.n, 3);
	EXPECT_INT(fees.v[0].computed.v.dong, 2000000);
	json_t *detail = detail_of(&w, d, &fees.v[0]);
	EXPECT_TEXT(str_from(json_string_value(json_object_get(detail, "reason"))), "Giảm 25%");
	json_decref(detail);
	json_decref(inputs);
	office_close(&w);
}

TEST_BOTH(exempt_owes_nothing_and_stops_nothing)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct actor counter = office_official(&w, w.people.counter);
	struct dossier_id d = sent(&w, "bx-cap-phep-xquang");
	good(&w, &counter, (struct dossier_act){.id = d, .action = ACT_ACCEPT});
	json_t *inputs = object("{\"f1\":1}");
	struct dossier_act x = {.id = d, .action = ACT_DEMAND_FEE, .exempt = true, .reason = STR("Hộ nghèo"), .basis = STR("Luật 97/2015/QH13 Điều 10")};
	refused(&w, &counter, x, MSG_DOSSIER_FEE_NO_EXEMPTION); /* of what? */
	x.inputs = inputs, x.basis = STR("");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_BASIS);
	x.basis = STR("Luật 97/2015/QH13 Điều 10"), x.reason = STR("");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_DEPARTS);
	x.reason = STR("Hộ nghèo");
	struct dossier_done done = good(&w, &counter, x);
	EXPECT_TEXT(done.state, "processing");
	struct dossier_fee_list_rows fees = fees_of(&w, d);
	EXPECT_TEXT(fees.v[0].state, "cancelled");
	EXPECT_INT(fees.v[0].amount.dong, 0);
	EXPECT_INT(fees.v[0].computed.v.dong, 2000000);
	EXPECT(!dossier_fee_waits(ACT_CONFIRM_PAID, &fees.v[0]));
	json_decref(inputs);
	office_close(&w);
}

TEST_BOTH(without_a_rule_the_amount_is_typed_and_says_why)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct actor counter = office_official(&w, w.people.counter);
	struct dossier_id d = sent(&w, "kh-dn-khcn"), free = sent(&w, "bx-khai-bao-xquang");
	struct dossier_act x = {.id = d, .action = ACT_DEMAND_FEE};
	refused(&w, &counter, x, MSG_DOSSIER_FEE_AMOUNT);
	x.amount.dong = 70000;
	refused(&w, &counter, x, MSG_DOSSIER_FEE_NAME);
	x.name = STR("Phí");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_REASON);
	x.exempt = true, x.reason = STR("Nghị quyết của tỉnh"), x.basis = STR("Nghị quyết");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_NO_EXEMPTION);
	x.exempt = false;
	good(&w, &counter, x);
	struct dossier_fee_list_rows fees = fees_of(&w, d);
	EXPECT(fees.n == 1 && !fees.v[0].computed.has);
	x = (struct dossier_act){.id = free, .action = ACT_DEMAND_FEE, .amount = {1}, .reason = STR("x")};
	refused(&w, &counter, x, MSG_DOSSIER_FEE_NAME); /* there is no item to call it by */
	x.name = STR("Phí"), x.reason = STR("");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_DEPARTS); /* by the rule nothing is collected */
	x.amount.dong = 0, x.reason = STR("x");
	refused(&w, &counter, x, MSG_DOSSIER_FEE_AMOUNT);
	office_close(&w);
}

struct forget_ctx { struct dossier_id id; };

static bool forget(struct env *env, void *ctx, struct err *e)
{
	const struct forget_ctx *c = ctx;
	return dossier_forget(env, c->id, STR("theo yêu cầu"), e);
}

TEST_BOTH(what_it_was_reckoned_from_goes_with_the_key)
{
	struct office w;
	office_open(&w, a, engine, CLOCK);
	struct actor counter = office_official(&w, w.people.counter);
	struct forget_ctx c = {.id = sent(&w, "cg-dang-ky")};
	json_t *inputs = object("{\"contract_value\":7350000000}");
	good(&w, &counter, (struct dossier_act){.id = c.id, .action = ACT_DEMAND_FEE, .inputs = inputs});
	struct dossier_fee_list_rows fees = fees_of(&w, c.id);
	EXPECT_INT(fees.v[0].amount.dong, 7350000);
	json_t *detail = detail_of(&w, c.id, &fees.v[0]);
	struct fee_bill bill = fee_detail_bill(a, detail);
	EXPECT_INT(bill.v[0].quantity, 7350000000);
	EXPECT_INT(bill.v[0].each.dong, 0);
	json_decref(detail);
	struct err e = {0};
	EXPECT_OK(office_act(&w, &admin, forget, &c, &e), e);
	detail = detail_of(&w, c.id, &fees_of(&w, c.id).v[0]);
	EXPECT(json_is_null(detail));
	EXPECT_INT(fee_detail_bill(a, detail).n, 0);
	json_decref(detail);
	json_decref(inputs);
	office_close(&w);
}
