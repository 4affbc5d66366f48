/* ui.c — see ui.h; the markup is in views/. */
#include "core/ui/ui.h"
#include "core/i18n/i18n.h"
#include "core/ui/ui_internal.h"

/* ---- the frame ---- */

const struct page_facts *ui_frame(const struct html_out *o)
{
	static const struct page_facts none;
	return o->facts ? o->facts : &none;
}

struct str ui_new_action(const struct html_out *o)
{
	const struct page_facts *f = ui_frame(o);
	return f->action_id ? f->action_id(f->ctx) : STR_NONE;
}

/* ---- looks: tables from meaning to word, icon and class ---- */

static const char *const icon_names[UI_ICON_COUNT] = {
	[UI_ICON_NONE] = "", [UI_ICON_ALERT] = "alert", [UI_ICON_ARROW_DOWN] = "arrow-down", [UI_ICON_ARROW_LEFT] = "arrow-left",
	[UI_ICON_ARROW_RIGHT] = "arrow-right", [UI_ICON_ARROW_UP] = "arrow-up", [UI_ICON_BAN] = "ban", [UI_ICON_BELL] = "bell",
	[UI_ICON_BUILDING] = "building", [UI_ICON_CALENDAR] = "calendar", [UI_ICON_CHART] = "chart", [UI_ICON_CHECK] = "check",
	[UI_ICON_CHEVRON_LEFT] = "chevron-left", [UI_ICON_CHEVRON_RIGHT] = "chevron-right", [UI_ICON_CLOCK] = "clock",
	[UI_ICON_COLUMNS] = "columns", [UI_ICON_COPY] = "copy", [UI_ICON_DASHED] = "dashed", [UI_ICON_DONE] = "done",
	[UI_ICON_DOT] = "dot", [UI_ICON_DOWNLOAD] = "download", [UI_ICON_EXTERNAL] = "external", [UI_ICON_EYE] = "eye",
	[UI_ICON_FILE] = "file", [UI_ICON_FILTER] = "filter", [UI_ICON_FOLDER] = "folder", [UI_ICON_HELP] = "help",
	[UI_ICON_HOURGLASS] = "hourglass", [UI_ICON_INBOX] = "inbox", [UI_ICON_INFO] = "info", [UI_ICON_KEYBOARD] = "keyboard",
	[UI_ICON_LANGUAGE] = "language", [UI_ICON_LATE] = "late", [UI_ICON_LINK] = "link", [UI_ICON_LIST] = "list",
	[UI_ICON_LOCK] = "lock", [UI_ICON_MAIL] = "mail", [UI_ICON_MENU] = "menu", [UI_ICON_MESSAGE] = "message",
	[UI_ICON_PAUSE] = "pause", [UI_ICON_PENCIL] = "pencil", [UI_ICON_PHONE] = "phone", [UI_ICON_PLUS] = "plus",
	[UI_ICON_PRINT] = "print", [UI_ICON_QR] = "qr", [UI_ICON_REFUSED] = "refused", [UI_ICON_SEARCH] = "search",
	[UI_ICON_SEND] = "send", [UI_ICON_SETTINGS] = "settings", [UI_ICON_SIGN] = "sign", [UI_ICON_SIGN_OUT] = "sign-out",
	[UI_ICON_STAR] = "star", [UI_ICON_TRASH] = "trash", [UI_ICON_UPLOAD] = "upload", [UI_ICON_USER] = "user",
	[UI_ICON_USER_ASKED] = "user-asked", [UI_ICON_X] = "x",
};

const char *ui_icon_name(enum ui_icon icon)
{
	CHECK(icon >= 0 && icon < UI_ICON_COUNT);
	return icon_names[icon];
}

