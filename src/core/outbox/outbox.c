/* outbox.c — see outbox.h. */
#include "core/outbox/outbox.h"
#include "core/db/id.h"
#include "core/outbox/outbox_sql.h"
#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <string.h>

#define BODY_MAX ((size_t)256 * 1024)
#define NAME_MAX_BYTES ((size_t)200)
#define EVERY_MS ((int64_t)15 * 1000)
#define LEASE_MS ((int64_t)2 * 60 * 1000)
#define RUN_NS ((int64_t)60 * 1000 * 1000 * 1000) /* then the next period goes on: well within the job's lease */
#define BACKOFF_FIRST_MS ((int64_t)15 * 1000)
#define BACKOFF_MAX_MS ((int64_t)3600 * 1000)
#define KEEP_MS (30 * DAY_MS)
#define ANSWER_MAX ((size_t)64 * 1024)

static bool is_json(struct str s)
{
	json_t *j = s.n <= BODY_MAX ? json_loadb(s.p ? s.p : "", s.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL) : NULL;
	json_decref(j);
	return j != NULL;
}

bool outbox_add(struct env *env, struct str topic, struct str key, struct str body, struct err *e)
{
	struct outbox_order_row order;
	bool found;
	if (topic.n == 0 || topic.n > NAME_MAX_BYTES || key.n > NAME_MAX_BYTES || !str_is_utf8(topic) || !str_is_utf8(key) || !is_json(body))
		return err_set(e, ERR_INVALID, "outbox: topic, key or body cannot be used");
	if (!q_outbox_order(env->db, env->arena, &order, &found, e))
		return err_wrap(e, "outbox");
	return q_outbox_insert(env->db,
	                       &(struct outbox_insert_in){.id = order.id, .topic = topic, .subject_key = key.p ? key : STR(""), .body = body, .at = env->now},
	                       NULL, e) ||
	       err_wrap(e, "outbox");
}

bool outbox_stats(struct env *env, struct outbox_stats *out, struct err *e)
{
	struct outbox_count_row count = {0};
	struct outbox_head_row head = {0};
	bool found = false;
	if (!q_outbox_count(env->db, env->arena, &count, &found, e) || !q_outbox_head(env->db, env->arena, &head, &found, e))
		return err_wrap(e, "outbox_stats");
	*out = (struct outbox_stats){.queued = count.n, .oldest = count.oldest.v};
	if (found) {
		out->head = head.id;
		out->attempts = head.attempts;
		out->last_error = head.last_error;
	}
	return true;
}

bool outbox_skip(struct env *env, int64_t id, struct err *e)
{
	int64_t n = 0;
	if (!q_outbox_give_up(env->db, id, env->now, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_CONFLICT, "outbox: %lld is not the first undelivered change", (long long)id);
}

/* ---- what is posted ---- */

static void put_text(struct buf *b, struct str s)
{
	json_t *j = json_stringn(s.p ? s.p : "", s.n);
	char *text = json_dumps(j, JSON_ENCODE_ANY);
	CHECK(text != NULL);
	buf_put(b, str_from(text));
	free(text);
	json_decref(j);
}

struct str outbox_envelope(struct arena *a, const struct outbox_change *c)
{
	struct buf b = buf_on(a);
	struct str at = instant_format(a, c->at);
	buf_fmt(&b, "{\"id\":\"%lld\",\"topic\":", (long long)c->id);
	put_text(&b, c->topic);
	buf_put(&b, STR(",\"key\":"));
	put_text(&b, c->key);
	buf_fmt(&b, ",\"at\":\"%.*s\",\"body\":", STR_ARG(at));
	buf_put(&b, c->body);
	buf_char(&b, '}');
	return buf_str(&b);
}

/* ---- HTTP ---- */

static void init_curl(void) { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }

/* The answer's body is of no use; an endless one is cut off. */
static size_t swallow(char *p, size_t size, size_t n, void *ctx)
{
	size_t *seen = ctx;
	(void)p;
	*seen += size * n;
	return *seen > ANSWER_MAX ? 0 : size * n;
}

static struct curl_slist *headers_of(struct arena *a, const struct outbox_config *cfg, const struct outbox_change *c)
{
	struct curl_slist *h = curl_slist_append(NULL, "Content-Type: application/json");
	h = curl_slist_append(h, "Expect:");
	h = curl_slist_append(h, str_fmt(a, "Idempotency-Key: outbox-%lld", (long long)c->id).p);
	if (cfg->token)
		h = curl_slist_append(h, str_fmt(a, "Authorization: Bearer %s", cfg->token).p);
	CHECK(h != NULL);
	return h;
}

static bool http_deliver(struct arena *a, const struct outbox_config *cfg, const struct outbox_change *change, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init_curl);
	struct str body = outbox_envelope(a, change);
	size_t seen = 0;
	CURL *c = curl_easy_init();
	CHECK(c != NULL);
	struct curl_slist *h = headers_of(a, cfg, change);
	curl_easy_setopt(c, CURLOPT_URL, cfg->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(cfg->timeout_ms ? cfg->timeout_ms : 20000));
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, h);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &seen);
	if (cfg->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, cfg->ca_file);
	if (cfg->cert_file) {
		curl_easy_setopt(c, CURLOPT_SSLCERT, cfg->cert_file);
		curl_easy_setopt(c, CURLOPT_SSLKEY, cfg->key_file);
	}
	CURLcode code = curl_easy_perform(c);
	long status = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(h);
	curl_easy_cleanup(c);
	if (code != CURLE_OK)
		return err_set(e, ERR_BUSY, "outbox: %s", curl_easy_strerror(code));
	return (status >= 200 && status < 300) || err_set(e, ERR_BUSY, "outbox: the receiver answered %ld", status);
}

