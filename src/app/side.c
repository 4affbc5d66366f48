/* side.c — the officials' side navigation beyond the work lists: what each may administer. */
#include "app/serve.h"
#include "core/i18n/i18n.h"

#define ADMIN ROLE_BIT(ROLE_ADMIN)

static const struct entry { const char *path; enum msg_key word; role_set allow; } entries[] = {
	{"/ban-lam-viec", MSG_NAV_WORK, ALLOW_STAFF},
	{"/bang-dieu-hanh", MSG_BOARD_TITLE, ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR) | ROLE_BIT(ROLE_INSPECTOR)},
	{"/quan-tri/vang-mat", MSG_ACCOUNT_TEAM, ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR)},
	{"/quan-tri/thu-tuc", MSG_NAV_CATALOGUE, ALLOW_STAFF | ADMIN},
	{"/quan-tri/tai-khoan", MSG_NAV_ACCOUNTS, ADMIN},
	{"/quan-tri/to-chuc", MSG_ORG_NAV, ADMIN},
	{"/quan-tri/viec-nen", MSG_ISSUE_JOBS, ADMIN},
	{"/quan-tri/xoa-ho-so", MSG_ERASE_NAV, ADMIN},
};

/* Behind what the desk has put there; on its pages the work lists themselves stand for the first. */
void app_side(struct request *r, struct page_facts *f)
{
	bool desk = f->n_side > 0;
	if (!f->staff || (!desk && !str_starts(r->path, STR("/quan-tri")) && !str_starts(r->path, STR("/bang-dieu-hanh"))))
		return;
	struct nav_item *v = NEW_ARRAY(r->env.arena, f->n_side + ARRAY_LEN(entries) + 1, struct nav_item);
	size_t n = 0;
	for (size_t i = 0; i < f->n_side; i++)
		v[n++] = f->side[i];
	v[n++] = (struct nav_item){.label = msg(r->env.lang, MSG_NAV_ADMIN)};
	for (size_t i = desk ? 1 : 0; i < ARRAY_LEN(entries); i++)
		if (actor_any(r->env.actor, entries[i].allow))
			v[n++] = (struct nav_item){.label = msg(r->env.lang, entries[i].word), .url = str_from(entries[i].path),
			                           .here = str_starts(r->path, str_from(entries[i].path))};
	f->side = v;
	f->n_side = n;
}
