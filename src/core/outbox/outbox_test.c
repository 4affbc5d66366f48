/* outbox_test.c — order, retries and leases on both engines; a real POST to a server of the test's own. */
#include "core/outbox/outbox.h"
#include "core/job/job_testing.h"
#include "core/outbox/outbox_sql.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct job_bench bench;
static struct outbox_config cfg;
static struct job_kind kinds[1];
static char got[1000]; /* keys as delivered */
static int fail_next;

static bool take(void *ctx, const struct outbox_change *c, struct err *e)
{
	(void)ctx;
	if (fail_next > 0) {
		fail_next--;
		return err_set(e, ERR_BUSY, "trục trặc");
	}
	snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s ", STR_ARG(c->key));
	return true;
}

static void start(struct arena *a, enum db_engine engine)
{
	kinds[0] = outbox_kind(&cfg);
	job_bench_start(&bench, a, engine, kinds, 1);
}

static bool add(struct env *env, void *ctx, struct err *e) { return outbox_add(env, STR("dossier"), *(struct str *)ctx, STR("{\"state\":\"accepted\"}"), e); }
static bool add_and_fail(struct env *env, void *ctx, struct err *e) { return add(env, ctx, e) && err_set(e, ERR_CONFLICT, "no"); }
static bool read_stats(struct env *env, void *ctx, struct err *e) { return outbox_stats(env, ctx, e); }
static bool skip(struct env *env, void *ctx, struct err *e) { return outbox_skip(env, *(int64_t *)ctx, e); }

static void put(const char *text)
{
	struct err e = {0};
	struct str key = str_from(text);
	EXPECT_OK(job_bench_act(&bench, add, &key, &e), e);
}

static struct outbox_stats stats(void)
{
	struct outbox_stats s;
	job_bench_read(&bench, read_stats, &s);
	return s;
}

/* The next period, and all its jobs. */
static void turn(int64_t ms)
{
	struct err e = {0};
	job_bench_wait(&bench, ms);
	EXPECT_OK(job_add_periodic(&bench.cfg, &e), e);
	job_bench_run(&bench);
}

TEST_BOTH(queries_prepare) { test_db_prepares(test_db(a, engine), outbox_sql); }

TEST_BOTH(changes_arrive_in_order_and_a_failure_stops_the_rest)
{
	struct err e = {0};
	cfg = (struct outbox_config){.deliver = take};
	start(a, engine);
	put("a");
	EXPECT_ERR(job_bench_act(&bench, add_and_fail, &STR("lost"), &e), e, ERR_CONFLICT);
	put("b");
	put("c");
	fail_next = 2;
	turn(0);
	EXPECT_TEXT(str_from(got), "");
	EXPECT(stats().queued == 3 && stats().attempts == 1);
	EXPECT_TEXT(stats().last_error, "trục trặc");
	turn(14999);
	EXPECT_INT(fail_next, 1);
	turn(15000);
	EXPECT_INT(stats().attempts, 2);
	turn(30000);
	EXPECT_TEXT(str_from(got), "a b c ");
	EXPECT(stats().queued == 0 && stats().head == 0);
	put("d");
	turn(15000);
	EXPECT_TEXT(str_from(got), "a b c d ");
	job_bench_stop(&bench);
}

TEST_BOTH(without_a_receiver_they_stay_and_one_may_be_skipped)
{
	struct err e = {0};
	cfg = (struct outbox_config){0};
	start(a, engine);
	put("a");
	put("b");
	turn(0);
	struct outbox_stats s = stats();
	EXPECT(s.queued == 2 && s.attempts == 0 && s.oldest.ms > 0);
	int64_t second = s.head + 1;
	EXPECT_ERR(job_bench_act(&bench, skip, &second, &e), e, ERR_CONFLICT);
	EXPECT_OK(job_bench_act(&bench, skip, &s.head, &e), e);
	EXPECT_ERR(job_bench_act(&bench, skip, &s.head, &e), e, ERR_CONFLICT);
	cfg.deliver = take;
	turn(15000);
	EXPECT_TEXT(str_from(got), "b ");
	job_bench_stop(&bench);
}

