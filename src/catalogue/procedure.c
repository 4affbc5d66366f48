/* procedure.c — see procedure.h. */
#include "catalogue/procedure.h"
#include "core/text/text.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_NEWEST 1

static const char *const KEYS[] = {"format", "id", "revision", "code", "code_seen", "name", "field", "field_code", "level", "valid_from", "valid_to",
	"online_level", "online", "competent_agency", "receiving_agency", "applicants", "submission", "deadline", "steps", "documents", "document_sets", "fees",
	"conditions", "results", "legal_basis", "variants", "forms", "process", "result_template", "settlement", "fee_rule", "fee_inputs", "fee_note",
	"search_words", "contact", "status", "source", "certainty", "complete", "missing", "notes", NULL};
static const char *const LEVELS[] = {"cung-cap-thong-tin", "mot-phan", "toan-trinh", NULL};
static const char *const UNITS[] = {"working_day", "calendar_day", "month", "hour", NULL};
static const char *const STARTS[] = {"acceptance", "complete", "complete_and_fee", NULL};
static const char *const EFFECTS[] = {"restart", "continue", NULL};

static bool is_null(struct pack_node n) { return json_is_null(n.json); }

static struct str_list texts(struct pack_node n, const char *key)
{
	struct str_list l = {0};
	l.p = pack_texts(n, key, &l.n);
	return l;
}

static int small(struct pack_node n, const char *key, enum pack_need need)
{
	int64_t v = -1;
	if (pack_int(n, key, need, &v) && (v < 0 || v > 10000)) {
		pack_fault(pack_get(n, key), "must be 0 to 10000");
		return -1;
	}
	return (int)v;
}

static void read_documents(struct pack_node root, struct procedure *p)
{
	struct pack_node list = pack_list(root, "documents", &p->documents_n);
	struct procedure_document *d = NEW_ARRAY(root.report->a, p->documents_n + 1, struct procedure_document);
	for (size_t i = 0; i < p->documents_n; i++) {
		struct pack_node n = pack_item(list, i);
		d[i].name = pack_text(n, "name", PACK_REQUIRED);
		d[i].form = pack_text(n, "form", PACK_MAY_BE_NULL);
		d[i].condition = pack_text(n, "condition", PACK_MAY_BE_NULL);
		d[i].originals = small(n, "originals", PACK_MAY_BE_NULL);
		d[i].copies = small(n, "copies", PACK_MAY_BE_NULL);
	}
	p->documents = d;
	p->document_sets = small(root, "document_sets", PACK_MAY_BE_NULL);
}

static void read_fees(struct pack_node root, struct procedure *p)
{
	struct pack_node list = pack_list(root, "fees", &p->fees_n);
	struct procedure_fee *f = NEW_ARRAY(root.report->a, p->fees_n + 1, struct procedure_fee);
	for (size_t i = 0; i < p->fees_n; i++) {
		struct pack_node n = pack_item(list, i);
		f[i].kind = pack_text(n, "kind", PACK_REQUIRED);
		f[i].name = pack_text(n, "name", PACK_REQUIRED);
		f[i].unit = pack_text(n, "unit", PACK_MAY_BE_NULL);
		f[i].basis = pack_text(n, "basis", PACK_MAY_BE_NULL);
		f[i].note = pack_text(n, "note", PACK_MAY_BE_NULL);
		f[i].amount = -1;
		if (pack_int(n, "amount_vnd", PACK_MAY_BE_NULL, &f[i].amount) && f[i].amount < 0)
			pack_fault(pack_get(n, "amount_vnd"), "must not be negative");
	}
	p->fees = f;
	p->fee_rule = pack_raw(root, "fee_rule");
	p->fee_inputs = pack_raw(root, "fee_inputs");
	p->fee_note = pack_text(root, "fee_note", PACK_MAY_BE_NULL);
}

