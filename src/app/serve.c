/* serve.c — `motcua serve`: opens the data folder, starts helpers, writer, jobs and the HTTP server, waits for a signal,
 * and stops in the other order. The sign helper is started first, before any thread. */
#include "account/account.h"
#include "app/serve.h"
#include "core/archive/archive.h"
#include "core/log/log.h"
#include "core/page/page.h"
#include "core/page/part.h"
#include "directory/directory.h"
#include "erase/erase.h"
#include "gen/assets.h"
#include "tour/tour.h"
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct catalogue *catalogue_of(const struct request *r) { return ((struct app *)r->app)->catalogue; }

/* ---- hooks ---- */

static struct db *checkout(void *ctx)
{
	struct app *app = ctx;
	struct err e = {0};
	struct db *db = db_checkout(app->store.pool, &e);
	if (db)
		db_moment(db); /* what one step of a request reads is of one moment */
	else
		log_event(LOG_WARN, "database", log_text("error", e.text));
	return db;
}

static void checkin(void *ctx, struct db *db)
{
	db_moment_end(db);
	db_checkin(((struct app *)ctx)->store.pool, db);
}

static uint64_t revision(void *ctx) { return catalogue_revision(((struct app *)ctx)->catalogue) ^ masthead_number(); }

static void archive_ready(struct wal_archive *x, struct buf *why)
{
	struct wal_archive_stats s = wal_archive_stats(x);
	if (s.failing)
		buf_fmt(why, "warning: a piece of the write-ahead log cannot be archived; at its cap nothing is written: %s\n", s.why);
	if (s.no_backup)
		buf_put(why, STR("warning: the archive has no backup to begin from; run motcua backup with the same settings\n"));
}

static bool ready(void *ctx, struct buf *why)
{
	struct app *app = ctx;
	struct err e = {0};
	struct db *db = db_checkout(app->store.pool, &e);
	if (!db) {
		buf_put(why, STR("database away\n"));
		return false;
	}
	db_checkin(app->store.pool, db);
	struct writer_stats writer = writer_stats(app->store.writer);
	if (writer.connected == 0) {
		buf_put(why, STR("database away: nothing can be written\n"));
		return false;
	}
	if (writer.wal_full && !(app->store.archive && wal_archive_stats(app->store.archive).failing))
		buf_put(why, STR("warning: a long reader keeps the write-ahead log at its cap; nothing is written until it ends\n"));
	hold_say(app, why);
	if (app->http && http_poisoned(app->http))
		buf_put(why, STR("warning: a request broke the program twice and is refused; the log names it\n"));
	if (app->store.archive)
		archive_ready(app->store.archive, why);
	if (app->demo)
		buf_put(why, STR("warning: demonstration data\n"));
	return true;
}

static struct app *the_app; /* for the page frame, which has no context of its own */

static void fill_page(struct request *r, struct page_facts *f)
{
	struct masthead m = masthead_now();
	struct str own = r->env.actor->agency; /* officials see whose they are */
	f->agency = own.n ? own : m.name.n ? m.name : msg(r->env.lang, MSG_SITE_NAME);
	f->agency_note = str_eq(f->agency, m.over) ? STR("") : m.over;
	f->demo = the_app->demo;
	desk_side(r, f);
	app_side(r, f);
	tour_fill(r, f);
}

static const struct http_hooks hooks = {
	.authenticate = account_authenticate, .error_page = page_error_page, .say = page_say, .say_of = page_say_of, .db_checkout = checkout,
	.db_checkin = checkin, .may_act = account_may_act, .read_needed = reads_needed, .read_apply = reads_apply, .read_kept = reads_kept, .revision = revision, .ready = ready,
};

/* ---- starting ---- */

static bool use_settings(struct app *app, const struct options *o, struct err *e)
{
	enum log_level level = LOG_INFO;
	app->config = o->settings;
	if (o->listen.n && !config_set(o->arena, &app->config, STR("listen"), o->listen, e))
		return false;
	if (app->config.log_level && !log_level_from_name(str_from(app->config.log_level), &level))
		return err_set(e, ERR_INVALID, "log_level is debug, info, warn, error or off");
	log_set_level(level);
	return true;
}

/* The text of a secret file; NULL when none is named. */
static bool secret_of(struct app *app, const char *file, const char **out, struct err *e)
{
	struct str text;
	if (!config_secret(app->secrets, file, &text, e))
		return false;
	*out = text.p ? str_cstr(app->secrets, text) : NULL;
	return true;
}

