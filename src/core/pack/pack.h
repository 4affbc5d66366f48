/* pack.h — the law as data: reading pack files, from a folder or from the program itself, and checking them strictly.
 *
 * A pack is a set of JSON (and BPMN) files by relative name ("procedures/bx-cap-phep-xquang.json"), in byte order of their names.
 * What a file means belongs to the slice that reads it; here is what all readers share: bytes, hash, and access to values
 * that reports each fault by file and JSON pointer (RFC 6901) instead of stopping at the first.
 *
 * Memory:  all in the arena given; embedded bytes live as long as the program. JSON trees are freed with pack_json_free().
 * Threads: none kept; embedded packs may be read by all. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"
#include <jansson.h>

struct pack_file { struct str name, bytes; };
struct pack { const struct pack_file *files; size_t n; };

/* The packs built into the program. */
struct pack pack_embedded(void);
/* Every *.json and *.bpmn of `dir` and its folders, two levels deep; links and names that begin with '.' are left out. NOT_FOUND when dir
 * cannot be read, TOO_LARGE for a file over 4 MB or more than 10,000 files. */
bool pack_read_dir(struct arena *a, struct str dir, struct pack *out, struct err *e) MUST_CHECK;
/* The files of both; where both have a name, the one of `over`. In order of names. */
struct pack pack_over(struct arena *a, struct pack base, struct pack over);
/* The file of that name; NULL when there is none. */
const struct pack_file *pack_find(const struct pack *p, struct str name);
/* SHA-256 of the file's bytes, 64 hexadecimal digits: what a publication decision refers to. */
struct str pack_hash(struct arena *a, struct pack_file file);

/* What was found. A fault makes the file unusable; a gap is an attribute that the source does not have, and must show. */
enum pack_finding_kind { PACK_FAULT, PACK_GAP };
struct pack_finding { enum pack_finding_kind kind; struct str file, pointer, text; };
struct pack_report {
	struct arena *a;
	struct pack_finding *list;
	size_t n, cap, faults, gaps;
};
struct pack_report pack_report_on(struct arena *a);
void pack_report_add(struct pack_report *r, struct pack_finding f);
/* One finding a line: "file: pointer: text". */
struct str pack_report_text(struct arena *a, const struct pack_report *r);

/* A value being read: its place in its file, and where faults go. A node of a missing value has json NULL; reading on from it
 * gives nothing and adds no second fault. */
/* The pointer leads to the value; with a key, to the object that has it: the place of what holds nothing is put together when it is said. */
struct pack_node { const json_t *json; struct str file, pointer; const char *key; struct pack_report *report; };
enum pack_need { PACK_REQUIRED, PACK_MAY_BE_NULL };

/* Parses one file: an object with "format" of 1 … newest. False (and a fault) otherwise. *tree is the caller's. */
bool pack_parse(struct pack_report *r, struct pack_file file, int newest, json_t **tree, struct pack_node *root);
void pack_json_free(json_t **tree);
#define AUTO_PACK_JSON __attribute__((cleanup(pack_json_free))) json_t *

void pack_fault(struct pack_node at, const char *fmt, ...) PRINTF_LIKE(2, 3);
void pack_gap(struct pack_node at, const char *key, const char *text);
/* A fault for each key of the object that is not among `keys` (ends with NULL): a misspelt key is never passed over. */
void pack_only_keys(struct pack_node object, const char *const *keys);
/* Values of an object. A wrong type, or null where a value is required, is a fault and gives nothing. Texts are copied. */
struct pack_node pack_get(struct pack_node object, const char *key);
struct str pack_text(struct pack_node object, const char *key, enum pack_need need);
bool pack_int(struct pack_node object, const char *key, enum pack_need need, int64_t *out);
bool pack_bool(struct pack_node object, const char *key);
/* The value as compact JSON with sorted keys; STR_NONE for null. */
struct str pack_raw(struct pack_node object, const char *key);
/* A list of texts, or of anything: its node and length. */
const struct str *pack_texts(struct pack_node object, const char *key, size_t *n);
struct pack_node pack_list(struct pack_node object, const char *key, size_t *n);
struct pack_node pack_item(struct pack_node list, size_t i);
/* A day, or a month (first or last day as `last` says). False when null. */
bool pack_day(struct pack_node object, const char *key, bool last, struct date *out);
/* The index of the text among `words` (ends with NULL), or -1 for null; another word is a fault. */
int pack_word(struct pack_node object, const char *key, const char *const *words);
/* Lower-case letters, digits and single '-', at most 60 bytes: ids and file names. */
bool pack_is_id(struct str s);
