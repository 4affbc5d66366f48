/* server.c — the transport: libmicrohttpd with epoll and a pool of threads.
 *
 * The library's callbacks meet in struct carrier, one per exchange. A suspended connection is resumed by whoever did the
 * work; the library calls on_request() again on a worker. Stop: no new connections, wait for what was begun, then for
 * what is suspended (the library must not be stopped while any is), then stop. */
#include "core/base/thread.h"
#include "core/http/exchange.h"
#include "core/http/listen.h"
#include "core/http/metrics.h"
#include "core/http/peer.h"
#include "core/log/log.h"
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define POOL ((size_t)12 * 1024)  /* of each connection, idle or not: what a request's head and an answer's headers share */
#define ANSWER_ROOM ((size_t)2048) /* of it, for the answer's headers */
#define RECORD ((size_t)64)        /* what the library keeps of each header and cookie beside its text */
#define TARGET_MAX ((size_t)8 * 1024)
#define DROP_MAX ((int64_t)64 * 1024)
#define SLOW_AFTER_NS ((int64_t)60 * 1000000000)
#define SLOWEST_BYTES_S 256

struct server { struct MHD_Daemon *main, *metrics; int port, metrics_port; const char *unix_path; };

struct carrier { struct MHD_Connection *c; size_t target; bool begun, drop; };

/* ---- suspend and wake ---- */

static void suspend(struct exchange *x)
{
	const struct carrier *t = x->transport;
	atomic_fetch_add(&x->h->suspended, 1);
	MHD_suspend_connection(t->c);
}

/* After resume the exchange may be gone: nothing of it is touched. */
static void wake(struct exchange *x)
{
	const struct carrier *t = x->transport;
	struct http *h = x->h;
	MHD_resume_connection(t->c);
	atomic_fetch_sub(&h->suspended, 1);
}

/* Between two chunks of a body the library asks on although the connection was suspended. Only its worker changes this. */
static bool is_suspended(const struct carrier *t)
{
	const union MHD_ConnectionInfo *is = MHD_get_connection_info(t->c, MHD_CONNECTION_INFO_CONNECTION_SUSPENDED);
	return is && is->suspended == MHD_YES;
}

/* ---- a request arrives ---- */

/* Queries are read by us. The library (0.9.75) would make a record of each parameter in the connection's pool, and when those
 * do not fit, parse_initial_message_line() loses the error that it made: the connection is silent until its idle limit. So
 * nothing of the query is left to it; `uri` stands in its own buffer. */
static void cut_query(const char *uri)
{
	const char *mark = strchr(uri, '?');
	if (mark)
		*((char *)(uintptr_t)mark + 1) = 0;
}

static void *on_target(void *cls, const char *uri, struct MHD_Connection *c)
{
	struct exchange *x = exchange_new(cls);
	struct carrier *t = NEW(x->r.env.arena, struct carrier);
	t->c = c;
	x->transport = t;
	x->suspend = suspend;
	x->wake = wake;
	t->target = strlen(uri);
	exchange_target(x, (struct str){uri, t->target});
	cut_query(uri);
	return x;
}

/* Paths and queries are decoded by us. */
static size_t no_unescape(void *cls, struct MHD_Connection *c, char *s)
{
	(void)cls;
	(void)c;
	return strlen(s);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct exchange *x = cls;
	struct arena *a = x->r.env.arena;
	(void)kind;
	pairs_add(a, &x->headers, str_dup(a, str_from(name)), str_dup(a, str_from(value ? value : "")));
	return MHD_YES;
}

/* As inet_ntop() writes it, which takes longer than the look for a kept page. */
static const char *dotted(struct arena *a, const struct sockaddr_in *s)
{
	struct buf b = buf_on(a);
	const uint8_t *v = (const uint8_t *)&s->sin_addr;
	for (int i = 0; i < 4; i++) {
		buf_int(&b, v[i]);
		buf_put(&b, i < 3 ? STR(".") : STR(""));
	}
	return buf_str(&b).p;
}

