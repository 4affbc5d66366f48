/* pour.c — one dossier out of its mould: rows, digests, entries. */
#include "core/audit/audit_sql.h"
#include "core/base/hash.h"
#include "core/squeeze/squeeze.h"
#include "core/text/text.h"
#include "dossier/late.h"
#include "gen/tables.h"
#include "sample/internal.h"
#include <stdlib.h>
#include <string.h>

#define PREFIX "H99.90"

/* ---- numbers ---- */

static struct counter *counter_at(struct maker *m, struct str name)
{
	size_t at = hash_str(HASH_START, name) & (m->counters_cap - 1);
	while (m->counters_v[at].name.n && !str_eq(m->counters_v[at].name, name))
		at = (at + 1) & (m->counters_cap - 1);
	return &m->counters_v[at];
}

static void counters_grow(struct maker *m)
{
	struct counter *old = m->counters_v;
	size_t cap = m->counters_cap;
	m->counters_cap = cap ? 2 * cap : 4096;
	m->counters_v = NEW_ARRAY(m->arena, m->counters_cap, struct counter);
	for (size_t i = 0; i < cap; i++)
		if (old[i].name.n)
			*counter_at(m, old[i].name) = old[i];
}

int64_t counter_next(struct maker *m, struct str name)
{
	if (2 * m->n_counters_v >= m->counters_cap)
		counters_grow(m);
	struct counter *c = counter_at(m, name);
	if (!c->name.n) {
		c->name = str_dup(m->arena, name);
		m->n_counters_v++;
	}
	return ++c->value;
}

bool counters_keep(struct maker *m, struct err *e)
{
	for (size_t i = 0; i < m->counters_cap; i++) {
		struct counter *c = &m->counters_v[i];
		if (c->value != c->kept && !scribe_count(m->scribe, c->name, c->value, e))
			return false;
		c->kept = c->value;
	}
	return true;
}

/* "paper:TT03-2025:01:UNIT:YEAR": the unit, the agency and the year of the act are put in. */
static struct str sequence_of(struct maker *m, const struct inst *x, struct str rule, struct instant t)
{
	struct buf b = buf_on(m->scratch);
	struct str rest = rule, part;
	while (str_next(&rest, ':', &part)) {
		if (b.n)
			buf_char(&b, ':');
		if (str_eq(part, STR("UNIT")))
			buf_fmt(&b, "%lld", (long long)x->cast.v[IN_RECEPTION]);
		else if (str_eq(part, STR("AGENCY")))
			buf_fmt(&b, "%lld", (long long)x->cast.v[IN_AGENCY]);
		else if (str_eq(part, STR("YEAR")))
			buf_fmt(&b, "%d", date_civil(date_of(t)).year);
		else
			buf_put(&b, part);
	}
	return buf_str(&b);
}

/* ---- texts ---- */

/* Those that were just made move to memory of the dossier's. */
static void keep(struct inst *x, const size_t *which, size_t n)
{
	size_t all = 0;
	for (size_t i = 0; i < n; i++)
		all += x->texts[which[i]].n;
	struct inst_texts *k = malloc(sizeof *k + all);
	CHECK(k != NULL);
	k->next = x->kept;
	x->kept = k;
	char *to = k->bytes;
	for (size_t i = 0; i < n; i++) {
		struct str *s = &x->texts[which[i]];
		memcpy(to, s->p, s->n);
		s->p = to;
		to += s->n;
	}
}

static struct str code_of(const struct inst *x)
{
	for (size_t i = 0; i < x->m->n_texts; i++)
		if (x->m->texts[i].kind == TEXT_CODE)
			return x->texts[i];
	return STR("");
}

static void late_said(const struct maker *m, const struct inst *x, int act, struct buf *b)
{
	const struct late_reason *why = late_by_no(m->c->law, late_at(m, x, act));
	if (why)
		buf_fmt(b, ",\"late\":\"%.*s\"", STR_ARG(why->code));
}

static struct str pieces(struct maker *m, const struct inst *x, struct str s)
{
	struct buf b = buf_on(m->scratch);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == PIECE_CODE)
			buf_put(&b, code_of(x));
		else if (s.p[i] == PIECE_ROW)
			buf_fmt(&b, "%lld", (long long)x->ids[s.p[++i] - 1]);
		else if (s.p[i] == PIECE_LATE)
			late_said(m, x, s.p[++i] - 1, &b);
		else
			buf_char(&b, s.p[i]);
	return buf_str(&b);
}

