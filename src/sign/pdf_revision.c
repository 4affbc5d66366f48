/* pdf_revision.c — what a revision after a signature may bring: signatures in invisible fields, validation data (DSS), and
 * the changes to catalogue and page that these need. Everything else is refused, object by object, byte by byte: a new
 * revision is also laid out without a byte between its objects, so that a reader which repairs files by searching finds
 * nothing that we did not see. */
#include "sign/verify_parts.h"

#define CHANGED_MAX 64
#define NEW_FIELDS_MAX 64
#define DSS_DEPTH 8 /* DSS, VRI, one of its signatures, an array, a stream */
#define BARE_MAX ((size_t)4096) /* of an object that is neither dictionary nor array */

struct diff {
	struct pdf_file old, new;
	struct str old_root; /* its catalogue */
	size_t n_changed;    /* objects that were there before; a signature changes two or three */
	size_t n_objects, n_streams; /* of the revision, as tiled */
	size_t work;         /* as pdf_file_object_within() */
	int deep;            /* in mark_dss() */
	const struct revision *at;
	struct pdf_report *r;
	bool *tiled, *dss, *dangling; /* by object number, new.size each */
};

static void refuse(struct diff *d, enum pdf_finding_kind kind, uint32_t number, const char *why)
{
	pdf_report_add(d->r, kind, -1, "object %u: %s", number, why);
}

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

static void skip_blank(struct str *s)
{
	while (s->n && is_blank(s->p[0]))
		*s = str_sub(*s, 1, s->n);
}

static bool take(struct str *s, struct str w)
{
	skip_blank(s);
	if (!str_starts(*s, w))
		return false;
	*s = str_sub(*s, w.n, s->n);
	return true;
}

static bool take_number(struct str *s, size_t *out)
{
	skip_blank(s);
	size_t n = 0;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	bool good = n < 11 && pdf_is_number(str_sub(*s, 0, n), out);
	*s = str_sub(*s, n, s->n);
	return good;
}

/* The stream after a dictionary, when there is one: its length must stand in the dictionary itself. */
static bool take_stream(struct str *s, struct str dict, size_t *streams)
{
	size_t n;
	if (!take(s, STR("stream")))
		return true;
	if (!pdf_is_number(pdf_value(dict, STR("/Length")), &n))
		return false;
	if (s->n && s->p[0] == '\r')
		*s = str_sub(*s, 1, s->n);
	if (!s->n || s->p[0] != '\n' || n >= s->n)
		return false;
	*s = str_sub(*s, n + 1, s->n);
	*streams += 1;
	return take(s, STR("endstream"));
}

/* Cuts one object off; false when what stands there is not one that the table names at this very place. */
static bool take_object(struct diff *d, struct str *s)
{
	size_t number, gen, at = (size_t)(s->p - d->new.bytes.p);
	struct str value;
	if (!take_number(s, &number) || !take_number(s, &gen) || gen != 0 || !take(s, STR("obj")) || number >= d->new.size)
		return false;
	skip_blank(s);
	if ((s->n && s->p[0] == '%') || !pdf_next_value(s, &value) || !take_stream(s, value, &d->n_streams) || !take(s, STR("endobj")))
		return false;
	bool named = d->new.at[number].used && d->new.at[number].offset == at && !d->tiled[number];
	d->tiled[number] = true;
	d->n_objects++;
	return named;
}

/* ---- what a reader that mends a file by searching would find ---- */

static bool is_blank_of_pdf(char c) { return is_blank(c) || c == '\f' || c == '\0'; }

