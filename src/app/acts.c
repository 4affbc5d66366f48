/* acts.c — what commands do to the record, in the server when one runs (control.h), else here. */
#include "account/account.h"
#include "app/control.h"
#include "catalogue/catalogue.h"
#include "core/mail/mail.h"
#include "dossier/dossier.h"
#include "erase/erase.h"
#include "filing/filing.h"
#include "stat/stat.h"
#include "workbook/workbook.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct str text(const struct control_call *c, const char *key)
{
	const json_t *v = json_object_get(c->q, key);
	return json_is_string(v) ? (struct str){json_string_value(v), json_string_length(v)} : STR("");
}

/* ---- user add ---- */

static bool add_account(struct env *env, void *ctx, struct err *e)
{
	struct account_id id;
	return account_create(env, ctx, &id, e);
}

static bool user_add(struct control_call *c, struct err *e)
{
	struct account_new x = {.login = text(c, "login"), .name = text(c, "name"), .email = text(c, "email"), .person = {json_integer_value(json_object_get(c->q, "person"))}};
	int64_t kind = json_integer_value(json_object_get(c->q, "kind"));
	if (kind < 0 || kind >= ACCOUNT_KIND_COUNT)
		return err_set(e, ERR_INVALID, "no such kind of account");
	x.kind = (enum account_kind)kind;
	return account_password_hash(c->arena, text(c, "password"), &x.password_hash, e) && store_act(c->store, c->arena, add_account, &x, e);
}

/* ---- pack import: proposals for people to review ---- */

struct importing { struct str bytes; bool changed; };

static bool propose(struct env *env, void *ctx, struct err *e)
{
	struct importing *x = ctx;
	struct procedure_version_id id;
	return catalogue_propose(env, x->bytes, STR("motcua pack import"), &id, &x->changed, e);
}

static bool pack_import_act(struct control_call *c, struct err *e)
{
	int bad = 0, proposed = 0;
	size_t i;
	json_t *file;
	(void)e;
	json_array_foreach(json_object_get(c->q, "files"), i, file)
	{
		struct err why = {0};
		const char *name = json_string_value(json_object_get(file, "name"));
		const json_t *bytes = json_object_get(file, "bytes");
		struct importing x = {.bytes = {json_string_value(bytes), json_string_length(bytes)}};
		bool ok = name && x.bytes.p ? store_act(c->store, c->arena, propose, &x, &why) : err_set(&why, ERR_INVALID, "not a file");
		buf_fmt(&c->out, "%s: %s\n", name, !ok ? why.text : x.changed ? "proposed" : "unchanged");
		bad += !ok;
		proposed += ok && x.changed;
	}
	buf_fmt(&c->out, "%d proposed, %d refused\n", proposed, bad);
	c->wrong = bad > 0;
	return true;
}

/* ---- erase ---- */

struct erasing { struct str code, reason; struct dossier_id id; };

static bool erase_one(struct env *env, void *ctx, struct err *e)
{
	struct erasing *x = ctx;
	return erase_dossier(env, x->code, x->reason, &x->id, e);
}

/* The pieces of uploads of drafts that went with the dossier. */
static bool clean_parts(struct store *s, struct arena *a, struct err *e)
{
	struct env env = {.arena = a, .actor = &actor_program, .now = instant_clock()};
	int64_t removed = 0;
	if (!(env.db = db_checkout(s->pool, e)))
		return false;
	bool ok = filing_sweep_parts(&env, str_fmt(a, "%.*s/parts", STR_ARG(s->place.dir)).p, &removed, e);
	db_checkin(s->pool, env.db);
	return ok;
}

static bool forget_words(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return dossier_forget_words(env, e);
}

bool store_clean(struct store *s, struct str code, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	return store_act(s, a, forget_words, NULL, e) && clean_parts(s, a, e) && mail_sink_forget(str_fmt(a, "%.*s/mail", STR_ARG(s->place.dir)), code, e) && writer_empty_log(s->writer, e);
}

