/* ui_internal.h — small decisions of the templates, in C. */
#pragma once
#include "core/ui/ui.h"

/* html_out.facts, or empty ones. */
const struct page_facts *ui_frame(const struct html_out *o);
struct str ui_new_action(const struct html_out *o);  /* empty: the form carries none */

struct ui_state_look { enum ui_icon icon; int word; const char *css; };
const struct ui_state_look *ui_state_look(enum ui_state s);
struct str ui_due_word(struct html_out *o, int64_t days);

struct ui_tone_look { enum ui_icon icon; int word; const char *css; };
const struct ui_tone_look *ui_tone_look(enum ui_tone t);
struct ui_task_look { enum ui_icon icon; int word; const char *css; };
const struct ui_task_look *ui_task_look(enum ui_task_state s);
struct ui_day_look { const char *css; int word; };
const struct ui_day_look *ui_day_look(enum ui_day_kind k);
const char *ui_weight_css(enum ui_weight w);
const char *ui_cell_css(enum ui_cell_kind k);
struct str ui_cell_label(const struct ui_column *c); /* beside it on phones */
const char *ui_when_css(enum ui_when w);
const char *ui_width_css(enum ui_width w);

/* Of one-line inputs. */
struct ui_input_look { const char *kind, *type, *inputmode, *autocomplete; unsigned width; };
const struct ui_input_look *ui_input_look(enum ui_input k);
unsigned ui_input_width(const struct ui_field *f);    /* one of the widths that the style sheet has; 0: full */
struct str ui_field_hint(struct html_out *o, const struct ui_field *f);
struct str ui_field_unit(struct html_out *o, const struct ui_field *f);
struct str ui_described_by(struct html_out *o, const struct ui_field *f, struct str id); /* ids, or empty */
struct str ui_option_id(struct html_out *o, struct str id, size_t i);
bool ui_field_is_optional(const struct ui_field *f);  /* and must say so */
bool ui_needs_choose(const struct ui_field *f);       /* a select without an empty option of its own */
/* This page in the other language, filtered as it is. */
struct str ui_switch_url(struct html_out *o, const char *lang);
struct str ui_file_size(struct html_out *o, int64_t bytes);
struct str ui_number(struct html_out *o, int64_t v);
struct str ui_day_number(struct html_out *o, const struct ui_day_cell *v, size_t i); /* with the month where it begins */
const char *ui_weekday_css(struct date d); /* the first cell stands below its weekday */
struct str ui_day_short(struct html_out *o, struct date d);
struct str ui_instant_short(struct html_out *o, struct instant t);
int64_t ui_bar_percent(const struct ui_bars *b, int64_t value);
size_t ui_tasks_done(const struct ui_task *v, size_t n);
size_t ui_tasks_due(const struct ui_task *v, size_t n);
bool ui_day_kind_occurs(const struct ui_day_cell *v, size_t n, enum ui_day_kind k);
