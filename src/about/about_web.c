/* about_web.c — see about.h. */
#include "about/about.h"
#include "about/about_views.h"
#include "about/internal.h"
#include "core/page/page.h"

#define RATINGS_SHOWN 5 /* fewer would tell who rated */

/* An agency that gives no way to reach it is in the directory, not among the contacts. */
static bool is_contact(const struct agency *a) { return (a->kind == AGENCY_DEPARTMENT || a->is_centre) && (a->address.n || a->phone.n || a->email.n); }

static bool find_contacts(struct request *r, struct about_page *p, struct err *e)
{
	struct agencies all = {0};
	if (!directory_agencies(&r->env, date_of(r->env.now), &all, e))
		return false;
	p->contacts = NEW_ARRAY(r->env.arena, all.n, struct agency);
	for (size_t i = 0; i < all.n; i++)
		if (is_contact(&all.v[i]))
			p->contacts[p->n_contacts++] = all.v[i];
	return true;
}

static bool is_applicant(const struct request *r) { return actor_any(r->env.actor, ALLOW_APPLICANTS); }

/* The frame, with the page's own entry of the main menu lit. */
static struct html_out out_at(struct request *r, enum page_nav nav)
{
	struct html_out o = page_out(r);
	struct page_facts *f = NEW(r->env.arena, struct page_facts);
	*f = *o.facts;
	f->nav = nav;
	o.facts = f;
	return o;
}

typedef void about_view(struct html_out *o, const struct about_page *p);

static bool show(struct request *r, struct about_page *p, enum page_nav nav, about_view *view, struct err *e)
{
	if (!find_contacts(r, p, e))
		return false;
	p->applicant = is_applicant(r);
	struct html_out o = out_at(r, nav);
	view(&o, p);
	return page_answer(r);
}

static bool petitions(struct request *r, struct err *e) { return show(r, &(struct about_page){0}, NAV_PETITIONS, about_petitions, e); }
static bool access_statement(struct request *r, struct err *e) { return show(r, &(struct about_page){0}, NAV_NONE, about_access, e); }

static bool privacy(struct request *r, struct err *e)
{
	struct about_page p = {0};
	if (is_applicant(r) && !dossier_list_owned(&r->env, (struct dossier_id){INT64_MAX}, 50, &p.mine, e))
		return err_wrap(e, "own dossiers");
	return show(r, &p, NAV_NONE, about_privacy, e);
}

static bool payment(struct request *r, struct err *e)
{
	struct about_page p = {0};
	if (is_applicant(r) && !q_dossier_fee_open_of_account(r->env.db, r->env.arena, r->env.actor->account, r->env.actor->number, &p.fees, e))
		return err_wrap(e, "own fees");
	return show(r, &p, NAV_PAY, about_payment, e);
}

/* One bar a score, best first; none while there are too few. */
static void count_ratings(struct html_out *o, const struct dossier_rating_counts_rows *rows, struct about_page *p)
{
	int64_t good = 0;
	for (size_t i = 0; i < rows->n; i++) {
		p->rated += rows->v[i].n;
		good += rows->v[i].score >= 4 ? rows->v[i].n : 0;
	}
	p->good_percent = p->rated ? (good * 100 + p->rated / 2) / p->rated : 0;
	for (int64_t score = 5; score >= 1; score--) {
		struct ui_bar *b = &p->bars[5 - score];
		b->label = msg_fmt(o->b->a, o->lang, MSG_ABOUT_SCORE, &(struct str){&"12345"[score - 1], 1}, 1);
		for (size_t i = 0; i < rows->n; i++)
			if (rows->v[i].score == score)
				b->value = rows->v[i].n;
		b->shown = lang_number(o->b->a, o->lang, b->value);
	}
	p->show_ratings = p->rated >= RATINGS_SHOWN;
}

static bool ratings(struct request *r, struct err *e)
{
	struct about_page p = {0};
	struct dossier_rating_counts_rows rows = {0};
	if (!q_dossier_rating_counts(r->env.db, r->env.arena, &rows, e))
		return err_wrap(e, "ratings");
	if (is_applicant(r) && !q_dossier_unrated_of_account(r->env.db, r->env.arena, r->env.actor->account, r->env.actor->number, &p.unrated, e))
		return err_wrap(e, "own dossiers to rate");
	p.applicant = is_applicant(r);
	struct html_out o = out_at(r, NAV_REVIEW);
	count_ratings(&o, &rows, &p);
	about_ratings(&o, &p);
	return page_answer(r);
}

#define FOR_PEOPLE "NONE: guidance for people"
static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/thanh-toan", .page = payment, .allow = ALLOW_ALL, .api = "NONE: guidance; the fees of a dossier are at GET /api/v1/dossiers/:code"},
	{.method = HTTP_GET, .path = "/phan-anh", .page = petitions, .allow = ALLOW_ALL, .api = FOR_PEOPLE},
	{.method = HTTP_GET, .path = "/danh-gia", .page = ratings, .allow = ALLOW_ALL, .api = FOR_PEOPLE},
	{.method = HTTP_GET, .path = "/du-lieu-ca-nhan", .page = privacy, .allow = ALLOW_ALL, .api = FOR_PEOPLE},
	{.method = HTTP_GET, .path = "/tro-nang", .page = access_statement, .allow = ALLOW_ALL, .api = FOR_PEOPLE},
};
const struct route_table about_routes = {"about", routes, ARRAY_LEN(routes)};
