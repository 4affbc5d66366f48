/* record_course.c — what happened to a record, from the log: its timeline, and its process with the steps passed ticked. */
#include "desk/record_internal.h"
#include "dossier/late.h"
#include <string.h>

static struct str event_title(struct sheet *s, struct str kind)
{
	static const struct { const char *kind; enum msg_key key; } own[] = {
		{"dossier.send", MSG_DESK_EV_SEND}, {"dossier.open", MSG_DESK_EV_OPEN}, {"dossier.file", MSG_DESK_EV_FILE},
		{"dossier.file_clean", MSG_DESK_EV_FILE_CLEAN}, {"dossier.file_infected", MSG_DESK_EV_FILE_INFECTED}, {"dossier.erase", MSG_DESK_EV_ERASE}};
	enum dossier_action a;
	if (str_starts(kind, STR("dossier.")) && dossier_action_from(str_sub(kind, 8, kind.n), &a))
		return WORD(s, desk_action_word(a));
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (str_eq(kind, str_from(own[i].kind)))
			return WORD(s, own[i].key);
	return kind;
}

static struct str event_who(struct sheet *s, const struct names *names, const struct audit_entry *x)
{
	struct str name = names_person(names, x->person), unit = names_unit(names, x->unit);
	enum filing_by by = s->who.agent.name.n ? filing_by(&s->d, x) : FILING_BY_OTHERS;
	if (by != FILING_BY_OTHERS)
		return WORD(s, by == FILING_BY_AGENT ? MSG_FILING_BY_AGENT : MSG_FILING_BY_APPLICANT);
	if (!name.n && str_eq(x->kind, STR("dossier.send")))
		return WORD(s, MSG_DESK_ROLE_APPLICANT);
	if (!name.n)
		name = WORD(s, desk_role_word(x->role)); /* the program itself has none */
	return unit.n ? str_fmt(s->r->env.arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(unit)) : name;
}

/* What an entry's body names; 0: nobody, nothing. Each body is read once. */
struct said { int64_t instead_of, unit, note; const struct late_reason *late; };

static int64_t number_in(const json_t *body, const char *key)
{
	int64_t v = 0;
	return str_to_i64(str_from(json_string_value(json_object_get(body, key))), &v) ? v : 0;
}

static struct said *read_bodies(struct sheet *s, const struct audit_entries *all)
{
	struct said *v = NEW_ARRAY(s->r->env.arena, all->n, struct said);
	for (size_t i = 0; i < all->n; i++) {
		json_t *body = str_eq(all->v[i].body, STR("{}")) ? NULL : json_loadb(all->v[i].body.p, all->v[i].body.n, 0, NULL);
		v[i] = (struct said){number_in(body, "instead_of"), number_in(body, "unit"), number_in(body, "note"),
			late_by_code(LAW, str_from(json_string_value(json_object_get(body, "late"))), date_of(all->v[i].at))};
		json_decref(body);
	}
	return v;
}

/* Everybody and every unit that the entries name. */
static bool load_names(struct sheet *s, const struct audit_entries *all, const struct said *said, struct names *out, struct err *e)
{
	*out = names_begin(s->r->env.arena);
	for (size_t i = 0; i < all->n; i++) {
		names_want(out, all->v[i].person, all->v[i].unit);
		names_want(out, said[i].instead_of, said[i].unit);
	}
	return names_load(&s->r->env, out, e);
}

static void put_said(struct sheet *s, struct buf *b, enum msg_key key, struct str name)
{
	if (name.n)
		buf_fmt(b, "%s%.*s", b->n ? ". " : "", STR_ARG(msg_fmt(s->r->env.arena, s->r->env.lang, key, &name, 1)));
}

static struct str event_text(struct sheet *s, const struct names *names, const struct said *x)
{
	struct buf b = buf_on(s->r->env.arena);
	put_said(s, &b, MSG_DESK_INSTEAD_OF, names_person(names, x->instead_of));
	put_said(s, &b, MSG_DESK_MOVED_TO, names_unit(names, x->unit));
	put_said(s, &b, MSG_DESK_LATE_BECAUSE, x->late ? late_name(x->late, s->r->env.lang) : STR_NONE);
	struct str text = x->note ? sheet_note(s, x->note) : STR("");
	if (text.n)
		buf_fmt(&b, "%s%.*s", b.n ? ". " : "", STR_ARG(text));
	return buf_str(&b);
}

