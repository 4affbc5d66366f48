/* openapi.c — GET /api/v1/openapi.json: OpenAPI 3.1 made from the tables of routes, the declared fields and the forms of the packs.
 *
 * Paths, methods, roles, parameters, bodies and the examples come from what the program acts on; api.json beside this file has
 * the shapes of answers, which tests/openapi holds against real ones. Kept compressed for visitors until the catalogue changes. */
#include "app/serve.h"
#include "core/http/schema.h"
#include "core/pack/pack.h"
#include <stdlib.h>
#include <string.h>

extern const struct pack_file API_SCHEMAS[]; /* embed_packs.c, from api.json */
extern const size_t API_SCHEMAS_N;

static json_t *text(struct str s) { return s.p ? json_stringn(s.p, s.n) : json_null(); }
static json_t *ref(struct arena *a, const char *kind, const char *name) { return json_pack("{s:o}", "$ref", text(str_fmt(a, "#/components/%s/%s", kind, name))); }
static bool is_bytes(const char *schema) { return schema && strcmp(schema, "bytes") == 0; }

/* ---- one operation ---- */

static json_t *parameter(const char *in, struct str name, bool required, json_t *schema)
{
	return json_pack("{s:s,s:o,s:b,s:o}", "in", in, "name", text(name), "required", required, "schema", schema);
}

static json_t *parameters_of(const struct route *t)
{
	json_t *v = json_array();
	struct str rest = str_from(t->path + 1), part;
	while (str_next(&rest, '/', &part))
		if (part.p[0] == ':')
			json_array_append_new(v, parameter("path", str_sub(part, 1, part.n), true, json_pack("{s:s}", "type", "string")));
	for (size_t i = 0; t->query && i < t->query->n; i++)
		json_array_append_new(v, parameter("query", str_from(t->query->fields[i].name), t->query->fields[i].required, field_schema(&t->query->fields[i])));
	if (is_bytes(t->doc->body))
		json_array_append_new(v, parameter("query", STR("name"), false, json_pack("{s:s,s:s}", "type", "string", "description", "the file's name, when the body is its bytes")));
	if (t->method == HTTP_POST)
		json_array_append_new(v, parameter("header", STR("Idempotency-Key"), t->doc->key, json_pack("{s:s,s:i}", "type", "string", "maxLength", 100)));
	return v;
}

static json_t *content(const char *type, json_t *schema) { return json_pack("{s:{s:o}}", type, "schema", schema); }

static json_t *body_of(struct arena *a, const struct route *t)
{
	if (is_bytes(t->doc->body)) {
		json_t *c = content("application/octet-stream", json_pack("{s:s}", "description", "the bytes of the file"));
		json_object_update_new(c, content("multipart/form-data", json_pack("{s:s,s:{s:{s:s,s:s}}}", "type", "object", "properties", "file", "type", "string",
			"contentMediaType", "application/octet-stream")));
		return json_pack("{s:b,s:o}", "required", 1, "content", c);
	}
	if (!t->form && !t->doc->body)
		return NULL;
	json_t *own = t->form ? form_schema(t->form) : NULL, *more = t->doc->body ? ref(a, "schemas", t->doc->body) : NULL;
	json_t *schema = own && more ? json_pack("{s:[o,o]}", "allOf", own, more) : own ? own : more;
	return json_pack("{s:b,s:o}", "required", 1, "content", content("application/json", schema));
}

static json_t *answers_of(struct arena *a, const struct route *t)
{
	const struct route_doc *d = t->doc;
	int status = d->status ? d->status : 200;
	json_t *good = json_pack("{s:s}", "description", d->answer ? "good" : "done; no content");
	if (d->answer)
		json_object_set_new(good, "content", is_bytes(d->answer) ? content("*/*", json_pack("{s:s}", "description", "the bytes of the file"))
		                                                         : content("application/json", ref(a, "schemas", d->answer)));
	json_t *all = json_pack("{s:o,s:o}", "4XX", ref(a, "responses", "Problem"), "5XX", ref(a, "responses", "Problem"));
	json_object_set_new(all, str_fmt(a, "%d", status).p, good);
	if (d->key) /* sent before: the same answer, or by its origin_code the dossier that exists */
		json_object_set(all, "200", good);
	return all;
}

