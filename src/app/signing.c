/* signing.c — the token that signs: the agency's by the settings, or the demonstration's in DIR/pki; and whose key is which. */
#include "app/serve.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct token_label { bool agency; int64_t id; struct str label; };

/* "person 123 = label" or "agency 123 = label". */
static bool read_label(struct str line, struct token_label *out)
{
	ptrdiff_t eq = str_find_char(line, '=');
	struct str left = eq < 0 ? STR_NONE : str_trim(str_sub(line, 0, (size_t)eq)), kind;
	if (!str_next(&left, ' ', &kind))
		return false;
	out->agency = str_eq(kind, STR("agency"));
	out->label = str_trim(str_sub(line, (size_t)eq + 1, line.n));
	return (out->agency || str_eq(kind, STR("person"))) && str_to_i64(str_trim(left), &out->id) && out->id > 0 && out->label.n > 0;
}

static bool read_labels(struct app *app, const char *path, struct err *e)
{
	char text[256];
	FILE *f = path ? fopen(path, "re") : NULL;
	struct arena *a = app->arena;
	bool ok = !path || f || err_set(e, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
	app->labels = NEW_ARRAY(a, TOKEN_KEYS, struct token_label);
	for (int n = 1; ok && f && fgets(text, sizeof text, f); n++) {
		struct str line = str_trim(str_from(text));
		if (line.n == 0 || line.p[0] == '#')
			continue;
		ok = app->n_labels < TOKEN_KEYS && read_label(str_dup(a, line), &app->labels[app->n_labels++]);
		if (!ok)
			err_set(e, ERR_INVALID, "%s:%d: not \"person ID = label\" or \"agency ID = label\"", path, n);
	}
	if (f)
		fclose(f);
	return ok;
}

static struct sign_client_spec spec_of(struct app *app, const char *pki)
{
	const struct config *c = &app->config;
	if (!c->pkcs11_module)
		return demo_sign_spec(app->arena, pki, "/proc/self/exe", "sign-helper");
	return (struct sign_client_spec){.program = "/proc/self/exe", .word = "sign-helper", .module = c->pkcs11_module, .token = c->pkcs11_token,
	                                 .pin_file = c->pin_file, .dir = c->pkcs11_dir, .keep = c->pkcs11_env, .timeout_ms = 15000};
}

bool anchors_load(struct app *app, const char *path, struct trust **out, struct str *pem, struct err *e)
{
	char text[65536];
	FILE *f = path ? fopen(path, "re") : NULL;
	size_t n = f ? fread(text, 1, sizeof text, f) : 0;
	if (f)
		fclose(f);
	*pem = str_dup(app->arena, (struct str){text, n});
	*out = n > 0 && n < sizeof text ? trust_parse(*pem, e) : NULL;
	return *out != NULL || err_set(e, ERR_INVALID, "%s: no certificates that can be read, or more than 64 kB", path ? path : "anchors");
}

bool signing_start(struct app *app, struct err *e)
{
	struct arena *a = app->arena;
	const char *pki = str_fmt(a, "%.*s/pki", STR_ARG(app->store.place.dir)).p, *anchors = str_fmt(a, "%s/anchors.pem", pki).p;
	app->demo = access(anchors, F_OK) == 0;
	app->demo_token = app->demo && !app->config.pkcs11_module;
	if (!app->demo_token)
		anchors = app->config.signer_ca_file;
	if (anchors && !anchors_load(app, anchors, &app->signer_anchors, &app->signers_pem, e))
		return false;
	if (!app->demo && !app->config.pkcs11_module)
		return true; /* nobody signs here; /kiem-tra still knows whom to trust */
	struct sign_client_spec spec = spec_of(app, pki);
	if (!read_labels(app, app->config.pkcs11_keys_file, e))
		return false;
	app->signer = sign_client_open(&spec, e);
	return app->signer != NULL;
}

static struct str label_of(const struct app *app, struct arena *a, bool agency, int64_t id)
{
	if (app->demo_token) /* one decider and one seal */
		return agency ? STR(DEMO_SEAL) : STR(DEMO_DECIDER);
	for (size_t i = 0; i < app->n_labels; i++)
		if (app->labels[i].agency == agency && app->labels[i].id == id)
			return app->labels[i].label;
	return str_fmt(a, "%s-%lld", agency ? "agency" : "person", (long long)id);
}

static bool key_of(struct app *app, struct arena *a, bool agency, int64_t id, struct pades_key *out, struct err *e)
{
	if (!app->signer)
		return err_set(e, ERR_BUSY, "no signing token is configured");
	return sign_client_key(a, app->signer, label_of(app, a, agency, id), out, e);
}

bool signing_person_key(void *self, struct arena *a, struct env *env, struct person_id person, struct pades_key *out, struct err *e)
{
	(void)env;
	return key_of(self, a, false, person.v, out, e);
}

bool signing_seal_key(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e)
{
	(void)env;
	return key_of(self, a, true, agency.v, out, e);
}
