/* fix.c — what of a mould is another's in each dossier: found by the ids, times and texts that were recorded. */
#include "core/squeeze/squeeze.h"
#include "core/text/text.h"
#include "gen/tables.h"
#include "sample/internal.h"
#include <string.h>

struct fixing {
	struct maker *m;
	struct mould *x;
	const struct instant *t;
	const struct cast *cast;
	const struct key *key;
	int64_t dossier;
	struct str code, id_text[ROWS_MAX], proposal_was, proposal;
	struct fix *fixes;        /* of the image in hand */
	size_t n_fixes;
	struct instant known_due[24];
	int clock_start, n_events;
	struct { int act; enum clock_event_kind kind; } events[8];
};

static bool is(const char *name, const char *want) { return strcmp(name, want) == 0; }

static void fix(struct fixing *f, const struct db_field *c, enum fix_kind kind, size_t arg)
{
	CHECK(f->n_fixes < 64 && arg < 256);
	f->fixes[f->n_fixes++] = (struct fix){.offset = (uint16_t)c->offset, .kind = (uint8_t)kind, .arg = (uint8_t)arg};
}

/* ---- texts ---- */

static size_t text(struct fixing *f, enum text_kind kind, int act, size_t row, struct str plain, struct str after)
{
	struct mould *x = f->x;
	for (size_t i = 0; i < x->n_texts; i++)
		if (x->texts[i].kind == kind && x->texts[i].row == row && str_eq(x->texts[i].plain, plain))
			return i;
	CHECK(x->n_texts < TEXTS_MAX);
	x->texts[x->n_texts] = (struct text_rule){kind, act, (uint8_t)row, str_dup(f->m->arena, plain), str_dup(f->m->arena, after)};
	return x->n_texts++;
}

/* The row whose id stands at the beginning of the text, -1: none. */
static int row_named(struct fixing *f, struct str s)
{
	for (size_t r = 0; r < f->x->n_rows; r++) {
		if (!f->id_text[r].n)
			f->id_text[r] = str_fmt(f->m->scratch, "%lld", (long long)f->x->rows[r].id);
		if (str_starts(s, f->id_text[r]))
			return (int)r;
	}
	return -1;
}

/* A recorded id or the code in a text becomes PIECE_ROW and its row, or PIECE_CODE. Both begin with what few bytes are. */
static struct str put_pieces(struct fixing *f, struct str s)
{
	struct buf b = buf_on(f->m->scratch);
	for (size_t at = 0; at < s.n;) {
		struct str rest = str_sub(s, at, s.n);
		bool digit = rest.p[0] >= '1' && rest.p[0] <= '9' && (at == 0 || s.p[at - 1] < '0' || s.p[at - 1] > '9');
		int row = digit ? row_named(f, rest) : -1;
		if (row >= 0) {
			buf_char(&b, PIECE_ROW);
			buf_char(&b, (char)(row + 1));
			at += f->id_text[row].n;
		} else if (rest.p[0] == f->code.p[0] && str_starts(rest, f->code)) {
			buf_char(&b, PIECE_CODE);
			at += f->code.n;
		} else
			buf_char(&b, s.p[at++]);
	}
	return buf_str(&b);
}

static struct str opened(struct fixing *f, struct str aad, struct str sealed)
{
	struct err e = {0};
	struct str out = STR_NONE;
	CHECK(crypto_open_text(f->m->scratch, f->key, aad, sealed, &out, &e));
	return out;
}

static struct str bound(struct fixing *f, const char *what, int64_t id) { return str_fmt(f->m->scratch, "%s:%lld", what, (long long)id); }

/* Which answers of a form's example (eform_example) the applicant gives as their own. who: 'o' an organisation, 'p' a person, 0 either. */
static const struct { const char *key, *value; char who, piece; } own[] = {
	{"\"ten_to_chuc\":", "\"Nguyễn Thị Mẫu\"", 'o', PIECE_NAME}, {"\"tc_ten\":", "\"Nguyễn Thị Mẫu\"", 'o', PIECE_NAME}, {"\"ho_ten\":", "\"Nguyễn Thị Mẫu\"", 'p', PIECE_NAME},
	{"\"cn_ho_ten\":", "\"Nguyễn Thị Mẫu\"", 'p', PIECE_NAME}, {"\"ten\":", "\"Nguyễn Thị Mẫu\"", 0, PIECE_NAME}, {"\"dia_chi\":", "\"Số 1, đường Mẫu, phường Mẫu\"", 0, PIECE_ADDRESS}, {"\"tc_dia_chi\":", "\"Số 1, đường Mẫu, phường Mẫu\"", 0, PIECE_ADDRESS},
	{"\"chi_tiet\":", "\"Số 1, đường Mẫu\"", 0, PIECE_STREET}, {"", "\"0912345678\"", 0, PIECE_PHONE}, {"", "\"2020-01-15\"", 0, PIECE_DATE}};