static bool start_stamps(struct app *app, struct err *e)
{
	struct arena *a = app->store.arena;
	const char *anchors;
	if (app->demo && !app->config.tsa_url) {
		const char *pki = str_fmt(a, "%.*s/pki", STR_ARG(app->store.place.dir)).p;
		app->tsa_demo = demo_tsa_start(pki, 0, e);
		if (!app->tsa_demo)
			return false;
		app->tsa.url = str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(app->tsa_demo)).p;
		anchors = str_fmt(a, "%s/tsa/root.pem", pki).p;
	} else if (app->config.tsa_url) {
		app->tsa.url = app->config.tsa_url;
		anchors = app->config.tsa_ca_file;
	} else {
		return true;
	}
	if (!anchors_load(app, anchors, &app->tsa_anchors, &app->stamps_pem, e))
		return false;
	app->tsa.timeout_ms = 5000;
	app->tsa.anchors = app->tsa_anchors;
	return true;
}

/* One that cannot start, for a library that is missing, must stop the start and not each upload. Then it waits for the first upload:
 * where nobody files, the libraries that read images and PDF lie in no memory. */
static bool try_render(struct app *app, struct err *e)
{
	struct str said;
	if (!scan_ask_type(&app->scan, STR("%PDF-1.4\n"), app->arena, &said, e))
		return err_wrap(e, "motcua-render does not work");
	render_rest(app->render);
	return str_eq(said, STR("application/pdf")) || err_set(e, ERR_INTERNAL, "motcua-render calls a PDF %.*s", STR_ARG(said));
}

/* motcua-render lies beside this program, or where the build put it. */
struct render *render_beside(struct arena *a, struct err *e)
{
	static const char *const places[] = {"motcua-render", "../render/motcua-render"};
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	while (n > 0 && self[n - 1] != '/')
		n--;
	for (size_t i = 0; n > 0 && i < ARRAY_LEN(places); i++) {
		const char *path = str_fmt(a, "%.*s%s", (int)n, self, places[i]).p;
		if (access(path, X_OK) == 0)
			return render_open(path, e);
	}
	err_set(e, ERR_NOT_FOUND, "motcua-render is not beside the program; install it in the same folder");
	return NULL;
}

static bool start_render(struct app *app, struct err *e)
{
	app->render = render_beside(app->arena, e);
	app->scan = (struct scan_config){.render = app->render, .clamav_socket = app->config.clamav_socket};
	return app->render != NULL;
}

/* In the demonstration mail goes to DIR/mail through a sink of our own. */
static bool start_mail(struct app *app, struct err *e)
{
	struct arena *a = app->store.arena;
	struct config *c = &app->config;
	app->mail = (struct mail_config){.url = c->smtp_url, .from = c->mail_from, .from_name = c->mail_from_name, .user = c->smtp_user, .ca_file = c->smtp_ca_file,
		.cert_file = c->smtp_cert_file, .key_file = c->smtp_key_file, .starttls = c->smtp_starttls};
	const char *read_by_the_library = NULL;
	if (!secret_of(app, c->smtp_password_file, &app->mail.password, e) || !secret_of(app, c->smtp_key_file, &read_by_the_library, e))
		return false;
	if (!app->demo || c->smtp_url)
		return true;
	if (!mail_sink_start(&app->sink, (int)c->mail_sink_port, str_fmt(a, "%.*s/mail", STR_ARG(app->store.place.dir)), e))
		return false;
	app->mail.url = str_fmt(a, "smtp://127.0.0.1:%d", mail_sink_port(app->sink)).p;
	app->mail.starttls = false; /* the sink knows no TLS, and is in this process */
	app->mail.from = app->mail.from ? app->mail.from : "motcua@example.invalid";
	return true;
}

static bool queue_mail(struct env *env, const struct account_mail *m, struct err *e)
{
	/* Each code is an occasion of its own; asking twice sends two. */
	return mail_queue(env, m->to, m->subject, m->text, str_fmt(env->arena, "account:%lld", (long long)id_new(env->ids, env->now)), e);
}

static bool clean(void *self, struct str code, struct err *e) { return store_clean(&((struct app *)self)->store, code, e); }

static bool start_slices(struct app *app, struct err *e)
{
	erase_use(&(struct erase_config){.clean = clean, .self = app});
	struct account_config accounts = store_accounts(&app->store, &app->config);
	accounts.mail = queue_mail;
	accounts.offer = app->demo ? tour_offer : NULL;
	tour_use(app->demo);
	the_app = app;
	page_fill_hook(fill_page);
	return account_start(&accounts, e) && app_catalogue(app, e) && app_slices(app, e);
}

