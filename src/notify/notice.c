/* notice.c — which entries the applicant is told of, where, and in which words. See notify.h. */
#include "account/account.h"
#include "core/mail/mail.h"
#include "core/text/text.h"
#include "dossier/fee.h"
#include "notify/internal.h"
#include <jansson.h>

/* One notice being written. */
struct writing {
	struct env *env;
	const struct audit_entry *x;
	const struct dossier_get_row *d;
	enum lang lang;
	struct str to;
	bool signed_in; /* the reader has an account: the link is to the own page */
	bool named;     /* the reader is who the dossier names, while another account filed it */
	struct buf text;
};

static struct str say(struct writing *w, enum msg_key key, struct str one)
{
	return msg_fmt(w->env->arena, w->lang, key, &one, msg_args(key));
}

static void paragraph(struct writing *w, struct str s)
{
	buf_put(&w->text, s);
	buf_put(&w->text, STR("\n\n"));
}

/* ---- what some notices add ---- */

typedef bool add_fn(struct writing *w, struct err *e);

static bool add_answer_due(struct writing *w, struct err *e)
{
	(void)e;
	paragraph(w, say(w, MSG_NOTIFY_ANSWER_DUE, lang_instant(w->env->arena, w->lang, w->d->answer_due)));
	return true;
}

static bool add_due(struct writing *w, struct err *e)
{
	(void)e;
	if (w->d->due.has)
		paragraph(w, say(w, MSG_NOTIFY_DUE, lang_instant(w->env->arena, w->lang, w->d->due.v)));
	return true;
}

/* The request itself, as the official wrote it (NĐ 118/2025 Điều 17: content, reason and guidance, once). */
static bool add_items(struct writing *w, struct err *e)
{
	struct env *env = w->env;
	struct dossier_paper_list_rows papers = {0};
	AUTO_KEY key = {0};
	bool erased = false;
	int64_t note = 0;
	if (!str_to_i64(entry_text(env->arena, w->x, "note"), &note))
		return true;
	if (!dossier_key(env, notify_have()->law, w->d->id, &key, &erased, e) || !q_dossier_paper_list(env->db, env->arena, w->d->id, &papers, e))
		return err_wrap(e, "what is to be supplemented");
	for (size_t i = 0; i < papers.n && !erased; i++)
		if (papers.v[i].id.v == note)
			paragraph(w, dossier_paper_text(env->arena, &key, &papers.v[i]));
	return true;
}

/* Item by item; what a rate is of (a contract's value) does not travel by mail. */
static void add_lines(struct writing *w, const json_t *detail)
{
	struct arena *a = w->env->arena;
	struct fee_bill bill = fee_detail_bill(a, detail);
	struct str reason = str_from(json_string_value(json_object_get(detail, "reason")));
	for (size_t i = 0; i < bill.n; i++) {
		const struct fee_line *x = &bill.v[i];
		struct str sum[] = {x->name, lang_money(a, w->lang, x->amount), str_fmt(a, "%lld", (long long)x->quantity), lang_money(a, w->lang, x->each)};
		paragraph(w, msg_fmt(a, w->lang, x->each.dong ? MSG_NOTIFY_FEE_ITEM : MSG_NOTIFY_FEE_LINE, sum, x->each.dong ? 4 : 2));
	}
	if (reason.n)
		paragraph(w, msg_fmt(a, w->lang, MSG_NOTIFY_FEE_WHY, &reason, 1));
}

static bool add_fee(struct writing *w, struct err *e)
{
	struct env *env = w->env;
	struct dossier_fee_list_rows rows = {0};
	AUTO_KEY key = {0};
	bool erased = false;
	int64_t item = 0;
	if (!str_to_i64(entry_text(env->arena, w->x, "item"), &item))
		return true;
	if (!q_dossier_fee_list(env->db, env->arena, w->d->id, &rows, e) || !dossier_key(env, notify_have()->law, w->d->id, &key, &erased, e))
		return err_wrap(e, "fees");
	for (size_t i = 0; i < rows.n; i++) {
		struct str args[] = {rows.v[i].name, lang_money(env->arena, w->lang, rows.v[i].amount)};
		if (rows.v[i].id.v != item)
			continue;
		json_t *detail = fee_detail(env->arena, &key, erased, &rows.v[i]);
		paragraph(w, msg_fmt(env->arena, w->lang, str_eq(rows.v[i].state, STR("cancelled")) ? MSG_NOTIFY_FEE_EXEMPT : MSG_NOTIFY_FEE_LINE, args, ARRAY_LEN(args)));
		add_lines(w, detail);
		json_decref(detail);
	}
	return true;
}

