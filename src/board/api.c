/* api.c — the same figures for programs: counts by their names in src/stat, shares in tenths of a per cent, times in minutes. */
#include "board/board_internal.h"
#include "board/board_sql.h"
#include "dossier/late.h"
#include <jansson.h>
#include <stdio.h>

static json_t *text(struct str s) { return s.n ? json_stringn(s.p, s.n) : json_null(); }
static json_t *id_text(struct arena *a, int64_t id) { return id ? text(str_fmt(a, "%lld", (long long)id)) : json_null(); }
static json_t *month_text(struct arena *a, int32_t m) { return text(str_fmt(a, "%04d-%02d", m / 12, m % 12 + 1)); }

static json_t *times(const struct stat_row *row)
{
	static const char *const names[STAT_TIMES] = {"total", "agency", "others", "citizen"};
	json_t *all = json_object();
	for (int t = 0; t < STAT_TIMES; t++) {
		int64_t average = 0, median = 0, ninth = 0;
		bool known = stat_average(row, (enum stat_time)t, &average) && stat_percentile(row, (enum stat_time)t, 50, &median) && stat_percentile(row, (enum stat_time)t, 90, &ninth);
		json_object_set_new(all, names[t], known ? json_pack("{s:I,s:I,s:I}", "average", (json_int_t)average, "median", (json_int_t)median, "ninth_decile", (json_int_t)ninth) : json_null());
	}
	return all;
}

static json_t *counts(const struct stat_row *row)
{
	json_t *all = json_object();
	for (int m = 0; m < STAT_LATE_AT_END; m++)
		json_object_set_new(all, stat_measure_name((enum stat_measure)m), json_integer(row->n[m]));
	return all;
}

static json_t *open_counts(const struct stat_row *now)
{
	static const char *const names[STAT_OPENS] = {"running", "apologised", "answer", "supplement", "fee", "no_limit"};
	json_t *all = json_object();
	for (int k = 0; k < STAT_OPENS; k++)
		json_object_set_new(all, names[k], json_integer(now->open[k]));
	json_object_set_new(all, "overdue", json_integer(now->overdue));
	json_object_set_new(all, "answer_overdue", json_integer(now->answer_late));
	return all;
}

/* Of the counts of those settled late, by the code of the reason given. */
static json_t *late_reasons(const struct stat_row *row)
{
	const struct law *law = board_have()->law;
	json_t *all = json_object();
	for (size_t i = 0; i < law->n_late; i++)
		json_object_setn_new(all, law->late[i].code.p, law->late[i].code.n, json_integer(row->n[STAT_LATE_REASON_1 + law->late[i].no - 1]));
	json_object_set_new(all, "not_stated", json_integer(stat_late_unstated(row)));
	return all;
}

static json_t *share(int64_t part, int64_t whole) { return whole ? json_integer(chart_share(part, whole)) : json_null(); }

static json_t *figures(const struct board_ask *q, const struct stat_row *row)
{
	int64_t good = 0, rated = board_rated(row, &good), limited = board_limited(row);
	json_t *x = json_object();
	json_object_set_new(x, "counts", counts(row));
	if (!q->public_page)
		json_object_set_new(x, "late_reasons", late_reasons(row));
	json_object_set_new(x, "on_time", share(limited - row->n[STAT_LATE], limited));
	json_object_set_new(x, "online", share(stat_received_online(row), stat_received(row)));
	json_object_set_new(x, "signed", share(row->n[STAT_RESULT_SIGNED], row->n[STAT_RESULT]));
	json_object_set_new(x, "satisfied", share(good, rated));
	return x;
}

static json_t *groups(struct arena *a, const struct board_ask *q, const struct board_data *d)
{
	json_t *all = json_array();
	for (size_t i = 0; i < d->n_groups; i++) {
		const struct board_group *g = &d->groups[i];
		json_t *x = figures(q, &g->row);
		json_object_set_new(x, "id", q->view == BOARD_MONTH ? month_text(a, g->row.month) : g->key.n ? text(g->key) : id_text(a, g->id));
		json_object_set_new(x, "name", text(g->name));
		json_object_set_new(x, "minutes", times(&g->row));
		json_object_set_new(x, "open", open_counts(&g->now));
		json_array_append_new(all, x);
	}
	return all;
}

static json_t *months(struct arena *a, const struct board_ask *q, const struct board_data *d)
{
	json_t *all = json_array();
	for (int i = BOARD_TREND; i < 2 * BOARD_TREND; i++) {
		json_t *x = figures(q, &d->months[i]);
		json_object_set_new(x, "month", month_text(a, d->months[i].month));
		json_array_append_new(all, x);
	}
	return all;
}