/* Each of them becomes its piece, between the quotes. */
static struct str put_own(struct fixing *f, struct str s)
{
	struct buf b = buf_on(f->m->scratch);
	for (size_t at = 0; at < s.n;) {
		struct str rest = str_sub(s, at, s.n);
		size_t i = rest.p[0] == '"' ? 0 : ARRAY_LEN(own);
		for (; i < ARRAY_LEN(own); i++) {
			struct str key = str_from(own[i].key), value = str_from(own[i].value);
			if ((!own[i].who || (own[i].who == 'o') == f->x->life.organisation) && str_starts(rest, key) && str_starts(str_sub(rest, key.n, rest.n), value))
				break;
		}
		if (i == ARRAY_LEN(own)) {
			buf_char(&b, s.p[at++]);
			continue;
		}
		buf_fmt(&b, "%s\"%c\"", own[i].key, own[i].piece);
		at += strlen(own[i].key) + strlen(own[i].value);
	}
	return buf_str(&b);
}

/* The sealed content is {"who":{…},"answers":…,…}: what stands before and after "who". */
static size_t content(struct fixing *f, int act, struct str sealed)
{
	struct str all = opened(f, bound(f, "dossier", f->dossier), sealed);
	ptrdiff_t from = str_find(all, STR("\"who\":{"));
	CHECK(from >= 0);
	size_t to = (size_t)from + 7, depth = 1;
	for (; depth && to < all.n; to++)
		depth += (size_t)(all.p[to] == '{') - (size_t)(all.p[to] == '}'); /* nobody's name has a brace */
	return text(f, TEXT_CONTENT, act, 0, str_sub(all, 0, (size_t)from + 6), put_own(f, str_sub(all, to, all.n)));
}

/* Bound to no row: sealed once under the shared key, the same in every image. */
static void reseal_proposal(struct fixing *f, const struct image *m, const struct db_field *c)
{
	union db_cell *v = (union db_cell *)(void *)((char *)m->cells + c->offset);
	struct str raw = STR_NONE;
	if (!str_eq(v->text, f->proposal_was)) {
		CHECK(base64_decode(f->m->scratch, v->text, &raw));
		struct str again = crypto_seal_same(f->m->scratch, &f->m->key, STR("proposal"), squeeze(f->m->scratch, opened(f, STR("proposal"), raw)));
		f->proposal_was = v->text;
		f->proposal = base64_encode(f->m->arena, again.p, again.n);
	}
	v->text = f->proposal;
}

