/* page_test.c — the frame, fields and errors of a page, through the server. */
#include "core/http/http_testing.h"
#include "core/page/page.h"
#include "core/test/test.h"

static const struct field fields[] = {
	{.name = "title", .kind = FIELD_TEXT, .required = true, .max = 5}, {.name = "agree", .kind = FIELD_BOOL, .required = true}};
static const struct form form = {"try", fields, ARRAY_LEN(fields)};

static bool show(struct request *r, struct err *e)
{
	(void)e;
	struct html_out o = req_query(r, "secret").n ? page_out_secret(r) : page_out(r);
	const struct ui_page p = {.title = STR("Thử"), .has_errors = !form_ok(r)};
	struct ui_field title = page_field(r, "title", UI_TEXT, MSG_DO_SAVE), agree = page_field(r, "agree", UI_CHECK, MSG_YES);
	ui_page_begin(&o, &p);
	page_error_summary(&o, r);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/thu")});
	ui_field(&o, &title);
	ui_field(&o, &agree);
	ui_form_end(&o);
	ui_page_end(&o, &p);
	return page_answer(r);
}

static bool refuse(struct request *r, struct err *e)
{
	(void)r;
	return err_set(e, ERR_CONFLICT, "somebody was first");
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/thu", .page = show, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_POST, .path = "/thu", .check = refuse, .again = show, .form = &form, .allow = ALLOW_ALL, .api = "NONE: test"},
};
static const struct route_table table = {"try", routes, ARRAY_LEN(routes)};

static void fill(struct request *r, struct page_facts *f)
{
	(void)r;
	f->agency = STR("Sở Mẫu");
}

static struct test_answer send(struct arena *a, const struct test_request *q)
{
	struct http_config c = http_config_usual();
	c.tables = &table;
	c.n_tables = 1;
	c.hooks.say = page_say;
	c.hooks.error_page = page_error_page;
	page_fault_say(c.fault_say);
	page_fill_hook(fill);
	struct http_test *t = http_test_new(a, &c);
	struct test_answer x = http_test_send(t, q);
	http_test_free(t);
	return x;
}

#define HAS(x, words) EXPECT(str_find((x).body, STR(words)) >= 0)
#define HAS_NOT(x, words) EXPECT(str_find((x).body, STR(words)) < 0)

TEST(a_page_has_its_frame)
{
	static const struct actor citizen = {.roles = ROLE_BIT(ROLE_CITIZEN), .account = 5, .name = {"Nguyễn <b>", 12}};
	struct test_answer x = send(a, &(struct test_request){.path = "/thu", .actor = &citizen});
	EXPECT_INT(x.status, 200);
	HAS(x, "Sở Mẫu");
	HAS(x, "Nguyễn &lt;b&gt;");
	EXPECT_INT(test_input_value(a, &x, "_csrf").n, 86);
	EXPECT(test_input_value(a, &x, "_action").n > 0);
	x = send(a, &(struct test_request){.path = "/thu?secret=1", .actor = &citizen});
	EXPECT_INT(test_input_value(a, &x, "_action").n, 0);
}

TEST(the_switch_of_language_keeps_the_filters)
{
	struct test_answer x = send(a, &(struct test_request){.path = "/thu?xem=qua-han&lv=%C4%90o+l%C6%B0%E1%BB%9Dng&lang=vi"});
	HAS(x, "href=\"/thu?xem=qua-han&amp;lv=%C4%90o+l%C6%B0%E1%BB%9Dng&amp;lang=en\"");
	x = send(a, &(struct test_request){.path = "/thu?q=%22%3E%3Cscript%3E&lang=en"});
	HAS(x, "href=\"/thu?q=%22%3E%3Cscript%3E&amp;lang=vi\"");
	x = send(a, &(struct test_request){.path = "/thu"});
	HAS(x, "href=\"/thu?lang=en\"");
}

TEST(errors_stand_at_the_field_and_on_top)
{
	struct test_answer x = send(a, &(struct test_request){.method = HTTP_POST, .path = "/thu", .form = "title=%3Cscript%3E+1"});
	EXPECT_INT(x.status, 422);
	HAS(x, "value=\"&lt;script&gt; 1\"");
	HAS(x, "Dài quá 5 ký tự");
	HAS(x, "Xin đánh dấu vào ô này");
	HAS(x, "aria-invalid");
	HAS_NOT(x, "<script>");
	x = send(a, &(struct test_request){.method = HTTP_POST, .path = "/thu?lang=en", .form = "title="});
	EXPECT_INT(x.status, 422);
	HAS_NOT(x, "Xin điền");
}

TEST(an_error_is_a_page)
{
	struct test_answer x = send(a, &(struct test_request){.method = HTTP_POST, .path = "/thu", .form = "title=a&agree=1"});
	EXPECT_INT(x.status, 409);
	HAS(x, "Đã có thay đổi");
	x = send(a, &(struct test_request){.path = "/khong-co"});
	EXPECT_INT(x.status, 404);
	HAS(x, "Không tìm thấy");
}
