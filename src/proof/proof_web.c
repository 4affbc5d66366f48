/* proof_web.c — see proof.h. */
#include "dossier/dossier_sql.h"
#include "filing/filing.h"
#include "proof/proof_internal.h"
#include "proof/proof_sql.h"
#include "proof/proof_views.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX ((uint32_t)20 << 20)

static const struct proof_facilities *have;
void proof_use(const struct proof_facilities *f) { have = f; }

static struct str m(struct request *r, enum msg_key key) { return msg(r->env.lang, key); }
static struct str m1(struct request *r, enum msg_key key, struct str arg) { return msg_fmt(r->env.arena, r->env.lang, key, &arg, 1); }

static const struct field fields[] = {{.name = "file", .kind = FIELD_FILE, .required = true, .max = FILE_MAX, .label = MSG_PROOF_FILE}};
static const struct form proof_form = {"proof", fields, ARRAY_LEN(fields)};

/* ---- the form ---- */

static void show_form(struct request *r, struct html_out *o)
{
	struct ui_field f = page_field(r, "file", UI_FILE, MSG_PROOF_FILE);
	struct ui_button go = {.label = m(r, MSG_PROOF_DO), .icon = UI_ICON_SEARCH};
	f.required = true;
	f.accept = STR(".pdf,.json,application/pdf,application/json");
	f.hint = m1(r, MSG_PROOF_FILE_HINT, lang_size(r->env.arena, r->env.lang, FILE_MAX));
	f.drop = true;
	ui_form_begin(o, &(struct ui_form){.action = STR("/kiem-tra"), .upload = true});
	ui_field(o, &f);
	ui_buttons(o, &go, 1);
	ui_form_end(o);
}

static bool front(struct request *r, struct err *e)
{
	(void)e;
	struct html_out o = page_out(r);
	struct ui_page page = {.title = m(r, MSG_PROOF_TITLE), .lead = m(r, MSG_PROOF_LEAD), .width = UI_READ, .has_errors = r->errors.n > 0};
	ui_page_begin(&o, &page);
	page_error_summary(&o, r);
	show_form(r, &o);
	ui_details_begin(&o, m(r, MSG_PROOF_HOW), false);
	proof_lines(&o, m(r, MSG_PROOF_HOW_PDF));
	proof_lines(&o, m(r, MSG_PROOF_HOW_RECEIPT));
	proof_code(&o, STR("motcua verify --receipt bien-nhan.json --anchors tsa.pem"));
	ui_details_end(&o);
	ui_page_end(&o, &page);
	return page_answer(r);
}

/* ---- reading, in the slow pool ---- */

static bool read_pdf(struct request *r, int fd, struct proof *p, struct err *e)
{
	struct pdf_question q = {have->signers, have->stamps, r->env.now};
	struct render_call c = {.lane = RENDER_JUDGED, .job = "verify", .payload = pdf_question_write(r->env.arena, &q), .fd = fd, .timeout_ms = 20000};
	struct str json;
	if (!render_ask(have->render, &c, r->env.arena, &json, e))
		return false;
	return pdf_report_read(r->env.arena, json, &p->pdf) || err_set(e, ERR_BUSY, "verify: the answer cannot be read");
}

/* By the first bytes, whatever the name says. */
static bool kind_of(int fd, enum proof_kind *out)
{
	char head[64];
	ssize_t n = pread(fd, head, sizeof head, 0);
	struct str s = str_trim((struct str){head, n > 0 ? (size_t)n : 0});
	*out = str_starts(s, STR("{")) ? PROOF_RECEIPT : PROOF_PDF;
	return str_starts(s, STR("{")) || str_starts(s, STR("%PDF-"));
}

static bool read_file(struct request *r, int fd, struct proof *p, struct err *e)
{
	if (!kind_of(fd, &p->kind)) {
		form_error(r, "file", p->size ? MSG_PROOF_OTHER_KIND : MSG_FIELD_FILE_EMPTY, STR_NONE, STR_NONE);
		return true;
	}
	return p->kind == PROOF_PDF ? read_pdf(r, fd, p, e) : render_receipt(have->render, fd, have->stamps, r->env.arena, &p->receipt, e);
}

static bool slow(struct request *r, struct err *e)
{
	struct upload *u = form_file(r, "file");
	struct proof *p = NEW(r->env.arena, struct proof);
	if (!u)
		return err_set(e, ERR_INVALID, "no file");
	*p = (struct proof){.name = u->name, .size = u->size};
	p->sha256 = u->plain;
	r->state = p;
	int fd = blob_writer_open(u->file, u->size, e);
	bool ok = fd >= 0 && read_file(r, fd, p, e);
	if (fd >= 0)
		close(fd);
	if (ok)
		return true;
	if (e->kind == ERR_INTERNAL)
		return false;
	form_error(r, "file", e->kind == ERR_BUSY ? MSG_PROOF_NOT_READ : MSG_PROOF_OTHER_KIND, STR_NONE, STR_NONE);
	*e = (struct err){0};
	return true;
}

/* ---- what came out ---- */