static bool fix_text(struct fixing *f, const struct image *m, const struct db_field *c, int act, struct str v)
{
	const struct mould_row *row = &f->x->rows[m->row];
	static const struct { const char *column; enum text_kind kind; } of_dossier[] = {{"code", TEXT_CODE}, {"applicant_name", TEXT_NAME}, {"identity_key", TEXT_NUMBER_KEY},
		{"phone_key", TEXT_PHONE_KEY}, {"secret_hash", TEXT_SECRET}};
	for (size_t i = 0; m->table == &table_dossier && i < ARRAY_LEN(of_dossier); i++)
		if (is(c->name, of_dossier[i].column)) {
			fix(f, c, FIX_TEXT, text(f, of_dossier[i].kind, act, 0, STR_NONE, STR_NONE));
			return true;
		}
	if (m->table == &table_dossier && is(c->name, "sealed"))
		fix(f, c, FIX_TEXT, content(f, act, v));
	else if (m->table == &table_dossier_key)
		fix(f, c, FIX_TEXT, text(f, TEXT_WRAPPED, act, 0, STR_NONE, STR_NONE));
	else if (m->table == &table_dossier_file && is(c->name, "name"))
		fix(f, c, FIX_TEXT, text(f, TEXT_FILE_NAME, row->act, m->row, put_pieces(f, opened(f, bound(f, "name", f->dossier), v)), STR_NONE));
	else if (row->attachment && (is(c->name, "blob") || is(c->name, "plain_hash")))
		fix(f, c, FIX_TEXT, text(f, is(c->name, "blob") ? TEXT_BLOB : TEXT_PLAIN, row->act, m->row, STR_NONE, STR_NONE));
	else if (row->signed_result && (is(c->name, "blob") || is(c->name, "plain_hash")))
		fix(f, c, FIX_TEXT, text(f, is(c->name, "blob") ? TEXT_SIGNED_BLOB : TEXT_SIGNED_PLAIN, row->act, m->row, STR_NONE, STR_NONE));
	else if (m->table == &table_dossier_paper && is(c->name, "body"))
		fix(f, c, FIX_TEXT, text(f, TEXT_BODY, row->act, m->row, opened(f, bound(f, "paper", row->id), v), STR_NONE));
	else if (m->table == &table_dossier_fee && is(c->name, "detail"))
		fix(f, c, FIX_TEXT, text(f, TEXT_FEE, row->act, m->row, opened(f, bound(f, "fee", row->id), v), STR_NONE));
	else if (m->table == &table_dossier_fee && is(c->name, "voucher"))
		fix(f, c, FIX_TEXT, text(f, TEXT_VOUCHER, act, m->row, STR_NONE, STR_NONE));
	else if (m->table == &table_dossier && is(c->name, "proposal"))
		reseal_proposal(f, m, c);
	else if (c->type == DB_BYTES)
		return false;
	else {
		struct str pieces = put_pieces(f, v);
		if (!str_eq(pieces, v))
			fix(f, c, FIX_TEXT, text(f, TEXT_PIECES, act, m->row, pieces, STR_NONE));
	}
	return true;
}

/* ---- numbers ---- */

static struct due_rule clock_now(const struct fixing *f, int act)
{
	struct due_rule rule = {.kind = DUE_CLOCK, .act = act, .start = f->clock_start, .n_events = f->n_events};
	for (int i = 0; i < f->n_events; i++) {
		rule.events[i].act = f->events[i].act;
		rule.events[i].kind = f->events[i].kind;
	}
	return rule;
}

static int place_of(const struct fixing *f, int64_t v)
{
	int i = 0;
	while (i < IN_COUNT && (!v || f->cast->v[i] != v))
		i++;
	return i;
}

static size_t number(struct fixing *f, int act, const char *name)
{
	struct mould *x = f->x;
	for (size_t i = 0; i < x->n_numbers; i++)
		if (str_eq(x->numbers[i].name, str_from(name)))
			return i;
	CHECK(x->n_numbers < ARRAY_LEN(x->numbers));
	x->numbers[x->n_numbers] = (struct number_rule){act, str_dup(f->m->arena, str_from(name))};
	return x->n_numbers++;
}

static const union db_cell *cell(const struct image *m, const char *name)
{
	for (size_t i = 0; i < m->table->n_columns; i++)
		if (is(m->table->columns[i].name, name))
			return (const union db_cell *)(const void *)((const char *)m->cells + m->table->columns[i].offset);
	CHECK(false);
	return NULL;
}

/* Numbers that are the same in every dossier of the kind. Another one must be thought about here before it can be poured. */
static bool is_constant(const char *name)
{
	static const char *const names[] = {"rev", "supplements", "apologies", "score", "number", "pages", "size", "last_actor", "previous_assignee", "applicant_account"};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (is(name, names[i]))
			return true;
	return false;
}

static int minutes_of(const char *name) { return is(name, "minutes_total") ? 0 : is(name, "minutes_citizen") ? 1 : is(name, "minutes_others") ? 2 : -1; }