static void set_peer(struct exchange *x, struct MHD_Connection *c)
{
	char v6[INET6_ADDRSTRLEN];
	const char *text = "unix";
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *s = info ? info->client_addr : NULL;
	if (s && s->sa_family == AF_INET)
		text = dotted(x->r.env.arena, (const struct sockaddr_in *)(const void *)s);
	if (s && s->sa_family == AF_INET6)
		text = inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)s)->sin6_addr, v6, sizeof v6);
	peer_set(x, text);
}

/* The library closes a connection that is answered before the end of its request. So a small body that nobody wants, or
 * none, is read and dropped first, and the connection lives on; for a large one the answer leaves at once. */
static bool worth_dropping(struct exchange *x)
{
	int64_t n = 0;
	struct str length = req_header(&x->r, "Content-Length");
	if (x->close || req_header(&x->r, "Expect").n || req_header(&x->r, "Transfer-Encoding").n)
		return false;
	return length.n == 0 || (str_to_i64(length, &n) && n <= DROP_MAX);
}

static bool too_slow(const struct exchange *x)
{
	int64_t ns = monotonic_ns() - x->start_ns;
	return ns > SLOW_AFTER_NS && x->r.received < ns / 1000000000 * SLOWEST_BYTES_S;
}

/* ---- an answer leaves ---- */

static ssize_t on_pull(void *cls, uint64_t pos, char *out, size_t max)
{
	const struct answer_stream *s = cls;
	(void)pos;
	ptrdiff_t n = s->pull(s->ctx, out, max);
	return n > 0 ? n : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void on_pulled(void *cls)
{
	struct answer_stream *s = cls;
	if (s->done)
		s->done(s->ctx);
	free(s);
}

static struct MHD_Response *stream_response(struct exchange *x)
{
	struct answer_stream *s = malloc(sizeof *s);
	CHECK(s != NULL);
	*s = x->stream;
	x->stream_running = true;
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, on_pull, s, on_pulled);
}

static struct MHD_Response *response_of(struct exchange *x)
{
	if (x->has_stream)
		return stream_response(x);
	if (x->fd >= 0) {
		int fd = x->fd;
		x->fd = -1;
		return MHD_create_response_from_fd_at_offset64((uint64_t)x->file_size, fd, (uint64_t)x->file_from);
	}
	struct str s = x->has_fixed ? x->fixed : buf_str(&x->r.body);
	return MHD_create_response_from_buffer(s.n, (void *)(uintptr_t)s.p, MHD_RESPMEM_PERSISTENT);
}

static void drop_ready(void *ready) { MHD_destroy_response(ready); }

/* The first of an answer stays with its kept page; one that came second is this connection's alone. */
static void keep_ready(struct exchange *x, struct MHD_Response *m)
{
	void *none = NULL;
	if (!x->ready || !atomic_compare_exchange_strong(x->ready, &none, m))
		MHD_destroy_response(m);
}

static enum MHD_Result send_answer(struct exchange *x, struct MHD_Connection *c)
{
	if (atomic_load(&x->h->stopping) && !(x->ready && atomic_load(x->ready)))
		x->ready = NULL; /* "Connection: close" is for this one */
	struct MHD_Response *m = x->ready ? atomic_load(x->ready) : NULL;
	if (m)
		return MHD_queue_response(c, (unsigned)x->r.status, m);
	m = response_of(x);
	if (!m)
		return MHD_NO;
	enum MHD_Result ok = MHD_YES;
	struct arena *a = x->r.env.arena;
	for (size_t i = 0; i < x->out.n; i++)
		if (MHD_add_response_header(m, str_cstr(a, x->out.at[i].name), str_cstr(a, x->out.at[i].value)) != MHD_YES)
			ok = MHD_NO;
	if (x->close || atomic_load(&x->h->stopping))
		MHD_add_response_header(m, "Connection", "close");
	if (ok == MHD_YES)
		ok = MHD_queue_response(c, (unsigned)x->r.status, m);
	if (ok == MHD_YES)
		keep_ready(x, m);
	else
		MHD_destroy_response(m);
	return ok;
}

/* ---- heads that leave no room for an answer ---- */

