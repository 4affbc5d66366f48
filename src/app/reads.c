/* reads.c — the record of who read what: http_hooks.read_needed and read_apply.
 *
 * A page that shows personal data to an official leaves only after its record is durable. The same person and dossier
 * within ten minutes is one record: the table below remembers the last ones, and forgetting one only makes a record more.
 * Threads: one mutex, held for a few comparisons. */
#include "app/serve.h"
#include "core/audit/audit.h"
#include <pthread.h>

#define REMEMBERED 4096
#define WINDOW_MS ((int64_t)10 * 60 * 1000)

static struct { int64_t account, subject, at_ms; } seen[REMEMBERED];
static pthread_mutex_t seen_mutex = PTHREAD_MUTEX_INITIALIZER;

static size_t slot(int64_t account, int64_t subject)
{
	uint64_t h = ((uint64_t)account * 31 + (uint64_t)subject) * 0x9E3779B97F4A7C15ULL;
	return (size_t)(h >> 40) % REMEMBERED;
}

static bool is_recent(int64_t account, int64_t subject, int64_t now_ms)
{
	size_t i = slot(account, subject);
	pthread_mutex_lock(&seen_mutex);
	bool recent = seen[i].account == account && seen[i].subject == subject && now_ms - seen[i].at_ms < WINDOW_MS;
	pthread_mutex_unlock(&seen_mutex);
	return recent;
}

static void remember(int64_t account, int64_t subject, int64_t now_ms)
{
	size_t i = slot(account, subject);
	pthread_mutex_lock(&seen_mutex);
	seen[i].account = account;
	seen[i].subject = subject;
	seen[i].at_ms = now_ms;
	pthread_mutex_unlock(&seen_mutex);
}

bool reads_needed(struct request *r)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	if (!actor_any(r->env.actor, ALLOW_STAFF | ROLE_BIT(ROLE_ADMIN)))
		return false;
	if (desk_must_mark(r))
		return true;
	for (size_t i = 0; i < n; i++)
		if (!is_recent(r->env.actor->account, ids[i], r->env.now.ms))
			return true;
	return false;
}

/* One record per dossier; a list is one record with its ids. */
static bool record_list(struct request *r, const int64_t *ids, size_t n, struct err *e)
{
	struct buf b = buf_on(r->env.arena);
	buf_fmt(&b, "{\"route\":\"%s\",\"ids\":[", r->route->path);
	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s\"%lld\"", i ? "," : "", (long long)ids[i]);
	buf_put(&b, STR("]}"));
	return audit_record(&r->env, &(struct audit_act){.kind = "dossier.list", .body = buf_str(&b)}, NULL, e);
}

bool reads_apply(struct request *r, struct err *e)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	const struct actor *me = r->env.actor;
	enum role role = me->n_held ? me->held[0].role : ROLE_ADMIN;
	int64_t unit = me->n_held ? me->held[0].unit : 0;
	if (r->route->reads == READS_LIST)
		return record_list(r, ids, n, e);
	for (size_t i = 0; i < n; i++) {
		struct str body = str_fmt(r->env.arena, "{\"route\":\"%s\"}", r->route->path);
		if (!audit_record(&r->env, &(struct audit_act){.kind = "dossier.read", .subject = ids[i], .role = role, .unit = unit, .body = body}, NULL, e))
			return false;
		remember(me->account, ids[i], r->env.now.ms);
	}
	return desk_opened(r, e);
}
