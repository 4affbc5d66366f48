/* htmlgen.c — see htmlgen.h. */
#include "tools/htmlgen/htmlgen.h"
#include "tools/htmlgen/attrs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BLOCKS 32
#define MAX_NAME 40
#define MAX_TEMPLATE ((size_t)1 << 20)
#define LITERAL_PIECE 1500 /* C promises only 4095 characters a literal */

enum place { IN_TEXT, IN_TAG_NAME, IN_TAG, IN_ATTR_NAME, IN_VALUE, IN_SCRIPT };
static const char *const place_names[] = {"text", "a tag name", "a tag", "an attribute name", "an attribute value", "script"};

/* Where the tokenizer stands. Compared byte by byte between branches, so always fully zeroed. */
struct context {
	enum place place;
	char tag[MAX_NAME], attr[MAX_NAME];
	int closing, has_src, valued; /* </tag; script has src; the attribute already holds a value */
	int bool_done;                /* a boolean attribute was written: only its quote may follow */
	int space;                    /* white space since the last attribute */
};

struct block { struct context at; int line; };

struct gen {
	struct arena *a;
	struct str name;
	const struct htmlgen_keys *keys;
	struct buf *h, *c, lit;
	struct err *e;
	int line, line_told;
	bool in_view;
	struct context at;
	size_t attr_from, value_from; /* in lit: the white space before the attribute; its value */
	struct block blocks[MAX_BLOCKS];
	int n_blocks;
};

#define FAIL(g, ...) (err_set((g)->e, ERR_INVALID, __VA_ARGS__), fail_here(g))

static bool fail_here(struct gen *g)
{
	char where[160];
	snprintf(where, sizeof where, "%.*s:%d", STR_ARG(g->name), g->line);
	return err_wrap(g->e, where);
}

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
static bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == ':'; }

/* ---- output ---- */

static void tell_line(struct gen *g)
{
	if (g->line_told != g->line)
		buf_fmt(g->c, "#line %d \"%.*s\"\n", g->line, STR_ARG(g->name));
	g->line_told = g->line + 1; /* each call writes one line of code after this */
}

static void put_c_string(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];
		if (ch == '"' || ch == '\\' || ch == '?')
			buf_char(b, '\\');
		if (ch == '\n')
			buf_put(b, STR("\\n"));
		else if (ch < 0x20 || ch == 0x7F)
			buf_fmt(b, "\\%03o", ch);
		else
			buf_char(b, (char)ch);
	}
}

static void flush(struct gen *g)
{
	for (size_t from = 0; from < g->lit.n; from += LITERAL_PIECE) {
		tell_line(g);
		buf_put(g->c, STR("\th_lits(o, \""));
		put_c_string(g->c, str_sub((struct str){g->lit.p, g->lit.n}, from, LITERAL_PIECE));
		buf_put(g->c, STR("\");\n"));
	}
	g->lit.n = 0;
}

static void put_call(struct gen *g, const char *function, struct str expr)
{
	flush(g);
	tell_line(g);
	buf_fmt(g->c, "\t%s(o, %.*s);\n", function, STR_ARG(expr));
}

/* ---- the tokenizer: one byte at a time; *i is moved past what was taken ---- */

static bool add_name(struct gen *g, char *name, char ch)
{
	size_t n = strlen(name);
	if (n + 1 >= MAX_NAME)
		return FAIL(g, "a name longer than %d characters", MAX_NAME - 1);
	name[n] = ch;
	return true;
}

static bool take_entity(struct gen *g, struct str rest, size_t *i)
{
	ptrdiff_t end = str_find_char(rest, ';');
	if (end < 2 || end > 10)
		return FAIL(g, "'&' in text must be written &amp;");
	struct str name = str_sub(rest, 1, (size_t)end - 1);
	if (name.p[0] != '#' && !entity_known(name))
		return FAIL(g, "&%.*s; is not a known sign: words come from messages", STR_ARG(name));
	buf_put(&g->lit, str_sub(rest, 0, (size_t)end + 1));
	*i += (size_t)end + 1;
	return true;
}

