/* catalogue_web.h — what the pages of this slice share: structs that views show, and words made from procedures. Private. */
#pragma once
#include "catalogue/catalogue.h"
#include "core/page/page.h"

/* The frame with the entry of the header that the page belongs to. */
struct html_out catalogue_out(struct request *r, enum page_nav nav);
/* Percent-encoded, for urls built in C. */
void url_part(struct buf *b, struct str s);
/* "https://host": configured, else as the request names it. */
struct str catalogue_origin(struct request *r);
/* The held view is released when the block ends. */
struct held { struct catalogue *c; const struct catalogue_view *v; };
struct held held_of(struct request *r);
void held_end(struct held *h);
#define AUTO_HELD __attribute__((cleanup(held_end))) struct held

/* ---- words ---- */
struct str say(struct html_out *o, enum msg_key key);
struct str say1(struct html_out *o, enum msg_key key, struct str arg);
struct str say_n(struct html_out *o, enum msg_key key, int64_t n);
struct str show_gap(struct html_out *o);                                  /* "chưa có dữ liệu" */
struct str show_deadline(struct html_out *o, const struct procedure *p);  /* "25 ngày" or the gap's words */
struct str show_fee(struct html_out *o, const struct procedure *p);       /* "từ 2.000.000 đồng" */
struct str show_online(struct html_out *o, enum online_level level);
struct str show_starts(struct html_out *o, const struct procedure *p);
struct str show_copies(struct html_out *o, const struct procedure_document *d); /* "1 bản chính"; empty when not known */
struct str show_amount(struct html_out *o, const struct procedure_fee *f);
struct str show_validity(struct html_out *o, const struct catalogue_entry *x); /* effective dates in words */
struct str show_attribute(struct html_out *o, enum procedure_gap g);
struct ui_item show_item(struct html_out *o, const struct catalogue_entry *x);
enum msg_key state_word(enum version_state s);
enum ui_state state_look(enum version_state s);

/* ---- what views show ---- */
struct front_page {
	int64_t n;
	struct ui_crumb tries[3]; size_t n_tries;
	struct ui_stat stats[4]; size_t n_stats;
	struct ui_card *fields; size_t n_fields;
};
struct facet_chips { struct str label; struct ui_tab *v; size_t n; };
struct list_page {
	struct str q, read_as, url_clear, url_all;
	const char *param[FACETS]; struct str value[FACETS]; /* what is chosen: kept while one types */
	struct facet_chips chips[FACETS];
	bool chosen, all;
	struct ui_item *items; size_t n;
	int64_t total, ended; /* ended: how many more are there that are not in force */
	struct ui_pager pager;
};
struct board_page { const struct catalogue_view *v; int64_t first, last, total; bool screen; };
struct guide_page { const struct catalogue_view *v; const struct catalogue_contact *contacts; size_t n; };

/* Who may propose and import versions. */
#define ALLOW_PROPOSE (ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_CLERK) | ROLE_BIT(ROLE_ADMIN))
struct staff_list { struct ui_tab tabs[VERSION_STATES + 1]; struct catalogue_versions versions; struct ui_pager pager; bool may_propose; };
struct change { struct str label, before, after; };
struct staff_version {
	struct request *r;
	struct catalogue_version v;
	struct procedure p;
	struct catalogue_versions history;
	struct change *changes; size_t n_changes;
	bool may_propose, may_review, may_publish, new_procedure;
};
struct import_row { int64_t number; struct str slug, name, kind, text, pack; };
struct import_report { struct import_row *rows; size_t n; int64_t proposed, same, faults; };

/* ---- a procedure as a row of cells: the form of a proposal, and the workbook ---- */
enum cell_kind { CELL_TEXT, CELL_LINES, CELL_NUMBER, CELL_WORD, CELL_DOCUMENTS, CELL_FEES, CELL_RESULTS };
struct column {
	const char *key, *path;       /* of the form field and heading; in the pack: "a" or "a.b" */
	enum cell_kind kind;
	enum msg_key label;
	const char *const *words;     /* CELL_WORD: what may be said; ends with NULL */
	bool required;
};
extern const struct column catalogue_columns[];
extern const size_t catalogue_columns_n;
#define COLUMN_ID 0 /* the slug */
/* The cell of a pack's JSON. */
struct str column_get(struct arena *a, const struct column *c, const json_t *pack);
/* Puts cells into a copy of `base` (NULL: a new procedure); cells equal to what is there change nothing. cells[i].p NULL: left alone.
 * False: *bad is the column at fault and *why what is wrong. */
bool columns_apply(struct arena *a, const json_t *base, const struct str *cells, json_t **out, size_t *bad, enum msg_key *why);
/* As a pack file: indented, keys in the order of the format. */
struct str columns_pack(struct arena *a, json_t *pack);

/* The rows of an upload (workbook, or JSON: a list of packs), compared with what is published. False: *why is wrong with the file. */
bool import_read(struct request *r, const struct catalogue_view *v, int fd, int64_t size, struct import_report *out, enum msg_key *why);

/* ---- handlers of the other files, for the one table of routes ---- */
route_fn feed_atom, feed_sitemap, feed_robots, feed_qr, catalogue_api_list, api_one, api_form;
route_fn staff_list_page, staff_version_page, staff_propose_page, staff_gaps_page, staff_import_page, staff_json, staff_xlsx;
route_fn act_propose_check, act_propose, act_review, act_reject, act_publish, act_expire, act_import_check, act_import, import_answer, act_answer;
extern const struct form form_propose, form_reject, form_publish, form_expire, form_import;
