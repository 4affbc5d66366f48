/* catalogue_columns.c — a procedure as a row of cells, and back. Lists are lines; a document, fee or result is a line whose parts
 * are joined by " | ". What the cells cannot say (variants, notes, fee rules) is kept from the version before. */
#include "catalogue/catalogue_web.h"
#include <stdlib.h>
#include <string.h>

static const char *const unit_words[] = {"working_day", "calendar_day", "month", "hour", NULL};
static const char *const start_words[] = {"acceptance", "complete", "complete_and_fee", NULL};
static const char *const online_words[] = {"cung-cap-thong-tin", "mot-phan", "toan-trinh", NULL};

const struct column catalogue_columns[] = {
	{"slug", "id", CELL_TEXT, MSG_CATALOGUE_SLUG, NULL, true},
	{"name", "name", CELL_TEXT, MSG_CATALOGUE_NAME, NULL, true},
	{"code", "code", CELL_TEXT, MSG_CATALOGUE_NATIONAL_CODE, NULL, false},
	{"field", "field", CELL_TEXT, MSG_CATALOGUE_FIELD, NULL, true},
	{"field_code", "field_code", CELL_TEXT, MSG_CATALOGUE_FIELD_CODE, NULL, true},
	{"level", "level", CELL_TEXT, MSG_CATALOGUE_LEVEL, NULL, false},
	{"competent_agency", "competent_agency", CELL_TEXT, MSG_CATALOGUE_AGENCY, NULL, false},
	{"receiving_agency", "receiving_agency", CELL_TEXT, MSG_CATALOGUE_RECEIVING, NULL, false},
	{"applicants", "applicants", CELL_LINES, MSG_CATALOGUE_APPLICANTS, NULL, false},
	{"submission", "submission", CELL_LINES, MSG_CATALOGUE_SUBMISSION, NULL, false},
	{"steps", "steps", CELL_LINES, MSG_CATALOGUE_STEPS, NULL, false},
	{"deadline_words", "deadline.words", CELL_TEXT, MSG_CATALOGUE_DEADLINE_WORDS, NULL, false},
	{"deadline_number", "settlement.limit", CELL_NUMBER, MSG_CATALOGUE_DEADLINE, NULL, false},
	{"deadline_unit", "settlement.unit", CELL_WORD, MSG_CATALOGUE_DEADLINE_UNIT, unit_words, false},
	{"starts", "settlement.starts", CELL_WORD, MSG_CATALOGUE_STARTS, start_words, false},
	{"documents", "documents", CELL_DOCUMENTS, MSG_CATALOGUE_DOCUMENTS, NULL, false},
	{"fees", "fees", CELL_FEES, MSG_CATALOGUE_FEES, NULL, false},
	{"conditions", "conditions", CELL_LINES, MSG_CATALOGUE_CONDITIONS, NULL, false},
	{"results", "results", CELL_RESULTS, MSG_CATALOGUE_RESULTS, NULL, false},
	{"legal_basis", "legal_basis", CELL_LINES, MSG_CATALOGUE_LEGAL_BASIS, NULL, false},
	{"online", "online.level", CELL_WORD, MSG_CATALOGUE_ONLINE, online_words, false},
	{"reason_partial", "online.reason_partial", CELL_TEXT, MSG_CATALOGUE_REASON_PARTIAL, NULL, false},
	{"forms", "forms", CELL_LINES, MSG_CATALOGUE_FORMS, NULL, false},
	{"process", "process", CELL_TEXT, MSG_CATALOGUE_PROCESS, NULL, true},
	{"result_template", "result_template", CELL_TEXT, MSG_CATALOGUE_RESULT_TEMPLATE, NULL, true},
	{"contact_unit", "contact.unit", CELL_TEXT, MSG_CATALOGUE_CONTACT_UNIT, NULL, false},
	{"contact_phone", "contact.phone", CELL_TEXT, MSG_CATALOGUE_CONTACT_PHONE, NULL, false},
	{"contact_email", "contact.email", CELL_TEXT, MSG_CATALOGUE_CONTACT_EMAIL, NULL, false},
	{"search_words", "search_words", CELL_LINES, MSG_CATALOGUE_SEARCH_WORDS, NULL, false},
	{"source", "source", CELL_LINES, MSG_CATALOGUE_SOURCE, NULL, false},
};
const size_t catalogue_columns_n = ARRAY_LEN(catalogue_columns);

