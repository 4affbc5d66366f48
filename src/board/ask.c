/* ask.c — what the address asks for, cut to what the reader may see. */
#include "board/board_internal.h"
#include "core/text/text.h"

static const struct { const char *slug, *api; enum stat_by by; } views[BOARD_VIEWS] = {
	[BOARD_OVERVIEW] = {"tong-quan", "overview", STAT_BY_ALL}, [BOARD_AGENCY] = {"co-quan", "agency", STAT_BY_AGENCY},
	[BOARD_UNIT] = {"don-vi", "unit", STAT_BY_UNIT}, [BOARD_PROCEDURE] = {"thu-tuc", "procedure", STAT_BY_PROCEDURE},
	[BOARD_OFFICER] = {"can-bo", "officer", STAT_BY_OFFICER}, [BOARD_MONTH] = {"thang", "month", STAT_BY_MONTH},
};
const char *board_view_slug(enum board_view v) { return views[v].slug; }
enum stat_by board_by(enum board_view v) { return views[v].by; }

/* ---- periods ---- */

/* "2026-10", "2026-Q3", "2026". */
static bool written_period(struct str w, int32_t *from, int32_t *to)
{
	int64_t year = 0, month = 0, quarter = 0;
	if (w.n != 4 && !(w.n == 7 && w.p[4] == '-'))
		return false;
	if (w.n == 7 && w.p[5] == 'Q') {
		if (!str_to_i64(str_sub(w, 0, 4), &year) || !str_to_i64(str_sub(w, 6, 7), &quarter) || year < 2000 || year > 2200 || quarter < 1 || quarter > 4)
			return false;
		*from = (int32_t)(12 * year + 3 * (quarter - 1));
		*to = *from + 2;
		return true;
	}
	if (!str_to_i64(str_sub(w, 0, 4), &year) || year < 2000 || year > 2200 || (w.n == 7 && (!str_to_i64(str_sub(w, 5, 7), &month) || month < 1 || month > 12)))
		return false;
	*from = (int32_t)(12 * year + (month ? month - 1 : 0));
	*to = month ? *from : *from + 11;
	return true;
}

bool board_period(struct str word, struct date today, int32_t *from, int32_t *to)
{
	int32_t now = stat_month_of(today), quarter = now - now % 3, year = now - now % 12;
	const struct { const char *word; int32_t from, to; } of[] = {
		{"12-thang", now - 11, now}, {"thang-nay", now, now}, {"thang-truoc", now - 1, now - 1}, {"quy-nay", quarter, quarter + 2},
		{"quy-truoc", quarter - 3, quarter - 1}, {"nam-nay", year, year + 11}, {"nam-truoc", year - 12, year - 1}, {"36-thang", now - 35, now},
	};
	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (str_eq(word, str_from(of[i].word))) {
			*from = of[i].from;
			*to = of[i].to;
			return true;
		}
	return written_period(word, from, to);
}

struct str board_month_words(struct arena *a, enum lang lang, int32_t month)
{
	return msg_fmt(a, lang, MSG_BOARD_MONTH_OF, (struct str[]){str_fmt(a, "%d", month % 12 + 1), str_fmt(a, "%d", month / 12)}, 2);
}

struct str board_period_words(struct arena *a, enum lang lang, const struct board_ask *q)
{
	if (q->from == q->to)
		return board_month_words(a, lang, q->from);
	struct str from = str_fmt(a, "%d/%d", q->from % 12 + 1, q->from / 12), to = str_fmt(a, "%d/%d", q->to % 12 + 1, q->to / 12);
	return msg_fmt(a, lang, MSG_BOARD_FROM_TO, (struct str[]){from, to}, 2);
}

/* ---- rights ---- */

bool board_allowed(const struct actor *me) { return actor_any(me, BOARD_ALLOW); }

static bool rights(struct env *env, struct board_ask *q, struct err *e)
{
	for (size_t i = 0; i < env->actor->n_held; i++) {
		const struct actor_role *h = &env->actor->held[i];
		struct agency g;
		bool found = false;
		if (!(ROLE_BIT(h->role) & BOARD_ALLOW))
			continue;
		if (!directory_agency(env, (struct agency_id){h->agency}, &g, &found, e))
			return false;
		if (found && (g.kind == AGENCY_PROVINCE || g.is_centre) && h->role != ROLE_INSPECTOR)
			q->everything = true;
		else if (h->role != ROLE_HEAD && (!q->own_agency.v || q->own_unit.v))
			q->own_agency.v = h->agency, q->own_unit.v = 0;
		else if (!q->own_agency.v)
			q->own_agency.v = h->agency, q->own_unit.v = h->unit;
	}
	if (q->everything)
		q->own_agency.v = 0, q->own_unit.v = 0;
	return q->everything || q->own_agency.v || err_set(e, ERR_DENIED, "no role that leads");
}

