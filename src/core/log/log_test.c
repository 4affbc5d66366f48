#include "core/log/log.h"
#include "core/base/instant.h"
#include "core/test/test.h"
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

static struct str logged(struct arena *a, void (*act)(void))
{
	struct str path = str_fmt(a, "%.*s/log", STR_ARG(test_temp_dir(a)));
	int fd = open(path.p, O_CREAT | O_WRONLY | O_APPEND, 0600);
	EXPECT(fd >= 0);
	log_set_fd(fd);
	act();
	log_set_fd(2);
	close(fd);
	return test_read_file(a, path);
}

static void hostile(void)
{
	log_event(LOG_WARN, "odd", log_text("a", "x y\n\"q\"\\\x7f"), log_text("b", ""), log_text("c", "k=v"), log_text("d", NULL));
}

TEST(an_event_is_always_one_line)
{
	struct str s = logged(a, hostile);
	EXPECT_INT(str_find_char(s, '\n'), (long long)s.n - 1);
	EXPECT(str_find(s, STR(" warn odd a=\"x y\\x0a\\\"q\\\"\\\\\\x7f\" b=\"\" c=\"k=v\" d=\"\"\n")) > 0);
}

static void plain_event(void)
{
	log_event(LOG_INFO, "request", log_id("id", 0xA1), log_text("route", "/ho-so/:code"), log_int("status", -200));
}

TEST(pairs_are_written_plainly)
{
	struct str s = logged(a, plain_event);
	EXPECT(str_ends(s, STR(" info request id=00000000000000a1 route=/ho-so/:code status=-200\n")));
	struct instant t;
	EXPECT(instant_parse(str_sub(s, 0, (size_t)str_find_char(s, ' ')), &t));
}

static void quiet(void)
{
	log_set_level(LOG_ERROR);
	plain_event();
	log_set_level(LOG_OFF);
	log_event(LOG_ERROR, "never", log_int("x", 1));
	log_set_level(LOG_INFO);
}

TEST(events_below_the_level_are_dropped)
{
	EXPECT_INT(logged(a, quiet).n, 0);
	enum log_level l = LOG_INFO;
	EXPECT(log_level_from_name(STR("debug"), &l) && l == LOG_DEBUG);
	EXPECT(!log_level_from_name(STR("loud"), &l));
}

static void *many(void *ctx)
{
	(void)ctx;
	for (int i = 0; i < 200; i++)
		plain_event();
	return NULL;
}

static void from_threads(void)
{
	pthread_t t[4];
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		CHECK(pthread_create(&t[i], NULL, many, NULL) == 0);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		pthread_join(t[i], NULL);
}

TEST(lines_of_several_threads_do_not_mix)
{
	struct str s = logged(a, from_threads), line;
	int n = 0;
	while (str_next(&s, '\n', &line) && line.n) {
		EXPECT(str_ends(line, STR("status=-200")));
		n++;
	}
	EXPECT_INT(n, 800);
}