/* "2 ngày 3 giờ làm việc, hạn 3 ngày"; named: after the step's name, of the step that an act left. */
static void put_stay(struct sheet *s, const struct dossier_stay *x, bool named, struct ui_event *v)
{
	struct arena *a = s->r->env.arena;
	enum lang lang = s->r->env.lang;
	struct str times[] = {desk_office_time(s->r, x->spent_ms), desk_office_time(s->r, x->limit_ms)};
	struct str late = desk_office_time(s->r, x->late_ms), waited = desk_office_time(s->r, x->waited_ms);
	struct str said[] = {desk_step_name(lang, s->d.process, x->step), msg_fmt(a, lang, x->limit_ms ? MSG_DESK_SPENT_OF : MSG_DESK_SPENT, times, x->limit_ms ? 2 : 1)};
	if (x->waited_ms)
		said[1] = str_fmt(a, "%.*s; %.*s", STR_ARG(said[1]), STR_ARG(msg_fmt(a, lang, MSG_DESK_SPENT_WAITED, &waited, 1)));
	v->spent = named ? msg_fmt(a, lang, MSG_DESK_SPENT_AT, said, 2) : said[1];
	if (x->late_ms)
		v->late = msg_fmt(a, lang, MSG_DESK_SPENT_LATE, &late, 1);
}

/* What the program does with each file is told once for files that follow each other. */
static bool is_same_again(const struct audit_entry *x, const struct audit_entry *shown)
{
	return shown && str_eq(x->kind, shown->kind) && (str_eq(x->kind, STR("dossier.file")) || str_eq(x->kind, STR("dossier.file_clean")));
}

struct course { struct audit_entries all; struct said *said; struct names names; struct dossier_stays stays; };

static size_t past_events(struct sheet *s, const struct course *c, struct ui_event *v)
{
	const struct audit_entries *all = &c->all;
	const struct dossier_stays *stays = &c->stays;
	const struct names *names = &c->names;
	const struct audit_entry *shown = NULL;
	size_t n = 0, again = 1;
	for (size_t i = all->n; i > 0; i--) {
		const struct audit_entry *x = &all->v[i - 1];
		if (!str_starts(x->kind, STR("dossier.")))
			continue;
		if (is_same_again(x, shown)) {
			v[n - 1].title = str_fmt(s->r->env.arena, "%.*s (%zu)", STR_ARG(event_title(s, x->kind)), ++again);
			continue;
		}
		v[n] = (struct ui_event){.when = UI_PAST, .title = event_title(s, x->kind), .who = event_who(s, names, x), .text = event_text(s, names, &c->said[i - 1]), .at = x->at, .has_at = true};
		for (size_t k = 0; k < stays->n; k++)
			if (stays->v[k].entry == x->id)
				put_stay(s, &stays->v[k], true, &v[n]);
		n++, again = 1, shown = x;
	}
	return n;
}

bool sheet_course(struct sheet *s, struct err *e)
{
	struct course c = {0};
	if (!dossier_timeline(&s->r->env, s->d.id, &c.all, e))
		return false;
	c.said = read_bodies(s, &c.all);
	if (!load_names(s, &c.all, c.said, &c.names, e))
		return false;
	dossier_stays(&s->r->env, LAW, &s->d, &c.all, &c.stays);
	struct ui_event *v = NEW_ARRAY(s->r->env.arena, c.all.n + 1, struct ui_event);
	const struct dossier_stay *last = c.stays.n ? &c.stays.v[c.stays.n - 1] : NULL;
	size_t n = 0;
	if (last && !last->to.has) {
		v[n] = (struct ui_event){.when = UI_NOW, .title = desk_step_name(s->r->env.lang, s->d.process, last->step), .who = sheet_holder(s), .at = last->from, .has_at = true};
		put_stay(s, last, false, &v[n++]);
	}
	n += past_events(s, &c, v + n);
	ui_section_begin(s->o, WORD(s, MSG_DESK_COURSE));
	ui_timeline(s->o, v, n);
	ui_section_end(s->o);
	return true;
}

/* Steps passed, from the log, ticked. */
bool desk_diagram_page(struct request *r, struct err *e)
{
	struct dossier_get_row d;
	struct audit_entries all = {0};
	if (!desk_record(r, &d, e) || !dossier_timeline(&r->env, d.id, &all, e))
		return false;
	const struct process *p = law_process(LAW, d.process);
	if (!p)
		return err_set(e, ERR_NOT_FOUND, "no process");
	struct str *done = NEW_ARRAY(r->env.arena, all.n, struct str);
	size_t n = 0;
	for (size_t i = 0; i < all.n; i++) {
		json_t *body = json_loadb(all.v[i].body.p, all.v[i].body.n, 0, NULL);
		struct str from = str_from(json_string_value(json_object_get(body, "from"))), to = str_from(json_string_value(json_object_get(body, "to")));
		if (from.n && !str_eq(from, to))
			done[n++] = str_dup(r->env.arena, from);
		json_decref(body);
	}
	struct draw_words words = {msg_fmt(r->env.arena, r->env.lang, MSG_DESK_PROCESS_OF, &d.procedure_name, 1), msg(r->env.lang, MSG_DESK_STEP_NOW), msg(r->env.lang, MSG_DESK_STEP_DONE)};
	req_note_read(r, d.id.v);
	return answer_bytes(r, 200, "image/svg+xml", workflow_draw(r->env.arena, p, d.step, done, n, &words));
}