static const struct kind { const char *name; enum msg_key subject, text; add_fn *add; } kinds[] = {
	{"dossier.send", MSG_NOTIFY_SENT, MSG_NOTIFY_SENT_TEXT, add_answer_due},
	{"dossier.accept", MSG_NOTIFY_ACCEPTED, MSG_NOTIFY_ACCEPTED_TEXT, add_due},
	{"dossier.ask_supplement", MSG_NOTIFY_SUPPLEMENT, MSG_NOTIFY_SUPPLEMENT_TEXT, add_items},
	{"dossier.supplement", MSG_NOTIFY_SUPPLEMENTED, MSG_NOTIFY_SUPPLEMENTED_TEXT, add_due},
	{"dossier.demand_fee", MSG_NOTIFY_FEE, MSG_NOTIFY_FEE_TEXT, add_fee},
	{"dossier.confirm_paid", MSG_NOTIFY_PAID, MSG_NOTIFY_PAID_TEXT, add_due},
	{"dossier.refuse", MSG_NOTIFY_REFUSED, MSG_NOTIFY_REFUSED_TEXT, NULL},
	{"dossier.apologise", MSG_NOTIFY_APOLOGY, MSG_NOTIFY_APOLOGY_TEXT, add_due},
	{"dossier.issue", MSG_NOTIFY_READY, MSG_NOTIFY_READY_TEXT, NULL},
	{"dossier.hand_over", MSG_NOTIFY_RETURNED, MSG_NOTIFY_RETURNED_TEXT, NULL},
	{"dossier.stop", MSG_NOTIFY_STOPPED, MSG_NOTIFY_STOPPED_TEXT, NULL},
	{"dossier.withdraw", MSG_NOTIFY_WITHDRAWN, MSG_NOTIFY_WITHDRAWN_TEXT, NULL},
	{"dossier.file_infected", MSG_NOTIFY_INFECTED, MSG_NOTIFY_INFECTED_TEXT, NULL},
};

static const struct kind *kind_of(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(name, str_from(kinds[i].name)))
			return &kinds[i];
	return NULL;
}

/* ---- where to ---- */

static void reads(struct writing *w, const struct account *x)
{
	w->lang = x->lang;
	w->to = x->email;
	w->signed_in = x->active;
}

/* The account that filed it, or the applicant's by number where none did; its confirmed mailbox comes before the one typed in
 * the dossier: it is proved that it is read. */
static bool find_reader(struct writing *w, const struct applicant *who, struct err *e)
{
	struct account x;
	bool found = false;
	int64_t filer = w->d->applicant_account;
	if (filer ? !account_get(w->env, (struct account_id){filer}, &x, &found, e) : who->identity.n && !account_by_identity(w->env, who->identity, &x, &found, e))
		return err_wrap(e, "the applicant's account");
	if (found)
		reads(w, &x);
	if (!w->to.n)
		w->to = str_trim(who->email);
	return true;
}

/* The account of the applicant whose number papers proved, when another account filed. */
static bool find_named(struct writing *w, const struct applicant *who, struct err *e)
{
	struct account x;
	if (!w->d->applicant_account || !who->identity.n)
		return true;
	if (!account_by_identity(w->env, who->identity, &x, &w->named, e))
		return err_wrap(e, "the principal's account");
	w->named = w->named && x.id.v != w->d->applicant_account;
	if (w->named)
		reads(w, &x);
	return true;
}

static void add_link(struct writing *w)
{
	struct str base = notify_have()->public_url;
	if (base.n)
		paragraph(w, say(w, w->signed_in ? MSG_NOTIFY_LINK_MINE : MSG_NOTIFY_LINK_TRACK,
		                 str_fmt(w->env->arena, "%.*s/%s/%.*s", STR_ARG(base), w->signed_in ? "ho-so" : "tra-cuu", STR_ARG(w->d->code))));
}

static bool write_to(struct writing *w, const struct kind *k, struct notice *out, struct err *e)
{
	if (!text_email_ok(w->to))
		return true;
	paragraph(w, msg(w->lang, MSG_NOTIFY_DEAR));
	paragraph(w, say(w, k->text, w->d->code));
	if (k->add && !k->add(w, e))
		return false;
	if (w->named)
		paragraph(w, msg(w->lang, MSG_NOTIFY_NAMED));
	add_link(w);
	buf_put(&w->text, msg(w->lang, MSG_NOTIFY_FOOT));
	*out = (struct notice){.to = w->to, .subject = say(w, k->subject, w->d->code), .text = buf_str(&w->text),
	                       .key = str_fmt(w->env->arena, "notify:%lld%s", (long long)w->x->id, w->named ? ":named" : "")};
	return true;
}

bool notices_of(struct env *env, const struct audit_entry *x, const struct dossier_get_row *d, struct notice out[NOTICES], struct err *e)
{
	const struct kind *k = kind_of(x->kind);
	struct applicant who;
	struct writing first = {.env = env, .x = x, .d = d, .lang = LANG_VI, .to = STR(""), .text = buf_on(env->arena)}, second = first;
	for (size_t i = 0; i < NOTICES; i++)
		out[i] = (struct notice){0};
	if (!k)
		return true;
	second.text = buf_on(env->arena);
	return dossier_who(env, notify_have()->law, d, &who, e) && find_reader(&first, &who, e) && find_named(&second, &who, e) && write_to(&first, k, &out[0], e) &&
	       (str_eq(first.to, second.to) || write_to(&second, k, &out[1], e));
}
