/* track_web.c — see track.h. */
#include "track/track.h"
#include "core/page/page.h"
#include "core/page/part.h"
#include "filing/filing.h"
#include "track/track_views.h"

static struct str m(struct request *r, enum msg_key key) { return msg(r->env.lang, key); }

static const struct field fields[] = {
	{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 60, .label = MSG_TRACK_CODE},
	{.name = "secret", .kind = FIELD_TEXT, .max = 60, .label = MSG_TRACK_SECRET},
};
static const struct form track_form = {"track", fields, ARRAY_LEN(fields)};

/* As people type it: spaces dropped, capitals. */
static struct str tidy(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > ' ')
			buf_char(&b, s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 'a' + 'A') : s.p[i]);
	return buf_str(&b);
}

/* ---- the secret ----
 *
 * It comes in the QR code's address or typed. An address is kept by browsers and proxies, so it is taken out of it at once:
 * 303 to the clean address, with the right secret in a cookie of half an hour. The pages' own links carry none. */
#define SECRET_COOKIE "t"
#define SECRET_KEPT_S (30 * 60)

static void keep_secret(struct request *r, const struct dossier_get_row *d, struct str secret)
{
	answer_cookie(r, SECRET_COOKIE, str_fmt(r->env.arena, "%.*s~%.*s", STR_ARG(d->code), STR_ARG(tidy(r->env.arena, secret))), SECRET_KEPT_S);
}

/* Of the address, else of the cookie when it is for this dossier. */
static struct str secret_of(struct request *r, const struct dossier_get_row *d)
{
	struct str said = req_query(r, "s"), cookie = req_cookie(r, SECRET_COOKIE), code;
	if (said.n || !str_next(&cookie, '~', &code))
		return said;
	return str_eq(code, d->code) ? cookie : STR_NONE;
}

/* `mark`: of what its page shows, read before the dossier is; may be NULL. */
static bool find(struct request *r, struct str code, struct dossier_get_row *d, struct str *mark, bool *found, struct err *e)
{
	struct dossier_id id;
	*found = false;
	if (!dossier_code_ok(code))
		return true;
	return dossier_id_of(&r->env, code, &id, found, e) && (!*found || !mark || filing_mark(&r->env, id, mark, e)) && (!*found || dossier_load(&r->env, id, d, e));
}

static void show_form(struct request *r, struct html_out *o, struct str code)
{
	struct ui_field c = page_field(r, "code", UI_TEXT, MSG_TRACK_CODE), s = page_field(r, "secret", UI_TEXT, MSG_TRACK_SECRET);
	struct ui_button go = {.label = m(r, MSG_TRACK_DO), .icon = UI_ICON_SEARCH};
	c.required = true;
	c.hint = m(r, MSG_TRACK_CODE_HINT);
	c.value = c.value.n ? c.value : code;
	s.hint = m(r, MSG_TRACK_SECRET_HINT);
	c.autocomplete = s.autocomplete = "off";
	ui_form_begin(o, &(struct ui_form){.action = STR("/tra-cuu")});
	ui_field(o, &c);
	ui_field(o, &s);
	ui_buttons(o, &go, 1);
	ui_form_end(o);
}

static bool form_page(struct request *r, struct str code)
{
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_NAV_TRACK), .lead = m(r, MSG_TRACK_LEAD), .width = UI_READ, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	show_form(r, &o, code);
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* Never a dead end: the form again, with what was typed and what is wrong with it. */
static bool no_such(struct request *r, struct str code)
{
	form_error(r, "code", MSG_TRACK_NONE, STR_NONE, STR_NONE);
	r->status = 404;
	return form_page(r, code);
}

/* With ?ma= as printed on papers and as the front page asks: to the dossier's page. */
static bool front(struct request *r, struct err *e)
{
	struct str code = http_method_safe(r->method) ? tidy(r->env.arena, req_query(r, "ma")) : STR_NONE;
	(void)e;
	if (!code.n)
		return form_page(r, STR_NONE);
	return dossier_code_ok(code) ? answer_redirect(r, str_fmt(r->env.arena, "/tra-cuu/%.*s", STR_ARG(code))) : no_such(r, code);
}

static enum msg_key badge_word(enum ui_state s)
{
	return s == UI_YOURS ? MSG_STATE_YOURS : s == UI_DOING ? MSG_STATE_DOING : s == UI_DONE ? MSG_STATE_DONE : s == UI_REFUSED ? MSG_STATE_REFUSED : MSG_STATE_STOPPED;
}

/* Who has it, the clock, what happened, the files and the receipts. */
static bool write_course(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct arena *a = r->env.arena;
	struct audit_entries acts = {0};
	if (!dossier_timeline(&r->env, d->id, &acts, e) || !filing_show_handler(r, o, d, e) || !filing_show_clock(r, o, d, e) ||
	    !filing_show_timeline(r, o, d, &acts, e) || !filing_show_files(r, o, d, str_fmt(a, "/tra-cuu/%.*s/tep/", STR_ARG(d->code)), false, e))
		return false;
	filing_show_receipts(r, o, str_fmt(a, "/tra-cuu/%.*s/bien-nhan/", STR_ARG(d->code)), &acts);
	return true;
}

/* Kept, for who has the secret: the revision of the row is there for an act between the mark and the row, which what stands above
 * would show and a part of the mark would not. */
static bool show_course(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct str mark, struct err *e)
{
	struct page_part part = {.name = "track", .subject = d->id.v, .mark = str_fmt(r->env.arena, "%.*s.%lld", STR_ARG(mark), (long long)d->rev)};
	size_t from = o->b->n;
	if (page_part_show(r, o, &part))
		return true;
	if (!write_course(r, o, d, e))
		return false;
	page_part_keep(r, o, &part, from);
	return true;
}

