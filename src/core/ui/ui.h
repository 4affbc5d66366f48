/* ui.h — layouts and components of every page: views over structs, written once, accessible once.
 *
 * Fill a struct, call the view. Zero means usual: no url, no hint, plain tone. Texts are in the page's language already
 * (msg(), pack data) and may hold anything: the views escape. All work without JavaScript, print, and reflow at 320 px.
 * Citizens' and officials' pages call the same components; the layout chosen by ui_page.staff gives them their size.
 * Include it in a template with %include "core/ui/ui.h"; link with `ui`. docs/guide/html.md shows a whole page.
 * Memory: what a view needs is taken from the arena of html_out.b. Threads: none shared. */
#pragma once
#include "core/html/html.h"

/* Symbols of the sprite (web/icons.txt). */
enum ui_icon {
	UI_ICON_NONE, UI_ICON_ALERT, UI_ICON_ARROW_DOWN, UI_ICON_ARROW_LEFT, UI_ICON_ARROW_RIGHT, UI_ICON_ARROW_UP, UI_ICON_BAN,
	UI_ICON_BELL, UI_ICON_BUILDING, UI_ICON_CALENDAR, UI_ICON_CHART, UI_ICON_CHECK, UI_ICON_CHEVRON_LEFT,
	UI_ICON_CHEVRON_RIGHT, UI_ICON_CLOCK, UI_ICON_COLUMNS, UI_ICON_COPY, UI_ICON_DASHED, UI_ICON_DONE, UI_ICON_DOT,
	UI_ICON_DOWNLOAD, UI_ICON_EXTERNAL, UI_ICON_EYE, UI_ICON_FILE, UI_ICON_FILTER, UI_ICON_FOLDER, UI_ICON_HELP,
	UI_ICON_HOURGLASS, UI_ICON_INBOX, UI_ICON_INFO, UI_ICON_KEYBOARD, UI_ICON_LANGUAGE, UI_ICON_LATE, UI_ICON_LINK,
	UI_ICON_LIST, UI_ICON_LOCK, UI_ICON_MAIL, UI_ICON_MENU, UI_ICON_MESSAGE, UI_ICON_PAUSE, UI_ICON_PENCIL, UI_ICON_PHONE,
	UI_ICON_PLUS, UI_ICON_PRINT, UI_ICON_QR, UI_ICON_REFUSED, UI_ICON_SEARCH, UI_ICON_SEND, UI_ICON_SETTINGS,
	UI_ICON_SIGN, UI_ICON_SIGN_OUT, UI_ICON_STAR, UI_ICON_TRASH, UI_ICON_UPLOAD, UI_ICON_USER, UI_ICON_USER_ASKED, UI_ICON_X,
	UI_ICON_COUNT
};
void ui_icon(struct html_out *o, enum ui_icon icon); /* an ornament beside a word; hidden from screen readers */
const char *ui_icon_name(enum ui_icon icon);

/* ---- page ---- */
enum ui_width { UI_WIDE, UI_READ /* one column of text */, UI_FULL /* edge to edge */ };
struct ui_crumb { struct str label, url; };
struct ui_page {
	struct str title;            /* of the tab and the h1 */
	struct str over, lead;       /* small line above the h1; paragraph below it */
	bool no_heading;             /* the page writes its own h1 */
	bool staff;                  /* the officials' layout: rail, dense lists, keyboard */
	enum ui_width width;
	const struct ui_crumb *crumbs; size_t n_crumbs; /* from the top; the page itself is not among them */
	struct html actions;         /* buttons beside the heading */
	bool has_errors;             /* the tab's title says so first, for screen readers */
	int script;                  /* one more script: ASSET_…; 0: only the common one */
	int style;                   /* one more style sheet: ASSET_…; 0: none */
};
void ui_page_begin(struct html_out *o, const struct ui_page *p);
void ui_page_end(struct html_out *o, const struct ui_page *p);
/* A page of one message: what happened, what to do, ways on. For errors and "nothing here". */
struct ui_problem { struct str title, text; bool staff; struct str retry_url; };
void ui_problem_page(struct html_out *o, const struct ui_problem *p);
/* The heading of a page with no_heading, where it belongs inside columns. */
void ui_heading(struct html_out *o, const struct ui_page *p);
/* Main part and a part beside it: facts and the one button (citizens: sticky), the record (officials). Below on phones. */
void ui_columns_begin(struct html_out *o);
/* Instead of ui_columns_begin: what may be done, before all else; ui_columns_acts_end begins the main part, which stands left of it where
 * there is room. The side's part is read last and stands below the acts, on phones below all. */
