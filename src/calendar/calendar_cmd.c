/* calendar_cmd.c — motcua calendar due: the due time on the command line, from the same rules as the pages. */
#include "calendar/calendar.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const units[] = {
	[LIMIT_WORKING_DAY] = "working_day",   [LIMIT_CALENDAR_DAY] = "calendar_day", [LIMIT_MONTH] = "month",
	[LIMIT_WORKING_HOUR] = "working_hour", [LIMIT_HOUR] = "hour",
};
static const char *const event_kinds[] = {
	[CLOCK_SUPPLEMENT_ASKED] = "supplement_asked", [CLOCK_SUPPLEMENT_COMPLETE] = "supplement_complete",
	[CLOCK_FEE_DEMANDED] = "fee_demanded",         [CLOCK_FEE_PAID] = "fee_paid",
};

const char *limit_unit_name(enum limit_unit u)
{
	CHECK((size_t)u < ARRAY_LEN(units));
	return units[u];
}

static bool unit_parse(struct str name, enum limit_unit *out)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (str_eq(name, str_from(units[i]))) {
			*out = (enum limit_unit)i;
			return true;
		}
	return false;
}

bool limit_parse(struct str text, struct limit *out)
{
	struct str n;
	struct limit l;
	int64_t v = 0;
	text = str_trim(text);
	if (!str_next(&text, ' ', &n) || !str_to_i64(n, &v) || v < 0 || v > INT32_MAX || !unit_parse(str_trim(text), &l.unit))
		return false;
	l.n = (int32_t)v;
	*out = l;
	return true;
}

bool clock_event_kind_parse(struct str name, enum clock_event_kind *out)
{
	for (size_t i = 0; i < ARRAY_LEN(event_kinds); i++)
		if (str_eq(name, str_from(event_kinds[i]))) {
			*out = (enum clock_event_kind)i;
			return true;
		}
	return false;
}

#define MAX_EVENTS 64
struct question {
	struct clock_rule rule;
	struct instant start;
	struct clock_event events[MAX_EVENTS];
	size_t n_events;
};

struct options {
	const char *accepted, *limit, *cases, *holidays, *hours, *agency;
	bool explain, help;
	struct question q;
};

static const char usage[] =
	"usage: motcua calendar due --accepted TIME --limit \"N UNIT\" [option]...\n"
	"       motcua calendar due --cases FILE\n"
	"Prints when a matter is due. TIME is RFC 3339 (2026-11-25T14:00:00+07:00).\n"
	"  --limit \"N UNIT\"    working_day, calendar_day, month, working_hour or hour\n"
	"  --convention A|B    A: end of office hours of the last day (default); B: clock time of the start\n"
	"  --event KIND@TIME   supplement_asked, supplement_complete, fee_demanded, fee_paid; oldest first\n"
	"  --supplement WHAT   restarts (default) or pauses the clock\n"
	"  --fee WHAT          pauses the clock, or runs on (default): \"pauses\" or \"runs\"\n"
	"  --explain           each day from the start to the due time and why it counts or not\n"
	"  --cases FILE        {\"cases\":[{\"accepted\",\"limit\":{\"n\",\"unit\"},\"convention\",\"events\"}]}: one due time a line\n"
	"  --agency CODE       office hours of this agency\n"
	"  --holidays FILE, --hours FILE   instead of the calendar built in\n"
	"Exit 0: good; 1: no due time, or a case that cannot be computed; 2: bad usage.\n";

static bool add_event(struct question *q, struct str kind, struct str at)
{
	if (q->n_events == MAX_EVENTS)
		return false;
	struct clock_event *ev = &q->events[q->n_events++];
	return clock_event_kind_parse(kind, &ev->kind) && instant_parse(at, &ev->at);
}

static bool convention_parse(struct str s, enum convention *out)
{
	*out = str_eq(s, STR("B")) ? CONVENTION_B : CONVENTION_A;
	return str_eq(s, STR("A")) || str_eq(s, STR("B"));
}

static bool set_choice(const char *value, const char *yes, const char *no, bool *out)
{
	*out = strcmp(value, yes) == 0;
	return *out || strcmp(value, no) == 0;
}