/* `mark`: the right secret was given, and all that the owner may know is shown; none: another (`wrong`) or no secret. */
static bool show(struct request *r, const struct dossier_get_row *d, struct str mark, bool wrong, struct err *e)
{
	bool whole = mark.n > 0;
	struct html_out o = page_out(r);
	struct ui_crumb crumbs[] = {{m(r, MSG_NAV_TRACK), STR("/tra-cuu")}};
	struct ui_page page = {.title = filing_state_word(r->env.lang, d), .over = msg_fmt(r->env.arena, r->env.lang, MSG_TRACK_DOSSIER, &d->code, 1), .width = UI_READ,
		.crumbs = crumbs, .n_crumbs = 1};
	struct str when = whole && d->due.has && !d->settled_at.has ? lang_instant(r->env.arena, r->env.lang, d->due.v) : STR_NONE;
	struct str due = when.n ? msg_fmt(r->env.arena, r->env.lang, MSG_TRACK_DUE, &when, 1) : STR_NONE;
	ui_page_begin(&o, &page);
	track_state(&o, filing_state_look(d), m(r, badge_word(filing_state_look(d))), due);
	filing_show_progress(&o, d);
	if (wrong)
		ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .title = m(r, MSG_TRACK_WRONG), .text = m(r, MSG_TRACK_WRONG_TEXT)});
	if (whole && !show_course(r, &o, d, mark, e))
		return false;
	if (!whole) {
		ui_section_begin(&o, m(r, MSG_TRACK_MORE));
		show_form(r, &o, d->code);
		ui_section_end(&o);
	}
	ui_page_end(&o, &page);
	answer_header(r, "Cache-Control", STR("no-store"));
	return page_answer(r);
}

static bool posted(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	bool found = false;
	struct str code = tidy(r->env.arena, form_text(r, "code")), mark;
	if (!find(r, code, &d, &mark, &found, e))
		return false;
	if (!found) {
		form_error(r, "code", MSG_TRACK_NONE, STR_NONE, STR_NONE);
		return true;
	}
	if (!form_has(r, "secret"))
		return answer_redirect(r, str_fmt(r->env.arena, "/tra-cuu/%.*s", STR_ARG(code)));
	bool right = dossier_secret_ok(&d, form_text(r, "secret"));
	if (right)
		keep_secret(r, &d, form_text(r, "secret"));
	return show(r, &d, right ? mark : STR_NONE, !right, e);
}

static bool by_code(struct request *r, struct dossier_get_row *d, struct err *e)
{
	bool found = false;
	if (!find(r, tidy(r->env.arena, req_param(r, "code")), d, NULL, &found, e))
		return false;
	return found || err_say(e, ERR_NOT_FOUND, MSG_TRACK_NONE, "no such dossier");
}

static bool one(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	bool found = false;
	struct str code = tidy(r->env.arena, req_param(r, "code")), mark;
	if (!find(r, code, &d, &mark, &found, e))
		return false;
	if (!found)
		return no_such(r, code);
	struct str said = req_query(r, "s");
	struct str kept = secret_of(r, &d);
	bool whole = kept.n > 0 && dossier_secret_ok(&d, kept);
	if (!said.n)
		return show(r, &d, whole ? mark : STR_NONE, !whole && req_query(r, "sai").n > 0, e);
	bool right = dossier_secret_ok(&d, said);
	if (right)
		keep_secret(r, &d, said);
	answer_header(r, "Cache-Control", STR("no-store"));
	answer_header(r, "Referrer-Policy", STR("no-referrer")); /* of this address only: a form sent from such a page has no origin, and is refused */
	return answer_redirect(r, str_fmt(r->env.arena, "/tra-cuu/%.*s%s", STR_ARG(d.code), right ? "" : "?sai=1"));
}

static bool file(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t id = 0;
	if (!by_code(r, &d, e))
		return false;
	if (!dossier_secret_ok(&d, secret_of(r, &d)) || !req_param_id(r, "file", &id))
		return err_set(e, ERR_NOT_FOUND, "wrong secret or no such file");
	return filing_send_file(r, &d, id, e);
}

static bool receipt(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	int64_t id = 0;
	if (!by_code(r, &d, e))
		return false;
	if (!dossier_secret_ok(&d, secret_of(r, &d)) || !req_param_id(r, "entry", &id))
		return err_set(e, ERR_NOT_FOUND, "wrong secret or no such entry");
	return filing_send_receipt(r, &d, id, e);
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/tra-cuu", .page = front, .allow = ALLOW_ALL, .api = "NONE: an empty form"},
	{.method = HTTP_POST, .path = "/tra-cuu", .form = &track_form, .check = posted, .again = front, .allow = ALLOW_ALL, .rate = RATE_LOOKUP},
	{.method = HTTP_GET, .path = "/tra-cuu/:code", .page = one, .allow = ALLOW_ALL, .rate = RATE_LOOKUP, .api = "NONE: programs sign in and ask for the dossier"},
	{.method = HTTP_GET, .path = "/tra-cuu/:code/tep/:file", .page = file, .allow = ALLOW_ALL, .rate = RATE_LOOKUP, .api = "NONE: programs sign in and ask for the dossier"},
	{.method = HTTP_GET, .path = "/tra-cuu/:code/bien-nhan/:entry", .page = receipt, .allow = ALLOW_ALL, .rate = RATE_LOOKUP, .api = "NONE: programs sign in and ask for the timeline"},
};

const struct route_table track_routes = {"track", routes, ARRAY_LEN(routes)};