static struct str keyed(struct arena *a, const struct key *k, struct str value)
{
	struct digest d = crypto_hmac((struct str){(const char *)k->b, KEY_SIZE}, value);
	return str_dup(a, DIGEST_STR(d));
}

static struct str sealed(struct maker *m, const char *what, int64_t id, struct str plain)
{
	return crypto_seal_same(m->scratch, &m->key, str_fmt(m->scratch, "%s:%lld", what, (long long)id), squeeze(m->scratch, plain));
}

static struct str content(struct maker *m, const struct inst *x, const struct text_rule *r, const struct person_made *p)
{
	struct buf b = buf_on(m->scratch);
	uint64_t c = x->chance;
	struct str first = p->address, street, pieces[PIECE_LAST + 1] = {[PIECE_NAME] = p->name, [PIECE_ADDRESS] = p->address, [PIECE_PHONE] = p->phone};
	str_next(&first, ',', &street);
	pieces[PIECE_STREET] = street;
	pieces[PIECE_DATE] = date_format(m->scratch, (struct date){date_from_civil(2015, 1, 5).day + (int32_t)between(&c, 0, 2500)});
	buf_put(&b, r->plain);
	buf_fmt(&b, "{\"organisation\":%s,\"name\":\"%.*s\",\"identity\":\"%.*s\",\"address\":\"%.*s\",\"phone\":\"%.*s\",\"email\":\"\",\"agent\":null}",
	        x->m->life.organisation ? "true" : "false", STR_ARG(p->name), STR_ARG(p->identity), STR_ARG(p->address), STR_ARG(p->phone));
	for (size_t i = 0; i < r->after.n; i++) {
		unsigned char piece = (unsigned char)r->after.p[i];
		if (piece >= PIECE_NAME && piece <= PIECE_LAST)
			buf_put(&b, pieces[piece]);
		else
			buf_char(&b, r->after.p[i]);
	}
	return sealed(m, "dossier", x->ids[0], buf_str(&b));
}

static const struct pool_file *pool_of(const struct maker *m, const struct inst *x, size_t row) { return &m->pool[mix(x->chance ^ row) % x->pool]; }

static struct str text_of(struct maker *m, const struct inst *x, const struct text_rule *r, const struct person_made *p, struct instant t)
{
	struct arena *a = m->scratch;
	const struct law *law = m->c->law;
	switch (r->kind) {
	case TEXT_CODE: return dossier_code(a, STR(PREFIX), date_of(t), counter_next(m, str_fmt(a, "dossier:" PREFIX ":%d", date_of(t).day)));
	case TEXT_NAME: return p->name;
	case TEXT_NUMBER_KEY: return keyed(a, &law->identity_key, p->identity);
	case TEXT_PHONE_KEY: return keyed(a, &law->phone_key, p->phone);
	case TEXT_SECRET: { /* of nothing anybody was given */
		struct digest d = crypto_sha256(str_fmt(a, "sample %llu %lld", (unsigned long long)x->chance, (long long)x->number));
		return str_dup(a, DIGEST_STR(d));
	}
	case TEXT_CONTENT: return content(m, x, r, p);
	case TEXT_WRAPPED: return key_wrap_same(a, law->keys, str_fmt(a, "dossier:%lld", (long long)x->ids[0]), &m->key);
	case TEXT_FILE_NAME: return crypto_seal_same(a, &m->key, str_fmt(a, "name:%lld", (long long)x->ids[0]), pieces(m, x, r->plain));
	case TEXT_BODY: return sealed(m, "paper", x->ids[r->row], r->plain);
	case TEXT_FEE: return sealed(m, "fee", x->ids[r->row], r->plain);
	case TEXT_VOUCHER: return str_fmt(a, "%07lld", (long long)counter_next(m, sequence_of(m, x, STR("voucher:UNIT:YEAR"), t)));
	case TEXT_PIECES: return pieces(m, x, r->plain);
	case TEXT_BLOB: return pool_of(m, x, r->row)->blob;
	case TEXT_PLAIN: return pool_of(m, x, r->row)->plain;
	case TEXT_SIGNED_BLOB: return x->result.blob;
	case TEXT_SIGNED_PLAIN: return x->result.plain;
	}
	return STR("");
}

/* Texts with a number of their own are made in the order of the acts, the others may come later. */
static bool is_counted(enum text_kind k) { return k == TEXT_CODE || k == TEXT_VOUCHER; }

