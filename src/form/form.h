/* form.h — forms as data: the statutory forms of packs/forms, what may be answered, and how answers are read and shown.
 *
 * A pure slice: no database, no HTTP. The prefix is eform_ (biểu mẫu điện tử): core/http has the names form_….
 * A form is a tree of fields. Answers are a JSON object with a member per field: group, person, organisation and
 * address nest an object, rows a list of objects, file a list of {"file","name","type","size"}. Places in answers are
 * pointers (/rows/0/ten); HTML names are the same with dots (rows.0.ten).
 * Memory:  a loaded form lives in its arena and keeps pointers into its JSON, which must outlive it. json_t given back
 *          are new references. Threads: a loaded form is read only.
 * Wrong answers are values (struct eform_errors), never struct err. */
#pragma once
#include "core/base/instant.h"
#include "core/base/err.h"
#include "core/logic/logic.h"

enum eform_kind {
	EFORM_TEXT, EFORM_LONG_TEXT, EFORM_NUMBER, EFORM_INTEGER, EFORM_YEAR, EFORM_MONEY, EFORM_DATE, EFORM_CHOICE, EFORM_CHOICES,
	EFORM_YESNO, EFORM_PERSONAL_ID, EFORM_TAX_CODE, EFORM_PHONE, EFORM_EMAIL, EFORM_PROVINCE, EFORM_COMPUTED, EFORM_FILE,
	EFORM_NOTE, EFORM_HEADING, EFORM_GROUP, EFORM_PERSON, EFORM_ORGANISATION, EFORM_ADDRESS, EFORM_ROWS, EFORM_KIND_COUNT
};

struct eform_field {
	struct str key, label, label_en, hint, message, numbered;
	enum eform_kind kind;
	const json_t *def;              /* the pack's object; for parts of person, organisation, address a made one */
	const struct logic *required, *visible, *valid, *value;
	bool always;                    /* required without a rule */
	struct date until;              /* the last day it is asked for; 0: no end (districts ended on 30/6/2025) */
	double min, max;                /* NAN: none */
	size_t max_length, max_count;   /* characters; rows or files */
	int64_t max_size;               /* bytes of a file */
	const struct eform_field *fields; /* of a group or the columns of rows */
	size_t n;
};
struct eform_section { struct str key, title, note; const struct eform_field *fields; size_t n; };
struct eform { struct str id, title, form_code; const json_t *def; json_t *documents; const struct eform_section *sections; size_t n; };

enum eform_fault {
	EFORM_REQUIRED, EFORM_NOT_TEXT, EFORM_CONTROL, EFORM_TOO_LONG, EFORM_NOT_NUMBER, EFORM_NOT_INTEGER, EFORM_LOW, EFORM_HIGH,
	EFORM_NOT_DATE, EFORM_NOT_CHOICE, EFORM_NOT_YESNO, EFORM_BAD_ID, EFORM_BAD_TAX, EFORM_BAD_PHONE, EFORM_BAD_EMAIL,
	EFORM_NOT_OBJECT, EFORM_NOT_LIST, EFORM_TOO_MANY, EFORM_BAD_FILE, EFORM_RULE, EFORM_UNKNOWN,
	EFORM_MISFIT, /* a warning: birth and personal id differ */
	EFORM_FAULT_COUNT
};
/* `text` is the pack's sentence for EFORM_RULE; `arg` the limit that was passed. A warning does not refuse:
 * it is in the list and in `warnings`, not in `n`. */
struct eform_error { struct eform_error *next; struct str pointer, label, arg, text; enum eform_fault fault; bool warning; };
struct eform_errors { struct eform_error *first, *last; size_t n, warnings; };
const char *eform_fault_name(enum eform_fault f); /* "required", "too-long" …: the message key's ending */

/* `units` is packs/units/provinces.json. */
struct eform_context { struct date today; const json_t *units; bool organisation; /* of examples: who applies, where the form asks */
	bool english; /* shown to somebody who reads English: labels as far as the pack has them, 1,200,000.5. Paper never is */ };

