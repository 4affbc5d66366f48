/* store.c — opening a data folder: place, lock, keys, files, law, writer. See app.h. */
#include "account/account.h"
#include "app/app.h"
#include "core/archive/archive.h"
#include "core/auth/actor.h"
#include "core/base/file.h"
#include "core/db/migrate.h"
#include "core/i18n/i18n.h"
#include "dossier/dossier.h"
#include "stat/stat.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAL_LONG ((int64_t)512 << 20)

static struct str in_dir(struct arena *a, struct str dir, const char *name) { return str_fmt(a, "%.*s/%s", STR_ARG(dir), name); }

/* "postgres://user:secret@host/name" */
static bool has_password(struct str db)
{
	ptrdiff_t from = str_find(db, STR("://")), at = str_find_char(db, '@');
	return from >= 0 && at > from && str_find_char(str_sub(db, (size_t)from + 3, (size_t)(at - from) - 3), ':') >= 0;
}

bool place_of(const struct options *o, struct place *out, struct err *e)
{
	const struct config *c = &o->settings;
	struct str db = o->db.n ? o->db : str_eq(str_from(c->db), STR("sqlite")) ? STR_NONE : str_from(c->db);
	*out = (struct place){.dir = o->data.n ? o->data : str_from(c->data_dir), .engine = db.n ? DB_PG : DB_SQLITE, .db = db};
	if (!out->dir.n && o->db.n)
		out->dir = STR("data");
	if (!out->dir.n)
		return err_set(e, ERR_INVALID, "which data folder? Give --data DIR, or data_dir in the file of --config");
	if (db.n && !str_starts(db, STR("postgres://")) && !str_starts(db, STR("postgresql://")) && str_find_char(db, '=') < 0)
		return err_set(e, ERR_INVALID, "the database is postgres://HOST/NAME; without --db it is a file in the data folder");
	if (db.n && (str_find(db, STR("password=")) >= 0 || has_password(db)))
		return err_set(e, ERR_INVALID, "no password on the command line: use a service file or PGPASSFILE");
	if (db.n && getenv("PGPASSWORD"))
		return err_set(e, ERR_INVALID, "no password in the environment (PGPASSWORD), where it lies open to whoever may look at processes: use a service file or PGPASSFILE");
	if (!db.n)
		out->db = in_dir(o->arena, out->dir, "motcua.db");
	out->key_file = c->master_key_file ? str_from(c->master_key_file) : in_dir(o->arena, out->dir, "master.key");
	return true;
}