static bool take_tag_start(struct gen *g, struct str rest, size_t *i)
{
	struct str doctype = STR("<!doctype html>");
	if (str_starts(rest, doctype)) {
		buf_put(&g->lit, doctype);
		*i += doctype.n;
		return true;
	}
	if (str_starts(rest, STR("<!")))
		return FAIL(g, "no comments in the page: write %%# for a comment of the template");
	bool closing = rest.n > 1 && rest.p[1] == '/';
	size_t skip = closing ? 2 : 1;
	if (str_starts(str_sub(rest, skip, rest.n), STR("{{")))
		return FAIL(g, "a value as the name of a tag");
	if (rest.n <= skip || !is_letter(rest.p[skip]))
		return FAIL(g, "'<' that begins no tag: write &lt;");
	g->at = (struct context){0};
	g->at.place = IN_TAG_NAME;
	g->at.closing = closing;
	buf_put(&g->lit, str_sub(rest, 0, skip));
	*i += skip;
	return true;
}

static bool take_text(struct gen *g, struct str rest, size_t *i)
{
	if (rest.p[0] == '<')
		return take_tag_start(g, rest, i);
	if (rest.p[0] == '&')
		return take_entity(g, rest, i);
	if (letter_at(rest))
		return FAIL(g, "a letter in the text (\"%.*s\"): words come from messages, {{msg KEY}}",
		            STR_ARG(str_sub(rest, 0, 24)));
	buf_char(&g->lit, rest.p[0]);
	++*i;
	return true;
}

static bool end_tag(struct gen *g)
{
	bool script = str_eq_nocase(str_from(g->at.tag), STR("script")) && !g->at.closing;
	if (script && !g->at.has_src)
		return FAIL(g, "<script> without src: the page's CSP allows files only");
	g->at = (struct context){0};
	g->at.place = script ? IN_SCRIPT : IN_TEXT;
	buf_char(&g->lit, '>');
	return true;
}

static bool take_tag_name(struct gen *g, char ch, size_t *i)
{
	if (is_name_char(ch)) {
		buf_char(&g->lit, ch);
		++*i;
		return add_name(g, g->at.tag, ch);
	}
	if (element_refused(str_from(g->at.tag)))
		return FAIL(g, "<%s> is not allowed", g->at.tag);
	if (!is_space(ch) && ch != '>' && ch != '/')
		return FAIL(g, "'%c' in the name of a tag", ch);
	g->at.place = IN_TAG;
	g->at.space = 0;
	return true;
}

static bool take_in_tag(struct gen *g, struct str rest, size_t *i)
{
	char ch = rest.p[0];
	if (is_letter(ch)) {
		if (!g->at.space)
			return FAIL(g, "white space is missing before an attribute");
		if (g->at.closing)
			return FAIL(g, "an attribute in a closing tag");
		g->attr_from = g->lit.n;
		memset(g->at.attr, 0, sizeof g->at.attr);
		g->at.valued = g->at.bool_done = 0;
		g->at.place = IN_ATTR_NAME;
		return true;
	}
	++*i;
	if (ch == '>')
		return end_tag(g);
	if (!is_space(ch) && !(ch == '/' && rest.n > 1 && rest.p[1] == '>'))
		return FAIL(g, "'%c' in a tag", ch);
	g->at.space = is_space(ch) ? 1 : g->at.space;
	buf_char(&g->lit, ch);
	return true;
}

static bool attr_begins(struct gen *g, struct str rest, size_t *i)
{
	if (rest.n < 2 || rest.p[1] != '"')
		return FAIL(g, "the value of %s must stand in double quotes", g->at.attr);
	if (!strcmp(g->at.attr, "src"))
		g->at.has_src = 1;
	buf_put(&g->lit, STR("=\""));
	g->value_from = g->lit.n;
	g->at.place = IN_VALUE;
	*i += 2;
	return true;
}