static void make_texts(struct maker *m, struct inst *x, int act, bool counted)
{
	struct person_made p = {0};
	if (act == 0 && !counted)
		p = person_make(m->scratch, x->number, x->chance, x->m->life.organisation);
	size_t made[TEXTS_MAX], n = 0;
	for (size_t i = 0; i < x->m->n_texts; i++)
		if (x->m->texts[i].act == act && is_counted(x->m->texts[i].kind) == counted) {
			x->texts[i] = text_of(m, x, &x->m->texts[i], &p, x->t[act]);
			made[n++] = i;
		}
	if (n)
		keep(x, made, n);
}

/* ---- due times ---- */

static bool due_of(struct maker *m, const struct inst *x, const struct due_rule *r, struct instant *out, struct err *e)
{
	const struct calendar *c = m->c->law->calendar;
	struct clock_event events[8];
	struct due d;
	switch (r->kind) {
	case DUE_ANSWER: return calendar_answer_due(c, x->t[0], out, e);
	case DUE_OPINION:
	case DUE_STEP: return calendar_add_working_ms(c, x->t[r->act], r->minutes * 60000, out, e);
	case DUE_APOLOGY: return calendar_add_working_ms(c, x->due[r->from], (int64_t)5 * 8 * 3600000, out, e);
	case DUE_CLOCK: break;
	}
	for (int i = 0; i < r->n_events; i++)
		events[i] = (struct clock_event){.at = x->t[r->events[i].act], .kind = r->events[i].kind};
	struct clock_course course = {.start = x->t[r->start], .events = events, .n_events = (size_t)r->n_events};
	bool ok = calendar_due(c, &x->m->life.p->clock, &course, &d, e);
	*out = d.at;
	return ok;
}

static void spend(struct maker *m, struct inst *x)
{
	static const char *const kinds[] = {[CLOCK_SUPPLEMENT_ASKED] = "supplement_asked", [CLOCK_SUPPLEMENT_COMPLETE] = "supplement_complete", [CLOCK_FEE_DEMANDED] = "fee_demanded", [CLOCK_FEE_PAID] = "fee_paid"};
	const struct due_rule *r = &x->m->spent;
	struct dossier_clock_list_row v[8];
	struct dossier_minutes out;
	struct dossier_opinion_list_row asked = {0};
	struct dossier_opinion_list_rows opinions = {&asked, x->m->asked >= 0 && x->m->asked < r->act};
	if (opinions.n) {
		asked.asked_at = x->t[x->m->asked];
		asked.answered_at = OPT_INSTANT(x->t[x->m->answered]);
	}
	for (int i = 0; i < r->n_events; i++)
		v[i] = (struct dossier_clock_list_row){.at = x->t[r->events[i].act], .kind = str_from(kinds[r->events[i].kind])};
	struct dossier_clock_list_rows clock = {v, (size_t)r->n_events};
	dossier_times(m->scratch, m->c->law->calendar, &(struct dossier_course){x->t[x->m->accepted], x->t[r->act], OPT_INSTANT(x->t[r->start]), &clock, &opinions}, &out);
	x->minutes[0] = out.total;
	x->minutes[1] = out.citizen;
	x->minutes[2] = out.others;
}

/* ---- rows ---- */

/* What the act leaves in the row: an apology's reason stays when the dossier is settled in time after all. */
static int64_t late_kept(const struct maker *m, const struct inst *x, int act)
{
	int64_t no = late_at(m, x, act);
	return no || x->m->apology < 0 ? no : late_at(m, x, x->m->apology);
}

static void apply(const struct maker *m, const struct inst *x, const struct image *im, union db_cell *out)
{
	memcpy(out, im->cells, im->table->n_columns * sizeof *out);
	for (size_t i = 0; i < im->n_fixes; i++) {
		const struct fix *f = &im->fixes[i];
		union db_cell *c = (union db_cell *)(void *)((char *)out + f->offset);
		switch ((enum fix_kind)f->kind) {
		case FIX_ROW_ID: c->number.v = x->ids[f->arg]; break;
		case FIX_CAST: c->number.v = x->cast.v[f->arg]; break;
		case FIX_TIME: c->number.v = x->t[f->arg].ms; break;
		case FIX_DUE: c->number.v = x->due[f->arg].ms; break;
		case FIX_DAY: c->day.v = date_of(x->t[f->arg]); break;
		case FIX_NUMBER: c->number.v = x->numbers[f->arg]; break;
		case FIX_TEXT: c->text = x->texts[f->arg]; break;
		case FIX_MINUTES: c->number.v = x->minutes[f->arg]; break;
		case FIX_POOL_SIZE: c->number.v = pool_of(m, x, f->arg)->size; break;
		case FIX_POOL_PAGES: c->number.v = pool_of(m, x, f->arg)->pages; break;
		case FIX_LATE: c->number.v = late_kept(m, x, f->arg), c->number.has = c->number.v != 0; break;
		case FIX_SIGNED_SIZE: c->number.v = x->result.size; break;
		}
	}
}

