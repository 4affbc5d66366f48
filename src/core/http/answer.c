/* answer.c — what handlers answer with, and the headers that every answer carries. */
#include "core/base/json_text.h"
#include "core/http/exchange.h"
#include "core/http/text.h"
#include "core/log/log.h"
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A second slash, plain or as a front may undo it before it hands the address on. */
static bool begins_elsewhere(struct str after_slash)
{
	static const char *const bad[] = {"/", "\\", "%2f", "%2F", "%5c", "%5C"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (str_starts(after_slash, str_from(bad[i])))
			return true;
	return false;
}

bool path_is_local(struct str path)
{
	if (path.n == 0 || path.p[0] != '/' || begins_elsewhere(str_sub(path, 1, path.n)))
		return false;
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] <= ' ' || path.p[i] == 0x7F || path.p[i] == '\\')
			return false;
	return true;
}

static bool answered(struct request *r, int status, const char *type)
{
	r->answered = true;
	r->status = status;
	if (type)
		r->type = str_from(type);
	return true;
}

bool answer_html(struct request *r, int status) { return answered(r, status, "text/html; charset=utf-8"); }
bool answer_json(struct request *r, int status) { return answered(r, status, "application/json"); }

bool answer_tree(struct request *r, json_t *tree)
{
	json_append(&r->body, tree);
	return answer_json(r, 200);
}

bool answer_empty(struct request *r, int status)
{
	r->body.n = 0;
	return answered(r, status, "");
}

bool answer_bytes(struct request *r, int status, const char *type, struct str bytes)
{
	r->body.n = 0;
	buf_put(&r->body, bytes);
	r->type = str_dup(r->env.arena, str_from(type));
	return answered(r, status, NULL);
}

/* What stems from a request, a file or the database may be stray: the answer goes without it, and the log says what was left out. */
static void left_out(const char *what, const char *name)
{
	log_event(LOG_ERROR, "answer without a stray value", log_text("part", what), log_text("name", name));
}

bool answer_redirect(struct request *r, struct str path)
{
	if (!path_is_local(path)) {
		left_out("redirect", "Location");
		path = STR("/");
	}
	answer_header(r, "Location", path);
	return answer_empty(r, 303);
}

void answer_header(struct request *r, const char *name, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7F) {
			left_out("header", name);
			return;
		}
	pairs_add(r->env.arena, &r->x->out, str_from(name), str_dup(r->env.arena, value));
}

void answer_cookie(struct request *r, const char *name, struct str value, int max_age_s)
{
	bool https = r->x->h->cfg->https;
	struct buf b = buf_on(r->env.arena);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] >= 0x7F || strchr("\",;\\", value.p[i])) {
			left_out("cookie", name);
			return;
		}
	buf_fmt(&b, "%s%s=%.*s; Path=/; HttpOnly; SameSite=Lax", https ? "__Host-" : "", name, STR_ARG(value));
	if (https)
		buf_put(&b, STR("; Secure"));
	if (max_age_s != 0)
		buf_fmt(&b, "; Max-Age=%d", max_age_s > 0 ? max_age_s : 0);
	answer_header(r, "Set-Cookie", buf_str(&b));
}

void answer_cookie_clear(struct request *r, const char *name) { answer_cookie(r, name, STR(""), -1); }

bool answer_fresh(struct request *r, struct str revision)
{
	struct str etag = str_fmt(r->env.arena, "\"%.*s\"", STR_ARG(revision));
	answer_header(r, "ETag", etag);
	r->x->has_etag = true;
	if (!text_etag_matches(req_header(r, "If-None-Match"), revision))
		return false;
	return answer_empty(r, 304);
}

/* ---- files ---- */

static bool may_show(struct str type)
{
	static const char *const safe[] = {"application/pdf", "image/png", "image/jpeg", "image/webp", "text/plain"};
	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		if (str_eq(text_main_value(type), str_from(safe[i])))
			return true;
	return false;
}

/* RFC 6266: an ASCII name for old clients and the real one beside it. */
static void put_disposition(struct request *r, bool show, struct str name)
{
	struct buf b = buf_on(r->env.arena);
	struct str clean = upload_clean_name(r->env.arena, name);
	buf_fmt(&b, "%s; filename=\"", show ? "inline" : "attachment");
	for (size_t i = 0; i < clean.n; i++)
		buf_char(&b, (unsigned char)clean.p[i] < 0x80 && clean.p[i] != '%' ? clean.p[i] : '_');
	buf_put(&b, STR("\"; filename*=UTF-8''"));
	text_put_escaped(&b, clean, "");
	answer_header(r, "Content-Disposition", buf_str(&b));
}

static int range_of(struct request *r, int64_t size, int64_t *from, int64_t *to)
{
	/* If-Range names the state that the client holds part of; without comparing it a range may mix two files. */
	struct str header = req_header(r, "Range");
	if (header.n == 0 || req_header(r, "If-Range").n)
		return 0;
	return text_range(header, size, from, to);
}

