/* demo_dossiers.c — sample dossiers at every step of the process, made by the same rules that settle real ones.
 * Every name says that it is a sample. */
#include "account/account.h"
#include "app/app.h"
#include "directory/directory.h"
#include "dossier/fee.h"

#define PROCEDURES 4
static const char *const procedures[PROCEDURES] = {"bx-khai-bao-xquang", "bx-cap-phep-xquang", "cg-dang-ky", "bc-xac-nhan"};

/* samples: the answers of each procedure, made and checked once. */
struct cast { struct store *s; const struct directory_demo *people; struct actor applicant, counter, head, specialist, director; json_t *samples[PROCEDURES]; };
struct making { struct cast *c; int64_t i, n; }; /* n: dossiers an action */
#define AT_ONCE 512

static bool roles_of(struct env *env, struct person_id person, struct actor *out, struct err *e)
{
	struct actor_role *held = NULL;
	if (!directory_roles(env, person, date_of(env->now), &held, &out->n_held, e))
		return false;
	out->person = person.v;
	out->held = held;
	for (size_t i = 0; i < out->n_held; i++)
		out->roles |= ROLE_BIT(held[i].role);
	return true;
}

/* Which acts a sample dossier goes through: the further down, the further on. */
static const struct { enum dossier_action action; char who; } course[] = {
	{ACT_ACCEPT, 'c'}, {ACT_ASSIGN, 'h'}, {ACT_FINISH, 's'}, {ACT_SUBMIT, 's'}, {ACT_APPROVE, 'h'},
};

static const struct actor *actor_of(const struct cast *c, char who)
{
	return who == 'c' ? &c->counter : who == 'h' ? &c->head : who == 's' ? &c->specialist : &c->director;
}

static bool send(struct env *env, const struct making *m, struct dossier_id *id, struct err *e)
{
	struct cast *c = m->c;
	const struct law *law = c->s->law;
	size_t which = (size_t)(m->i % PROCEDURES);
	const struct law_procedure *p = law_find(law, str_from(procedures[which]));
	if (!p)
		return err_set(e, ERR_INTERNAL, "a sample procedure is missing");
	if (!c->samples[which])
		c->samples[which] = law_example(env->arena, law, p, date_of(env->now));
	struct key key;
	struct dossier_sent sent;
	struct dossier_new x = {.procedure = p, .answers = c->samples[which], .account = c->applicant.account, .channel_in = m->i % 3 ? STR("online") : STR("counter"), .channel_out = STR("online"),
	                        .who = {.name = str_fmt(env->arena, "Người nộp mẫu %03lld", (long long)m->i), .identity = STR("001090000000"), .phone = STR("0900000000"), .address = STR("Phường Mẫu, tỉnh Mẫu")},
	                        .receiving_unit = c->people->reception, .settling_unit = c->people->division, .settling_agency = c->people->department, .code_prefix = STR("H99.12")};
	dossier_begin(env, law, &x.id, &key, &x.wrapped_key);
	crypto_wipe(&key, sizeof key);
	bool ok = dossier_send(env, law, &x, &sent, e);
	*id = sent.id;
	return ok;
}

/* What the answers tell of the rule's inputs; an example where they tell too little. */
static bool fee_inputs(struct env *env, const struct law *law, const struct law_procedure *p, const json_t *answers, json_t **out, struct err *e)
{
	bool told = false;
	if (!law_fee_told(env->arena, p, answers, out, &told, e))
		return false;
	if (law_fee_check(env->arena, law, p, *out, date_of(env->now), NULL).n == 0)
		return true;
	json_decref(*out);
	*out = eform_example(env->arena, p->fee->form, &(struct eform_context){.today = date_of(env->now), .units = law->units});
	return true;
}

/* The fee by the procedure's rule, demanded by the specialist and paid at the counter. */
static bool take_fee(struct env *env, const struct making *m, struct dossier_id id, struct err *e)
{
	struct cast *c = m->c;
	size_t which = (size_t)(m->i % PROCEDURES);
	const struct law *law = c->s->law;
	const struct law_procedure *p = law_find(law, str_from(procedures[which]));
	struct fee_bill bill;
	struct dossier_done done;
	json_t *inputs = NULL;
	if (!p->fee || !p->fee->n)
		return true;
	if (!fee_inputs(env, law, p, c->samples[which], &inputs, e))
		return false;
	env->actor = &c->specialist;
	bool ok = law_fee(env->arena, p, inputs, &bill, e) && dossier_do(env, law, &(struct dossier_act){.id = id, .action = ACT_DEMAND_FEE, .inputs = inputs}, &done, e);
	json_decref(inputs);
	env->actor = &c->counter;
	struct dossier_act pay = {.id = id, .action = ACT_CONFIRM_PAID, .item = done.fee.v, .amount = bill.total, .method = STR("cash")};
	return ok && dossier_do(env, law, &pay, &done, e);
}

static bool make_one(struct env *env, const struct making *m, struct err *e)
{
	struct dossier_id id = {0};
	struct dossier_done done;
	const struct actor *before = env->actor;
	if (!send(env, m, &id, e))
		return false;
	bool ok = true;
	for (size_t k = 0; ok && k < (size_t)(m->i % (int64_t)(ARRAY_LEN(course) + 1)); k++) {
		ok = course[k].action != ACT_FINISH || take_fee(env, m, id, e);
		env->actor = actor_of(m->c, course[k].who);
		struct dossier_act act = {.id = id, .action = course[k].action, .to = m->c->people->specialist, .outcome = STR("result"), .text = STR("Đủ điều kiện (mẫu)")};
		ok = ok && dossier_do(env, m->c->s->law, &act, &done, e);
	}
	env->actor = before;
	return ok;
}

static bool make_some(struct env *env, void *ctx, struct err *e)
{
	struct making m = *(const struct making *)ctx;
	for (int64_t end = m.i + m.n; m.i < end; m.i++)
		if (!make_one(env, &m, e))
			return false;
	return true;
}

static bool find_cast(struct env *env, void *ctx, struct err *e)
{
	struct cast *c = ctx;
	return roles_of(env, c->people->counter, &c->counter, e) && roles_of(env, c->people->head, &c->head, e) &&
	       roles_of(env, c->people->specialist, &c->specialist, e) && roles_of(env, c->people->director, &c->director, e);
}

bool demo_dossiers(struct store *s, const struct directory_demo *people, const struct account_demo *accounts, int64_t n, struct err *e)
{
	struct cast c = {.s = s, .people = people, .applicant = {.account = accounts->sample[0].account.v}};
	if (!store_act(s, s->arena, find_cast, &c, e))
		return false;
	bool ok = true;
	for (int64_t i = 0; ok && i < n; i += AT_ONCE) {
		struct making m = {.c = &c, .i = i, .n = n - i < AT_ONCE ? n - i : AT_ONCE};
		struct arena_mark mark = arena_mark(s->arena);
		ok = store_act(s, s->arena, make_some, &m, e) || err_wrap(e, "sample dossiers");
		arena_rewind(s->arena, mark);
	}
	for (size_t i = 0; i < PROCEDURES; i++)
		json_decref(c.samples[i]);
	return ok;
}
