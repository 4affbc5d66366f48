/* catalogue_feeds.c — for programs: the Atom feed of changes, what search engines read, the QR code, and the API. */
#include "catalogue/catalogue_web.h"
#include "form/form.h"
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#define FEED_ENTRIES 50
#define API_ROWS 20
#define API_ROWS_MAX 200

static void put_xml(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char *as = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : NULL;
		if (as)
			buf_put(b, str_from(as));
		else if (c >= 0x20 || c == '\n' || c == '\t')
			buf_char(b, (char)c);
	}
}

static void put_tag(struct buf *b, const char *tag, struct str text)
{
	buf_fmt(b, "<%s>", tag);
	put_xml(b, text);
	buf_fmt(b, "</%s>", tag);
}

/* ---- Atom ---- */

static int newest_first(const void *x, const void *y)
{
	const struct catalogue_entry *a = *(const struct catalogue_entry *const *)x, *b = *(const struct catalogue_entry *const *)y;
	if (a->changed_at.ms != b->changed_at.ms)
		return a->changed_at.ms > b->changed_at.ms ? -1 : 1;
	return str_cmp(a->p.id, b->p.id);
}

static void put_entry(struct html_out *o, struct str origin, const struct catalogue_entry *x)
{
	struct buf *b = o->b;
	struct str url = str_fmt(b->a, "%.*s/dich-vu-cong/%.*s", STR_ARG(origin), STR_ARG(x->p.id));
	buf_put(b, STR("<entry>"));
	put_tag(b, "id", str_fmt(b->a, "%.*s#v%lld%s", STR_ARG(url), (long long)x->number, x->in_force ? "" : "-het"));
	put_tag(b, "title", x->p.name);
	put_tag(b, "updated", instant_format(b->a, x->changed_at));
	buf_put(b, STR("<link href=\""));
	put_xml(b, url);
	buf_put(b, STR("\"/>"));
	struct str state = say(o, x->in_force ? MSG_CATALOGUE_IN_FORCE : MSG_CATALOGUE_NOT_IN_FORCE);
	put_tag(b, "summary", str_fmt(b->a, "%.*s. %.*s: %.*s", STR_ARG(x->p.field), STR_ARG(state), STR_ARG(show_validity(o, x))));
	buf_put(b, STR("</entry>\n"));
}

bool feed_atom(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct html_out o = catalogue_out(r, NAV_SERVICES);
	struct str origin = catalogue_origin(r);
	const struct catalogue_entry **list = NEW_ARRAY(r->env.arena, h.v->n + 1, const struct catalogue_entry *);
	for (size_t i = 0; i < h.v->n; i++)
		list[i] = &h.v->entries[i];
	qsort(list, h.v->n, sizeof *list, newest_first);
	buf_put(&r->body, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">"));
	put_tag(&r->body, "id", str_cat(r->env.arena, origin, STR("/dich-vu-cong.atom")));
	put_tag(&r->body, "title", say(&o, MSG_CATALOGUE_FEED));
	buf_put(&r->body, STR("<author>"));
	put_tag(&r->body, "name", o.facts->agency.n ? o.facts->agency : origin);
	buf_put(&r->body, STR("</author>"));
	put_tag(&r->body, "updated", instant_format(r->env.arena, h.v->n ? list[0]->changed_at : r->env.now));
	buf_put(&r->body, STR("<link rel=\"self\" href=\""));
	put_xml(&r->body, origin);
	buf_put(&r->body, STR("/dich-vu-cong.atom\"/>\n"));
	for (size_t i = 0; i < h.v->n && i < FEED_ENTRIES; i++)
		put_entry(&o, origin, list[i]);
	buf_put(&r->body, STR("</feed>\n"));
	struct str bytes = buf_str(&r->body);
	return answer_bytes(r, 200, "application/atom+xml; charset=utf-8", str_dup(r->env.arena, bytes));
}

/* ---- search engines ---- */

