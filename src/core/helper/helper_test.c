#include "core/helper/helper.h"
#include "core/base/instant.h"
#include "core/test/test.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct helper *probe(struct arena *a, struct err *e)
{
	const char **argv = NEW_ARRAY(a, 2, const char *);
	argv[0] = str_fmt(a, "%s/src/core/helper/helper_probe", getenv("MOTCUA_BUILD_DIR")).p;
	struct helper_spec spec = {.name = "probe", .argv = argv};
	struct helper *h = helper_open(&spec, e);
	EXPECT(h);
	return h;
}

static struct str ask(struct helper *h, struct arena *a, const char *what)
{
	struct err e = {0};
	struct str answer;
	EXPECT_OK(helper_call(h, str_from(what), NULL, 10000, a, &answer, &e), e);
	return answer;
}

/* A password in the server's environment does not reach the process that opens strangers' files. */
TEST(the_environment_is_clean_and_descriptors_are_closed)
{
	struct err e = {0};
	EXPECT(setenv("PGPASSWORD", "mat-khau-canary", 1) == 0 && setenv("VENDOR_CONF", "/vendor", 1) == 0 && setenv("TZ", "UTC", 1) == 0);
	struct helper *h = probe(a, &e);
	int open_here = dup(STDERR_FILENO);
	struct str seen = ask(h, a, "environment");
	EXPECT(str_find(seen, STR("canary")) < 0 && str_find(seen, STR("VENDOR_CONF")) < 0 && str_find(seen, STR("HOME=")) < 0);
	EXPECT(str_find(seen, STR("TZ=UTC")) >= 0);
	EXPECT_TEXT(ask(h, a, "descriptors"), "0 1 2 3 read 0");
	helper_close(h);
	const char *argv[] = {str_fmt(a, "%s/src/core/helper/helper_probe", getenv("MOTCUA_BUILD_DIR")).p, NULL};
	h = helper_open(&(struct helper_spec){.name = "probe", .argv = argv, .keep = "VENDOR_CONF OTHER_*"}, &e);
	EXPECT(h != NULL);
	seen = ask(h, a, "environment");
	EXPECT(str_find(seen, STR("VENDOR_CONF=/vendor")) >= 0 && str_find(seen, STR("canary")) < 0);
	helper_close(h);
	close(open_here);
}

TEST(answers_come_back_whole)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	EXPECT_TEXT(ask(h, a, "hello"), "echo hello");
	EXPECT_TEXT(ask(h, a, ""), "echo ");
	char *big = arena_alloc(a, 3000001);
	memset(big, 'x', 3000000);
	EXPECT_INT(ask(h, a, big).n, 3000005);
	helper_close(h);
}

TEST(a_request_over_the_limit_is_refused_and_the_helper_lives)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	int pid = helper_pid(h);
	struct str answer, big = {arena_alloc(a, HELPER_MESSAGE_MAX + 1), HELPER_MESSAGE_MAX + 1};
	EXPECT_ERR(helper_call(h, big, NULL, 1000, a, &answer, &e), e, ERR_TOO_LARGE);
	EXPECT_TEXT(ask(h, a, "still"), "echo still");
	EXPECT_INT(helper_pid(h), pid);
	helper_close(h);
}

TEST(descriptors_travel)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	int fd = memfd_create("out", MFD_CLOEXEC);
	struct helper_fds fds = {.fd = {STDIN_FILENO, fd}, .n = 2};
	struct str answer;
	char text[8] = "";
	EXPECT_OK(helper_call(h, STR("write"), &fds, 10000, a, &answer, &e), e);
	EXPECT_TEXT(answer, "7");
	EXPECT_INT(pread(fd, text, 7, 0), 7);
	EXPECT_TEXT(str_from(text), "written");
	close(fd);
	helper_close(h);
}

TEST(one_that_dies_is_started_again)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	struct str answer;
	for (int i = 0; i < 3; i++) {
		EXPECT_ERR(helper_call(h, STR("die"), NULL, 10000, a, &answer, &e), e, ERR_BUSY);
		EXPECT_TEXT(ask(h, a, "again"), "echo again");
	}
	kill(helper_pid(h), SIGKILL);
	usleep(50000);
	EXPECT_TEXT(ask(h, a, "killed while idle"), "echo killed while idle");
	helper_close(h);
}

