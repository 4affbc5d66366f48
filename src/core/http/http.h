/* http.h — the HTTP server: requests, answers, configuration, start and stop.
 *
 * Threads: a request has one owner at a time (worker, acts, slow pool, writer, acts, worker); handlers need no locks.
 * Memory:  one arena per request, from a free list; past its cap the answer is 413. See route.h for the order of things.
 * Rules:   no answer to an action leaves before its commit; nothing of a refused body is read; a client that goes
 *          away does not stop an action that was queued. */
#pragma once
#include "core/html/asset.h"
#include "core/http/form.h"
#include "core/http/limit.h"
#include "core/http/route.h"
#include "core/http/upload.h"
#include "core/writer/writer.h"

struct http;
struct exchange;
struct metrics;
struct json_t;

/* How the actor was recognised; set by http_hooks.authenticate. */
enum req_auth { AUTH_NONE, AUTH_COOKIE, AUTH_BEARER };

/* Where the raw body of a `receive` route goes. */
struct sink {
	int fd;                                                               /* closed by the framework */
	int64_t offset, max;                                                  /* max: bytes of this request at most */
	void (*seal)(void *ctx, int64_t offset, void *bytes, size_t n);       /* in place, before they are written; NULL: as they come */
	void *ctx;
};

struct request {
	struct env env;              /* env.actor is never NULL; env.db as the step allows */
	enum http_method method;     /* HTTP_GET also for HEAD handlers; see is_head */
	bool is_head;
	struct str path, query;      /* as sent */
	const struct route *route;   /* NULL only in error pages */
	const char *slice;
	struct str client;           /* address as text, from X-Forwarded-For only behind configured proxies */

	/* who asks: filled by http_hooks.authenticate */
	enum req_auth auth;
	uint8_t csrf_secret[32];     /* of the session or token; also what seals words into addresses */

	/* input */
	const struct form *form;     /* route->form */
	struct form_errors errors;
	struct json_t *json;         /* a parsed application/json body; freed with the request */
	struct str raw;              /* bytes of a JSON or other in-memory body */
	struct upload *uploads;
	struct sink sink;            /* set by route->receive */
	int64_t received;            /* bytes of the body so far */

	/* the slice's own, from check to apply to answer */
	void *state;
	const void *found;           /* what `row` of a page read, for its handler, in the moment of this number (db_moment_number()) */
	uint64_t found_in;
	struct str memo;             /* set by apply: what answer() needs; kept with the idempotency key */
	bool replayed;               /* this act was done before: answer from memo, do not act */

	/* output */
	bool answered;               /* set by answer_*(); later steps do not run */
	int status;
	struct str type;             /* of the body; "text/html; charset=utf-8" unless said otherwise */
	struct buf body;             /* write the page here, then answer_html(r, 200) */
	struct str redirect;         /* where to after an action; a path of ours. apply() may set it */

	struct http *server;
	void *app;                   /* http_config.app */
	struct exchange *x;          /* the framework's own */
};

/* ---- input ---- */
struct str req_param(const struct request *r, const char *name);          /* the route must have it */
bool req_param_id(const struct request *r, const char *name, int64_t *out); /* false: not a positive number */
struct str req_query(struct request *r, const char *name);                /* decoded; empty when absent or not UTF-8 */
int64_t req_query_int(struct request *r, const char *name, int64_t otherwise);
struct str req_header(struct request *r, const char *name);               /* empty when absent */
struct str req_cookie(struct request *r, const char *name);               /* the __Host- prefix is ours: plain name */
/* Words that people are searched for by (a name, a number) must not stand in an address, which browsers and proxies keep: sealed
 * for this session into the value of the parameter `name`, and opened again. Not for visitors. */
struct str req_seal_query(struct request *r, const char *name, struct str plain);
/* Empty when absent; *lost, with empty words, when it was sealed by another session, or is no seal at all. */
struct str req_query_sealed(struct request *r, const char *name, bool *lost);
/* Tells which record the page shows, for the access record (route.reads). */
void req_note_read(struct request *r, int64_t id);
/* The ids noted so far. */
const int64_t *req_reads(const struct request *r, size_t *n);
/* One more token of a limited class, for this address: tries of a secret. False: ERR_LIMITED. */
MUST_CHECK bool req_limit(struct request *r, enum rate_class c, struct err *e);
/* The same for any key of the caller's (a login name): hash it first. */
MUST_CHECK bool req_limit_key(struct request *r, enum rate_class c, uint64_t key, struct err *e);

/* ---- hidden fields of every form that acts ---- */
#define FORM_CSRF "_csrf"
#define FORM_ACTION "_action"
struct str req_csrf(struct request *r);      /* masked anew at each call; empty without a session */
struct str req_action_id(struct request *r); /* the one sent, when a form is shown again; else a new one */

/* ---- output ---- */
bool answer_html(struct request *r, int status);                       /* r->body is the page; these return true */
bool answer_json(struct request *r, int status);                       /* r->body is JSON */
bool answer_tree(struct request *r, struct json_t *tree);               /* 200 with the tree, whose reference it takes */
bool answer_bytes(struct request *r, int status, const char *type, struct str bytes); /* copied into r->body */
bool answer_redirect(struct request *r, struct str path);              /* 303; to a path of ours, else to "/", and the log says so */
bool answer_empty(struct request *r, int status);                      /* 204, 304 … */
/* A file, sent by the kernel. fd is closed by the framework. inline_ok: only PDF, PNG, JPEG, WebP, text/plain are ever
 * shown in the browser, anything else is an attachment. Always sandboxed by CSP and nosniff. Ranges are understood. */
