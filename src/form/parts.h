/* parts.h — what the files of this slice share; private to it. */
#pragma once
#include "form/form.h"

struct str eform_text(const json_t *def, const char *key); /* a text member, or STR_NONE */
const struct eform_field *eform_top(const struct eform *f, struct str key);
const char *eform_kind_name(enum eform_kind k);
/* The provinces in force on the day: an array of {"code","name",…}; NULL when `units` is NULL. */
const json_t *eform_provinces(const json_t *units, struct date day);
/* strict.c: ERR_INVALID with the place for an unknown member or a wrong type. */
bool eform_strict_pack(struct arena *a, const json_t *pack, struct err *e);
bool eform_strict_section(struct arena *a, const json_t *def, const char *at, struct err *e);
bool eform_strict_field(struct arena *a, const json_t *def, enum eform_kind kind, const char *at, struct err *e);
/* Is it what a pack may fill in beforehand: "name", "phone", …, "kind" of a choice, "applicant" of a person or organisation? */
bool eform_prefill_known(struct str what);
/* Nothing to keep: no value, white space, an empty list, an object of such. */
bool eform_blank(const json_t *v);
struct str eform_shown_value(struct arena *a, const struct eform_context *c, const struct eform_field *f, const json_t *v);