TEST_BOTH(a_leased_head_is_not_sent_by_another)
{
	struct err e = {0};
	cfg = (struct outbox_config){.deliver = take};
	start(a, engine);
	put("a");
	put("b");
	AUTO_DB db = test_db_again(engine, 0);
	EXPECT_OK(q_outbox_take(db, stats().head, 5, (struct instant){bench.now_ms + 60000}, NULL, &e), e);
	turn(30000);
	EXPECT_TEXT(str_from(got), "");
	turn(30000);
	EXPECT_TEXT(str_from(got), "a b ");
	job_bench_stop(&bench);
}

TEST_BOTH(numbers_are_not_used_twice_and_the_old_go)
{
	cfg = (struct outbox_config){.deliver = take};
	start(a, engine);
	put("a");
	put("b");
	int64_t first = stats().head;
	turn(0);
	turn(31 * DAY_MS);
	turn(15000);
	put("c");
	EXPECT_INT(stats().head, first + 2);
	job_bench_stop(&bench);
}

static bool add_bad(struct env *env, void *ctx, struct err *e) { return outbox_add(env, STR("t"), STR("k"), str_from(ctx), e); }

TEST_BOTH(a_body_must_be_json)
{
	static const char *const bad[] = {"", "{", "{\"a\":1,\"a\":2}", "{}x", "\xff"};
	struct err e = {0};
	start(a, engine);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_ERR(job_bench_act(&bench, add_bad, (void *)(uintptr_t)bad[i], &e), e, ERR_INVALID);
	job_bench_stop(&bench);
}

TEST(the_envelope_escapes)
{
	struct outbox_change c = {.id = 7, .topic = STR("t\"x"), .key = STR("a\\b\n"), .body = STR("[1]"), .at = {1795590000000}};
	EXPECT_TEXT(outbox_envelope(a, &c), "{\"id\":\"7\",\"topic\":\"t\\\"x\",\"key\":\"a\\\\b\\n\",\"at\":\"2026-11-25T14:00:00+07:00\",\"body\":[1]}");
}

/* ---- HTTP ---- */

static struct { int listener, port; pthread_t thread; char last[4000]; int n; } server;
static const char *const answers[] = {"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                                      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"};

static void *server_main(void *arg)
{
	(void)arg;
	for (int fd; (fd = accept(server.listener, NULL, NULL)) >= 0;) {
		size_t n = 0;
		memset(server.last, 0, sizeof server.last);
		while (n < sizeof server.last - 1 && !strstr(server.last, "}}")) {
			ssize_t k = read(fd, server.last + n, sizeof server.last - 1 - n);
			if (k <= 0)
				break;
			n += (size_t)k;
		}
		const char *answer = answers[server.n < 2 ? server.n : 2];
		server.n++;
		EXPECT(write(fd, answer, strlen(answer)) > 0);
		close(fd);
	}
	return NULL;
}

static void server_start(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof at;
	server.listener = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT(bind(server.listener, (struct sockaddr *)&at, n) == 0 && listen(server.listener, 4) == 0);
	EXPECT(getsockname(server.listener, (struct sockaddr *)&at, &n) == 0);
	server.port = ntohs(at.sin_port);
	EXPECT(pthread_create(&server.thread, NULL, server_main, NULL) == 0);
}

TEST_BOTH(a_post_is_repeated_until_it_is_taken)
{
	server_start();
	cfg = (struct outbox_config){.url = str_fmt(a, "http://127.0.0.1:%d/in", server.port).p, .token = "s3cret", .timeout_ms = 5000};
	start(a, engine);
	put("hồ sơ 1");
	turn(0);
	EXPECT_TEXT(stats().last_error, "outbox: the receiver answered 503");
	turn(15000);
	EXPECT_TEXT(stats().last_error, "outbox: the receiver answered 302"); /* not followed */
	turn(30000);
	EXPECT(stats().queued == 0 && server.n == 3);
	EXPECT(strstr(server.last, "POST /in HTTP/1.1\r\n") && strstr(server.last, "Authorization: Bearer s3cret\r\n"));
	EXPECT(strstr(server.last, "Idempotency-Key: outbox-1\r\n") && strstr(server.last, "\"key\":\"hồ sơ 1\""));
	shutdown(server.listener, SHUT_RDWR);
	pthread_join(server.thread, NULL);
	close(server.listener);
	put("2");
	turn(15000);
	EXPECT(stats().queued == 1 && stats().attempts == 1);
	job_bench_stop(&bench);
}
