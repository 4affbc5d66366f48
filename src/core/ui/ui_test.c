#include "core/i18n/i18n.h"
#include "core/test/test.h"
#include "core/ui/ui_gallery.h"
#include "core/ui/ui_internal.h"
#include "gen/assets.h"
#include <string.h>
#include <zlib.h>

/* ---- a strict reader of what we write: tags nest, attributes are quoted, names are ours ---- */

struct id { struct id *next; struct str name; };
struct page { struct arena *a; struct str rest; struct str open[64]; size_t depth; struct id *ids, *refs; };

static bool is_void(struct str tag)
{
	static const char *const v[] = {"meta", "link", "input", "br", "use", "path", "circle", "rect", "line"};
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		if (str_eq(tag, str_from(v[i])))
			return true;
	return false;
}

static struct str take_while(struct str *s, const char *chars, bool in)
{
	size_t n = 0;
	while (n < s->n && s->p[n] && (strchr(chars, s->p[n]) != NULL) == in)
		n++;
	struct str out = str_sub(*s, 0, n);
	*s = str_sub(*s, n, s->n);
	return out;
}

static void note(struct page *p, struct id **list, struct str names)
{
	struct str name;
	while (str_next(&names, ' ', &name)) {
		struct id *v = NEW(p->a, struct id);
		*v = (struct id){*list, name};
		*list = v;
	}
}

