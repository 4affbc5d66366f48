/* request.c — what handlers ask of a request: parameters, query, headers, cookies, hidden fields, limits. */
#include "core/crypto/crypto.h"
#include "core/http/exchange.h"
#include "core/http/text.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>

void random_bytes(void *out, size_t n)
{
	char *p = out;
	while (n > 0) {
		ssize_t k = getrandom(p, n, 0);
		CHECK(k > 0 || errno == EINTR);
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
}

/* ---- pairs ---- */

void pairs_add(struct arena *a, struct pairs *p, struct str name, struct str value)
{
	if (p->n == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 16;
		struct pair *grown = NEW_ARRAY(a, cap, struct pair);
		if (p->n)
			memcpy(grown, p->at, p->n * sizeof *grown);
		p->at = grown;
		p->cap = cap;
	}
	p->at[p->n++] = (struct pair){name, value};
}

const struct pair *pairs_find(const struct pairs *p, struct str name, bool nocase)
{
	for (size_t i = 0; i < p->n; i++)
		if (nocase ? str_eq_nocase(p->at[i].name, name) : str_eq(p->at[i].name, name))
			return &p->at[i];
	return NULL;
}

bool pairs_parse_urlencoded(struct arena *a, struct str s, size_t most, struct pairs *out)
{
	struct str part;
	while (s.n && str_next(&s, '&', &part)) {
		if (part.n == 0)
			continue;
		ptrdiff_t eq = str_find_char(part, '=');
		struct str name = eq < 0 ? part : str_sub(part, 0, (size_t)eq);
		struct str value = eq < 0 ? STR_NONE : str_sub(part, (size_t)eq + 1, part.n);
		if (out->n == most || !text_unescape(a, name, true, &name) || !text_unescape(a, value, true, &value))
			return false;
		pairs_add(a, out, name, value);
	}
	return true;
}

/* ---- path and query ---- */

struct str req_param(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->x->match.n_params; i++)
		if (strcmp(r->x->match.params[i].name, name) == 0)
			return r->x->match.params[i].value;
	check_failed(__FILE__, __LINE__, name);
}

bool req_param_id(const struct request *r, const char *name, int64_t *out)
{
	struct str s = req_param(r, name);
	return s.n && s.p[0] >= '0' && s.p[0] <= '9' && str_to_i64(s, out) && *out > 0;
}

static const struct pairs *query(struct request *r)
{
	struct exchange *x = r->x;
	/* A query with a bad escape was refused with 400 before any handler. */
	if (!x->query_read)
		x->query_read = pairs_parse_urlencoded(r->env.arena, r->query, 200, &x->query);
	return &x->query;
}

struct str req_query(struct request *r, const char *name)
{
	const struct pair *p = pairs_find(query(r), str_from(name), false);
	return p && str_is_utf8(p->value) ? p->value : STR_NONE;
}

int64_t req_query_int(struct request *r, const char *name, int64_t otherwise)
{
	int64_t v = 0;
	return str_to_i64(req_query(r, name), &v) ? v : otherwise;
}

/* ---- words sealed into an address ---- */

static struct key session_key(const struct request *r)
{
	struct key k;
	memcpy(k.b, r->csrf_secret, sizeof k.b);
	struct key out = key_derive(&k, STR("query"));
	crypto_wipe(&k, sizeof k);
	return out;
}

struct str req_seal_query(struct request *r, const char *name, struct str plain)
{
	CHECK(r->auth != AUTH_NONE);
	AUTO_KEY key = session_key(r);
	struct str sealed = crypto_seal(r->env.arena, &key, str_from(name), plain);
	return base64url_encode(r->env.arena, sealed.p, sealed.n);
}

struct str req_query_sealed(struct request *r, const char *name, bool *lost)
{
	struct str value = req_query(r, name), sealed, plain = STR("");
	struct err e = {0};
	*lost = false;
	if (!value.n)
		return plain;
	AUTO_KEY key = session_key(r);
	*lost = r->auth == AUTH_NONE || !base64_decode(r->env.arena, value, &sealed) ||
	        !crypto_open(r->env.arena, &key, str_from(name), sealed, &plain, &e);
	return *lost ? STR("") : plain;
}