static struct rate per_minute(int64_t n) { return (struct rate){.per_minute = (uint32_t)n, .burst = (uint32_t)n}; }

/* "127.0.0.1 unix" as a list of words. */
static void set_proxies(struct arena *a, struct http_config *h, const char *words)
{
	struct str rest = str_from(words), one;
	const char **v = NEW_ARRAY(a, rest.n + 1, const char *);
	while (str_next(&rest, ' ', &one))
		if (one.n)
			v[h->n_proxies++] = str_cstr(a, one);
	h->proxies = v;
}

static void set_limits(struct http_config *h, const struct config *c)
{
	h->threads = (unsigned)c->threads;
	h->connections = (unsigned)c->connections;
	h->connections_per_address = (unsigned)c->connections_per_address;
	h->idle_s = (int)(c->idle_ms / 1000);
	h->deadline_ms = (int)c->deadline_ms;
	h->slow_threads = (unsigned)c->slow_threads;
	h->slow_queue = (unsigned)c->slow_queue;
	h->arena_cap = (size_t)c->arena_cap;
	h->form_max = (size_t)c->form_max;
	h->json_max = (size_t)c->json_max;
	h->upload_max = (size_t)c->upload_max;
	h->uploads_max = (size_t)c->uploads_max;
	h->cache_bytes = (size_t)c->cache_bytes;
	h->rate_address[RATE_NORMAL] = per_minute(c->rate_page);
	h->rate_address[RATE_SIGN_IN] = per_minute(c->rate_sign_in);
	h->rate_address[RATE_LOOKUP] = per_minute(c->rate_lookup);
	h->rate_address[RATE_UPLOAD] = h->rate_account[RATE_UPLOAD] = per_minute(c->rate_upload);
	h->rate_address[RATE_HEAVY] = h->rate_account[RATE_HEAVY] = per_minute(c->rate_heavy);
	h->rate_address[RATE_API] = per_minute(c->rate_api);
	h->rate_account[RATE_NORMAL] = per_minute(c->rate_account_page);
	h->rate_account[RATE_API] = per_minute(c->rate_account_api);
}

static bool start_http(struct app *app, struct err *e)
{
	struct http_config *h = &app->http_cfg;
	const struct config *c = &app->config;
	*h = http_config_usual();
	h->listen = c->listen;
	set_limits(h, c);
	set_proxies(app->store.arena, h, c->proxies);
	h->listen_metrics = c->listen_metrics;
	h->https = c->https;
	h->origin = c->origin;
	h->blobs = app->store.blobs;
	h->flight_path = str_fmt(app->store.arena, "%.*s/in-hand.%lld", STR_ARG(app->store.place.dir), (long long)c->node).p;
	h->sign_in_path = "/dang-nhap";
	h->assets = assets;
	h->n_assets = n_assets;
	h->tables = routes_of_all(app->store.arena, &h->n_tables);
	h->hooks = hooks;
	h->app = app;
	h->writer = app->store.writer;
	h->submit = writer_submit;
	h->gauges = app_gauges;
	h->n_gauges = app_gauges_n;
	page_fault_say(h->fault_say);
	h->say_away = (int)MSG_ERR_AWAY;
	h->say_poisoned = (int)MSG_ERR_POISONED;
	h->say_key_reused = (int)MSG_ERR_KEY_REUSED;
	return http_start(&app->http, h, e);
}

static bool start_jobs(struct app *app, struct err *e)
{
	struct job_config cfg = {.writer = app->store.writer, .pool = app->store.pool, .threads = (unsigned)app->config.job_threads, .alone = true, .app = app};
	app->outbox = (struct outbox_config){.url = app->config.outbox_url, .ca_file = app->config.outbox_ca_file, .cert_file = app->config.outbox_cert_file, .key_file = app->config.outbox_key_file};
	const char *read_by_the_library; /* here only looked at: it is there, and its owner's only */
	if (!secret_of(app, app->config.outbox_token_file, &app->outbox.token, e) || !secret_of(app, app->config.outbox_key_file, &read_by_the_library, e))
		return false;
	page_parts_open(PAGE_PARTS_BYTES); /* a job ages them */
	directory_keep_open(DIRECTORY_KEPT_BYTES);
	struct env env = {.arena = app->store.arena, .actor = &actor_program, .now = instant_clock(), .db = db_checkout(app->store.pool, e)};
	bool ok = env.db && masthead_look(&env, e); /* then a job looks */
	if (env.db)
		db_checkin(app->store.pool, env.db);
	if (!ok)
		return err_wrap(e, "whose pages these are");
	cfg.kinds = app_jobs(app, &cfg.n_kinds);
	return job_start(&app->jobs, &cfg, e);
}

