/* pdf_verify.c — see pdf_verify.h: revisions, fields, byte ranges; the verdict. */
#include "sign/verify_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 4096
#define TREE_MAX 16

struct found { uint32_t field, value; struct str name; size_t covers; int revision; };

struct job {
	struct arena *a;
	struct pdf_file f;
	struct pdf_report *r;
	const struct pdf_trust *trust;
	struct revision revisions[PDF_REVISIONS_MAX]; /* oldest first */
	size_t n_revisions;
	struct found found[PDF_SIGNATURES_MAX];
	size_t n_found, n_fields;
	size_t work; /* as pdf_file_object_within() */
};

static const char *const names[FIND_KINDS] = {
	[FIND_STRUCTURE] = "structure", [FIND_TRAILING] = "trailing", [FIND_CHANGED_AFTER] = "changed-after", [FIND_SHADOW] = "shadow",
	[FIND_STRAY] = "stray", [FIND_SUBFILTER] = "subfilter", [FIND_BYTE_RANGE] = "byte-range", [FIND_RANGE_START] = "range-start",
	[FIND_RANGE_END] = "range-end", [FIND_OVERLAP] = "overlap", [FIND_GAP] = "gap", [FIND_CONTENTS_TWICE] = "contents-twice",
	[FIND_PADDING] = "padding", [FIND_CMS] = "cms", [FIND_ATTRIBUTES] = "attributes", [FIND_ALGORITHM] = "algorithm",
	[FIND_WEAK_KEY] = "weak-key", [FIND_DIGEST] = "digest", [FIND_SIGNER] = "signer", [FIND_SIGNATURE] = "signature",
	[FIND_KEY_USAGE] = "key-usage", [FIND_CHAIN] = "chain", [FIND_TIME] = "time", [FIND_NOBODY] = "nobody", [FIND_OLD_PADDING] = "old-padding"};

const char *pdf_finding_name(enum pdf_finding_kind kind) { return kind < FIND_KINDS ? names[kind] : "unknown"; }

const char *pdf_verdict_name(enum pdf_verdict v)
{
	switch (v) {
	case PDF_UNSIGNED: return "unsigned";
	case PDF_GOOD: return "good";
	case PDF_UNCERTAIN: return "uncertain";
	case PDF_REFUSED: return "refused";
	}
	return "unknown";
}

static enum pdf_verdict weight(enum pdf_finding_kind kind)
{
	if (kind == FIND_OLD_PADDING)
		return PDF_GOOD;
	return kind == FIND_CHAIN || kind == FIND_TIME || kind == FIND_NOBODY ? PDF_UNCERTAIN : PDF_REFUSED;
}

/* The verdict counts every finding, also those for which there is no more room. */
void pdf_report_add(struct pdf_report *r, enum pdf_finding_kind kind, int signature, const char *fmt, ...)
{
	if (weight(kind) > r->verdict)
		r->verdict = weight(kind);
	if (signature >= 0 && weight(kind) > PDF_GOOD)
		r->signatures[signature].good = false;
	if (r->n_findings == PDF_FINDINGS_MAX)
		return;
	struct pdf_finding *f = &r->findings[r->n_findings++];
	f->kind = kind;
	f->signature = signature;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof f->text, fmt, ap);
	va_end(ap);
}

bool pdf_report_has(const struct pdf_report *r, enum pdf_finding_kind kind)
{
	for (size_t i = 0; i < r->n_findings; i++)
		if (r->findings[i].kind == kind)
			return true;
	return false;
}

/* After the last %%EOF at most one line end. */
static bool ends_clean(struct str pdf)
{
	struct str eof = STR("%%EOF");
	size_t back = eof.n;
	while (back <= pdf.n && !str_starts(str_sub(pdf, pdf.n - back, back), eof))
		back++;
	struct str tail = back <= pdf.n ? str_sub(pdf, pdf.n - back + eof.n, back) : STR("?");
	return tail.n == 0 || str_eq(tail, STR("\n")) || str_eq(tail, STR("\r")) || str_eq(tail, STR("\r\n"));
}

static bool read_revisions(struct job *j, struct err *e)
{
	size_t start = 0;
	j->n_revisions = j->f.n_tables;
	for (size_t i = 0; i < j->n_revisions; i++) {
		struct revision *r = &j->revisions[i];
		r->start = start;
		r->table = j->f.tables[j->n_revisions - 1 - i];
		if (r->table < start || !pdf_revision_end(&j->f, r->table, &r->end, &r->with_eol, e))
			return err_set(e, ERR_INVALID, "PDF: revision %zu is not one after the other", i);
		start = r->with_eol;
	}
	return start == j->f.bytes.n || err_set(e, ERR_INVALID, "PDF: bytes after the last revision");
}

