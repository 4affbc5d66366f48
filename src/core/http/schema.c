/* schema.c — see schema.h. */
#include "core/http/schema.h"
#include <jansson.h>

static json_t *text_schema(const struct field *f, uint32_t usual)
{
	return json_pack("{s:s,s:i}", "type", "string", "maxLength", (int)(f->max ? f->max : usual));
}

/* Numbers may also come as texts: forms have nothing else. */
static json_t *number_schema(const struct field *f)
{
	json_t *s = json_pack("{s:[s,s],s:s}", "type", "integer", "string", "pattern", f->kind == FIELD_MONEY ? "^[0-9][0-9. đĐ]*$" : "^-?[0-9]+$");
	if (f->low || f->high) {
		json_object_set_new(s, "minimum", json_integer(f->low));
		json_object_set_new(s, "maximum", json_integer(f->high));
	}
	return s;
}

static json_t *choice_schema(const struct field *f)
{
	json_t *v = json_array();
	for (size_t i = 0; i < f->n_choices; i++)
		json_array_append_new(v, json_string(f->choices[i].value));
	return json_pack("{s:s,s:o}", "type", "string", "enum", v);
}

static json_t *one_schema(const struct field *f)
{
	switch (f->kind) {
	case FIELD_TEXT: case FIELD_HIDDEN: return text_schema(f, 300);
	case FIELD_LONG_TEXT: return text_schema(f, 20000);
	case FIELD_INT: case FIELD_MONEY: return number_schema(f);
	case FIELD_DATE: return json_pack("{s:s,s:s}", "type", "string", "format", "date");
	case FIELD_CHOICE: return choice_schema(f);
	case FIELD_BOOL: return json_pack("{s:s}", "type", "boolean");
	case FIELD_ID: return json_pack("{s:[s,s],s:s}", "type", "string", "integer", "pattern", "^[1-9][0-9]{0,18}$");
	case FIELD_EMAIL: return json_pack("{s:s,s:s}", "type", "string", "format", "email");
	case FIELD_PASSWORD: return json_pack("{s:s,s:s,s:i}", "type", "string", "format", "password", "maxLength", (int)(f->max ? f->max : 256));
	case FIELD_FILE: break;
	}
	return json_pack("{s:s,s:s}", "type", "string", "format", "binary");
}

json_t *field_schema(const struct field *f)
{
	json_t *one = one_schema(f);
	return f->repeated ? json_pack("{s:s,s:o,s:i}", "type", "array", "items", one, "maxItems", (int)(f->most ? f->most : 50)) : one;
}

json_t *form_schema(const struct form *f)
{
	json_t *properties = json_object(), *required = json_array();
	for (size_t i = 0; i < f->n; i++) {
		if (f->fields[i].kind == FIELD_FILE)
			continue;
		json_object_set_new(properties, f->fields[i].name, field_schema(&f->fields[i]));
		if (f->fields[i].required)
			json_array_append_new(required, json_string(f->fields[i].name));
	}
	json_t *out = json_pack("{s:s,s:o}", "type", "object", "properties", properties);
	if (json_array_size(required))
		json_object_set(out, "required", required);
	json_decref(required);
	return out;
}
