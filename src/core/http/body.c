/* body.c — receives a body: form, multipart, JSON, other bytes, or straight into a descriptor. */
#include "core/http/exchange.h"
#include "core/http/text.h"
#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool json_scan_feed(struct json_scan *s, const char *p, size_t n, unsigned depth_max, unsigned values_max)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];
		if (s->in_string) {
			s->in_string = s->escaped || c != '"';
			s->escaped = !s->escaped && c == '\\';
		} else if (c == '"') {
			s->in_string = true;
		} else if (c == '[' || c == '{') {
			s->values++;
			if (++s->depth > depth_max)
				return false;
		} else if (c == ']' || c == '}') {
			s->depth -= s->depth > 0;
		} else if (c == ',' || c == ':') {
			s->values++;
		}
	}
	return s->values <= values_max;
}

static void got_value(void *ctx, struct str name, struct str value)
{
	struct exchange *x = ctx;
	pairs_add(x->r.env.arena, &x->form, name, value);
}

static void got_file(void *ctx, struct upload *u)
{
	struct exchange *x = ctx;
	struct upload **at = &x->r.uploads;
	while (*at)
		at = &(*at)->next;
	*at = u;
}

static bool unsupported(struct exchange *x, struct err *e)
{
	x->fail_status = 415;
	return err_set(e, ERR_INVALID, "this content type is not taken here");
}

static bool begin_multipart(struct exchange *x, struct str type, struct err *e)
{
	const struct http_config *c = x->h->cfg;
	struct arena *a = x->r.env.arena;
	struct str boundary;
	if (!text_parameter(a, type, "boundary", &boundary))
		return err_set(e, ERR_INVALID, "multipart without boundary");
	bool files = (x->match.route->flags & ROUTE_UPLOAD) != 0;
	struct multipart_limits *l = NEW(a, struct multipart_limits);
	*l = (struct multipart_limits){.blobs = files ? c->blobs : NULL, .file_max = c->upload_max, .value_max = c->form_max,
	                               .files_max = c->files_max, .parts_max = c->parts_max};
	x->kind = BODY_MULTIPART;
	x->in_pieces = files;
	x->body_limit = (int64_t)(files ? c->uploads_max : c->form_max + 65536);
	return multipart_new(&x->multipart, a, boundary, l, (struct multipart_sink){got_value, got_file, x}, e);
}

static bool begin_sink(struct exchange *x, struct err *e)
{
	x->r.sink = (struct sink){.fd = -1};
	bool ok = db_take(x, e) && x->match.route->receive(&x->r, e);
	db_give(x);
	if (!ok || x->r.answered)
		return ok;
	CHECK(x->r.sink.fd >= 0 && x->r.sink.max >= 0);
	x->kind = BODY_SINK;
	x->in_pieces = true;
	x->body_limit = x->r.sink.max;
	return true;
}

/* A program that forgot the type of its JSON is told so, not that each field is missing. */
static bool wants_json(struct exchange *x)
{
	const struct route *t = x->match.route;
	const struct str length = req_header(&x->r, "Content-Length");
	return t->doc && (t->form || (t->doc->body && strcmp(t->doc->body, "bytes") != 0)) && length.n > 0 && !str_eq(length, STR("0"));
}

static bool choose_kind(struct exchange *x, struct err *e)
{
	struct str type = req_header(&x->r, "Content-Type"), main = text_main_value(type);
	const struct http_config *c = x->h->cfg;
	if (x->match.route->receive)
		return begin_sink(x, e);
	if (str_eq_nocase(main, STR("multipart/form-data")))
		return begin_multipart(x, type, e);
	x->body_limit = (int64_t)c->form_max;
	if (str_eq_nocase(main, STR("application/x-www-form-urlencoded"))) {
		x->kind = BODY_FORM;
	} else if (str_eq_nocase(main, STR("application/json")) && (x->match.route->flags & ROUTE_API)) {
		x->kind = BODY_JSON;
		x->body_limit = (int64_t)c->json_max;
	} else if (wants_json(x)) {
		return unsupported(x, e);
	} else if (x->match.route->flags & ROUTE_API || main.n == 0) {
		x->kind = BODY_RAW;
	} else {
		return unsupported(x, e);
	}
	return true;
}

