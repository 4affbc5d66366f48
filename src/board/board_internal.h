/* board_internal.h — what is asked, what was read for it, and the parts of the pages. */
#pragma once
#include "board/board.h"
#include "board/board_sql.h"
#include "core/page/page.h"
#include "core/sheet/sheet.h"
#include "core/ui/chart.h"
#include "directory/directory.h"
#include "dossier/dossier.h"
#include "gen/assets.h"
#include "stat/stat.h"

#define M(r, key) msg((r)->env.lang, MSG_BOARD_##key)
#define BOARD "/bang-dieu-hanh"
#define BOARD_ALLOW (ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_INSPECTOR))
#define BOARD_TREND 12 /* months of a picture by month, and as many before it to compare with */
const struct board_config *board_have(void);

/* ---- what is asked (ask.c) ---- */

enum board_view { BOARD_OVERVIEW, BOARD_AGENCY, BOARD_UNIT, BOARD_PROCEDURE, BOARD_OFFICER, BOARD_MONTH, BOARD_VIEWS };
struct board_ask {
	enum board_view view;
	struct str period;           /* as in the address: "12-thang", "2026-10" */
	int32_t from, to;            /* months, both included */
	struct stat_dims of;
	bool everything;             /* the actor may see all agencies */
	struct agency_id own_agency; /* else only this one */
	struct unit_id own_unit;     /* else only this one; 0: all of the agency */
	bool public_page;            /* no officers, no links to dossiers */
	struct sent_report_id sent;  /* the figures of this table, as it was sent; 0: those of today */
};
/* From the address, cut to what the actor may see. ERR_DENIED for another's agency or unit. */
MUST_CHECK bool board_ask_read(struct request *r, struct board_ask *out, struct err *e);
/* The same of the public board: no rights, no officers. */
MUST_CHECK bool board_ask_public(struct request *r, struct board_ask *out, struct err *e);
/* False: no such period. today: the day of the request. */
bool board_period(struct str word, struct date today, int32_t *from, int32_t *to);
struct str board_period_words(struct arena *a, enum lang lang, const struct board_ask *q);
struct str board_month_words(struct arena *a, enum lang lang, int32_t month); /* "Tháng 10/2026" */
/* `path` with what is asked as its query; `more`: further pairs, "&so=late", or empty. */
struct str board_url(struct arena *a, const char *path, const struct board_ask *q, struct str more);
const char *board_view_slug(enum board_view v);
enum stat_by board_by(enum board_view v);
/* May the actor open dossiers of this agency, as far as its roles say? 0, all agencies: no. Each is asked for again when it is opened. */
bool board_opens(const struct actor *me, const struct board_ask *q, int64_t agency);

/* ---- what was read (data.c) ---- */

struct board_group { int64_t id; struct str key, name; struct stat_row row, now; };
struct board_data {
	struct stat_row total, now;
	struct stat_row months[2 * BOARD_TREND]; /* the last is ask.to; those without a dossier are nought */
	struct board_group *groups; size_t n_groups; /* most received first; by month: in order */
	struct instant at;
};
MUST_CHECK bool board_read(struct request *r, const struct board_ask *q, struct board_data *out, struct err *e);
/* Of decided ones with a limit: early or on time, in tenths of a per cent. */
int64_t board_on_time(const struct stat_row *r);
int64_t board_limited(const struct stat_row *r); /* early + on time + late */
int64_t board_rated(const struct stat_row *r, int64_t *good); /* how many ratings; *good: of 4 or 5 */
int64_t board_open(const struct stat_row *now);

/* ---- words of figures (say.c) ---- */

struct str board_days(struct arena *a, enum lang lang, int64_t minutes); /* "6,5": working days of eight hours */
double board_in_days(int64_t minutes);                               /* 6.5 */
struct str board_time(struct request *r, int64_t minutes);           /* "6,5 ngày", "3,5 giờ" */
struct str board_as_of(struct request *r, struct instant at);
struct str board_minutes(struct request *r, const struct stat_row *row, enum stat_time t, int percent); /* 0: average; "–" without */
/* What a series of shares by month says last: its lowest, its highest, or how it moved. `what`: a message of one argument. *mark: as chart.mark. */
struct str board_find_share(struct request *r, const struct board_data *d, const int64_t *share, const bool *none, enum msg_key what, int *mark);

/* ---- pictures (charts.c) ---- */

enum board_chart { PIC_ON_TIME, PIC_SETTLED, PIC_RECEIVED, PIC_ONLINE, PIC_OPEN, PIC_TIME, PIC_SIGNED, PIC_RATED, PIC_GROUP_LATE, PIC_GROUP_TIME, PIC_LATE_WHY, PICS };
const char *board_chart_slug(enum board_chart c);
bool board_chart_from(struct str slug, enum board_chart *out);
/* Fills *out, in the request's arena; without points when there is nothing to show. */
void board_chart(struct request *r, const struct board_ask *q, const struct board_data *d, enum board_chart which, struct chart *out);

