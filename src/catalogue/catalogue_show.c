/* catalogue_show.c — procedures in words of the page's language. */
#include "catalogue/catalogue_web.h"
#include "core/text/text.h"

struct html_out catalogue_out(struct request *r, enum page_nav nav)
{
	struct html_out o = page_out(r);
	struct page_facts *f = NEW(r->env.arena, struct page_facts);
	*f = *o.facts;
	f->nav = nav;
	o.facts = f;
	return o;
}

void url_part(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
		if (plain)
			buf_char(b, (char)c);
		else
			buf_fmt(b, "%%%02X", c);
	}
}

/* Only what a host may hold is taken from the request: the rest would be written into feeds and pictures. */
struct str catalogue_origin(struct request *r)
{
	const struct catalogue_config *cfg = catalogue_config(catalogue_of(r));
	struct str host = req_header(r, "Host");
	if (cfg->origin.n)
		return cfg->origin;
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' || c == ']'))
			return STR("http://localhost");
	}
	return host.n && host.n < 256 ? str_cat(r->env.arena, STR("http://"), host) : STR("http://localhost");
}

struct held held_of(struct request *r)
{
	struct catalogue *c = catalogue_of(r);
	return (struct held){c, catalogue_hold(c)};
}

void held_end(struct held *h) { catalogue_release(h->c, h->v); }

struct str say(struct html_out *o, enum msg_key key) { return msg(o->lang, key); }
struct str say1(struct html_out *o, enum msg_key key, struct str arg) { return msg_fmt(o->b->a, o->lang, key, &arg, 1); }
struct str say_n(struct html_out *o, enum msg_key key, int64_t n) { return say1(o, key, lang_number(o->b->a, o->lang, n)); }
struct str show_gap(struct html_out *o) { return say(o, MSG_CATALOGUE_NOT_IN_SOURCE); }

struct str show_deadline(struct html_out *o, const struct procedure *p)
{
	switch (p->deadline_unit) {
	case UNIT_WORKING_DAY: return say_n(o, MSG_CATALOGUE_WORKING_DAYS, p->deadline_number);
	case UNIT_CALENDAR_DAY: return say_n(o, MSG_CATALOGUE_DAYS, p->deadline_number);
	case UNIT_MONTH: return say_n(o, MSG_CATALOGUE_MONTHS, p->deadline_number);
	case UNIT_HOUR: return say_n(o, MSG_CATALOGUE_HOURS, p->deadline_number);
	case UNIT_UNKNOWN: break;
	}
	return show_gap(o);
}

struct str show_fee(struct html_out *o, const struct procedure *p)
{
	int64_t least = -1, most = -1;
	bool unknown = p->fees_n == 0;
	for (size_t i = 0; i < p->fees_n; i++) {
		int64_t v = p->fees[i].amount;
		unknown = unknown || v < 0;
		if (v > 0 && (least < 0 || v < least))
			least = v;
		most = v > most ? v : most;
	}
	if (least < 0)
		return unknown ? show_gap(o) : say(o, MSG_MONEY_FREE);
	struct str money = lang_money(o->b->a, o->lang, (struct money){least});
	return least == most && !unknown ? money : say1(o, MSG_CATALOGUE_FEE_FROM, money);
}

struct str show_online(struct html_out *o, enum online_level level)
{
	switch (level) {
	case ONLINE_FULL: return say(o, MSG_CATALOGUE_ONLINE_FULL);
	case ONLINE_PARTIAL: return say(o, MSG_CATALOGUE_ONLINE_PARTIAL);
	case ONLINE_INFORMATION: return say(o, MSG_CATALOGUE_ONLINE_INFORMATION);
	case ONLINE_UNKNOWN: break;
	}
	return show_gap(o);
}

struct str show_starts(struct html_out *o, const struct procedure *p)
{
	switch (p->starts) {
	case START_ACCEPTANCE: return say(o, MSG_CATALOGUE_STARTS_ACCEPTANCE);
	case START_COMPLETE: return say(o, MSG_CATALOGUE_STARTS_COMPLETE);
	case START_COMPLETE_AND_FEE: return say(o, MSG_CATALOGUE_STARTS_FEE);
	case START_UNKNOWN: break;
	}
	return STR_NONE;
}

struct str show_copies(struct html_out *o, const struct procedure_document *d)
{
	struct str originals = d->originals > 0 ? say_n(o, MSG_CATALOGUE_ORIGINALS, d->originals) : STR_NONE;
	struct str copies = d->copies > 0 ? say_n(o, MSG_CATALOGUE_COPIES, d->copies) : STR_NONE;
	if (originals.n && copies.n)
		return str_fmt(o->b->a, "%.*s, %.*s", STR_ARG(originals), STR_ARG(copies));
	return originals.n ? originals : copies;
}