static bool take_attr_name(struct gen *g, struct str rest, size_t *i)
{
	char ch = rest.p[0];
	if (is_name_char(ch)) {
		buf_char(&g->lit, ch);
		++*i;
		return add_name(g, g->at.attr, ch);
	}
	enum attr_kind kind = attr_kind(str_from(g->at.attr));
	if (kind == ATTR_REFUSED)
		return FAIL(g, "attribute %s is not in the list of allowed attributes", g->at.attr);
	if (ch == '=')
		return attr_begins(g, rest, i);
	if (!is_space(ch) && ch != '>' && ch != '/')
		return FAIL(g, "'%c' in the name of an attribute", ch);
	if (kind != ATTR_BOOL && !str_starts(str_from(g->at.attr), STR("data-")))
		return FAIL(g, "attribute %s without a value", g->at.attr);
	memset(g->at.attr, 0, sizeof g->at.attr);
	g->at.place = IN_TAG;
	g->at.space = 0;
	return true;
}

static bool take_value(struct gen *g, struct str rest, size_t *i)
{
	char ch = rest.p[0];
	enum attr_kind kind = attr_kind(str_from(g->at.attr));
	++*i;
	if (ch == '"') {
		if (!g->at.bool_done)
			buf_char(&g->lit, '"');
		memset(g->at.attr, 0, sizeof g->at.attr);
		g->at.valued = g->at.bool_done = g->at.space = 0;
		g->at.place = IN_TAG;
		return true;
	}
	if (kind == ATTR_BOOL)
		return FAIL(g, "%s is there or not: write %s or %s=\"{{? expr }}\"", g->at.attr, g->at.attr, g->at.attr);
	if (kind == ATTR_WORDS && letter_at(rest))
		return FAIL(g, "a letter in %s: words come from messages, {{msg KEY}}", g->at.attr);
	buf_char(&g->lit, ch);
	return true;
}

static bool take_script(struct gen *g, struct str rest, size_t *i)
{
	if (!str_starts(rest, STR("</")))
		return FAIL(g, "text inside <script>: the page's CSP allows files only");
	return take_tag_start(g, rest, i);
}

static bool take(struct gen *g, struct str rest, size_t *i)
{
	switch (g->at.place) {
	case IN_TEXT: return take_text(g, rest, i);
	case IN_TAG_NAME: return take_tag_name(g, rest.p[0], i);
	case IN_TAG: return take_in_tag(g, rest, i);
	case IN_ATTR_NAME: return take_attr_name(g, rest, i);
	case IN_VALUE: return take_value(g, rest, i);
	case IN_SCRIPT: return take_script(g, rest, i);
	}
	return FAIL(g, "unknown place");
}

/* ---- values ---- */

/* Cuts the part before the next comma that stands outside brackets and quotes. */
static bool next_arg(struct str *rest, struct str *arg)
{
	int depth = 0;
	char quote = 0;
	size_t i = 0;
	if (str_trim(*rest).n == 0)
		return false;
	for (; i < rest->n; i++) {
		char ch = rest->p[i];
		if (quote) {
			i += ch == '\\';
			quote = ch == quote ? 0 : quote;
		} else if (ch == '"' || ch == '\'') {
			quote = ch;
		} else if (ch == ',' && depth == 0) {
			break;
		}
		depth += ch == '(' || ch == '[' || ch == '{' ? 1 : ch == ')' || ch == ']' || ch == '}' ? -1 : 0;
	}
	*arg = str_trim(str_sub(*rest, 0, i));
	*rest = str_sub(*rest, i + 1, rest->n);
	return true;
}

static int by_key(const void *x, const void *y)
{
	return str_cmp(((const struct htmlgen_key *)x)->key, ((const struct htmlgen_key *)y)->key);
}

