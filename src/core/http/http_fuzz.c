/* http_fuzz.c — one byte chooses what the rest is: a multipart body, an urlencoded one, header values, a path, JSON.
 * Built with libFuzzer, or with replay.c to run the corpus. Nothing may crash, and multipart must not depend on how the
 * bytes are cut into pieces. */
#include "core/http/exchange.h"
#include "core/http/fuzz.h"
#include "core/http/peer.h"
#include "core/http/text.h"
#include <stdlib.h>
#include <string.h>

struct seen { struct arena *a; struct buf b; };

static void on_value(void *ctx, struct str name, struct str value)
{
	struct seen *s = ctx;
	buf_fmt(&s->b, "[%.*s=%zu:", STR_ARG(name), value.n);
	buf_put(&s->b, value);
}

static void on_file(void *ctx, struct upload *u)
{
	struct seen *s = ctx;
	buf_fmt(&s->b, "[%.*s/%.*s=%lld:", STR_ARG(u->field), STR_ARG(u->name), (long long)u->size);
	buf_put(&s->b, hex_encode(s->a, u->sha256, sizeof u->sha256));
	upload_release(u);
}

/* What a body gives when it comes in pieces of `step` bytes; empty when refused. */
static struct str parse(struct arena *a, struct str body, size_t step)
{
	static const struct multipart_limits limits = {.dir = "/tmp", .file_max = 10000, .value_max = 10000, .files_max = 3, .parts_max = 10};
	struct seen s = {.a = a, .b = buf_on(a)};
	struct multipart *m = NULL;
	struct err e = {0};
	CHECK(multipart_new(&m, a, STR("B"), &limits, (struct multipart_sink){on_value, on_file, &s}, &e));
	bool ok = true;
	for (size_t i = 0; ok && i < body.n; i += step) {
		struct str piece = str_sub(body, i, step);
		ok = multipart_feed(m, piece.p, piece.n, &e);
	}
	ok = ok && multipart_end(m, &e);
	multipart_done(m);
	return ok ? buf_str(&s.b) : STR("");
}

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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	if (n == 0)
		return 0;
	AUTO_ARENA a = arena_new(0);
	struct str s = {(const char *)p + 1, n - 1};
	struct pairs pairs = {0};
	struct json_scan scan = {0};
	switch ((p[0] + 2U) % 5) { /* the digits 0 to 4 */
	case 0: {
		struct str whole = parse(a, s, s.n ? s.n : 1);
		CHECK(str_eq(whole, parse(a, s, 1)) && str_eq(whole, parse(a, s, 7)));
		break;
	}
	case 1: (void)pairs_parse_urlencoded(a, s, 100, &pairs); break;
	case 2: fuzz_headers(a, s); break;
	case 3: fuzz_path(a, s); break;
	default: (void)json_scan_feed(&scan, s.p, s.n, 64, 1000);
	}
	return 0;
}
