#include "paper/fill.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define DOTS "…………"

static const json_t *walk(const json_t *v, struct str path)
{
	struct str part;
	while (v && str_next(&path, '.', &part)) {
		int64_t i;
		if (json_is_array(v) && str_to_i64(part, &i))
			v = i >= 0 ? json_array_get(v, (size_t)i) : NULL;
		else
			v = json_object_getn(v, part.p, part.n);
	}
	return v;
}

/* A value that the template works out: {"by": path, "of": {value: text}, "else": text}. */
static const json_t *derived(const struct scope *s, struct str name)
{
	const json_t *rule = json_object_getn(json_object_get(s->form, "values"), name.p, name.n);
	const json_t *by = rule ? fill_find(s, str_from(json_string_value(json_object_get(rule, "by")))) : NULL;
	const json_t *of = json_is_string(by) ? json_object_get(json_object_get(rule, "of"), json_string_value(by)) : NULL;
	return of ? of : json_object_get(rule, "else");
}

const json_t *fill_find(const struct scope *s, struct str path)
{
	for (const struct scope *at = s; at; at = at->up) {
		const json_t *v = walk(at->here, path);
		if (v)
			return v;
	}
	return derived(s, path);
}

bool fill_present(const struct scope *s, struct str path)
{
	const json_t *v = fill_find(s, path);
	if (json_is_string(v))
		return str_trim(str_from(json_string_value(v))).n > 0;
	if (json_is_array(v))
		return json_array_size(v) > 0;
	return v && !json_is_null(v) && !json_is_false(v);
}

static struct str plain(struct arena *a, const json_t *v)
{
	if (json_is_string(v))
		return str_trim((struct str){json_string_value(v), json_string_length(v)});
	if (json_is_integer(v))
		return str_fmt(a, "%lld", (long long)json_integer_value(v));
	if (json_is_real(v))
		return str_fmt(a, "%.10g", json_real_value(v));
	return json_is_true(v) ? STR("Có") : json_is_false(v) ? STR("Không") : STR_NONE;
}

static struct str upper(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	while (s.n) {
		utf8proc_int32_t u;
		utf8proc_uint8_t to[4];
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n, &u);
		if (n > 0)
			buf_put(&b, (struct str){(const char *)to, (size_t)utf8proc_encode_char(utf8proc_toupper(u), to)});
		s = str_sub(s, n > 0 ? (size_t)n : 1, s.n);
	}
	return buf_str(&b);
}

/* Days under 10 and months 1 and 2 get a zero (decree 30/2020, Annex I). */
static struct str long_date(struct arena *a, struct date d)
{
	struct civil c = date_civil(d);
	return str_fmt(a, c.month < 3 ? "ngày %02d tháng %02d năm %d" : "ngày %02d tháng %d năm %d", c.day, c.month, c.year);
}

static bool when(struct str s, struct date *d, int *minute)
{
	struct instant t;
	*minute = -1;
	if (instant_parse(s, &t)) {
		*d = date_of(t);
		*minute = time_of_day_ms(t) / 60000;
		return true;
	}
	return date_parse_people(s, d);
}

static struct str as_date(struct arena *a, struct str s, bool moment)
{
	struct date d;
	int minute;
	if (!s.n)
		return moment ? STR("… giờ … phút, ngày … tháng … năm ……") : STR("ngày … tháng … năm ……");
	if (!when(s, &d, &minute))
		return s;
	if (moment && minute >= 0)
		return str_fmt(a, "%02d giờ %02d phút, %s", minute / 60, minute % 60, long_date(a, d).p);
	return long_date(a, d);
}

/* As the control slip has it: "09 giờ 00 phút, ngày 05/02/2026". */
static struct str as_slip(struct arena *a, struct str s)
{
	struct date d;
	int minute;
	if (!s.n)
		return STR("… giờ … phút, ngày …/…/……");
	if (!when(s, &d, &minute) || minute < 0)
		return s;
	return str_fmt(a, "%02d giờ %02d phút, ngày %s", minute / 60, minute % 60, date_people(a, d).p);
}

static struct str format(struct arena *a, struct str s, struct str how)
{
	int64_t n;
	struct date d;
	int minute;
	if (str_eq(how, STR("date")) || str_eq(how, STR("moment")))
		return as_date(a, s, str_eq(how, STR("moment")));
	if (str_eq(how, STR("Date")))
		return str_cat(a, STR("N"), str_sub(as_date(a, s, false), 1, 100));
	if (str_eq(how, STR("upper")))
		return upper(a, s);
	if (str_eq(how, STR("money")) && str_to_i64(s, &n))
		return money_people(a, (struct money){n});
	if (str_eq(how, STR("words")) && str_to_i64(s, &n))
		return paper_money_words(a, n);
	if (str_eq(how, STR("slip")))
		return as_slip(a, s);
	if (str_eq(how, STR("short")) && when(s, &d, &minute))
		return minute < 0 ? date_people(a, d) : str_fmt(a, "%02d:%02d %s", minute / 60, minute % 60, date_people(a, d).p);
	return s;
}

void fill_gap(const struct scope *s, struct str path)
{
	if (s->gaps && s->gaps->n++ < 20)
		buf_fmt(&s->gaps->names, " %.*s", STR_ARG(path));
}

static struct str value(struct arena *a, struct str inside, const struct scope *s)
{
	ptrdiff_t bar = str_find_char(inside, '|');
	struct str path = bar < 0 ? inside : str_sub(inside, 0, (size_t)bar);
	struct str how = bar < 0 ? STR_NONE : str_sub(inside, (size_t)bar + 1, inside.n);
	if (str_eq(path, STR("n")))
		return str_fmt(a, "%zu", s->row);
	struct str v = plain(a, fill_find(s, path));
	bool optional = str_eq(how, STR("opt"));
	if (!v.n && !optional)
		fill_gap(s, path);
	v = format(a, v, how);
	return v.n || optional ? v : STR(DOTS);
}

struct str fill_text(struct arena *a, struct str text, const struct scope *s, bool *open)
{
	struct buf b = buf_on(a);
	*open = false;
	while (text.n) {
		ptrdiff_t from = str_find_char(text, '{'), to = str_find_char(text, '}');
		if (from < 0 || to < from) {
			buf_put(&b, text);
			*open = false;
			break;
		}
		buf_put(&b, str_sub(text, 0, (size_t)from));
		struct str v = value(a, str_sub(text, (size_t)from + 1, (size_t)(to - from - 1)), s);
		*open = str_eq(v, STR(DOTS));
		buf_put(&b, v);
		text = str_sub(text, (size_t)to + 1, text.n);
	}
	return buf_str(&b);
}
