/* exchange.h — one request and its answer inside the framework: what struct request does not show.
 *
 * The transport (server.c over libmicrohttpd, testing.c in memory) fills method, target, headers and peer, then calls
 * exchange_begin(); exchange_body() for each piece; exchange_run() at the end of the body and again after each wake.
 * When one of the two gives false the exchange is in other hands and must not be touched until wake() was called. */
#pragma once
#include "core/base/keep.h"
#include "core/http/flight.h"
#include "core/http/http.h"
#include "core/http/multipart.h"
#include <pthread.h>

struct pair { struct str name, value; };
struct pairs { struct pair *at; size_t n, cap; };
void pairs_add(struct arena *a, struct pairs *p, struct str name, struct str value);
/* The first value under that name (header names: ASCII case does not matter), or NULL. */
const struct pair *pairs_find(const struct pairs *p, struct str name, bool nocase);
/* a=1&b=2; false on a bad escape or more than `most` pairs. */
bool pairs_parse_urlencoded(struct arena *a, struct str s, size_t most, struct pairs *out);

enum body_kind { BODY_NONE, BODY_FORM, BODY_MULTIPART, BODY_JSON, BODY_RAW, BODY_SINK };
enum step {
	STEP_BODY, STEP_HAND, STEP_INPUT, STEP_PAGE, STEP_SLOW, STEP_SLOWED, STEP_CHECK, STEP_APPLY, STEP_APPLIED, STEP_ANSWER, STEP_RECORD,
	STEP_RECORDED, STEP_DONE
};

/* Depth and number of values of a JSON text, watched while it arrives. */
struct json_scan { unsigned depth, values; bool in_string, escaped; };
bool json_scan_feed(struct json_scan *s, const char *p, size_t n, unsigned depth_max, unsigned values_max);

/* A kept public page. Counted references: the cache holds one, each answer on its way another.
 * ready: the answers as the transport sends them, headers and all, put together at the first request of a coding and sent
 * again to each visitor who has nothing of his own in them (no cookie to set); the last one: 304. */
enum coding { CODING_IDENTITY, CODING_GZIP, CODING_BROTLI, CODING_COUNT };
#define READY_SAME CODING_COUNT
typedef void ready_drop_fn(void *ready);
struct kept {
	struct keep_item item;
	struct str type, etag, coded[CODING_COUNT];
	_Atomic(void *) ready[CODING_COUNT + 1];
	ready_drop_fn *ready_drop;
	struct arena *a;
};
struct cache;
/* ready_drop: frees what the transport keeps ready; NULL: it keeps nothing. */
struct cache *cache_new(size_t bytes, ready_drop_fn *ready_drop);
void cache_free(struct cache *c);
/* A new reference, or NULL. */
struct kept *cache_find(struct cache *c, struct str key, uint64_t revision);
/* The last one that was kept, however old: better than none while the database is away. */
struct kept *cache_find_old(struct cache *c, struct str key);
/* Compresses and keeps; a new reference. */
struct kept *cache_keep(struct cache *c, struct str key, uint64_t revision, struct str type, struct str body);
void kept_drop(struct kept *k);
enum coding coding_choose(struct str accept_encoding, const bool have[CODING_COUNT]);
extern const char *const coding_names[CODING_COUNT];

struct exchange {
	struct request r;
	struct http *h;
	struct exchange *next;             /* free list or slow queue */
	struct pairs headers, cookies, query, form, out;
	bool query_read, cookies_read;
	struct route_match match;
	uint8_t address[16];
	bool unix_peer, early;             /* early: answered before the body */
	bool close;                        /* where the next request begins is in doubt */
	enum step step;
	struct db *db;                     /* checked out for this step */

	enum body_kind kind;
	int64_t body_limit;
	struct buf in;
	struct json_scan scan;
	struct multipart *multipart;
	bool in_pieces;                    /* files: received here, sealed and written by the thread of bodies */
	struct { char *at; size_t n, cap; } waiting; /* bytes for it */
	bool failed;
	int fail_status;                   /* when the kind's own does not fit: 405, 415, 422 */
	struct err err;
	bool ok;                           /* of the slow step */
	bool away;                         /* suspended, its steps run on threads of acts or of a slow pool */

	struct write_job job;
	struct request before;             /* output as it was before apply, for a second run */
	struct pairs out_before;
	int64_t *reads;
	size_t n_reads, cap_reads;
	struct str action;                 /* id for a form that is shown */

	int fd;                            /* of answer_file, -1 none */
	int64_t file_from, file_size;
	bool has_stream, stream_running;
	struct answer_stream stream;
	const struct asset *asset;
	struct kept *kept;
	_Atomic(void *) *ready;            /* place of the kept page's answer; NULL: this answer is put together here */
	struct str cache_key;
	uint64_t revision;
	struct str fixed;                  /* body that is not r.body: asset or kept page */
	bool has_fixed, has_etag, untrusted;

	uint64_t digest;                   /* of who asks what, once it is in hand; see flight.h */
	size_t slot;
	int64_t start_ns;
	void (*suspend)(struct exchange *x);
	void (*wake)(struct exchange *x);
	void *transport;
};

struct slow;

