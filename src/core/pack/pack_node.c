/* pack_node.c — values of pack files with their place (see pack.h). */
#include "core/pack/pack.h"
#include <stdlib.h>
#include <string.h>

void pack_json_free(json_t **tree)
{
	json_decref(*tree);
	*tree = NULL;
}

static struct str joined(struct arena *a, struct str pointer, const char *key)
{
	struct buf b = buf_on(a);
	buf_put(&b, pointer);
	buf_char(&b, '/');
	for (; *key; key++) {
		if (*key == '~')
			buf_put(&b, STR("~0"));
		else if (*key == '/')
			buf_put(&b, STR("~1"));
		else
			buf_char(&b, *key);
	}
	return buf_str(&b);
}

static struct str place_of(struct pack_node at) { return at.key ? joined(at.report->a, at.pointer, at.key) : at.pointer; }

void pack_fault(struct pack_node at, const char *fmt, ...)
{
	struct buf b = buf_on(at.report->a);
	va_list ap;
	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	pack_report_add(at.report, (struct pack_finding){PACK_FAULT, at.file, place_of(at), buf_str(&b)});
}

void pack_gap(struct pack_node at, const char *key, const char *text)
{
	struct str said = str_dup(at.report->a, str_from(text));
	pack_report_add(at.report, (struct pack_finding){PACK_GAP, at.file, joined(at.report->a, place_of(at), key), said});
}

bool pack_parse(struct pack_report *r, struct pack_file file, int newest, json_t **tree, struct pack_node *root)
{
	*root = (struct pack_node){.file = file.name, .pointer = STR(""), .report = r};
	json_error_t why;
	*tree = json_loadb(file.bytes.n ? file.bytes.p : "", file.bytes.n, JSON_REJECT_DUPLICATES, &why);
	if (!*tree) {
		pack_fault(*root, "line %d, column %d: %s", why.line, why.column, why.text);
		return false;
	}
	root->json = *tree;
	if (!json_is_object(*tree)) {
		pack_fault(*root, "not an object");
		return false;
	}
	int64_t format = 0;
	if (!pack_int(*root, "format", PACK_REQUIRED, &format))
		return false;
	if (format < 1 || format > newest) {
		pack_fault(pack_get(*root, "format"), "format %lld is not known here (1 to %d are)", (long long)format, newest);
		return false;
	}
	return true;
}

void pack_only_keys(struct pack_node object, const char *const *keys)
{
	if (!json_is_object(object.json))
		return;
	/* jansson's iterators take a tree that they could change; they do not. */
	json_t *json = (json_t *)(uintptr_t)object.json;
	for (void *it = json_object_iter(json); it; it = json_object_iter_next(json, it)) {
		const char *key = json_object_iter_key(it);
		bool known = false;
		for (size_t i = 0; keys[i] && !known; i++)
			known = strcmp(keys[i], key) == 0;
		if (!known)
			pack_fault(pack_get(object, key), "unknown key");
	}
}

struct pack_node pack_get(struct pack_node object, const char *key)
{
	struct pack_node n = object;
	n.json = json_object_get(object.json, key);
	bool holds = json_is_object(n.json) || json_is_array(n.json);
	n.pointer = place_of(object);
	n.key = key;
	if (holds) {
		n.pointer = place_of(n);
		n.key = NULL;
	}
	return n;
}

/* The value when there is one of the type; a fault for anything else but an allowed null. */
static struct pack_node typed(struct pack_node object, const char *key, enum pack_need need, json_type type, const char *name)
{
	struct pack_node n = pack_get(object, key);
	if (n.json && json_typeof(n.json) == type)
		return n;
	if (object.json && (!n.json || !json_is_null(n.json)))
		pack_fault(n, n.json ? "must be %s" : "missing: must be %s", name);
	else if (object.json && need == PACK_REQUIRED)
		pack_fault(n, "must not be null");
	n.json = NULL;
	return n;
}

