/* show.c — parts of a dossier's page that its owner and the look-up share. See filing.h. */
#include "directory/directory.h"
#include "filing/filing_internal.h"
#include "filing/filing_views.h"
#include "core/audit/audit.h"
#include <unistd.h>

bool filing_mark(struct env *env, struct dossier_id id, struct str *out, struct err *e)
{
	int64_t entry = 0, names = 0;
	if (!audit_last(env, id.v, &entry, e) || !directory_mark(env, &names, e))
		return false;
	*out = str_fmt(env->arena, "%lld.%lld.%d", (long long)entry, (long long)names, date_of(env->now).day);
	return true;
}

/* ---- state ---- */

static const struct { const char *state; enum msg_key word; enum ui_state look; size_t step; } states[] = {
	{"received", MSG_FILING_STATE_RECEIVED, UI_DOING, 1}, {"supplement", MSG_FILING_STATE_SUPPLEMENT, UI_YOURS, 1},
	{"fee", MSG_FILING_STATE_FEE, UI_YOURS, 2},           {"processing", MSG_FILING_STATE_PROCESSING, UI_DOING, 2},
	{"signing", MSG_FILING_STATE_SIGNING, UI_DOING, 3},   {"done", MSG_FILING_STATE_DONE, UI_DONE, 4},
	{"returned", MSG_FILING_STATE_RETURNED, UI_DONE, 4},  {"refused", MSG_FILING_STATE_REFUSED, UI_REFUSED, 0},
	{"stopped", MSG_FILING_STATE_STOPPED, UI_STOPPED, 0}, {"withdrawn", MSG_FILING_STATE_WITHDRAWN, UI_STOPPED, 0},
};

static size_t state_at(const struct dossier_get_row *d)
{
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (str_eq(d->state, str_from(states[i].state)))
			return i;
	return 0;
}

struct str filing_state_word(enum lang lang, const struct dossier_get_row *d) { return msg(lang, states[state_at(d)].word); }

enum ui_state filing_state_look(const struct dossier_get_row *d) { return states[state_at(d)].look; }

void filing_show_progress(struct html_out *o, const struct dossier_get_row *d)
{
	struct str labels[] = {msg(o->lang, MSG_FILING_STEP_SENT), msg(o->lang, MSG_FILING_STEP_ACCEPT), msg(o->lang, MSG_FILING_STEP_EXAMINE),
		msg(o->lang, MSG_FILING_STEP_SIGN), msg(o->lang, MSG_FILING_STEP_RETURN)};
	size_t step = states[state_at(d)].step;
	if (step)
		ui_steps(o, &(struct ui_steps){.labels = labels, .n = ARRAY_LEN(labels), .now = step});
}

/* ---- clock ---- */

static enum ui_day_kind cell_kind(enum day_cell_state s)
{
	switch (s) {
	case CELL_START: return UI_DAY_START;
	case CELL_COUNTED: return UI_DAY_COUNTED;
	case CELL_OFF: return UI_DAY_OFF;
	case CELL_DROPPED: return UI_DAY_VOID;
	case CELL_WAITING: return UI_DAY_STOPPED;
	case CELL_DUE: return UI_DAY_DUE;
	}
	return UI_DAY_PLAIN;
}

void filing_day_strip(struct html_out *o, const struct dossier_clock *c)
{
	struct ui_day_cell *v = NEW_ARRAY(o->b->a, c->n_cells + 1, struct ui_day_cell);
	for (size_t i = 0; i < c->n_cells; i++)
		v[i] = (struct ui_day_cell){.day = c->cells[i].date, .kind = cell_kind(c->cells[i].state), .note = c->cells[i].day.name};
	if (c->n_cells)
		ui_days(o, v, c->n_cells);
}

static struct str why(struct request *r, const struct law_procedure *p, const struct dossier_clock *c)
{
	struct str args[] = {p ? p->p->deadline_words : STR(""), lang_instant(r->env.arena, r->env.lang, c->due.counted_from)};
	if (c->due.state == DUE_WAITING_SUPPLEMENT)
		return m(r, MSG_FILING_WAITS_SUPPLEMENT);
	if (c->due.state == DUE_WAITING_FEE)
		return m(r, MSG_FILING_WAITS_FEE);
	return msg_fmt(r->env.arena, r->env.lang, c->due.restarts ? MSG_FILING_WHY_AGAIN : MSG_FILING_WHY, args, 2);
}