struct http {
	const struct http_config *cfg;
	struct router *router;
	struct limits *limits;
	struct metrics *metrics;
	struct cache *cache;
	struct slow *slow, *apart, *bodies, *acts; /* apart: ROUTE_SLOW_APART; bodies: files that come; acts: all but the network of what writes */
	struct flight *flight;             /* NULL: none is kept */
	uint8_t action_secret[32];
	_Atomic uint64_t next_id;
	_Atomic int64_t asked_ns;          /* when the newest request came */
	_Atomic int active, suspended;
	_Atomic bool stopping;
	pthread_mutex_t free_lock;
	struct exchange *free_list;
	struct arena **arenas;             /* free arenas, under free_lock */
	size_t n_arenas;
	struct arena *texts;               /* of what is put together once: */
	struct str policy[2];              /* Content-Security-Policy of our own pages; [1]: may be framed by them */
	ready_drop_fn *ready_drop;
	struct server *server;             /* the transport's own; NULL in tests without sockets */
};

/* Of workers, and of those that act: as the settings say, else one for each processor. */
unsigned http_threads(const struct http_config *c);
/* All but sockets and threads of the transport. */
bool http_core_init(struct http *h, const struct http_config *cfg, struct err *e);
void http_core_done(struct http *h);

struct exchange *exchange_new(struct http *h);
void exchange_target(struct exchange *x, struct str uri);
/* Headers are known. True: answered already, no byte of the body is to be read. */
bool exchange_begin(struct exchange *x);
/* *used: how many of the n bytes were taken. False: handed away; the others are to be given again after wake(). */
bool exchange_body(struct exchange *x, const char *p, size_t n, size_t *used);
/* True: answered, send it. False: handed away; wake() will call. */
bool exchange_run(struct exchange *x);
/* Log line, counters, files, memory. */
void exchange_end(struct exchange *x);

/* ---- steps ---- */
enum next { NEXT_GO, NEXT_AWAY };
/* The answer is this error. */
void step_fail(struct exchange *x, const struct err *e);
/* Runs one handler with a read-only connection. */
bool with_db(struct exchange *x, route_fn *fn, struct err *e);
/* What was shown of a record is recorded, by whatever method it was asked for. */
enum step after_shown(const struct exchange *x);
/* act.c */
enum next step_hand(struct exchange *x);
enum next step_slow(struct exchange *x);
void step_slowed(struct exchange *x);
void step_check(struct exchange *x);
enum next step_apply(struct exchange *x);
void step_applied(struct exchange *x);
void step_answer(struct exchange *x);
enum next step_record(struct exchange *x);
void step_recorded(struct exchange *x);

/* ---- pieces ---- */
/* hand.c: notes it in flight.h. False: this very request broke the program twice, and is refused. */
MUST_CHECK bool in_hand(struct exchange *x, struct err *e);
void off_hand(struct exchange *x);
/* This thread is done with it. Not answered: another has it, and nothing of it is touched. */
void leave_hand(struct exchange *x, bool answered);
/* access.c: the checks before the body. False with err and maybe fail_status. */
bool access_check(struct exchange *x, struct err *e);
/* Is the route's `row` asked with its page, not before? Of what is only read. */
bool row_with_page(const struct request *r);
bool access_csrf_origin(struct exchange *x, struct err *e);
bool access_csrf_token(struct exchange *x, struct err *e);
bool access_smuggled(struct exchange *x); /* two lengths, two hosts, or a length beside chunks: where the request ends is doubtful */
/* request.c: as it was sent; "other" for one that nobody knows. */
const char *req_method_text(const struct request *r);
/* body.c */
bool body_begin(struct exchange *x, struct err *e);
void body_away(struct exchange *x);  /* suspended, and given to the thread of bodies, which wakes it */
bool body_drain(struct exchange *x); /* what that thread does: writes what waits */
bool body_end(struct exchange *x, struct err *e);
void body_done(struct exchange *x); /* descriptors, temporary files */
void body_hash(struct exchange *x, uint8_t out[32]);
/* form.c */
void form_read(struct exchange *x);
/* problem.c: turns err into the answer. */
void answer_error(struct exchange *x, const struct err *e);
void answer_form_errors(struct exchange *x);
/* answer.c */
void answer_policies(struct http *h);       /* at the start: the policies that every page carries */
void answer_reset(struct exchange *x);      /* forget what was written */
void answer_finish(struct exchange *x);     /* the headers every answer carries */
bool answer_asset(struct exchange *x);      /* true: it was one */
bool answer_kept(struct exchange *x);       /* from the cache */
bool answer_old(struct exchange *x, const struct err *why); /* a page of figures as it last was, when there is no database to make it anew; else false */
void answer_keep(struct exchange *x);       /* into the cache */
/* stored.c: what a retry gets. ERR_INTERNAL when the text is not one that was stored. */
struct str answer_store(struct request *r);
bool answer_restore(struct request *r, struct str s, struct err *e);
/* slow.c: threads that do one thing with what is submitted. */
struct slow_config {
	const char *name;                /* of its threads */
	bool (*run)(struct exchange *x); /* true: the exchange is to be woken */
	unsigned threads;
	size_t queue;                    /* at most so many wait */
	int nice;                        /* how much later than others they get the processor */
};
bool slow_new(struct slow **out, const struct slow_config *cfg, struct err *e);
bool exchange_slow(struct exchange *x); /* the handler of the slow step, then exchange_act() */
bool exchange_act(struct exchange *x);  /* the steps of what is away */
void slow_free(struct slow *s);
bool slow_submit(struct slow *s, struct exchange *x, struct err *e);
size_t slow_length(struct slow *s);

/* False, ERR_BUSY: the database is away. */
MUST_CHECK bool db_take(struct exchange *x, struct err *e);
void db_give(struct exchange *x);
void random_bytes(void *out, size_t n);