bool feed_sitemap(struct request *r, struct err *e)
{
	(void)e;
	AUTO_HELD h = held_of(r);
	struct str origin = catalogue_origin(r);
	static const char *const pages[] = {"/", "/dich-vu-cong", "/niem-yet", "/huong-dan"};
	struct buf b = buf_on(r->env.arena);
	buf_put(&b, STR("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"));
	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		buf_put(&b, STR("<url>"));
		put_tag(&b, "loc", str_cat(r->env.arena, origin, str_from(pages[i])));
		buf_put(&b, STR("</url>\n"));
	}
	for (size_t i = 0; i < h.v->n; i++) {
		buf_put(&b, STR("<url>"));
		put_tag(&b, "loc", str_fmt(r->env.arena, "%.*s/dich-vu-cong/%.*s", STR_ARG(origin), STR_ARG(h.v->entries[i].p.id)));
		put_tag(&b, "lastmod", date_format(r->env.arena, date_of(h.v->entries[i].changed_at)));
		buf_put(&b, STR("</url>\n"));
	}
	buf_put(&b, STR("</urlset>\n"));
	return answer_bytes(r, 200, "application/xml; charset=utf-8", buf_str(&b));
}

bool feed_robots(struct request *r, struct err *e)
{
	(void)e;
	struct str text = str_fmt(r->env.arena, "User-agent: *\nDisallow: /api/\nDisallow: /quan-tri/\nDisallow: /cong-chuc\nSitemap: %.*s/sitemap.xml\n",
	                          STR_ARG(catalogue_origin(r)));
	return answer_bytes(r, 200, "text/plain; charset=utf-8", text);
}

/* ---- QR ---- */

static struct str qr_svg(struct arena *a, struct str text)
{
	QRcode *q = QRcode_encodeString8bit(str_cstr(a, text), 0, QR_ECLEVEL_M);
	CHECK(q != NULL);
	struct buf b = buf_on(a);
	buf_fmt(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path d=\"",
	        q->width + 8, q->width + 8, q->width + 8, q->width + 8);
	for (int y = 0; y < q->width; y++)
		for (int x = 0; x < q->width; x++)
			if (q->data[y * q->width + x] & 1)
				buf_fmt(&b, "M%d %dh1v1h-1z", x + 4, y + 4);
	buf_put(&b, STR("\"/></svg>\n"));
	QRcode_free(q);
	return buf_str(&b);
}

bool feed_qr(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	const struct catalogue_entry *x = catalogue_find(h.v, req_param(r, "code"));
	if (!x)
		return err_set(e, ERR_NOT_FOUND, "no such procedure");
	struct str url = str_fmt(r->env.arena, "%.*s/dich-vu-cong/%.*s", STR_ARG(catalogue_origin(r)), STR_ARG(x->p.id));
	return answer_bytes(r, 200, "image/svg+xml", qr_svg(r->env.arena, url));
}

/* ---- API ---- */

static json_t *text_json(struct str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }
static json_t *date_json(struct arena *a, struct date d) { return d.day == INT32_MIN || d.day == INT32_MAX ? json_null() : text_json(date_format(a, d)); }

static const char *const online_names[] = {"information", "partial", "full"};

static json_t *brief(struct request *r, const struct catalogue_entry *x)
{
	struct arena *a = r->env.arena;
	const struct procedure *p = &x->p;
	json_t *j = json_object();
	json_object_set_new(j, "code", text_json(p->code.n ? p->code : p->id));
	json_object_set_new(j, "slug", text_json(p->id));
	json_object_set_new(j, "national_code", text_json(p->code));
	json_object_set_new(j, "name", text_json(p->name));
	json_object_set_new(j, "field", text_json(p->field));
	json_object_set_new(j, "field_code", text_json(p->field_code));
	json_object_set_new(j, "online", p->online < 0 ? json_null() : json_string(online_names[p->online]));
	json_object_set_new(j, "in_force", json_boolean(x->in_force));
	json_object_set_new(j, "valid_from", date_json(a, p->from));
	json_object_set_new(j, "valid_to", date_json(a, p->to));
	json_object_set_new(j, "complete", json_boolean(procedure_is_complete(p)));
	json_object_set_new(j, "url", text_json(str_fmt(a, "%.*s/dich-vu-cong/%.*s", STR_ARG(catalogue_origin(r)), STR_ARG(p->id))));
	return j;
}

