/* reads.c — the record of who read what: http_hooks.read_needed, read_apply and read_kept.
 *
 * A page that shows personal data to an official leaves only after its record is durable. The same person and dossier within
 * ten minutes is one record with a count: "dossier.read" at the first look, before the page leaves; the looks after it are
 * counted here, and "dossier.read_count" names the first entry and the number of looks once the ten minutes are over. So a
 * look costs no write of its own. A list or export is one record with its filter and the ids shown.
 * They stand in a file of shared memory, so that the next process tells what a killed one had counted; a power cut loses them, never that the dossier
 * was read. One that is killed between the commit of a count and forgetting it has it told twice, with the same first entry. Forgetting one (two that
 * fall on one slot) makes a record more. Each process counts for itself.
 * Threads: one mutex, held for a few comparisons. */
#include "app/serve.h"
#include "core/audit/audit.h"
#include "core/base/hash.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMEMBERED 4096
#define OVER_MAX 1024
#define WINDOW_MS ((int64_t)10 * 60 * 1000)
#define MAGIC 0x6d636c6f6f6b7331

struct look { int64_t account, person, subject, unit, entry, since_ms, count; enum role role; bool durable; };

/* Whose looks they are: of this program's shape, this database, this run of the kernel. */
struct title { uint64_t magic, database; char boot[40]; };
struct book {
	struct title title;
	struct look seen[REMEMBERED];
	struct look over[OVER_MAX]; /* pushed out before their time, with a count to tell */
	size_t n_over;
};

static struct book *book;
static pthread_mutex_t seen_mutex = PTHREAD_MUTEX_INITIALIZER;

/* What is written before it stands in the file before what is written after it, wherever a kill comes. */
static void in_order(void) { atomic_signal_fence(memory_order_seq_cst); }

/* ---- the file ---- */

static struct title title_of(struct str database)
{
	struct title t = {.magic = MAGIC ^ sizeof(struct book), .database = hash_str(HASH_START, database)};
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!f || !fgets(t.boot, sizeof t.boot, f))
		t.magic = 0; /* of no run that is known: nothing is taken over */
	if (f)
		fclose(f);
	return t;
}

bool reads_open(const char *path, struct str database, struct err *e)
{
	struct title mine = title_of(database), found = {0};
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p = MAP_FAILED;
	bool ours = fd >= 0 && pread(fd, &found, sizeof found, 0) == sizeof found && mine.magic && memcmp(&found, &mine, sizeof mine) == 0;
	if (fd >= 0 && (ours || ftruncate(fd, 0) == 0) && posix_fallocate(fd, 0, sizeof(struct book)) == 0)
		p = mmap(NULL, sizeof(struct book), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err_set(e, ERR_INTERNAL, "cannot keep in %s who looks: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return false;
	book = p;
	book->n_over = book->n_over < OVER_MAX ? book->n_over : 0;
	in_order();
	book->title = mine;
	return true;
}

void reads_close(void)
{
	if (book)
		munmap(book, sizeof *book);
	book = NULL;
}

/* ---- looks ---- */

static struct look *slot(int64_t account, int64_t subject)
{
	uint64_t h = ((uint64_t)account * 31 + (uint64_t)subject) * 0x9E3779B97F4A7C15ULL;
	return &book->seen[(size_t)(h >> 40) % REMEMBERED];
}

static bool is_of(const struct look *x, int64_t account, int64_t subject) { return x->account == account && x->subject == subject; }

/* Counts one more look within the ten minutes of the first; false when there was none. */
static bool count_look(int64_t account, int64_t subject, int64_t now_ms)
{
	struct look *x = slot(account, subject);
	pthread_mutex_lock(&seen_mutex);
	bool recent = is_of(x, account, subject) && x->durable && now_ms - x->since_ms < WINDOW_MS;
	x->count += recent;
	pthread_mutex_unlock(&seen_mutex);
	return recent;
}

/* Under the mutex. */
static void push_out(struct look *x)
{
	if (x->durable && x->count > 1 && book->n_over < OVER_MAX) {
		book->over[book->n_over] = *x;
		in_order();
		book->n_over++;
	}
	x->durable = false;
	in_order();
	*x = (struct look){0};
	in_order();
}

static void begin_look(const struct look *first)
{
	struct look *x = slot(first->account, first->subject);
	pthread_mutex_lock(&seen_mutex);
	push_out(x);
	*x = *first;
	pthread_mutex_unlock(&seen_mutex);
}

bool reads_needed(struct request *r)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	bool needed = false;
	if (!actor_any(r->env.actor, ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN)))
		return false;
	if (r->route->reads == READS_LIST)
		return n > 0;
	for (size_t i = 0; i < n; i++)
		needed = !count_look(r->env.actor->account, ids[i], r->env.now.ms) || needed;
	return needed || desk_must_mark(r);
}

/* What a filter says: view, state, field, channel, order, day. What was searched for may be a name and is left out. */
static bool is_filter(struct str one)
{
	static const char *const names[] = {"xem=", "tt=", "lv=", "kenh=", "xep=", "truoc=", "so=", "ky=", "cq=", "dv=", "cb="};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_starts(one, str_from(names[i])))
			return true;
	return false;
}

static struct str filter_of(struct request *r)
{
	struct buf b = buf_on(r->env.arena);
	struct str rest = r->query, one;
	while (str_next(&rest, '&', &one)) {
		if (!is_filter(one))
			continue;
		if (b.n)
			buf_char(&b, '&');
		for (size_t i = 0; i < one.n && b.n < 300; i++) /* as in the address: percent-encoded, so nothing needs a backslash */
			if (one.p[i] > ' ' && one.p[i] < 0x7f && one.p[i] != '"' && one.p[i] != '\\')
				buf_char(&b, one.p[i]);
	}
	return buf_str(&b);
}