/* "get_dossiers_code_timeline" */
static struct str operation_id(struct arena *a, const struct route *t)
{
	struct buf b = buf_on(a);
	for (const char *p = http_method_name(t->method); *p; p++)
		buf_char(&b, (char)(*p | 0x20));
	for (const char *p = t->path + strlen("/api/v1"); *p; p++)
		if (*p != ':')
			buf_char(&b, *p == '/' || *p == '.' ? '_' : *p);
	return buf_str(&b);
}

static json_t *operation_of(struct arena *a, const struct route *t, const char *slice)
{
	json_t *roles = json_array(), *o = json_pack("{s:s,s:o,s:[s],s:o,s:o}", "summary", t->doc->summary, "operationId", text(operation_id(a, t)), "tags", slice,
		"parameters", parameters_of(t), "responses", answers_of(a, t));
	for (int r = 0; r < ROLE_COUNT; r++)
		if (t->allow & ROLE_BIT(r))
			json_array_append_new(roles, json_string(role_name((enum role)r)));
	json_object_set_new(o, "x-roles", roles);
	json_object_set_new(o, "security", t->allow & ROLE_BIT(ROLE_STRANGER) ? json_array() : json_pack("[{s:[]}]", "token"));
	json_t *body = body_of(a, t);
	if (body)
		json_object_set_new(o, "requestBody", body);
	return o;
}

/* "/api/v1/dossiers/:code" → "/api/v1/dossiers/{code}" */
static const char *template_of(struct arena *a, const char *path)
{
	struct buf b = buf_on(a);
	struct str rest = str_from(path + 1), part;
	while (str_next(&rest, '/', &part))
		buf_fmt(&b, part.p[0] == ':' ? "/{%.*s}" : "/%.*s", STR_ARG(part.p[0] == ':' ? str_sub(part, 1, part.n) : part));
	return str_cstr(a, buf_str(&b));
}

static json_t *paths_of(struct arena *a)
{
	json_t *paths = json_object();
	for (size_t i = 0; i < all_routes_n; i++)
		for (size_t k = 0; k < all_routes[i]->n; k++) {
			const struct route *t = &all_routes[i]->routes[k];
			if (!t->doc)
				continue;
			const char *path = template_of(a, t->path);
			if (!json_object_get(paths, path))
				json_object_set_new(paths, path, json_object());
			struct str id = operation_id(a, t);
			json_object_set_new(json_object_get(paths, path), str_cstr(a, str_sub(id, 0, (size_t)str_find_char(id, '_'))), operation_of(a, t, all_routes[i]->slice));
		}
	return paths;
}

/* ---- procedures: the shape of answers, and an example that would be accepted ---- */

static json_t *answers_schema(struct arena *a, const struct law_procedure *p)
{
	json_t *properties = json_object(), *required = json_array();
	if (p->n_forms == 1) {
		json_decref(properties);
		json_decref(required);
		return ref(a, "schemas", str_fmt(a, "form-%.*s", STR_ARG(p->forms[0]->id)).p);
	}
	for (size_t i = 0; i < p->n_forms; i++)
		json_object_setn_new(properties, p->forms[i]->id.p, p->forms[i]->id.n, ref(a, "schemas", str_fmt(a, "form-%.*s", STR_ARG(p->forms[i]->id)).p));
	return json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required", required, "additionalProperties", 0);
}

/* In DossierNew: if procedure is one of its two names, then answers are of its forms. */
static json_t *condition(struct arena *a, const struct law_procedure *p)
{
	json_t *names = json_pack("[o]", text(p->p->id));
	if (p->p->code.n)
		json_array_append_new(names, text(p->p->code));
	return json_pack("{s:{s:{s:{s:o}}},s:{s:{s:o}}}", "if", "properties", "procedure", "enum", names, "then", "properties", "answers", answers_schema(a, p));
}

static json_t *example_of(struct arena *a, const struct law *law, const struct law_procedure *p, struct date today)
{
	json_t *answers = law_example(a, law, p, today), *files = json_array();
	for (size_t i = 0; i < p->n_forms; i++) {
		struct str id = p->forms[i]->id;
		eform_take_files(a, p->forms[i], p->n_forms > 1 ? str_cat(a, id, STR(".")) : STR_NONE,
		                 p->n_forms > 1 ? json_object_getn(answers, id.p, id.n) : answers, files);
	}
	return json_pack("{s:o,s:o}", "answers", answers, "files", files);
}