static struct str copy_text(struct pack_node n)
{
	if (!n.json)
		return STR_NONE;
	return str_dup(n.report->a, (struct str){json_string_value(n.json), json_string_length(n.json)});
}

struct str pack_text(struct pack_node object, const char *key, enum pack_need need)
{
	struct pack_node n = typed(object, key, need, JSON_STRING, "text");
	if (n.json && json_string_length(n.json) == 0) {
		pack_fault(n, "must not be empty: null says that the source has nothing");
		return STR_NONE;
	}
	return copy_text(n);
}

bool pack_int(struct pack_node object, const char *key, enum pack_need need, int64_t *out)
{
	struct pack_node n = typed(object, key, need, JSON_INTEGER, "a whole number");
	if (n.json)
		*out = json_integer_value(n.json);
	return n.json != NULL;
}

bool pack_bool(struct pack_node object, const char *key)
{
	struct pack_node n = pack_get(object, key);
	if (object.json && !json_is_boolean(n.json))
		pack_fault(n, "must be true or false");
	return json_is_true(n.json);
}

struct str pack_raw(struct pack_node object, const char *key)
{
	struct pack_node n = pack_get(object, key);
	if (object.json && !n.json)
		pack_fault(n, "missing");
	if (!n.json || json_is_null(n.json))
		return STR_NONE;
	char *text = json_dumps(n.json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	struct str copy = str_dup(n.report->a, str_from(text));
	free(text);
	return copy;
}

struct pack_node pack_list(struct pack_node object, const char *key, size_t *n)
{
	struct pack_node list = typed(object, key, PACK_REQUIRED, JSON_ARRAY, "a list");
	*n = json_array_size(list.json);
	return list;
}

struct pack_node pack_item(struct pack_node list, size_t i)
{
	struct pack_node n = list;
	n.pointer = str_fmt(list.report->a, "%.*s/%zu", STR_ARG(list.pointer), i);
	n.key = NULL;
	n.json = json_array_get(list.json, i);
	return n;
}

const struct str *pack_texts(struct pack_node object, const char *key, size_t *n)
{
	struct pack_node list = pack_list(object, key, n);
	struct str *out = NEW_ARRAY(object.report->a, *n + 1, struct str);
	for (size_t i = 0; i < *n; i++) {
		struct pack_node item = pack_item(list, i);
		if (json_is_string(item.json) && json_string_length(item.json))
			out[i] = copy_text(item);
		else
			pack_fault(item, "must be text, not empty");
	}
	return out;
}

bool pack_day(struct pack_node object, const char *key, bool last, struct date *out)
{
	struct pack_node n = typed(object, key, PACK_MAY_BE_NULL, JSON_STRING, "a day (2025-07-01) or a month (2025-07)");
	if (!n.json)
		return false;
	struct str s = copy_text(n);
	if (date_parse(s, out))
		return true;
	if (s.n != 7 || !date_parse(str_cat(n.report->a, s, STR("-01")), out)) {
		pack_fault(n, "must be a day (2025-07-01) or a month (2025-07)");
		return false;
	}
	struct civil c = date_civil(*out);
	if (last)
		out->day = date_from_civil(c.month == 12 ? c.year + 1 : c.year, c.month % 12 + 1, 1).day - 1;
	return true;
}

int pack_word(struct pack_node object, const char *key, const char *const *words)
{
	struct pack_node n = typed(object, key, PACK_MAY_BE_NULL, JSON_STRING, "one of the known words");
	if (!n.json)
		return -1;
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], json_string_value(n.json)) == 0)
			return i;
	pack_fault(n, "\"%.40s\" is none of the known words", json_string_value(n.json));
	return -1;
}

bool pack_is_id(struct str s)
{
	if (s.n == 0 || s.n > 60 || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!plain && (c != '-' || s.p[i - 1] == '-'))
			return false;
	}
	return true;
}