/* ---- the job ---- */

struct turn { struct outbox_change change; int64_t lease; bool found; struct str why; };

static bool take(struct job_run *run, void *ctx, struct err *e)
{
	struct turn *t = ctx;
	struct env *env = &run->env;
	struct outbox_head_locked_row head = {0};
	t->found = false;
	bool there = false;
	if (!q_outbox_head_locked(env->db, env->arena, &head, &there, e))
		return false;
	if (!there || head.due.ms > env->now.ms) /* another's lease, or a pause after a failure */
		return true;
	t->found = true;
	t->lease = id_new(env->ids, env->now);
	t->change = (struct outbox_change){.id = head.id, .topic = head.topic, .key = head.subject_key, .body = head.body, .at = head.made_at,
	                                   .attempt = head.attempts + 1};
	return q_outbox_take(env->db, head.id, t->lease, (struct instant){env->now.ms + LEASE_MS}, NULL, e);
}

static bool mark_delivered(struct job_run *run, void *ctx, struct err *e)
{
	struct turn *t = ctx;
	int64_t n = 0;
	if (!q_outbox_delivered(run->env.db, t->change.id, t->lease, run->env.now, &n, e))
		return false;
	return n > 0 || err_set(e, ERR_CONFLICT, "outbox: the lease is another's");
}

static int64_t pause_ms(int64_t attempt)
{
	int64_t ms = BACKOFF_FIRST_MS;
	while (--attempt > 0 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

static bool mark_failed(struct job_run *run, void *ctx, struct err *e)
{
	struct turn *t = ctx;
	return q_outbox_again(run->env.db,
	                      &(struct outbox_again_in){.id = t->change.id, .lease = t->lease, .due = {run->env.now.ms + pause_ms(t->change.attempt)},
	                                                .last_error = t->why},
	                      NULL, e);
}

static bool deliver(struct job_run *run, const struct outbox_config *cfg, struct turn *t, struct err *e)
{
	struct err why = {0};
	bool ok = cfg->deliver ? cfg->deliver(cfg->ctx, &t->change, &why) : http_deliver(run->env.arena, cfg, &t->change, &why);
	if (ok)
		return job_write(run, mark_delivered, t, e);
	t->why = str_dup(run->env.arena, str_from(why.text));
	t->why = str_is_utf8(t->why) ? t->why : STR("failed");
	t->found = false; /* what is behind waits */
	return job_write(run, mark_failed, t, e);
}

static bool deliver_fn(struct job_run *run, struct err *e)
{
	const struct outbox_config *cfg = run->kind->ctx;
	struct arena_mark mark = arena_mark(run->env.arena);
	struct turn t = {.found = true};
	int64_t until = monotonic_ns() + RUN_NS;
	if (!cfg->url && !cfg->deliver)
		return true;
	while (t.found && monotonic_ns() < until && !job_stopping(run)) {
		if (!job_write(run, take, &t, e) || (t.found && !deliver(run, cfg, &t, e)))
			return err_wrap(e, "outbox");
		arena_rewind(run->env.arena, mark);
	}
	return true;
}

/* The newest row stays: on SQLite it holds the number. */
static bool deliver_finish(struct job_run *run, struct err *e)
{
	return q_outbox_sweep(run->env.db, (struct instant){run->env.now.ms - KEEP_MS}, NULL, e);
}

static bool deliver_due(struct job_run *run, bool *due, struct err *e)
{
	const struct outbox_config *cfg = run->kind->ctx;
	struct outbox_work_row row = {0};
	bool found;
	if (!q_outbox_work(run->env.db, run->env.arena, run->env.now, (struct instant){run->env.now.ms - KEEP_MS}, &row, &found, e))
		return false;
	*due = (row.to_send > 0 && (cfg->url || cfg->deliver)) || row.to_sweep > 0;
	return true;
}

struct job_kind outbox_kind(const struct outbox_config *cfg)
{
	return (struct job_kind){.name = "outbox.deliver", .fn = deliver_fn, .finish = deliver_finish, .due = deliver_due, .every_ms = EVERY_MS,
	                         .ctx = (void *)(uintptr_t)cfg};
}