/* Parts of a line, in order. Numbers may be empty: not known. */
struct part { const char *key; bool number; };
static const struct part documents[] = {{"name", false}, {"originals", true}, {"copies", true}, {"form", false}, {"condition", false}};
static const struct part fees[] = {{"kind", false}, {"name", false}, {"amount_vnd", true}, {"unit", false}, {"basis", false}, {"note", false}};
static const struct part results[] = {{"name", false}, {"validity", false}, {"form", false}};
#define PARTS_MAX 6

static const struct part *parts_of(enum cell_kind k, size_t *n)
{
	*n = k == CELL_DOCUMENTS ? ARRAY_LEN(documents) : k == CELL_FEES ? ARRAY_LEN(fees) : ARRAY_LEN(results);
	return k == CELL_DOCUMENTS ? documents : k == CELL_FEES ? fees : results;
}

/* ---- to cells ---- */

static const json_t *at(const json_t *pack, const char *path)
{
	const char *dot = strchr(path, '.');
	char first[64];
	if (!dot)
		return json_object_get(pack, path);
	CHECK((size_t)(dot - path) < sizeof first);
	memcpy(first, path, (size_t)(dot - path));
	first[dot - path] = 0;
	return json_object_get(json_object_get(pack, first), dot + 1);
}

/* One line, without what separates lines and parts. */
static void put_plain(struct buf *b, const json_t *v)
{
	if (json_is_integer(v))
		buf_fmt(b, "%lld", (long long)json_integer_value(v));
	const char *s = json_string_value(v);
	for (size_t i = 0; s && i < json_string_length(v); i++)
		buf_char(b, s[i] == '\n' || s[i] == '\r' ? ' ' : s[i] == '|' ? '/' : s[i]);
}

static void put_line(struct buf *b, const json_t *item, enum cell_kind kind)
{
	size_t n, last = 0;
	const struct part *parts = parts_of(kind, &n);
	for (size_t i = 0; i < n; i++)
		if (!json_is_null(json_object_get(item, parts[i].key)))
			last = i;
	for (size_t i = 0; i <= last; i++) {
		buf_put(b, i ? STR(" | ") : STR(""));
		put_plain(b, json_object_get(item, parts[i].key));
	}
}

struct str column_get(struct arena *a, const struct column *c, const json_t *pack)
{
	struct buf b = buf_on(a);
	const json_t *v = at(pack, c->path);
	if (!json_is_array(v))
		put_plain(&b, v);
	for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++) {
		buf_put(&b, i ? STR("\n") : STR(""));
		const json_t *item = json_array_get(v, i);
		if (c->kind == CELL_LINES)
			put_plain(&b, item);
		else
			put_line(&b, item, c->kind);
	}
	return buf_str(&b);
}

/* ---- from cells ---- */

static json_t *text_or_null(struct str s) { return s.n ? json_stringn(s.p, s.n) : json_null(); }

/* 1.200.000, 1200000 */
static bool number_of(struct arena *a, struct str s, int64_t *out)
{
	struct buf digits = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '.' && s.p[i] != ' ')
			buf_char(&digits, s.p[i]);
	return digits.n <= 15 && str_to_i64(buf_str(&digits), out) && *out >= 0;
}

