/* list_file.c — the dossiers behind a figure as files: CSV as a stream, a workbook by a job. */
#include "board/board_internal.h"
#include "board/board_sql.h"
#include "core/base/json_text.h"
#include "core/db/id.h"
#include "core/http/csv.h"
#include "core/sheet/sheet.h"
#include "workbook/workbook.h"

static bool own(const struct actor *me, struct agency_id agency) { return agency.v && actor_in_agency(me, BOARD_ALLOW, agency.v); }
bool board_listed_own(const struct request *r, const struct board_listed *x) { return own(r->env.actor, x->in.agency); }

/* ---- as a stream ---- */

/* No names are in the file, and only an agency's own dossiers: who sees all may not open all. */
bool board_list_csv(struct request *r, struct err *e)
{
	struct board_listed x;
	if (!board_listed_read(r, &x, e))
		return false;
	if (!board_listed_own(r, &x))
		return err_set(e, ERR_DENIED, "the list of another agency");
	static const enum msg_key keys[] = {MSG_BOARD_CODE, MSG_BOARD_DOSSIER, MSG_BOARD_STATE, MSG_BOARD_CHANNEL, MSG_BOARD_SENT, MSG_BOARD_ACCEPTED, MSG_BOARD_DUE, MSG_BOARD_SETTLED, MSG_BOARD_OUTCOME};
	struct str heads[ARRAY_LEN(keys)];
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		heads[i] = msg(r->env.lang, keys[i]);
	struct csv_stream *s = NULL;
	if (!csv_open(&s, board_have()->pool, &query_board_behind_each, heads, ARRAY_LEN(heads), e))
		return false;
	struct board_behind_each_in *in = NEW(s->arena, struct board_behind_each_in);
	*in = (struct board_behind_each_in){.agency = x.in.agency, .unit = x.in.unit, .procedure = str_dup(s->arena, x.in.procedure), .officer = x.in.officer, .kind = x.in.kind,
		.channel = x.in.channel, .channel2 = x.in.channel2, .score = x.in.score, .from = x.in.from, .to = x.in.to, .now = x.in.now, .ids = str_dup(s->arena, x.in.ids)};
	if (!q_board_behind_each(s->db, in, &s->cursor, e)) {
		csv_drop(s);
		return false;
	}
	return answer_csv(r, STR("ho-so.csv"), s);
}

/* ---- as a workbook ---- */

#define PARTS "{s:I,s:I,s:s%,s:I,s:s,s:s,s:s,s:i,s:I,s:I,s:I,s:I}"
static struct str packed(struct arena *a, const struct board_listed *of)
{
	const struct board_behind_in *x = &of->in;
	json_t *j = json_pack(PARTS, "agency", (json_int_t)x->agency.v, "unit", (json_int_t)x->unit.v, "procedure", x->procedure.p, x->procedure.n, "officer", (json_int_t)x->officer.v, "kind", x->kind.p,
		"channel", x->channel.p, "channel2", x->channel2.p, "score", (int)x->score, "from", (json_int_t)x->from.ms, "to", (json_int_t)x->to.ms, "now", (json_int_t)x->now.ms, "sent", (json_int_t)of->q.sent.v);
	CHECK(j != NULL);
	return json_text(a, j);
}

static int64_t number_of(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }

/* *sent: the table whose kept dossiers are meant; 0: none. */
static struct board_behind_ids_in unpacked(struct arena *a, struct str what, struct sent_report_id *sent)
{
	json_t *j = json_loadb(what.p, what.n, 0, NULL);
	struct board_behind_ids_in x = {.agency = {number_of(j, "agency")}, .unit = {number_of(j, "unit")}, .procedure = json_member(a, j, "procedure"), .officer = {number_of(j, "officer")},
		.kind = json_member(a, j, "kind"), .channel = json_member(a, j, "channel"), .channel2 = json_member(a, j, "channel2"), .score = number_of(j, "score"), .from = {number_of(j, "from")},
		.to = {number_of(j, "to")}, .now = {number_of(j, "now")}, .ids = STR("[]")};
	sent->v = number_of(j, "sent");
	json_decref(j);
	return x;
}

bool board_list_ask(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct board_listed x;
	if (!board_listed_read(r, &x, e))
		return false;
	if (!board_listed_own(r, &x))
		return err_set(e, ERR_DENIED, "the list of another agency");
	struct str url = board_url(a, "", &x.q, board_listed_more(a, &x.q, x.figure)), word = x.name, when = board_listed_lead(r, &x);
	r->redirect = STR(WORKBOOK_PAGE);
	return workbook_ask(&r->env, &(struct workbook_new){.list = board_workbook.name, .what = packed(a, &x), .filter = str_sub(url, 1, url.n), .title = str_fmt(a, "%.*s · %.*s", STR_ARG(word), STR_ARG(when))}, e);
}

