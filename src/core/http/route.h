/* route.h — one static table of routes per slice, and what a route declares about itself.
 *
 * A path is "/ho-so/:code/files/:id": segments, of which those with a colon match any one segment. Where two routes
 * match, the fixed segment wins over the parameter, from the left. No path ends in '/', except "/".
 *
 * Order of a request (worker: a thread of the server; acts: a thread beside the workers, of whatever has `apply` or `slow`, while the connection is
 * suspended, ADR 0027; else the worker. Both with a read-only database):
 *   1 headers  worker  limits, who asks, `allow`, `row` (of a page that is read: see row_with_page()): refused here, no byte of the body is read
 *   2 body     worker  into memory (forms, JSON), temporary files (multipart) or the descriptor of `receive`
 *   3 input    acts    CSRF token; `form` parsed and validated; field errors go to `again` and nothing below runs
 *   4 slow     slow pool, at most two at once, which goes on with 5
 *   5 check    acts    rules that read; may add form errors or answer at once
 *   6 apply    writer  `row` again, then the change, in its transaction; form errors or false roll it back
 *   7 answer   acts    after the commit; without it: 303 to r->redirect
 * `page` takes the place of 4–7 for GET and HEAD; its `row` is asked first, in the same moment of the database. */
#pragma once
#include "core/auth/actor.h"
#include "core/base/err.h"

struct request;
struct form;

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_METHOD_COUNT };

/* What personal data a page shows. The framework queues the access record through http_hooks.read_apply and the page
 * leaves only after it is durable; the handler says which records with req_note_read(). */
enum route_reads { READS_NONE, READS_DOSSIER, READS_PERSON, READS_DOCUMENT, READS_PETITION, READS_LIST, READS_COUNT };

/* Classes of rate limits; numbers per class are configuration (limit.h). */
enum rate_class { RATE_NORMAL, RATE_SIGN_IN, RATE_LOOKUP, RATE_UPLOAD, RATE_HEAVY, RATE_API, RATE_FREE, RATE_COUNT };

enum route_flag {
	ROUTE_API = 1,           /* errors are RFC 9457 problems; never redirected to the sign-in page */
	ROUTE_UPLOAD = 2,        /* takes multipart/form-data with files */
	ROUTE_NO_CSRF = 4,       /* no token even with a session cookie: needs a written reason beside it */
	ROUTE_PUBLIC_CACHE = 8,  /* for visitors without session the page depends on path, query, language and
	                          * http_hooks.revision only: it is kept compressed and has an ETag */
	ROUTE_CHECK_ALWAYS = 16, /* check also runs when fields are wrong, so that all errors show at once */
	ROUTE_FRAME_SELF = 32,   /* may be shown in a frame of our own pages (previews) */
	ROUTE_SLOW_APART = 128,  /* `slow` waits for the judgement of what anybody may send: on a thread of its own, beside which passwords are checked */
	ROUTE_FIGURES = 64,      /* with ROUTE_PUBLIC_CACHE: shows live figures; made anew when a minute has passed and somebody asks */
};

typedef bool route_fn(struct request *r, struct err *e);

/* What the OpenAPI file says of a route of the API, for programmers: English. */
struct route_doc {
	const char *summary; /* one sentence */
	const char *body;    /* schema of the JSON body; NULL: made from `form`, or no body */
	const char *answer;  /* schema of the good answer; "bytes": a file; NULL: nothing */
	int status;          /* of the good answer; 0: 200, or 204 without answer */
	bool key;            /* Idempotency-Key is required */
};

#define DOC(what, ...) (&(const struct route_doc){.summary = what, __VA_ARGS__})

struct route {
	enum http_method method;
	const char *path;
	route_fn *page;    /* GET (and HEAD with it): reads and answers; worker, read-only database */
	route_fn *check;   /* others: read-only database */
	route_fn *apply;   /* others: writer, in its transaction; may run again after a serialisation failure */
	route_fn *answer;  /* after the commit; also for a replay, with r->replayed and r->memo */
	route_fn *again;   /* shows the form again with r->errors and what was typed; status 422 is set. Not for ROUTE_API */
	route_fn *slow;    /* optional, before check, on the slow pool: argon2, fsync (but see ROUTE_SLOW_APART) */
	route_fn *receive; /* optional, PUT/PATCH/POST with a raw body: sets r->sink before the first byte arrives */
	role_set allow;    /* 0 is nobody, and start-up refuses the table */
	route_fn *row;     /* may this actor touch this record? From parameters and database only: the body is not yet
	                    * there. On a worker before the body, and again in the writer before apply */
	const struct form *form;
	const struct form *query; /* GET of the API: parameters, read by form_…(); wrong ones are named, and `page` does not run */
	const struct route_doc *doc; /* required below /api/ */
	enum route_reads reads;
	const char *api;   /* pages: "GET /api/v1/procedures/:code", or "NONE: reason". Unused with ROUTE_API */
	unsigned flags;
	enum rate_class rate;
	int64_t body_max;  /* bytes; 0: the server's limit for this kind of body */
};

struct route_table { const char *slice; const struct route *routes; size_t n; };

const char *http_method_name(enum http_method m);
bool http_method_from_name(struct str name, enum http_method *out);
static inline bool http_method_safe(enum http_method m) { return m == HTTP_GET || m == HTTP_HEAD || m == HTTP_OPTIONS; }

/* ---- matching ---- */
#define ROUTE_PARAMS_MAX 8
struct route_param { const char *name; struct str value; }; /* value decoded, valid UTF-8, never empty */
struct route_match {
	const struct route *route; /* NULL: none for this method */
	const char *slice;
	size_t index;              /* of the route over all tables, for counters */
	unsigned methods;          /* bit per method that the path knows; 0: the path is unknown */
	struct route_param params[ROUTE_PARAMS_MAX];
	size_t n_params;
};
struct router;

/* Refuses with the first mistake found: duplicate or ill-formed path, allow 0, GET without page, page without api,
 * other methods without apply or check, form without again, flags that contradict. */
MUST_CHECK bool route_tables_check(const struct route_table *tables, size_t n, struct err *e);
/* The tables must outlive the router. */
MUST_CHECK bool router_new(struct router **out, const struct route_table *tables, size_t n, struct err *e);
void router_free(struct router *rt);
size_t router_size(const struct router *rt);
const struct route *router_route(const struct router *rt, size_t index);
/* `path` as sent, without the query. False when it is ill-formed (bad escape, "..", NUL, "//", not UTF-8): 400. */
bool router_find(const struct router *rt, struct arena *a, enum http_method m, struct str path, struct route_match *out);

/* ---- listing ---- */
/* [{"method","path","slice","roles":[…],"reads","api"}, …] sorted by path, for `motcua routes --json`. */
void routes_write_json(struct buf *b, const struct route_table *tables, size_t n);
/* "METHOD path role,role …" a line, sorted: the golden file of routes × roles. */
void routes_write_text(struct buf *b, const struct route_table *tables, size_t n);