const struct ui_state_look *ui_state_look(enum ui_state s)
{
	static const struct ui_state_look looks[UI_STATE_COUNT] = {
		[UI_DRAFT] = {UI_ICON_PENCIL, MSG_STATE_DRAFT, "quiet"}, [UI_DONE] = {UI_ICON_DONE, MSG_STATE_DONE, "ok"},
		[UI_DOING] = {UI_ICON_DOT, MSG_STATE_DOING, "wait"}, [UI_ON_TIME] = {UI_ICON_CLOCK, MSG_STATE_ON_TIME, "ok"},
		[UI_SOON] = {UI_ICON_HOURGLASS, MSG_STATE_SOON, "wait"}, [UI_LATE] = {UI_ICON_LATE, MSG_STATE_LATE, "late"},
		[UI_YOURS] = {UI_ICON_USER_ASKED, MSG_STATE_YOURS, "you"}, [UI_STOPPED] = {UI_ICON_BAN, MSG_STATE_STOPPED, "quiet"},
		[UI_REFUSED] = {UI_ICON_REFUSED, MSG_STATE_REFUSED, "late"},
		[UI_WAITING] = {UI_ICON_DASHED, MSG_STATE_WAITING, "quiet"},
	};
	CHECK(s >= 0 && s < UI_STATE_COUNT);
	return &looks[s];
}

struct str ui_due_word(struct html_out *o, int64_t days)
{
	if (days == 0)
		return msg(o->lang, MSG_DUE_TODAY);
	bool one = days == 1 || days == -1;
	enum msg_key left = one ? MSG_DUE_DAY_LEFT : MSG_DUE_DAYS_LEFT, over = one ? MSG_DUE_DAY_OVER : MSG_DUE_DAYS_OVER;
	struct str n = lang_number(o->b->a, o->lang, days < 0 ? -days : days);
	return msg_fmt(o->b->a, o->lang, days > 0 ? left : over, &n, 1);
}

const struct ui_tone_look *ui_tone_look(enum ui_tone t)
{
	static const struct ui_tone_look looks[] = {
		[UI_INFO] = {UI_ICON_INFO, MSG_NOTICE_INFO, "you"}, [UI_GOOD] = {UI_ICON_DONE, MSG_NOTICE_DONE, "ok"},
		[UI_WARN] = {UI_ICON_ALERT, MSG_NOTICE_WARN, "wait"}, [UI_BAD] = {UI_ICON_REFUSED, MSG_NOTICE_BAD, "late"},
	};
	return &looks[t];
}

const struct ui_task_look *ui_task_look(enum ui_task_state s)
{
	static const struct ui_task_look looks[] = {
		[UI_TASK_OPEN] = {UI_ICON_DASHED, MSG_TASK_OPEN, "open"}, [UI_TASK_DONE] = {UI_ICON_DONE, MSG_TASK_DONE, "ok"},
		[UI_TASK_LOCKED] = {UI_ICON_LOCK, MSG_TASK_LOCKED, "quiet"},
		[UI_TASK_WRONG] = {UI_ICON_ALERT, MSG_TASK_WRONG, "late"},
		[UI_TASK_OPTIONAL] = {UI_ICON_NONE, MSG_TASK_OPTIONAL, "quiet"},
	};
	return &looks[s];
}

const struct ui_day_look *ui_day_look(enum ui_day_kind k)
{
	static const struct ui_day_look looks[] = {
		[UI_DAY_PLAIN] = {"plain", MSG_DAYS_PLAIN}, [UI_DAY_START] = {"start", MSG_DAYS_START},
		[UI_DAY_COUNTED] = {"counted", MSG_DAYS_COUNTED}, [UI_DAY_VOID] = {"void", MSG_DAYS_VOID},
		[UI_DAY_STOPPED] = {"stopped", MSG_DAYS_STOPPED}, [UI_DAY_OFF] = {"off", MSG_DAYS_OFF},
		[UI_DAY_DUE] = {"due", MSG_DAYS_DUE},
	};
	return &looks[k];
}

const char *ui_weight_css(enum ui_weight w)
{
	static const char *const css[] = {[UI_PRIMARY] = "btn", [UI_QUIET] = "btn quiet", [UI_DANGER] = "btn danger", [UI_LINK] = "btn-link"};
	return css[w];
}

const char *ui_cell_css(enum ui_cell_kind k)
{
	static const char *const css[] = {[UI_CELL] = "cell", [UI_CELL_NUMBER] = "num", [UI_CELL_CODE] = "code", [UI_CELL_TIME] = "when", [UI_CELL_ACTION] = "action", [UI_CELL_TITLE] = "cell title"};
	return css[k];
}

