/* schema.c — a form as JSON Schema (2020-12), for the OpenAPI file. Rules in JsonLogic stay out: only the server decides those. */
#include "form/form.h"
#include "form/parts.h"
#include <math.h>

static json_t *options_of(const struct eform_field *f)
{
	json_t *values = json_array(), *o = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(f->def, "options"), i, o)
		json_array_append(values, json_object_get(o, "value"));
	return json_pack("{s:s,s:o}", "type", "string", "enum", values);
}

/* Numbers may come as people write them: "1.200.000". */
static json_t *number_of(const struct eform_field *f)
{
	json_t *s = json_pack("{s:[s,s]}", "type", f->kind == EFORM_NUMBER ? "number" : "integer", "string");
	if (!isnan(f->min))
		json_object_set_new(s, "minimum", json_real(f->min));
	if (!isnan(f->max))
		json_object_set_new(s, "maximum", json_real(f->max));
	return s;
}

static json_t *fields_of(const struct eform_field *v, size_t n);

static json_t *list_of(json_t *items, size_t most)
{
	json_t *s = json_pack("{s:s,s:o}", "type", "array", "items", items);
	if (most)
		json_object_set_new(s, "maxItems", json_integer((json_int_t)most));
	return s;
}

static json_t *text_of(const struct eform_field *f)
{
	json_t *s = json_pack("{s:s}", "type", "string");
	if (f->max_length)
		json_object_set_new(s, "maxLength", json_integer((json_int_t)f->max_length));
	if (json_object_get(f->def, "example"))
		json_object_set_new(s, "examples", json_pack("[O]", json_object_get(f->def, "example")));
	return s;
}

static json_t *kind_of(const struct eform_field *f)
{
	switch (f->kind) {
	case EFORM_NUMBER: case EFORM_INTEGER: case EFORM_YEAR: case EFORM_MONEY: return number_of(f);
	case EFORM_DATE: return json_pack("{s:s,s:s}", "type", "string", "format", "date");
	case EFORM_CHOICE: return options_of(f);
	case EFORM_CHOICES: return list_of(options_of(f), 0);
	case EFORM_YESNO: return json_pack("{s:s}", "type", "boolean");
	case EFORM_PERSONAL_ID: return json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9]{12}$");
	case EFORM_EMAIL: return json_pack("{s:s,s:s}", "type", "string", "format", "email");
	case EFORM_COMPUTED: return json_pack("{s:b}", "readOnly", 1);
	case EFORM_ROWS: return list_of(fields_of(f->fields, f->n), f->max_count);
	case EFORM_GROUP: case EFORM_PERSON: case EFORM_ORGANISATION: case EFORM_ADDRESS: return fields_of(f->fields, f->n);
	case EFORM_TEXT: case EFORM_LONG_TEXT: case EFORM_TAX_CODE: case EFORM_PHONE: case EFORM_PROVINCE: case EFORM_FILE: case EFORM_NOTE:
	case EFORM_HEADING: case EFORM_KIND_COUNT: break;
	}
	return text_of(f);
}

/* Files are named beside the answers; notes and headings ask for nothing. */
static void add_fields(const struct eform_field *v, size_t n, json_t *properties, json_t *required)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].kind == EFORM_FILE || v[i].kind == EFORM_NOTE || v[i].kind == EFORM_HEADING)
			continue;
		json_t *one = kind_of(&v[i]);
		json_object_set_new(one, "title", json_stringn(v[i].label.p, v[i].label.n));
		json_object_setn_new(properties, v[i].key.p, v[i].key.n, one);
		if (v[i].always && !v[i].visible && !v[i].until.day)
			json_array_append_new(required, json_stringn(v[i].key.p, v[i].key.n));
	}
}

static json_t *closed(json_t *properties, json_t *required)
{
	json_t *s = json_pack("{s:s,s:o,s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
	if (json_array_size(required))
		json_object_set(s, "required", required);
	json_decref(required);
	return s;
}

static json_t *fields_of(const struct eform_field *v, size_t n)
{
	json_t *properties = json_object(), *required = json_array();
	add_fields(v, n, properties, required);
	return closed(properties, required);
}

json_t *eform_schema_json(const struct eform *f)
{
	json_t *properties = json_object(), *required = json_array();
	for (size_t i = 0; i < f->n; i++)
		add_fields(f->sections[i].fields, f->sections[i].n, properties, required);
	json_t *s = closed(properties, required);
	json_object_set_new(s, "title", json_stringn(f->title.p, f->title.n));
	return s;
}
