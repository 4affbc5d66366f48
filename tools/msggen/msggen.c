/* msggen.c — see msggen.h. */
#include "tools/msggen/msggen.h"
#include "tools/common/tool.h"
#include <stdlib.h>
#include <string.h>

#define MAX_KEYS 20000
enum { VI, EN, LANGS };

struct entry { struct str key, text[LANGS], at[LANGS]; unsigned args[LANGS]; };
struct table { struct entry *v; size_t n; };

static bool key_ok(struct str k)
{
	if (k.n == 0 || k.n > 60 || k.p[0] < 'A' || k.p[0] > 'Z')
		return false;
	for (size_t i = 0; i < k.n; i++)
		if (!((k.p[i] >= 'A' && k.p[i] <= 'Z') || (k.p[i] >= '0' && k.p[i] <= '9') || k.p[i] == '_'))
			return false;
	return true;
}

/* "messages/dossier.vi" gives "DOSSIER_"; core files give "". */
static struct str prefix_of(struct arena *a, const char *path)
{
	struct str stem = tool_stem(a, path, ".vi");
	if (str_starts(stem, STR("core")))
		return STR("");
	struct buf b = buf_on(a);
	for (size_t i = 0; i < stem.n; i++)
		buf_char(&b, (char)(stem.p[i] >= 'a' && stem.p[i] <= 'z' ? stem.p[i] - 32 : stem.p[i] == '-' ? '_' : stem.p[i]));
	buf_char(&b, '_');
	return buf_str(&b);
}

/* Bit per argument used; false when a brace is not {1}…{9}. */
static bool args_of(struct str text, unsigned *used)
{
	*used = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '}')
			return false;
		if (text.p[i] != '{')
			continue;
		if (i + 2 >= text.n || text.p[i + 1] < '1' || text.p[i + 1] > '9' || text.p[i + 2] != '}')
			return false;
		*used |= 1U << (text.p[i + 1] - '1');
		i += 2;
	}
	return true;
}

static struct entry *find(struct table *t, struct str key)
{
	for (size_t i = t->n; i > 0; i--)
		if (str_eq(t->v[i - 1].key, key))
			return &t->v[i - 1];
	return NULL;
}

static bool put(struct table *t, int lang, struct str key, struct str text, struct str at, struct err *e)
{
	struct entry *en = find(t, key);
	unsigned used = 0;
	if (en && en->text[lang].p)
		return err_set(e, ERR_INVALID, "%.*s: %.*s is written twice", STR_ARG(at), STR_ARG(key));
	if (!args_of(text, &used))
		return err_set(e, ERR_INVALID, "%.*s: a brace that is not {1} to {9}", STR_ARG(at));
	if (used & (used + 1))
		return err_set(e, ERR_INVALID, "%.*s: arguments must be {1}, {2} … without a gap", STR_ARG(at));
	if (!en) {
		CHECK(t->n < MAX_KEYS);
		en = &t->v[t->n++];
		en->key = key;
	}
	en->text[lang] = text;
	en->args[lang] = used;
	en->at[lang] = at;
	return true;
}

static bool read_line(struct arena *a, struct table *t, int lang, struct str prefix, struct str at, struct str line,
                      struct err *e)
{
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return true;
	ptrdiff_t eq = str_find_char(line, '=');
	if (eq < 0)
		return err_set(e, ERR_INVALID, "%.*s: no '='", STR_ARG(at));
	struct str key = str_trim(str_sub(line, 0, (size_t)eq)), text = str_trim(str_sub(line, (size_t)eq + 1, line.n));
	if (!key_ok(key))
		return err_set(e, ERR_INVALID, "%.*s: \"%.*s\" is not a key", STR_ARG(at), STR_ARG(key));
	if (!str_starts(key, prefix))
		return err_set(e, ERR_INVALID, "%.*s: %.*s must begin with %.*s", STR_ARG(at), STR_ARG(key), STR_ARG(prefix));
	if (text.n == 0 || !str_is_utf8(text))
		return err_set(e, ERR_INVALID, "%.*s: %.*s has no UTF-8 text", STR_ARG(at), STR_ARG(key));
	return put(t, lang, str_dup(a, key), str_dup(a, text), str_dup(a, at), e);
}

