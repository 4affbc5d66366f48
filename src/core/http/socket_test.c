/* Over real sockets: what libmicrohttpd and server.c do together. */
#include "core/http/fixture.h"
#include "core/http/metrics.h"
#include "core/log/log.h"
#include "core/test/test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct http_config cfg;

static struct http *start(struct arena *a, void (*change)(struct http_config *c))
{
	struct http *h = NULL;
	struct err e = {0};
	log_set_level(LOG_ERROR);
	cfg = fixture_config(a);
	cfg.connections = 2000;
	cfg.rate_address[RATE_NORMAL] = (struct rate){0, 0};
	cfg.rate_account[RATE_NORMAL] = (struct rate){0, 0};
	if (change)
		change(&cfg);
	EXPECT_OK(http_start(&h, &cfg, &e), e);
	return h;
}

static int dial(int port)
{
	struct sockaddr_in s = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval wait = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	EXPECT(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0);
	EXPECT(connect(fd, (struct sockaddr *)&s, sizeof s) == 0);
	return fd;
}

static void put(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		EXPECT(n > 0);
		s = str_sub(s, (size_t)n, s.n);
	}
}

/* One answer with Content-Length (or none with `head`), no byte more. */
static struct str take(struct arena *a, int fd, bool head)
{
	struct buf b = buf_on(a);
	long long want = 0;
	for (char c; !str_ends(buf_str(&b), STR("\r\n\r\n")); buf_char(&b, c))
		if (recv(fd, &c, 1, 0) != 1)
			return buf_str(&b);
	ptrdiff_t at = str_find(buf_str(&b), STR("Content-Length: "));
	if (at >= 0 && !head)
		want = atoll(b.p + at + 16);
	for (char c; want > 0 && recv(fd, &c, 1, 0) == 1; want--)
		buf_char(&b, c);
	return buf_str(&b);
}

static struct str ask(struct arena *a, int port, struct str request)
{
	int fd = dial(port);
	put(fd, request);
	struct str s = take(a, fd, false);
	close(fd);
	return s;
}

static bool status_is(struct str s, const char *status) { return str_starts(str_sub(s, 9, 3), str_from(status)); }

