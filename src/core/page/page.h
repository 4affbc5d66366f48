/* page.h — what every page handler does: the frame of this request, fields with what was typed, errors in words.
 *
 *   struct html_out o = page_out(r);
 *   ui_page_begin(&o, &p); page_error_summary(&o, r);
 *   ui_form_begin(&o, &(struct ui_form){.action = STR("/x")});
 *   struct ui_field f = page_field(r, "title", UI_TEXT, MSG_X_TITLE); ui_field(&o, &f);
 *   …; return page_answer(r);
 *
 * Memory: the request's arena. Threads: the hook is set once, before the first request. */
#pragma once
#include "core/http/http.h"
#include "core/i18n/i18n.h"
#include "core/ui/ui.h"

/* What only the program knows: agency, hotline, side navigation. Called after user, path, csrf and action_id are set. */
typedef void page_fill_fn(struct request *r, struct page_facts *f);
void page_fill_hook(page_fill_fn *fill);

/* Writes into r->body, with the facts of this request. */
struct html_out page_out(struct request *r);
/* The same with forms that carry no action id: for secrets, whose hash must not be kept with an idempotency key. */
struct html_out page_out_secret(struct request *r);
/* Answers r->body: 200, or the status that is set (422 when a form is shown again). */
bool page_answer(struct request *r);

/* A field with its label, what was typed (when the form was sent) and its error. */
struct ui_field page_field(struct request *r, const char *name, enum ui_input kind, enum msg_key label);
/* The sentence of the first error at the field, or empty. */
struct str page_error(struct request *r, const char *field);
/* The list on top; nothing without errors. */
void page_error_summary(struct html_out *o, struct request *r);

/* http_hooks.say, http_hooks.error_page, http_hooks.say_of, and http_config.fault_say. */
struct str page_say(struct request *r, int key, const struct str *args, size_t n);
void page_error_page(struct request *r, const struct err *e);
int page_say_of(const struct err *e);
void page_fault_say(int fault_say[FAULT_COUNT]);
