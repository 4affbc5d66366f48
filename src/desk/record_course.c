/* record_course.c — what happened to a record, from the log: its timeline, and its process with the steps passed ticked. */
#include "desk/record_internal.h"
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

static struct str event_who(struct sheet *s, const struct audit_entry *x)
{
	struct str name = desk_person_name(&s->r->env, x->person), unit = desk_unit_name(&s->r->env, x->unit);
	if (!name.n && str_eq(x->kind, STR("dossier.send")))
		return WORD(s, MSG_DESK_ROLE_APPLICANT);
	if (!name.n)
		name = WORD(s, desk_role_word(x->role)); /* the program itself has none */
	return unit.n ? str_fmt(s->r->env.arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(unit)) : name;
}

static struct str event_text(struct sheet *s, const struct audit_entry *x)
{
	json_t *body = json_loadb(x->body.p, x->body.n, 0, NULL);
	int64_t note = 0, instead = 0;
	(void)str_to_i64(str_from(json_string_value(json_object_get(body, "note"))), &note);
	(void)str_to_i64(str_from(json_string_value(json_object_get(body, "instead_of"))), &instead);
	json_decref(body);
	struct str text = note ? sheet_note(s, note) : STR("");
	if (!instead)
		return text;
	struct str name = desk_person_name(&s->r->env, instead);
	struct str say = msg_fmt(s->r->env.arena, s->r->env.lang, MSG_DESK_INSTEAD_OF, &name, 1);
	return text.n ? str_fmt(s->r->env.arena, "%.*s. %.*s", STR_ARG(say), STR_ARG(text)) : say;
}

bool sheet_course(struct sheet *s, struct err *e)
{
	struct audit_entries all = {0};
	if (!dossier_timeline(&s->r->env, s->d.id, &all, e))
		return false;
	struct ui_event *v = NEW_ARRAY(s->r->env.arena, all.n, struct ui_event);
	size_t n = 0;
	for (size_t i = all.n; i > 0; i--) {
		const struct audit_entry *x = &all.v[i - 1];
		if (!str_starts(x->kind, STR("dossier.")))
			continue;
		v[n] = (struct ui_event){.when = n == 0 ? UI_NOW : UI_PAST, .title = event_title(s, x->kind), .who = event_who(s, x),
			.text = event_text(s, x), .at = x->at, .has_at = true};
		n++;
	}
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