static bool fix_int(struct fixing *f, const struct image *m, const struct db_field *c, int64_t v, int act)
{
	const struct mould_row *row = &f->x->rows[m->row];
	if (m->table == &table_dossier && is(c->name, "result_number")) {
		struct str symbol = cell(m, "result_symbol")->text;
		fix(f, c, FIX_NUMBER, number(f, 0, str_fmt(f->m->scratch, "result:AGENCY:%.*s:YEAR", STR_ARG(symbol)).p));
	} else if (m->table == &table_dossier_paper && is(c->name, "number") && v) {
		struct str set = cell(m, "form_set")->text, code = cell(m, "form_code")->text;
		fix(f, c, FIX_NUMBER, number(f, row->act, str_fmt(f->m->scratch, "paper:%.*s:%.*s:UNIT:YEAR", STR_ARG(set), STR_ARG(code)).p));
	} else if (row->attachment && (is(c->name, "size") || is(c->name, "pages")))
		fix(f, c, is(c->name, "size") ? FIX_POOL_SIZE : FIX_POOL_PAGES, m->row);
	else if (row->signed_result && is(c->name, "size"))
		fix(f, c, FIX_SIGNED_SIZE, 0);
	else if (m->table == &table_dossier && minutes_of(c->name) >= 0) {
		fix(f, c, FIX_MINUTES, (size_t)minutes_of(c->name));
		if (f->x->spent.act < 0)
			f->x->spent = clock_now(f, act);
	} else if (place_of(f, v) < IN_COUNT)
		fix(f, c, FIX_CAST, (size_t)place_of(f, v));
	else
		return c->type == DB_ID || is_constant(c->name);
	return true;
}

static bool fix_id(struct fixing *f, const struct image *m, const struct db_field *c, int64_t v, int act)
{
	if (is(c->name, "id"))
		fix(f, c, FIX_ROW_ID, m->row);
	else if (v == f->dossier)
		fix(f, c, FIX_ROW_ID, 0);
	else
		return fix_int(f, m, c, v, act);
	return true;
}

/* ---- times ---- */

static int act_at(const struct fixing *f, int64_t ms, int until)
{
	for (int i = 0; i <= until; i++)
		if (f->t[i].ms == ms)
			return i;
	return -1;
}

static size_t due(struct fixing *f, struct due_rule rule, struct instant value)
{
	struct mould *x = f->x;
	CHECK(x->n_due < ARRAY_LEN(x->due));
	f->known_due[x->n_due] = value;
	x->due[x->n_due] = rule;
	return x->n_due++;
}

static int due_known(const struct fixing *f, enum due_kind kind, int64_t ms)
{
	for (size_t i = f->x->n_due; i-- > 0;)
		if (f->x->due[i].kind == kind && f->known_due[i].ms == ms)
			return (int)i;
	return -1;
}

static size_t due_of_step(struct fixing *f, const struct image *m, int64_t ms)
{
	const struct life *l = &f->x->life;
	int act = act_at(f, cell(m, "step_since")->number.v, ACTS_MAX - 1);
	struct str step = cell(m, "step")->text;
	for (size_t i = 0; i < f->x->n_due; i++)
		if (f->x->due[i].kind == DUE_STEP && f->x->due[i].act == act)
			return i;
	return due(f, (struct due_rule){.kind = DUE_STEP, .act = act, .minutes = workflow_step_minutes(workflow_node(l->p->process, step), l->p->limit_hours)}, (struct instant){ms});
}

enum clock_due { CLOCK_DUE, CLOCK_FIRST, CLOCK_LAW };

/* By the clock as it stood after this act; or the new date of an apology, which moves only `due`. */
static size_t due_of_clock(struct fixing *f, int act, int64_t ms, enum clock_due which)
{
	int apology = which == CLOCK_DUE ? due_known(f, DUE_APOLOGY, ms) : -1;
	if (apology >= 0)
		return (size_t)apology;
	for (size_t i = 0; i < f->x->n_due; i++) {
		const struct due_rule *r = &f->x->due[i];
		if (r->kind == DUE_CLOCK && f->known_due[i].ms == ms && (which == CLOCK_FIRST || (r->start == f->clock_start && r->n_events == f->n_events)))
			return i;
	}
	if (which == CLOCK_DUE && f->x->script.v[act].does == ACT_APOLOGISE)
		for (size_t i = f->x->n_due; i-- > 0;)
			if (f->x->due[i].kind == DUE_CLOCK)
				return due(f, (struct due_rule){.kind = DUE_APOLOGY, .act = act, .from = (int)i}, (struct instant){ms});
	return due(f, clock_now(f, act), (struct instant){ms});
}