static bool read_source(struct arena *a, struct table *t, const struct msggen_source *s, struct err *e)
{
	bool vi = str_ends(str_from(s->path), STR(".vi"));
	struct str prefix = prefix_of(a, s->path), rest = s->text, line;
	for (int no = 1; str_next(&rest, '\n', &line); no++) {
		struct str at = str_fmt(a, "%s:%d", s->path, no);
		if (!read_line(a, t, vi ? VI : EN, prefix, at, line, e))
			return false;
	}
	return true;
}

static bool check(const struct table *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *en = &t->v[i];
		int have = en->text[VI].p ? VI : EN;
		if (!en->text[VI].p || !en->text[EN].p)
			return err_set(e, ERR_INVALID, "%.*s: %.*s is missing in .%s", STR_ARG(en->at[have]), STR_ARG(en->key),
			               have == VI ? "en" : "vi");
		if (en->args[VI] != en->args[EN])
			return err_set(e, ERR_INVALID, "%.*s: %.*s has other arguments in .vi", STR_ARG(en->at[EN]),
			               STR_ARG(en->key));
	}
	return true;
}

static int by_key(const void *x, const void *y)
{
	return str_cmp(((const struct entry *)x)->key, ((const struct entry *)y)->key);
}

static void write_text(struct buf *b, struct str s)
{
	buf_put(b, STR("T(\""));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '?')
			buf_char(b, '\\');
		buf_char(b, s.p[i]);
	}
	buf_put(b, STR("\")"));
}

/* No sign in it that HTML writes otherwise, in a text or in an attribute (core/html, `special`). */
static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || strchr("&<>\"'", s.p[i]))
			return false;
	return true;
}

static int arg_count(const struct entry *en) { return __builtin_popcount(en->args[VI]); }

bool msggen_compile(struct arena *a, const struct msggen_source *src, size_t n, struct msggen_out *out, struct err *e)
{
	struct table t = {.v = NEW_ARRAY(a, MAX_KEYS, struct entry)};
	for (size_t i = 0; i < n; i++)
		if (!read_source(a, &t, &src[i], e))
			return false;
	if (!check(&t, e))
		return false;
	qsort(t.v, t.n, sizeof *t.v, by_key);
	buf_put(&out->h, STR("/* Made by msggen from messages/. */\n#pragma once\n#include \"core/base/env.h\"\n\n"
	                     "enum msg_key {\n\tMSG_NONE,\n"));
	buf_put(&out->c, STR("/* Made by msggen from messages/. */\n#include \"gen/messages.h\"\n\n"
	                     "#define T(text) {text, sizeof(text) - 1}\n"
	                     "const struct msg_row msg_rows[] = {\n\t[MSG_NONE] = {{T(\"\"), T(\"\")}, {true, true}, 0},\n"));
	for (size_t i = 0; i < t.n; i++) {
		buf_fmt(&out->h, "\tMSG_%.*s,\n", STR_ARG(t.v[i].key));
		buf_fmt(&out->keys, "%.*s %d\n", STR_ARG(t.v[i].key), arg_count(&t.v[i]));
		buf_fmt(&out->c, "\t[MSG_%.*s] = {{", STR_ARG(t.v[i].key));
		write_text(&out->c, t.v[i].text[VI]);
		buf_put(&out->c, STR(", "));
		write_text(&out->c, t.v[i].text[EN]);
		buf_fmt(&out->c, "}, {%s, %s}, %d},\n", is_plain(t.v[i].text[VI]) ? "true" : "false", is_plain(t.v[i].text[EN]) ? "true" : "false", arg_count(&t.v[i]));
	}
	buf_put(&out->h, STR("\tMSG_COUNT\n};\n\n/* By enum lang. plain: HTML writes it as it stands. */\n"
	                     "struct msg_row { struct str text[2]; bool plain[2]; int args; };\n"
	                     "extern const struct msg_row msg_rows[];\n"));
	buf_put(&out->c, STR("};\n"));
	return true;
}
