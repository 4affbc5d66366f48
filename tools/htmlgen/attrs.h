/* attrs.h — what may stand in a template: elements refused, attributes allowed, entities known, letters. */
#pragma once
#include "core/base/str.h"

enum attr_kind {
	ATTR_REFUSED, /* not in the allow list: on…, style, srcdoc and whatever nobody thought of */
	ATTR_LITERAL, /* no values */
	ATTR_TEXT,
	ATTR_WORDS,   /* text that people read or hear: words must come from messages */
	ATTR_URL,
	ATTR_TOKEN,   /* ids, class names, numbers */
	ATTR_BOOL,    /* there or not there: disabled="{{? expr }}" */
};
enum attr_kind attr_kind(struct str name);
bool element_refused(struct str name);
bool entity_known(struct str name);
/* Does s (not empty) begin with a letter of any alphabet? */
bool letter_at(struct str s);
