/* start_web.c — before a draft: what the procedure needs, and its beginning. */
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static const struct law_procedure *procedure_of(struct request *r, struct err *e)
{
	const struct law_procedure *p = law_find(filing()->law, req_param(r, "code"));
	if (!p)
		err_set(e, ERR_NOT_FOUND, "no such procedure");
	return p;
}

static bool can_be_filed(const struct law_procedure *p) { return p->process && p->n_forms > 0; }

static void show_documents(struct request *r, struct html_out *o, const struct procedure *p)
{
	struct ui_item *v = NEW_ARRAY(r->env.arena, p->documents_n + 1, struct ui_item);
	for (size_t i = 0; i < p->documents_n; i++)
		v[i] = (struct ui_item){.title = p->documents[i].name, .hint = p->documents[i].condition.n ? p->documents[i].condition : p->documents[i].form};
	ui_section_begin(o, m(r, MSG_FILING_NEEDED));
	if (p->documents_n)
		ui_items(o, v, p->documents_n);
	else
		filing_text(o, m(r, MSG_FILING_NO_DOCUMENTS));
	ui_section_end(o);
}

static void show_begin(struct request *r, struct html_out *o, const struct law_procedure *p)
{
	struct str path = str_fmt(r->env.arena, "/nop-ho-so/%.*s", STR_ARG(p->p->id));
	bool may = actor_any(r->env.actor, ALLOW_APPLICANTS | ROLE_BIT(ROLE_COUNTER));
	struct ui_button go = {.label = m(r, MSG_FILING_BEGIN), .icon = UI_ICON_ARROW_RIGHT};
	struct ui_button sign_in = {.label = m(r, MSG_FILING_SIGN_IN), .icon = UI_ICON_USER, .url = str_fmt(r->env.arena, "/dang-nhap?next=%.*s", STR_ARG(path))};
	if (!can_be_filed(p)) {
		ui_notice(o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_FILING_NOT_ONLINE), .text = m(r, MSG_FILING_NOT_ONLINE_TEXT)});
		return;
	}
	if (!may)
		ui_buttons(o, &sign_in, 1);
	if (may || (filing()->strangers && r->env.actor->account == 0)) {
		go.label = may ? go.label : m(r, MSG_FILING_BEGIN_STRANGER);
		go.weight = may ? UI_PRIMARY : UI_QUIET;
		ui_act(o, path, &go);
	}
	if (!may && r->env.actor->account == 0)
		filing_hint(o, m(r, filing()->strangers ? MSG_FILING_STRANGER_TEXT : MSG_FILING_SIGN_IN_TEXT));
}

bool start_page(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	if (!p)
		return false;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_NAV_SERVICES), STR("/dich-vu-cong")}, {p->p->name, str_fmt(r->env.arena, "/dich-vu-cong/%.*s", STR_ARG(p->p->id))}};
	struct ui_page page = {.title = m(r, MSG_FILING_TITLE), .width = UI_READ, .crumbs = crumbs, .n_crumbs = 2};
	struct ui_fact facts[] = {{.label = m(r, MSG_FILING_LIMIT), .value = p->p->deadline_words}, {.label = m(r, MSG_FILING_AGENCY), .value = p->p->competent_agency},
		{.label = m(r, MSG_FILING_SAVED_FOR), .value = m(r, MSG_FILING_SAVED_FOR_TEXT)}};
	ui_page_begin(&o, &page);
	if (!(filing()->in_force ? filing()->in_force(filing()->ctx, p->p->id) : procedure_in_force(p->p, date_of(r->env.now))))
		ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .text = m(r, MSG_FILING_NOT_IN_FORCE)});
	ui_facts(&o, facts, ARRAY_LEN(facts));
	show_documents(r, &o, p->p);
	show_begin(r, &o, p);
	ui_page_end(&o, &page);
	return page_answer(r);
}

#define TOKEN_SIZE 32

/* The browser's own token again, if it is one that we could have made: it goes back into a header. */
static bool is_token(struct arena *a, struct str s)
{
	struct str raw;
	return base64_decode(a, s, &raw) && raw.n == TOKEN_SIZE && str_eq(base64url_encode(a, raw.p, raw.n), s);
}

bool start_check(struct request *r, struct err *e)
{
	const struct law_procedure *p = procedure_of(r, e);
	if (!p)
		return false;
	if (!can_be_filed(p))
		return err_say(e, ERR_CONFLICT, MSG_FILING_NOT_ONLINE_TEXT, "no form or no process");
	if (r->env.actor->account == 0 && !filing()->strangers)
		return err_set(e, ERR_SIGN_IN, "strangers do not file here");
	struct str random = crypto_random_str(r->env.arena, TOKEN_SIZE), old = req_cookie(r, DRAFT_COOKIE);
	filing_state_of(r)->token = is_token(r->env.arena, old) ? old : base64url_encode(r->env.arena, random.p, random.n);
	return true;
}

bool start_apply(struct request *r, struct err *e)
{
	struct filing_state *s = filing_state_of(r);
	const struct law_procedure *p = procedure_of(r, e);
	AUTO_KEY key = {0};
	AUTO_JSON content = json_pack("{s:{},s:{},s:{}}", "answers", "who", "seen");
	struct dossier_id id;
	struct str wrapped, hash = STR_NONE;
	if (!p)
		return false;
	dossier_begin(&r->env, filing()->law, &id, &key, &wrapped);
	if (r->env.actor->account == 0) {
		struct digest d = crypto_sha256(s->token);
		hash = str_dup(r->env.arena, DIGEST_STR(d));
	}
	struct draft_new x = {.purpose = "new", .procedure = p->p->id, .token_hash = hash, .wrapped = wrapped, .key = &key, .content = content};
	r->redirect = str_fmt(r->env.arena, "/nop-ho-so/nhap/%lld", (long long)id.v);
	return draft_make(&r->env, (struct draft_id){id.v}, &x, e);
}

#define COOKIE_S (30 * 24 * 3600)

bool start_answer(struct request *r, struct err *e)
{
	(void)e;
	if (r->env.actor->account == 0 && !r->replayed)
		answer_cookie(r, DRAFT_COOKIE, filing_state_of(r)->token, COOKIE_S);
	return answer_redirect(r, r->redirect);
}