bool filing_show_clock(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct dossier_clock c = {0};
	const struct law_procedure *p = law_find(filing()->law, d->procedure);
	if (!dossier_explain(&r->env, filing()->law, d, &c, e))
		return false;
	if (!c.known) {
		filing_hint(o, m(r, MSG_FILING_NO_LIMIT));
		return true;
	}
	if (!c.started)
		return true;
	struct str day = c.due.state == DUE_RUNNING ? date_people(r->env.arena, c.due.last_day) : STR_NONE;
	ui_section_begin(o, day.n ? msg_fmt(r->env.arena, r->env.lang, MSG_FILING_WHY_DATE, &day, 1) : m(r, MSG_FILING_CLOCK));
	filing_day_strip(o, &c);
	filing_hint(o, why(r, p, &c));
	if (c.due.provisional)
		filing_hint(o, m(r, MSG_FILING_PROVISIONAL));
	ui_section_end(o);
	return true;
}

/* ---- timeline ---- */

bool filing_has_agent(struct env *env, const struct dossier_get_row *d, bool *has, struct err *e)
{
	struct applicant who;
	if (!dossier_who(env, filing()->law, d, &who, e))
		return false;
	*has = who.agent.name.n > 0;
	return true;
}

enum filing_by filing_by(const struct dossier_get_row *d, const struct audit_entry *x)
{
	bool of_applicant = str_eq(x->role, str_from(role_name(ROLE_CITIZEN))) || str_eq(x->role, str_from(role_name(ROLE_BUSINESS)));
	if (!of_applicant || (d->filed_by.has && x->actor == d->filed_by.v))
		return FILING_BY_OTHERS;
	return x->actor == d->applicant_account && str_eq(d->channel_in, STR("online")) ? FILING_BY_AGENT : FILING_BY_APPLICANT;
}

/* Of two who may act for a dossier, which one did; else the unit. */
static struct str who_did(struct request *r, const struct dossier_get_row *d, bool has_agent, const struct names *units, const struct audit_entry *x)
{
	enum filing_by by = has_agent ? filing_by(d, x) : FILING_BY_OTHERS;
	return by == FILING_BY_OTHERS ? names_unit(units, x->unit) : m(r, by == FILING_BY_AGENT ? MSG_FILING_BY_AGENT : MSG_FILING_BY_APPLICANT);
}

static const struct { const char *kind; enum msg_key word; bool reason; } events[] = {
	{"send", MSG_FILING_EVENT_SEND, false},       {"accept", MSG_FILING_EVENT_ACCEPT, false},
	{"ask_supplement", MSG_FILING_EVENT_ASK, true}, {"supplement", MSG_FILING_EVENT_SUPPLEMENT, false}, {"correct", MSG_FILING_EVENT_CORRECT, false},
	{"refuse", MSG_FILING_EVENT_REFUSE, true},    {"withdraw", MSG_FILING_EVENT_WITHDRAW, false},
	{"assign", MSG_FILING_EVENT_ASSIGN, false},   {"transfer", MSG_FILING_EVENT_TRANSFER, false},
	{"demand_fee", MSG_FILING_EVENT_FEE, true},
	{"claim_paid", MSG_FILING_EVENT_CLAIM, false}, {"confirm_paid", MSG_FILING_EVENT_PAID, false},
	{"ask_opinion", MSG_FILING_EVENT_OPINION, false}, {"answer_opinion", MSG_FILING_EVENT_OPINION_DONE, false},
	{"apologise", MSG_FILING_EVENT_APOLOGY, true}, {"approve", MSG_FILING_EVENT_APPROVE, false},
	{"signed", MSG_FILING_EVENT_SIGNED, false},   {"issue", MSG_FILING_EVENT_ISSUE, false},
	{"hand_over", MSG_FILING_EVENT_HAND_OVER, false}, {"stop", MSG_FILING_EVENT_STOP, true},
	{"rate", MSG_FILING_EVENT_RATE, false},       {"transcribe", MSG_FILING_EVENT_TRANSCRIBE, false},
};

