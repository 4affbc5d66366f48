/* form.h — input declared as a table: name, kind, limits, message.
 *
 *   static const struct field fields[] = {
 *       {.name = "title", .kind = FIELD_TEXT, .required = true, .max = 300, .label = MSG_TITLE},
 *       {.name = "due", .kind = FIELD_DATE, .label = MSG_DUE},
 *   };
 *   static const struct form edit_form = {"edit", fields, ARRAY_LEN(fields)};
 *
 * The same table serves urlencoded and multipart forms and the members of a JSON body (numbers, booleans and texts;
 * arrays of them for repeated fields). Names that are not declared are ignored. Wrong values are form errors, never
 * struct err. What was typed is kept byte for byte (form_raw) to be shown again.
 * Memory: everything lives in the request's arena. */
#pragma once
#include "core/base/err.h"
#include "core/base/instant.h"

struct request;
struct upload;

enum field_kind {
	FIELD_TEXT,      /* one line; NFC, trimmed; no control characters */
	FIELD_LONG_TEXT, /* several lines, ended by \n */
	FIELD_INT,       /* 64 bits; low and high when not both 0 */
	FIELD_MONEY,     /* whole đồng: 1200000, 1.200.000, 1 200 000 đ */
	FIELD_DATE,      /* 25/11/2026, 25-11-2026, 2026-11-25 */
	FIELD_CHOICE,    /* one of choices[] */
	FIELD_BOOL,      /* a check box: 1, on, true, yes, có; absent is false. required: must be true */
	FIELD_ID,        /* a positive 63-bit id */
	FIELD_EMAIL,
	FIELD_FILE,      /* max is bytes */
	FIELD_HIDDEN,    /* text that the page itself put there; not trimmed */
	FIELD_PASSWORD,  /* never shown again: form_raw() is empty for views */
};

struct choice { const char *value; int label; };

struct field {
	const char *name;
	enum field_kind kind;
	bool required, repeated;
	bool unseen;        /* buttons, and what a page hides in itself: an error there is about the whole form */
	uint32_t max;       /* characters (files: bytes); 0: 300, LONG_TEXT 20,000, PASSWORD 256, FILE the server's limit */
	uint32_t most;      /* repeated: how many; 0: 50 */
	int label;          /* message key */
	int64_t low, high;  /* INT and MONEY; both 0: any */
	const struct choice *choices;
	size_t n_choices;
};

struct form { const char *name; const struct field *fields; size_t n; };

/* Why the framework itself refused a value. http_config.fault_say maps each to a message key. */
enum form_fault {
	FAULT_NONE, FAULT_REQUIRED, FAULT_TOO_LONG, FAULT_TOO_MANY, FAULT_NOT_TEXT, FAULT_NOT_NUMBER, FAULT_RANGE,
	FAULT_NOT_MONEY, FAULT_NOT_DATE, FAULT_NOT_CHOICE, FAULT_NOT_ID, FAULT_NOT_EMAIL, FAULT_FILE_TOO_LARGE,
	FAULT_FILE_EMPTY, FAULT_MUST_AGREE, FAULT_KIND, FAULT_COUNT
};
const char *form_fault_name(enum form_fault f);

struct form_error {
	struct form_error *next;
	struct str field;      /* name as declared; rules of data-driven forms use paths such as "rows.2.name" */
	enum form_fault fault; /* FAULT_NONE when a rule added it */
	int say;               /* message key; 0 with `text` */
	struct str args[2];
	struct str text;       /* a ready sentence in the user's language, from pack data; or empty */
};
struct form_errors { struct form_error *first, *last; size_t n; };

/* ---- values of the declared form; names must be declared with a fitting kind, else the process stops ---- */
bool form_has(struct request *r, const char *name);             /* given and not blank */
size_t form_count(struct request *r, const char *name);         /* values of a repeated field */
struct str form_raw(struct request *r, const char *name);       /* byte for byte; empty when absent */
struct str form_raw_at(struct request *r, const char *name, size_t i);
struct str form_text(struct request *r, const char *name);      /* clean: NFC, trimmed. TEXT, LONG_TEXT, EMAIL, HIDDEN, PASSWORD, CHOICE */
struct str form_text_at(struct request *r, const char *name, size_t i);
int64_t form_int(struct request *r, const char *name);          /* 0 when absent */
int64_t form_id(struct request *r, const char *name);           /* 0 when absent */
int64_t form_id_at(struct request *r, const char *name, size_t i);
struct money form_money(struct request *r, const char *name);
bool form_date(struct request *r, const char *name, struct date *out); /* false when absent */
int form_choice(struct request *r, const char *name);           /* index in choices[], -1 when absent */
bool form_bool(struct request *r, const char *name);
struct upload *form_file(struct request *r, const char *name);  /* NULL when absent */
struct upload *form_file_at(struct request *r, const char *name, size_t i);

/* ---- errors ---- */
/* A rule's own error: message key and up to two arguments (STR_NONE when unused). */
void form_error(struct request *r, const char *field, int say, struct str arg0, struct str arg1);
/* The same with a ready sentence. */
void form_error_text(struct request *r, struct str field, struct str sentence);
bool form_ok(const struct request *r); /* no errors so far */
/* The first error of that field, or NULL. */
const struct form_error *form_error_of(const struct request *r, const char *field);

/* ---- raw access for forms that are data: any name, nothing validated ---- */
/* The i-th value sent under that name, as sent; false when there is none. Valid UTF-8 is not promised. */
bool req_form_raw(struct request *r, struct str name, size_t i, struct str *out);

/* Text cleaning as the typed accessors do it: NFC, line ends, trimmed. s must be valid UTF-8. */
struct str form_clean(struct arena *a, struct str s, bool many_lines);