static bool keep(struct job *j, uint32_t field, struct str dict, struct err *e)
{
	uint32_t value;
	if (!pdf_is_ref(pdf_value(dict, STR("/V")), &value))
		return err_set(e, ERR_INVALID, "PDF: the value of field %u is not an object of its own", field);
	if (j->n_found == PDF_SIGNATURES_MAX)
		return err_set(e, ERR_INVALID, "PDF: more than %d signatures", PDF_SIGNATURES_MAX);
	j->found[j->n_found++] = (struct found){field, value, pdf_value(dict, STR("/T")), 0, -1};
	return true;
}

static bool read_object(struct job *j, uint32_t number, struct str *dict, struct err *e) { return pdf_file_object_within(&j->f, number, &j->work, dict, e); }

/* Fields and their kids; a kid takes /FT from its parent. */
static bool walk(struct job *j, struct str list, bool sig, int depth, struct err *e)
{
	struct str item, dict;
	uint32_t number;
	while (pdf_next_value(&list, &item)) {
		if (depth > TREE_MAX || ++j->n_fields > FIELDS_MAX || !pdf_is_ref(item, &number))
			return err_set(e, ERR_INVALID, "PDF: the form's fields");
		if (!read_object(j, number, &dict, e))
			return false;
		struct str ft = pdf_value(dict, STR("/FT")), kids = pdf_value(dict, STR("/Kids"));
		bool is_sig = ft.n ? str_eq(ft, STR("/Sig")) : sig;
		if (is_sig && pdf_value(dict, STR("/V")).n && !keep(j, number, dict, e))
			return false;
		if (kids.n > 2 && !walk(j, str_sub(kids, 1, kids.n - 2), is_sig, depth + 1, e))
			return false;
	}
	return true;
}

static bool collect(struct job *j, struct err *e)
{
	struct str root, form, fields;
	uint32_t number;
	if (!pdf_file_object(&j->f, j->f.root, &root, e))
		return false;
	form = pdf_value(root, STR("/AcroForm"));
	if (pdf_is_ref(form, &number) && !pdf_file_object(&j->f, number, &form, e))
		return false;
	fields = pdf_value(form, STR("/Fields"));
	if (pdf_is_ref(fields, &number) && !pdf_file_object(&j->f, number, &fields, e))
		return false;
	return fields.n <= 2 || walk(j, str_sub(fields, 1, fields.n - 2), false, 0, e);
}

static bool is_found(const struct job *j, uint32_t number)
{
	for (size_t i = 0; i < j->n_found; i++)
		if (j->found[i].value == number)
			return true;
	return false;
}

/* Every object is read once: signatures outside of the form show, and what cannot be read. The work is bounded. */
static bool scan(struct job *j, struct err *e)
{
	struct str dict;
	for (uint32_t i = 1; i < j->f.size; i++) {
		if (!j->f.at[i].used)
			continue;
		if (!read_object(j, i, &dict, e))
			return false;
		struct str type = pdf_value(dict, STR("/Type"));
		bool signature = pdf_value(dict, STR("/ByteRange")).n || str_eq(type, STR("/Sig")) || str_eq(type, STR("/DocTimeStamp"));
		if (signature && !is_found(j, i))
			pdf_report_add(j->r, FIND_STRAY, -1, "object %u is a signature of no field", i);
	}
	return true;
}

struct range { size_t first, b, c, n; };

static bool read_range(struct str value, struct range *out)
{
	size_t v[4];
	struct str rest = value.n >= 2 && value.p[0] == '[' ? str_sub(value, 1, value.n - 2) : STR_NONE, item;
	for (int i = 0; i < 4; i++)
		if (!pdf_next_value(&rest, &item) || item.n > 11 || !pdf_is_number(item, &v[i]))
			return false;
	*out = (struct range){v[0], v[1], v[2], v[3]};
	return !pdf_next_value(&rest, &item) && str_trim(rest).n == 0;
}

static bool is_hex_string(struct str s)
{
	if (s.n < 2 || s.p[0] != '<' || s.p[s.n - 1] != '>' || s.n % 2)
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i]) || !s.p[i])
			return false;
	return true;
}

/* The revision that ends where the range ends; -1: none. */
static int revision_of(const struct job *j, size_t end)
{
	for (size_t i = 0; i < j->n_revisions; i++)
		if (end == j->revisions[i].end || end == j->revisions[i].with_eol)
			return (int)i;
	return -1;
}

