/* pdf_file.h — a small strict reader of PDF structure for signing: finds objects through classic cross-reference tables.
 *
 * Reads what cairo 1.16 and our own updates write. Cross-reference streams and encryption are refused with a sentence.
 * Everything is bounds-checked; nothing is decompressed; memory in the caller's arena. */
#pragma once
#include "core/base/err.h"
#include "core/base/str.h"

#define PDF_OBJECTS_MAX 100000
#define PDF_REVISIONS_MAX 32

struct pdf_entry { size_t offset; uint32_t gen, table; bool used; }; /* table: 1 for the newest, 0: in none */

struct pdf_file {
	struct str bytes;
	size_t startxref;       /* of the newest revision */
	struct str trailer;     /* newest trailer dictionary, with << and >> */
	size_t size;            /* its /Size */
	struct pdf_entry *at;   /* size entries */
	uint32_t root;          /* object number of the catalog */
	size_t tables[PDF_REVISIONS_MAX]; /* offsets of the cross-reference tables, newest first */
	size_t n_tables;
};

bool pdf_file_open(struct arena *a, struct str bytes, struct pdf_file *out, struct err *e) MUST_CHECK;
/* The body between "n g obj" and the end of its dictionary (streams: the dictionary only). */
bool pdf_file_object(const struct pdf_file *f, uint32_t number, struct str *dict, struct err *e) MUST_CHECK;
/* The same, by whoever reads many: *work is how many bytes may still be read, from the object's place to its dictionary's end. Objects that
 * lie within each other, or in each other's comments, end there and not after hours. */
#define PDF_WORK_FACTOR 8 /* times the size of the file */
bool pdf_file_object_within(const struct pdf_file *f, uint32_t number, size_t *work, struct str *dict, struct err *e) MUST_CHECK;
/* The raw text of the value of a top-level key of a dictionary; STR_NONE when absent. "/Key" with its slash. */
struct str pdf_value(struct str dict, struct str key);
/* No key twice, none written with escapes (#): any reader sees the same dictionary. */
bool pdf_is_plain(struct str dict);
/* How often a top-level key stands in a dictionary. */
size_t pdf_count(struct str dict, struct str key);
/* Digits alone; "0012" is 12. */
bool pdf_is_number(struct str value, size_t *number);
/* "12 0 R" → 12. */
bool pdf_is_ref(struct str value, uint32_t *number);
/* Cuts one value (any type) off the front of *rest; false at a syntax error or the end. */
bool pdf_next_value(struct str *rest, struct str *value);
/* The first page of the page tree. */
bool pdf_first_page(const struct pdf_file *f, uint32_t *number, struct err *e) MUST_CHECK;
/* The end of the revision whose table is at `table`: just after its %%EOF, and after the line end that may follow. */
bool pdf_revision_end(const struct pdf_file *f, size_t table, size_t *end, size_t *with_eol, struct err *e);
/* All references in a value, at any depth. */
void pdf_each_ref(struct str value, void (*each)(void *to, uint32_t number), void *to);
/* The same for whatever any reader could take for one: any generation, comments between, no blank before the R, signs. */
void pdf_each_loose_ref(struct str value, void (*each)(void *to, uint32_t number), void *to);