/* Cuts off the end of s what `is` holds of; how many they were. */
static size_t cut_back(struct str *s, bool (*is)(char))
{
	size_t n = s->n;
	while (n && is(s->p[n - 1]))
		n--;
	size_t cut = s->n - n;
	*s = str_sub(*s, 0, n);
	return cut;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* "4 0 obj": two numbers before the word. */
static bool is_head(struct str before)
{
	cut_back(&before, is_blank_of_pdf);
	return cut_back(&before, is_digit) && cut_back(&before, is_blank_of_pdf) && cut_back(&before, is_digit);
}

static size_t count_word(struct str s, struct str word, bool head)
{
	size_t n = 0, from = 0;
	ptrdiff_t at;
	while ((at = str_find(str_sub(s, from, s.n), word)) >= 0) {
		n += !head || is_head(str_sub(s, 0, from + (size_t)at));
		from += (size_t)at + word.n;
	}
	return n;
}

/* Strings and streams are nothing to us; to such a reader what stands in them is objects, tables and ends like any. */
static bool nothing_hidden(struct diff *d)
{
	struct str s = str_sub(d->new.bytes, d->at->start, d->at->with_eol - d->at->start);
	const struct { struct str word; bool head; size_t want; } words[] = {{STR("obj"), true, d->n_objects}, {STR("endobj"), false, d->n_objects},
		{STR("endstream"), false, d->n_streams}, {STR("trailer"), false, 1}, {STR("startxref"), false, 1}, {STR("xref"), false, 2}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (count_word(s, words[i].word, words[i].head) != words[i].want) {
			pdf_report_add(d->r, FIND_CHANGED_AFTER, -1, "the word %.*s where readers that mend files would heed it", STR_ARG(words[i].word));
			return false;
		}
	return true;
}

static bool tile(struct diff *d)
{
	struct str s = str_sub(d->new.bytes, d->at->start, d->at->table - d->at->start);
	for (skip_blank(&s); s.n; skip_blank(&s)) {
		size_t at = (size_t)(s.p - d->new.bytes.p);
		if (!take_object(d, &s)) {
			pdf_report_add(d->r, FIND_CHANGED_AFTER, -1, "at %zu: not an object of the table", at);
			return false;
		}
	}
	return nothing_hidden(d);
}

static bool was(const struct diff *d, uint32_t number) { return number < d->old.size && d->old.at[number].used; }

static bool one_of(struct str name, const char *const *list)
{
	for (; *list; list++)
		if (str_eq(name, str_from(*list)))
			return true;
	return false;
}

/* Every key of x outside `free` stands in y with the same bytes. */
static bool keys_kept(struct str x, struct str y, const char *const *free)
{
	struct str rest = x.n >= 4 ? str_sub(x, 2, x.n - 4) : STR_NONE, name, value;
	while (pdf_next_value(&rest, &name) && pdf_next_value(&rest, &value))
		if (!one_of(name, free) && !str_eq(pdf_value(y, name), value))
			return false;
	return true;
}

static bool same_but(struct str old, struct str new, const char *const *free)
{
	return pdf_is_plain(new) && keys_kept(old, new, free) && keys_kept(new, old, free);
}

static bool only_keys(struct str dict, const char *const *allowed)
{
	struct str rest = dict.n >= 4 ? str_sub(dict, 2, dict.n - 4) : STR_NONE, name, value;
	while (pdf_next_value(&rest, &name) && pdf_next_value(&rest, &value))
		if (!one_of(name, allowed))
			return false;
	return pdf_is_plain(dict);
}

static struct str resolve(const struct pdf_file *f, struct str value)
{
	uint32_t number;
	struct err e;
	struct str out;
	if (!pdf_is_ref(value, &number))
		return value;
	return pdf_file_object(f, number, &out, &e) ? out : STR_NONE;
}

static struct str inside(struct str array) { return array.n >= 2 && array.p[0] == '[' ? str_sub(array, 1, array.n - 2) : STR_NONE; }

static bool is_signature(struct str dict)
{
	struct str type = pdf_value(dict, STR("/Type"));
	return str_eq(type, STR("/Sig")) || str_eq(type, STR("/DocTimeStamp"));
}

/* A new field for a signature that shows nothing and does nothing. */
static bool is_quiet_field(const struct diff *d, uint32_t number)
{
	static const char *const keys[] = {"/Type", "/Subtype", "/FT", "/T", "/F", "/Rect", "/P", "/V", NULL};
	struct str dict, rect, v;
	struct err e;
	uint32_t signature;
	if (was(d, number) || !pdf_file_object(&d->new, number, &dict, &e) || !only_keys(dict, keys))
		return false;
	rect = inside(pdf_value(dict, STR("/Rect")));
	for (int i = 0; i < 4; i++)
		if (!pdf_next_value(&rect, &v) || !str_eq(v, STR("0")))
			return false;
	return str_eq(pdf_value(dict, STR("/FT")), STR("/Sig")) && str_eq(pdf_value(dict, STR("/Subtype")), STR("/Widget")) &&
	       pdf_is_ref(pdf_value(dict, STR("/V")), &signature) && !was(d, signature);
}

/* The new list is the old one with quiet fields behind it. */
static bool list_grows(const struct diff *d, struct str old_value, struct str new_value)
{
	struct str old = inside(resolve(&d->old, old_value)), new = inside(resolve(&d->new, new_value)), x, y;
	uint32_t number;
	while (pdf_next_value(&old, &x))
		if (!pdf_next_value(&new, &y) || !str_eq(x, y))
			return false;
	size_t n = 0;
	while (pdf_next_value(&new, &y))
		if (++n > NEW_FIELDS_MAX || !pdf_is_ref(y, &number) || !is_quiet_field(d, number))
			return false;
	return true;
}

static bool form_grows(const struct diff *d, struct str old_value, struct str new_value)
{
	static const char *const free[] = {"/Fields", "/SigFlags", NULL};
	struct str old = resolve(&d->old, old_value), new = resolve(&d->new, new_value);
	if (!new_value.n)
		return !old_value.n;
	return same_but(old, new, free) && str_eq(pdf_value(new, STR("/SigFlags")), STR("3")) &&
	       list_grows(d, pdf_value(old, STR("/Fields")), pdf_value(new, STR("/Fields")));
}

static void mark_dss(void *to, uint32_t number)
{
	struct diff *d = to;
	struct str dict;
	struct err e;
	if (number >= d->new.size || d->dss[number] || was(d, number) || d->deep == DSS_DEPTH)
		return;
	d->dss[number] = true;
	d->deep++;
	/* DSS, its arrays, VRI and their arrays: what they point to are streams, with nothing further. */
	if (pdf_file_object(&d->new, number, &dict, &e) && !pdf_value(dict, STR("/Length")).n)
		pdf_each_ref(dict, mark_dss, d);
	d->deep--;
}

/* DSS, VRI and their lists by reference; certificates, revocation lists and answers as plain streams. Nothing that means more to a reader. */
static bool is_validation_data(struct str x)
{
	static const char *const stream[] = {"/Length", "/Filter", NULL};
	struct str type = pdf_value(x, STR("/Type"));
	if (x.n && x.p[0] == '[')
		return true;
	if (pdf_count(x, STR("/Length")))
		return only_keys(x, stream);
	return pdf_is_plain(x) && (!type.n || str_eq(type, STR("/DSS")) || str_eq(type, STR("/VRI")));
}

static bool check_catalog(struct diff *d, struct str old, struct str new)
{
	static const char *const free[] = {"/AcroForm", "/DSS", "/Extensions", NULL};
	static const char *const dss_keys[] = {"/Type", "/Certs", "/CRLs", "/OCSPs", "/VRI", NULL};
	struct str dss = pdf_value(new, STR("/DSS"));
	if (dss.n && !only_keys(resolve(&d->new, dss), dss_keys))
		return false;
	pdf_each_ref(dss, mark_dss, d);
	return same_but(old, new, free) && form_grows(d, pdf_value(old, STR("/AcroForm")), pdf_value(new, STR("/AcroForm")));
}

static bool check_page(struct diff *d, struct str old, struct str new)
{
	static const char *const free[] = {"/Annots", NULL};
	return same_but(old, new, free) && list_grows(d, pdf_value(old, STR("/Annots")), pdf_value(new, STR("/Annots")));
}

/* An object that was there before. */
static void check_changed(struct diff *d, uint32_t number, struct str new)
{
	struct str old, form = pdf_value(d->old_root, STR("/AcroForm"));
	struct err e;
	uint32_t form_number = 0;
	if (++d->n_changed > CHANGED_MAX || !pdf_file_object(&d->old, number, &old, &e)) {
		refuse(d, FIND_CHANGED_AFTER, number, "replaced");
		return;
	}
	bool is_form = pdf_is_ref(form, &form_number) && form_number == number;
	if (number == d->old.root) {
		if (!check_catalog(d, old, new))
			refuse(d, FIND_CHANGED_AFTER, number, "the catalogue changes more than by signatures");
	} else if (str_eq(pdf_value(old, STR("/Type")), STR("/Page"))) {
		if (!check_page(d, old, new))
			refuse(d, FIND_CHANGED_AFTER, number, "a page changes more than by fields of signatures");
	} else if (!is_form || !form_grows(d, form, form)) {
		refuse(d, FIND_CHANGED_AFTER, number, "replaced");
	}
}

static void check_new(struct diff *d, uint32_t number, struct str dict)
{
	if (d->dangling[number])
		refuse(d, FIND_SHADOW, number, "the signed revision already referred to it");
	if (!(d->dss[number] && is_validation_data(dict)) && !is_signature(dict) && !is_quiet_field(d, number))
		refuse(d, FIND_CHANGED_AFTER, number, "neither a signature nor validation data");
}

static void check_objects(struct diff *d)
{
	struct str dict;
	struct err e;
	/* First the catalogue: it says which objects are validation data. */
	if (d->tiled[d->old.root] && pdf_file_object(&d->new, d->old.root, &dict, &e))
		check_changed(d, d->old.root, dict);
	for (uint32_t i = 0; i < d->new.size && d->n_changed <= CHANGED_MAX; i++) {
		bool before = was(d, i), moved = !before != !d->new.at[i].used || (before && d->old.at[i].offset != d->new.at[i].offset);
		if (moved && !d->tiled[i])
			refuse(d, FIND_CHANGED_AFTER, i, "removed, or its place moved");
		else if (i && d->new.at[i].table == 1 && !d->new.at[i].used) /* where a table begins with a free entry, some readers count from 0 */
			refuse(d, FIND_CHANGED_AFTER, i, "free in the new table");
		if (!d->tiled[i] || i == d->old.root)
			continue;
		if (!pdf_file_object(&d->new, i, &dict, &e))
			refuse(d, FIND_CHANGED_AFTER, i, "unreadable");
		else if (before)
			check_changed(d, i, dict);
		else
			check_new(d, i, dict);
	}
}

static void check_trailer(struct diff *d)
{
	static const char *const keys[] = {"/Size", "/Root", "/Prev", "/ID", "/Info", NULL}, *const free[] = {"/Size", "/Prev", "/ID", NULL};
	struct str old_id = inside(pdf_value(d->old.trailer, STR("/ID"))), new_id = inside(pdf_value(d->new.trailer, STR("/ID"))), x, y;
	bool good = only_keys(d->new.trailer, keys) && keys_kept(d->new.trailer, d->old.trailer, free) && d->old.root == d->new.root &&
		    d->new.size >= d->old.size;
	if (pdf_next_value(&old_id, &x) && (!pdf_next_value(&new_id, &y) || !str_eq(x, y)))
		good = false;
	if (!good)
		pdf_report_add(d->r, FIND_CHANGED_AFTER, -1, "the trailer changes more than its size");
}

static void mark_dangling(void *to, uint32_t number)
{
	struct diff *d = to;
	if (number < d->new.size && !was(d, number))
		d->dangling[number] = true;
}

static bool is_container(struct str value) { return str_starts(value, STR("<<")) || str_starts(value, STR("[")); }

/* All that stands up to "endobj": a number may be the beginning of a reference that we do not take for one. */
static bool bare_object(const struct diff *d, struct str *value, struct err *e)
{
	struct str rest = str_sub(d->old.bytes, (size_t)(value->p - d->old.bytes.p), BARE_MAX);
	ptrdiff_t end = str_find(rest, STR("endobj"));
	if (end < 0)
		return err_set(e, ERR_INVALID, "PDF: an object without an end");
	*value = str_sub(rest, 0, (size_t)end);
	return true;
}

static bool find_dangling(struct diff *d, struct err *e)
{
	struct str dict;
	d->work = PDF_WORK_FACTOR * d->old.bytes.n;
	pdf_each_loose_ref(d->old.trailer, mark_dangling, d);
	for (uint32_t i = 0; i < d->old.size; i++) {
		if (!d->old.at[i].used)
			continue;
		if (!pdf_file_object_within(&d->old, i, &d->work, &dict, e))
			return false;
		if (!is_container(dict) && !bare_object(d, &dict, e))
			return false;
		pdf_each_loose_ref(dict, mark_dangling, d);
	}
	return true;
}

void revision_check(struct arena *a, struct str pdf, const struct revision *before, const struct revision *r, struct pdf_report *report)
{
	struct diff d = {.at = r, .r = report};
	struct err e;
	if (!pdf_file_open(a, str_sub(pdf, 0, before->with_eol), &d.old, &e) || !pdf_file_open(a, str_sub(pdf, 0, r->with_eol), &d.new, &e)) {
		pdf_report_add(report, FIND_STRUCTURE, -1, "%.140s", e.text);
		return;
	}
	check_trailer(&d);
	if (d.old.root != d.new.root || d.new.size < d.old.size)
		return;
	d.tiled = NEW_ARRAY(a, d.new.size, bool);
	d.dss = NEW_ARRAY(a, d.new.size, bool);
	d.dangling = NEW_ARRAY(a, d.new.size, bool);
	if (!pdf_file_object(&d.old, d.old.root, &d.old_root, &e) || !tile(&d))
		return;
	if (find_dangling(&d, &e))
		check_objects(&d);
	else
		pdf_report_add(report, FIND_STRUCTURE, -1, "%.140s", e.text);
}