/* The example as a request: ids that POST /api/v1/files will have given in place of names. */
static json_t *as_request(const struct law_procedure *p, const json_t *example)
{
	json_t *files = json_array(), *f = NULL;
	size_t i = 0;
	json_array_foreach(json_object_get(example, "files"), i, f)
		json_array_append_new(files, json_pack("{s:O,s:s}", "field", json_object_get(f, "field"), "file", "1"));
	return json_pack("{s:o,s:{s:o,s:O,s:o}}", "summary", text(p->p->name), "value", "procedure", text(p->p->id), "answers", json_object_get(example, "answers"),
		"files", files);
}

static void add_procedures(struct arena *a, const struct law *law, struct date today, json_t *doc)
{
	json_t *schemas = json_object_get(json_object_get(doc, "components"), "schemas"), *shown = json_object(), *requests = json_object(), *rules = json_array();
	for (size_t i = 0; i < law->n; i++) {
		const struct law_procedure *p = &law->procedures[i];
		if (!p->process || !p->n_forms)
			continue;
		json_t *example = example_of(a, law, p, today);
		for (size_t k = 0; k < p->n_forms; k++)
			json_object_set_new(schemas, str_fmt(a, "form-%.*s", STR_ARG(p->forms[k]->id)).p, eform_schema_json(p->forms[k]));
		json_object_setn_new(requests, p->p->id.p, p->p->id.n, as_request(p, example));
		json_object_setn_new(shown, p->p->id.p, p->p->id.n, json_pack("{s:o,s:o}", "summary", text(p->p->name), "value", example));
		json_array_append_new(rules, condition(a, p));
	}
	json_object_set_new(json_object_get(schemas, "DossierNew"), "allOf", rules);
	json_object_set_new(json_object_get(doc, "components"), "examples", shown);
	json_t *body = json_object_get(json_object_get(json_object_get(json_object_get(doc, "paths"), "/api/v1/dossiers"), "post"), "requestBody");
	json_object_set_new(json_object_get(json_object_get(body, "content"), "application/json"), "examples", requests);
}

/* ---- the file ---- */

static json_t *make(struct arena *a, const struct app *app, struct date today)
{
	CHECK(API_SCHEMAS_N == 1);
	json_t *schemas = json_loadb(API_SCHEMAS[0].bytes.p, API_SCHEMAS[0].bytes.n, JSON_REJECT_DUPLICATES, NULL);
	CHECK(schemas != NULL);
	json_t *doc = json_pack("{s:s,s:{s:s,s:s,s:s,s:{s:s,s:s}},s:[{s:s}]}", "openapi", "3.1.0", "info", "title", "motcua", "version", MOTCUA_VERSION,
		"description", "One-stop dossiers: the same rules and rights as the pages. Errors are RFC 9457 problems that name each wrong field.", "license", "name", "Apache-2.0",
		"identifier", "Apache-2.0", "servers", "url", app->config.origin && *app->config.origin ? app->config.origin : "/");
	json_object_set_new(doc, "paths", paths_of(a));
	json_object_set_new(doc, "components", json_pack("{s:o,s:{s:{s:s,s:o}},s:{s:{s:s,s:s,s:s}}}", "schemas", schemas, "responses", "Problem", "description",
		"what is wrong, and where", "content", content("application/problem+json", ref(a, "schemas", "Problem")), "securitySchemes", "token", "type", "http", "scheme",
		"bearer", "description", "from POST /api/v1/tokens"));
	add_procedures(a, app->store.law, today, doc);
	return doc;
}

static bool openapi(struct request *r, struct err *e)
{
	(void)e;
	json_t *doc = make(r->env.arena, r->app, date_of(r->env.now));
	char *bytes = json_dumps(doc, JSON_COMPACT | JSON_PRESERVE_ORDER);
	CHECK(bytes != NULL);
	buf_put(&r->body, str_from(bytes));
	free(bytes);
	json_decref(doc);
	return answer_json(r, 200);
}

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/api/v1/openapi.json", .page = openapi, .allow = ALLOW_ALL, .flags = ROUTE_API | ROUTE_PUBLIC_CACHE, .rate = RATE_API,
	 .doc = DOC("This file.", .answer = "Any")},
};
const struct route_table api_routes = {"app", routes, ARRAY_LEN(routes)};