/* NULL when the line has too many parts, no first part, or a number that is none. */
static json_t *line_item(struct arena *a, struct str line, enum cell_kind kind)
{
	size_t n, i = 0;
	const struct part *parts = parts_of(kind, &n);
	json_t *item = json_object();
	struct str rest = line, part;
	for (; str_next(&rest, '|', &part); i++) {
		int64_t v = 0;
		part = str_trim(part);
		bool fits = i < n && (!parts[i].number || !part.n || number_of(a, part, &v)) && (i > 0 || part.n);
		if (!fits) {
			json_decref(item);
			return NULL;
		}
		json_object_set_new(item, parts[i].key, parts[i].number ? (part.n ? json_integer(v) : json_null()) : text_or_null(part));
	}
	for (; i < n; i++)
		json_object_set_new(item, parts[i].key, json_null());
	return item;
}

static bool lines_value(struct arena *a, const struct column *c, struct str cell, json_t **out)
{
	struct str rest = cell, line;
	*out = json_array();
	while (str_next(&rest, '\n', &line)) {
		line = str_trim(line);
		if (!line.n)
			continue;
		json_t *item = c->kind == CELL_LINES ? json_stringn(line.p, line.n) : line_item(a, line, c->kind);
		if (!item) {
			json_decref(*out);
			return false;
		}
		json_array_append_new(*out, item);
	}
	return true;
}

static bool is_word(const struct column *c, struct str cell)
{
	for (const char *const *w = c->words; *w; w++)
		if (str_eq(cell, str_from(*w)))
			return true;
	return !cell.n;
}

/* A new reference, or false with what is wrong. */
static bool cell_value(struct arena *a, const struct column *c, struct str cell, json_t **out, enum msg_key *why)
{
	int64_t number = 0;
	*why = MSG_CATALOGUE_BAD_LINE;
	switch (c->kind) {
	case CELL_LINES:
	case CELL_DOCUMENTS:
	case CELL_FEES:
	case CELL_RESULTS: return lines_value(a, c, cell, out);
	case CELL_NUMBER:
		*why = MSG_FIELD_NOT_NUMBER;
		if (cell.n && !(number_of(a, cell, &number) && number <= 10000))
			return false;
		*out = cell.n ? json_integer(number) : json_null();
		return true;
	case CELL_WORD:
		*why = MSG_FIELD_NOT_CHOICE;
		if (!is_word(c, cell))
			return false;
		break;
	case CELL_TEXT:
		*why = MSG_FIELD_REQUIRED;
		if (c->required && !cell.n)
			return false;
	}
	*out = text_or_null(cell);
	return true;
}

static void put_at(json_t *pack, const char *path, json_t *v)
{
	const char *dot = strchr(path, '.');
	if (!dot) {
		json_object_set_new(pack, path, v);
		return;
	}
	json_t *inner = json_object_getn(pack, path, (size_t)(dot - path));
	if (!json_is_object(inner)) {
		inner = json_object();
		json_object_setn_new(pack, path, (size_t)(dot - path), inner);
	}
	json_object_set_new(inner, dot + 1, v);
}

/* Every key of the format, with nothing known. */
static json_t *empty_pack(void)
{
	json_t *p = json_loads("{\"format\":1,\"id\":\"\",\"revision\":0,\"code\":null,\"code_seen\":null,\"name\":\"\",\"field\":\"\",\"field_code\":\"\","
		"\"level\":null,\"valid_from\":null,\"valid_to\":null,\"online_level\":null,\"online\":{\"level\":null,\"reason_partial\":null},"
		"\"competent_agency\":null,\"receiving_agency\":null,\"applicants\":[],\"submission\":[],\"deadline\":null,\"steps\":[],"
		"\"documents\":[],\"document_sets\":null,\"fees\":[],\"conditions\":[],\"results\":[],\"legal_basis\":[],\"variants\":[],"
		"\"forms\":[],\"process\":\"\",\"result_template\":\"\",\"settlement\":{\"starts\":null,\"unit\":null,\"limit\":null,"
		"\"supplement_limit\":{\"number\":3,\"unit\":\"working_day\",\"source\":\"Nghị định 61/2018/NĐ-CP Điều 19\",\"certainty\":\"default\"},"
		"\"supplement_effect\":\"restart\",\"notes\":[]},\"fee_rule\":null,\"fee_inputs\":null,\"fee_note\":null,\"search_words\":[],"
		"\"contact\":{\"unit\":null,\"phone\":null,\"email\":null,\"note\":null},\"status\":null,\"source\":[],"
		"\"certainty\":\"unconfirmed\",\"complete\":false,\"missing\":[],\"notes\":[]}", 0, NULL);
	CHECK(p != NULL);
	return p;
}