bool board_list_asked(struct request *r, struct err *e)
{
	(void)e;
	workbook_soon();
	return answer_redirect(r, STR(WORKBOOK_PAGE));
}

static bool all(struct env *env, struct str what, struct workbook_ids *out, struct err *e)
{
	struct board_behind_ids_in *in = NEW(env->arena, struct board_behind_ids_in);
	struct board_behind_ids_row row;
	AUTO_CURSOR c = {0};
	struct sent_report_id sent = {0};
	*in = unpacked(env->arena, what, &sent);
	if (!own(env->actor, in->agency))
		return err_set(e, ERR_DENIED, "no leader of that agency any more");
	if ((sent.v && !board_sent_kept(env, sent, in->procedure, &in->ids, e)) || !q_board_behind_ids(env->db, in, &c, e))
		return false;
	while (db_next(&c, &row))
		if (!workbook_ids_add(out, row.id.v, e))
			return false;
	return db_end(&c, e);
}

/* No names, as in the file of CSV. */
enum { W_CODE, W_PROCEDURE, W_STATE, W_CHANNEL, W_SENT, W_ACCEPTED, W_DUE, W_SETTLED, W_COLS };
static const struct workbook_column columns[W_COLS] = {[W_CODE] = {MSG_BOARD_CODE, 24}, [W_PROCEDURE] = {MSG_BOARD_DOSSIER, 60}, [W_STATE] = {MSG_BOARD_STATE, 18},
	[W_CHANNEL] = {MSG_BOARD_CHANNEL, 16}, [W_SENT] = {MSG_BOARD_SENT, 17}, [W_ACCEPTED] = {MSG_BOARD_ACCEPTED, 17}, [W_DUE] = {MSG_BOARD_DUE, 17}, [W_SETTLED] = {MSG_BOARD_SETTLED, 17}};

struct word { const char *name; enum msg_key key; };
static struct sheet_cell said(struct env *env, struct str name)
{
	static const struct word words[] = {{"received", MSG_DESK_STATE_RECEIVED}, {"supplement", MSG_DESK_STATE_SUPPLEMENT}, {"fee", MSG_DESK_STATE_FEE}, {"processing", MSG_DESK_STATE_PROCESSING},
		{"signing", MSG_DESK_STATE_SIGNING}, {"done", MSG_DESK_STATE_DONE}, {"returned", MSG_DESK_STATE_RETURNED}, {"refused", MSG_DESK_STATE_REFUSED}, {"stopped", MSG_DESK_STATE_STOPPED},
		{"withdrawn", MSG_DESK_STATE_WITHDRAWN}, {"online", MSG_DESK_CHANNEL_ONLINE}, {"counter", MSG_DESK_CHANNEL_COUNTER}, {"post", MSG_DESK_CHANNEL_POST}, {"hired", MSG_DESK_CHANNEL_HIRED},
		{"portal", MSG_DESK_CHANNEL_PORTAL}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(name, str_from(words[i].name)))
			return sheet_text(msg(env->lang, words[i].key));
	return sheet_text(name);
}

static struct sheet_cell when(struct opt_instant t) { return t.has ? sheet_time(t.v) : (struct sheet_cell){0}; }

static bool rows_of(struct env *env, const int64_t *ids, size_t n, struct sheet_cell *cells, size_t *n_rows, struct err *e)
{
	struct board_of_ids_rows rows = {0};
	struct dossier_ids may = {NEW_ARRAY(env->arena, n, struct dossier_id), n};
	struct buf b = buf_on(env->arena);
	for (size_t i = 0; i < n; i++)
		may.v[i].v = ids[i];
	if (!dossier_readable(env, &may, e))
		return false;
	for (size_t i = 0; i < may.n; i++)
		id_list_add(&b, may.v[i].v);
	if (may.n && !q_board_of_ids(env->db, env->arena, id_list(&b), &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++) {
		const struct board_of_ids_row *x = &rows.v[i];
		struct sheet_cell *c = cells + i * W_COLS;
		c[W_CODE] = sheet_text(x->code), c[W_PROCEDURE] = sheet_text(x->procedure_name), c[W_STATE] = said(env, x->state), c[W_CHANNEL] = said(env, x->channel_in);
		c[W_SENT] = sheet_time(x->sent_at), c[W_ACCEPTED] = when(x->accepted_at), c[W_DUE] = when(x->law_due), c[W_SETTLED] = when(x->settled_at);
	}
	*n_rows = rows.n;
	return true;
}

const struct workbook_list board_workbook = {.name = "board", .columns = columns, .n_columns = W_COLS, .ids = all, .rows = rows_of};