static bool length_fits(struct exchange *x, struct err *e)
{
	struct str sent = req_header(&x->r, "Content-Length");
	int64_t n = 0;
	if (sent.n && (!str_to_i64(sent, &n) || n < 0))
		return err_set(e, ERR_INVALID, "ill-formed Content-Length");
	if (n > x->body_limit)
		return err_set(e, ERR_TOO_LARGE, "body of %lld bytes, %lld allowed", (long long)n, (long long)x->body_limit);
	return true;
}

bool body_begin(struct exchange *x, struct err *e)
{
	struct str encoding = req_header(&x->r, "Content-Encoding");
	if (encoding.n && !str_eq_nocase(encoding, STR("identity")))
		return unsupported(x, e);
	if (!choose_kind(x, e))
		return false;
	if (x->r.answered)
		return true;
	if (x->match.route->body_max)
		x->body_limit = x->match.route->body_max;
	x->in = buf_on(x->r.env.arena);
	return length_fits(x, e);
}

static bool write_sink(struct sink *s, const char *p, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t k = pwrite(s->fd, p, n, (off_t)s->offset);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return err_set(e, errno == ENOSPC ? ERR_BUSY : ERR_INTERNAL, "receiving a body: %s", strerror(errno));
		s->offset += k;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static bool feed_sink(struct exchange *x, const char *p, size_t n, struct err *e)
{
	struct sink *s = &x->r.sink;
	char part[16384];
	for (size_t k = 0; s->seal && n > 0; p += k, n -= k) {
		k = n < sizeof part ? n : sizeof part;
		memcpy(part, p, k);
		s->seal(s->ctx, s->offset, part, k);
		if (!write_sink(s, part, k, e))
			return false;
	}
	return write_sink(s, p, n, e);
}

static bool feed(struct exchange *x, const char *p, size_t n, struct err *e)
{
	const struct http_config *c = x->h->cfg;
	if (x->r.received > x->body_limit)
		return err_set(e, ERR_TOO_LARGE, "body over %lld bytes", (long long)x->body_limit);
	switch (x->kind) {
	case BODY_NONE: return true;
	case BODY_MULTIPART: return multipart_feed(x->multipart, p, n, e);
	case BODY_SINK: return feed_sink(x, p, n, e);
	case BODY_JSON:
		if (!json_scan_feed(&x->scan, p, n, c->json_depth, c->json_values))
			return err_set(e, ERR_INVALID, "JSON too deep or with too many values");
		buf_put(&x->in, (struct str){p, n});
		return true;
	case BODY_FORM:
	case BODY_RAW: buf_put(&x->in, (struct str){p, n}); return true;
	}
	return true;
}

#define WAITING_MAX ((size_t)256 * 1024)

/* As large as the body, which is mostly small. */
static void make_room(struct exchange *x)
{
	int64_t n = 0;
	if (x->waiting.at)
		return;
	bool small = str_to_i64(req_header(&x->r, "Content-Length"), &n) && n > 0 && n < (int64_t)WAITING_MAX;
	x->waiting.cap = small ? (size_t)n : WAITING_MAX;
	x->waiting.at = malloc(x->waiting.cap);
	CHECK(x->waiting.at != NULL);
}

static size_t put_waiting(struct exchange *x, const char *p, size_t n)
{
	make_room(x);
	size_t room = x->waiting.cap - x->waiting.n, k = n < room ? n : room;
	memcpy(x->waiting.at + x->waiting.n, p, k);
	x->waiting.n += k;
	return k;
}

static bool body_full(const struct exchange *x) { return x->waiting.n > 0 && x->waiting.n == x->waiting.cap; }

#define LARGE ((int64_t)8 << 20)
#define BUSY_NS ((int64_t)20000000)

/* While somebody else asks for something, who sends a large file has the machine for a quarter of the time: pages must not wait behind it. */
static void rest(const struct exchange *x, int64_t begun)
{
	int64_t now = monotonic_ns(), worked = now - begun < BUSY_NS ? now - begun : BUSY_NS;
	if (x->r.received >= LARGE && now - atomic_load_explicit(&x->h->asked_ns, memory_order_relaxed) < BUSY_NS)
		nanosleep(&(struct timespec){.tv_nsec = 3 * worked}, NULL);
}

bool body_drain(struct exchange *x)
{
	int64_t begun = monotonic_ns();
	if (!x->failed && !feed(x, x->waiting.at, x->waiting.n, &x->err))
		x->failed = true;
	x->waiting.n = 0;
	rest(x, begun);
	return true;
}

/* How many bytes were taken; fewer when what waits must be written first. */
static size_t body_feed(struct exchange *x, const char *p, size_t n)
{
	/* After a mistake the rest is read and dropped, so that the client gets to read the answer. */
	if (!x->failed && x->in_pieces)
		n = put_waiting(x, p, n);
	x->r.received += (int64_t)n;
	if (!x->failed && !x->in_pieces && !feed(x, p, n, &x->err))
		x->failed = true;
	return n;
}

void body_away(struct exchange *x)
{
	x->suspend(x);
	CHECK(slow_submit(x->h->bodies, x, &x->err));
}

bool exchange_body(struct exchange *x, const char *p, size_t n, size_t *used)
{
	*used = n;
	if (x->early) {
		x->r.received += (int64_t)n;
		return true;
	}
	*used = body_feed(x, p, n);
	bool full = body_full(x);
	if (full)
		body_away(x);
	return !full;
}

static bool parse_json(struct exchange *x, struct err *e)
{
	json_error_t why;
	struct str s = buf_str(&x->in);
	if (!str_is_utf8(s))
		return err_set(e, ERR_INVALID, "JSON that is not UTF-8");
	x->r.json = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &why);
	if (!x->r.json)
		return err_set(e, ERR_INVALID, "JSON, line %d: %s", why.line, why.text);
	x->r.raw = s;
	return true;
}

