/* json_text.h — a tree of JSON as text, and the text of a member. A header alone: who includes it links jansson. */
#pragma once
#include "core/base/str.h"
#include <jansson.h>
#include <stdlib.h>

static inline void json_write(struct buf *b, const json_t *tree)
{
	char *text = json_dumps(tree, JSON_COMPACT);
	CHECK(text != NULL);
	buf_put(b, str_from(text));
	free(text);
}

/* The same; takes the reference. */
static inline void json_append(struct buf *b, json_t *tree)
{
	json_write(b, tree);
	json_decref(tree);
}

/* In the arena; takes the reference. */
static inline struct str json_text(struct arena *a, json_t *tree)
{
	struct buf b = buf_on(a);
	json_append(&b, tree);
	return buf_str(&b);
}

/* A copy in the arena; STR_NONE: no such member, or no text. */
static inline struct str json_member(struct arena *a, const json_t *object, const char *name)
{
	const json_t *s = json_object_get(object, name);
	return json_is_string(s) ? str_dup(a, (struct str){json_string_value(s), json_string_length(s)}) : STR_NONE;
}
