/* slices.c — the one list of slices, and what each needs from the program. */
#include "about/about.h"
#include "account/account.h"
#include "app/serve.h"
#include "board/board.h"
#include "desk/desk.h"
#include "directory/directory.h"
#include "erase/erase.h"
#include "filing/filing.h"
#include "issue/issue.h"
#include "notify/notify.h"
#include "org/org.h"
#include "render/papers.h"
#include "tour/tour.h"
#include "track/track.h"
#include "workbook/workbook.h"
#include <stdio.h>

const struct route_table *const all_routes[] = {&catalogue_routes, &account_routes, &directory_routes, &filing_routes, &track_routes, &desk_routes, &workbook_routes, &erase_routes, &org_routes, &issue_routes, &proof_routes, &notify_routes, &about_routes, &board_routes, &tour_routes, &api_routes};
const size_t all_routes_n = ARRAY_LEN(all_routes);

static void issue_slice(struct app *app)
{
	app->issue = (struct issue_facilities){.law = app->store.law, .blobs = app->store.blobs, .signer_key = signing_person_key, .seal_key = signing_seal_key, .self = app,
	                                       .tsa = app->tsa.url ? &app->tsa : NULL, .trust = {.signers = app->signer_anchors, .stamps = app->tsa_anchors},
	                                       .render = render_paper, .renderer = app->render, .public_url = str_from(app->config.origin), .demo = app->demo};
	issue_use(&app->issue);
}

/* Where a dossier filed at the counter is settled: as for one filed online. */
static bool settling(struct env *env, struct agency_id *agency, struct unit_id *unit, struct str *prefix, struct err *e)
{
	struct filing_place place;
	if (!filing_where(env, NULL, &place, e))
		return false;
	*agency = place.settling_agency;
	*unit = place.settling_unit;
	*prefix = place.code_prefix;
	return true;
}

/* ---- what the catalogue's pages ask of other slices ---- */

static bool forms_of(void *ctx, struct arena *a, const struct procedure *p, struct date today, struct catalogue_forms *out)
{
	const struct law *law = ((struct app *)ctx)->store.law;
	const struct law_procedure *lp = law_find(law, p->id);
	if (!lp)
		return false;
	*out = (struct catalogue_forms){.v = lp->forms, .n = lp->n_forms, .example = law_example(a, law, lp, today)};
	return true;
}

static bool contacts_of(void *ctx, struct env *env, struct catalogue_contact **out, size_t *n, struct err *e)
{
	struct agencies all = {0};
	struct filing_place place = {0};
	struct err nowhere = {0}; /* nothing can be sent yet: every department is shown */
	(void)ctx;
	if (!directory_agencies(env, date_of(env->now), &all, e))
		return false;
	bool known = filing_where(env, NULL, &place, &nowhere);
	*out = NEW_ARRAY(env->arena, all.n, struct catalogue_contact);
	*n = 0;
	for (size_t i = 0; i < all.n; i++)
		if ((known ? all.v[i].id.v == place.settling_agency.v : all.v[i].kind == AGENCY_DEPARTMENT) || all.v[i].is_centre)
			(*out)[(*n)++] = (struct catalogue_contact){.name = all.v[i].name, .address = all.v[i].address, .phone = all.v[i].phone, .email = all.v[i].email};
	return true;
}

static size_t figures_of(void *ctx, struct env *env, struct catalogue_figure out[4])
{
	struct board_figure v[BOARD_FIGURES];
	size_t n = board_figures(env, v);
	(void)ctx;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct catalogue_figure){v[i].value, v[i].label, STR("/so-lieu")};
	return n;
}

static bool offered_of(void *ctx, int64_t *all, int64_t *online)
{
	struct catalogue *c = ((struct app *)ctx)->catalogue;
	const struct catalogue_view *v = catalogue_hold(c);
	*all = *online = 0;
	for (size_t i = 0; i < v->n; i++) {
		*all += v->entries[i].in_force;
		*online += v->entries[i].in_force && (v->entries[i].p.online == ONLINE_PARTIAL || v->entries[i].p.online == ONLINE_FULL);
	}
	catalogue_release(c, v);
	return *all > 0;
}

static const struct procedure *known(void *ctx, struct str slug, struct str bytes)
{
	const struct law *law = ((struct app *)ctx)->store.law;
	const struct law_procedure *lp = law_find(law, slug);
	char name[256];
	int n = snprintf(name, sizeof name, "procedures/%.*s.json", STR_ARG(slug));
	const struct pack_file *file = lp && n > 0 && (size_t)n < sizeof name ? pack_find(&law->pack, (struct str){name, (size_t)n}) : NULL;
	return file && str_eq(file->bytes, bytes) ? lp->p : NULL;
}

