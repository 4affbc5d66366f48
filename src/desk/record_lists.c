/* record_lists.c — of the page of a record: its files, papers, fees and opinions. */
#include "desk/record_internal.h"
#include "desk/desk_views.h"
#include "dossier/fee.h"

static enum msg_key file_note(const struct dossier_file_list_row *f)
{
	if (str_eq(f->state, STR("quarantine")))
		return MSG_DESK_FILE_QUARANTINE;
	if (str_eq(f->state, STR("infected")))
		return MSG_DESK_FILE_INFECTED;
	if (f->replaced)
		return MSG_DESK_FILE_REPLACED;
	return str_eq(f->kind, STR("result")) ? MSG_DESK_FILE_RESULT : f->originals_seen ? MSG_DESK_FILE_ORIGINAL_SEEN : MSG_DESK_FILE_KEPT;
}

/* A paper of the office stands among its papers, by its kind, number and day. */
static bool is_paper(const struct dossier_file_list_row *f) { return str_starts(f->field, STR("paper:")); }

void sheet_files(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	struct ui_file *v = NEW_ARRAY(a, s->files.n, struct ui_file);
	size_t n = 0;
	ui_section_begin(s->o, WORD(s, MSG_DESK_FILES));
	for (size_t i = 0; i < s->files.n; i++) {
		const struct dossier_file_list_row *f = &s->files.v[i];
		struct str name = s->erased ? STR("?") : dossier_file_name(&s->r->env, &s->key, f);
		bool opens = str_eq(f->state, STR("clean")) && !s->erased;
		if (is_paper(f))
			continue;
		v[n] = (struct ui_file){.name = name, .size = f->size, .note = WORD(s, file_note(f)),
			.url = opens ? str_fmt(a, "%.*s/tep/%lld", STR_ARG(sheet_url(s)), (long long)f->id.v) : STR_NONE};
		if (opens)
			v[n].below = filing_preview(s->o, &s->previews, f, name, v[n].url);
		n++;
	}
	if (n)
		ui_files(s->o, v, n);
	else
		desk_say(s->o, WORD(s, MSG_DESK_NO_FILES));
	ui_section_end(s->o);
}

/* Drawn when asked for: each application form filled, and the slip that goes with the dossier once it is accepted. */
static size_t sheet_items(struct sheet *s, const struct law_procedure *p, struct ui_item *v)
{
	struct arena *a = s->r->env.arena;
	size_t n = 0;
	for (size_t i = 0; p && sheet_has_answers(s) && i < p->n_forms; i++)
		v[n++] = (struct ui_item){.title = p->forms[i]->title, .hint = WORD(s, MSG_DESK_FORM_PRINTED),
			.url = str_fmt(a, "%.*s/don/%zu", STR_ARG(sheet_url(s)), i + 1)};
	if (s->d.accepted_at.has)
		v[n++] = (struct ui_item){.title = WORD(s, MSG_DESK_CONTROL_SLIP), .hint = WORD(s, MSG_DESK_CONTROL_SLIP_HINT),
			.url = str_fmt(a, "%.*s/phieu-kiem-soat.pdf", STR_ARG(sheet_url(s)))};
	return n;
}

void sheet_papers(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	const struct law_procedure *procedure = law_find(LAW, s->d.procedure);
	struct ui_item *v = NEW_ARRAY(a, s->papers.n + 1 + (procedure ? procedure->n_forms : 0), struct ui_item);
	size_t n = 0;
	if (desk_have()->sheet && !s->erased)
		n = sheet_items(s, procedure, v);
	for (size_t i = 0; i < s->papers.n; i++) {
		const struct dossier_paper_list_row *p = &s->papers.v[i];
		if (str_eq(p->form_set, STR("note")))
			continue;
		struct str title[] = {filing_paper_word(s->r->env.lang, dossier_paper_kind(p->form_set, p->form_code)), str_fmt(a, "%lld", (long long)p->number)};
		struct str hint[] = {p->form_code, p->form_set, lang_instant(a, s->r->env.lang, p->at)};
		v[n++] = (struct ui_item){.title = msg_fmt(a, s->r->env.lang, MSG_DESK_PAPER, title, 2), .hint = msg_fmt(a, s->r->env.lang, MSG_DESK_PAPER_FORM, hint, 3),
			.url = str_fmt(a, "%.*s/giay/%lld", STR_ARG(sheet_url(s)), (long long)p->id.v)};
	}
	if (!n)
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_PAPERS));
	ui_items(s->o, v, n);
	ui_section_end(s->o);
}

