/* org_screen.h — a page of administration of the tree, and the pieces of its forms. */
#pragma once
#include "org/org_internal.h"

struct screen { struct request *r; struct html_out o; struct ui_page p; struct ui_crumb crumbs[2]; };

struct ask { const char *name; enum ui_input kind; enum msg_key label; bool required; struct str usual; enum msg_key hint; bool has_hint; };

struct options { struct ui_option *v; size_t n; };

extern const enum msg_key org_unit_words[UNIT_KIND_COUNT];
/* Begins a page; `above` (label empty: none) stands between the tree and it. */
void org_begin(struct screen *s, struct request *r, struct str title, struct str lead, struct ui_crumb above);
bool org_finish(struct screen *s);
struct str org_word(const struct screen *s, enum msg_key k);
struct str org_number(struct screen *s, int64_t id);
/* "from … to …", "since …". */
struct str org_days(const struct screen *s, struct date from, struct opt_date to);

/* ---- forms: each stands folded, open when it is the one that was sent and refused ---- */
void org_form_begin(struct screen *s, const struct form *f, enum msg_key title, struct str action);
void org_form_end(struct screen *s, enum msg_key label, enum ui_weight weight);
void org_ask(struct screen *s, struct ask x);
void org_choose(struct screen *s, const char *name, enum msg_key label, struct options list, bool required);
/* The words of a field with choices. */
void org_choose_word(struct screen *s, const struct form *form, const char *name, enum msg_key label, bool required);
MUST_CHECK bool org_agencies(struct screen *s, struct agency_id but, struct options *out, struct err *e);
/* Units of today; agency 0: of every agency, with its name. */
MUST_CHECK bool org_units(struct screen *s, struct agency_id agency, struct unit_id but, struct options *out, struct err *e);
/* The names that the agency or the unit had before, with their days. */
MUST_CHECK bool org_names(struct screen *s, struct agency_id agency, struct unit_id unit, struct err *e);