bool answer_file(struct request *r, int fd, int64_t size, const char *type, struct str name, bool inline_ok)
{
	struct exchange *x = r->x;
	int64_t from = 0, to = size - 1;
	int range = range_of(r, size, &from, &to);
	x->fd = fd;
	x->untrusted = true;
	answer_header(r, "Accept-Ranges", STR("bytes"));
	put_disposition(r, inline_ok && may_show(str_from(type)), name);
	if (range < 0) {
		close(fd);
		x->fd = -1;
		answer_header(r, "Content-Range", str_fmt(r->env.arena, "bytes */%lld", (long long)size));
		return answer_empty(r, 416);
	}
	if (range > 0)
		answer_header(r, "Content-Range",
		              str_fmt(r->env.arena, "bytes %lld-%lld/%lld", (long long)from, (long long)to, (long long)size));
	x->file_from = from;
	x->file_size = to - from + 1;
	r->type = str_dup(r->env.arena, str_from(type));
	return answered(r, range > 0 ? 206 : 200, NULL);
}

bool answer_stream(struct request *r, const char *type, struct str download_name, struct answer_stream s)
{
	r->x->stream = s;
	r->x->has_stream = true;
	if (download_name.n)
		put_disposition(r, false, download_name);
	r->type = str_dup(r->env.arena, str_from(type));
	return answered(r, 200, NULL);
}

void answer_reset(struct exchange *x)
{
	struct request *r = &x->r;
	r->answered = false;
	r->status = 200;
	r->body = buf_on(r->env.arena);
	r->type = STR("text/html; charset=utf-8");
	x->untrusted = x->has_etag = false;
	if (x->fd >= 0)
		close(x->fd);
	x->fd = -1;
	if (x->has_stream && !x->stream_running && x->stream.done)
		x->stream.done(x->stream.ctx);
	x->has_stream = false;
}

/* ---- assets and kept pages ---- */

static void fixed_body(struct exchange *x, struct str bytes, struct str type, enum coding c)
{
	x->fixed = bytes;
	x->has_fixed = true;
	x->r.type = type;
	answer_header(&x->r, "Vary", x->kept ? STR("Accept-Encoding, Cookie") : STR("Accept-Encoding"));
	if (c != CODING_IDENTITY)
		answer_header(&x->r, "Content-Encoding", str_from(coding_names[c]));
	answered(&x->r, 200, NULL);
}

static const struct asset *asset_find(const struct http_config *cfg, struct str path)
{
	for (size_t i = 0; i < cfg->n_assets; i++)
		if (str_eq(path, str_from(cfg->assets[i].path)))
			return &cfg->assets[i];
	return NULL;
}

bool answer_asset(struct exchange *x)
{
	struct request *r = &x->r;
	const struct asset *a = asset_find(x->h->cfg, r->path);
	if (!a || (r->method != HTTP_GET))
		return false;
	x->asset = a;
	if (answer_fresh(r, str_from(a->etag)))
		return true;
	bool have[CODING_COUNT] = {true, a->gzip != NULL, a->brotli != NULL};
	enum coding c = coding_choose(req_header(r, "Accept-Encoding"), have);
	const unsigned char *p[CODING_COUNT] = {a->bytes, a->gzip, a->brotli};
	size_t n[CODING_COUNT] = {a->n, a->n_gzip, a->n_brotli};
	fixed_body(x, (struct str){(const char *)p[c], n[c]}, str_from(a->type), c);
	return true;
}

/* One page of visitors: path, query, language. */
static bool cacheable(struct exchange *x)
{
	const struct request *r = &x->r;
	return r->route && (r->route->flags & ROUTE_PUBLIC_CACHE) && r->auth == AUTH_NONE && x->h->cfg->hooks.revision &&
	       r->path.n + r->query.n <= 512;
}

static enum coding kept_coding(struct exchange *x, const struct kept *k)
{
	bool have[CODING_COUNT];
	for (int i = 0; i < CODING_COUNT; i++)
		have[i] = i == CODING_IDENTITY || k->coded[i].n > 0;
	return coding_choose(req_header(&x->r, "Accept-Encoding"), have);
}

/* All that the log and the counters want to know of an answer that lies ready. */
static bool send_ready(struct exchange *x, const struct kept *k, bool same, enum coding c)
{
	x->has_fixed = !same;
	x->fixed = k->coded[c];
	return answered(&x->r, same ? 304 : 200, NULL);
}

static bool send_kept(struct exchange *x, struct kept *k)
{
	bool same = text_etag_matches(req_header(&x->r, "If-None-Match"), k->etag), bare = x->out.n == 0 && k->ready_drop && !atomic_load(&x->h->stopping);
	enum coding c = same ? CODING_IDENTITY : kept_coding(x, k);
	x->kept = k;
	x->ready = bare ? &k->ready[same ? READY_SAME : c] : NULL;
	if (x->ready && atomic_load(x->ready))
		return send_ready(x, k, same, c);
	if (answer_fresh(&x->r, k->etag))
		answer_header(&x->r, "Vary", STR("Accept-Encoding, Cookie"));
	else
		fixed_body(x, k->coded[c], k->type, c);
	return true;
}