/* A pack's bytes. ERR_INVALID with the line for what is no JSON, is nested too deep, or has a member twice. */
json_t *eform_pack(struct str bytes, struct err *e);
/* Checks a pack strictly: ERR_INVALID names the pointer. `documents` (may be NULL) is a procedure's list of documents:
 * {"name","condition"}; they become a last section of file fields tl1, tl2 … (no condition: required). */
struct eform *eform_load(struct arena *a, const json_t *pack, const json_t *documents, struct err *e);
/* Frees what eform_load made for the documents; NULL is fine. */
void eform_done(struct eform *f);
/* May a file of this type stand in the field; in any file field of the form? A field that names no type takes any. */
bool eform_field_takes(const struct eform_field *f, struct str type);
bool eform_takes(const struct eform *f, struct str type);
/* Is the field asked for on the day? Its rules are another matter. */
bool eform_asked(const struct eform_field *f, struct date today);
/* *clean (may be NULL) gets what counts: NFC, trimmed, hidden answers dropped, computed values filled. */
struct eform_errors eform_check(struct arena *a, const struct eform *f, const json_t *answers, const struct eform_context *c, json_t **clean);
/* Answers that eform_check accepts, every visible field filled: with the pack's `example`, else with what its kind takes. */
json_t *eform_example(struct arena *a, const struct eform *f, const struct eform_context *c);
/* Answers of one section from HTML names; `get` gives what was typed, byte for byte, or STR_NONE. It sets members in
 * `answers` and leaves files alone. Rows are those that were sent, in order of their numbers, gaps closed; eform_check
 * drops the blank ones (of fixed_rows only those at the end). */
void eform_from_fields(struct arena *a, const struct eform_section *s, struct str (*get)(void *ctx, struct str name), void *ctx, json_t *answers);

/* Moves the files of an example out of the answers into a list of {"field","name","type"}: programs send files first and name
 * each by its field, `prefix` before the key. */
void eform_take_files(struct arena *a, const struct eform *f, struct str prefix, json_t *answers, json_t *files);

/* A line to show: label and value, in order; for check-your-answers, for print and for the counter. `c`: of the day the answers
 * were given, as a province's name depends on it; NULL shows its code. */
struct eform_line { struct str name, label, value; enum eform_kind kind; int depth; const struct eform_field *field; };
struct eform_lines { struct eform_line *v; size_t n; };
/* As people here write it: 12,5. */
struct str eform_number_text(struct arena *a, double x);
struct eform_lines eform_flatten(struct arena *a, const struct eform_section *s, const json_t *answers, const struct eform_context *c);

/* What is known of the applicant before the form is filled in: for an organisation `kind` is "to_chuc", for a person "ca_nhan". */
struct eform_known { struct str name, identity, address, phone, email; bool organisation; };
/* Puts it where the section asks for it ("prefill") and nothing was answered yet, not even with a blank; how many fields. Nobody has agreed
 * to these answers: they are shown to be looked at. */
size_t eform_prefill(const struct eform_section *s, const struct eform_known *w, json_t *answers);

/* The law's form for paper (packs/paper/don/to-khai.json, src/paper/README.md): sections with lines and tables, the
 * declaration, the signers. The caller adds sign.place, sign.date, sign.name. Answers NULL: the blank form. */
json_t *eform_print_json(const struct eform *f, const json_t *answers, const struct eform_context *c);
/* What programs and the browser get: sections, fields, options and rules. */
json_t *eform_public_json(const struct eform *f);
/* The shape of its answers, without files, as JSON Schema: what eform_check accepts fits it; rules in JsonLogic are not in it. */
json_t *eform_schema_json(const struct eform *f);

/* The codes' own rules. Personal id: NĐ 137/2015 Điều 13, no check digit. Tax code: TT 86/2024/TT-BTC. */
bool personal_id_ok(struct str s);
/* Do century, sex and year in the id fit? NULL or STR_NONE: not compared. A misfit is a warning, never a refusal. */
bool personal_id_fits(struct str id, const struct date *birth, struct str sex);
bool tax_code_ok(struct str s);          /* 10, 10-3, 13 digits with the check digit, or a 12-digit personal id */
/* The shape alone: some old public codes fail the check digit, so eform_check warns of it and does not refuse. */
bool tax_code_shaped(struct str s);
bool phone_ok(struct str s);             /* Vietnamese, spaces and dots allowed */
