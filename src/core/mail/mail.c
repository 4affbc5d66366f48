/* mail.c — queueing and sending. The message's form is in mime.c. */
#include "core/mail/mail.h"
#include "core/crypto/crypto.h"
#include "core/db/id.h"
#include "core/mail/mail_sql.h"
#include "core/text/text.h"
#include "gen/ids.h"
#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#define TEXT_MAX ((size_t)256 * 1024)
#define SUBJECT_MAX ((size_t)1000)
#define KEY_MAX ((size_t)200)
#define NO_SERVER_WAIT_MS ((int64_t)5 * 60 * 1000)
#define KEEP_MS (30 * DAY_MS)
#define GIVE_UP_MS (5 * DAY_MS) /* RFC 5321 §4.5.4.1: at least four to five days */

static bool fits(struct str s, size_t max) { return s.n <= max && str_is_utf8(s); }

bool mail_queue(struct env *env, struct str to, struct str subject, struct str text, struct str key, struct err *e)
{
	CHECK(env->ids != NULL);
	if (!text_email_ok(to))
		return err_set(e, ERR_INVALID, "mail: the recipient is not one plain mailbox");
	if (key.n == 0 || !fits(key, KEY_MAX) || !fits(subject, SUBJECT_MAX) || !fits(text, TEXT_MAX))
		return err_set(e, ERR_INVALID, "mail: key, subject or text is too long or not UTF-8");
	int64_t id = id_new(env->ids, env->now), added = 0;
	if (!q_mail_add(env->db,
	                &(struct mail_add_in){.id = {id}, .mail_key = key, .recipient = to, .subject = subject.p ? subject : STR(""),
	                                      .body = text.p ? text : STR(""), .made_at = env->now},
	                &added, e))
		return err_wrap(e, "mail_queue");
	return added == 0 || job_add(env, &(struct job_new){.kind = "mail.send", .payload = str_fmt(env->arena, "%lld", (long long)id)}, e);
}

bool mail_forget(struct env *env, struct str words, struct err *e)
{
	CHECK(words.n > 0 && str_find_char(words, '%') < 0 && str_find_char(words, '_') < 0);
	return q_mail_forget(env->db, words, NULL, e) || err_wrap(e, "mail_forget");
}

bool mail_stats(struct env *env, struct mail_stats *out, struct err *e)
{
	struct mail_counts_row row = {0};
	bool found;
	if (!q_mail_counts(env->db, env->arena, &row, &found, e))
		return err_wrap(e, "mail_stats");
	*out = (struct mail_stats){.queued = row.queued, .failed = row.failed, .oldest = row.oldest.v};
	return true;
}

/* ---- SMTP ---- */

static void init_curl(void) { CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }

struct reading { struct str rest; };

static size_t give(char *out, size_t size, size_t n, void *ctx)
{
	struct reading *r = ctx;
	struct str part = str_sub(r->rest, 0, size * n);
	if (part.n)
		memcpy(out, part.p, part.n);
	r->rest = str_sub(r->rest, part.n, r->rest.n);
	return part.n;
}

static void set_options(CURL *c, const struct mail_config *cfg, struct reading *r)
{
	curl_easy_setopt(c, CURLOPT_URL, cfg->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(cfg->timeout_ms ? cfg->timeout_ms : 30000));
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(cfg->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (cfg->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, cfg->ca_file);
	if (cfg->cert_file) {
		curl_easy_setopt(c, CURLOPT_SSLCERT, cfg->cert_file);
		curl_easy_setopt(c, CURLOPT_SSLKEY, cfg->key_file);
	}
	if (cfg->user && cfg->password) {
		curl_easy_setopt(c, CURLOPT_USERNAME, cfg->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, cfg->password);
	}
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, r);
}