static bool check_range(struct job *j, int i, struct str dict, struct range *g)
{
	struct str contents = pdf_value(dict, STR("/Contents")), file = j->f.bytes;
	size_t before = j->r->n_findings;
	if (pdf_count(dict, STR("/Contents")) > 1)
		pdf_report_add(j->r, FIND_CONTENTS_TWICE, i, "/Contents stands more than once");
	else if (!pdf_is_plain(dict))
		pdf_report_add(j->r, FIND_STRUCTURE, i, "a key twice or escaped in the signature");
	if (!read_range(pdf_value(dict, STR("/ByteRange")), g)) {
		pdf_report_add(j->r, FIND_BYTE_RANGE, i, "no ByteRange of four numbers");
		return false;
	}
	if (g->first != 0)
		pdf_report_add(j->r, FIND_RANGE_START, i, "begins at %zu", g->first);
	if (g->c < g->b)
		pdf_report_add(j->r, FIND_OVERLAP, i, "its two parts overlap");
	if (g->c > file.n || g->n > file.n - g->c || revision_of(j, g->c + g->n) < 0) {
		pdf_report_add(j->r, FIND_RANGE_END, i, "does not end where a revision ends");
		return false;
	}
	if (g->c < g->b || g->b != (size_t)(contents.p ? contents.p - file.p : 0) || g->c - g->b != contents.n || !is_hex_string(contents))
		pdf_report_add(j->r, FIND_GAP, i, "the gap is not the hex string of /Contents alone");
	return j->r->n_findings == before && j->r->n_findings < PDF_FINDINGS_MAX;
}

/* The signature must be made in the revision that it closes. */
static void place(struct job *j, int i, size_t offset, const struct range *g)
{
	struct found *f = &j->found[i];
	struct pdf_signature *s = &j->r->signatures[i];
	f->revision = revision_of(j, g->c + g->n);
	s->covers = g->c + g->n;
	s->whole = f->revision == (int)j->n_revisions - 1;
	const struct revision *r = &j->revisions[f->revision];
	if (offset < r->start || offset >= r->table || g->b < offset || g->c > r->table)
		pdf_report_add(j->r, FIND_RANGE_END, i, "the signature does not lie in the revision it covers");
	for (int k = 0; k < i; k++)
		if (j->found[k].revision == f->revision)
			pdf_report_add(j->r, FIND_OVERLAP, i, "two signatures claim one revision");
}

static void check_one(struct job *j, int i)
{
	struct err e;
	struct str dict, contents;
	struct range g;
	uint32_t number = j->found[i].value;
	if (!pdf_file_object(&j->f, number, &dict, &e)) {
		pdf_report_add(j->r, FIND_STRUCTURE, i, "%.140s", e.text);
		return;
	}
	struct str sub = pdf_value(dict, STR("/SubFilter")), type = pdf_value(dict, STR("/Type"));
	bool stamp = str_eq(sub, STR("/ETSI.RFC3161")) && str_eq(type, STR("/DocTimeStamp"));
	bool known = stamp || (str_eq(sub, STR("/ETSI.CAdES.detached")) && (!type.n || str_eq(type, STR("/Sig"))));
	if (!known)
		pdf_report_add(j->r, FIND_SUBFILTER, i, "SubFilter %.*s", STR_ARG(str_sub(sub, 0, 80)));
	bool ranged = check_range(j, i, dict, &g);
	if (!ranged)
		return;
	place(j, i, j->f.at[number].offset, &g);
	contents = pdf_value(dict, STR("/Contents"));
	if (!hex_decode(j->a, str_sub(contents, 1, contents.n - 2), &contents)) {
		pdf_report_add(j->r, FIND_GAP, i, "/Contents is no hex string");
		return;
	}
	struct str parts[2] = {str_sub(j->f.bytes, 0, g.b), str_sub(j->f.bytes, g.c, g.n)};
	if (known && stamp)
		stamp_check(j->a, contents, parts, j->trust, j->r, i);
	else if (known)
		cms_check(j->a, contents, parts, j->trust, j->r, i);
}

static int by_cover(const void *x, const void *y)
{
	size_t a = ((const struct found *)x)->covers, b = ((const struct found *)y)->covers;
	return (a > b) - (a < b);
}

static void sort_found(struct job *j)
{
	struct str dict;
	struct range g;
	struct err e;
	for (size_t i = 0; i < j->n_found; i++)
		if (pdf_file_object(&j->f, j->found[i].value, &dict, &e) && read_range(pdf_value(dict, STR("/ByteRange")), &g))
			j->found[i].covers = g.c + g.n;
	qsort(j->found, j->n_found, sizeof j->found[0], by_cover);
}

static void check_signatures(struct job *j)
{
	sort_found(j);
	j->r->n = j->n_found;
	for (size_t i = 0; i < j->n_found; i++) {
		j->r->signatures[i] = (struct pdf_signature){.field = j->found[i].name, .good = true, .judged_at = j->trust->now};
		for (size_t k = 0; k < i; k++)
			if (j->found[k].value == j->found[i].value)
				pdf_report_add(j->r, FIND_OVERLAP, (int)i, "two fields share one signature");
		check_one(j, (int)i);
	}
}