bool board_opens(const struct actor *me, const struct board_ask *q, int64_t agency)
{
	return !q->public_page && agency && actor_in_agency(me, ALLOW_STAFF, agency);
}

/* ---- reading ---- */

/* Pages ask in Vietnamese, programs in English. */
enum asked { ASKED_PERIOD, ASKED_VIEW, ASKED_AGENCY, ASKED_UNIT, ASKED_PROCEDURE, ASKED_OFFICER };
static const char *name_of(const struct request *r, enum asked x)
{
	static const char *const names[][2] = {[ASKED_PERIOD] = {"ky", "period"}, [ASKED_VIEW] = {"xem", "by"}, [ASKED_AGENCY] = {"cq", "agency"},
		[ASKED_UNIT] = {"dv", "unit"}, [ASKED_PROCEDURE] = {"tt", "procedure"}, [ASKED_OFFICER] = {"cb", "officer"}};
	return names[x][r->route->flags & ROUTE_API ? 1 : 0];
}
static int64_t id_asked(struct request *r, enum asked x) { return req_query_int(r, name_of(r, x), 0); }

/* A unit of another agency shows nothing of it: it is refused. */
static bool unit_fits(struct env *env, const struct board_ask *q, struct err *e)
{
	struct unit u;
	bool found = false;
	if (!q->of.unit.v || q->everything || q->of.unit.v == q->own_unit.v)
		return true;
	if (!directory_unit(env, q->of.unit, &u, &found, e))
		return false;
	return (found && u.agency.v == q->own_agency.v && !q->own_unit.v) || err_set(e, ERR_DENIED, "another's unit");
}

static void read_common(struct request *r, struct board_ask *q)
{
	struct str view = req_query(r, name_of(r, ASKED_VIEW));
	q->period = r->method == HTTP_POST && (r->route->flags & ROUTE_API) ? form_text(r, "period") : req_query(r, name_of(r, ASKED_PERIOD));
	for (int v = 0; v < BOARD_VIEWS; v++)
		if (str_eq(view, str_from(views[v].slug)) || str_eq(view, str_from(views[v].api)))
			q->view = (enum board_view)v;
	if (!board_period(q->period, date_of(r->env.now), &q->from, &q->to)) {
		q->period = STR("12-thang");
		(void)board_period(q->period, date_of(r->env.now), &q->from, &q->to);
	}
	q->of.procedure = req_query(r, name_of(r, ASKED_PROCEDURE));
	q->of.agency.v = id_asked(r, ASKED_AGENCY);
}

bool board_ask_public(struct request *r, struct board_ask *out, struct err *e)
{
	(void)e;
	*out = (struct board_ask){.public_page = true, .everything = true};
	read_common(r, out);
	out->of.procedure = STR_NONE;
	out->view = BOARD_OVERVIEW;
	return true;
}

bool board_ask_read(struct request *r, struct board_ask *out, struct err *e)
{
	*out = (struct board_ask){.view = BOARD_OVERVIEW};
	if (!rights(&r->env, out, e))
		return false;
	read_common(r, out);
	out->of.unit.v = id_asked(r, ASKED_UNIT);
	out->of.officer.v = id_asked(r, ASKED_OFFICER);
	if (!out->everything && out->of.agency.v && out->of.agency.v != out->own_agency.v)
		return err_set(e, ERR_DENIED, "another's agency");
	if (!unit_fits(&r->env, out, e))
		return false;
	if (!out->everything)
		out->of.agency = out->own_agency;
	if (out->own_unit.v)
		out->of.unit = out->own_unit;
	return true;
}

/* ---- addresses ---- */

static void put_id(struct buf *b, const char *name, int64_t id)
{
	if (id)
		buf_fmt(b, "&%s=%lld", name, (long long)id);
}

struct str board_url(struct arena *a, const char *path, const struct board_ask *q, struct str more)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "%s?ky=%.*s", path, STR_ARG(q->period));
	if (q->view)
		buf_fmt(&b, "&xem=%s", views[q->view].slug);
	put_id(&b, "cq", q->of.agency.v == q->own_agency.v ? 0 : q->of.agency.v);
	put_id(&b, "dv", q->of.unit.v == q->own_unit.v ? 0 : q->of.unit.v);
	if (q->of.procedure.n && pack_is_id(q->of.procedure))
		buf_fmt(&b, "&tt=%.*s", STR_ARG(q->of.procedure));
	put_id(&b, "cb", q->of.officer.v);
	buf_put(&b, more);
	return buf_str(&b);
}