TEST(keep_alive_pipelining_and_head)
{
	struct http *h = start(a, NULL);
	int fd = dial(http_port(h));
	put(fd, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(str_ends(take(a, fd, false), STR("<h1>home</h1>")));
	struct str head = take(a, fd, true);
	EXPECT(status_is(head, "200") && str_find(head, STR("Content-Length: 13")) > 0);
	EXPECT(status_is(take(a, fd, false), "404"));
	put(fd, STR("GET /?x=%zz HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "400"));
	put(fd, STR("GET /assets/a.css HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "200"));
	put(fd, STR("BREW / HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "405"));
	close(fd);
	http_stop(h, 1000);
}

static struct str thing(struct arena *a, int i, bool good)
{
	struct str body = str_fmt(a, "{\"title\":\"t%d\"%s}", i, good ? ",\"agree\":true" : "");
	return str_fmt(a, "POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nContent-Type: application/json\r\n"
	               "Content-Length: %zu\r\n\r\n%.*s", body.n, STR_ARG(body));
}

/* Without the line of the date. */
static struct str undated(struct arena *a, struct str s)
{
	ptrdiff_t from = str_find(s, STR("\r\nDate: "));
	EXPECT(from > 0);
	struct str rest = str_sub(s, (size_t)from + 2, s.n);
	return str_cat(a, str_sub(s, 0, (size_t)from), str_sub(rest, (size_t)str_find(rest, STR("\r\n")), rest.n));
}

/* The second visitor gets what was put together for the first: all of it, and nothing that was the first one's own. */
TEST(a_kept_page_is_the_same_for_the_next_visitor)
{
	struct http *h = start(a, NULL);
	int port = http_port(h);
	struct str plain = STR("GET /public HTTP/1.1\r\nHost: localhost\r\n\r\n");
	struct str own = ask(a, port, STR("GET /public?lang=vi HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	EXPECT(status_is(own, "200") && str_find(own, STR("Set-Cookie: lang=vi")) > 0);
	struct str first = undated(a, ask(a, port, plain));
	EXPECT(status_is(first, "200") && str_find(first, STR("vi line")) > 0 && str_find(first, STR("Set-Cookie")) < 0);
	static const char *const safe[] = {"Content-Security-Policy: default-src 'none'", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Cache-Control: no-cache"};
	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		EXPECT(str_find(first, str_from(safe[i])) > 0);
	struct str next = undated(a, ask(a, port, plain)), zipped = ask(a, port, STR("GET /public HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"));
	EXPECT_STR(next, first);
	EXPECT(str_find(zipped, STR("Content-Encoding: br")) > 0 && str_find(zipped, STR("vi line")) < 0);
	own = ask(a, port, STR("GET /public?lang=vi HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	EXPECT(str_find(own, STR("Set-Cookie: lang=vi")) > 0);
	ptrdiff_t at = str_find(first, STR("ETag: "));
	struct str etag = str_sub(first, (size_t)at + 6, first.n), same;
	etag = str_sub(etag, 0, (size_t)str_find(etag, STR("\r\n")));
	for (int i = 0; i < 2; i++) {
		same = ask(a, port, str_fmt(a, "GET /public HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: %.*s\r\n\r\n", STR_ARG(etag)));
		EXPECT(status_is(same, "304") && str_ends(same, STR("\r\n\r\n")) && str_find(same, etag) > 0);
	}
	int fd = dial(port);
	put(fd, STR("HEAD /public HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	EXPECT_STR(undated(a, take(a, fd, true)), str_sub(first, 0, (size_t)str_find(first, STR("\r\n\r\n")) + 4));
	close(fd);
	fixture_revise();
	EXPECT_INT(fixture_rendered(), 3); /* twice with a cookie, which is never kept, once for everybody */
	EXPECT_STR(undated(a, ask(a, port, plain)), first);
	EXPECT_INT(fixture_rendered(), 4);
	http_stop(h, 1000);
}

struct visit { int port; struct arena *a; struct str got; };

static void *visit_often(void *ctx)
{
	struct visit *v = ctx;
	for (int i = 0; i < 50; i++)
		v->got = ask(v->a, v->port, STR("GET /public HTTP/1.1\r\nHost: localhost\r\n\r\n"));
	return NULL;
}

TEST(visitors_at_once_get_the_kept_page_while_it_changes)
{
	struct http *h = start(a, NULL);
	struct visit v[4];
	pthread_t threads[4];
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		v[i] = (struct visit){.port = http_port(h), .a = arena_new(0)};
		EXPECT(pthread_create(&threads[i], NULL, visit_often, &v[i]) == 0);
	}
	for (int i = 0; i < 30; i++) {
		fixture_revise();
		usleep(2000);
	}
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		pthread_join(threads[i], NULL);
		EXPECT(status_is(v[i].got, "200") && str_find(v[i].got, STR("vi line")) > 0);
		arena_free(v[i].a);
	}
	http_stop(h, 1000);
}

TEST(a_slow_client_is_served)
{
	struct http *h = start(a, NULL);
	int fd = dial(http_port(h));
	struct str s = thing(a, 1, true);
	for (size_t i = 0; i < s.n; i++) {
		put(fd, str_sub(s, i, 1));
		usleep(200);
	}
	EXPECT(status_is(take(a, fd, false), "201"));
	close(fd);
	http_stop(h, 1000);
}

static struct str post(struct arena *a, const char *path)
{
	return str_fmt(a, "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\nx=1", path);
}

/* So many that wait at that path until let_go(). */
static void hold(struct arena *a, int port, const char *path, int *fd, size_t n)
{
	fixture_hold(true);
	for (size_t i = 0; i < n; i++) {
		fd[i] = dial(port);
		put(fd[i], post(a, path));
	}
}

static void let_go(struct arena *a, const int *fd, size_t n)
{
	fixture_hold(false);
	for (size_t i = 0; i < n; i++) {
		EXPECT(status_is(take(a, fd[i], false), "303"));
		close(fd[i]);
	}
}

/* More of them than the slow pool has threads: passwords are checked meanwhile. */
TEST(what_strangers_have_judged_holds_up_no_password)
{
	struct http *h = start(a, NULL);
	int fd[4];
	hold(a, http_port(h), "/judged", fd, ARRAY_LEN(fd));
	for (int i = 0; i < 5; i++)
		EXPECT(status_is(ask(a, http_port(h), post(a, "/slow")), "303"));
	let_go(a, fd, ARRAY_LEN(fd));
	http_stop(h, 1000);
}

static void one_thread(struct http_config *c) { c->threads = 1; }

/* One worker, one thread of acts, which is held. */
TEST(pages_wait_for_no_act)
{
	struct http *h = start(a, one_thread);
	int fd[3];
	hold(a, http_port(h), "/held", fd, ARRAY_LEN(fd));
	for (int i = 0; i < 5; i++)
		EXPECT(str_ends(ask(a, http_port(h), STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), STR("<h1>home</h1>")));
	EXPECT_INT(fixture_applied(), 0);
	let_go(a, fd, ARRAY_LEN(fd));
	EXPECT_INT(fixture_applied(), ARRAY_LEN(fd));
	http_stop(h, 1000);
}

struct load { pthread_t thread; int port, n, good; };

static void *load_run(void *ctx)
{
	struct load *l = ctx;
	AUTO_ARENA a = arena_new(0);
	int fd = dial(l->port);
	for (int i = 0; i < l->n; i++) {
		struct arena_mark m = arena_mark(a);
		put(fd, thing(a, i, i % 10 != 0));
		l->good += status_is(take(a, fd, false), i % 10 ? "201" : "422");
		arena_rewind(a, m);
	}
	close(fd);
	return NULL;
}

TEST(suspended_connections_all_come_back)
{
	struct http *h = start(a, NULL);
	struct load l[8];
	for (size_t i = 0; i < ARRAY_LEN(l); i++) {
		l[i] = (struct load){.port = http_port(h), .n = 100};
		EXPECT(pthread_create(&l[i].thread, NULL, load_run, &l[i]) == 0);
	}
	int good = 0;
	for (size_t i = 0; i < ARRAY_LEN(l); i++) {
		pthread_join(l[i].thread, NULL);
		good += l[i].good;
	}
	EXPECT_INT(good, 800);
	EXPECT_INT(fixture_applied(), 720);
	http_stop(h, 1000);
}

TEST(clients_that_go_away_while_queued_do_no_harm)
{
	struct http *h = start(a, NULL);
	for (int i = 0; i < 200; i++) {
		int fd = dial(http_port(h));
		put(fd, thing(a, i, true));
		close(fd);
	}
	for (int i = 0; i < 12000 && fixture_applied() < 190; i++)
		usleep(5000);
	EXPECT(status_is(ask(a, http_port(h), thing(a, 1, true)), "201"));
	http_stop(h, 1000);
}

TEST(a_thousand_connections)
{
	struct rlimit lim = {3000, 3000};
	int fds[1000];
	if (setrlimit(RLIMIT_NOFILE, &lim) != 0 && getrlimit(RLIMIT_NOFILE, &lim) == 0)
		EXPECT(lim.rlim_cur >= 2200);
	struct http *h = start(a, NULL);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = dial(http_port(h));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		put(fds[i], STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		EXPECT(status_is(take(a, fds[i], false), "200"));
		close(fds[i]);
	}
	http_stop(h, 1000);
}

static long resident_kb(void)
{
	long pages = 0, skip = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	EXPECT(f != NULL && fscanf(f, "%ld %ld", &skip, &pages) == 2);
	fclose(f);
	return pages * 4;
}

#define BIG ((size_t)150 << 20)

TEST(a_big_upload_takes_constant_memory)
{
	struct http *h = start(a, NULL);
	struct str head = STR("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"), tail = STR("\r\n--B--\r\n");
	size_t piece = 1 << 16;
	char *zeros = arena_alloc(a, piece);
	int fd = dial(http_port(h));
	put(fd, str_fmt(a, "POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\nContent-Type: multipart/form-data; boundary=B\r\n"
	                "Content-Length: %zu\r\n\r\n%.*s", head.n + BIG + tail.n, STR_ARG(head)));
	put(fd, (struct str){zeros, piece});
	long before = resident_kb();
	for (size_t n = piece; n < BIG; n += piece)
		put(fd, (struct str){zeros, piece});
	put(fd, tail);
	EXPECT(status_is(take(a, fd, false), "303"));
	EXPECT(str_find(fixture_last(), str_fmt(a, "|%zu|", BIG)) > 0);
	long grown = resident_kb() - before;
	if (grown > 16 * 1024)
		FAIL("%ld KB more for an upload of %zu", grown, BIG);
	close(fd);
	for (int i = 0; i < 30000 && fixture_files_left(); i++)
		usleep(2000);
	EXPECT_INT(fixture_files_left(), 0);
	http_stop(h, 1000);
}

/* What waits for the thread of bodies is full at the end of a chunk, and in the same reading the library goes on to the next. */
#define CHUNK ((size_t)512)
#define CHUNKS ((size_t)8000)
TEST(a_file_comes_in_small_chunks)
{
	struct http *h = start(a, NULL);
	struct buf b = buf_on(a);
	int fd = dial(http_port(h));
	struct str part = STR("--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"), tail = STR("\r\n--B--\r\n");
	struct str bytes = str_cat(a, part, crypto_random_str(a, CHUNK * CHUNKS - part.n));
	buf_put(&b, STR("POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\nContent-Type: multipart/form-data; boundary=B\r\n"
	                "Transfer-Encoding: chunked\r\n\r\n"));
	for (size_t i = 0; i < CHUNKS; i++) {
		buf_fmt(&b, "%zx\r\n", CHUNK);
		buf_put(&b, str_sub(bytes, i * CHUNK, CHUNK));
		buf_put(&b, STR("\r\n"));
	}
	buf_fmt(&b, "%zx\r\n%.*s\r\n0\r\n\r\n", tail.n, STR_ARG(tail));
	put(fd, buf_str(&b));
	EXPECT(status_is(take(a, fd, false), "303"));
	EXPECT(str_find(fixture_last(), str_fmt(a, "|%zu|", CHUNK * CHUNKS - part.n)) > 0);
	close(fd);
	http_stop(h, 1000);
}

TEST(an_upload_cut_in_the_middle_leaves_nothing)
{
	struct http *h = start(a, NULL);
	int fd = dial(http_port(h));
	put(fd, STR("POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\nContent-Type: multipart/form-data; boundary=B\r\n"
	            "Content-Length: 1000000\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"));
	put(fd, crypto_random_str(a, 600000)); /* more than waits in memory */
	for (int i = 0; i < 30000 && !fixture_files_left(); i++)
		usleep(2000);
	EXPECT_INT(fixture_files_left(), 1);
	close(fd);
	for (int i = 0; i < 30000 && fixture_files_left(); i++)
		usleep(2000);
	EXPECT_INT(fixture_files_left(), 0);
	http_stop(h, 1000);
}

TEST(a_refused_body_is_not_read)
{
	struct http *h = start(a, NULL);
	struct str s = ask(a, http_port(h), STR("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
	                                        "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 900000000\r\n\r\n"));
	EXPECT(status_is(s, "401"));
	/* Small ones are read and dropped: the connection lives on. */
	int fd = dial(http_port(h));
	put(fd, STR("POST /ho-so HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1"
	            "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "401"));
	EXPECT(status_is(take(a, fd, false), "200"));
	close(fd);
	s = ask(a, http_port(h), STR("POST /ho-so HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\n"
	                             "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2000000\r\n\r\n"));
	EXPECT(status_is(s, "413"));
	http_stop(h, 1000);
}

static const char *socket_name;
static void on_socket(struct http_config *c) { c->listen = socket_name; }
static void impatient(struct http_config *c) { c->idle_s = 1; }
static void on_v6(struct http_config *c) { c->listen = "[::1]:0"; }
static void with_metrics(struct http_config *c) { c->listen_metrics = "127.0.0.1:0"; }

TEST(nonsense_is_survived)
{
	struct http *h = start(a, impatient);
	const char *bad[] = {"\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02", "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	                     "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	                     "POST /ho-so HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int fd = dial(http_port(h));
		put(fd, str_from(bad[i]));
		shutdown(fd, SHUT_WR);
		struct str s = take(a, fd, false);
		EXPECT(s.n == 0 || !status_is(s, "200"));
		close(fd);
	}
	EXPECT(status_is(ask(a, http_port(h), STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), "200"));
	http_stop(h, 1000);
}

/* Each of these once ended the whole program: the query was put back into a Location. */
TEST(control_bytes_in_an_address_are_refused)
{
	struct http *h = start(a, impatient);
	const char *bad[] = {"/ho-so/A1/?a=\x01", "/ho-so/A1/?a=\x7f", "/?a=b\x1f", "/\x0e", "/healthz?\x02"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT(status_is(ask(a, http_port(h), str_fmt(a, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", bad[i])), "400"));
	EXPECT(status_is(ask(a, http_port(h), STR("GET /?q=ch\xe1\xbb\xa5p HTTP/1.1\r\nHost: x\r\n\r\n")), "200"));
	http_stop(h, 1000);
}

static struct str many(struct arena *a, const char *each, int n, const char *between)
{
	struct buf b = buf_on(a);
	for (int i = 0; i < n; i++)
		buf_fmt(&b, "%s%s%d=b", i ? between : "", each, i);
	return buf_str(&b);
}

/* The status, or "" when nothing came. No such request may wait for the idle limit, which is 60 s here. */
static struct str at_once(struct arena *a, struct http *h, struct str target, struct str more)
{
	int64_t begun = monotonic_ns();
	struct str s = ask(a, http_port(h), str_fmt(a, "GET /%.*s HTTP/1.1\r\nHost: x\r\n%.*s\r\n", STR_ARG(target), STR_ARG(more)));
	EXPECT(monotonic_ns() - begun < (int64_t)10 * 1000000000);
	return s.n ? str_sub(s, 9, 3) : STR("");
}

/* Once silent until the idle limit: the library had no room for its own error. */
TEST(long_heads_are_answered_at_once)
{
	struct http *h = start(a, NULL);
	char *letters = memset(arena_alloc(a, 14000), 'a', 14000);
	for (int n = 100; n <= 1500; n += 50) {
		struct str s = at_once(a, h, str_fmt(a, "?%.*s", STR_ARG(many(a, "p", n, "&"))), STR(""));
		EXPECT(str_eq(s, n <= 200 ? STR("200") : STR("400")) || (n > 1000 && str_eq(s, STR("414"))));
	}
	for (size_t n = 7000; n <= 14000; n += 100) {
		struct str s = at_once(a, h, str_fmt(a, "?q=%.*s", (int)n, letters), STR("")), t = at_once(a, h, (struct str){letters, n}, STR(""));
		EXPECT(str_eq(s, n <= 8100 ? STR("200") : STR("414")) || (n > 11000 && str_eq(s, STR("431"))));
		EXPECT(str_eq(t, n <= 8100 ? STR("404") : STR("414")) || str_eq(t, STR("431")));
		s = at_once(a, h, STR(""), str_fmt(a, "X: %.*s\r\n", (int)n, letters));
		EXPECT(str_eq(s, STR("200")) || str_eq(s, STR("431")));
		EXPECT(n > 10000 || str_eq(s, STR("200")));
	}
	for (int n = 10; n <= 600; n += 10) {
		struct str s = at_once(a, h, STR(""), str_fmt(a, "Cookie: %.*s\r\n", STR_ARG(many(a, "c", n, "; "))));
		EXPECT(str_eq(s, STR("200")) || (n > 100 && str_eq(s, STR("431"))));
		s = at_once(a, h, STR(""), str_fmt(a, "%.*s\r\n", STR_ARG(many(a, "X: ", n, "\r\n"))));
		EXPECT(str_eq(s, STR("200")) || (n > 100 && str_eq(s, STR("431"))));
	}
	http_stop(h, 1000);
}

/* After headers that two readers read differently, nothing of that connection is read as a request. */
TEST(contradicting_headers_end_the_connection)
{
	struct http *h = start(a, impatient);
	const char *bad[] = {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n",
	                     "POST /ho-so HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
	                     "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		int fd = dial(http_port(h));
		put(fd, str_fmt(a, "%sGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", bad[i]));
		EXPECT(status_is(take(a, fd, false), "400"));
		EXPECT_INT(take(a, fd, false).n, 0);
		close(fd);
	}
	http_stop(h, 1000);
}

TEST(unix_sockets_and_ipv6)
{
	struct sockaddr_un s = {.sun_family = AF_UNIX};
	socket_name = str_fmt(a, "unix:%.*s/s", STR_ARG(test_temp_dir(a))).p;
	snprintf(s.sun_path, sizeof s.sun_path, "%s", socket_name + 5);
	struct http *h = start(a, on_socket);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(connect(fd, (struct sockaddr *)&s, sizeof s) == 0);
	put(fd, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "200"));
	close(fd);
	http_stop(h, 1000);
	EXPECT(access(s.sun_path, F_OK) != 0);
	struct err e = {0};
	h = NULL;
	on_v6(&cfg);
	if (!http_start(&h, &cfg, &e))
		return; /* a machine without IPv6 */
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)http_port(h)), .sin6_addr = in6addr_loopback};
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	EXPECT(connect(fd, (struct sockaddr *)&v6, sizeof v6) == 0);
	put(fd, STR("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(status_is(take(a, fd, false), "200"));
	close(fd);
	http_stop(h, 1000);
}

TEST(metrics_have_a_listener_of_their_own)
{
	struct http *h = start(a, with_metrics);
	EXPECT(status_is(ask(a, http_port(h), STR("GET /ho-so/A1 HTTP/1.1\r\nHost: x\r\nAuthorization: t\r\n\r\n")), "200"));
	EXPECT(status_is(ask(a, http_port(h), STR("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")), "404"));
	struct str s = STR("");
	/* A request is counted when its answer has gone. */
	for (int i = 0; i < 3000 && str_find(s, STR("motcua_http_requests_total{method=\"GET\",route=\"/ho-so/:code\",status=\"2xx\"} 1\n")) <= 0; i++, usleep(20000))
		s = ask(a, http_metrics_port(h), STR("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
	EXPECT(str_find(s, STR("motcua_http_requests_total{method=\"GET\",route=\"/ho-so/:code\",status=\"2xx\"} 1\n")) > 0);
	EXPECT(str_find(s, STR("A1")) < 0);
	http_stop(h, 1000);
}

TEST(a_busy_address_is_a_clean_refusal)
{
	struct http *h = start(a, NULL), *second = NULL;
	struct err e = {0};
	struct http_config other = cfg;
	other.listen = str_fmt(a, "127.0.0.1:%d", http_port(h)).p;
	EXPECT_ERR(http_start(&second, &other, &e), e, ERR_INTERNAL);
	other.listen = "nowhere";
	EXPECT_ERR(http_start(&second, &other, &e), e, ERR_INVALID);
	http_stop(h, 1000);
}