bool answer_file(struct request *r, int fd, int64_t size, const char *type, struct str name, bool inline_ok);
/* A long answer made piece by piece (exports): pull fills at most `max` bytes and returns how many, 0 at the end, -1 to
 * break the connection. It runs on a worker, without env.db: bring your own connection. done() runs once. */
struct answer_stream { ptrdiff_t (*pull)(void *ctx, char *out, size_t max); void (*done)(void *ctx); void *ctx; };
bool answer_stream(struct request *r, const char *type, struct str download_name, struct answer_stream s);
/* More headers. A value with control bytes is left out, and the log says so; a cookie's with any that cookies do not have. */
void answer_header(struct request *r, const char *name, struct str value);
/* __Host- prefix and Secure when served over TLS; HttpOnly, SameSite=Lax, Path=/. max_age 0: until the browser closes. */
void answer_cookie(struct request *r, const char *name, struct str value, int max_age_s);
void answer_cookie_clear(struct request *r, const char *name);
/* ETag from a revision of the data shown. True: the client has it, a 304 was answered, return true at once. */
bool answer_fresh(struct request *r, struct str revision);
/* A path of ours, safe to redirect to: starts with one '/', no scheme, no backslash, no control characters. */
bool path_is_local(struct str path);

/* ---- what the program gives the server ---- */
struct http_hooks {
	/* Sets env.actor, env.lang, auth, csrf_secret from cookie or Authorization. A stranger is true. NULL: all strangers. */
	bool (*authenticate)(struct request *r, struct err *e);
	/* Writes an HTML page into r->body: r->status is set, e says why. NULL: a plain built-in page. */
	void (*error_page)(struct request *r, const struct err *e);
	/* The sentence of a message key in the request's language. NULL: the key's number. */
	struct str (*say)(struct request *r, int key, const struct str *args, size_t n);
	/* The key of an error that brings no sentence of its own: that of its kind. NULL: problems have no detail then. */
	int (*say_of)(const struct err *e);
	/* A read-only connection for one step. NULL: the database is away, and the answer is 503. */
	struct db *(*db_checkout)(void *app);
	void (*db_checkin)(void *app, struct db *db);
	/* On the writer, in the action's transaction, before `row` and apply of every action: does the actor still stand
	 * (not signed out, locked or changed since)? NULL: yes. */
	bool (*may_act)(struct request *r, struct err *e);
	/* Must this read be recorded? And the record itself, on the writer; then, when it is durable, read_kept (NULL: none). */
	bool (*read_needed)(struct request *r);
	bool (*read_apply)(struct request *r, struct err *e);
	void (*read_kept)(struct request *r);
	/* Revision of everything public pages show; changes when any of it changes. */
	uint64_t (*revision)(void *app);
	/* Readiness: false and a reason a line in `why`. Lines may also warn. */
	bool (*ready)(void *app, struct buf *why);
};

/* A value read when the metrics are asked for; any thread. */
struct http_gauge { const char *name, *help; int64_t (*read)(void *app); };

struct http_config {
	const char *listen;            /* "127.0.0.1:8080", "[::1]:8080", "unix:/run/motcua.sock"; port 0: any */
	const char *listen_metrics;    /* NULL: none */
	bool https;                    /* people come over TLS (front): Secure cookies, HSTS */
	const char *origin;            /* "https://mot-cua.example.gov.vn"; NULL: taken from Host */
	const char *const *proxies;    /* addresses whose X-Forwarded-For counts; "unix" for the socket */
	size_t n_proxies;
	unsigned threads;              /* workers, and as many that act; 0: one per processor */
	unsigned connections, connections_per_address;
	int idle_s;                    /* a connection that says nothing */
	int deadline_ms;               /* a queued action older than this is answered 503 and not run */
	unsigned slow_threads, slow_queue;
	size_t arena_cap, form_max, json_max, uploads_max; /* bytes; uploads_max: per multipart body */
	size_t upload_max;             /* bytes of one file */
	unsigned files_max, parts_max, json_depth, json_values;
	struct blob_store *blobs;      /* files come into it; NULL: none are taken */
	const char *flight_path;       /* where requests in hand stand, to know the one that breaks the program; NULL: not kept */
	struct rate rate_address[RATE_COUNT], rate_account[RATE_COUNT];
	size_t cache_bytes;            /* kept public pages */
	const char *csp_hashes;        /* "'sha256-…' …" of inline scripts and styles, or NULL */
	const char *sign_in_path;      /* strangers are sent there with ?next= ; NULL: 401 page */
	int fault_say[FAULT_COUNT];    /* message keys */
	int say_away;                  /* the database is away; 0: the sentence of ERR_BUSY */
	int say_poisoned;              /* this very request broke the program twice */
	int say_key_reused;            /* the same idempotency key with another body */
	const struct asset *assets;
	size_t n_assets;
	const struct route_table *tables;
	size_t n_tables;
	const struct http_gauge *gauges; /* of the program, beside the server's own */
	size_t n_gauges;
	struct http_hooks hooks;
	void *app;
	struct writer *writer;
	bool (*submit)(struct writer *w, struct write_job *job, struct err *e); /* writer_submit */
};

/* Every limit at its usual value; the rest zero. */
struct http_config http_config_usual(void);
/* Checks the tables and starts to listen. cfg and what it points to must outlive the server. */
MUST_CHECK bool http_start(struct http **out, const struct http_config *cfg, struct err *e);
/* Stops listening, waits until what was begun is answered (at most wait_ms), frees all. NULL is fine. */
void http_stop(struct http *h, int wait_ms);
/* The port really used (0 on a Unix socket). */
int http_port(const struct http *h);
int http_metrics_port(const struct http *h);
struct metrics *http_metrics(struct http *h);
/* Requests that are refused because they broke the program twice; since the start. */
int64_t http_poisoned(const struct http *h);
