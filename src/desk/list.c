/* list.c — views of the work list, filters kept in the address (words searched for only sealed), keyset pages. */
#include "core/db/id.h"
#include "core/text/text.h"
#include "desk/desk_internal.h"
#include <stdlib.h>
#include <string.h>

static const struct { const char *slug; enum msg_key label; } views[VIEW_COUNT] = {
	[VIEW_MINE] = {"cua-toi", MSG_DESK_VIEW_MINE},
	[VIEW_UNIT] = {"cho-nhan", MSG_DESK_VIEW_UNIT},
	[VIEW_SOON] = {"sap-den-han", MSG_DESK_VIEW_SOON},
	[VIEW_LATE] = {"qua-han", MSG_DESK_VIEW_LATE},
	[VIEW_SUPPLEMENT] = {"cho-bo-sung", MSG_DESK_VIEW_SUPPLEMENT},
	[VIEW_SIGN] = {"cho-ky", MSG_DESK_VIEW_SIGN},
	[VIEW_ALL] = {"co-quan", MSG_DESK_VIEW_ALL},
};
enum msg_key desk_view_label(enum desk_view v) { return views[v].label; }
const char *desk_view_slug(enum desk_view v) { return views[v].slug; }

/* "123.456": due and id of the last row shown. Anything else is the first page. */
void desk_filter_cursor(struct str s, struct desk_filter *f)
{
	int64_t v[2] = {0, 0};
	size_t part = 0, digits = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && part == 0) {
			part = 1;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9' || ++digits > 36 || v[part] > INT64_MAX / 10 - 9)
			return;
		v[part] = v[part] * 10 + (s.p[i] - '0');
	}
	if (part == 1) {
		f->after_due = v[0];
		f->after_id = v[1];
	}
}

struct desk_filter desk_filter_read(struct request *r)
{
	struct desk_filter f = {.state = req_query(r, "tt"), .field = req_query(r, "lv"),
	                        .channel = req_query(r, "kenh"), .newest = str_eq(req_query(r, "xep"), STR("moi"))};
	struct str view = req_query(r, "xem");
	f.q = req_query_sealed(r, "tim", &f.q_lost);
	for (int v = 0; v < VIEW_COUNT; v++)
		if (str_eq(view, str_from(views[v].slug)))
			f.view = (enum desk_view)v;
	f.has_until = date_parse_people(req_query(r, "truoc"), &f.until);
	desk_filter_cursor(req_query(r, "sau"), &f);
	if (!f.after_id || !str_to_i64(req_query(r, "den"), &f.before) || f.before < 0 || f.before > 100000000)
		f.before = 0;
	return f;
}

static void put_pair(struct buf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	buf_fmt(b, "&%s=", name);
	desk_put_encoded(b, value);
}

struct str desk_filter_url(struct arena *a, const struct desk_filter *f, bool cursor)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "?xem=%s", views[f->view].slug);
	put_pair(&b, "tt", f->state);
	put_pair(&b, "lv", f->field);
	put_pair(&b, "kenh", f->channel);
	if (f->has_until)
		put_pair(&b, "truoc", date_people(a, f->until));
	if (f->newest)
		buf_put(&b, STR("&xep=moi"));
	if (cursor && f->after_id)
		buf_fmt(&b, "&sau=%lld.%lld&den=%lld", (long long)f->after_due, (long long)f->after_id, (long long)f->before);
	return buf_str(&b);
}

struct unit_id desk_unit_of(const struct actor *a, enum role role)
{
	for (size_t i = 0; i < a->n_held; i++)
		if (a->held[i].role == role)
			return (struct unit_id){a->held[i].unit};
	return (struct unit_id){0};
}

int64_t desk_agency_of(const struct actor *a)
{
	for (size_t i = 0; i < a->n_held; i++)
		if (a->held[i].role != ROLE_COUNTER && (ROLE_BIT(a->held[i].role) & ALLOW_STAFF))
			return a->held[i].agency;
	return 0;
}

/* The states of a view, six slots; those of a short list are empty. */
static void states(const struct desk_filter *f, struct str s[6])
{
	static const char *const of[VIEW_COUNT][6] = {
		[VIEW_SOON] = {"received", "processing", "signing", "fee"},
		[VIEW_LATE] = {"received", "processing", "signing", "fee"},
		[VIEW_SUPPLEMENT] = {"supplement"},
		[VIEW_SIGN] = {"signing"},
		[VIEW_ALL] = {"received", "supplement", "fee", "processing", "signing", "done"},
	};
	for (size_t i = 0; i < 6; i++)
		s[i] = of[f->view][i] ? str_from(of[f->view][i]) : STR("");
	if (f->view == VIEW_ALL && f->state.n) /* also the closed ones, when asked for */
		for (size_t i = 0; i < 6; i++)
			s[i] = i ? STR("") : f->state;
}