static void read_results(struct pack_node root, struct procedure *p)
{
	struct pack_node list = pack_list(root, "results", &p->results_n);
	struct procedure_result *r = NEW_ARRAY(root.report->a, p->results_n + 1, struct procedure_result);
	for (size_t i = 0; i < p->results_n; i++) {
		struct pack_node n = pack_item(list, i);
		r[i].name = pack_text(n, "name", PACK_REQUIRED);
		r[i].validity = pack_text(n, "validity", PACK_MAY_BE_NULL);
		r[i].form = pack_text(n, "form", PACK_MAY_BE_NULL);
	}
	p->results = r;
}

static void read_settlement(struct pack_node root, struct procedure *p)
{
	struct pack_node s = pack_get(root, "settlement"), supplement = pack_get(s, "supplement_limit");
	p->starts = (enum clock_start)pack_word(s, "starts", STARTS);
	p->deadline_unit = (enum day_unit)pack_word(s, "unit", UNITS);
	p->deadline_number = small(s, "limit", PACK_MAY_BE_NULL);
	p->supplement_effect = pack_word(s, "supplement_effect", EFFECTS) == PROCEDURE_CONTINUES ? PROCEDURE_CONTINUES : PROCEDURE_RESTARTS;
	p->supplement_number = small(supplement, "number", PACK_REQUIRED);
	p->supplement_unit = (enum day_unit)pack_word(supplement, "unit", UNITS);
	if ((p->deadline_number < 0) != (p->deadline_unit == UNIT_UNKNOWN))
		pack_fault(s, "limit and unit must both be there or both be null");
	struct pack_node deadline = pack_get(root, "deadline");
	int64_t number = -1;
	if (is_null(deadline))
		return;
	p->deadline_words = pack_text(deadline, "words", PACK_REQUIRED);
	if (pack_int(deadline, "number", PACK_MAY_BE_NULL, &number) && number != p->deadline_number)
		pack_fault(s, "limit is not the deadline's number");
}

static void read_online(struct pack_node root, struct procedure *p)
{
	struct pack_node stated = pack_get(root, "online_level"), level = pack_get(root, "online");
	p->online = (enum online_level)pack_word(level, "level", LEVELS);
	p->reason_partial = pack_text(level, "reason_partial", PACK_MAY_BE_NULL);
	if (is_null(stated))
		return;
	p->online_stated = pack_text(stated, "value", PACK_REQUIRED);
	p->online_as_of = pack_text(stated, "as_of", PACK_MAY_BE_NULL);
}

static void read_identity(struct pack_node root, struct procedure *p)
{
	p->id = pack_text(root, "id", PACK_REQUIRED);
	p->code = pack_text(root, "code", PACK_MAY_BE_NULL);
	p->name = pack_text(root, "name", PACK_REQUIRED);
	p->field = pack_text(root, "field", PACK_REQUIRED);
	p->field_code = pack_text(root, "field_code", PACK_REQUIRED);
	p->level = pack_text(root, "level", PACK_MAY_BE_NULL);
	if (!is_null(pack_get(root, "code_seen")))
		p->code_seen = texts(root, "code_seen");
	p->revision = small(root, "revision", PACK_REQUIRED);
	p->from = (struct date){INT32_MIN};
	p->to = (struct date){INT32_MAX};
	pack_day(root, "valid_from", false, &p->from);
	pack_day(root, "valid_to", true, &p->to);
	if (p->from.day > p->to.day)
		pack_fault(root, "valid_from is after valid_to");
	if (p->id.n && !pack_is_id(p->id))
		pack_fault(pack_get(root, "id"), "must be lower-case letters, digits and single '-'");
	if (p->field_code.n && !pack_is_id(p->field_code))
		pack_fault(pack_get(root, "field_code"), "must be lower-case letters, digits and single '-'");
	struct str file = str_fmt(root.report->a, "procedures/%.*s.json", STR_ARG(p->id));
	if (p->id.n && !str_eq(file, root.file))
		pack_fault(pack_get(root, "id"), "must be the file's name");
}