/* Figures move with every dossier: a page that shows some is as old as a minute, and one visitor a minute pays for all. */
static uint64_t revision_of(const struct exchange *x)
{
	uint64_t public = x->h->cfg->hooks.revision(x->h->cfg->app);
	return x->r.route->flags & ROUTE_FIGURES ? public * 1000003 + (uint64_t)(x->r.env.now.ms / 60000) : public;
}

bool answer_kept(struct exchange *x)
{
	if (!cacheable(x))
		return false;
	x->revision = revision_of(x);
	struct buf key = buf_on(x->r.env.arena);
	buf_char(&key, x->r.env.lang == LANG_EN ? 'e' : 'v');
	buf_put(&key, x->r.path);
	buf_char(&key, '?');
	buf_put(&key, x->r.query);
	x->cache_key = buf_str(&key);
	struct kept *k = cache_find(x->h->cache, x->cache_key, x->revision);
	return k && send_kept(x, k);
}

bool answer_old(struct exchange *x, const struct err *why)
{
	bool may = x->cache_key.n && x->r.route->flags & ROUTE_FIGURES && why->kind == ERR_BUSY && !x->r.answered && !x->r.body.n;
	struct kept *k = may ? cache_find_old(x->h->cache, x->cache_key) : NULL;
	return k && send_kept(x, k);
}

void answer_keep(struct exchange *x)
{
	struct request *r = &x->r;
	if (!x->cache_key.n || r->status != 200 || x->fd >= 0 || x->has_stream || x->has_etag || x->out.n > 0)
		return;
	struct kept *k = cache_keep(x->h->cache, x->cache_key, x->revision, r->type, buf_str(&r->body));
	send_kept(x, k);
}

/* ---- headers of every answer ---- */

void answer_policies(struct http *h)
{
	const char *hashes = h->cfg->csp_hashes ? h->cfg->csp_hashes : "", *gap = h->cfg->csp_hashes ? " " : "";
	for (int frame = 0; frame < 2; frame++)
		h->policy[frame] = str_fmt(h->texts,
		        "default-src 'none'; script-src 'self'%s%s; style-src 'self'%s%s; img-src 'self' data:; font-src 'self'; "
		        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; "
		        "base-uri 'none'; frame-ancestors %s", gap, hashes, gap, hashes, frame ? "'self'" : "'none'");
}

static void put_policy(struct exchange *x)
{
	struct request *r = &x->r;
	bool frame = r->route && (r->route->flags & ROUTE_FRAME_SELF);
	if (x->untrusted)
		answer_header(r, "Content-Security-Policy", frame ? STR("default-src 'none'; sandbox; frame-ancestors 'self'") : STR("default-src 'none'; sandbox; frame-ancestors 'none'"));
	else
		answer_header(r, "Content-Security-Policy", x->h->policy[frame]);
	answer_header(r, "X-Frame-Options", frame ? STR("SAMEORIGIN") : STR("DENY"));
}

static void put_cache_control(struct exchange *x)
{
	struct request *r = &x->r;
	if (pairs_find(&x->out, STR("Cache-Control"), true))
		return;
	if (x->asset)
		answer_header(r, "Cache-Control",
		              x->asset->forever ? STR("public, max-age=31536000, immutable") : STR("public, max-age=300"));
	else if (r->auth != AUTH_NONE || r->status >= 400 || !x->has_etag)
		answer_header(r, "Cache-Control", STR("no-store"));
	else
		answer_header(r, "Cache-Control", STR("no-cache"));
}

void answer_finish(struct exchange *x)
{
	struct request *r = &x->r;
	if (x->ready && atomic_load(x->ready))
		return; /* they are in it */
	put_cache_control(x);
	answer_header(r, "X-Content-Type-Options", STR("nosniff"));
	if (!pairs_find(&x->out, STR("Referrer-Policy"), true)) /* of two the last one counts: a handler's stricter one would be lost */
		answer_header(r, "Referrer-Policy", STR("same-origin"));
	answer_header(r, "Cross-Origin-Resource-Policy", STR("same-origin"));
	if (x->h->cfg->https)
		answer_header(r, "Strict-Transport-Security", STR("max-age=31536000; includeSubDomains"));
	if (!x->asset) {
		put_policy(x);
		answer_header(r, "Permissions-Policy", STR("camera=(self), geolocation=(), microphone=(), payment=()"));
		answer_header(r, "Cross-Origin-Opener-Policy", STR("same-origin"));
	}
	if (r->type.n && r->status != 304)
		answer_header(r, "Content-Type", r->type);
}