static ptrdiff_t event_of(struct str kind)
{
	if (!str_starts(kind, STR("dossier.")))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		if (str_eq(str_sub(kind, 8, kind.n), str_from(events[i].kind)))
			return (ptrdiff_t)i;
	return -1;
}

static struct str body_text(struct arena *a, struct str body, const char *key)
{
	AUTO_JSON j = json_loadb(body.p ? body.p : "{}", body.p ? body.n : 2, 0, NULL);
	return str_dup(a, json_str(j, key));
}

/* The reason that the act left behind: sealed, and named in the entry as `note`. */
static struct str reason_of(struct request *r, const struct key *key, const struct dossier_paper_list_rows *papers, struct str body)
{
	struct str note = body_text(r->env.arena, body, "note");
	int64_t id = 0;
	if (!str_to_i64(note, &id))
		return STR_NONE;
	for (size_t i = 0; i < papers->n; i++)
		if (papers->v[i].id.v == id)
			return dossier_paper_text(r->env.arena, key, &papers->v[i]);
	return STR_NONE;
}

bool filing_asked_why(struct request *r, const struct dossier_get_row *d, struct str *out, struct err *e)
{
	struct audit_entries all = {0};
	struct dossier_paper_list_rows papers = {0};
	AUTO_KEY key = {0};
	bool erased = false;
	*out = STR_NONE;
	if (!dossier_timeline(&r->env, d->id, &all, e) || !dossier_key(&r->env, filing()->law, d->id, &key, &erased, e))
		return false;
	if (erased || !q_dossier_paper_list(r->env.db, r->env.arena, d->id, &papers, e))
		return erased;
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.v[i].kind, STR("dossier.ask_supplement")))
			*out = reason_of(r, &key, &papers, all.v[i].body);
	return true;
}

/* ---- who has it now ---- */

static bool is_over(const struct dossier_get_row *d)
{
	enum ui_state look = filing_state_look(d);
	return str_eq(d->state, STR("returned")) || look == UI_REFUSED || look == UI_STOPPED;
}

bool filing_handler(struct env *env, const struct dossier_get_row *d, struct filing_handler *out, struct err *e)
{
	struct unit_id at = d->step_unit.v ? d->step_unit : d->accepted_at.has ? d->settling_unit : d->receiving_unit;
	struct person_id person = d->assignee.v || filing_state_look(d) != UI_YOURS ? d->assignee : d->officer;
	struct unit unit;
	struct agency agency;
	struct official who;
	bool found = false;
	*out = (struct filing_handler){.open = !is_over(d)};
	if (!out->open || !directory_unit(env, at, &unit, &found, e))
		return !out->open;
	out->unit = found ? unit.name : STR_NONE;
	if (!directory_agency(env, found ? unit.agency : d->settling_agency, &agency, &found, e))
		return false;
	out->agency = found ? agency.name : STR_NONE;
	found = false;
	if (person.v && !directory_person(env, person, &who, &found, e))
		return false;
	out->person = found ? who.name : STR_NONE;
	return true;
}

bool filing_show_handler(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct err *e)
{
	struct filing_handler h;
	if (!filing_handler(&r->env, d, &h, e))
		return false;
	if (!h.open)
		return true;
	struct ui_fact v[] = {{.label = m(r, MSG_FILING_HANDLER_AGENCY), .value = h.agency}, {.label = m(r, MSG_FILING_HANDLER_UNIT), .value = h.unit},
		{.label = m(r, MSG_FILING_HANDLER_PERSON), .value = h.person.n ? h.person : m(r, MSG_FILING_HANDLER_NOBODY)}};
	ui_section_begin(o, m(r, MSG_FILING_HANDLER));
	ui_facts(o, v, ARRAY_LEN(v));
	ui_section_end(o);
	return true;
}

/* What is to come, from the state alone. */
static size_t next_events(struct request *r, const struct dossier_get_row *d, struct ui_event *v)
{
	size_t step = states[state_at(d)].step;
	struct str at = d->due.has ? msg_fmt(r->env.arena, r->env.lang, MSG_FILING_EXPECTED, &(struct str){date_people(r->env.arena, date_of(d->due.v)).p,
		date_people(r->env.arena, date_of(d->due.v)).n}, 1) : STR_NONE;
	size_t n = 0;
	if (step && step < 4)
		v[n++] = (struct ui_event){.when = UI_NEXT, .title = m(r, MSG_FILING_STEP_RETURN), .at_text = at};
	if (step)
		v[n++] = (struct ui_event){.when = UI_NOW, .title = filing_state_word(r->env.lang, d), .at = d->step_since, .has_at = true};
	return n;
}