static void read_texts(struct pack_node root, struct procedure *p)
{
	p->competent_agency = pack_text(root, "competent_agency", PACK_MAY_BE_NULL);
	p->receiving_agency = pack_text(root, "receiving_agency", PACK_MAY_BE_NULL);
	p->applicants = texts(root, "applicants");
	p->submission = texts(root, "submission");
	p->steps = texts(root, "steps");
	p->conditions = texts(root, "conditions");
	p->legal_basis = texts(root, "legal_basis");
	p->forms = texts(root, "forms");
	p->search_words = texts(root, "search_words");
	p->source = texts(root, "source");
	p->missing = texts(root, "missing");
	p->notes = texts(root, "notes");
	p->process = pack_text(root, "process", PACK_REQUIRED);
	p->result_template = pack_text(root, "result_template", PACK_REQUIRED);
	p->status = pack_text(root, "status", PACK_MAY_BE_NULL);
	p->certainty = pack_text(root, "certainty", PACK_REQUIRED);
	p->variants = pack_raw(root, "variants");
	struct pack_node contact = pack_get(root, "contact");
	p->contact_unit = pack_text(contact, "unit", PACK_MAY_BE_NULL);
	p->contact_phone = pack_text(contact, "phone", PACK_MAY_BE_NULL);
	p->contact_email = pack_text(contact, "email", PACK_MAY_BE_NULL);
}

static bool names(struct arena *a, struct str_list list, struct str folded_word)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_find(text_fold(a, list.p[i]), folded_word) >= 0)
			return true;
	return false;
}

static unsigned audience_of(struct arena *a, const struct procedure *p)
{
	unsigned who = names(a, p->applicants, STR("ca nhan")) || names(a, p->applicants, STR("nguoi")) ? AUDIENCE_PERSON : 0;
	static const char *const bodies[] = {"to chuc", "doanh nghiep", "co so", "co quan", "trung tam", "vien"};
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		if (names(a, p->applicants, str_from(bodies[i])))
			who |= AUDIENCE_ORGANISATION;
	return who;
}

bool procedure_read(struct pack_report *r, struct pack_file file, struct procedure *out)
{
	size_t before = r->faults;
	*out = (struct procedure){0};
	AUTO_PACK_JSON tree = NULL;
	struct pack_node root;
	if (!pack_parse(r, file, FORMAT_NEWEST, &tree, &root))
		return false;
	pack_only_keys(root, KEYS);
	read_identity(root, out);
	read_texts(root, out);
	read_online(root, out);
	read_documents(root, out);
	read_fees(root, out);
	read_results(root, out);
	read_settlement(root, out);
	out->audience = audience_of(r->a, out);
	if (r->faults == before && pack_bool(root, "complete") != procedure_is_complete(out))
		pack_fault(pack_get(root, "complete"), "says otherwise than the attributes do");
	return r->faults == before;
}

static const char *const GAP_KEYS[GAPS] = {"competent_agency", "applicants", "deadline", "steps", "documents", "fees", "conditions", "results", "legal_basis",
	"submission", "code", "online_level", "reason_partial", "validity", "contact"};
/* How `missing` names them. */
static const char *const MISSING_KEYS[GAPS] = {"competent_agency", "applicants", "deadline", "steps", "documents", "fees", "conditions", "results",
	"legal_basis", "submission", "code", "online_level", "reason_partial", "results.validity", "contact"};

const char *procedure_gap_key(enum procedure_gap g) { return GAP_KEYS[g]; }

/* "fees.amount" is missing from fees; "results.validity" is an attribute of its own. */
static bool said_missing(const struct procedure *p, enum procedure_gap g)
{
	struct str key = str_from(MISSING_KEYS[g]);
	for (size_t i = 0; i < p->missing.n; i++) {
		struct str m = p->missing.p[i];
		if (str_eq(m, key) || (g == GAP_DOCUMENTS && str_starts(m, STR("documents "))) || (g == GAP_FEES && str_starts(m, STR("fees."))))
			return true;
	}
	return false;
}

static bool has_validity(const struct procedure *p)
{
	for (size_t i = 0; i < p->results_n; i++)
		if (p->results[i].validity.n)
			return true;
	return false;
}