/* ---- headers and cookies ---- */

struct str req_header(struct request *r, const char *name)
{
	const struct pair *p = pairs_find(&r->x->headers, str_from(name), true);
	return p ? p->value : STR_NONE;
}

static void read_cookies(struct request *r)
{
	struct exchange *x = r->x;
	struct str rest = req_header(r, "Cookie"), part;
	x->cookies_read = true;
	while (x->cookies.n < 50 && str_next(&rest, ';', &part)) {
		ptrdiff_t eq = str_find_char(part, '=');
		if (eq > 0)
			pairs_add(r->env.arena, &x->cookies, str_trim(str_sub(part, 0, (size_t)eq)),
			          str_trim(str_sub(part, (size_t)eq + 1, part.n)));
	}
}

struct str req_cookie(struct request *r, const char *name)
{
	if (!r->x->cookies_read)
		read_cookies(r);
	struct str full = r->x->h->cfg->https ? str_fmt(r->env.arena, "__Host-%s", name) : str_from(name);
	const struct pair *p = pairs_find(&r->x->cookies, full, false);
	return p ? p->value : STR_NONE;
}

/* ---- reads ---- */

void req_note_read(struct request *r, int64_t id)
{
	struct exchange *x = r->x;
	if (x->n_reads == x->cap_reads) {
		size_t cap = x->cap_reads ? x->cap_reads * 2 : 8;
		int64_t *grown = NEW_ARRAY(r->env.arena, cap, int64_t);
		if (x->n_reads)
			memcpy(grown, x->reads, x->n_reads * sizeof *grown);
		x->reads = grown;
		x->cap_reads = cap;
	}
	x->reads[x->n_reads++] = id;
}

const int64_t *req_reads(const struct request *r, size_t *n)
{
	*n = r->x->n_reads;
	return r->x->reads;
}

/* ---- limits ---- */

bool req_limit_key(struct request *r, enum rate_class c, uint64_t key, struct err *e)
{
	int retry = 1;
	CHECK((size_t)c < RATE_COUNT);
	if (limits_take(r->x->h->limits, c, r->x->h->cfg->rate_address[c], key, monotonic_ns(), &retry))
		return true;
	answer_header(r, "Retry-After", str_fmt(r->env.arena, "%d", retry));
	return err_set(e, ERR_LIMITED, "rate limit of class %d", (int)c);
}

bool req_limit(struct request *r, enum rate_class c, struct err *e)
{
	return req_limit_key(r, c, limits_key_address(r->x->address), e);
}

/* ---- hidden fields ---- */

/* pad || pad ^ secret: the answer never holds the same bytes twice, so that compression tells nothing (BREACH). */
struct str req_csrf(struct request *r)
{
	uint8_t both[64];
	if (r->auth != AUTH_COOKIE)
		return STR("");
	random_bytes(both, 32);
	for (size_t i = 0; i < 32; i++)
		both[32 + i] = both[i] ^ r->csrf_secret[i];
	return base64url_encode(r->env.arena, both, sizeof both);
}

struct str req_action_id(struct request *r)
{
	struct str sent;
	if (r->x->action.n == 0 && req_form_raw(r, STR(FORM_ACTION), 0, &sent) && sent.n <= 64 && str_is_utf8(sent))
		r->x->action = sent;
	if (r->x->action.n == 0) {
		uint8_t id[16];
		random_bytes(id, sizeof id);
		r->x->action = base64url_encode(r->env.arena, id, sizeof id);
	}
	return r->x->action;
}

const char *req_method_text(const struct request *r)
{
	if (r->is_head)
		return "HEAD";
	return (size_t)r->method < HTTP_METHOD_COUNT ? http_method_name(r->method) : "other";
}
