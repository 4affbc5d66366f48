/* procedure.h — one administrative procedure as its pack file states it (a file of packs/procedures/, format 1).
 *
 * Attributes are those of decree 63/2010/NĐ-CP Art. 8(2), as amended. What the source does not have is STR_NONE, an empty list
 * or a negative number; it is never filled in, and procedure_gaps() names it so that pages and reports can show it.
 *
 * Memory: texts and lists lie in the arena of the report given on reading. Immutable afterwards. */
#pragma once
#include "core/pack/pack.h"

struct str_list { const struct str *p; size_t n; };

/* Names of online levels by era are in packs/eras/online-levels.json; these are what they map to. */
enum online_level { ONLINE_UNKNOWN = -1, ONLINE_INFORMATION, ONLINE_PARTIAL, ONLINE_FULL };
enum day_unit { UNIT_UNKNOWN = -1, UNIT_WORKING_DAY, UNIT_CALENDAR_DAY, UNIT_MONTH, UNIT_HOUR };
/* What starts the clock, and what a supplement does to it. */
enum clock_start { START_UNKNOWN = -1, START_ACCEPTANCE, START_COMPLETE, START_COMPLETE_AND_FEE };
enum procedure_supplement { PROCEDURE_RESTARTS, PROCEDURE_CONTINUES };
/* Bits: who may file, read from the words of `applicants`. */
enum audience { AUDIENCE_PERSON = 1, AUDIENCE_ORGANISATION = 2 };

/* originals and copies count for one set; -1 where the law does not say. */
struct procedure_document { struct str name, form, condition; int originals, copies; };
/* amount -1: by a rate, or not in the source. */
struct procedure_fee { struct str kind, name, unit, basis, note; int64_t amount; };
struct procedure_result { struct str name, validity, form; };

struct procedure {
	struct str id, code, name, field, field_code, level;
	struct str_list code_seen;
	int revision;
	struct date from, to; /* INT32_MIN, INT32_MAX where the source names no day */
	enum online_level online;
	struct str online_stated, online_as_of, reason_partial;
	struct str competent_agency, receiving_agency;
	struct str_list applicants, submission, steps, conditions, legal_basis;
	int deadline_number;
	enum day_unit deadline_unit;
	struct str deadline_words;
	const struct procedure_document *documents;
	size_t documents_n;
	int document_sets;
	const struct procedure_fee *fees;
	size_t fees_n;
	const struct procedure_result *results;
	size_t results_n;
	struct str_list forms, search_words;
	struct str process, result_template;
	enum clock_start starts;
	enum procedure_supplement supplement_effect;
	int supplement_number;
	enum day_unit supplement_unit;
	struct str fee_rule, fee_inputs, fee_note; /* JsonLogic and its inputs as JSON; STR_NONE: not known */
	struct str contact_unit, contact_phone, contact_email;
	struct str status, certainty, variants; /* variants: JSON */
	struct str_list source, missing, notes;
	unsigned audience; /* bits of enum audience; 0 where the source says nothing */
};

/* Legal attributes, in the order of a procedure's page. The first GAP_LEGAL of them make a procedure complete. */
enum procedure_gap { GAP_AGENCY, GAP_APPLICANTS, GAP_DEADLINE, GAP_STEPS, GAP_DOCUMENTS, GAP_FEES, GAP_CONDITIONS, GAP_RESULTS, GAP_LEGAL_BASIS, GAP_LEGAL,
	GAP_SUBMISSION = GAP_LEGAL, GAP_CODE, GAP_ONLINE, GAP_REASON_PARTIAL, GAP_VALIDITY, GAP_CONTACT, GAPS };

/* Reads one file; false (and faults in the report) when it cannot be used. */
bool procedure_read(struct pack_report *r, struct pack_file file, struct procedure *out);
/* Reads every file under procedures/, in order of id, and adds a gap to the report for each attribute that is missing.
 * False when there is any fault. */
bool procedures_read(struct pack_report *r, const struct pack *p, const struct procedure **out, size_t *n);

/* Bit GAP_x for each attribute without a value, or named in `missing`. */
unsigned procedure_gaps(const struct procedure *p);
bool procedure_is_complete(const struct procedure *p);
const char *procedure_gap_key(enum procedure_gap g);
bool procedure_in_force(const struct procedure *p, struct date day);
/* "bx-…: complete; missing: contact", a line each, then how often each attribute is missing, then the totals. */
struct str procedures_check_text(struct arena *a, const struct procedure *list, size_t n);