bool filing_show_timeline(struct request *r, struct html_out *o, const struct dossier_get_row *d, const struct audit_entries *all, struct err *e)
{
	struct dossier_paper_list_rows papers = {0};
	AUTO_KEY key = {0};
	bool erased = false, has_agent = false;
	if (!dossier_key(&r->env, filing()->law, d->id, &key, &erased, e) || !filing_has_agent(&r->env, d, &has_agent, e))
		return false;
	if (!erased && !q_dossier_paper_list(r->env.db, r->env.arena, d->id, &papers, e))
		return false;
	struct names units = names_begin(r->env.arena);
	for (size_t i = 0; i < all->n; i++)
		names_want(&units, 0, event_of(all->v[i].kind) < 0 ? 0 : all->v[i].unit);
	if (!names_load(&r->env, &units, e))
		return false;
	struct ui_event *v = NEW_ARRAY(r->env.arena, all->n + 3, struct ui_event);
	size_t n = str_eq(d->state, STR("returned")) ? 0 : next_events(r, d, v);
	for (size_t i = all->n; i-- > 0;) {
		ptrdiff_t k = event_of(all->v[i].kind);
		if (k < 0)
			continue;
		v[n++] = (struct ui_event){.when = UI_PAST, .title = m(r, events[k].word), .who = who_did(r, d, has_agent, &units, &all->v[i]), .at = all->v[i].at, .has_at = true,
			.text = events[k].reason ? reason_of(r, &key, &papers, all->v[i].body) : STR_NONE};
	}
	ui_section_begin(o, m(r, MSG_FILING_TIMELINE));
	ui_timeline(o, v, n);
	ui_section_end(o);
	return true;
}

/* ---- receipts ---- */

struct str filing_event_word(enum lang lang, struct str kind)
{
	ptrdiff_t i = event_of(kind);
	return i < 0 ? STR_NONE : msg(lang, events[i].word);
}

void filing_show_receipts(struct request *r, struct html_out *o, struct str url, const struct audit_entries *all)
{
	struct arena *a = r->env.arena;
	struct ui_item *v = NEW_ARRAY(a, all->n + 1, struct ui_item);
	size_t n = 0;
	for (size_t i = all->n; i-- > 0;)
		if (event_of(all->v[i].kind) >= 0)
			v[n++] = (struct ui_item){.title = filing_event_word(r->env.lang, all->v[i].kind), .hint = lang_instant(a, r->env.lang, all->v[i].at),
				.url = str_fmt(a, "%.*s%lld", STR_ARG(url), (long long)all->v[i].id)};
	ui_details_begin(o, m(r, MSG_FILING_RECEIPTS), false);
	filing_hint(o, m(r, MSG_FILING_RECEIPTS_TEXT));
	ui_items(o, v, n);
	ui_details_end(o);
}

bool filing_send_receipt(struct request *r, const struct dossier_get_row *d, int64_t entry, struct err *e)
{
	struct audit_entries all = {0};
	struct str json;
	bool ours = false, found = false;
	if (!audit_timeline(&r->env, d->id.v, entry - 1, 1, &all, e))
		return false;
	ours = all.n == 1 && all.v[0].id == entry && event_of(all.v[0].kind) >= 0;
	if (!ours || !audit_receipt(&r->env, entry, &json, &found, e))
		return ours ? false : err_set(e, ERR_NOT_FOUND, "no such entry of this dossier");
	if (!found)
		return err_set(e, ERR_NOT_FOUND, "no such entry");
	answer_header(r, "Content-Disposition", str_fmt(r->env.arena, "attachment; filename=\"bien-nhan-%.*s-%lld.json\"", STR_ARG(d->code), (long long)entry));
	answer_header(r, "Cache-Control", STR("no-store"));
	return answer_bytes(r, 200, "application/json", json);
}

/* ---- files ---- */