void ui_columns_acts_begin(struct html_out *o);
/* Before the acts: what is to be read before one acts. ui_columns_lead_end begins the acts. */
void ui_columns_lead_begin(struct html_out *o);
void ui_columns_lead_end(struct html_out *o);
void ui_columns_acts_end(struct html_out *o);
void ui_columns_side(struct html_out *o);
void ui_columns_end(struct html_out *o);
/* With UI_FULL: the band of the front page (h1, lead, then the search box), and ordinary width below it. */
struct ui_hero { struct str title, lead; };
void ui_hero_begin(struct html_out *o, const struct ui_hero *h);
void ui_hero_end(struct html_out *o);
void ui_wrap_begin(struct html_out *o);
void ui_wrap_end(struct html_out *o);
void ui_section_begin(struct html_out *o, struct str heading); /* an h2 and what belongs to it */
void ui_section_link_begin(struct html_out *o, struct ui_crumb heading); /* the heading leads to the page of its own */
void ui_section_end(struct html_out *o);
void ui_details_begin(struct html_out *o, struct str summary, bool open); /* shown on request */
void ui_details_end(struct html_out *o);

/* ---- small things ---- */
enum ui_state {
	UI_DRAFT, UI_DONE, UI_DOING, UI_ON_TIME, UI_SOON, UI_LATE, UI_YOURS, UI_STOPPED, UI_REFUSED, UI_WAITING, UI_STATE_COUNT
};
void ui_badge(struct html_out *o, enum ui_state s);                     /* icon, colour and the state's own word */
void ui_badge_word(struct html_out *o, enum ui_state s, struct str word); /* another word */
void ui_badge_due(struct html_out *o, enum ui_state s, int64_t days);   /* days left; negative: over; 0: due today */
void ui_tag(struct html_out *o, struct str word);                       /* quiet: no state */
void ui_money(struct html_out *o, struct money m);                      /* 0: free of charge */
void ui_date(struct html_out *o, struct date d);
void ui_day(struct html_out *o, struct date d);                         /* 25/11/2026, for lists */
void ui_time(struct html_out *o, struct instant t);
void ui_time_short(struct html_out *o, struct instant t);               /* 25/11/2026, 14:00, for lists */

/* State and date in one line under a heading: "● Chúng tôi đang làm  Hẹn trả Thứ Hai, 07/12/2026, 17:00". */
struct ui_state_line { enum ui_state state; struct str label; struct instant at; };
void ui_state_line(struct html_out *o, const struct ui_state_line *l);

enum ui_weight { UI_PRIMARY /* one a page */, UI_QUIET, UI_DANGER, UI_LINK };
struct ui_button {
	struct str label, url;       /* url: a link; empty: submits */
	enum ui_weight weight;
	enum ui_icon icon;
	struct str name, value;      /* of a submit button */
	struct str form;             /* id of a form elsewhere on the page */
	const char *key;             /* officials: the key that presses it, "d" */
	bool wide, disabled, download;
};
void ui_button(struct html_out *o, const struct ui_button *b);
void ui_buttons(struct html_out *o, const struct ui_button *b, size_t n); /* a row, primary first */

enum ui_tone { UI_INFO, UI_GOOD, UI_WARN, UI_BAD };
struct ui_notice { enum ui_tone tone; struct str title, text; struct html body; };
void ui_notice(struct html_out *o, const struct ui_notice *n);
struct ui_empty { struct str title, text; enum ui_icon icon; const struct ui_button *button; };
void ui_quiet(struct html_out *o, struct str text); /* a line less important than what stands around it */
void ui_empty(struct html_out *o, const struct ui_empty *e); /* says what will appear here and how to begin */

/* ---- forms ---- */
struct ui_form {
	struct str action;
	struct str id;               /* for buttons outside; may be empty */
	bool get;                    /* a search: no token, no action id */
	bool upload;                 /* holds file fields */
	bool row;                    /* fields beside each other where there is room: filters */
	struct str live;             /* GET: id of the part to refresh while one types (data-search) */
	/* Forms made from packs, for web/js/form.js (ui_page.script = ASSET_FORM_JS): the public description of the form,
	 * the answers of its other pages, and today as 2026-11-25. Empty: plain. */
	struct str rules_url, answers_url, today;
};
/* POST forms carry the masked token and the action id of html_out.facts. The browser's own checks are off: the server's
 * sentences say what to do. */
void ui_form_begin(struct html_out *o, const struct ui_form *f);
void ui_form_end(struct html_out *o);
/* What Enter in a field presses, unseen: for forms whose first button is not the one that sends, as those with rows to add. First in the form. */
void ui_enter(struct html_out *o, struct str label);
/* A whole form of one button, for acts in lists and menus. */
void ui_act(struct html_out *o, struct str action, const struct ui_button *b);