static bool put_msg(struct gen *g, struct str body)
{
	size_t n = 0;
	while (n < body.n && !is_space(body.p[n]))
		n++;
	struct htmlgen_key want = {.key = str_sub(body, 0, n)};
	const struct htmlgen_key *key = bsearch(&want, g->keys->v, g->keys->n, sizeof want, by_key);
	if (!key)
		return FAIL(g, "no message %.*s in messages/", STR_ARG(want.key));
	struct str rest = str_sub(body, n, body.n), arg;
	struct buf args = buf_on(g->a);
	int count = 0;
	for (; next_arg(&rest, &arg); count++)
		buf_fmt(&args, "%sH_SHOW(o, %.*s)", count ? ", " : "", STR_ARG(arg));
	if (count != key->args)
		return FAIL(g, "message %.*s takes %d arguments, not %d", STR_ARG(want.key), key->args, count);
	struct str list = buf_str(&args);
	struct str expr = count ? str_fmt(g->a, "MSG_%.*s, (const struct str[]){%.*s}, %d", STR_ARG(want.key), STR_ARG(list), count)
	                        : str_fmt(g->a, "MSG_%.*s, NULL, 0", STR_ARG(want.key));
	put_call(g, g->at.place == IN_TEXT ? "h_text_msg" : "h_attr_msg", expr);
	return true;
}

static bool put_bool(struct gen *g, struct str expr)
{
	if (attr_kind(str_from(g->at.attr)) != ATTR_BOOL)
		return FAIL(g, "{{? }} in %s, which is not there-or-not", g->at.attr);
	if (g->at.bool_done || g->lit.n < g->value_from || g->attr_from >= g->lit.n)
		return FAIL(g, "one {{? }} and nothing else in %s", g->at.attr);
	g->lit.n = g->attr_from; /* the attribute is written by the condition; its white space stays */
	flush(g);
	tell_line(g);
	buf_fmt(g->c, "\tif (%.*s) h_lits(o, \"%s\");\n", STR_ARG(expr), g->at.attr);
	g->at.bool_done = 1;
	return true;
}

/* The literal beginning of a link must fix where it goes. */
static bool prefix_ok(struct str p)
{
	if (str_starts(p, STR("//")))
		return false;
	if (str_starts(p, STR("https://")))
		return str_find_char(str_sub(p, 8, p.n), '/') > 0;
	return p.p[0] == '/' || p.p[0] == '?' || p.p[0] == '#' || str_starts(p, STR("mailto:")) || str_starts(p, STR("tel:"));
}

static bool put_url(struct gen *g, struct str expr)
{
	bool literal = g->lit.n > g->value_from;
	if (!strcmp(g->at.tag, "script") && !str_starts(expr, STR("asset_url(")))
		return FAIL(g, "the src of a script must be literal or asset_url(…)");
	if (!g->at.valued && literal && !prefix_ok(str_sub((struct str){g->lit.p, g->lit.n}, g->value_from, g->lit.n)))
		return FAIL(g, "a value after this beginning of %s could lead anywhere: begin with /, ?, #, mailto:, tel: or "
		               "https://host/", g->at.attr);
	put_call(g, g->at.valued || literal ? "h_part" : "h_url", expr);
	return true;
}

static bool put_attr(struct gen *g, struct str expr)
{
	enum attr_kind kind = attr_kind(str_from(g->at.attr));
	bool ok = true;
	if (kind == ATTR_URL)
		ok = put_url(g, expr);
	else if (kind == ATTR_TEXT || kind == ATTR_WORDS)
		put_call(g, "h_attr", expr);
	else if (kind == ATTR_TOKEN)
		put_call(g, "h_token", expr);
	else if (kind == ATTR_BOOL)
		return FAIL(g, "%s is there or not: write {{? expr }}", g->at.attr);
	else
		return FAIL(g, "no values in attribute %s", g->at.attr);
	g->at.valued = 1;
	g->value_from = 0;
	return ok;
}