/* A result leaves with the agency's seal on it, not when only the decider has signed (NĐ 30/2020 Điều 17, 18). */
static bool leaves_the_house(const struct dossier_file_list_row *f)
{
	static const char *const kinds[] = {"attachment", "supplement", "form", "receipt", "refusal", "apology", "stop", "result"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_eq(f->kind, str_from(kinds[i])))
			return !str_eq(f->kind, STR("result")) || str_eq(f->field, STR("result:sealed"));
	return false;
}

bool filing_result(struct request *r, const struct dossier_get_row *d, int64_t *out, struct err *e)
{
	struct dossier_file_list_rows all = {0};
	*out = 0;
	if (!q_dossier_file_list(r->env.db, r->env.arena, d->id, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++)
		if (str_eq(all.v[i].kind, STR("result")) && leaves_the_house(&all.v[i]) && !all.v[i].replaced && str_eq(all.v[i].state, STR("clean")))
			*out = all.v[i].id.v;
	return true;
}

static enum msg_key file_note(const struct dossier_file_list_row *f)
{
	static const struct { const char *kind; enum msg_key word; } words[] = {
		{"attachment", MSG_FILING_KIND_ATTACHMENT}, {"supplement", MSG_FILING_KIND_SUPPLEMENT}, {"form", MSG_FILING_KIND_FORM},
		{"result", MSG_FILING_KIND_RESULT}};
	if (str_starts(f->field, STR("paper:")))
		return MSG_FILING_KIND_PAPER;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(f->kind, str_from(words[i].kind)))
			return words[i].word;
	return MSG_FILING_FILE;
}

struct str filing_paper_word(enum lang lang, struct str kind)
{
	static const struct { const char *kind; enum msg_key word; } words[] = {
		{"receipt", MSG_FILING_PAPER_RECEIPT}, {"supplement", MSG_FILING_PAPER_SUPPLEMENT}, {"refusal", MSG_FILING_PAPER_REFUSAL},
		{"apology", MSG_FILING_PAPER_APOLOGY}, {"stop", MSG_FILING_PAPER_STOP}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(kind, str_from(words[i].kind)))
			return msg(lang, words[i].word);
	return msg(lang, MSG_FILING_PAPER_OTHER);
}

/* The office's own papers go by their title; the name of their file says it only to who knows the forms by number. */
static struct str shown_name(struct request *r, const struct key *key, const struct dossier_file_list_row *f)
{
	return str_starts(f->field, STR("paper:")) ? filing_paper_word(r->env.lang, f->kind) : dossier_file_name(&r->env, key, f);
}

bool filing_show_files(struct request *r, struct html_out *o, const struct dossier_get_row *d, struct str url, bool previews, struct err *e)
{
	struct arena *a = r->env.arena;
	struct dossier_file_list_rows all = {0};
	struct dossier_preview_list_rows pages = {0};
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_key(&r->env, filing()->law, d->id, &key, &erased, e) || !q_dossier_file_list(r->env.db, a, d->id, &all, e))
		return false;
	if (previews && !q_dossier_preview_list(r->env.db, a, d->id, &pages, e))
		return false;
	struct ui_file *v = NEW_ARRAY(a, all.n + 1, struct ui_file);
	const struct dossier_file_list_row **rows = NEW_ARRAY(a, all.n + 1, const struct dossier_file_list_row *);
	size_t n = 0;
	for (size_t i = 0; i < all.n && !erased; i++) {
		const struct dossier_file_list_row *f = &all.v[i];
		bool clean = str_eq(f->state, STR("clean"));
		if (!leaves_the_house(f) || f->replaced)
			continue;
		rows[n] = f;
		v[n++] = (struct ui_file){.name = shown_name(r, &key, f), .size = f->size,
			.url = clean ? str_fmt(a, "%.*s%lld", STR_ARG(url), (long long)f->id.v) : STR_NONE,
			.note = m(r, clean ? file_note(f) : str_eq(f->state, STR("infected")) ? MSG_FILING_INFECTED : MSG_FILING_QUARANTINE),
			.signed_ok = clean && str_eq(f->kind, STR("result"))};
	}
	ui_section_begin(o, m(r, MSG_FILING_FILES));
	for (size_t i = 0; i < n; i++)
		v[i].below = filing_preview(o, &pages, rows[i], v[i].name, v[i].url);
	if (n)
		ui_files(o, v, n);
	else
		filing_hint(o, m(r, MSG_FILING_NO_FILES));
	ui_section_end(o);
	return true;
}