enum ui_input {
	UI_TEXT, UI_LONG_TEXT, UI_NUMBER, UI_MONEY, UI_DATE, UI_SELECT, UI_RADIOS, UI_CHECKS /* several of options */,
	UI_CHECK /* one box; label beside it */, UI_EMAIL, UI_PHONE, UI_PERSONAL_ID, UI_TAX_CODE, UI_URL, UI_PASSWORD,
	UI_CODE /* one-time code */, UI_FILE, UI_SEARCH, UI_HIDDEN, UI_SHOWN /* text that cannot be changed here */, UI_INPUT_COUNT
};
struct ui_option { struct str value, label, hint; bool chosen, disabled; };
struct ui_field {
	struct str name, label, hint, error;
	const char *scope;           /* where several forms of a page have a field of this name: makes its id one of its own */
	enum ui_input kind;
	struct str value;            /* as typed, byte for byte; ignored by PASSWORD and FILE */
	bool checked;                /* CHECK; its value is "1" unless given */
	const struct ui_option *options; size_t n_options;
	bool required;               /* others are marked as optional */
	bool plain;                  /* no word "optional": filters, sign-in */
	bool heading;                /* the label is the page's h1: question pages */
	bool label_hidden;           /* for screen readers only */
	bool drop;                   /* UI_FILE: a large box that a file may be dropped on */
	bool read_only, multiple, autofocus;
	unsigned max;                /* characters; 0: no limit given */
	unsigned width;              /* characters expected: 4, 10, 20; 0: as wide as the column */
	unsigned rows;               /* LONG_TEXT; 0: 5 */
	struct str unit;             /* after the box: "ngày", "kW"; MONEY has its own */
	struct str accept;           /* FILE: ".pdf,.jpg" */
	const char *autocomplete;    /* "name", "tel", "bday" … */
	bool live;                   /* an error may appear while one types (web/js/form.js) */
};
void ui_field(struct html_out *o, const struct ui_field *f);
void ui_group_begin(struct html_out *o, struct str legend, struct str hint); /* fields that belong together */
void ui_group_end(struct html_out *o);
/* The id of a field's input: links in the summary lead to it. */
struct str ui_field_id(struct html_out *o, struct str name);
struct ui_error { struct str field, text; };   /* field empty: about the whole form */
void ui_error_summary(struct html_out *o, const struct ui_error *e, size_t n); /* nothing when n is 0 */
/* The big search box of front pages. `live` as in ui_form. */
struct ui_search { struct str action, name, value, label, button, placeholder, live; bool second; /* not what the page is for: a quiet button */ };
void ui_search(struct html_out *o, const struct ui_search *s);
/* Links under it. */
void ui_tries(struct html_out *o, const struct ui_crumb *links, size_t n);

/* ---- lists ---- */
enum ui_cell_kind { UI_CELL, UI_CELL_NUMBER /* right */, UI_CELL_CODE /* never broken */, UI_CELL_TIME /* a day and an hour: on one line where there is room */, UI_CELL_ACTION,
	UI_CELL_TITLE /* what the row is called, where it has no code */ };
struct ui_column {
	struct str head;
	enum ui_cell_kind kind;
	bool head_hidden;            /* for screen readers only */
	bool bare;                   /* on phones its value needs no heading beside it */
	struct str brief;            /* the heading on phones, where it is shorter; else empty */
	struct str sort_url;         /* the heading is a link */
	int sorted;                  /* 1 ascending, -1 descending, 0 not */
};
struct ui_table {
	struct str caption; bool caption_hidden;
	const struct ui_column *columns; size_t n_columns;
	struct str select;           /* name of the check boxes; empty: rows are not chosen */
	struct str select_form;      /* id of the bulk form */
	bool keys;                   /* officials: j, k, x, Enter */
	bool compact;                /* on phones the cells speak for themselves: few lines, no headings beside them */
	bool flow;                   /* on phones the title or code on a line, then the other cells after each other as a text */
};
/* acts: the values of the bulk form's buttons that are for this row, with one space between. */
struct ui_row { struct str url; struct str select_value, select_label, acts; bool chosen, here; };
/* begin; for each row: row_begin, n_columns × (cell_begin(i) … cell_end), row_end; end. On phones each cell carries its heading. */
void ui_table_begin(struct html_out *o, const struct ui_table *t);
void ui_row_begin(struct html_out *o, const struct ui_table *t, const struct ui_row *r);
void ui_cell_begin(struct html_out *o, const struct ui_table *t, size_t column);
void ui_cell_end(struct html_out *o);
/* "–": nothing to say; on phones a table that flows leaves it out. */
void ui_cell(struct html_out *o, const struct ui_table *t, size_t column, struct str text);
/* A link with a quiet line below it: the row's main cell. url empty: no link. */
void ui_cell_main(struct html_out *o, const struct ui_table *t, size_t column, struct ui_crumb link, struct str below);
void ui_row_end(struct html_out *o);
void ui_table_end(struct html_out *o);
/* What is done with the rows chosen; names the table's select_form. Stays at the bottom of the window. A button says for how many rows it is: of
 * the page, and with scripts of those chosen (ui_row.acts). */