static void put_fact(struct ui_fact *v, size_t *n, struct str label, struct str value, struct str url)
{
	if (value.n)
		v[(*n)++] = (struct ui_fact){.label = label, .value = value, .url = url};
}

static void say(struct request *r, struct html_out *o, struct proof_word w)
{
	ui_notice(o, &(struct ui_notice){.tone = w.tone, .title = m(r, w.title), .text = m(r, w.text)});
}

static struct str finding(struct request *r, const struct pdf_finding *f)
{
	struct str text = m(r, proof_finding_word(f->kind));
	return proof_let_through(f->kind) ? str_fmt(r->env.arena, "%.*s %.*s", STR_ARG(text), STR_ARG(m(r, MSG_PROOF_LET_THROUGH))) : text;
}

/* The findings about one signature (-1: about the file), each kind once. */
static void show_findings(struct request *r, struct html_out *o, const struct pdf_report *x, int signature)
{
	struct str *v = NEW_ARRAY(r->env.arena, x->n_findings + 1, struct str);
	size_t n = 0;
	for (size_t i = 0; i < x->n_findings; i++) {
		struct str s = finding(r, &x->findings[i]);
		bool again = x->findings[i].signature != signature;
		for (size_t k = 0; k < n && !again; k++)
			again = str_eq(v[k], s);
		if (!again)
			v[n++] = s;
	}
	if (n)
		proof_findings(o, v, n);
}

static bool has_refusal(const struct pdf_report *x, int signature)
{
	for (size_t i = 0; i < x->n_findings; i++)
		if (x->findings[i].signature == signature && x->findings[i].kind != FIND_CHAIN && x->findings[i].kind != FIND_TIME && x->findings[i].kind != FIND_OLD_PADDING)
			return true;
	return false;
}

static void show_signature(struct request *r, struct html_out *o, const struct pdf_report *x, size_t i)
{
	const struct pdf_signature *s = &x->signatures[i];
	struct arena *a = r->env.arena;
	struct ui_fact v[6];
	size_t n = 0;
	bool stamp = s->level == PDF_LEVEL_DOCUMENT_TIME, bad = !s->good && has_refusal(x, (int)i);
	struct str args[] = {str_fmt(a, "%zu", i + 1), s->signer.n ? s->signer : m(r, MSG_PROOF_NO_SIGNER)};
	ui_section_begin(o, msg_fmt(a, r->env.lang, stamp ? MSG_PROOF_STAMP_N : MSG_PROOF_SIGNATURE_N, args, 2));
	proof_badge(o, s->good ? UI_DONE : bad ? UI_REFUSED : UI_WAITING, m(r, s->good ? MSG_PROOF_GOOD : bad ? MSG_PROOF_BAD : MSG_PROOF_DOUBT));
	put_fact(v, &n, m(r, MSG_PROOF_ORGANISATION), s->organisation, STR_NONE);
	put_fact(v, &n, m(r, MSG_PROOF_SIGNED_AT), s->stamped ? lang_instant(a, r->env.lang, s->time.at) : m(r, MSG_PROOF_NO_TIME), STR_NONE);
	put_fact(v, &n, m(r, MSG_PROOF_AUTHORITY), s->stamped ? s->time.authority : STR_NONE, STR_NONE);
	put_fact(v, &n, m(r, MSG_PROOF_COVERS), m(r, s->whole ? MSG_PROOF_WHOLE : MSG_PROOF_PART), STR_NONE);
	ui_facts(o, v, n);
	show_findings(r, o, x, (int)i);
	ui_section_end(o);
}

static void show_file(struct request *r, struct html_out *o, const struct proof *p)
{
	struct arena *a = r->env.arena;
	struct ui_fact v[3];
	size_t n = 0;
	put_fact(v, &n, m(r, MSG_PROOF_NAME), p->name, STR_NONE);
	put_fact(v, &n, m(r, MSG_PROOF_SIZE), lang_size(a, r->env.lang, p->size), STR_NONE);
	ui_details_begin(o, m(r, MSG_PROOF_FILE_FACTS), false);
	ui_facts(o, v, n);
	proof_lines(o, m(r, MSG_PROOF_SHA256));
	proof_code(o, digest_hex(a, p->sha256));
	ui_details_end(o);
}

static struct str track_url(struct request *r, struct str code) { return str_fmt(r->env.arena, "/tra-cuu/%.*s", STR_ARG(code)); }