/* *refused: the server said 5xx, so trying again is no use. The error names no address. */
static bool smtp_send(const struct mail_config *cfg, struct arena *a, struct str to, struct str message, bool *refused, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init_curl);
	struct reading r = {message};
	CURL *c = curl_easy_init();
	CHECK(c != NULL);
	struct curl_slist *rcpt = curl_slist_append(NULL, str_fmt(a, "<%.*s>", STR_ARG(to)).p);
	CHECK(rcpt != NULL);
	set_options(c, cfg, &r);
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, str_fmt(a, "<%s>", cfg->from).p);
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, rcpt);
	CURLcode code = curl_easy_perform(c);
	long said = 0;
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &said);
	curl_slist_free_all(rcpt);
	curl_easy_cleanup(c);
	*refused = code != CURLE_OK && said >= 500 && said < 600 && code != CURLE_LOGIN_DENIED;
	return code == CURLE_OK || err_set(e, ERR_BUSY, "SMTP: %s (last answer %ld)", curl_easy_strerror(code), said);
}

/* ---- the job ---- */

static bool mail_id_of(const struct job_run *run, struct mail_outbox_id *id) { return str_to_i64(run->payload, &id->v); }

/* The same for the same occasion, and tells nothing about it. */
static struct str message_id(struct arena *a, struct str key, const char *from)
{
	struct str parts[] = {STR("mail\n"), key};
	struct digest d = crypto_sha256_parts(parts, 2);
	return str_fmt(a, "<%.32s%s>", digest_hex(a, d).p, strchr(from, '@'));
}

/* A server that is away, or says "not now", is no fault of the mail: it is tried again for days, the longer it waited the more seldom. */
static void wait_for_server(struct job_run *run, struct instant made)
{
	int64_t age = run->env.now.ms - made.ms, wait = age / 2;
	run->hopeless = run->hopeless || age > GIVE_UP_MS;
	run->later_ms = run->hopeless ? 0 : wait < 15000 ? 15000 : wait > 900000 ? 900000 : wait;
}

static bool send_fn(struct job_run *run, struct err *e)
{
	const struct mail_config *cfg = run->kind->ctx;
	struct arena *a = run->env.arena;
	struct mail_outbox_id id;
	struct mail_get_row m = {0};
	bool found = false;
	if (!cfg->url) {
		run->later_ms = NO_SERVER_WAIT_MS;
		return err_set(e, ERR_BUSY, "no mail server is configured");
	}
	if (!mail_id_of(run, &id) || !q_mail_get(run->env.db, a, id, &m, &found, e))
		return err_set(e, ERR_INTERNAL, "mail: payload or row cannot be read");
	if (!found || str_eq(m.state, STR("sent")))
		return true; /* an earlier run sent it and lost its lease */
	if (!text_email_ok(m.recipient)) {
		run->hopeless = true;
		return err_set(e, ERR_INVALID, "mail: the recipient kept is not one plain mailbox");
	}
	struct mail_message msg = {.from = str_from(cfg->from), .from_name = str_from(cfg->from_name), .to = m.recipient, .subject = m.subject,
	                           .text = m.body, .id = message_id(a, m.mail_key, cfg->from), .at = m.made_at};
	if (smtp_send(cfg, a, m.recipient, mail_build(a, &msg), &run->hopeless, e))
		return true;
	wait_for_server(run, m.made_at);
	return false;
}

static bool send_finish(struct job_run *run, struct err *e)
{
	struct mail_outbox_id id;
	return mail_id_of(run, &id) && q_mail_sent(run->env.db, id, run->env.now, NULL, e);
}

static bool send_dead(struct job_run *run, struct err *e)
{
	struct mail_outbox_id id;
	return !mail_id_of(run, &id) || q_mail_failed(run->env.db, id, run->env.now, STR("given up: see the dead job"), NULL, e);
}

struct job_kind mail_kind(const struct mail_config *cfg)
{
	CHECK(text_email_ok(str_from(cfg->from)));
	return (struct job_kind){.name = "mail.send", .fn = send_fn, .finish = send_finish, .dead = send_dead, .max_attempts = 12,
	                         .ctx = (void *)(uintptr_t)cfg};
}

static bool sweep_finish(struct job_run *run, struct err *e)
{
	return q_mail_sweep(run->env.db, (struct instant){run->env.now.ms - KEEP_MS}, NULL, e);
}
const struct job_kind mail_sweep_kind = {.name = "mail.sweep", .finish = sweep_finish, .every_ms = DAY_MS, .at_ms = 3 * 3600 * 1000 + 600000};
