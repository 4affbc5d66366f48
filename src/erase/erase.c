/* erase.c — see erase.h. */
#include "erase/erase.h"
#include "core/mail/mail.h"
#include "core/page/part.h"
#include "dossier/dossier.h"
#include "filing/filing.h"
#include "gen/messages.h"
#include "workbook/workbook.h"
#include <jansson.h>

static struct erase_config config;

void erase_use(const struct erase_config *cfg) { config = *cfg; }

static bool add_cleaning(struct env *env, struct str code, struct err *e)
{
	return job_add(env, &(struct job_new){.kind = erase_job.name, .payload = str_fmt(env->arena, "{\"code\":\"%.*s\"}", STR_ARG(code)), .key = code}, e);
}

bool erase_dossier(struct env *env, struct str code, struct str reason, struct dossier_id *out, struct err *e)
{
	struct dossier_get_row d;
	bool found = false;
	if (!dossier_code_ok(code) || !dossier_id_of(env, code, out, &found, e) || !found)
		return e->kind != ERR_NONE ? false : err_say(e, ERR_NOT_FOUND, MSG_ERASE_UNKNOWN, "no dossier has this code");
	if (!dossier_load(env, *out, &d, e))
		return false;
	if (!d.sealed.p)
		return err_say(e, ERR_CONFLICT, MSG_ERASE_TWICE, "the dossier was erased before");
	return dossier_forget(env, *out, reason, e) && filing_forget(env, *out, e) && workbook_forget(env, e) && mail_forget(env, code, e) && add_cleaning(env, code, e);
}

/* Once more after the erasure has taken hold: a page of it may have been made meanwhile. */
static bool forget_parts(struct env *env, const char *code, struct err *e)
{
	struct dossier_id id;
	bool found = false;
	if (!code || !dossier_id_of(env, str_from(code), &id, &found, e))
		return !code;
	if (found)
		page_parts_forget(id.v);
	return true;
}

static bool clean(struct job_run *run, struct err *e)
{
	json_t *j = json_loadb(run->payload.p, run->payload.n, 0, NULL);
	const char *code = json_string_value(json_object_get(j, "code"));
	bool ok = !forget_parts(&run->env, code, e) ? false : code ? !config.clean || config.clean(config.self, str_from(code), e) : err_set(e, ERR_INTERNAL, "erase.clean: no code");
	if (!ok && e->kind == ERR_BUSY)
		run->later_ms = 60000;
	json_decref(j);
	return ok;
}

const struct job_kind erase_job = {.name = "erase.clean", .fn = clean};