static int64_t whose(const struct inst *x, int place, int64_t itself) { return place < IN_COUNT ? x->cast.v[place] : itself; }

static bool write_entry(struct maker *m, const struct inst *x, const struct mould_act *a, struct str touched, struct err *e)
{
	struct lane *l = &m->lane;
	struct instant t = x->t[x->next];
	struct audit_entry y = {.id = l->id + 1, .lane = l->lane, .seq = l->seq + 1, .at = t, .day = date_of(t), .actor = whose(x, a->actor_in, a->actor), .person = whose(x, a->person_in, a->at_person),
	                        .unit = whose(x, a->unit_in, a->at_unit), .subject = x->ids[0], .role = a->role, .kind = a->kind, .body = pieces(m, x, a->body), .touched = touched, .prev = l->head};
	y.hash = audit_entry_hash(m->scratch, &y);
	union db_cell c[13] = {[7] = {.text = y.role}, [8] = {.text = y.kind}, [10] = {.text = y.body}, [11] = {.text = audit_touched_pack(m->scratch, touched, y.subject)}, [12] = {.text = DIGEST_STR(y.hash)}};
	const int64_t numbers[] = {y.id, y.lane, y.seq, t.ms, y.actor, y.person, y.unit};
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		c[i].number.v = numbers[i];
	c[9].number.v = y.subject;
	if (!scribe_row(m->scribe, &table_log_entry, c, e))
		return false;
	*l = (struct lane){.lane = l->lane, .id = y.id, .seq = y.seq, .at = t, .head = y.hash};
	m->out->entries++;
	return true;
}

/* Folded words of code, name and procedure, as dossier_send() puts them. Ids grow: the index takes them as they come. */
static bool put_search(struct maker *m, const struct inst *x, struct err *e)
{
	struct person_made p = person_make(m->scratch, x->number, x->chance, x->m->life.organisation);
	struct str words = text_fold(m->scratch, str_fmt(m->scratch, "%.*s  %.*s", STR_ARG(code_of(x)), STR_ARG(p.name)));
	return scribe_search(m->scribe, (struct dossier_id){x->ids[0]}, str_fmt(m->scratch, "%.*s %.*s", STR_ARG(words), STR_ARG(x->m->search_after)), e);
}

/* Its rows as the last act left them, into the copy of the directory or, `to` NULL, by the writing thread. */
static bool put_rows(struct maker *m, const struct inst *x, struct db_bulk *to, struct err *e)
{
	const struct mould *mould = x->m;
	union db_cell row[64];
	for (size_t r = 0; r < mould->n_rows; r++) {
		if (mould->rows[r].act >= x->next)
			continue;
		const struct mould_act *last = &mould->acts[x->next - 1];
		size_t i = last->first_image + last->n_images;
		while (mould->images[i - 1].row != r)
			i--;
		apply(m, x, &mould->images[i - 1], row);
		if (!(to ? db_bulk_put(to, mould->rows[r].table, row, e) : scribe_row(m->scribe, mould->rows[r].table, row, e)))
			return false;
	}
	return true;
}

/* Ids and numbers of the next act: what the dossiers after it do not get. */
static void take_numbers(struct maker *m, struct inst *x)
{
	const struct mould *mould = x->m;
	for (size_t i = 0; i < mould->n_rows; i++)
		if (mould->rows[i].act == x->next)
			x->ids[i] = i == 1 && mould->rows[1].table == &table_dossier_key ? x->ids[0] : id_new(&m->ids, x->t[x->next]);
	for (size_t i = 0; i < mould->n_numbers; i++)
		if (mould->numbers[i].act == x->next)
			x->numbers[i] = counter_next(m, sequence_of(m, x, mould->numbers[i].name, x->t[x->next]));
	make_texts(m, x, x->next, true);
}