/* All links of the gallery stay on this site. */
static bool has_scheme(struct str url)
{
	struct str before = take_while(&url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.- \t\n", true);
	return (before.n > 0 && str_starts(url, STR(":"))) || str_starts(url, STR("//")) || str_starts(url, STR("\\"));
}

static void check_attr(struct page *p, struct str name, struct str value)
{
	if (str_starts(name, STR("on")) || str_eq(name, STR("style")) || str_eq(name, STR("srcdoc")))
		FAIL("attribute %.*s", STR_ARG(name));
	bool url = str_eq(name, STR("href")) || str_eq(name, STR("src")) || str_eq(name, STR("action"));
	if (url && has_scheme(value) && !str_starts(value, STR("data:image/svg+xml,%3Csvg%20"))) /* the page's icon, which no browser lets act */
		FAIL("a link to %.*s", STR_ARG(value));
	if (str_find_char(value, '<') >= 0 || str_find_char(value, '>') >= 0)
		FAIL("%.*s holds a bare < or >: %.*s", STR_ARG(name), STR_ARG(value));
	if (str_eq(name, STR("id")))
		note(p, &p->ids, value);
	if (str_eq(name, STR("for")) || str_eq(name, STR("aria-describedby")) || str_eq(name, STR("aria-labelledby")))
		note(p, &p->refs, value);
	if (str_eq(name, STR("href")) && value.n > 1 && value.p[0] == '#')
		note(p, &p->refs, str_sub(value, 1, value.n));
}

static void read_attrs(struct page *p)
{
	for (;;) {
		take_while(&p->rest, " \n", true);
		if (p->rest.n == 0)
			FAIL("a tag does not end");
		if (p->rest.p[0] == '>' || p->rest.p[0] == '/')
			return;
		struct str name = take_while(&p->rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-12", true), value = STR_NONE;
		if (name.n == 0)
			FAIL("no attribute: %.*s", STR_ARG(str_sub(p->rest, 0, 60)));
		if (str_starts(p->rest, STR("=\""))) {
			p->rest = str_sub(p->rest, 2, p->rest.n);
			value = take_while(&p->rest, "\"", false);
			p->rest = str_sub(p->rest, 1, p->rest.n);
		}
		check_attr(p, name, value);
	}
}

static void read_tag(struct page *p)
{
	bool closing = p->rest.p[1] == '/';
	p->rest = str_sub(p->rest, closing ? 2 : 1, p->rest.n);
	struct str tag = take_while(&p->rest, "abcdefghijklmnopqrstuvwxyz0123456789", true);
	if (tag.n == 0)
		FAIL("no tag: %.*s", STR_ARG(str_sub(p->rest, 0, 60)));
	read_attrs(p);
	bool empty = p->rest.p[0] == '/' || is_void(tag);
	p->rest = str_sub(p->rest, p->rest.p[0] == '/' ? 2 : 1, p->rest.n);
	if (closing && (p->depth == 0 || !str_eq(p->open[--p->depth], tag)))
		FAIL("</%.*s> closes <%.*s>", STR_ARG(tag), STR_ARG(p->open[p->depth]));
	if (!closing && !empty) {
		EXPECT(p->depth < ARRAY_LEN(p->open));
		p->open[p->depth++] = tag;
	}
}

static struct page read_page(struct arena *a, struct str html)
{
	EXPECT(str_is_utf8(html));
	struct str doctype = STR("<!doctype html>\n");
	EXPECT(str_starts(html, doctype));
	struct page p = {.a = a, .rest = str_sub(html, doctype.n, html.n)};
	while (p.rest.n) {
		if (p.rest.p[0] == '<')
			read_tag(&p);
		else
			EXPECT(str_find_char(take_while(&p.rest, "<", false), '>') < 0);
	}
	EXPECT_INT(p.depth, 0);
	return p;
}

static bool has(const struct id *list, struct str name)
{
	for (; list; list = list->next)
		if (str_eq(list->name, name))
			return true;
	return false;
}

TEST(every_page_is_well_formed_with_usual_empty_long_and_hostile_data)
{
	for (size_t page = 0; page < GALLERY_PAGES; page++)
		for (int d = 0; d < GALLERY_DATA_COUNT; d++)
			for (int lang = 0; lang < 2; lang++) {
				struct str html = gallery_write(a, page, (enum gallery_data)d, (enum lang)lang);
				read_page(a, html);
				EXPECT(str_find(html, STR("<script>")) < 0);
				EXPECT(str_find(html, STR("{{")) < 0 || d == GALLERY_HOSTILE);
			}
}

TEST(the_reader_of_this_test_sees_what_is_wrong)
{
	EXPECT(has(read_page(a, STR("<!doctype html>\n<a id=\"x y\"></a>")).ids, STR("y")));
	EXPECT(!has(read_page(a, STR("<!doctype html>\n<a id=\"x\"></a>")).ids, STR("y")));
}

TEST(ids_are_written_once_and_what_points_at_them_finds_them)
{
	for (size_t i = 0; i < GALLERY_PAGES; i++) {
		struct page p = read_page(a, gallery_write(a, i, GALLERY_USUAL, LANG_VI));
		for (const struct id *v = p.ids; v; v = v->next)
			if (has(v->next, v->name))
				FAIL("%s: id %.*s twice", gallery_name(i), STR_ARG(v->name));
		for (const struct id *v = p.refs; v; v = v->next)
			if (!has(p.ids, v->name))
				FAIL("%s: nothing has the id %.*s", gallery_name(i), STR_ARG(v->name));
	}
}

TEST(each_page_has_one_h1)
{
	for (size_t i = 0; i < GALLERY_PAGES; i++) {
		struct str html = gallery_write(a, i, GALLERY_USUAL, LANG_EN);
		ptrdiff_t first = str_find(html, STR("<h1>"));
		EXPECT(first > 0);
		EXPECT(str_find(str_sub(html, (size_t)first + 4, html.n), STR("<h1>")) < 0);
	}
}

/* ---- components ---- */

static struct str act(void *ctx) { return (++*(int *)ctx, str_from("act")); }
static struct html_out out_on(struct arena *a)
{
	struct buf *b = NEW(a, struct buf);
	*b = buf_on(a);
	return (struct html_out){.b = b, .lang = LANG_VI};
}
static struct str field(struct arena *a, struct ui_field f)
{
	struct html_out o = out_on(a);
	ui_field(&o, &f);
	return buf_str(o.b);
}
#define HAS(html, text) EXPECT(str_find((html), STR(text)) >= 0)
#define HAS_NOT(html, text) EXPECT(str_find((html), STR(text)) < 0)

TEST(a_number_can_be_called_and_a_mail_written)
{
	struct html_out o = out_on(a);
	EXPECT_STR(ui_phone_url(&o, STR("0200 000 0002")), STR("tel:02000000002"));
	EXPECT_STR(ui_phone_url(&o, STR("+84 (24) 3556-1234")), STR("tel:+842435561234"));
	EXPECT(!ui_phone_url(&o, STR("chưa có dữ liệu")).n && !ui_phone_url(&o, STR("")).n && !ui_phone_url(&o, STR_NONE).n);
	EXPECT_STR(ui_mail_url(&o, STR("a@b.example")), STR("mailto:a@b.example"));
	EXPECT(!ui_mail_url(&o, STR("a@b.example?bcc=c@d.example")).n && !ui_mail_url(&o, STR("@b")).n && !ui_mail_url(&o, STR_NONE).n);
}

TEST(forms_that_act_carry_token_and_action_id_and_searches_do_not)
{
	int calls = 0;
	struct page_facts facts = {.csrf = STR("tok<"), .action_id = act, .ctx = &calls};
	struct html_out o = out_on(a);
	o.facts = &facts;
	ui_form_begin(&o, &(struct ui_form){.action = STR("/x")});
	HAS(buf_str(o.b), "name=\"_csrf\" value=\"tok&lt;\"");
	HAS(buf_str(o.b), "name=\"_action\" value=\"act\"");
	EXPECT_INT(calls, 1);
	o = out_on(a);
	o.facts = &facts;
	ui_form_begin(&o, &(struct ui_form){.action = STR("/x"), .get = true});
	HAS_NOT(buf_str(o.b), "_csrf");
	HAS_NOT(buf_str(o.b), "tok");
	EXPECT_INT(calls, 1);
}

TEST(an_error_is_tied_to_its_field_and_the_summary_leads_there)
{
	struct str html = field(a, (struct ui_field){.name = STR("a.b"), .label = STR("L"), .hint = STR("H"), .error = STR("E")});
	HAS(html, "id=\"f-a.b\"");
	HAS(html, "aria-describedby=\"f-a.b-e f-a.b-h\"");
	HAS(html, "aria-invalid=\"true\"");
	struct html_out o = out_on(a);
	ui_error_summary(&o, &(struct ui_error){STR("a.b"), STR("E")}, 1);
	HAS(buf_str(o.b), "href=\"#f-a.b\"");
	o = out_on(a);
	ui_error_summary(&o, NULL, 0);
	EXPECT_INT(o.b->n, 0);
}

TEST(a_field_of_one_form_among_several_has_an_id_of_its_own)
{
	struct str html = field(a, (struct ui_field){.name = STR("to"), .scope = "assign", .label = STR("L"), .hint = STR("H")});
	HAS(html, "id=\"f-assign:2fto\" name=\"to\"");
	HAS(html, "for=\"f-assign:2fto\"");
	HAS(html, "aria-describedby=\"f-assign:2fto-h\"");
}

TEST(fields_of_pack_forms_have_what_the_script_looks_for)
{
	struct str html = field(a, (struct ui_field){.name = STR("rows.0.ten"), .live = true});
	HAS(html, "data-field=\"rows.0.ten\"");
	HAS(html, "class=\"error form-error\" id=\"f-rows.0.ten-e\" hidden");
	HAS_NOT(html, "aria-describedby");
	HAS_NOT(field(a, (struct ui_field){.name = STR("x")}), "form-error");
	HAS(field(a, (struct ui_field){.name = STR("x"), .kind = UI_SHOWN, .value = STR("7")}), "data-computed");
	struct html_out o = out_on(a);
	ui_form_begin(&o, &(struct ui_form){.action = STR("/x"), .rules_url = STR("/m?a=1&b"), .today = STR("2026-11-24")});
	HAS(buf_str(o.b), "data-form-url=\"/m?a=1&amp;b\"");
	HAS(buf_str(o.b), "data-today=\"2026-11-24\"");
}

TEST(a_password_is_never_written_back)
{
	HAS_NOT(field(a, (struct ui_field){.name = STR("p"), .kind = UI_PASSWORD, .value = STR("secret")}), "secret");
	HAS_NOT(field(a, (struct ui_field){.name = STR("p"), .kind = UI_FILE, .value = STR("secret")}), "secret");
}

TEST(what_was_typed_comes_back_byte_for_byte)
{
	HAS(field(a, (struct ui_field){.name = STR("t"), .kind = UI_LONG_TEXT, .value = STR("\n a<b\n")}), ">\n\n a&lt;b\n</textarea>");
}

TEST(optional_fields_say_so_and_required_ones_are_announced)
{
	HAS(field(a, (struct ui_field){.name = STR("t"), .label = STR("L")}), "không bắt buộc");
	struct str html = field(a, (struct ui_field){.name = STR("t"), .label = STR("L"), .required = true});
	HAS_NOT(html, "không bắt buộc");
	HAS(html, " required");
}

TEST(two_names_never_share_an_id)
{
	struct html_out o = out_on(a);
	const char *names[] = {"a b", "a_b", "a.b", "a-b", "a_20_b", "á", "a", ""};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		for (size_t j = 0; j < i; j++)
			EXPECT(!str_eq(ui_field_id(&o, str_from(names[i])), ui_field_id(&o, str_from(names[j]))));
}

TEST(due_words_count_days)
{
	struct html_out o = out_on(a);
	EXPECT_TEXT(ui_due_word(&o, 0), "hạn hôm nay");
	EXPECT_TEXT(ui_due_word(&o, 1206), "còn 1.206 ngày");
	EXPECT_TEXT(ui_due_word(&o, -1), "quá 1 ngày");
	o.lang = LANG_EN;
	EXPECT_TEXT(ui_due_word(&o, 1), "1 day left");
}

TEST(bars_stay_within_their_box)
{
	struct ui_bar bars[] = {{.value = INT64_MAX}, {.value = 1}, {.value = -5}};
	struct ui_bars b = {.bars = bars, .n_bars = 3};
	EXPECT_INT(ui_bar_percent(&b, INT64_MAX) <= 1001, 1);
	EXPECT_INT(ui_bar_percent(&b, -5), 0);
	EXPECT_INT(ui_bar_percent(&(struct ui_bars){0}, 0), 0);
}

/* ---- assets ---- */

static struct str unpacked(struct arena *a, const struct asset *v)
{
	unsigned char *p = arena_alloc(a, v->n + 1);
	z_stream z = {.next_in = (Bytef *)(uintptr_t)v->gzip, .avail_in = (uInt)v->n_gzip, .next_out = p, .avail_out = (uInt)v->n + 1};
	EXPECT_INT(inflateInit2(&z, 15 + 16), Z_OK);
	EXPECT_INT(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	return (struct str){(char *)p, v->n + 1 - z.avail_out};
}

TEST(embedded_files_unpack_to_themselves_under_names_with_their_hash)
{
	EXPECT_INT(n_assets, ASSET_COUNT - 1);
	for (size_t i = 0; i < n_assets; i++) {
		EXPECT(assets[i].n > 0 && assets[i].forever && strstr(assets[i].path, assets[i].etag));
		EXPECT(strlen(assets[i].etag) >= 8);
		if (assets[i].gzip)
			EXPECT_STR(unpacked(a, &assets[i]), ((struct str){(const char *)assets[i].bytes, assets[i].n}));
	}
}

TEST(every_icon_is_in_the_sprite)
{
	const struct asset *s = &assets[ASSET_ICONS_SVG - 1];
	for (int i = 1; i < UI_ICON_COUNT; i++)
		if (str_find((struct str){(const char *)s->bytes, s->n}, str_fmt(a, "id=\"%s\"", ui_icon_name((enum ui_icon)i))) < 0)
			FAIL("no icon %s", ui_icon_name((enum ui_icon)i));
}

TEST(the_first_visit_is_small)
{
	size_t n = assets[ASSET_CITIZEN_CSS - 1].n_gzip + assets[ASSET_APP_JS - 1].n_gzip + assets[ASSET_ICONS_SVG - 1].n_gzip;
	EXPECT(n + gallery_write(a, 0, GALLERY_USUAL, LANG_VI).n < 60000);
}