static json_t *head(struct request *r, const struct board_ask *q)
{
	struct arena *a = r->env.arena;
	json_t *x = json_object();
	json_object_set_new(x, "from", month_text(a, q->from));
	json_object_set_new(x, "to", month_text(a, q->to));
	json_object_set_new(x, "as_of", text(instant_format(a, r->env.now)));
	return x;
}

static bool answer_figures(struct request *r, const struct board_ask *q, struct err *e)
{
	struct board_data d;
	if (!board_read(r, q, &d, e))
		return false;
	json_t *x = head(r, q);
	json_object_set_new(x, "total", figures(q, &d.total));
	json_object_set_new(x, "minutes", times(&d.total));
	json_object_set_new(x, "open", open_counts(&d.now));
	json_object_set_new(x, "months", months(r->env.arena, q, &d));
	if (q->view != BOARD_OVERVIEW)
		json_object_set_new(x, "groups", groups(r->env.arena, q, &d));
	return answer_tree(r, x);
}

bool board_api(struct request *r, struct err *e)
{
	struct board_ask q;
	return board_ask_read(r, &q, e) && answer_figures(r, &q, e);
}

bool board_api_public(struct request *r, struct err *e)
{
	struct board_ask q;
	if (!board_ask_public(r, &q, e))
		return false;
	q.view = BOARD_AGENCY;
	return answer_figures(r, &q, e);
}

static json_t *index_set(struct request *r, const struct board_data *d, enum board_set which)
{
	struct board_set_result s;
	board_indices(r, d, which, &s);
	json_t *items = json_array(), *x = json_object();
	for (size_t i = 0; i < s.n; i++) {
		const struct board_index *v = &s.v[i];
		json_t *one = json_object();
		json_object_set_new(one, "id", text(v->id));
		json_object_set_new(one, "name", text(v->name));
		json_object_set_new(one, "law", text(v->law));
		json_object_set_new(one, "points", v->borne ? json_real((double)v->value / 10) : json_null());
		json_object_set_new(one, "most", json_real((double)v->max / 10));
		json_object_set_new(one, "how", text(v->how));
		json_object_set_new(one, "not_borne", text(v->why));
		json_array_append_new(items, one);
	}
	json_object_set_new(x, "title", text(s.title));
	json_object_set_new(x, "law", text(s.law));
	json_object_set_new(x, "note", text(s.note));
	json_object_set_new(x, "items", items);
	return x;
}

bool board_api_indices(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_data d;
	if (!board_ask_read(r, &q, e))
		return false;
	q.view = BOARD_OVERVIEW;
	if (!board_read(r, &q, &d, e))
		return false;
	json_t *x = head(r, &q), *sets = json_array();
	for (int i = 0; i < SETS; i++)
		json_array_append_new(sets, index_set(r, &d, (enum board_set)i));
	json_object_set_new(x, "sets", sets);
	return answer_tree(r, x);
}

static const char *id_words(int64_t id, char out[24])
{
	snprintf(out, 24, "%lld", (long long)id);
	return out;
}

json_t *board_report_json(const struct board_report_row *v)
{
	static const char *const names[II_COLS + 1] = {[II_RECEIVED] = "received", [II_ONLINE] = "received_online", [II_DIRECT] = "received_direct", [II_CARRIED] = "carried",
		[II_SETTLED] = "settled", [II_EARLY] = "early", [II_ON_TIME] = "on_time", [II_LATE] = "late", [II_OPEN] = "open", [II_IN_TIME] = "in_time", [II_OVERDUE] = "overdue"};
	json_t *x = json_object();
	json_object_set_new(x, "name", text(v->name));
	json_object_set_new(x, "procedure", text(v->procedure));
	if (v->agency)
		json_object_set_new(x, "agency", json_string(id_words(v->agency, (char[24]){0})));
	for (int i = II_RECEIVED; i <= II_COLS; i++)
		json_object_set_new(x, names[i], json_integer(v->n[i]));
	json_object_set_new(x, "otherwise", json_integer(v->otherwise));
	return x;
}

bool board_api_report(struct request *r, struct err *e)
{
	struct board_ask q;
	struct board_report rep;
	if (!board_report_ask(r, &q, e) || !board_report_read(r, &q, &rep, e))
		return false;
	json_t *x = head(r, &q), *rows = json_array();
	for (size_t i = 0; i < rep.n; i++)
		json_array_append_new(rows, board_report_json(&rep.v[i]));
	json_object_set_new(x, "rows", rows);
	json_object_set_new(x, "sum", board_report_json(&rep.sum));
	return answer_tree(r, x);
}