static enum MHD_Result count_head(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	size_t *used = cls;
	(void)kind;
	*used += RECORD;
	if (!value || strcasecmp(name, "Cookie") != 0)
		return MHD_YES;
	*used += strlen(value); /* copied, and a record for each */
	for (; *value; value++)
		*used += *value == ';' ? RECORD : 0;
	return MHD_YES;
}

/* 0: there is room. Without this check the library closes the connection and says nothing. */
static int head_fault(const struct carrier *t)
{
	const union MHD_ConnectionInfo *head = MHD_get_connection_info(t->c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	size_t used = head ? head->header_size : 0;
	if (t->target > TARGET_MAX)
		return 414;
	MHD_get_connection_values(t->c, MHD_HEADER_KIND, count_head, &used);
	return used > POOL - ANSWER_ROOM ? 431 : 0;
}

/* Past the library, whose pool may be full; it closes the connection then. */
static enum MHD_Result refuse_head(const struct carrier *t, int status)
{
	char text[120];
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(t->c, MHD_CONNECTION_INFO_CONNECTION_FD);
	int n = snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status,
	                 status == 414 ? "URI Too Long" : "Request Header Fields Too Large");
	if (fd && send(fd->connect_fd, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) != n)
		log_event(LOG_DEBUG, "http refusal lost", log_int("status", status));
	return MHD_NO;
}

static bool begin(struct exchange *x, struct carrier *t, const char *method)
{
	enum http_method m = HTTP_GET;
	t->begun = true;
	/* A method that nobody knows finds no route: 405. */
	x->r.method = http_method_from_name(str_from(method), &m) ? m : HTTP_METHOD_COUNT;
	x->r.is_head = m == HTTP_HEAD;
	if (x->r.is_head)
		x->r.method = HTTP_GET;
	MHD_get_connection_values(t->c, MHD_HEADER_KIND, on_header, x);
	set_peer(x, t->c);
	return exchange_begin(x);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                                  const char *data, size_t *n, void **ctx)
{
	struct exchange *x = *ctx;
	struct carrier *t = x->transport;
	(void)cls;
	(void)url;
	(void)version;
	if (!t->begun) {
		int fault = head_fault(t);
		if (fault)
			return refuse_head(t, fault);
		if (!begin(x, t, method))
			return MHD_YES;
		t->drop = worth_dropping(x);
		return t->drop ? MHD_YES : send_answer(x, c);
	}
	if (is_suspended(t))
		return MHD_YES;
	if (*n > 0) {
		size_t used;
		bool here = exchange_body(x, data, *n, &used);
		*n -= used;
		return here && too_slow(x) ? MHD_NO : MHD_YES;
	}
	return exchange_run(x) ? send_answer(x, c) : MHD_YES;
}

static void on_completed(void *cls, struct MHD_Connection *c, void **ctx, enum MHD_RequestTerminationCode why)
{
	(void)cls;
	(void)c;
	(void)why;
	if (*ctx)
		exchange_end(*ctx);
	*ctx = NULL;
}

/* ---- the second listener ---- */