static bool tell_reads(struct env *env, void *ctx, struct err *e) { return reads_tell(env, ctx, e); }

static bool start_reads(struct app *app, struct err *e)
{
	return reads_open(str_fmt(app->store.arena, "%.*s/looks.%lld", STR_ARG(app->store.place.dir), (long long)app->config.node).p, app->store.place.db, e);
}

/* Counts of looks that were not told yet. */
static void keep_reads(struct app *app)
{
	struct err e = {0};
	if (!app->store.writer)
		return;
	struct reads_over last = reads_take(app->store.arena, 0, true);
	if (last.n && !store_act(&app->store, app->store.arena, tell_reads, &last, &e))
		log_event(LOG_ERROR, "reads", log_text("error", e.text));
	else if (last.n)
		reads_told(&last);
	reads_close();
}

static void stop_all(struct app *app)
{
	control_stop(app->control);
	http_stop(app->http, 10000);
	job_stop(app->jobs);
	page_parts_close();
	directory_keep_close();
	masthead_forget();
	keep_reads(app);
	if (app->catalogue)
		catalogue_stop(app->catalogue);
	account_stop();
	if (app->sink)
		mail_sink_stop(app->sink);
	if (app->tsa_demo)
		tsa_demo_stop(app->tsa_demo);
	trust_free(app->tsa_anchors);
	trust_free(app->signer_anchors);
	if (app->signer)
		sign_client_close(app->signer);
	render_close(app->render);
	store_close(&app->store);
	arena_free(app->secrets);
}

/* The helpers start before the writer's threads: the folder's place is all they need. What they load meanwhile is tried last. */
static bool start_all(struct app *app, const struct options *o, struct err *e)
{
	app->store.lock = -1;
	app->arena = o->arena;
	if (!place_of(o, &app->store.place, e))
		return false;
	if (!use_settings(app, o, e))
		return false;
	if (!signing_start(app, e))
		return err_wrap(e, "signing");
	if (!start_render(app, e) || !place_make(&app->store.place, e) || !hold_files(app, e))
		return false;
	if (!store_open(&app->store, o, STORE_WRITER, e))
		return false;
	return start_reads(app, e) && start_stamps(app, e) && start_mail(app, e) && start_slices(app, e) && try_render(app, e) && start_jobs(app, e) && start_http(app, e) &&
	       control_start(&app->control, &app->store, &app->config, e) && hold_calls(app, e);
}

/* Memory holds keys and people's data: no core file, and an empty one where the kernel pipes it to a collector, which
 * RLIMIT_CORE does not stop (core(5)). The helpers inherit both. */
static void leave_no_core(void)
{
	const struct rlimit none = {0, 0};
	FILE *f = fopen("/proc/self/coredump_filter", "we");
	if (setrlimit(RLIMIT_CORE, &none) != 0 || !f || fputs("0", f) < 0)
		log_event(LOG_WARN, "core", log_text("why", "core files could not be switched off"));
	if (f)
		fclose(f);
}

/* A block that large is one request's or one job's: it is mapped alone and goes back when it is freed. Left to itself the library raises the bound to
 * whatever was freed last, keeps such blocks for each thread, and what lives longer (pages of the database) settles between them. */
#define ALONE (512 * 1024)
#define KEPT_FREE (2 * 1024 * 1024) /* at the end of what a thread has */

int serve_command(struct options *o)
{
	struct app app = {.secrets = arena_new_wiping(0)};
	struct err e = {0};
	sigset_t stop;
	int got = 0;
	(void)mallopt(M_MMAP_THRESHOLD, ALONE);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_FREE);
	leave_no_core();
	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &stop, NULL); /* before any thread: all of them leave the signals to us */
	if (!start_all(&app, o, &e)) {
		int code = app.store.place.dir.n ? EXIT_WRONG : EXIT_USAGE;
		stop_all(&app);
		return say_error(&e, code);
	}
	malloc_trim(0); /* what reading the packs left behind */
	fprintf(stderr, "motcua %s serves on port %d\n", MOTCUA_VERSION, http_port(app.http));
	sigwait(&stop, &got);
	fprintf(stderr, "motcua stops\n");
	stop_all(&app);
	return EXIT_GOOD;
}