struct str ui_cell_label(const struct ui_column *c) { return c->brief.n ? c->brief : c->head; }

const char *ui_when_css(enum ui_when w)
{
	static const char *const css[] = {[UI_PAST] = "past", [UI_NOW] = "now", [UI_NEXT] = "next"};
	return css[w];
}

const char *ui_width_css(enum ui_width w)
{
	static const char *const css[] = {[UI_WIDE] = "wrap", [UI_READ] = "wrap read", [UI_FULL] = "full"};
	return css[w];
}

/* ---- links ---- */

struct str ui_phone_url(struct html_out *o, struct str phone)
{
	struct buf b = buf_on(o->b->a);
	buf_put(&b, STR("tel:"));
	for (size_t i = 0; i < phone.n; i++)
		if ((phone.p[i] >= '0' && phone.p[i] <= '9') || (phone.p[i] == '+' && i == 0))
			buf_char(&b, phone.p[i]);
	return b.n > 6 ? buf_str(&b) : STR_NONE;
}

struct str ui_mail_url(struct html_out *o, struct str email)
{
	bool whole = str_find_char(email, '@') > 0 && str_find_char(email, '?') < 0 && str_find_char(email, '&') < 0;
	return whole ? str_fmt(o->b->a, "mailto:%.*s", STR_ARG(email)) : STR_NONE;
}

/* ---- fields ---- */

const struct ui_input_look *ui_input_look(enum ui_input k)
{
	static const struct ui_input_look looks[UI_INPUT_COUNT] = {
		[UI_TEXT] = {"text", "text", NULL, NULL, 0}, [UI_LONG_TEXT] = {"long-text", NULL, NULL, NULL, 0},
		[UI_NUMBER] = {"number", "text", "decimal", NULL, 10}, [UI_MONEY] = {"money", "text", "numeric", NULL, 20},
		[UI_DATE] = {"date", "text", "numeric", NULL, 12}, [UI_SELECT] = {"select", NULL, NULL, NULL, 0},
		[UI_RADIOS] = {"radios", NULL, NULL, NULL, 0}, [UI_CHECKS] = {"checks", NULL, NULL, NULL, 0},
		[UI_CHECK] = {"check", NULL, NULL, NULL, 0}, [UI_EMAIL] = {"email", "email", "email", "email", 30},
		[UI_PHONE] = {"phone", "tel", "tel", "tel", 20}, [UI_PERSONAL_ID] = {"personal-id", "text", "numeric", NULL, 20},
		[UI_TAX_CODE] = {"tax-code", "text", "numeric", NULL, 20}, [UI_URL] = {"url", "url", "url", NULL, 0},
		[UI_PASSWORD] = {"password", "password", NULL, "current-password", 30},
		[UI_CODE] = {"code", "text", "numeric", "one-time-code", 10}, [UI_FILE] = {"file", "file", NULL, NULL, 0},
		[UI_SEARCH] = {"search", "search", "search", NULL, 0}, [UI_HIDDEN] = {"hidden", "hidden", NULL, NULL, 0},
		[UI_SHOWN] = {"shown", NULL, NULL, NULL, 0},
	};
	CHECK(k >= 0 && k < UI_INPUT_COUNT);
	return &looks[k];
}

unsigned ui_input_width(const struct ui_field *f)
{
	static const unsigned steps[] = {4, 6, 10, 12, 20, 30};
	unsigned want = f->width ? f->width : ui_input_look(f->kind)->width;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (want && want <= steps[i])
			return steps[i];
	return 0;
}

struct str ui_field_hint(struct html_out *o, const struct ui_field *f)
{
	return f->hint.n == 0 && f->kind == UI_DATE ? msg(o->lang, MSG_FIELD_DATE_HINT) : f->hint;
}

struct str ui_field_unit(struct html_out *o, const struct ui_field *f)
{
	return f->unit.n == 0 && f->kind == UI_MONEY ? msg(o->lang, MSG_FIELD_MONEY_UNIT) : f->unit;
}