unsigned procedure_gaps(const struct procedure *p)
{
	const bool there[GAPS] = {
		[GAP_AGENCY] = p->competent_agency.n,
		[GAP_APPLICANTS] = p->applicants.n,
		[GAP_DEADLINE] = p->deadline_number >= 0,
		[GAP_STEPS] = p->steps.n,
		[GAP_DOCUMENTS] = p->documents_n,
		[GAP_FEES] = p->fees_n,
		[GAP_CONDITIONS] = p->conditions.n,
		[GAP_RESULTS] = p->results_n,
		[GAP_LEGAL_BASIS] = p->legal_basis.n,
		[GAP_SUBMISSION] = p->submission.n,
		[GAP_CODE] = p->code.n,
		[GAP_ONLINE] = p->online != ONLINE_UNKNOWN,
		[GAP_REASON_PARTIAL] = p->online != ONLINE_PARTIAL || p->reason_partial.n,
		[GAP_VALIDITY] = has_validity(p),
		[GAP_CONTACT] = p->contact_phone.n || p->contact_email.n,
	};
	unsigned gaps = 0;
	for (int g = 0; g < GAPS; g++)
		if (!there[g] || said_missing(p, (enum procedure_gap)g))
			gaps |= 1U << g;
	return gaps;
}

bool procedure_is_complete(const struct procedure *p) { return (procedure_gaps(p) & ((1U << GAP_LEGAL) - 1)) == 0; }

bool procedure_in_force(const struct procedure *p, struct date day) { return p->from.day <= day.day && day.day <= p->to.day; }

static int by_id(const void *x, const void *y) { return str_cmp(((const struct procedure *)x)->id, ((const struct procedure *)y)->id); }

static void report_gaps(struct pack_report *r, const struct procedure *p)
{
	unsigned gaps = procedure_gaps(p);
	struct pack_node at = {.file = str_fmt(r->a, "procedures/%.*s.json", STR_ARG(p->id)), .pointer = STR(""), .report = r};
	for (int g = 0; g < GAPS; g++)
		if (gaps & (1U << g))
			pack_gap(at, GAP_KEYS[g], "not in the source");
}

static void report_twins(struct pack_report *r, const struct procedure *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			if (list[i].code.n && str_eq(list[i].code, list[k].code) && list[i].from.day <= list[k].to.day && list[k].from.day <= list[i].to.day)
				pack_fault((struct pack_node){.file = STR("procedures/"), .pointer = STR(""), .report = r}, "%.*s and %.*s have one code",
					STR_ARG(list[i].id), STR_ARG(list[k].id));
}

bool procedures_read(struct pack_report *r, const struct pack *p, const struct procedure **out, size_t *n)
{
	size_t before = r->faults;
	struct procedure *list = NEW_ARRAY(r->a, p->n + 1, struct procedure);
	*n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (str_starts(p->files[i].name, STR("procedures/")) && procedure_read(r, p->files[i], &list[*n]))
			(*n)++;
	if (*n)
		qsort(list, *n, sizeof *list, by_id);
	report_twins(r, list, *n);
	for (size_t i = 0; i < *n; i++)
		report_gaps(r, &list[i]);
	*out = list;
	return r->faults == before;
}

struct str procedures_check_text(struct arena *a, const struct procedure *list, size_t n)
{
	struct buf b = buf_on(a);
	size_t complete = 0, count[GAPS] = {0};
	for (size_t i = 0; i < n; i++) {
		unsigned gaps = procedure_gaps(&list[i]);
		bool whole = procedure_is_complete(&list[i]);
		complete += whole;
		buf_fmt(&b, "%.*s: %s", STR_ARG(list[i].id), whole ? "complete" : "not complete");
		const char *sep = "; missing: ";
		for (int g = 0; g < GAPS; g++) {
			if (!(gaps & (1U << g)))
				continue;
			count[g]++;
			buf_fmt(&b, "%s%s", sep, GAP_KEYS[g]);
			sep = ", ";
		}
		buf_char(&b, '\n');
	}
	for (int g = 0; g < GAPS; g++)
		buf_fmt(&b, "missing in %zu: %s\n", count[g], GAP_KEYS[g]);
	buf_fmt(&b, "%zu procedures, %zu complete\n", n, complete);
	return buf_str(&b);
}