/* Units and roles whose unassigned steps wait for the actor. */
static void waiting(struct env *env, struct desk_export_in *in)
{
	struct unit_id *unit[] = {&in->unit1, &in->unit2, &in->unit3};
	struct str *role[] = {&in->role1, &in->role2, &in->role3};
	size_t n = 0;
	for (size_t i = 0; i < ARRAY_LEN(role); i++)
		*role[i] = STR("");
	for (size_t i = 0; i < env->actor->n_held && n < ARRAY_LEN(unit); i++) {
		const struct actor_role *h = &env->actor->held[i];
		bool known = !(ROLE_BIT(h->role) & ALLOW_STAFF);
		for (size_t k = 0; k < n; k++)
			known = known || (unit[k]->v == h->unit && str_eq(*role[k], str_from(role_name(h->role))));
		if (known)
			continue;
		*unit[n] = (struct unit_id){h->unit};
		*role[n++] = str_from(role_name(h->role));
	}
}

static struct desk_export_in pick(struct env *env, const struct desk_filter *f)
{
	struct desk_export_in in = {.person = {env->actor->person}, .due_to = {INT64_MAX}};
	struct str s[6];
	states(f, s);
	in.s1 = s[0], in.s2 = s[1], in.s3 = s[2], in.s4 = s[3], in.s5 = s[4], in.s6 = s[5];
	in.agency = (struct agency_id){desk_agency_of(env->actor)};
	in.reception = desk_unit_of(env->actor, ROLE_COUNTER);
	in.scope = f->view == VIEW_MINE ? STR("mine") : f->view == VIEW_UNIT ? STR("unit") : in.agency.v ? STR("agency") : STR("reception");
	waiting(env, &in);
	if (f->view == VIEW_SOON) {
		in.due_from = env->now;
		in.due_to = dossier_amber_until(LAW, env->now);
	}
	if (f->view == VIEW_LATE)
		in.due_to = env->now;
	if (f->has_until && instant_at(f->until, 0).ms + DAY_MS < in.due_to.ms)
		in.due_to.ms = instant_at(f->until, 0).ms + DAY_MS;
	in.state = f->state.n ? f->state : STR_NONE;
	in.field = f->field.n ? f->field : STR_NONE;
	in.channel = f->channel.n ? f->channel : STR_NONE;
	return in;
}

/* What one query reads along one index: everything of `mine`, a unit and role of `unit`, a state of the others. */
struct branch { struct unit_id unit; struct str scope, role, of_state; };
#define BRANCHES_MAX 6

/* The scope whose index fits what was chosen: a field divides more than a channel; of the channels the rare ones have one. */
static struct str narrow(const struct desk_export_in *in, bool agency)
{
	const struct str c = in->channel;
	if (in->field.n)
		return agency ? STR("agency-field") : STR("reception-field");
	if (str_eq(c, STR("post")) || str_eq(c, STR("hired")) || str_eq(c, STR("portal")))
		return agency ? STR("agency-rare") : STR("reception-rare");
	return in->scope;
}

/* What is over: most dossiers. Newest first, a page of any kind of them is found sooner along the state than by putting all of that kind in order. */
static bool is_over(struct str state) { return str_eq(state, STR("returned")) || str_eq(state, STR("refused")) || str_eq(state, STR("stopped")) || str_eq(state, STR("withdrawn")); }

static size_t branches(const struct desk_export_in *in, bool newest, struct branch v[BRANCHES_MAX])
{
	const struct str s[] = {in->s1, in->s2, in->s3, in->s4, in->s5, in->s6}, role[] = {in->role1, in->role2, in->role3};
	const struct unit_id unit[] = {in->unit1, in->unit2, in->unit3};
	struct branch none = {.scope = in->scope, .role = STR(""), .of_state = STR("")};
	size_t n = 0;
	if (str_eq(in->scope, STR("mine")))
		v[n++] = none;
	for (size_t i = 0; str_eq(in->scope, STR("unit")) && i < ARRAY_LEN(role); i++)
		if (role[i].n)
			v[n] = none, v[n].unit = unit[i], v[n++].role = role[i];
	bool agency = str_eq(in->scope, STR("agency")), by_state = agency || str_eq(in->scope, STR("reception"));
	for (size_t i = 0; by_state && i < ARRAY_LEN(s); i++)
		if (s[i].n)
			v[n++] = (struct branch){.scope = newest && is_over(s[i]) ? in->scope : narrow(in, agency), .unit = in->reception, .role = STR(""), .of_state = s[i]};
	return n;
}