/* The rows of one file, which lie together: page 0 alone says that it cannot be shown. */
static const struct dossier_preview_list_row *pages_of(const struct dossier_preview_list_rows *all, struct dossier_file_id file, size_t *n)
{
	size_t from = 0;
	while (from < all->n && all->v[from].file.v != file.v)
		from++;
	for (*n = 0; from + *n < all->n && all->v[from + *n].file.v == file.v;)
		*n += 1;
	return all->v + from;
}

static void draw_preview(struct html_out *o, const struct dossier_preview_list_rows *all, const struct dossier_file_list_row *f, struct str name, struct str url)
{
	struct arena *a = o->b->a;
	size_t n = 0;
	const struct dossier_preview_list_row *v = pages_of(all, f->id, &n);
	if (!n)
		return;
	if (v[0].page == 0) {
		filing_hint(o, msg_fmt(a, o->lang, MSG_FILING_PREVIEW_NONE, &name, 1));
		return;
	}
	struct str total = str_fmt(a, "%lld", (long long)v[0].pages), shown[] = {str_fmt(a, "%zu", n), total};
	ui_details_begin(o, msg_fmt(a, o->lang, MSG_FILING_PREVIEW, &name, 1), false);
	for (size_t i = 0; i < n; i++) {
		struct str number = str_fmt(a, "%lld", (long long)v[i].page), alt[] = {number, total, name};
		filing_picture(o, str_fmt(a, "%.*s/trang/%.*s", STR_ARG(url), STR_ARG(number)), msg_fmt(a, o->lang, MSG_FILING_PREVIEW_PAGE, alt, 3), v[i].width, v[i].height);
	}
	if (v[0].pages > (int64_t)n)
		filing_hint(o, msg_fmt(a, o->lang, MSG_FILING_PREVIEW_FIRST, shown, 2));
	ui_details_end(o);
}

struct html filing_preview(struct html_out *o, const struct dossier_preview_list_rows *all, const struct dossier_file_list_row *f, struct str name, struct str url)
{
	struct h_capture c = h_capture_begin(o);
	draw_preview(o, all, f, name, url);
	return h_capture_end(o, c);
}

bool filing_send_preview(struct request *r, const struct dossier_get_row *d, int64_t file, int64_t page, bool inside, struct err *e)
{
	struct dossier_preview_get_row p = {0};
	struct digest address;
	AUTO_KEY key = {0};
	bool erased = false, found = false;
	int64_t size = 0;
	if (!dossier_key(&r->env, filing()->law, d->id, &key, &erased, e) ||
	    !q_dossier_preview_get(r->env.db, r->env.arena, d->id, (struct dossier_file_id){file}, page, &p, &found, e))
		return false;
	struct dossier_file_list_row of = {.kind = p.kind, .field = p.field};
	if (!found || erased || !(inside || leaves_the_house(&of)) || !digest_from_hex(p.blob, &address))
		return err_set(e, ERR_NOT_FOUND, "no such picture of this dossier");
	int fd = blob_open(filing()->blobs, address, &key, &size, e);
	return fd >= 0 && answer_file(r, fd, size, "image/jpeg", STR("trang.jpg"), true);
}

bool filing_send_file(struct request *r, const struct dossier_get_row *d, int64_t file, struct err *e)
{
	struct dossier_file_list_rows all = {0};
	struct digest address;
	AUTO_KEY key = {0};
	bool erased = false;
	int64_t size = 0;
	if (!dossier_key(&r->env, filing()->law, d->id, &key, &erased, e) || !q_dossier_file_list(r->env.db, r->env.arena, d->id, &all, e))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		const struct dossier_file_list_row *f = &all.v[i];
		if (f->id.v != file || erased || !leaves_the_house(f) || !str_eq(f->state, STR("clean")) || !digest_from_hex(f->blob, &address))
			continue;
		int fd = blob_open(filing()->blobs, address, &key, &size, e);
		return fd >= 0 && answer_file(r, fd, size, f->type.p, dossier_file_name(&r->env, &key, f), false);
	}
	return err_set(e, ERR_NOT_FOUND, "no such file for this reader");
}