static bool fix_time(struct fixing *f, const struct image *m, const struct db_field *c, int act, int64_t ms, struct err *e)
{
	bool dossier = m->table == &table_dossier;
	if (dossier && is(c->name, "answer_due")) {
		int known = due_known(f, DUE_ANSWER, ms);
		fix(f, c, FIX_DUE, known >= 0 ? (size_t)known : due(f, (struct due_rule){.kind = DUE_ANSWER}, (struct instant){ms}));
	} else if (dossier && is(c->name, "step_due")) {
		/* The first step is due when the answer is. */
		int answer = due_known(f, DUE_ANSWER, ms);
		bool first = act_at(f, cell(m, "step_since")->number.v, act) == 0 && answer >= 0;
		fix(f, c, FIX_DUE, first ? (size_t)answer : due_of_step(f, m, ms));
	} else if (dossier && (is(c->name, "due") || is(c->name, "first_due") || is(c->name, "law_due"))) {
		size_t rule = due_of_clock(f, act, ms, is(c->name, "due") ? CLOCK_DUE : is(c->name, "first_due") ? CLOCK_FIRST : CLOCK_LAW);
		fix(f, c, FIX_DUE, rule);
		if (act == f->x->settle && is(c->name, "law_due"))
			f->x->late_due = (int)rule;
	} else if (m->table == &table_dossier_opinion && is(c->name, "due")) {
		int known = due_known(f, DUE_OPINION, ms);
		struct due_rule rule = {.kind = DUE_OPINION, .act = f->x->rows[m->row].act, .minutes = 3 * 8 * 60};
		fix(f, c, FIX_DUE, known >= 0 ? (size_t)known : due(f, rule, (struct instant){ms}));
	} else {
		int at = act_at(f, ms, act);
		if (at < 0)
			return err_set(e, ERR_INTERNAL, "%s.%s of a sample is no act's time", m->table->name, c->name);
		fix(f, c, FIX_TIME, (size_t)at);
	}
	return true;
}

static bool fix_day(struct fixing *f, const struct db_field *c, int act)
{
	for (int i = act; i >= 0; i--) /* the decision's day: the last act of the director until now */
		if (f->x->script.v[i].does == ACT_APPROVE && f->x->script.v[i].who == 'd') {
			fix(f, c, FIX_DAY, (size_t)i);
			return true;
		}
	return false;
}

/* ---- why it is late: of this dossier, whether the mould's was late or not ---- */

static void fix_late(struct fixing *f, const struct db_field *c, int act)
{
	int settle = f->x->settle, apology = f->x->apology;
	if (settle >= 0 && act >= settle)
		fix(f, c, FIX_LATE, (size_t)settle);
	else if (apology >= 0 && act >= apology)
		fix(f, c, FIX_LATE, (size_t)apology);
}

/* What the act says of it becomes a piece, as the last member. */
static struct str late_piece(struct fixing *f, struct str body, int act)
{
	ptrdiff_t at = str_find(body, STR(",\"late\":"));
	if (act != f->x->settle && act != f->x->apology)
		return body;
	return str_fmt(f->m->scratch, "%.*s%c%c}", (int)(at >= 0 ? (size_t)at : body.n - 1), body.p, PIECE_LATE, act + 1);
}

/* ---- all ---- */

static bool fix_cell(struct fixing *f, const struct image *m, const struct db_field *c, int act, struct err *e)
{
	const union db_cell *v = (const union db_cell *)(const void *)((const char *)m->cells + c->offset);
	if (m->table == &table_dossier && is(c->name, "late_reason")) {
		fix_late(f, c, act);
		return true;
	}
	bool wide = c->type == DB_BYTES || db_type_is_text(c->type);
	if (wide ? v->text.p == NULL : c->type == DB_ID ? v->number.v == 0 : c->nullable && (c->type == DB_DATE ? !v->day.has : c->type == DB_BOOL ? !v->truth.has : !v->number.has))
		return true;
	switch (c->type) {
	case DB_TEXT:
	case DB_BYTES:
	case DB_HASH:
	case DB_PACKED:
	case DB_WORD:
	case DB_JSON: return fix_text(f, m, c, act, v->text) || err_set(e, ERR_INTERNAL, "%s.%s of a sample: src/sample does not know how it is sealed", m->table->name, c->name);
	case DB_ID: return fix_id(f, m, c, v->number.v, act);
	case DB_INSTANT: return fix_time(f, m, c, act, v->number.v, e);
	case DB_DATE: return fix_day(f, c, act) || err_set(e, ERR_INTERNAL, "%s.%s of a sample is no act's day", m->table->name, c->name);
	case DB_INT: return fix_int(f, m, c, v->number.v, act) || err_set(e, ERR_INTERNAL, "%s.%s of a sample: src/sample does not know whether each dossier has its own", m->table->name, c->name);
	case DB_BOOL:
	case DB_MONEY: break;
	}
	return true;
}

