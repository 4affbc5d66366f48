/* indices.c — sets of indices as pack data (packs/indices), and their figures as far as our records bear them. */
#include "board/board_internal.h"
#include "core/pack/pack.h"

static const char *const files[SETS] = {[SET_TT01] = "indices/tt01-2018.json", [SET_QD766] = "indices/qd766-2022.json"};

/* ---- measures: tenths of a point; false: nothing to compute from ---- */

struct reckoning { const struct board_data *d; int64_t all, online; bool offered; };
typedef bool reckon_fn(const struct reckoning *x, int64_t max, int64_t *out);

static int64_t rounded(int64_t n, int64_t by) { return (2 * n + by) / (2 * by); }

/* Early 2, on time 1, late 0. */
static bool by_time(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = board_limited(&x->d->total);
	*out = n ? rounded((2 * x->d->total.n[STAT_EARLY] + x->d->total.n[STAT_ON_TIME]) * max, 2 * n) : 0;
	return n > 0;
}

static bool by_contacts(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = stat_decided(&x->d->total), points = 2 * n - x->d->total.n[STAT_SUPPLEMENT];
	*out = n ? rounded((points < 0 ? 0 : points) * max, 2 * n) : 0;
	return n > 0;
}

static bool by_agencies(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = stat_received(&x->d->total);
	*out = n ? rounded((n + stat_received_online(&x->d->total)) * max, 2 * n) : 0;
	return n > 0;
}

static bool by_online(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = stat_received(&x->d->total), share = chart_share(stat_received_online(&x->d->total), n);
	bool none_late = x->d->total.n[STAT_LATE] + x->d->now.overdue == 0;
	*out = !none_late || share < 150 || !x->online ? 0 : share >= 300 && x->online * 5 >= x->all ? max : max / 2;
	return n > 0 && x->offered;
}

static bool by_progress(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = board_limited(&x->d->total) + x->d->now.overdue, good = x->d->total.n[STAT_EARLY] + x->d->total.n[STAT_ON_TIME];
	*out = n ? rounded(good * max, n) : 0;
	return n > 0;
}

static bool by_signed(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = x->d->total.n[STAT_RESULT];
	*out = n ? rounded(x->d->total.n[STAT_RESULT_SIGNED] * max, n) : 0;
	return n > 0;
}

/* Full points from half of the dossiers on. */
static bool by_online_share(const struct reckoning *x, int64_t max, int64_t *out)
{
	int64_t n = stat_received(&x->d->total), twice = 2 * stat_received_online(&x->d->total);
	*out = n ? rounded((twice > n ? n : twice) * max, n) : 0;
	return n > 0;
}

static const struct { const char *name; reckon_fn *fn; } measures[] = {{"time", by_time}, {"contacts", by_contacts}, {"agencies", by_agencies}, {"online", by_online},
	{"progress", by_progress}, {"signed", by_signed}, {"online_share", by_online_share}};

/* ---- definitions ---- */

#define ITEMS_MAX 24
struct item { struct board_index x; reckon_fn *fn; };
static struct definition { struct str title, law, note; struct item v[ITEMS_MAX]; size_t n; } sets[SETS];
static struct arena *kept; /* until the program ends */

static void read_item(struct pack_node at, struct item *out)
{
	static const char *const keys[] = {"id", "name", "law", "max", "measure", "how", "why", NULL};
	struct str measure = pack_text(at, "measure", PACK_MAY_BE_NULL);
	pack_only_keys(at, keys);
	*out = (struct item){.x = {.id = pack_text(at, "id", PACK_REQUIRED), .name = pack_text(at, "name", PACK_REQUIRED), .law = pack_text(at, "law", PACK_REQUIRED),
		.how = pack_text(at, "how", PACK_MAY_BE_NULL), .why = pack_text(at, "why", PACK_MAY_BE_NULL)}};
	(void)pack_int(at, "max", PACK_REQUIRED, &out->x.max);
	for (size_t i = 0; i < ARRAY_LEN(measures); i++)
		if (str_eq(measure, str_from(measures[i].name)))
			out->fn = measures[i].fn;
	if (measure.n && !out->fn)
		pack_fault(at, "measure is none that is known");
	if (measure.n ? !out->x.how.n : !out->x.why.n)
		pack_fault(at, "what is computed says how, what is not says why");
}

static bool read_set(struct pack packs, const char *name, struct definition *out, struct pack_report *rep)
{
	const struct pack_file *f = pack_find(&packs, str_from(name));
	AUTO_PACK_JSON tree = NULL;
	struct pack_node root;
	size_t n = 0;
	if (!f || !pack_parse(rep, *f, 1, &tree, &root))
		return false;
	*out = (struct definition){.title = pack_text(root, "title", PACK_REQUIRED), .law = pack_text(root, "law", PACK_REQUIRED), .note = pack_text(root, "note", PACK_REQUIRED)};
	struct pack_node items = pack_list(root, "items", &n);
	if (n > ITEMS_MAX)
		pack_fault(items, "more than %d", ITEMS_MAX);
	for (; out->n < n && out->n < ITEMS_MAX; out->n++)
		read_item(pack_item(items, out->n), &out->v[out->n]);
	return true;
}

bool board_indices_load(struct pack packs, struct err *e)
{
	if (!kept)
		kept = arena_new(0);
	struct pack_report rep = pack_report_on(kept);
	for (int i = 0; i < SETS; i++)
		if (!read_set(packs, files[i], &sets[i], &rep))
			return err_set(e, ERR_INVALID, "%s cannot be read: %.*s", files[i], STR_ARG(pack_report_text(kept, &rep)));
	return rep.faults == 0 || err_set(e, ERR_INVALID, "packs/indices: %.*s", STR_ARG(pack_report_text(kept, &rep)));
}

void board_indices(struct request *r, const struct board_data *d, enum board_set which, struct board_set_result *out)
{
	const struct definition *s = &sets[which];
	const struct board_config *cfg = board_have();
	struct reckoning x = {.d = d};
	x.offered = cfg->offered && cfg->offered(cfg->ctx, &x.all, &x.online);
	*out = (struct board_set_result){.title = s->title, .law = s->law, .note = s->note, .v = NEW_ARRAY(r->env.arena, s->n + 1, struct board_index), .n = s->n};
	for (size_t i = 0; i < s->n; i++) {
		struct board_index *v = &out->v[i];
		*v = s->v[i].x;
		v->borne = s->v[i].fn && s->v[i].fn(&x, v->max, &v->value);
		out->sum += v->borne ? v->value : 0;
		out->of += v->borne ? v->max : 0;
	}
}