/* The queries share their parameters; each has a struct of its own. */
#define SAME(i) .person = (i).person, .agency = (i).agency, .state = (i).state, .field = (i).field, .channel = (i).channel, \
	.due_from = (i).due_from, .due_to = (i).due_to
#define SAME_BRANCH(i, b) SAME(i), .scope = (b).scope, .unit = (b).unit, .role = (b).role, .of_state = (b).of_state
#define SAME_VIEW(i) SAME(i), .scope = (i).scope, .unit1 = (i).unit1, .role1 = (i).role1, .unit2 = (i).unit2, .role2 = (i).role2, .unit3 = (i).unit3, .role3 = (i).role3, \
	.reception = (i).reception, .s1 = (i).s1, .s2 = (i).s2, .s3 = (i).s3, .s4 = (i).s4, .s5 = (i).s5, .s6 = (i).s6, .limit = INT64_MAX

static int by_due(const void *pa, const void *pb)
{
	const struct desk_by_due_row *a = pa, *b = pb;
	return a->by_due.ms != b->by_due.ms ? (a->by_due.ms < b->by_due.ms ? -1 : 1) : a->id.v < b->id.v ? -1 : a->id.v > b->id.v;
}

static int newest(const void *pa, const void *pb)
{
	const struct desk_by_due_row *a = pa, *b = pb;
	return a->id.v > b->id.v ? -1 : a->id.v < b->id.v;
}

static bool due_of(struct env *env, const struct desk_filter *f, const struct desk_export_in *in, const struct branch *b, int64_t limit, struct desk_by_due_rows *out, struct err *e)
{
	struct desk_by_due_in x = {SAME_BRANCH(*in, *b), .limit = limit, .after_id = {f->after_id}, .after_due = {f->after_id ? f->after_due : -1}};
	return q_desk_by_due(env->db, env->arena, &x, out, e);
}

static bool newest_of(struct env *env, const struct desk_filter *f, const struct desk_export_in *in, const struct branch *b, int64_t limit, struct desk_by_due_rows *out, struct err *e)
{
	struct desk_newest_rows rows = {0};
	struct desk_newest_in x = {SAME_BRANCH(*in, *b), .limit = limit, .before_id = {f->after_id ? f->after_id : INT64_MAX}};
	if (!q_desk_newest(env->db, env->arena, &x, &rows, e))
		return false;
	*out = (struct desk_by_due_rows){NEW_ARRAY(env->arena, rows.n, struct desk_by_due_row), rows.n};
	for (size_t i = 0; i < rows.n; i++)
		out->v[i].id = rows.v[i].id;
	return true;
}

static bool rows_of(struct env *env, struct dossier_ids ids, struct desk_list_rows *out, struct err *e)
{
	struct buf b = buf_on(env->arena);
	for (size_t i = 0; i < ids.n; i++)
		id_list_add(&b, ids.v[i].v);
	*out = (struct desk_list_rows){0};
	return !ids.n || q_desk_list(env->db, env->arena, id_list(&b), out, e);
}

/* The first `limit` of a view, in its order. */
static bool ids_of(struct env *env, const struct desk_filter *f, int64_t limit, struct dossier_ids *out, struct err *e)
{
	const struct desk_export_in in = pick(env, f);
	struct branch v[BRANCHES_MAX];
	size_t n = branches(&in, f->newest, v), n_all = 0;
	struct desk_by_due_rows one[BRANCHES_MAX] = {0};
	for (size_t i = 0; i < n; i++) {
		if (!(f->newest ? newest_of : due_of)(env, f, &in, &v[i], limit, &one[i], e))
			return false;
		n_all += one[i].n;
	}
	struct desk_by_due_row *all = NEW_ARRAY(env->arena, n_all + 1, struct desk_by_due_row);
	n_all = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < one[i].n; k++)
			all[n_all++] = one[i].v[k];
	qsort(all, n_all, sizeof *all, f->newest ? newest : by_due);
	*out = (struct dossier_ids){NEW_ARRAY(env->arena, n_all + 1, struct dossier_id), 0};
	for (; out->n < n_all && out->n < (size_t)limit; out->n++)
		out->v[out->n] = all[out->n].id;
	return true;
}

