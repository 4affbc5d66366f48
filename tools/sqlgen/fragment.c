/* fragment.c — pieces of text that queries of one file share: "-- fragment: NAME", put in where a query says "@NAME".
 *
 * A fragment has no parameters of its own: those it names are the query's that uses it, checked there with their types. Its text
 * goes in on one line, so that the lines of the query around it stay those of the file. */
#include "sqlgen.h"

static struct fragment *find_fragment(struct fragment *list, const struct fragment *end, struct str name)
{
	for (; list != end; list = list->next)
		if (str_eq(list->name, name))
			return list;
	return NULL;
}

/* The text without comments, on one line. */
static struct str one_line(struct arena *a, const struct source *src)
{
	struct toks t = scan(a, src, false);
	struct buf b = buf_on(a);
	for (size_t i = 0; i < t.n; i++) {
		if (i > 0 && t.v[i].at > t.v[i - 1].at + t.v[i - 1].text.n)
			buf_char(&b, ' ');
		buf_put(&b, t.v[i].text);
	}
	return buf_str(&b);
}

/* Puts into src what it names of the list up to `end`. */
static void expand(struct arena *a, struct fragment *list, const struct fragment *end, struct source *src)
{
	struct toks t = scan(a, src, false);
	struct buf b = buf_on(a);
	size_t copied = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (t.v[i].kind != T_FRAGMENT)
			continue;
		struct fragment *f = find_fragment(list, end, str_sub(t.v[i].text, 1, t.v[i].text.n));
		if (!f)
			die_at(src, t.v[i].at, "no fragment above has the name %.*s", STR_ARG(t.v[i].text));
		f->used = true;
		buf_put(&b, str_sub(src->text, copied, t.v[i].at - copied));
		buf_put(&b, f->text.text);
		copied = t.v[i].at + t.v[i].text.n;
		if (b.n > FRAGMENTS_MAX)
			die_at(src, t.v[i].at, "the text with its fragments is longer than %d bytes", FRAGMENTS_MAX);
	}
	if (!copied)
		return;
	buf_put(&b, str_sub(src->text, copied, src->text.n));
	src->text = buf_str(&b);
}

struct fragment *fragment_begin(struct arena *a, struct fragment **list, struct str name, const char *file, int line)
{
	struct fragment **tail = list;
	if (!is_name(name))
		die(file, line, "expected: -- fragment: lower_case_name");
	for (; *tail; tail = &(*tail)->next)
		if (str_eq((*tail)->name, name))
			die(file, line, "fragment %.*s stands twice", STR_ARG(name));
	*tail = NEW(a, struct fragment);
	**tail = (struct fragment){.name = name, .line = line, .text = {.file = file}};
	return *tail;
}

void fragments_close(struct arena *a, struct fragment *list)
{
	for (struct fragment *f = list; f; f = f->next) {
		expand(a, list, f, &f->text);
		f->text.text = one_line(a, &f->text);
		if (!f->text.text.n)
			die(f->text.file, f->line, "fragment %.*s has no text", STR_ARG(f->name));
		if (str_find_char(f->text.text, ';') >= 0)
			die(f->text.file, f->line, "fragment %.*s is a piece of a query: no ; in it", STR_ARG(f->name));
	}
}

void fragments_put(struct arena *a, struct fragment *list, struct query *first)
{
	for (struct query *q = first; q; q = q->next) {
		expand(a, list, NULL, &q->lite);
		expand(a, list, NULL, &q->pg);
	}
	for (struct fragment *f = list; f; f = f->next)
		if (!f->used)
			die(f->text.file, f->line, "fragment %.*s is not used", STR_ARG(f->name));
}
