/* schema.h — declared fields as JSON Schema (2020-12), for the OpenAPI file and for programs that ask what an act needs.
 * Made from the same tables that check the input, so it cannot say something else. New references. */
#pragma once
#include "core/http/form.h"

struct json_t;
/* One value: {"type":"string","maxLength":300}; of a repeated field the list. */
struct json_t *field_schema(const struct field *f);
/* {"type":"object","properties":{…},"required":[…]}; files are left out: programs send them ahead. */
struct json_t *form_schema(const struct form *f);