bool desk_rows(struct env *env, const struct desk_filter *f, int64_t limit, struct desk_list_rows *out, struct err *e)
{
	struct dossier_ids ids = {0};
	return ids_of(env, f, limit, &ids, e) && rows_of(env, ids, out, e);
}

#define COUNTED_MAX 1001

static bool tally(struct env *env, const struct desk_export_in *in, int64_t *n, struct err *e)
{
	const struct desk_tally_in x = {.scope = in->scope, .person = in->person, .unit1 = in->unit1, .role1 = in->role1, .unit2 = in->unit2, .role2 = in->role2,
		.unit3 = in->unit3, .role3 = in->role3, .agency = in->agency, .reception = in->reception, .s1 = in->s1, .s2 = in->s2, .s3 = in->s3, .s4 = in->s4, .s5 = in->s5,
		.s6 = in->s6, .due_from = in->due_from, .due_to = in->due_to, .limit = COUNTED_MAX};
	struct desk_tally_row row = {0};
	bool found = false, ok = q_desk_tally(env->db, env->arena, &x, &row, &found, e);
	*n = row.n;
	return ok;
}

bool desk_counted(struct env *env, const struct desk_filter *f, int64_t *n, struct err *e)
{
	const struct desk_export_in in = pick(env, f);
	struct branch v[BRANCHES_MAX];
	size_t n_branches = branches(&in, false, v);
	*n = 0;
	if (!in.state.n && !in.field.n && !in.channel.n)
		return tally(env, &in, n, e);
	for (size_t i = 0; i < n_branches && *n < COUNTED_MAX; i++) {
		struct desk_count_row row = {0};
		bool found = false;
		struct desk_count_in x = {SAME_BRANCH(in, v[i]), .limit = COUNTED_MAX - *n};
		if (!q_desk_count(env->db, env->arena, &x, &row, &found, e))
			return false;
		*n += row.n;
	}
	return true;
}

/* Of a longer list the first are noted. */
bool desk_filter_ids(struct env *env, const struct desk_filter *f, struct dossier_ids *out, struct err *e) { return ids_of(env, f, 20000, out, e); }

bool desk_filter_export(struct env *env, struct db *db, const struct desk_filter *f, struct db_cursor *c, struct err *e)
{
	struct desk_export_in in = pick(env, f);
	in.limit = INT64_MAX;
	return q_desk_export(db, &in, c, e);
}

static int id_newest(const void *pa, const void *pb)
{
	int64_t a = *(const int64_t *)pa, b = *(const int64_t *)pb;
	return (a < b) - (a > b);
}

bool desk_filter_all(struct env *env, const struct desk_filter *f, struct workbook_ids *out, struct err *e)
{
	const struct desk_export_in in = pick(env, f);
	AUTO_CURSOR c = {0};
	struct desk_workbook_ids_row row;
	if (!q_desk_workbook_ids(env->db, &(struct desk_workbook_ids_in){SAME_VIEW(in)}, &c, e))
		return false;
	while (db_next(&c, &row))
		if (!workbook_ids_add(out, row.id.v, e))
			return false;
	if (f->newest && out->n)
		qsort(out->v, out->n, sizeof *out->v, id_newest);
	return db_end(&c, e);
}

/* All of the words, whole or from their beginning: the search syntax of either engine, made of folded letters and digits only. */
static struct str search_words(struct env *env, struct str q, bool whole)
{
	struct str folded = text_fold(env->arena, q), word;
	struct buf b = buf_on(env->arena);
	bool pg = db_engine(env->db) == DB_PG;
	for (int n = 0; n < 12 && text_next_word(&folded, &word); n++) {
		if (pg)
			buf_fmt(&b, "%s%.*s%s", n ? " & " : "", STR_ARG(word), whole ? "" : ":*");
		else
			buf_fmt(&b, "%s\"%.*s\"%s", n ? " " : "", STR_ARG(word), whole ? "" : "*");
	}
	return buf_str(&b);
}

bool desk_rows_of(struct env *env, struct dossier_ids ids, struct desk_list_rows *out, struct err *e) { return dossier_readable(env, &ids, e) && rows_of(env, ids, out, e); }

/* Looked at for one search when most of what has the words is not the reader's. */
#define FOUND_MOST 10000

struct sought { struct str words, number; }; /* one of the two */