static struct ui_item fee_item(struct sheet *s, const struct dossier_fee_list_row *f)
{
	struct arena *a = s->r->env.arena;
	bool paid = str_eq(f->state, STR("paid")), claimed = str_eq(f->state, STR("claimed")), none = str_eq(f->state, STR("cancelled"));
	struct str amount = lang_money(a, s->r->env.lang, f->amount);
	struct str how = WORD(s, none ? MSG_DESK_FEE_EXEMPT : claimed ? MSG_DESK_FEE_CLAIMED : MSG_DESK_FEE_OPEN);
	struct str url = paid && desk_have()->sheet && !s->erased ? str_fmt(a, "%.*s/phieu-thu/%lld", STR_ARG(sheet_url(s)), (long long)f->id.v) : STR_NONE;
	return (struct ui_item){.title = f->name, .url = url, .has_state = true, .state = paid || none ? UI_DONE : claimed ? UI_SOON : UI_YOURS,
		.hint = paid ? str_fmt(a, "%.*s · %.*s %.*s", STR_ARG(amount), STR_ARG(WORD(s, MSG_DESK_F_VOUCHER)), STR_ARG(f->voucher))
		             : str_fmt(a, "%.*s · %.*s", STR_ARG(amount), STR_ARG(how))};
}

/* Each with how it came about, when that is kept. */
void sheet_fees(struct sheet *s)
{
	if (!s->fees.n)
		return;
	ui_section_begin(s->o, WORD(s, MSG_DESK_FEES));
	for (size_t i = 0; i < s->fees.n; i++) {
		struct ui_item item = fee_item(s, &s->fees.v[i]);
		json_t *detail = fee_detail(s->r->env.arena, &s->key, s->erased, &s->fees.v[i]);
		ui_items(s->o, &item, 1);
		if (json_object_size(detail) > 1 || json_array_size(json_object_get(detail, "lines"))) {
			ui_details_begin(s->o, WORD(s, MSG_FILING_FEE_HOW), false);
			filing_fee_told(s->r, s->o, &s->fees.v[i], detail);
			ui_details_end(s->o);
		}
		json_decref(detail);
	}
	ui_section_end(s->o);
}

void sheet_opinions(struct sheet *s)
{
	struct arena *a = s->r->env.arena;
	if (!s->opinions.n)
		return;
	struct names units = names_begin(a);
	struct err e = {0};
	for (size_t i = 0; i < s->opinions.n; i++)
		names_want(&units, 0, s->opinions.v[i].unit.v);
	if (!names_load(&s->r->env, &units, &e)) /* shown without them */
		units = names_begin(a);
	struct ui_item *v = NEW_ARRAY(a, s->opinions.n, struct ui_item);
	for (size_t i = 0; i < s->opinions.n; i++) {
		const struct dossier_opinion_list_row *p = &s->opinions.v[i];
		struct str answer = p->answered_at.has ? p->answer : WORD(s, MSG_DESK_OPINION_OPEN);
		v[i] = (struct ui_item){.title = p->question, .hint = str_fmt(a, "%.*s: %.*s", STR_ARG(names_unit(&units, p->unit.v)), STR_ARG(answer)),
			.has_state = true, .state = p->answered_at.has ? UI_DONE : UI_DOING};
	}
	ui_section_begin(s->o, WORD(s, MSG_DESK_OPINIONS));
	ui_items(s->o, v, s->opinions.n);
	ui_section_end(s->o);
}