static bool make_dir(struct arena *a, struct str path, struct err *e)
{
	if (mkdir(str_cstr(a, path), 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(e, ERR_INTERNAL, "cannot make the folder %.*s: %s", STR_ARG(path), strerror(errno));
}

bool place_make(const struct place *p, struct err *e)
{
	static const char *const names[] = {"uploads", "parts", "mail"};
	AUTO_ARENA a = arena_new(0);
	if (!make_dir(a, p->dir, e))
		return false;
	const char *key = str_cstr(a, p->key_file);
	bool in_use = access(in_dir(a, p->dir, "lock").p, F_OK) == 0;
	/* A new key beside old data would open nothing and hide that the old one is lost. */
	if (access(key, F_OK) != 0 && in_use)
		return err_set(e, ERR_NOT_FOUND, "%s: the master key is not there, and this folder has data; put it back from where it is kept apart", key);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!make_dir(a, in_dir(a, p->dir, names[i]), e))
			return false;
	return access(key, F_OK) == 0 || keyring_create(key, e);
}

int place_lock(const struct place *p, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	int fd = open(str_cstr(a, in_dir(a, p->dir, "lock")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_set(e, ERR_INTERNAL, "cannot open the data folder %.*s: %s", STR_ARG(p->dir), strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	err_set(e, ERR_CONFLICT, "another motcua is using %.*s; stop it first (serve, demo, migrate and restore write there)", STR_ARG(p->dir));
	return -1;
}

struct db *place_open(const struct place *p, unsigned flags, struct err *e)
{
	if (p->engine == DB_SQLITE && !(flags & DB_CREATE) && access(p->db.p, F_OK) != 0) {
		err_set(e, ERR_NOT_FOUND, "%.*s: there is no database; `motcua demo --data DIR` makes a sample province, `motcua migrate --data DIR` an empty one", STR_ARG(p->db));
		return NULL;
	}
	return p->engine == DB_PG ? db_open_pg(p->db, flags, e) : db_open_sqlite(p->db, flags, e);
}

struct db *place_open_long(const struct place *p, struct err *e)
{
	int64_t wal = p->engine == DB_SQLITE ? db_wal_file_bytes(p->db) : 0;
	if (wal <= WAL_LONG)
		return place_open(p, DB_READ_ONLY, e);
	err_set(e, ERR_BUSY, "the database's write-ahead log has %lld MB already: somebody else reads for long; try again when that has ended", (long long)(wal >> 20));
	return NULL;
}

static bool migrate(const struct place *p, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	wal_archive_forget(place_marker(a, p));
	AUTO_DB db = place_open(p, DB_CREATE, e);
	return db && db_migrate(db, &db_schema, instant_clock(), NULL, e);
}

static bool check_schema(const struct place *p, struct err *e)
{
	AUTO_DB db = place_open(p, DB_READ_ONLY, e);
	return db && db_schema_check(db, &db_schema, e);
}

static void fixed_now(void *ctx, struct instant *out) { *out = ((const struct store *)ctx)->at; }

#define PART "demo.part"
#define PART_MOST 4096

bool store_part_put(const struct place *p, struct str text, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	return file_replace(a, in_dir(a, p->dir, PART).p, 0600, text, e);
}

bool store_part_get(const struct place *p, struct arena *a, struct str *text)
{
	char *room = arena_alloc(a, PART_MOST);
	int fd = open(in_dir(a, p->dir, PART).p, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, room, PART_MOST - 1);
	if (fd >= 0)
		close(fd);
	*text = (struct str){room, n > 0 ? (size_t)n : 0};
	return n >= 0;
}

bool store_part_end(const struct place *p, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	const char *path = in_dir(a, p->dir, PART).p;
	return unlink(path) == 0 || err_set(e, ERR_INTERNAL, "%s: %s", path, strerror(errno));
}

const char *place_marker(struct arena *a, const struct place *p) { return in_dir(a, p->dir, "archive.chain").p; }

/* Whoever writes without an archive ends its chain: pieces after that would not fit. */
static void use_archive(struct store *s, const struct config *c)
{
	const char *marker = place_marker(s->arena, &s->place);
	if (s->place.engine != DB_SQLITE || !c->archive) {
		wal_archive_forget(marker);
		return;
	}
	s->archive = wal_archive_new(&(struct wal_archive_config){.dir = str_cstr(s->arena, str_from(c->archive)), .db = str_cstr(s->arena, s->place.db), .blobs = in_dir(s->arena, s->place.dir, "blobs").p, .marker = marker,
	                                                  .keys = s->keys, .every_ms = c->archive_every_ms, .keep_ms = c->archive_keep_ms});
}

static bool start_writer(struct store *s, const struct config *c, struct err *e)
{
	struct writer_config cfg = writer_config_usual(s->place.engine, s->place.db);
	cfg.ids = &s->ids;
	cfg.node = (int)c->node;
	cfg.queue_max = (size_t)c->writer_queue;
	cfg.batch_max = (size_t)c->writer_batch;
	cfg.wal_max = c->wal_max;
	use_archive(s, c);
	cfg.archive = s->archive;
	cfg.say_away = (int)MSG_ERR_AWAY;
	cfg.say_unsure = (int)MSG_ERR_UNSURE;
	cfg.now = s->at.ms ? fixed_now : NULL;
	cfg.ctx = s;
	return writer_start(&s->writer, &cfg, e);
}

/* The program's packs, with those of the agency over them. */
static bool load_packs(struct store *s, const char *dir, struct err *e)
{
	struct pack more = {0};
	s->packs = pack_embedded();
	if (!dir)
		return true;
	if (!pack_read_dir(s->arena, str_from(dir), &more, e))
		return err_wrap(e, "packs_dir");
	s->packs = pack_over(s->arena, s->packs, more);
	return true;
}

static bool open_all(struct store *s, const struct config *c, unsigned flags, struct err *e)
{
	struct arena *a = s->arena;
	if ((flags & (STORE_WRITER | STORE_ALONE)) && (!place_make(&s->place, e) || (s->lock = place_lock(&s->place, e)) < 0))
		return false;
	if (!s->at.ms && !(flags & STORE_PART) && access(in_dir(a, s->place.dir, PART).p, F_OK) == 0)
		return err_set(e, ERR_CONFLICT, "the demonstration in %.*s is not whole: it was stopped while it was made. Remove the folder and make it again", STR_ARG(s->place.dir));
	if ((flags & STORE_MIGRATE) ? !migrate(&s->place, e) : !check_schema(&s->place, e))
		return false;
	s->keys = keyring_load(str_cstr(a, s->place.key_file), e);
	if (!s->keys || !load_packs(s, c->packs_dir, e) || !law_load(s->keys, s->packs, &s->law, e) || !blob_store_new(&s->blobs, in_dir(a, s->place.dir, "blobs"), NULL, e))
		return false;
	id_source_init(&s->ids, (int)c->node);
	s->pool = db_pool_new(s->place.engine, s->place.db, 16);
	struct config without = *c;
	if (flags & STORE_MIGRATE) /* a demonstration pours its rows past the writer */
		without.archive = NULL;
	return !(flags & STORE_WRITER) || start_writer(s, &without, e);
}

bool store_open(struct store *s, const struct options *o, unsigned flags, struct err *e) { return store_open_at(s, o, flags, (struct instant){0}, e); }

bool store_open_at(struct store *s, const struct options *o, unsigned flags, struct instant at, struct err *e)
{
	*s = (struct store){.arena = arena_new(0), .lock = -1, .at = at};
	if (place_of(o, &s->place, e) && open_all(s, &o->settings, flags, e))
		return true;
	store_close(s);
	return false;
}

void store_close(struct store *s)
{
	if (s->pool) /* before the writer, whose last connection removes the log */
		db_pool_free(s->pool);
	writer_stop(s->writer);
	wal_archive_free(s->archive);
	blob_store_free(s->blobs);
	law_free(s->law);
	keyring_free(s->keys);
	if (s->lock >= 0)
		close(s->lock);
	arena_free(s->arena);
	*s = (struct store){.lock = -1};
}

struct account_config store_accounts(const struct store *s, const struct config *c)
{
	struct account_config out = account_config_usual(s->keys);
	out.argon_memory_kib = (uint32_t)(c->argon_memory / 1024);
	out.argon_passes = (uint32_t)c->argon_passes;
	out.breached_passwords = c->breached_passwords;
	out.session_idle_ms = c->session_idle_ms;
	out.session_ms = c->session_ms;
	return out;
}

struct act { store_fn *fn; void *ctx; };

static bool apply(struct write_job *job, struct err *e)
{
	struct act *act = job->ctx;
	return act->fn(job->env, act->ctx, e);
}

bool store_act(struct store *s, struct arena *a, store_fn *fn, void *ctx, struct err *e)
{
	struct act act = {fn, ctx};
	struct env env = {.arena = a, .actor = &actor_program, .now = instant_clock(), .ids = &s->ids};
	struct write_job job = {.env = &env, .apply = apply, .ctx = &act};
	return writer_run(s->writer, &job, e);
}

/* ---- statistics, counted again ---- */

static bool fix(struct env *env, void *ctx, struct err *e) { return stat_fix(env, ctx, e); }
static bool fold(struct env *env, void *more, struct err *e) { return stat_fold(env, 50, more, e); }

/* A new connection, for this may read long; no other node does the same until it is closed. */
static bool put_right(struct store *s, struct arena *a, struct stat_compared *out, struct err *e)
{
	AUTO_DB db = place_open_long(&s->place, e);
	struct env env = {.arena = a, .db = db, .actor = &actor_program, .now = instant_clock()};
	return db && stat_alone(&env, e) && stat_compare(&env, dossier_stat_scan, NULL, out, e) && store_act(s, a, fix, out, e);
}

bool store_rebuild_stat(struct store *s, struct arena *a, struct stat_compared *out, struct err *e)
{
	bool more = true;
	if (!put_right(s, a, out, e))
		return err_wrap(e, "counting dossiers again");
	while (more) {
		AUTO_ARENA mine = arena_new(0);
		if (!store_act(s, mine, fold, &more, e))
			return err_wrap(e, "counting dossiers again");
	}
	return true;
}
