/* multipart_fuzz.c — any bytes as a multipart body whose boundary is "B". What is taken does not depend on how the bytes are cut into
 * pieces, and nothing stays behind. */
#include "core/http/multipart.h"
#include "tests/fuzz/fuzz.h"

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
	buf_put(&s->b, hex_encode(s->a, u->plain.b, sizeof u->plain.b));
	blob_writer_free(u->file);
}

/* Several processes may use it at once: each locks what it writes. */
static struct blob_store *store(void)
{
	static struct blob_store *s;
	struct err e = {0};
	CHECK(s || blob_store_new(&s, STR("/tmp/motcua-fuzz-multipart"), NULL, &e));
	return s;
}

/* What a body gives when it comes in pieces of `step` bytes; empty when refused. */
static struct str parse(struct arena *a, struct str body, size_t step)
{
	const struct multipart_limits limits = {.blobs = store(), .file_max = 10000, .value_max = 10000, .files_max = 3, .parts_max = 10};
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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct str s = {(const char *)p, n};
	struct str whole = parse(a, s, n ? n : 1);
	CHECK(str_eq(whole, parse(a, s, 1)) && str_eq(whole, parse(a, s, 7)));
	return 0;
}