static bool show_pdf(struct request *r, struct html_out *o, const struct proof *p, struct err *e)
{
	struct arena *a = r->env.arena;
	struct proof_file_rows ours = {0};
	if (!q_proof_file(r->env.db, a, digest_hex(a, p->sha256), &ours, e))
		return err_wrap(e, "looking for a file");
	if (ours.n) {
		const struct proof_file_row *x = &ours.v[0];
		struct ui_fact v[4];
		size_t n = 0;
		say(r, o, x->replaced ? (struct proof_word){UI_WARN, MSG_PROOF_OLD, MSG_PROOF_OLD_TEXT} : (struct proof_word){UI_GOOD, MSG_PROOF_OURS, MSG_PROOF_OURS_TEXT});
		put_fact(v, &n, m(r, MSG_PROOF_WHAT), m(r, proof_paper_word(x->kind)), STR_NONE);
		put_fact(v, &n, m(r, MSG_PROOF_DOSSIER), x->code, track_url(r, x->code));
		put_fact(v, &n, m(r, MSG_PROOF_MADE_AT), lang_instant(a, r->env.lang, x->at), STR_NONE);
		ui_facts(o, v, n);
		if (!p->pdf.n)
			proof_lines(o, m(r, MSG_PROOF_OURS_UNSIGNED));
	} else {
		say(r, o, proof_of_stranger(&p->pdf));
	}
	show_findings(r, o, &p->pdf, -1);
	for (size_t i = 0; i < p->pdf.n; i++)
		show_signature(r, o, &p->pdf, i);
	return true;
}

static struct proof_word receipt_word(const struct receipt_found *x, bool known)
{
	if (x->r.state == RECEIPT_BROKEN)
		return (struct proof_word){UI_BAD, MSG_PROOF_R_BROKEN, MSG_PROOF_R_BROKEN_TEXT};
	if (!known)
		return (struct proof_word){UI_BAD, MSG_PROOF_R_UNKNOWN, MSG_PROOF_R_UNKNOWN_TEXT};
	if (x->r.state == RECEIPT_OPEN)
		return (struct proof_word){UI_GOOD, MSG_PROOF_R_OPEN, MSG_PROOF_R_OPEN_TEXT};
	if (x->stamped)
		return (struct proof_word){UI_GOOD, MSG_PROOF_R_PROVED, MSG_PROOF_R_PROVED_TEXT};
	return (struct proof_word){UI_GOOD, MSG_PROOF_R_CLOSED, x->has_stamp ? MSG_PROOF_R_STAMP_DOUBT : MSG_PROOF_R_NO_STAMP};
}

/* Entries of a dossier; what else the record holds is not named here. */
static bool show_receipt(struct request *r, struct html_out *o, const struct proof *p, struct err *e)
{
	const struct receipt_found *x = &p->receipt;
	struct arena *a = r->env.arena;
	struct proof_code_row d = {0};
	struct ui_fact v[6];
	size_t n = 0;
	bool known = false, found = false;
	if (!audit_entry_known(&r->env, x->r.entry, x->r.hash, &known, e))
		return false;
	if (known && str_starts(x->r.kind, STR("dossier.")) && !q_proof_code(r->env.db, a, (struct dossier_id){x->r.subject}, &d, &found, e))
		return false;
	say(r, o, receipt_word(x, known));
	if (x->r.state == RECEIPT_BROKEN || !known)
		return true;
	struct str act = filing_event_word(r->env.lang, x->r.kind);
	put_fact(v, &n, m(r, MSG_PROOF_R_ACT), act.n ? act : m(r, MSG_PROOF_R_ACT_OTHER), STR_NONE);
	put_fact(v, &n, m(r, MSG_PROOF_R_AT), lang_instant(a, r->env.lang, x->r.at), STR_NONE);
	if (found)
		put_fact(v, &n, m(r, MSG_PROOF_DOSSIER), d.code, track_url(r, d.code));
	if (x->stamped) {
		put_fact(v, &n, m(r, MSG_PROOF_R_STAMPED), lang_instant(a, r->env.lang, x->stamped_at), STR_NONE);
		put_fact(v, &n, m(r, MSG_PROOF_AUTHORITY), x->authority, STR_NONE);
	}
	ui_facts(o, v, n);
	return true;
}

static bool answer(struct request *r, struct err *e)
{
	const struct proof *p = r->state;
	struct html_out o = page_out(r);
	struct ui_crumb crumb = {m(r, MSG_PROOF_TITLE), STR("/kiem-tra")};
	struct ui_page page = {.title = m(r, p->kind == PROOF_PDF ? MSG_PROOF_RESULT_PDF : MSG_PROOF_RESULT_RECEIPT), .over = p->name, .width = UI_READ, .crumbs = &crumb, .n_crumbs = 1};
	struct ui_button again = {.label = m(r, MSG_PROOF_AGAIN), .url = STR("/kiem-tra"), .weight = UI_QUIET};
	ui_page_begin(&o, &page);
	if (p->kind == PROOF_PDF ? !show_pdf(r, &o, p, e) : !show_receipt(r, &o, p, e))
		return false;
	show_file(r, &o, p);
	ui_buttons(&o, &again, 1);
	ui_page_end(&o, &page);
	answer_header(r, "Cache-Control", STR("no-store"));
	return page_answer(r);
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/kiem-tra", .page = front, .allow = ALLOW_ALL, .api = "NONE: an empty form"},
	{.method = HTTP_POST, .path = "/kiem-tra", .form = &proof_form, .slow = slow, .check = answer, .again = front, .allow = ALLOW_ALL, .flags = ROUTE_UPLOAD | ROUTE_SLOW_APART,
	 .rate = RATE_LOOKUP, .body_max = FILE_MAX + 64 * 1024},
};

const struct route_table proof_routes = {"proof", routes, ARRAY_LEN(routes)};