TEST(one_that_is_late_is_killed)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	struct str answer;
	int pid = helper_pid(h);
	EXPECT_ERR(helper_call(h, STR("hang"), NULL, 300, a, &answer, &e), e, ERR_BUSY);
	EXPECT(kill(pid, 0) < 0 && errno == ESRCH);
	EXPECT_TEXT(ask(h, a, "next"), "echo next");
	helper_close(h);
}

TEST(the_processor_limit_ends_a_runaway_job)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	struct str answer;
	int64_t from = monotonic_ns();
	EXPECT_ERR(helper_call(h, STR("hang"), NULL, 50000, a, &answer, &e), e, ERR_BUSY);
	EXPECT(monotonic_ns() - from < (int64_t)40 * 1000000000);
	EXPECT_TEXT(ask(h, a, "next"), "echo next");
	helper_close(h);
}

TEST(a_program_that_cannot_start_is_an_error)
{
	struct err e = {0};
	const char *argv[] = {"/nowhere/helper", NULL};
	struct helper_spec spec = {.name = "none", .argv = argv};
	EXPECT(!helper_open(&spec, &e));
	EXPECT_INT(e.kind, ERR_BUSY);
	helper_close(NULL);
}

TEST(locked_down_it_opens_nothing)
{
	struct err e = {0};
	struct str answer;
	struct helper *h = probe(a, &e);
	EXPECT_TEXT(ask(h, a, "open"), "refused 1");
	EXPECT_TEXT(ask(h, a, "socket"), "1");
	EXPECT_TEXT(ask(h, a, "fork"), "1");
	EXPECT_TEXT(ask(h, a, "stat"), "01");
	EXPECT_TEXT(ask(h, a, "known"), "read fonts");
	EXPECT_TEXT(ask(h, a, "known"), "read fonts");
	EXPECT_TEXT(ask(h, a, "known for writing"), "refused 1");
	EXPECT_ERR(helper_call(h, STR("exec"), NULL, 10000, a, &answer, &e), e, ERR_BUSY);
	helper_close(h);
}

TEST(a_fresh_helper_is_another_process_for_each_call)
{
	struct err e = {0};
	const char **argv = NEW_ARRAY(a, 2, const char *);
	argv[0] = str_fmt(a, "%s/src/core/helper/helper_probe", getenv("MOTCUA_BUILD_DIR")).p;
	struct helper *h = helper_open(&(struct helper_spec){.name = "probe", .argv = argv, .fresh = true}, &e);
	EXPECT(h);
	int last = 0;
	for (int i = 0; i < 3; i++) {
		int pid = helper_pid(h);
		EXPECT(pid > 0 && pid != last);
		EXPECT_TEXT(ask(h, a, "hello"), "echo hello");
		EXPECT(kill(pid, 0) < 0 && errno == ESRCH);
		last = pid;
	}
	helper_close(h);
}

TEST(one_on_call_runs_only_while_it_is_called)
{
	struct err e = {0};
	const char **argv = NEW_ARRAY(a, 2, const char *);
	argv[0] = str_fmt(a, "%s/src/core/helper/helper_probe", getenv("MOTCUA_BUILD_DIR")).p;
	struct helper *h = helper_open(&(struct helper_spec){.name = "probe", .argv = argv, .fresh = true, .on_call = true}, &e);
	EXPECT(h);
	for (int i = 0; i < 3; i++) {
		EXPECT_INT(helper_pid(h), 0);
		EXPECT_TEXT(ask(h, a, "hello"), "echo hello");
	}
	EXPECT_INT(helper_pid(h), 0);
	helper_close(h);
}

static void *ask_many(void *arg)
{
	AUTO_ARENA a = arena_new(0);
	for (int i = 0; i < 50; i++) {
		struct str said = str_fmt(a, "%p %d", (void *)&a, i);
		EXPECT_STR(ask(arg, a, said.p), str_cat(a, STR("echo "), said));
	}
	return NULL;
}

TEST(threads_share_one_helper)
{
	struct err e = {0};
	struct helper *h = probe(a, &e);
	pthread_t t[4];
	for (size_t i = 0; i < 4; i++)
		EXPECT(pthread_create(&t[i], NULL, ask_many, h) == 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	helper_close(h);
}