/* ---- tables, as page and file (table.c) ---- */

/* kind, number: what a workbook holds instead of the text; SHEET_EMPTY: the text. */
struct board_cell { struct str text, url; enum sheet_kind kind; double number; };
/* in_file: the heading in a workbook, where its numbers have another unit than the page's words; empty: the same. */
struct board_head { struct str text; bool number; struct str in_file; bool brief; /* a number in a list: "2.1" */ };
struct board_table {
	struct str title, file;      /* file: name without its ending */
	const struct board_head *heads; size_t n_cols;
	struct board_cell *cells; size_t n_rows; /* n_rows × n_cols */
};
void board_table_show(struct html_out *o, const struct board_table *t);
/* A workbook where the path ends in ".xlsx", else CSV. */
MUST_CHECK bool board_table_file(struct request *r, const struct board_table *t, struct err *e);
void board_chart_table(struct request *r, const struct chart *c, struct str file, struct board_table *out);
/* One line a group with every figure. */
void board_group_table(struct request *r, const struct board_ask *q, const struct board_data *d, struct board_table *out);

/* What a group is called in a table's head; its own page, or its dossiers behind a measure (empty where the reader may open none); a count that leads there. */
struct str board_group_head(struct request *r, enum board_view v);
struct str board_group_url(struct request *r, const struct board_ask *q, const struct board_group *g, const char *path, struct str more);
struct str board_group_list_url(struct request *r, const struct board_ask *q, const struct board_group *g, const char *measure);
struct board_cell board_count_cell(struct request *r, int64_t n, struct str url);

/* ---- reasons for lateness (late.c) ---- */

/* "late_staff", "late_unstated": the figure of dossiers settled late for the reason of that number; 0: not stated. */
struct str board_late_slug(struct arena *a, int64_t no);
/* The reason that such a figure counts; false: it is none. *name: what the figure is called. */
bool board_late_figure(struct request *r, struct str slug, int64_t *no, struct str *name);
void board_late_chart(struct request *r, const struct board_ask *q, const struct board_data *d, struct chart *out);

/* ---- indices (indices.c) and the report (report.c) ---- */

enum board_set { SET_TT01, SET_QD766, SETS };
struct board_index {
	struct str id, name, law, how, why; /* how: computed so; why: not borne by our records */
	bool borne;
	int64_t value, max;          /* in tenths of a point */
};
struct board_set_result {
	struct str title, law, note;
	struct board_index *v; size_t n;
	int64_t sum, of;             /* of those borne, in tenths */
};
MUST_CHECK bool board_indices_load(struct pack packs, struct err *e);
void board_indices(struct request *r, const struct board_data *d, enum board_set which, struct board_set_result *out);

struct board_kept { int64_t *v; size_t n; }; /* ids of dossiers, rising */
enum { II_NO = 1, II_NAME, II_RECEIVED, II_ONLINE, II_DIRECT, II_CARRIED, II_SETTLED, II_EARLY, II_ON_TIME, II_LATE, II_OPEN, II_IN_TIME, II_OVERDUE, II_COLS = II_OVERDUE };
struct board_report_row {
	struct str name, procedure;
	int64_t agency;                    /* of a line an agency, in the table of the whole province; else 0 */
	bool field;
	int64_t n[II_COLS + 1], otherwise; /* otherwise: of II_ON_TIME, refused at reception, stopped, withdrawn, without limit */
	struct board_kept kept;            /* of a procedure, in a table that is sent: those of II_OVERDUE */
};
/* By procedure (view BOARD_AGENCY: by agency), without names and in no order, as the sums have it. */
struct board_line { struct str procedure, field; struct board_report_row row; };
struct board_lines { struct board_line *v; size_t n; };
MUST_CHECK bool board_report_lines(struct env *env, const struct board_ask *q, struct board_lines *out, struct err *e);
struct board_report { struct board_report_row *v; size_t n; struct board_report_row sum; };
MUST_CHECK bool board_report_read(struct request *r, const struct board_ask *q, struct board_report *out, struct err *e);
/* What a table of today asks for: view BOARD_AGENCY is the province's, every other the usual. */
MUST_CHECK bool board_report_ask(struct request *r, struct board_ask *q, struct err *e);
/* The row of a procedure; NULL: it has none. */
const struct board_report_row *board_report_of(const struct board_report *x, struct str procedure);
void board_report_add(struct board_report_row *sum, const struct board_report_row *v);
/* now: what is computed today, shown beside a figure that was sent otherwise; or NULL. */
void board_report_table(struct request *r, const struct board_ask *q, const struct board_report *x, const struct board_report *now, struct board_table *out);

/* ---- the table as it was sent (sent.c), its pages (sent_web.c) ---- */