/* What a cell now says is no longer missing: "fees", "fees.amount", "documents 3". */
static void no_longer_missing(json_t *pack, const char *path)
{
	json_t *missing = json_object_get(pack, "missing");
	size_t n = strcspn(path, ".");
	if (strncmp(path, "settlement.limit", 16) == 0) {
		path = "deadline";
		n = 8;
	}
	for (size_t i = json_array_size(missing); i-- > 0;) {
		const char *m = json_string_value(json_array_get(missing, i));
		if (m && strncmp(m, path, n) == 0 && (m[n] == 0 || m[n] == '.' || m[n] == ' '))
			json_array_remove(missing, i);
	}
}

/* The deadline's number in words and in the settlement are one thing; a deadline is there when it has words. */
static void tie_deadline(json_t *pack)
{
	json_t *d = json_object_get(pack, "deadline"), *s = json_object_get(pack, "settlement");
	if (!json_is_object(d))
		return;
	if (!json_is_string(json_object_get(d, "words"))) {
		json_object_set_new(pack, "deadline", json_null());
		return;
	}
	const char *unit = json_string_value(json_object_get(s, "unit"));
	static const char *const words[][2] = {{"working_day", "working day"}, {"calendar_day", "calendar day"}, {"month", "month"}, {"hour", "hour"}};
	json_object_set(d, "number", json_object_get(s, "limit"));
	json_object_set_new(d, "unit", json_null());
	for (size_t i = 0; unit && i < ARRAY_LEN(words); i++)
		if (strcmp(unit, words[i][0]) == 0)
			json_object_set_new(d, "unit", json_string(words[i][1]));
}

static void finish(struct arena *a, json_t *pack)
{
	struct procedure p;
	json_int_t revision = json_integer_value(json_object_get(pack, "revision"));
	json_object_set_new(pack, "revision", json_integer(revision + 1));
	tie_deadline(pack);
	json_object_set_new(pack, "complete", json_false());
	struct pack_report report = pack_report_on(a);
	const char *id = json_string_value(json_object_get(pack, "id"));
	procedure_read(&report, (struct pack_file){str_fmt(a, "procedures/%s.json", id ? id : ""), columns_pack(a, pack)}, &p);
	json_object_set_new(pack, "complete", json_boolean(procedure_is_complete(&p)));
}

bool columns_apply(struct arena *a, const json_t *base, const struct str *cells, json_t **out, size_t *bad, enum msg_key *why)
{
	json_t *pack = base ? json_deep_copy(base) : empty_pack();
	bool changed = false;
	for (size_t i = 0; i < catalogue_columns_n; i++) {
		const struct column *c = &catalogue_columns[i];
		json_t *v = NULL;
		if (!cells[i].p || (base && str_eq(cells[i], column_get(a, c, base))))
			continue;
		if (!cell_value(a, c, cells[i], &v, why)) {
			json_decref(pack);
			*bad = i;
			return false;
		}
		changed = true;
		put_at(pack, c->path, v);
		if (cells[i].n)
			no_longer_missing(pack, c->path);
	}
	if (changed)
		finish(a, pack);
	*out = pack;
	return true;
}

struct str columns_pack(struct arena *a, json_t *pack)
{
	char *text = json_dumps(pack, JSON_INDENT(2));
	CHECK(text != NULL);
	struct str s = str_cat(a, str_from(text), STR("\n"));
	free(text);
	return s;
}