bool app_catalogue(struct app *app, struct err *e)
{
	struct catalogue_config cfg = {.pool = app->store.pool, .origin = str_from(app->config.origin), .forms = forms_of, .contacts = contacts_of, .known = known, .figures = figures_of, .ctx = app};
	return catalogue_start(&app->catalogue, &cfg, e);
}

static bool in_force(void *ctx, struct str procedure)
{
	struct catalogue *c = ((struct app *)ctx)->catalogue;
	const struct catalogue_view *v = catalogue_hold(c);
	const struct catalogue_entry *x = catalogue_find(v, procedure);
	bool is = x && x->in_force;
	catalogue_release(c, v);
	return is;
}

/* Where mails lead: the address that people type; in the demonstration, where it listens. */
static struct str public_url(const struct app *app)
{
	struct str origin = str_from(app->config.origin);
	return origin.n || !app->demo ? origin : str_fmt(app->store.arena, "http://%s", app->config.listen);
}

static void notify_slice(struct app *app)
{
	struct str sink = app->sink ? str_fmt(app->store.arena, "%.*s/mail", STR_ARG(app->store.place.dir)) : STR_NONE;
	notify_use(&(struct notify_config){.law = app->store.law, .public_url = public_url(app), .sink_dir = sink});
}

/* The demonstration's account belongs to no bank: no number of a bank is 000000, so no money can reach it. */
static struct filing_bank bank_of(const struct app *app)
{
	const struct config *c = &app->config;
	if (app->demo && !c->bank_bin)
		return (struct filing_bank){STR("000000"), STR("0000000000"), STR("TAI KHOAN MAU - KHONG CHUYEN TIEN")};
	return (struct filing_bank){str_from(c->bank_bin), str_from(c->bank_account), str_from(c->bank_name)};
}

/* Who asked for a workbook, with the roles of today. */
static bool official(struct env *env, int64_t account, struct actor *out, struct str *email, bool *found, struct err *e)
{
	struct account x;
	*out = (struct actor){.account = account};
	if (!account_get(env, (struct account_id){account}, &x, found, e))
		return false;
	*found = *found && x.active && x.kind == ACCOUNT_OFFICIAL;
	*email = *found ? x.email : STR_NONE;
	struct actor_role *held = NULL;
	if (*found && !directory_roles(env, x.person, date_of(env->now), &held, &out->n_held, e))
		return false;
	out->person = x.person.v, out->epoch = x.epoch, out->name = x.name, out->held = held;
	for (size_t i = 0; i < out->n_held; i++)
		out->roles |= ROLE_BIT(held[i].role);
	return true;
}

static void look_for_jobs(void *self)
{
	struct app *app = self;
	if (app->jobs)
		job_kick(app->jobs);
}

static void workbook_slice(struct app *app)
{
	static const struct workbook_list *const lists[] = {&desk_workbook, &board_workbook};
	workbook_use(&(struct workbook_config){.lists = lists, .n_lists = ARRAY_LEN(lists), .blobs = app->store.blobs, .keys = app->store.keys, .official = official, .soon = look_for_jobs, .self = app,
		.public_url = public_url(app)});
}

bool app_slices(struct app *app, struct err *e)
{
	CHECK(app->scan.render); /* without it the server itself would read what strangers send */
	notify_slice(app);
	workbook_slice(app);
	struct filing_config filing = {.law = app->store.law, .sheet = issue_sheet_draw, .blobs = app->store.blobs, .ids = &app->store.ids, .origin = str_from(app->config.origin), .scan = &app->scan,
	                               .in_force = in_force, .ctx = app,
	                               .bank = bank_of(app),
	                               .unsent_max = app->config.unsent_max,
	                               .parts_dir = str_fmt(app->store.arena, "%.*s/parts", STR_ARG(app->store.place.dir)).p};
	app->desk = (struct desk_facilities){.law = app->store.law, .blobs = app->store.blobs, .pool = app->store.pool, .scan = &app->scan,
	                                     .draw = issue_paper_draw, .draft = issue_draft_draw, .sheet = issue_sheet_draw,
	                                     .register_rows = issue_register_rows, .register_draw = issue_register_draw, .settling = settling, .ids = &app->store.ids,
	                                     .queue = issue_queue, .sent_ahead = filing_sent_ahead, .own_list = filing_api_list, .own_file = filing_send_file, .public_url = str_from(app->config.origin)};
	desk_use(&app->desk);
	app->proof = (struct proof_facilities){.render = app->render, .signers = app->signers_pem, .stamps = app->stamps_pem};
	proof_use(&app->proof);
	struct board_config board = {.law = app->store.law, .pool = app->store.pool, .offered = offered_of, .ctx = app};
	issue_slice(app);
	return filing_configure(&filing, e) && board_use(&board, e);
}