#define BOARD_SENT BOARD "/bieu-ii-06a/da-gui"
struct board_sent { struct sent_report_id id; int64_t version; struct instant at; struct str by; struct board_ask q; struct board_report sent; };
struct board_sent_list { struct board_sent *v; size_t n; };
/* "2026-10", "2026-Q3", "2026": what such a period is called for good; none for others ("the last twelve months"), whose tables are not sent. */
struct str board_period_word(struct arena *a, int32_t from, int32_t to);
/* Those of the period, the newest version first; none when what is asked is less than an agency. */
MUST_CHECK bool board_sent_of(struct request *r, const struct board_ask *q, struct board_sent_list *out, struct err *e);
/* By the id in the address. ERR_NOT_FOUND; ERR_DENIED: another's agency, and whoever sees a unit alone. */
MUST_CHECK bool board_sent_read(struct request *r, struct board_sent *out, struct err *e);
/* The same by an id as it was given; ERR as above. */
MUST_CHECK bool board_sent_get(struct request *r, const struct board_ask *q, struct str id, struct board_sent *out, struct err *e);
/* What a row of sent_report holds; *read: when its figures were read. */
MUST_CHECK bool board_sent_body(struct arena *a, struct str text, struct board_report *out, struct instant *read, struct err *e);
/* Figures that are another today; and today's figure for a cell of the table that was sent. */
int64_t board_sent_differences(const struct board_report *sent, const struct board_report *now);
int64_t board_sent_now(const struct board_report *now, const struct board_report_row *sent, int col);
/* A director, for the whole agency and a period that is over. */
bool board_sent_may(const struct request *r, const struct board_ask *q);
struct str board_sent_line(struct request *r, const struct board_sent *x); /* which version, when, by whom */
void board_sent_section(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_sent_list *sent, const struct board_report *now);
bool board_sent_check(struct request *r, struct err *e);
bool board_sent_apply(struct request *r, struct err *e);
bool board_sent_page(struct request *r, struct err *e);
bool board_sent_file(struct request *r, struct err *e);
struct json_t;

/* ---- the dossiers kept with it (kept.c) ---- */

/* Finds the dossiers of (13) for each procedure of a table that is read. ERR_INTERNAL: they are not as many as the sums count. */
MUST_CHECK bool board_kept_read(struct env *env, const struct board_ask *q, struct board_report *x, struct err *e);
struct json_t *board_kept_json(const struct board_kept *x);
struct board_kept board_kept_from(struct arena *a, const struct json_t *all);
/* Their ids as a parameter of a query; of all procedures when none is named. */
struct str board_kept_list(struct arena *a, const struct board_report *x, struct str procedure);
MUST_CHECK bool board_sent_kept(struct env *env, struct sent_report_id id, struct str procedure, struct str *ids, struct err *e);

struct json_t *board_report_json(const struct board_report_row *v);
bool board_api_sent(struct request *r, struct err *e);
bool board_api_sent_answer(struct request *r, struct err *e);

/* ---- the dossiers behind a figure (list.c), as files (list_file.c) ---- */

struct board_measure { const char *slug, *kind, *channel, *channel2; int score; enum msg_key word; bool now; };
/* Of a table that was sent (`ban`): as it was counted then; said: which one. */
struct board_listed { struct board_ask q; const struct board_measure *m; struct str figure, name, kind, ids, said; struct board_behind_in in; };
MUST_CHECK bool board_listed_read(struct request *r, struct board_listed *x, struct err *e);
struct str board_listed_lead(struct request *r, const struct board_listed *x); /* the period, or the moment */
/* "&so=FIGURE", and of a table that was sent "&ban=ID". */
struct str board_listed_more(struct arena *a, const struct board_ask *q, struct str figure);
/* Files are of the own agency: who sees all may not open all. */
bool board_listed_own(const struct request *r, const struct board_listed *x);
bool board_list_ask(struct request *r, struct err *e);
bool board_list_asked(struct request *r, struct err *e);

/* ---- pages ---- */
bool board_page(struct request *r, struct err *e);
bool board_list_page(struct request *r, struct err *e);
bool board_list_csv(struct request *r, struct err *e);
bool board_chart_file(struct request *r, struct err *e);
bool board_index_page(struct request *r, struct err *e);
bool board_index_file(struct request *r, struct err *e);
bool board_late_page(struct request *r, struct err *e);
bool board_late_file(struct request *r, struct err *e);
bool board_report_page(struct request *r, struct err *e);
bool board_report_file(struct request *r, struct err *e);
bool board_public_page(struct request *r, struct err *e);
bool board_public_csv(struct request *r, struct err *e);
bool board_api(struct request *r, struct err *e);
bool board_api_public(struct request *r, struct err *e);
bool board_api_indices(struct request *r, struct err *e);
bool board_api_report(struct request *r, struct err *e);
bool board_api_list(struct request *r, struct err *e);
/* Rows of figures as JSON, each measure by its name. */
void board_pictures(struct request *r, struct html_out *o, const struct board_ask *q, const struct board_data *d, const enum board_chart *pics, size_t n);
void board_filter_form(struct request *r, struct html_out *o, const struct board_ask *q, const char *path, bool places);