static bool set_rule_option(struct options *o, const char *name, const char *value)
{
	bool yes = false, good = false;
	struct str at = str_from(value), kind;
	if (strcmp(name, "--event") == 0)
		return str_next(&at, '@', &kind) && add_event(&o->q, kind, at);
	if (strcmp(name, "--convention") == 0)
		return convention_parse(at, &o->q.rule.convention);
	if (strcmp(name, "--supplement") == 0) {
		good = set_choice(value, "pauses", "restarts", &yes);
		o->q.rule.on_supplement = yes ? SUPPLEMENT_PAUSES : SUPPLEMENT_RESTARTS;
	} else if (strcmp(name, "--fee") == 0) {
		good = set_choice(value, "pauses", "runs", &yes);
		o->q.rule.fee_pauses = yes;
	}
	return good;
}

static bool set_option(struct options *o, const char *name, const char *value)
{
	const struct { const char *name; const char **to; } texts[] = {
		{"--accepted", &o->accepted}, {"--limit", &o->limit}, {"--cases", &o->cases},
		{"--holidays", &o->holidays}, {"--hours", &o->hours}, {"--agency", &o->agency},
	};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (strcmp(name, texts[i].name) == 0) {
			*texts[i].to = value;
			return true;
		}
	return set_rule_option(o, name, value);
}

static bool read_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--explain") == 0)
			o->explain = true;
		else if (strcmp(argv[i], "--help") == 0)
			o->help = true;
		else if (i + 1 == argc || !set_option(o, argv[i], argv[i + 1])) {
			fprintf(stderr, "motcua calendar due: %s%s%s is not understood\n", argv[i], i + 1 < argc ? " " : "",
				i + 1 < argc ? argv[i + 1] : "");
			return false;
		} else
			i++;
	}
	if (o->help || o->cases)
		return true;
	bool good = o->accepted && o->limit && instant_parse(str_from(o->accepted), &o->q.start) &&
		    limit_parse(str_from(o->limit), &o->q.rule.limit);
	if (!good)
		fputs("motcua calendar due: --accepted TIME and --limit \"N UNIT\" are needed; see --help\n", stderr);
	return good;
}

static bool read_file(struct arena *a, const char *path, struct str *out, struct err *e)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return err_set(e, ERR_NOT_FOUND, "cannot open %.200s", path);
	struct buf b = buf_on(a);
	for (size_t n = 1; n > 0; b.n += n)
		n = fread(buf_room(&b, 65536), 1, 65536, f);
	bool good = !ferror(f);
	fclose(f);
	*out = buf_str(&b);
	return good || err_set(e, ERR_INTERNAL, "cannot read %.200s", path);
}

static bool load(struct arena *a, const struct options *o, const struct calendar **c, struct err *e)
{
	struct str holidays, hours, agency = str_from(o->agency);
	if (!o->holidays && !o->hours)
		return calendar_load_builtin(a, agency, c, e);
	if (!o->holidays || !o->hours)
		return err_set(e, ERR_INVALID, "--holidays and --hours go together");
	return read_file(a, o->holidays, &holidays, e) && read_file(a, o->hours, &hours, e) &&
	       calendar_load(a, holidays, hours, agency, c, e);
}

static struct clock_course course_of(const struct question *q)
{
	return (struct clock_course){q->start, q->events, q->n_events};
}

static const char *describe(const struct day_cell *cell)
{
	static const char *const off[] = {
		[DAY_WORKING] = "",
		[DAY_WEEKEND] = "weekend",
		[DAY_HOLIDAY] = "holiday",
		[DAY_COMPENSATORY] = "day off in lieu",
		[DAY_SWAPPED_OFF] = "swapped day off",
		[DAY_SWAPPED_WORKING] = "swapped working day",
	};
	return off[cell->day.kind];
}

static void print_cell(struct arena *a, const struct day_cell *cell)
{
	static const char *const states[] = {
		[CELL_START] = "start, not counted", [CELL_COUNTED] = "counted", [CELL_OFF] = "off",
		[CELL_DROPPED] = "struck by the restart", [CELL_WAITING] = "waiting for the applicant", [CELL_DUE] = "due",
	};
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	struct buf b = buf_on(a);
	buf_fmt(&b, "%.*s %s  %s", STR_ARG(date_format(a, cell->date)), days[date_weekday(cell->date)], states[cell->state]);
	if (cell->k)
		buf_fmt(&b, " %d", cell->k);
	if (cell->worked_ms)
		buf_fmt(&b, " %d:%02d", cell->worked_ms / 3600000, cell->worked_ms / 60000 % 60);
	const char *kind = describe(cell);
	if (*kind)
		buf_fmt(&b, "  (%s%s%.*s)", kind, cell->day.name.n ? ": " : "", STR_ARG(cell->day.name));
	puts(str_cstr(a, buf_str(&b)));
}

