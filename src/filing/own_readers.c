/* own_readers.c — of the owner's page: which offices read the dossier, and why. */
#include "core/audit/audit.h"
#include "directory/directory.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"

static enum msg_key post_of(struct str role)
{
	static const struct { const char *role; enum msg_key word; } posts[] = {{"counter", MSG_FILING_POST_COUNTER}, {"specialist", MSG_FILING_POST_SPECIALIST},
		{"head", MSG_FILING_POST_HEAD}, {"director", MSG_FILING_POST_DIRECTOR}, {"clerk", MSG_FILING_POST_CLERK}, {"inspector", MSG_FILING_POST_INSPECTOR},
		{"admin", MSG_FILING_POST_ADMIN}};
	for (size_t i = 0; i < ARRAY_LEN(posts); i++)
		if (str_eq(role, str_from(posts[i].role)))
			return posts[i].word;
	return MSG_FILING_POST_OTHER;
}

static enum msg_key purpose_word(struct str purpose)
{
	static const struct { const char *purpose; enum msg_key word; } words[] = {{"lead", MSG_FILING_READ_LEAD}, {"inspect", MSG_FILING_READ_INSPECT},
		{"receive", MSG_FILING_READ_RECEIVE}, {"opinion", MSG_FILING_READ_OPINION}, {"office", MSG_FILING_READ_OFFICE}, {"admin", MSG_FILING_READ_ADMIN}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(purpose, str_from(words[i].purpose)))
			return words[i].word;
	return MSG_FILING_READ_WORK;
}

/* How often it was read within ten minutes of this first look. */
static int64_t looks_of(const struct audit_entries *all, size_t first)
{
	for (size_t i = first + 1; i < all->n; i++) {
		int64_t id = 0;
		if (!str_eq(all->v[i].kind, STR("dossier.read_count")))
			continue;
		AUTO_JSON body = json_loadb(all->v[i].body.p, all->v[i].body.n, 0, NULL);
		if (str_to_i64(json_str(body, "first"), &id) && id == all->v[first].id)
			return json_integer_value(json_object_get(body, "count"));
	}
	return 1;
}

static struct ui_item reader_item(struct request *r, const struct audit_entries *all, const struct names *units, size_t i)
{
	const struct audit_entry *x = &all->v[i];
	struct arena *a = r->env.arena;
	struct str unit = names_unit(units, x->unit);
	AUTO_JSON body = json_loadb(x->body.p, x->body.n, 0, NULL);
	struct str times = lang_number(a, r->env.lang, looks_of(all, i)), word = m(r, purpose_word(json_str(body, "purpose")));
	bool once = str_eq(times, STR("1"));
	return (struct ui_item){.title = str_fmt(a, "%.*s%s%.*s", STR_ARG(m(r, post_of(x->role))), unit.n ? ", " : "", STR_ARG(unit)),
		.hint = once ? word : str_fmt(a, "%.*s · %.*s", STR_ARG(word), STR_ARG(msg_fmt(a, r->env.lang, MSG_FILING_READ_TIMES, &times, 1))),
		.tag = lang_instant(a, r->env.lang, x->at)};
}

bool own_show_readers(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct audit_entries all = {0};
	size_t n = 0;
	if (!audit_timeline(&r->env, d->id.v, 0, 2000, &all, e))
		return false;
	struct ui_item *v = NEW_ARRAY(r->env.arena, all.n + 1, struct ui_item);
	struct names units = names_begin(r->env.arena);
	for (size_t i = 0; i < all.n; i++)
		names_want(&units, 0, all.v[i].unit);
	if (!names_load(&r->env, &units, e))
		return false;
	for (size_t i = all.n; i-- > 0;)
		if (str_eq(all.v[i].kind, STR("dossier.read")))
			v[n++] = reader_item(r, &all, &units, i);
	ui_details_begin(o, m(r, MSG_FILING_READERS), false);
	filing_hint(o, m(r, n ? MSG_FILING_READERS_TEXT : MSG_FILING_READERS_NONE));
	ui_items(o, v, n);
	ui_details_end(o);
	return true;
}