/* The clock's own rows come before the dossier's row in an entry or after it: they are looked at first. */
static void see_clock(struct fixing *f, int act)
{
	static const struct { const char *name; enum clock_event_kind kind; } kinds[] = {{"supplement_asked", CLOCK_SUPPLEMENT_ASKED}, {"supplement_complete", CLOCK_SUPPLEMENT_COMPLETE},
		{"fee_demanded", CLOCK_FEE_DEMANDED}, {"fee_paid", CLOCK_FEE_PAID}};
	const struct mould_act *a = &f->x->acts[act];
	for (size_t i = a->first_image; i < a->first_image + a->n_images; i++) {
		const struct image *m = &f->x->images[i];
		if (m->table == &table_dossier && cell(m, "clock_from")->number.has)
			f->clock_start = act_at(f, cell(m, "clock_from")->number.v, act);
		for (size_t k = 0; m->table == &table_dossier_clock && k < ARRAY_LEN(kinds); k++)
			if (str_eq(cell(m, "kind")->text, str_from(kinds[k].name))) {
				CHECK(f->n_events < 8);
				f->events[f->n_events].act = act;
				f->events[f->n_events++].kind = kinds[k].kind;
			}
	}
}

static bool fix_act(struct fixing *f, int act, struct err *e)
{
	struct mould_act *a = &f->x->acts[act];
	see_clock(f, act);
	for (size_t i = a->first_image; i < a->first_image + a->n_images; i++) {
		struct image *m = &f->x->images[i];
		struct fix all[64];
		f->fixes = all;
		f->n_fixes = 0;
		for (size_t c = 0; c < m->table->n_columns; c++)
			if (!fix_cell(f, m, &m->table->columns[c], act, e))
				return false;
		m->fixes = NEW_ARRAY(f->m->arena, f->n_fixes, struct fix);
		memcpy(m->fixes, all, f->n_fixes * sizeof *all);
		m->n_fixes = f->n_fixes;
	}
	a->body = str_dup(f->m->arena, late_piece(f, put_pieces(f, a->body), act));
	a->unit_in = place_of(f, a->at_unit);
	a->person_in = place_of(f, a->at_person);
	a->actor_in = place_of(f, a->actor);
	return true;
}

/* A number is drawn at the act that first shows it. */
static void date_numbers(struct mould *x)
{
	for (int i = 0; i < (int)x->script.n; i++)
		if (x->script.v[i].does == ACT_APPROVE && x->script.v[i].who == 'd')
			for (size_t n = 0; n < x->n_numbers; n++)
				if (str_starts(x->numbers[n].name, STR("result:")))
					x->numbers[n].act = i;
}

static int act_of(const struct mould *x, int does)
{
	for (int i = 0; i < (int)x->script.n; i++)
		if (x->script.v[i].does == does)
			return i;
	return -1;
}

bool mould_fix(struct maker *m, struct mould *x, const struct instant *t, const struct cast *cast, const struct key *key, struct err *e)
{
	struct fixing f = {.m = m, .x = x, .t = t, .cast = cast, .key = key};
	CHECK(x->n_rows && x->rows[0].table == &table_dossier);
	f.dossier = x->rows[0].id;
	f.code = cell(&x->images[0], "code")->text;
	x->texts = NEW_ARRAY(m->scratch, 96, struct text_rule);
	x->spent.act = -1;
	x->accepted = act_of(x, ACT_ACCEPT);
	x->asked = act_of(x, ACT_ASK_OPINION);
	x->answered = act_of(x, ACT_ANSWER_OPINION);
	x->apology = act_of(x, ACT_APOLOGISE);
	x->settle = act_of(x, ACT_ISSUE);
	x->late_due = -1;
	for (int i = 0; i < (int)x->script.n; i++)
		if (!fix_act(&f, i, e))
			return false;
	date_numbers(x);
	struct image *images = NEW_ARRAY(m->arena, x->n_images, struct image);
	memcpy(images, x->images, x->n_images * sizeof *images);
	x->images = images;
	struct text_rule *texts = NEW_ARRAY(m->arena, x->n_texts, struct text_rule);
	memcpy(texts, x->texts, x->n_texts * sizeof *texts);
	x->texts = texts;
	x->search_after = text_fold(m->arena, x->life.p->p->name);
	return true;
}