static bool put_value(struct gen *g, struct str body)
{
	if (body.n == 0)
		return FAIL(g, "an empty {{ }}");
	if (g->at.place != IN_TEXT && g->at.place != IN_VALUE)
		return FAIL(g, "a value in %s", place_names[g->at.place]);
	if (body.p[0] == '?')
		return g->at.place == IN_VALUE ? put_bool(g, str_trim(str_sub(body, 1, body.n))) : FAIL(g, "{{? }} in text");
	if (body.n > 3 && str_starts(body, STR("msg")) && is_space(body.p[3])) {
		enum attr_kind kind = attr_kind(str_from(g->at.attr));
		if (g->at.place == IN_VALUE && kind != ATTR_TEXT && kind != ATTR_WORDS)
			return FAIL(g, "words in attribute %s", g->at.attr);
		g->at.valued = g->at.place == IN_VALUE;
		return put_msg(g, str_trim(str_sub(body, 3, body.n)));
	}
	if (g->at.place == IN_VALUE)
		return put_attr(g, body);
	put_call(g, "h_put", body);
	return true;
}

/* ---- lines ---- */

static bool text_line(struct gen *g, struct str line)
{
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = str_sub(line, 1, line.n);
	if (str_trim(line).n == 0)
		return true;
	if (!g->in_view)
		return FAIL(g, "text outside %%view … %%end");
	bool joined = line.p[line.n - 1] == '\\';
	line = joined ? str_sub(line, 0, line.n - 1) : (struct str){str_fmt(g->a, "%.*s\n", STR_ARG(line)).p, line.n + 1};
	for (size_t i = 0; i < line.n;) {
		struct str rest = str_sub(line, i, line.n);
		if (!str_starts(rest, STR("{{"))) {
			if (!take(g, rest, &i))
				return false;
			continue;
		}
		ptrdiff_t end = str_find(rest, STR("}}"));
		if (end < 0)
			return FAIL(g, "{{ without }} on its line");
		while (rest.n > (size_t)end + 2 && rest.p[end + 2] == '}')
			end++; /* a C brace before the two */
		if (!put_value(g, str_trim(str_sub(rest, 2, (size_t)end - 2))))
			return false;
		i += (size_t)end + 2;
	}
	return true;
}

static bool close_block(struct gen *g)
{
	if (g->n_blocks == 0)
		return FAIL(g, "a '}' too many");
	const struct block *b = &g->blocks[--g->n_blocks];
	if (memcmp(&b->at, &g->at, sizeof g->at) != 0)
		return FAIL(g, "the block of line %d begins in %s and ends in %s", b->line, place_names[b->at.place],
		            memcmp(&b->at.place, &g->at.place, sizeof g->at.place) ? place_names[g->at.place] : "another tag or attribute");
	return true;
}

static bool open_block(struct gen *g)
{
	if (g->at.place == IN_TAG_NAME || g->at.place == IN_ATTR_NAME || g->at.place == IN_SCRIPT)
		return FAIL(g, "a branch inside %s", place_names[g->at.place]);
	if (g->n_blocks == MAX_BLOCKS)
		return FAIL(g, "more than %d blocks in each other", MAX_BLOCKS);
	struct block *b = &g->blocks[g->n_blocks++];
	memcpy(&b->at, &g->at, sizeof g->at);
	b->line = g->line;
	return true;
}

/* Leaving a loop or the view is safe only when every block around began in text. */
static bool jump_ok(struct gen *g, struct str code)
{
	if (!str_starts(code, STR("return")) && !str_starts(code, STR("break")) && !str_starts(code, STR("continue")) &&
	    !str_starts(code, STR("goto")))
		return true;
	for (int i = 0; i < g->n_blocks; i++)
		if (g->blocks[i].at.place != IN_TEXT)
			return FAIL(g, "a jump out of a branch inside a tag");
	return true;
}