/* Due times and texts of the acts up to this one. */
static bool fill(struct maker *m, struct inst *x, int until, struct err *e)
{
	const struct mould *mould = x->m;
	for (; x->filled <= until; x->filled++) {
		for (size_t i = 0; i < mould->n_due; i++)
			if (mould->due[i].act == x->filled && !due_of(m, x, &mould->due[i], &x->due[i], e))
				return err_wrap(e, str_fmt(m->scratch, "%s of a sample, rule %zu of kind %d, act %d", mould->life.p->p->id.p, i, (int)mould->due[i].kind, x->filled).p);
		if (mould->spent.act == x->filled)
			spend(m, x);
		make_texts(m, x, x->filled, false);
	}
	return true;
}

/* The result of this very dossier: its rows stand in the copy of the directory while it is drawn, signed and kept. */
static bool sign_result(struct maker *m, struct inst *x, struct err *e)
{
	AUTO_TX tx = {0};
	struct dossier_get_row d;
	struct str pdf;
	struct blob_info info;
	struct env env = {.arena = m->scratch, .db = m->stage, .ids = &m->stage_ids, .actor = &actor_program, .now = x->t[x->next]};
	bool ok = db_savepoint(m->stage, &tx, e) && put_rows(m, x, m->stage_rows, e) && dossier_load(&env, (struct dossier_id){x->ids[0]}, &d, e) && m->c->sign(m->c->ctx, &env, &d, &pdf, e) &&
	          blob_store_bytes(m->c->blobs, pdf, &(struct blob_put){.key = &m->key}, &info, e);
	db_rollback(&tx);
	if (!ok)
		return err_wrap(e, "a sample's signed result");
	x->result = (struct pool_file){digest_hex(m->scratch, info.address), digest_hex(m->scratch, info.plain), info.size, 0};
	return again_keep(m, &x->result, e);
}

static bool has_signed_result(const struct inst *x) { return x->m->life.signed_result && x->m->script.v[x->next].does == DO_RESULT; }

bool pour_past(struct maker *m, struct inst *x, struct err *e)
{
	take_numbers(m, x);
	if (has_signed_result(x)) {
		if (!again_file(m, &x->result))
			return err_set(e, ERR_INTERNAL, "which file a signed result has was not kept");
		m->out->signed_results++;
	}
	x->next++;
	m->out->entries++;
	return true;
}

bool pour_act(struct maker *m, struct inst *x, struct err *e)
{
	const struct mould *mould = x->m;
	const struct mould_act *a = &mould->acts[x->next];
	struct buf touched = buf_on(m->scratch);
	union db_cell row[64];
	uint8_t digest[DIGEST_SIZE];
	take_numbers(m, x);
	if (!fill(m, x, x->next - 1, e))
		return false;
	if (has_signed_result(x)) {
		if (!again_file(m, &x->result) && !sign_result(m, x, e))
			return false;
		m->out->signed_results++;
	}
	if (!fill(m, x, x->next, e))
		return false;
	for (size_t i = a->first_image; i < a->first_image + a->n_images; i++) {
		apply(m, x, &mould->images[i], row);
		db_cells_digest(m->scratch, mould->images[i].table, row, digest);
		audit_touch_put(&touched, mould->images[i].table->name, x->ids[mould->images[i].row], digest);
	}
	if (!write_entry(m, x, a, buf_str(&touched), e) || (x->next == 0 && !put_search(m, x, e)))
		return false;
	x->next++;
	return true;
}

bool pour_end(struct maker *m, struct inst *x, struct err *e) { return fill(m, x, x->next - 1, e) && put_rows(m, x, NULL, e); }

struct inst *inst_new(const struct mould *m)
{
	size_t words = m->script.n + m->n_due + m->n_rows;
	struct inst *x = calloc(1, sizeof *x + words * sizeof(int64_t) + m->n_texts * sizeof(struct str));
	CHECK(x != NULL);
	x->m = m;
	x->texts = (struct str *)(void *)x->room;
	x->t = (struct instant *)(void *)(x->texts + m->n_texts);
	x->due = x->t + m->script.n;
	x->ids = (int64_t *)(void *)(x->due + m->n_due);
	return x;
}

void inst_free(struct inst *x)
{
	if (!x)
		return;
	for (struct inst_texts *k = x->kept, *next; k; k = next) {
		next = k->next;
		free(k);
	}
	free(x);
}
