/* erase_web.c — the administrator's page for erasing a dossier. */
#include "account/account.h"
#include "core/page/page.h"
#include "dossier/dossier.h"
#include "erase/erase.h"
#include "gen/messages.h"

#define PATH "/quan-tri/xoa-ho-so"

static const struct field fields[] = {
	{.name = "code", .kind = FIELD_TEXT, .required = true, .max = 40, .label = MSG_ERASE_CODE},
	{.name = "reason", .kind = FIELD_LONG_TEXT, .required = true, .max = 500, .label = MSG_ERASE_REASON},
	{.name = "sure", .kind = FIELD_BOOL, .required = true, .label = MSG_ERASE_SURE},
	{.name = "otp", .kind = FIELD_TEXT, .required = true, .max = 12, .label = MSG_ACCOUNT_CODE},
};
static const struct form form = {"erase", fields, ARRAY_LEN(fields)};

enum outcome { ERASED, WRONG_OTP, UNKNOWN, TWICE };
struct work { enum outcome outcome; };

static void show_fields(struct html_out *o, struct request *r)
{
	struct ui_field code = page_field(r, "code", UI_TEXT, MSG_ERASE_CODE), reason = page_field(r, "reason", UI_LONG_TEXT, MSG_ERASE_REASON);
	struct ui_field sure = page_field(r, "sure", UI_CHECK, MSG_ERASE_SURE), otp = page_field(r, "otp", UI_CODE, MSG_ACCOUNT_CODE);
	code.hint = msg(o->lang, MSG_ERASE_CODE_HINT);
	reason.hint = msg(o->lang, MSG_ERASE_REASON_HINT);
	otp.hint = msg(o->lang, MSG_ACCOUNT_CODE_HINT);
	otp.value = STR("");
	code.required = reason.required = sure.required = otp.required = true;
	ui_field(o, &code);
	ui_field(o, &reason);
	ui_field(o, &sure);
	ui_field(o, &otp);
}

static bool page(struct request *r, struct err *e)
{
	struct html_out o = page_out_secret(r);
	struct ui_page p = {.title = msg(o.lang, MSG_ERASE_TITLE), .lead = msg(o.lang, MSG_ERASE_LEAD), .staff = true, .width = UI_READ, .has_errors = !form_ok(r)};
	struct str done = req_query(r, "xong");
	(void)e;
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	if (http_method_safe(r->method) && dossier_code_ok(done))
		ui_notice(&o, &(struct ui_notice){.tone = UI_GOOD, .title = done, .text = msg(o.lang, MSG_ERASE_DONE)});
	ui_notice(&o, &(struct ui_notice){.tone = UI_WARN, .title = msg(o.lang, MSG_ERASE_WARN_TITLE), .text = msg(o.lang, MSG_ERASE_WARN)});
	ui_form_begin(&o, &(struct ui_form){.action = STR(PATH)});
	show_fields(&o, r);
	ui_buttons(&o, &(struct ui_button){.label = msg(o.lang, MSG_ERASE_DO), .weight = UI_DANGER}, 1);
	ui_form_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool check(struct request *r, struct err *e)
{
	(void)e;
	r->state = NEW(r->env.arena, struct work);
	return true;
}

/* A wrong code must be counted, so refusals that are the form's are outcomes, not failures. */
static bool apply(struct request *r, struct err *e)
{
	struct work *w = r->state;
	struct dossier_id id;
	struct dossier_get_row d;
	bool right = false, found = false;
	if (!account_confirm(&r->env, form_text(r, "otp"), &right, e))
		return false;
	w->outcome = WRONG_OTP;
	if (!right)
		return true;
	w->outcome = UNKNOWN;
	if (!dossier_code_ok(form_text(r, "code")) || !dossier_id_of(&r->env, form_text(r, "code"), &id, &found, e) || !found)
		return e->kind == ERR_NONE;
	if (!dossier_load(&r->env, id, &d, e))
		return false;
	w->outcome = d.sealed.p ? ERASED : TWICE;
	return !d.sealed.p || erase_dossier(&r->env, form_text(r, "code"), form_text(r, "reason"), &id, e);
}

static bool answer(struct request *r, struct err *e)
{
	static const struct { const char *field; enum msg_key key; } faults[] = {
		[WRONG_OTP] = {"otp", MSG_ERASE_OTP_WRONG}, [UNKNOWN] = {"code", MSG_ERASE_UNKNOWN}, [TWICE] = {"code", MSG_ERASE_TWICE}};
	const struct work *w = r->state;
	if (w->outcome == ERASED)
		return answer_redirect(r, str_fmt(r->env.arena, PATH "?xong=%.*s", STR_ARG(form_text(r, "code"))));
	form_error(r, faults[w->outcome].field, (int)faults[w->outcome].key, STR_NONE, STR_NONE);
	r->status = 422;
	return page(r, e);
}

#define NO_API "NONE: with a one-time code, by a person"
static const struct route routes[] = {
	{.method = HTTP_GET, .path = PATH, .page = page, .allow = ROLE_BIT(ROLE_ADMIN), .api = NO_API},
	{.method = HTTP_POST, .path = PATH, .check = check, .apply = apply, .answer = answer, .again = page, .form = &form, .allow = ROLE_BIT(ROLE_ADMIN),
	 .rate = RATE_SIGN_IN, .api = NO_API},
};
const struct route_table erase_routes = {"erase", routes, ARRAY_LEN(routes)};