bool body_end(struct exchange *x, struct err *e)
{
	switch (x->kind) {
	case BODY_NONE:
	case BODY_SINK: return true;
	case BODY_MULTIPART: return multipart_end(x->multipart, e);
	case BODY_JSON: return x->in.n == 0 || parse_json(x, e);
	case BODY_RAW: x->r.raw = buf_str(&x->in); return true;
	case BODY_FORM:
		if (!pairs_parse_urlencoded(x->r.env.arena, buf_str(&x->in), x->h->cfg->parts_max, &x->form))
			return err_set(e, ERR_INVALID, "ill-formed urlencoded body");
		return true;
	}
	return true;
}

void body_done(struct exchange *x)
{
	multipart_done(x->multipart);
	x->multipart = NULL;
	for (struct upload *u = x->r.uploads; u; u = u->next)
		blob_writer_free(u->file);
	x->r.uploads = NULL;
	free(x->waiting.at);
	x->waiting.at = NULL;
	if (x->kind == BODY_SINK && x->r.sink.fd >= 0)
		close(x->r.sink.fd);
	json_decref(x->r.json);
	x->r.json = NULL;
}

static void hash_str(EVP_MD_CTX *md, struct str s)
{
	uint64_t n = s.n;
	CHECK(EVP_DigestUpdate(md, &n, sizeof n) == 1 && EVP_DigestUpdate(md, s.p ? s.p : "", s.n) == 1);
}

/* What was asked, apart from what differs between two showings of one form: the masked token and the action id. */
void body_hash(struct exchange *x, uint8_t out[32])
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	CHECK(md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	hash_str(md, str_from(http_method_name(x->r.method)));
	hash_str(md, x->r.path);
	hash_str(md, x->r.query);
	for (size_t i = 0; i < x->form.n; i++)
		if (!str_eq(x->form.at[i].name, STR(FORM_CSRF)) && !str_eq(x->form.at[i].name, STR(FORM_ACTION))) {
			hash_str(md, x->form.at[i].name);
			hash_str(md, x->form.at[i].value);
		}
	for (const struct upload *u = x->r.uploads; u; u = u->next) {
		hash_str(md, u->field);
		hash_str(md, u->name);
		hash_str(md, (struct str){(const char *)u->plain.b, sizeof u->plain.b});
	}
	hash_str(md, x->r.raw);
	CHECK(EVP_DigestFinal_ex(md, out, NULL) == 1);
	EVP_MD_CTX_free(md);
}