static bool erase_act(struct control_call *c, struct err *e)
{
	struct erasing x = {.code = text(c, "code"), .reason = str_trim(text(c, "reason"))};
	struct err late = {0};
	if (!store_act(c->store, c->arena, erase_one, &x, e))
		return false;
	if (store_clean(c->store, x.code, &late))
		buf_fmt(&c->out, "%.*s: erased\n", STR_ARG(x.code));
	else
		buf_fmt(&c->out, "%.*s: erased; the server cleans its files later: %s\n", STR_ARG(x.code), late.text);
	return true;
}

/* ---- key rotate ---- */

struct walk { const struct law *law; const char *what; struct rewrap at, next; };

static bool walk_dossiers(struct env *env, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	return dossier_rewrap(env, w->law, &w->at, &w->next, e);
}
static bool walk_accounts(struct env *env, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	return account_rewrap(env, &w->at, &w->next, e);
}
static bool walk_drafts(struct env *env, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	return filing_rewrap(env, w->law->keys, &w->at, &w->next, e);
}

static bool walk_workbooks(struct env *env, void *ctx, struct err *e)
{
	struct walk *w = ctx;
	return workbook_rewrap(env, w->law->keys, &w->at, &w->next, e);
}

/* Some rows an action, so that others get their turn; what is done stays done when it is broken off. */
static bool rewrap_all(struct control_call *c, const char *what, store_fn *fn, struct err *e)
{
	struct walk w = {.law = c->store->law, .what = what};
	do {
		AUTO_ARENA a = arena_new(0);
		if (!store_act(c->store, a, fn, &w, e))
			return err_wrap(e, what);
		w.at = w.next;
	} while (w.at.more);
	buf_fmt(&c->out, "%s: %lld keys wrapped again\n", what, (long long)w.at.done);
	return true;
}

static bool key_rotate(struct control_call *c, struct err *e)
{
	const char *path = str_cstr(c->arena, c->store->place.key_file);
	bool go_on = json_is_true(json_object_get(c->q, "go_on"));
	if ((!go_on && !keyring_rotate(path, e)) || !keyring_reload(c->store->keys, path, e))
		return false;
	if (!rewrap_all(c, "dossiers", walk_dossiers, e) || !rewrap_all(c, "accounts", walk_accounts, e) || !rewrap_all(c, "drafts", walk_drafts, e) ||
	    !rewrap_all(c, "workbooks", walk_workbooks, e))
		return err_wrap(e, "the new key is in use; run motcua key rotate --go-on to wrap what is left");
	buf_fmt(&c->out, "%s has a new key in front: keep a copy of the file apart; older lines open older backups, the last one serves look-ups\n", path);
	return true;
}

/* ---- rebuild stat ---- */

static bool rebuild_stat(struct control_call *c, struct err *e)
{
	struct stat_compared x;
	if (!store_rebuild_stat(c->store, c->arena, &x, e))
		return false;
	buf_fmt(&c->out, "%lld dossiers counted, %lld counts kept, %lld put right\n", (long long)x.dossiers, (long long)x.counts, (long long)x.differences);
	if (x.differences)
		buf_fmt(&c->out, "the first: %s\n", x.first);
	return true;
}

/* ---- rebuild search ---- */

static bool fill_search(struct env *env, void *ctx, struct err *e) { return dossier_search_fill(env, ctx, e); }

static bool rebuild_search(struct control_call *c, struct err *e)
{
	struct search_fill at = {.more = true};
	while (at.more) {
		AUTO_ARENA mine = arena_new(0);
		if (!store_act(c->store, mine, fill_search, &at, e))
			return false;
	}
	buf_fmt(&c->out, "the words of %lld dossiers indexed anew, %lld of them put right\n", (long long)at.n, (long long)at.mended);
	return true;
}

/* ---- stop ---- */

static bool stop(struct control_call *c, struct err *e)
{
	if (!c->serving)
		return err_set(e, ERR_NOT_FOUND, "no server runs on this folder");
	return kill(getpid(), SIGTERM) == 0 || err_set(e, ERR_INTERNAL, "cannot stop");
}

const struct control_act control_acts[] = {
	{"user.add", user_add}, {"pack.import", pack_import_act}, {"erase", erase_act}, {"key.rotate", key_rotate}, {"rebuild.stat", rebuild_stat}, {"rebuild.search", rebuild_search}, {"stop", stop},
};
const size_t control_acts_n = ARRAY_LEN(control_acts);