static bool code_line(struct gen *g, struct str code)
{
	bool closes = code.p[0] == '}', opens = code.p[code.n - 1] == '{';
	if (!g->in_view)
		return FAIL(g, "code outside %%view … %%end");
	if (!closes && !opens && g->at.place != IN_TEXT)
		return FAIL(g, "a statement inside %s", place_names[g->at.place]);
	if (!jump_ok(g, code) || (closes && !close_block(g)))
		return false;
	flush(g);
	tell_line(g);
	buf_fmt(g->c, "%.*s\n", STR_ARG(code));
	g->value_from = g->attr_from = 0;
	return !opens || open_block(g);
}

static bool begin_view(struct gen *g, struct str sig)
{
	if (g->in_view)
		return FAIL(g, "%%view before the %%end of the last one");
	if (str_find(sig, STR("(struct html_out *o")) <= 0 || sig.p[sig.n - 1] != ')')
		return FAIL(g, "write %%view name(struct html_out *o, …)");
	buf_fmt(g->h, "void %.*s;\n", STR_ARG(sig));
	buf_char(g->c, '\n');
	tell_line(g);
	buf_fmt(g->c, "void %.*s\n{\n\t(void)o;\n", STR_ARG(sig));
	g->line_told = 0;
	g->in_view = true;
	g->at = (struct context){0};
	return true;
}

static bool end_view(struct gen *g)
{
	if (!g->in_view)
		return FAIL(g, "%%end without %%view");
	if (g->n_blocks)
		return FAIL(g, "the block of line %d is not closed", g->blocks[g->n_blocks - 1].line);
	if (g->at.place != IN_TEXT)
		return FAIL(g, "the view ends inside %s", place_names[g->at.place]);
	flush(g);
	buf_put(g->c, STR("}\n"));
	g->in_view = false;
	g->line_told = 0;
	return true;
}

static bool directive(struct gen *g, struct str rest)
{
	struct str word = rest;
	if (rest.n == 0 || rest.p[0] == '#')
		return true;
	if (str_starts(word, STR("include "))) {
		if (g->in_view)
			return FAIL(g, "%%include inside a view");
		buf_fmt(g->h, "#include %.*s\n", STR_ARG(str_trim(str_sub(word, 8, word.n))));
		return true;
	}
	if (str_starts(word, STR("view ")))
		return begin_view(g, str_trim(str_sub(word, 5, word.n)));
	if (str_eq(str_trim(word), STR("end")))
		return end_view(g);
	word = str_trim(word);
	return word.n == 0 || code_line(g, word);
}

bool htmlgen_compile(struct arena *a, struct str name, struct str text, const struct htmlgen_keys *keys, struct buf *h,
                     struct buf *c, struct err *e)
{
	struct gen *g = NEW(a, struct gen);
	*g = (struct gen){.a = a, .name = name, .keys = keys, .h = h, .c = c, .lit = buf_on(a), .e = e};
	if (text.n > MAX_TEMPLATE || !str_is_utf8(text))
		return FAIL(g, "not a UTF-8 text of at most 1 MB");
	struct str rest = text, line;
	for (g->line = 1; str_next(&rest, '\n', &line); g->line++) {
		struct str code = str_trim(line);
		bool ok = code.n && code.p[0] == '%' ? directive(g, str_sub(code, 1, code.n)) : text_line(g, line);
		if (!ok)
			return false;
	}
	return !g->in_view || FAIL(g, "%%end is missing");
}

bool htmlgen_keys_read(struct arena *a, struct str text, struct htmlgen_keys *out, struct err *e)
{
	struct str rest = text, line, key;
	size_t n = 0;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	*out = (struct htmlgen_keys){.v = NEW_ARRAY(a, n + 1, struct htmlgen_key)};
	while (str_next(&rest, '\n', &line)) {
		int64_t args = 0;
		if (line.n == 0)
			continue;
		if (!str_next(&line, ' ', &key) || !str_to_i64(line, &args) || args < 0 || args > 9)
			return err_set(e, ERR_INVALID, "a line of the key list is not \"KEY count\"");
		out->v[out->n++] = (struct htmlgen_key){str_dup(a, key), (int)args};
	}
	qsort(out->v, out->n, sizeof *out->v, by_key);
	return true;
}
