/* issue_web.c — /quan-tri/viec-nen: background work that was given up, for an administrator to send on or to throw away. A
 * decided result waits behind it: work of this slice is taken up again by itself after an hour, but not what could not be drawn (jobs.c). */
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "core/page/page.h"
#include "issue/internal.h"

#define SHOWN 200
#define M(r, k) msg((r)->env.lang, (k))
#define HERE "/quan-tri/viec-nen"

enum { COL_WHAT, COL_WHEN, COL_WHY, COL_DO, COLS };

/* What the kind does, in words; others by their name. */
static struct str kind_word(struct request *r, struct str kind)
{
	static const struct { const char *kind; enum msg_key word; } words[] = {{"issue.paper", MSG_ISSUE_JOB_PAPER}, {"issue.sign", MSG_ISSUE_JOB_SIGN},
		{"issue.seal", MSG_ISSUE_JOB_SEAL}, {"mail.send", MSG_ISSUE_JOB_MAIL}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(kind, str_from(words[i].kind)))
			return M(r, words[i].word);
	return kind;
}

/* 0: of none. */
static int64_t dossier_of(const struct job_dead *x) { return str_starts(x->kind, STR("issue.")) ? issue_payload_id(x->payload, "dossier") : 0; }

static bool read_codes(struct request *r, const struct job_dead_list *all, struct issue_codes_rows *out, struct err *e)
{
	struct buf b = buf_on(r->env.arena);
	for (size_t i = 0; i < all->n; i++)
		if (dossier_of(&all->v[i]))
			id_list_add(&b, dossier_of(&all->v[i]));
	return !b.n || q_issue_codes(r->env.db, r->env.arena, id_list(&b), out, e);
}

/* How often it was tried, for which dossier, and whether it is taken up again without a word of the administrator. */
static struct str circumstances(struct request *r, const struct job_dead *x, const struct issue_codes_rows *codes)
{
	struct arena *a = r->env.arena;
	struct str n = str_fmt(a, "%lld", (long long)x->attempts), said = msg_fmt(a, r->env.lang, MSG_ISSUE_JOB_TRIES, &n, 1);
	int64_t dossier = dossier_of(x);
	for (size_t i = 0; dossier && i < codes->n; i++)
		if (codes->v[i].id.v == dossier) {
			said = str_fmt(a, "%.*s · %.*s", STR_ARG(codes->v[i].code), STR_ARG(said));
			break;
		}
	return x->hopeless ? str_fmt(a, "%.*s · %.*s", STR_ARG(said), STR_ARG(M(r, MSG_ISSUE_JOB_BY_HAND))) : said;
}

static void line(struct request *r, struct html_out *o, const struct ui_table *t, const struct job_dead *x, const struct issue_codes_rows *codes)
{
	struct arena *a = r->env.arena;
	ui_row_begin(o, t, &(struct ui_row){0});
	ui_cell_main(o, t, COL_WHAT, (struct ui_crumb){kind_word(r, x->kind), STR_NONE}, circumstances(r, x, codes));
	ui_cell(o, t, COL_WHEN, lang_instant(a, r->env.lang, x->ended_at));
	ui_cell(o, t, COL_WHY, x->last_error);
	ui_cell_begin(o, t, COL_DO);
	ui_act(o, str_fmt(a, HERE "/%lld/thu-lai", (long long)x->id), &(struct ui_button){.label = M(r, MSG_ISSUE_JOB_RETRY), .weight = UI_QUIET});
	ui_act(o, str_fmt(a, HERE "/%lld/bo", (long long)x->id), &(struct ui_button){.label = M(r, MSG_ISSUE_JOB_DROP), .weight = UI_DANGER});
	ui_cell_end(o);
	ui_row_end(o);
}

static void dead_table(struct request *r, struct html_out *o, const struct job_dead_list *all, const struct issue_codes_rows *codes)
{
	struct ui_column columns[COLS] = {[COL_WHAT] = {.head = M(r, MSG_ISSUE_JOB_WHAT)}, [COL_WHEN] = {.head = M(r, MSG_ISSUE_JOB_WHEN)},
		[COL_WHY] = {.head = M(r, MSG_ISSUE_JOB_WHY)}, [COL_DO] = {.head = M(r, MSG_ISSUE_JOB_DO)}};
	struct ui_table t = {.caption = M(r, MSG_ISSUE_JOBS), .caption_hidden = true, .columns = columns, .n_columns = COLS, .keys = true};
	ui_table_begin(o, &t);
	for (size_t i = 0; i < all->n; i++)
		line(r, o, &t, &all->v[i], codes);
	ui_table_end(o);
}

static bool list_page(struct request *r, struct err *e)
{
	struct arena *a = r->env.arena;
	struct job_dead_list all = {0};
	struct issue_codes_rows codes = {0};
	struct job_stats stats = {0};
	if (!job_dead_list(&r->env, SHOWN, &all, e) || !read_codes(r, &all, &codes, e) || !job_stats(&r->env, &stats, e))
		return false;
	struct html_out o = page_out(r);
	struct ui_page p = {.title = M(r, MSG_ISSUE_JOBS), .staff = true, .width = UI_FULL};
	struct ui_fact facts[] = {{.label = M(r, MSG_ISSUE_JOBS_OPEN), .value = str_fmt(a, "%lld", (long long)stats.open)},
		{.label = M(r, MSG_ISSUE_JOBS_LATE), .value = str_fmt(a, "%lld", (long long)stats.late)},
		{.label = M(r, MSG_ISSUE_JOBS_DEAD), .value = str_fmt(a, "%lld", (long long)stats.dead)}};
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	ui_facts(&o, facts, ARRAY_LEN(facts));
	if (all.n)
		dead_table(r, &o, &all, &codes);
	else
		ui_empty(&o, &(struct ui_empty){.title = M(r, MSG_ISSUE_JOBS_NONE), .text = M(r, MSG_ISSUE_JOBS_NONE_WHY), .icon = UI_ICON_INBOX});
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool decide(struct request *r, bool (*act)(struct env *env, int64_t id, struct err *e), const char *kind, struct err *e)
{
	int64_t id = 0;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "not a job");
	r->redirect = STR(HERE);
	return act(&r->env, id, e) &&
	       audit_record(&r->env, &(struct audit_act){.kind = kind, .role = ROLE_ADMIN, .body = str_fmt(r->env.arena, "{\"job\":\"%lld\"}", (long long)id)}, NULL, e);
}

static bool retry_apply(struct request *r, struct err *e) { return decide(r, job_retry, "job.retry", e); }
static bool drop_apply(struct request *r, struct err *e) { return decide(r, job_drop, "job.drop", e); }

static const struct form no_form = {"none", NULL, 0};
#define ADMIN ROLE_BIT(ROLE_ADMIN)
#define BY_HAND "NONE: administration is done by a person"
static const struct route routes[] = {
	{.method = HTTP_GET, .path = HERE, .page = list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = HERE "/:id/thu-lai", .form = &no_form, .apply = retry_apply, .again = list_page, .allow = ADMIN, .api = BY_HAND},
	{.method = HTTP_POST, .path = HERE "/:id/bo", .form = &no_form, .apply = drop_apply, .again = list_page, .allow = ADMIN, .api = BY_HAND},
};
const struct route_table issue_routes = {"issue", routes, ARRAY_LEN(routes)};