struct ui_bulk_act { struct ui_button button; int64_t rows; };
struct ui_bulk { struct str form, action; const struct ui_bulk_act *acts; size_t n_acts; };
void ui_bulk(struct html_out *o, const struct ui_bulk *b);
/* previous_is_first: what leads back leads to the beginning. more: total is "more than". */
struct ui_pager { struct str previous_url, next_url; int64_t first, last, total; bool more, previous_is_first; };
void ui_pager(struct html_out *o, const struct ui_pager *p);
struct ui_tab { struct str label, url; int64_t count; bool counted, here; };
void ui_tabs(struct html_out *o, const struct ui_tab *t, size_t n);
void ui_chips(struct html_out *o, struct str label, const struct ui_tab *t, size_t n); /* filters that are on or off */
/* Lines with a title, a quiet line, and a tag or a state at the right. */
struct ui_item { struct str title, hint, url, tag; bool has_state; enum ui_state state; struct html side; };
void ui_items(struct html_out *o, const struct ui_item *v, size_t n);
struct ui_card { struct str title, text, url; };
void ui_cards(struct html_out *o, const struct ui_card *v, size_t n);
/* `below`: what stands under the file, as pictures of its pages. */
struct ui_file { struct str name, url, note; int64_t size; bool signed_ok; struct html below; };
void ui_files(struct html_out *o, const struct ui_file *v, size_t n);

/* ---- facts and course ---- */
struct ui_fact { struct str label, value; struct html body; struct str url; struct str change_url; };
/* What a phone calls when a number as written is pressed, and where a mail goes; STR_NONE without one. */
struct str ui_phone_url(struct html_out *o, struct str phone);
struct str ui_mail_url(struct html_out *o, struct str email);
void ui_facts(struct html_out *o, const struct ui_fact *v, size_t n);
void ui_answers(struct html_out *o, const struct ui_fact *v, size_t n); /* check your answers: each with "change" */
struct ui_stat { struct str value, label, url; bool has_state; enum ui_state state; };
void ui_stats(struct html_out *o, const struct ui_stat *v, size_t n);
/* A finding by bars, and the same as a table. Values ≥ 0. `late` of each bar is drawn in the colour of overdue. */
struct ui_bar { struct str label, shown, url; int64_t value, late; };
struct ui_bars { struct str title, label_head, value_head, as_of; const struct ui_bar *bars; size_t n_bars; };
void ui_bars(struct html_out *o, const struct ui_bars *b);

enum ui_when { UI_PAST, UI_NOW, UI_NEXT };
struct ui_event {
	enum ui_when when;
	struct str title, text, who;
	struct instant at; bool has_at;
	struct str at_text;          /* instead of `at`: "dự kiến 07/12" */
	struct str spent, late;      /* how long it took, and by how much that was too long */
	const struct ui_crumb *links; size_t n_links;
};
void ui_timeline(struct html_out *o, const struct ui_event *v, size_t n);
enum ui_day_kind { UI_DAY_PLAIN, UI_DAY_START, UI_DAY_COUNTED, UI_DAY_VOID, UI_DAY_STOPPED, UI_DAY_OFF, UI_DAY_DUE };
struct ui_day_cell { struct date day; enum ui_day_kind kind; struct str note; /* the holiday's name */ };
void ui_days(struct html_out *o, const struct ui_day_cell *v, size_t n); /* with the legend of what occurs */

enum ui_task_state { UI_TASK_OPEN, UI_TASK_DONE, UI_TASK_LOCKED, UI_TASK_WRONG, UI_TASK_OPTIONAL };
struct ui_task { struct str label, hint, url; enum ui_task_state state; struct str group; /* a heading, where it changes */ };
void ui_tasks(struct html_out *o, const struct ui_task *v, size_t n); /* with "2 of 5 done"; what is optional does not count until it is done */
struct ui_steps { const struct str *labels; size_t n, now; };
void ui_steps(struct html_out *o, const struct ui_steps *s);
/* The panel of a confirmation page: what was done, the code in large figures, and a sentence. */
struct ui_confirm { struct str title, code_label, code, text; };
void ui_confirm(struct html_out *o, const struct ui_confirm *c);