static bool record_list(struct request *r, const int64_t *ids, size_t n, struct err *e)
{
	struct buf b = buf_on(r->env.arena);
	struct str filter = filter_of(r);
	buf_fmt(&b, "{\"route\":\"%s\",\"filter\":\"%.*s\",\"ids\":[", r->route->path, STR_ARG(filter));
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s\"%lld\"", i ? "," : "", (long long)ids[i]);
	buf_put(&b, STR("]}"));
	return audit_record(&r->env, &(struct audit_act){.kind = "dossier.list", .body = buf_str(&b)}, NULL, e);
}

static bool record_first(struct request *r, int64_t id, struct err *e)
{
	const struct actor *me = r->env.actor;
	struct look x = {.account = me->account, .person = me->person, .subject = id, .since_ms = r->env.now.ms, .count = 1,
	                 .role = me->n_held ? me->held[0].role : ROLE_ADMIN, .unit = me->n_held ? me->held[0].unit : 0};
	const char *purpose;
	if (!dossier_read_purpose(&r->env, (struct dossier_id){id}, &purpose, e))
		return false;
	struct str body = str_fmt(r->env.arena, "{\"route\":\"%s\",\"purpose\":\"%s\"}", r->route->path, purpose);
	if (!audit_record(&r->env, &(struct audit_act){.kind = "dossier.read", .subject = id, .role = x.role, .unit = x.unit, .body = body}, &x.entry, e))
		return false;
	begin_look(&x);
	return true;
}

static bool is_counted(int64_t account, int64_t subject, int64_t now_ms)
{
	const struct look *x = slot(account, subject);
	pthread_mutex_lock(&seen_mutex);
	bool counted = is_of(x, account, subject) && x->durable && now_ms - x->since_ms < WINDOW_MS;
	pthread_mutex_unlock(&seen_mutex);
	return counted;
}

bool reads_apply(struct request *r, struct err *e)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	if (r->route->reads == READS_LIST)
		return record_list(r, ids, n, e);
	for (size_t i = 0; i < n; i++)
		if (!is_counted(r->env.actor->account, ids[i], r->env.now.ms) && !record_first(r, ids[i], e))
			return false;
	return desk_opened(r, e);
}

/* Only what is durable counts as read: a look whose record was lost is recorded again. */
void reads_kept(struct request *r)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	pthread_mutex_lock(&seen_mutex);
	for (size_t i = 0; i < n && r->route->reads != READS_LIST; i++) {
		struct look *x = slot(r->env.actor->account, ids[i]);
		x->durable = x->durable || is_of(x, r->env.actor->account, ids[i]);
	}
	pthread_mutex_unlock(&seen_mutex);
}

/* ---- telling the counts ---- */

static bool is_over(const struct look *x, int64_t now_ms) { return x->account && now_ms - x->since_ms >= WINDOW_MS; }

bool reads_wait(int64_t now_ms)
{
	pthread_mutex_lock(&seen_mutex);
	bool some = book->n_over > 0;
	for (size_t i = 0; i < REMEMBERED && !some; i++)
		some = book->seen[i].durable && book->seen[i].count > 1 && is_over(&book->seen[i], now_ms);
	pthread_mutex_unlock(&seen_mutex);
	return some;
}

struct reads_over reads_take(struct arena *a, int64_t now_ms, bool all)
{
	struct reads_over out = {.v = NEW_ARRAY(a, REMEMBERED + OVER_MAX, struct look)};
	if (!book)
		return out;
	pthread_mutex_lock(&seen_mutex);
	for (size_t i = 0; i < REMEMBERED; i++) {
		const struct look *x = &book->seen[i];
		if (x->durable && x->count > 1 && (all || is_over(x, now_ms)))
			out.v[out.n++] = *x;
	}
	for (size_t i = 0; i < book->n_over; i++)
		out.v[out.n++] = book->over[i];
	pthread_mutex_unlock(&seen_mutex);
	return out;
}

/* Under the mutex. It may have been pushed out meanwhile. */
static void forget(const struct look *x)
{
	struct look *s = slot(x->account, x->subject);
	if (s->entry == x->entry)
		*s = (struct look){0};
	for (size_t i = book->n_over; i-- > 0;) {
		if (book->over[i].entry != x->entry)
			continue;
		book->over[i] = book->over[book->n_over - 1];
		in_order();
		book->n_over--;
	}
}

void reads_told(const struct reads_over *counts)
{
	pthread_mutex_lock(&seen_mutex);
	for (size_t i = 0; i < counts->n; i++)
		forget(&counts->v[i]);
	pthread_mutex_unlock(&seen_mutex);
}

bool reads_tell(struct env *env, const struct reads_over *counts, struct err *e)
{
	const struct actor *program = env->actor;
	bool ok = true;
	for (size_t i = 0; i < counts->n && ok; i++) {
		const struct look *x = &counts->v[i];
		struct actor reader = {.account = x->account, .person = x->person};
		struct str body = str_fmt(env->arena, "{\"first\":\"%lld\",\"count\":%lld}", (long long)x->entry, (long long)x->count);
		env->actor = &reader;
		ok = audit_record(env, &(struct audit_act){.kind = "dossier.read_count", .subject = x->subject, .role = x->role, .unit = x->unit, .body = body}, NULL, e);
	}
	env->actor = program;
	return ok;
}
