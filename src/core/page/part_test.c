/* part_test.c — kept parts of pages: what makes one anew, what wipes it, how much is kept. */
#include "core/http/http_testing.h"
#include "core/page/part.h"
#include "core/test/test.h"

static struct page_part asked;
static const char *text;

static bool show(struct request *r, struct err *e)
{
	struct html_out o = {.b = &r->body, .lang = r->env.lang};
	size_t from;
	(void)e;
	buf_put(o.b, STR("top "));
	from = o.b->n;
	if (!page_part_show(r, &o, &asked)) {
		buf_put(o.b, str_from(text));
		page_part_keep(r, &o, &asked, from);
	}
	buf_put(o.b, STR(" end"));
	return answer_html(r, 200);
}

static const struct route routes[] = {{.method = HTTP_GET, .path = "/", .page = show, .allow = ALLOW_ALL, .api = "NONE: test"}};
static const struct route_table table = {"parts", routes, ARRAY_LEN(routes)};

static struct http_test *begin(struct arena *a, size_t bytes)
{
	static struct http_config c;
	c = http_config_usual();
	c.tables = &table;
	c.n_tables = 1;
	c.rate_address[RATE_NORMAL] = (struct rate){0, 0};
	page_parts_open(bytes);
	return http_test_new(a, &c);
}

static void end(struct http_test *t)
{
	http_test_free(t);
	page_parts_close();
}

/* What is shown of that subject and mark when `now` is what would be written. */
static struct str ask(struct http_test *t, int64_t subject, const char *mark, const char *now)
{
	asked = (struct page_part){.name = "x", .subject = subject, .mark = str_from(mark)};
	text = now;
	return http_test_send(t, &(struct test_request){.path = "/"}).body;
}

TEST(a_part_holds_while_its_mark_does)
{
	struct http_test *t = begin(a, 10000);
	EXPECT_TEXT(ask(t, 1, "m1", "one"), "top one end");
	EXPECT_TEXT(ask(t, 1, "m1", "two"), "top one end");
	EXPECT_TEXT(ask(t, 2, "m1", "three"), "top three end"); /* another subject */
	EXPECT_TEXT(ask(t, 1, "m2", "four"), "top four end");   /* another mark */
	EXPECT_INT(page_parts_count().n, 2);                     /* what it drove out is gone */
	EXPECT_TEXT(ask(t, 1, "m1", "five"), "top five end");
	text = "six";
	asked = (struct page_part){.name = "y", .subject = 1, .mark = STR("m1")};
	EXPECT_TEXT(http_test_send(t, &(struct test_request){.path = "/"}).body, "top six end");             /* another part */
	EXPECT_TEXT(http_test_send(t, &(struct test_request){.path = "/?lang=en"}).body, "top six end");
	EXPECT_INT(page_parts_count().shown, 1);
	EXPECT_INT(page_parts_count().made, 6); /* the other language was made for itself */
	end(t);
}

TEST(no_more_is_kept_than_the_bound_and_the_least_used_leave)
{
	struct buf large = buf_on(a);
	while (large.n < 1000)
		buf_put(&large, STR("0123456789"));
	struct http_test *t = begin(a, 6000);
	for (int64_t i = 1; i <= 200; i++) {
		(void)ask(t, i, "m", buf_str(&large).p);
		EXPECT_TEXT(str_sub(ask(t, 1, "m", "made anew"), 0, 8), "top 0123"); /* used all the time, so it stays */
		EXPECT(page_parts_count().bytes <= 6000);
	}
	EXPECT_INT(page_parts_count().n, 5);
	EXPECT_TEXT(ask(t, 2, "m", "made anew"), "top made anew end");
	while (large.n < 7000)
		buf_put(&large, STR("0123456789"));
	(void)ask(t, 300, "m", buf_str(&large).p); /* alone too large: shown, not kept, and nobody leaves for it */
	EXPECT_TEXT(ask(t, 300, "m", "small"), "top small end");
	EXPECT(page_parts_count().n >= 5);
	end(t);
}

TEST(parts_are_forgotten_by_subject_and_by_age)
{
	struct http_test *t = begin(a, 10000);
	(void)ask(t, 1, "m", "one");
	(void)ask(t, 2, "m", "two");
	page_parts_forget(1);
	EXPECT_INT(page_parts_count().n, 1);
	EXPECT_TEXT(ask(t, 1, "m", "anew"), "top anew end");
	EXPECT_TEXT(ask(t, 2, "m", "anew"), "top two end");
	page_parts_age(instant_clock());
	EXPECT_INT(page_parts_count().n, 2);
	page_parts_age((struct instant){instant_clock().ms + PAGE_PARTS_MS + 1000});
	EXPECT_INT(page_parts_count().n, 0);
	EXPECT_INT(page_parts_count().bytes, 0);
	end(t);
	(void)page_parts_count(); /* nothing is open any more: nothing is kept, nothing breaks */
	page_parts_forget(1);
}