bool catalogue_api_list(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	(void)e;
	int64_t limit = form_has(r, "limit") ? form_int(r, "limit") : API_ROWS, from = form_int(r, "cursor");
	limit = limit > API_ROWS_MAX ? API_ROWS_MAX : limit;
	struct catalogue_query q = CATALOGUE_QUERY(form_text(r, "q"));
	struct catalogue_result found = catalogue_search_all(h.v, r->env.arena, &q);
	json_t *items = json_array();
	size_t i = (uint64_t)from < found.n ? (size_t)from : found.n, end = (uint64_t)limit < found.n - i ? i + (size_t)limit : found.n;
	for (; i < end; i++)
		json_array_append_new(items, brief(r, catalogue_entry_of(h.v, found.hits[i].procedure)));
	json_t *next = end < found.n ? text_json(str_fmt(r->env.arena, "%zu", end)) : json_null();
	return answer_tree(r, json_pack("{s:o,s:o,s:I}", "items", items, "next", next, "total", (json_int_t)found.n));
}

static const struct catalogue_entry *asked_for(struct request *r, const struct catalogue_view *v, struct err *e)
{
	const struct catalogue_entry *x = catalogue_find(v, req_param(r, "code"));
	if (!x)
		err_say(e, ERR_NOT_FOUND, MSG_CATALOGUE_NO_SUCH, "no such procedure");
	return x;
}

bool api_one(struct request *r, struct err *e)
{
	static const char *const keys[] = {"level", "competent_agency", "receiving_agency", "applicants", "submission", "deadline", "steps", "documents",
		"document_sets", "fees", "conditions", "results", "legal_basis", "settlement", "fee_rule", "fee_inputs", "forms", "contact", "source", "notes"};
	AUTO_HELD h = held_of(r);
	const struct catalogue_entry *x = asked_for(r, h.v, e);
	if (!x)
		return false;
	json_t *j = brief(r, x), *pack = json_loadb(x->bytes.p, x->bytes.n, 0, NULL), *gaps = json_array();
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		json_object_set(j, keys[i], json_object_get(pack, keys[i]));
	json_decref(pack);
	for (int g = 0; g < GAPS; g++)
		if (procedure_gaps(&x->p) & (1U << g))
			json_array_append_new(gaps, json_string(procedure_gap_key((enum procedure_gap)g)));
	json_object_set_new(j, "missing", gaps);
	json_object_set_new(j, "version", json_integer(x->number));
	json_object_set_new(j, "sha256", text_json(x->hash));
	json_object_set_new(j, "note", text_json(x->note));
	json_object_set_new(j, "decision", x->decision_number.n ? json_pack("{s:o,s:o}", "number", text_json(x->decision_number), "date",
		x->decision_date.has ? date_json(r->env.arena, x->decision_date.v) : json_null()) : json_null());
	return answer_tree(r, j);
}

bool api_form(struct request *r, struct err *e)
{
	AUTO_HELD h = held_of(r);
	const struct catalogue_config *cfg = catalogue_config(h.c);
	const struct catalogue_entry *x = asked_for(r, h.v, e);
	struct catalogue_forms forms = {0};
	if (!x)
		return false;
	if (!cfg->forms || !cfg->forms(cfg->ctx, r->env.arena, &x->p, date_of(r->env.now), &forms))
		return err_set(e, ERR_NOT_FOUND, "the procedure has no form");
	json_t *list = json_array(), *files = json_array();
	for (size_t i = 0; i < forms.n; i++) {
		struct str id = forms.v[i]->id;
		json_t *mine = forms.n > 1 ? json_object_get(forms.example, str_cstr(r->env.arena, id)) : forms.example;
		eform_take_files(r->env.arena, forms.v[i], forms.n > 1 ? str_cat(r->env.arena, id, STR(".")) : STR_NONE, mine, files);
		json_array_append_new(list, eform_public_json(forms.v[i]));
	}
	json_t *answers = forms.example ? forms.example : json_object();
	return answer_tree(r, json_pack("{s:o,s:o,s:b,s:o,s:{s:o,s:o}}", "procedure", text_json(x->p.id), "national_code", text_json(x->p.code),
		"in_force", x->in_force, "forms", list, "example", "answers", answers, "files", files));
}
