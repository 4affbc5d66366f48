/* http_fuzz.c — one byte chooses what the rest is: an urlencoded body, header values, a path, JSON, or a form of every kind of
 * field sent either way. Built with libFuzzer, or with replay.c to run the corpus. Nothing may crash, and what a form took is
 * what its field promises. */
#include "core/http/exchange.h"
#include "core/http/fuzz.h"
#include "core/http/peer.h"
#include "core/http/text.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void fuzz_headers(struct arena *a, struct str s)
{
	struct str v;
	uint8_t address[16];
	int64_t from = 0, to = 0;
	text_parameter(a, s, "boundary", &v);
	(void)text_main_value(s);
	int q = text_coding_quality(s, "gzip");
	CHECK(q >= 0 && q <= 1000);
	(void)text_etag_matches(s, STR("x"));
	if (text_range(s, 1000, &from, &to) == 1)
		CHECK(from >= 0 && from <= to && to < 1000);
	(void)peer_parse(s, address);
	struct str name = upload_clean_name(a, s);
	CHECK(name.n > 0 && name.n <= 200 && str_is_utf8(name) && str_find_char(name, '/') < 0 && name.p[0] != '.');
}

static void fuzz_path(struct arena *a, struct str s)
{
	static const struct route one = {.path = "/a/:x"};
	static const struct route_table none = {"none", &one, 0};
	struct router *rt = NULL;
	struct route_match m;
	struct err e = {0};
	CHECK(router_new(&rt, &none, 1, &e));
	(void)router_find(rt, a, HTTP_GET, s, &m);
	router_free(rt);
	if (path_is_local(s))
		CHECK(s.p[0] == '/' && (s.n < 2 || s.p[1] != '/'));
}

/* ---- a declared form ---- */

static const struct choice choices[] = {{"x", 0}, {"y", 0}};
static const struct field fields[] = {
	{.name = "t", .kind = FIELD_TEXT, .required = true, .max = 20}, {.name = "l", .kind = FIELD_LONG_TEXT, .repeated = true, .most = 3},
	{.name = "i", .kind = FIELD_INT, .low = -5, .high = 500}, {.name = "m", .kind = FIELD_MONEY, .low = 0, .high = 1000000},
	{.name = "d", .kind = FIELD_DATE}, {.name = "c", .kind = FIELD_CHOICE, .choices = choices, .n_choices = 2}, {.name = "b", .kind = FIELD_BOOL},
	{.name = "n", .kind = FIELD_ID, .repeated = true}, {.name = "e", .kind = FIELD_EMAIL}, {.name = "h", .kind = FIELD_HIDDEN}, {.name = "p", .kind = FIELD_PASSWORD},
};
static const struct form every_kind = {"f", fields, ARRAY_LEN(fields)};

static void check_clean(struct request *r)
{
	struct date d;
	struct str t = form_text(r, "t");
	CHECK(t.n > 0 && str_is_utf8(t) && str_utf8_len(t) <= 20 && str_find_char(t, '\n') < 0);
	CHECK(form_count(r, "l") <= 3 && str_is_utf8(form_text_at(r, "l", 2)));
	CHECK(form_int(r, "i") >= -5 && form_int(r, "i") <= 500);
	CHECK(form_money(r, "m").dong >= 0 && form_money(r, "m").dong <= 1000000);
	CHECK(form_has(r, "c") == (form_choice(r, "c") >= 0) && form_choice(r, "c") < 2 && form_has(r, "d") == form_date(r, "d", &d));
	for (size_t i = 0; i < form_count(r, "n"); i++)
		CHECK(form_id_at(r, "n", i) >= 0);
	(void)form_bool(r, "b");
}

/* One that begins with '{' is JSON. */
static void fuzz_form(struct arena *a, struct str s)
{
	static const struct http_config cfg;
	struct http h = {.cfg = &cfg};
	struct exchange *x = NEW(a, struct exchange);
	x->h = &h;
	x->r = (struct request){.env = {.arena = a}, .form = &every_kind, .x = x};
	bool json = s.n && s.p[0] == '{';
	if (json && str_is_utf8(s))
		x->r.json = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, NULL);
	if (json ? x->r.json != NULL : pairs_parse_urlencoded(a, s, 100, &x->form)) {
		form_read(x);
		if (form_ok(&x->r))
			check_clean(&x->r);
	}
	json_decref(x->r.json);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n == 0)
		return 0;
	AUTO_ARENA a = arena_new(0);
	struct str s = {(const char *)p + 1, n - 1};
	struct pairs pairs = {0};
	struct json_scan scan = {0};
	switch ((p[0] + 2U) % 5) { /* the digits 0 to 4 */
	case 0: fuzz_form(a, s); break;
	case 1: (void)pairs_parse_urlencoded(a, s, 100, &pairs); break;
	case 2: fuzz_headers(a, s); break;
	case 3: fuzz_path(a, s); break;
	default: (void)json_scan_feed(&scan, s.p, s.n, 64, 1000);
	}
	return 0;
}