static bool print_due(struct arena *a, const struct calendar *c, const struct question *q, bool explain, bool quiet, struct err *e)
{
	struct clock_course course = course_of(q);
	struct due due;
	struct day_cell *cells = NULL;
	size_t n = 0;
	if (!calendar_due(c, &q->rule, &course, &due, e) ||
	    (explain && !calendar_explain(a, c, &q->rule, &course, &cells, &n, e)))
		return false;
	for (size_t i = 0; i < n; i++)
		print_cell(a, &cells[i]);
	if (due.state != DUE_RUNNING)
		return err_set(e, ERR_CONFLICT, "no due time while the clock waits for %s",
			       due.state == DUE_WAITING_FEE ? "the fee" : "the supplement");
	puts(str_cstr(a, instant_format(a, due.at)));
	if (due.provisional && !quiet)
		fputs("note: some of these days are not confirmed by an official schedule\n", stderr);
	return true;
}

static struct str member(const json_t *o, const char *key) { return str_from(json_string_value(json_object_get(o, key))); }

static bool read_case(const json_t *o, struct question *q)
{
	const json_t *limit = json_object_get(o, "limit"), *n = json_object_get(limit, "n");
	const json_t *events = json_object_get(o, "events");
	*q = (struct question){0};
	if (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(n) > INT32_MAX ||
	    !unit_parse(member(limit, "unit"), &q->rule.limit.unit) || !instant_parse(member(o, "accepted"), &q->start))
		return false;
	q->rule.limit.n = (int32_t)json_integer_value(n);
	if (json_object_get(o, "convention") && !convention_parse(member(o, "convention"), &q->rule.convention))
		return false;
	for (size_t i = 0; i < json_array_size(events); i++) {
		const json_t *ev = json_array_get(events, i);
		if (!add_event(q, member(ev, "kind"), member(ev, "at")))
			return false;
	}
	return true;
}

/* One line a case, in order; a case that has no answer prints "error: …" so that the lines stay in step. */
static int run_cases(struct arena *a, const struct calendar *c, const char *path)
{
	struct str text;
	struct err e;
	json_error_t why;
	if (!read_file(a, path, &text, &e)) {
		fprintf(stderr, "motcua calendar due: %s\n", e.text);
		return 2;
	}
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &why);
	const json_t *cases = json_is_array(root) ? root : json_object_get(root, "cases");
	if (!json_is_array(cases)) {
		fprintf(stderr, "motcua calendar due: %s: no list of cases\n", path);
		json_decref(root);
		return 2;
	}
	int result = 0;
	for (size_t i = 0; i < json_array_size(cases); i++) {
		struct arena_mark m = arena_mark(a);
		struct question q;
		if (!read_case(json_array_get(cases, i), &q))
			err_set(&e, ERR_INVALID, "the case is not understood");
		else if (print_due(a, c, &q, false, true, &e)) {
			arena_rewind(a, m);
			continue;
		}
		printf("error: %s\n", e.text);
		result = 1;
	}
	json_decref(root);
	return result;
}

int calendar_due_command(int argc, char **argv)
{
	struct options o = {0};
	const struct calendar *c = NULL;
	struct err e;
	AUTO_ARENA a = arena_new(0);
	if (!read_options(argc, argv, &o))
		return 2;
	if (o.help) {
		fputs(usage, stdout);
		return 0;
	}
	if (!load(a, &o, &c, &e)) {
		fprintf(stderr, "motcua calendar due: %s\n", e.text);
		return 2;
	}
	if (o.cases)
		return run_cases(a, c, o.cases);
	if (print_due(a, c, &o.q, o.explain, false, &e))
		return 0;
	fprintf(stderr, "motcua calendar due: %s\n", e.text);
	return 1;
}