static enum MHD_Result on_metrics(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                                  const char *data, size_t *n, void **ctx)
{
	struct http *h = cls;
	static int seen;
	(void)version;
	(void)data;
	if (!*ctx) {
		*ctx = &seen;
		return MHD_YES;
	}
	*n = 0;
	AUTO_ARENA a = arena_new(0);
	struct buf b = buf_on(a);
	bool known = strcmp(url, "/metrics") == 0 && strcmp(method, "GET") == 0;
	if (known)
		metrics_write(&b, h->metrics, h->router);
	struct str s = buf_str(&b);
	struct MHD_Response *m = MHD_create_response_from_buffer(s.n, (void *)(uintptr_t)s.p, MHD_RESPMEM_MUST_COPY);
	if (!m)
		return MHD_NO;
	MHD_add_response_header(m, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	enum MHD_Result ok = MHD_queue_response(c, known ? 200 : 404, m);
	MHD_destroy_response(m);
	return ok;
}

/* ---- start and stop ---- */

static void on_library_log(void *cls, const char *fmt, va_list ap)
{
	AUTO_ARENA a = arena_new(0);
	struct buf b = buf_on(a);
	(void)cls;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	buf_vfmt(&b, fmt, ap);
#pragma GCC diagnostic pop
	log_event(LOG_DEBUG, "microhttpd", log_str("text", str_trim(buf_str(&b))));
}

static bool start_main(struct http *h, struct server *s, struct err *e)
{
	const struct http_config *c = h->cfg;
	int fd = -1;
	if (!listen_open(c->listen, &fd, e))
		return false;
	s->port = listen_port(fd);
	s->unix_path = strncmp(c->listen, "unix:", 5) == 0 ? c->listen + 5 : NULL;
	unsigned threads = http_threads(c), connections = c->connections < threads ? threads : c->connections;
	/* Behind a proxy all connections have one address. */
	unsigned per_address = c->n_proxies || s->unix_path ? 0 : c->connections_per_address;
	thread_turn(TURN_SHORT); /* of the workers, who inherit it */
	s->main = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	                           on_request, h, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	                           MHD_OPTION_URI_LOG_CALLBACK, on_target, h, MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
	                           MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_THREAD_POOL_SIZE,
	                           threads > 1 ? threads : 0U, MHD_OPTION_CONNECTION_MEMORY_LIMIT, POOL,
	                           MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_address,
	                           MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)c->idle_s, MHD_OPTION_END);
	thread_turn(TURN_USUAL);
	if (s->main)
		return true;
	close(fd);
	return err_set(e, ERR_INTERNAL, "the HTTP library refuses to start on %s", c->listen);
}

static bool start_metrics(struct http *h, struct server *s, struct err *e)
{
	int fd = -1;
	if (!h->cfg->listen_metrics)
		return true;
	if (!listen_open(h->cfg->listen_metrics, &fd, e))
		return false;
	s->metrics_port = listen_port(fd);
	s->metrics = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_metrics, h, MHD_OPTION_LISTEN_SOCKET, fd,
	                              MHD_OPTION_CONNECTION_LIMIT, 20U, MHD_OPTION_CONNECTION_TIMEOUT, 10U, MHD_OPTION_END);
	if (s->metrics)
		return true;
	close(fd);
	return err_set(e, ERR_INTERNAL, "the HTTP library refuses to start on %s", h->cfg->listen_metrics);
}

bool http_start(struct http **out, const struct http_config *cfg, struct err *e)
{
	struct http *h = calloc(1, sizeof *h);
	CHECK(h != NULL);
	h->server = calloc(1, sizeof *h->server);
	CHECK(h->server != NULL);
	h->ready_drop = drop_ready;
	if (!http_core_init(h, cfg, e) || !start_main(h, h->server, e) || !start_metrics(h, h->server, e)) {
		http_stop(h, 0);
		return false;
	}
	*out = h;
	return true;
}

static void nap(void) { usleep(2000); }

static void drain(struct http *h, int wait_ms)
{
	int64_t until = monotonic_ns() + (int64_t)wait_ms * 1000000;
	while (atomic_load(&h->active) > 0 && monotonic_ns() < until)
		nap();
	while (atomic_load(&h->suspended) > 0)
		nap();
}

void http_stop(struct http *h, int wait_ms)
{
	if (!h)
		return;
	struct server *s = h->server;
	atomic_store(&h->stopping, true);
	if (s->main) {
		int fd = MHD_quiesce_daemon(s->main);
		drain(h, wait_ms);
		MHD_stop_daemon(s->main);
		if (fd >= 0)
			close(fd);
	}
	if (s->metrics)
		MHD_stop_daemon(s->metrics);
	if (s->unix_path)
		unlink(s->unix_path);
	http_core_done(h);
	free(s);
	free(h);
}

int http_port(const struct http *h) { return h->server->port; }
int http_metrics_port(const struct http *h) { return h->server->metrics_port; }
int64_t http_poisoned(const struct http *h) { return flight_poisoned(h->flight); }
struct metrics *http_metrics(struct http *h) { return h->metrics; }