struct str show_amount(struct html_out *o, const struct procedure_fee *f)
{
	if (f->amount < 0)
		return f->note.n ? f->note : show_gap(o);
	struct str money = f->amount ? lang_money(o->b->a, o->lang, (struct money){f->amount}) : say(o, MSG_MONEY_FREE);
	return f->unit.n ? str_fmt(o->b->a, "%.*s / %.*s", STR_ARG(money), STR_ARG(f->unit)) : money;
}

struct str show_validity(struct html_out *o, const struct catalogue_entry *x)
{
	struct str from = x->p.from.day == INT32_MIN ? STR_NONE : date_people(o->b->a, x->p.from);
	struct str to = x->p.to.day == INT32_MAX ? STR_NONE : date_people(o->b->a, x->p.to);
	if (from.n && to.n)
		return msg_fmt(o->b->a, o->lang, MSG_CATALOGUE_FROM_TO, (struct str[]){from, to}, 2);
	if (from.n)
		return say1(o, MSG_CATALOGUE_FROM, from);
	return to.n ? say1(o, MSG_CATALOGUE_TO, to) : show_gap(o);
}

static const enum msg_key attributes[GAPS] = {
	[GAP_AGENCY] = MSG_CATALOGUE_AGENCY, [GAP_APPLICANTS] = MSG_CATALOGUE_APPLICANTS, [GAP_DEADLINE] = MSG_CATALOGUE_DEADLINE,
	[GAP_STEPS] = MSG_CATALOGUE_STEPS, [GAP_DOCUMENTS] = MSG_CATALOGUE_DOCUMENTS, [GAP_FEES] = MSG_CATALOGUE_FEES,
	[GAP_CONDITIONS] = MSG_CATALOGUE_CONDITIONS, [GAP_RESULTS] = MSG_CATALOGUE_RESULTS, [GAP_LEGAL_BASIS] = MSG_CATALOGUE_LEGAL_BASIS,
	[GAP_SUBMISSION] = MSG_CATALOGUE_SUBMISSION, [GAP_CODE] = MSG_CATALOGUE_NATIONAL_CODE, [GAP_ONLINE] = MSG_CATALOGUE_ONLINE,
	[GAP_REASON_PARTIAL] = MSG_CATALOGUE_REASON_PARTIAL, [GAP_VALIDITY] = MSG_CATALOGUE_RESULT_VALIDITY, [GAP_CONTACT] = MSG_CATALOGUE_CONTACT,
};

struct str show_attribute(struct html_out *o, enum procedure_gap g) { return say(o, attributes[g]); }

struct ui_item show_item(struct html_out *o, const struct catalogue_entry *x)
{
	struct arena *a = o->b->a;
	struct str deadline = say1(o, MSG_CATALOGUE_DEADLINE_IS, show_deadline(o, &x->p)), fee = say1(o, MSG_CATALOGUE_FEE_IS, show_fee(o, &x->p));
	struct ui_item item = {.title = x->p.name, .url = str_fmt(a, "/dich-vu-cong/%.*s", STR_ARG(x->p.id)),
		.hint = str_fmt(a, "%.*s · %.*s · %.*s", STR_ARG(x->p.field), STR_ARG(deadline), STR_ARG(fee))};
	if (!x->in_force)
		item.tag = say(o, MSG_CATALOGUE_NOT_IN_FORCE);
	else if (x->p.online > ONLINE_INFORMATION)
		item.tag = show_online(o, x->p.online);
	return item;
}

static const struct { enum msg_key word; enum ui_state look; } state_words[VERSION_STATES] = {
	[VERSION_PROPOSED] = {MSG_CATALOGUE_STATE_PROPOSED, UI_DOING}, [VERSION_REVIEWED] = {MSG_CATALOGUE_STATE_REVIEWED, UI_SOON},
	[VERSION_PUBLISHED] = {MSG_CATALOGUE_STATE_PUBLISHED, UI_DONE}, [VERSION_EXPIRED] = {MSG_CATALOGUE_STATE_EXPIRED, UI_STOPPED},
	[VERSION_REJECTED] = {MSG_CATALOGUE_STATE_REJECTED, UI_REFUSED},
};
enum msg_key state_word(enum version_state s) { return state_words[s].word; }
enum ui_state state_look(enum version_state s) { return state_words[s].look; }