static bool found_before(struct env *env, const struct sought *s, struct dossier_id before, size_t limit, struct dossier_ids *out, struct err *e)
{
	struct desk_found_rows found = {0};
	struct dossier_of_person_rows persons = {0};
	bool ok = s->number.n ? dossier_of_person(env, LAW, s->number, before, (int64_t)limit, &persons, e)
	                      : q_desk_found(env->db, env->arena, s->words, before, (int64_t)limit, &found, e) || dossier_search_failed(env, e);
	*out = (struct dossier_ids){NEW_ARRAY(env->arena, found.n + persons.n, struct dossier_id), found.n + persons.n};
	for (size_t i = 0; i < found.n; i++)
		out->v[i] = found.v[i].id;
	for (size_t i = 0; i < persons.n; i++)
		out->v[i] = persons.v[i].id;
	return ok;
}

/* The newest page that the reader may see: what has the words or the number is gone through in growing steps. */
static bool readable_found(struct env *env, const struct sought *s, struct dossier_ids *out, struct err *e)
{
	struct dossier_id before = {INT64_MAX};
	size_t step = DESK_PAGE, seen = 0, got = DESK_PAGE;
	out->v = NEW_ARRAY(env->arena, DESK_PAGE, struct dossier_id);
	for (; got == step && out->n < DESK_PAGE && seen < FOUND_MOST; seen += got) {
		struct dossier_ids ids;
		step = seen ? seen * 2 : DESK_PAGE;
		if (!found_before(env, s, before, step, &ids, e))
			return false;
		got = ids.n;
		before = got ? ids.v[got - 1] : before;
		if (!dossier_readable(env, &ids, e))
			return false;
		for (size_t i = 0; i < ids.n && out->n < DESK_PAGE; i++)
			out->v[out->n++] = ids.v[i];
	}
	return true;
}

/* Whole words first: the two that all dossiers have give a page at once, while their beginnings would have to be gathered to the last dossier. */
static bool word_rows(struct env *env, struct str q, struct desk_list_rows *out, struct err *e)
{
	struct dossier_ids ids = {0};
	struct str words = search_words(env, q, true);
	if (!words.n)
		return true;
	if (!readable_found(env, &(struct sought){.words = words}, &ids, e))
		return false;
	if (ids.n < DESK_PAGE) {
		ids = (struct dossier_ids){0};
		if (!readable_found(env, &(struct sought){.words = search_words(env, q, false)}, &ids, e))
			return false;
	}
	return desk_rows_of(env, ids, out, e);
}

/* "https://…/tra-cuu/CODE?s=…", as a scanner reads it from a receipt, is the code. */
static struct str scanned(struct str q)
{
	ptrdiff_t at = str_find(q, STR("/tra-cuu/"));
	if (at < 0)
		return q;
	struct str rest = str_sub(q, (size_t)at + strlen("/tra-cuu/"), q.n), code;
	return str_next(&rest, '?', &code) ? code : q;
}

/* A number is a person's: personal number, tax code, telephone, or what a card reader types. */
static bool person_rows(struct env *env, struct str q, struct desk_list_rows *out, struct err *e)
{
	struct dossier_ids ids = {0};
	struct str number = desk_card_part(q, 0);
	for (size_t i = 0; i < number.n; i++)
		if (!strchr("0123456789 +.-", number.p[i]) || !number.p[i])
			return true;
	if (number.n && !readable_found(env, &(struct sought){.number = number}, &ids, e))
		return false;
	return desk_rows_of(env, ids, out, e);
}

/* A whole code is one dossier; as words, what all codes begin with would be gathered to the last dossier. One that is not ours is
 * looked for as words: another system's code stands there. */
static bool code_rows(struct env *env, struct str q, struct desk_list_rows *out, bool *found, struct err *e)
{
	struct str code = str_upper(env->arena, q);
	struct dossier_id id;
	*found = false;
	if (!dossier_code_ok(code))
		return true;
	return dossier_id_of(env, code, &id, found, e) && (!*found || desk_rows_of(env, (struct dossier_ids){&id, 1}, out, e));
}

bool desk_search(struct env *env, struct str q, struct desk_list_rows *out, bool *person, struct err *e)
{
	bool known = false;
	*person = false;
	*out = (struct desk_list_rows){0};
	q = scanned(str_trim(q));
	if (!code_rows(env, q, out, &known, e))
		return false;
	if (known)
		return true;
	if (!person_rows(env, q, out, e))
		return false;
	if (out->n) {
		*person = true;
		return true;
	}
	return word_rows(env, q, out, e);
}