/* How many signatures the file had when this revision was its last. */
static size_t signatures_at(const struct job *now, size_t revision)
{
	AUTO_ARENA a = arena_new(0);
	struct job *j = NEW(a, struct job);
	struct err e;
	j->work = now->work;
	bool good = pdf_file_open(a, str_sub(now->f.bytes, 0, now->revisions[revision].with_eol), &j->f, &e) && collect(j, &e);
	return good ? j->n_found : 0;
}

/* A signature that was there may not vanish: the file would look as if nobody had signed it. */
static void check_removed(struct job *j)
{
	for (size_t i = 0; i + 1 < j->n_revisions; i++)
		if (signatures_at(j, i) > j->n_found) {
			pdf_report_add(j->r, FIND_CHANGED_AFTER, -1, "a signature was taken away after revision %zu", i);
			return;
		}
}

/* All revisions after the first that a signature covers. */
static void check_later(struct job *j)
{
	size_t first = j->n_revisions;
	for (size_t i = 0; i < j->n_found; i++)
		if (j->found[i].revision >= 0 && (size_t)j->found[i].revision < first)
			first = (size_t)j->found[i].revision;
	for (size_t i = first + 1; i < j->n_revisions; i++) {
		AUTO_ARENA a = arena_new(0);
		revision_check(a, j->f.bytes, &j->revisions[i - 1], &j->revisions[i], j->r);
	}
}

/* Whoever likes has a file time-stamped. */
static void check_anybody(struct job *j)
{
	for (size_t i = 0; i < j->r->n; i++)
		if (j->r->signatures[i].level != PDF_LEVEL_DOCUMENT_TIME)
			return;
	if (j->r->n)
		pdf_report_add(j->r, FIND_NOBODY, -1, "time-stamps alone: nobody signed");
}

void pdf_verify(struct arena *a, struct str pdf, const struct pdf_trust *trust, struct pdf_report *out)
{
	struct job *j = NEW(a, struct job);
	struct err e;
	*out = (struct pdf_report){.verdict = PDF_UNSIGNED};
	j->a = a;
	j->r = out;
	j->trust = trust;
	j->work = PDF_WORK_FACTOR * pdf.n;
	if (str_find(pdf, STR("%%EOF")) < 0) /* cut short */
		pdf_report_add(out, FIND_STRUCTURE, -1, "no %%%%EOF");
	else if (!ends_clean(pdf))
		pdf_report_add(out, FIND_TRAILING, -1, "bytes after %%%%EOF");
	if (!pdf_file_open(a, pdf, &j->f, &e) || !read_revisions(j, &e) || !collect(j, &e) || !scan(j, &e)) {
		pdf_report_add(out, FIND_STRUCTURE, -1, "%.140s", e.text);
		return;
	}
	check_signatures(j);
	check_later(j);
	check_removed(j);
	check_anybody(j);
	if (out->n && out->verdict < PDF_GOOD)
		out->verdict = PDF_GOOD;
}

bool pdf_seal_permitted(const struct pdf_report *r, const struct digest *seals, size_t n, struct err *e)
{
	if (r->verdict != PDF_GOOD)
		return err_set(e, ERR_CONFLICT, "seal: the document is %s, not signed by a competent person", pdf_verdict_name(r->verdict));
	for (size_t i = 0; i < r->n; i++) {
		const struct pdf_signature *s = &r->signatures[i];
		bool personal = s->good && s->chain_ok && s->cert.n && s->level != PDF_LEVEL_DOCUMENT_TIME;
		struct digest id = crypto_sha256(s->cert);
		for (size_t k = 0; k < n && personal; k++)
			personal = !digest_eq(id, seals[k]);
		if (personal)
			return true;
	}
	return err_set(e, ERR_CONFLICT, "seal: no signature of a competent person is on the document");
}

bool pades_seal(struct arena *a, struct str pdf, const struct pades_key *seal, const struct pades_options *o,
		const struct pdf_trust *trust, const struct digest *seals, size_t n, struct str *out, struct err *e)
{
	struct pdf_report *r = NEW(a, struct pdf_report);
	struct digest *all = NEW_ARRAY(a, n + 1, struct digest);
	for (size_t i = 0; i < n; i++)
		all[i] = seals[i];
	all[n] = crypto_sha256(seal->cert);
	pdf_verify(a, pdf, trust, r);
	return pdf_seal_permitted(r, all, n + 1, e) && pades_sign(a, pdf, seal, o, out, e);
}
