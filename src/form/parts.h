/* parts.h — what the files of this slice share; private to it. */
#pragma once
#include "form/form.h"

struct str eform_text(const json_t *def, const char *key); /* a text member, or STR_NONE */
const struct eform_field *eform_top(const struct eform *f, struct str key);
const char *eform_kind_name(enum eform_kind k);
/* The provinces in force on the day: an array of {"code","name",…}; NULL when `units` is NULL. */
const json_t *eform_provinces(const json_t *units, struct date day);
