/* page.c — see page.h. */
#include "core/page/page.h"

#define PAGE_ROOM 16000 /* most pages: no copying while they grow */

static page_fill_fn *fill_facts;

void page_fill_hook(page_fill_fn *fill) { fill_facts = fill; }

static struct str action_id(void *ctx) { return req_action_id(ctx); }

/* The address's own words without a language, as they were sent: a filtered list stays filtered. Too long a query is left out. */
#define QUERY_MAX 2000
static struct str switch_query(struct request *r)
{
	struct buf b = buf_on(r->env.arena);
	struct str rest = r->query, one;
	while (rest.n <= QUERY_MAX && str_next(&rest, '&', &one))
		if (one.n && !str_starts(one, STR("lang=")))
			buf_fmt(&b, "%c%.*s", b.n ? '&' : '?', STR_ARG(one));
	buf_fmt(&b, "%clang=", b.n ? '&' : '?');
	return buf_str(&b);
}

static struct html_out out(struct request *r, bool secret)
{
	struct page_facts *f = NEW(r->env.arena, struct page_facts);
	*f = (struct page_facts){.user = r->env.actor->name, .path = r->path, .query = switch_query(r), .csrf = req_csrf(r),
	                         .staff = actor_any(r->env.actor, ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN)),
	                         .staff_home = actor_any(r->env.actor, ALLOW_STAFF) ? STR("/ban-lam-viec") : STR("/quan-tri/tai-khoan"),
	                         .action_id = secret ? NULL : action_id, .ctx = r};
	if (fill_facts)
		fill_facts(r, f);
	(void)buf_room(&r->body, PAGE_ROOM);
	return (struct html_out){.b = &r->body, .lang = r->env.lang, .facts = f};
}

struct html_out page_out(struct request *r) { return out(r, false); }
struct html_out page_out_secret(struct request *r) { return out(r, true); }

bool page_answer(struct request *r) { return answer_html(r, r->status ? r->status : 200); }

static const struct field *declared(const struct request *r, struct str name)
{
	for (size_t i = 0; r->form && i < r->form->n; i++)
		if (str_eq(name, str_from(r->form->fields[i].name)))
			return &r->form->fields[i];
	return NULL;
}

struct ui_field page_field(struct request *r, const char *name, enum ui_input kind, enum msg_key label)
{
	struct ui_field f = {.name = str_from(name), .kind = kind, .label = msg(r->env.lang, label), .error = page_error(r, name)};
	if (!http_method_safe(r->method) && declared(r, str_from(name))) {
		f.value = kind == UI_CHECK ? STR("") : form_raw(r, name);
		f.checked = kind == UI_CHECK && form_bool(r, name);
	}
	return f;
}

static struct str sentence(struct request *r, const struct form_error *f)
{
	if (f->text.n)
		return f->text;
	return f->say ? page_say(r, f->say, f->args, ARRAY_LEN(f->args)) : msg(r->env.lang, MSG_FIELD_RULE);
}

struct str page_error(struct request *r, const char *field)
{
	const struct form_error *f = form_error_of(r, field);
	return f ? sentence(r, f) : STR_NONE;
}

/* "Điện thoại: xin điền mục này." A list of bare sentences would not say where. What the page itself had put there and
 * came back changed is about the whole form: there is no place to go. */
void page_error_summary(struct html_out *o, struct request *r)
{
	size_t n = 0;
	struct ui_error *v = NEW_ARRAY(r->env.arena, r->errors.n, struct ui_error);
	for (const struct form_error *f = r->errors.first; f; f = f->next) {
		const struct field *d = declared(r, f->field);
		struct str say = sentence(r, f);
		if (d && (d->unseen || d->kind == FIELD_HIDDEN))
			v[n++] = (struct ui_error){.text = say};
		else if (d && d->label)
			v[n++] = (struct ui_error){f->field, str_fmt(r->env.arena, "%.*s: %.*s", STR_ARG(msg(r->env.lang, (enum msg_key)d->label)), STR_ARG(say))};
		else
			v[n++] = (struct ui_error){f->field, say};
	}
	ui_error_summary(o, v, n);
}

struct str page_say(struct request *r, int key, const struct str *args, size_t n)
{
	struct str given[9] = {{0}};
	size_t want = msg_args((enum msg_key)key);
	for (size_t i = 0; i < want && i < ARRAY_LEN(given); i++)
		given[i] = i < n && args && args[i].p ? args[i] : STR("");
	return msg_fmt(r->env.arena, r->env.lang, (enum msg_key)key, given, want);
}

static enum msg_key title_of(enum err_kind k)
{
	switch (k) {
	case ERR_INVALID: return MSG_ERR_TITLE_INVALID;
	case ERR_SIGN_IN: return MSG_ERR_TITLE_SIGN_IN;
	case ERR_DENIED: return MSG_ERR_TITLE_DENIED;
	case ERR_NOT_FOUND: return MSG_ERR_TITLE_NOT_FOUND;
	case ERR_CONFLICT: return MSG_ERR_TITLE_CONFLICT;
	case ERR_TOO_LARGE: return MSG_ERR_TITLE_TOO_LARGE;
	case ERR_LIMITED: return MSG_ERR_TITLE_LIMITED;
	case ERR_BUSY: return MSG_ERR_TITLE_BUSY;
	case ERR_NONE:
	case ERR_INTERNAL: break;
	}
	return MSG_ERR_TITLE_INTERNAL;
}

void page_error_page(struct request *r, const struct err *e)
{
	struct html_out o = page_out(r);
	struct str text = e->say ? page_say(r, e->say, NULL, 0) : msg(r->env.lang, msg_of_err(e));
	ui_problem_page(&o, &(struct ui_problem){.title = msg(r->env.lang, title_of(e->kind)), .text = text, .staff = o.facts->staff});
}

int page_say_of(const struct err *e) { return (int)msg_of_err(e); }

void page_fault_say(int fault_say[FAULT_COUNT])
{
	static const enum msg_key keys[FAULT_COUNT] = {
		[FAULT_NONE] = MSG_FIELD_RULE, [FAULT_REQUIRED] = MSG_FIELD_REQUIRED, [FAULT_TOO_LONG] = MSG_FIELD_TOO_LONG,
		[FAULT_TOO_MANY] = MSG_FIELD_TOO_MANY, [FAULT_NOT_TEXT] = MSG_FIELD_NOT_TEXT, [FAULT_NOT_NUMBER] = MSG_FIELD_NOT_NUMBER,
		[FAULT_RANGE] = MSG_FIELD_RANGE, [FAULT_NOT_MONEY] = MSG_FIELD_NOT_MONEY, [FAULT_NOT_DATE] = MSG_FIELD_NOT_DATE,
		[FAULT_NOT_CHOICE] = MSG_FIELD_NOT_CHOICE, [FAULT_NOT_ID] = MSG_FIELD_NOT_ID, [FAULT_NOT_EMAIL] = MSG_FIELD_NOT_EMAIL,
		[FAULT_FILE_TOO_LARGE] = MSG_FIELD_FILE_TOO_LARGE, [FAULT_FILE_EMPTY] = MSG_FIELD_FILE_EMPTY,
		[FAULT_MUST_AGREE] = MSG_FIELD_MUST_AGREE, [FAULT_KIND] = MSG_FIELD_NOT_TEXT};
	for (size_t i = 0; i < FAULT_COUNT; i++)
		fault_say[i] = (int)keys[i];
}