/* Other signs are written as ":20", so that two names never share an id. */
struct str ui_field_id(struct html_out *o, struct str name)
{
	struct buf b = buf_on(o->b->a);
	buf_put(&b, STR("f-"));
	for (size_t i = 0; i < name.n; i++) {
		char ch = name.p[i];
		bool keep = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '-' || ch == '_' || ch == '.';
		if (keep)
			buf_char(&b, ch);
		else
			buf_fmt(&b, ":%02x", (unsigned char)ch);
	}
	return buf_str(&b);
}

struct str ui_described_by(struct html_out *o, const struct ui_field *f, struct str id)
{
	bool hint = ui_field_hint(o, f).n > 0;
	if (hint && f->error.n)
		return str_fmt(o->b->a, "%.*s-e %.*s-h", STR_ARG(id), STR_ARG(id));
	if (!hint && !f->error.n)
		return STR_NONE;
	return str_fmt(o->b->a, "%.*s-%s", STR_ARG(id), hint ? "h" : "e");
}

struct str ui_option_id(struct html_out *o, struct str id, size_t i)
{
	return i == 0 ? id : str_fmt(o->b->a, "%.*s--%zu", STR_ARG(id), i + 1);
}

bool ui_field_is_optional(const struct ui_field *f)
{
	return !f->required && !f->plain && !f->read_only && f->kind != UI_CHECK && f->kind != UI_SHOWN && f->kind != UI_SEARCH;
}

bool ui_needs_choose(const struct ui_field *f)
{
	if (f->multiple)
		return false;
	for (size_t i = 0; i < f->n_options; i++)
		if (f->options[i].value.n == 0)
			return false;
	return true;
}

/* ---- values as lists show them ---- */

struct str ui_switch_url(struct html_out *o, const char *lang)
{
	const struct page_facts *f = ui_frame(o);
	return str_fmt(o->b->a, "%.*s%.*s%s", STR_ARG(f->path), STR_ARG(f->query.n ? f->query : STR("?lang=")), lang);
}
struct str ui_file_size(struct html_out *o, int64_t bytes) { return lang_size(o->b->a, o->lang, bytes); }
struct str ui_number(struct html_out *o, int64_t v) { return lang_number(o->b->a, o->lang, v); }
struct str ui_day_short(struct html_out *o, struct date d) { return date_people(o->b->a, d); }
struct str ui_instant_short(struct html_out *o, struct instant t) { return instant_people(o->b->a, t); }

struct str ui_day_number(struct html_out *o, const struct ui_day_cell *v, size_t i)
{
	struct civil c = date_civil(v[i].day);
	bool month = i == 0 || c.day == 1;
	return month ? str_fmt(o->b->a, "%d/%d", c.day, c.month) : str_fmt(o->b->a, "%d", c.day);
}

const char *ui_weekday_css(struct date d)
{
	static const char *const css[] = {"", " wd-1", " wd-2", " wd-3", " wd-4", " wd-5", " wd-6"};
	return css[date_weekday(d)];
}

bool ui_day_kind_occurs(const struct ui_day_cell *v, size_t n, enum ui_day_kind k)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].kind == k)
			return true;
	return false;
}

int64_t ui_bar_percent(const struct ui_bars *b, int64_t value)
{
	int64_t most = 1;
	for (size_t i = 0; i < b->n_bars; i++)
		most = b->bars[i].value > most ? b->bars[i].value : most;
	int64_t v = value < 0 ? 0 : value > most ? most : value;
	return most > INT64_MAX / 1000 ? v / (most / 1000) : v * 1000 / most;
}

size_t ui_tasks_due(const struct ui_task *v, size_t n)
{
	size_t due = 0;
	for (size_t i = 0; i < n; i++)
		due += v[i].state != UI_TASK_OPTIONAL;
	return due;
}

size_t ui_tasks_done(const struct ui_task *v, size_t n)
{
	size_t done = 0;
	for (size_t i = 0; i < n; i++)
		done += v[i].state == UI_TASK_DONE;
	return done;
}
