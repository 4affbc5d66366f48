/* fixture.c — see fixture.h. The writer is one thread that keeps idempotency keys in a list. */
#include "core/http/fixture.h"
#include "core/test/test.h"
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct actor fixture_citizen = {.roles = ROLE_BIT(ROLE_CITIZEN), .account = 11};
const struct actor fixture_clerk = {.roles = ROLE_BIT(ROLE_CLERK), .account = 12};

static _Atomic int applied, rendered;
static _Atomic int64_t recorded;
static _Atomic uint64_t revision = 1;
static _Atomic bool away;
static _Atomic bool refuse, hold;
static char last[4096];
static struct blob_store *blobs; /* of the last configuration */
static const char *dir, *tmp;

struct str fixture_last(void) { return str_from(last); }
int fixture_applied(void) { return atomic_load(&applied); }
int64_t fixture_recorded(void) { return atomic_load(&recorded); }
int fixture_rendered(void) { return atomic_load(&rendered); }
void fixture_away(bool is) { atomic_store(&away, is); }
void fixture_revise(void) { atomic_fetch_add(&revision, 1); }
void fixture_refuse(bool on) { atomic_store(&refuse, on); }
void fixture_hold(bool on) { atomic_store(&hold, on); }

int fixture_files_left(void)
{
	int n = 0;
	DIR *d = opendir(tmp);
	EXPECT(d != NULL);
	for (struct dirent *f; (f = readdir(d));)
		n += f->d_name[0] != '.';
	closedir(d);
	return n;
}

static void remember(struct str s)
{
	size_t n = s.n < sizeof last - 1 ? s.n : sizeof last - 1;
	memcpy(last, s.p, n);
	last[n] = 0;
}

/* ---- the writer ---- */

struct kept_answer { struct kept_answer *next; char key[65]; uint8_t request[32]; char *answer; size_t n; };

struct writer { pthread_mutex_t lock; pthread_cond_t some; struct write_job *first, *last; struct kept_answer *kept; bool started; };

static struct writer the_writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .some = PTHREAD_COND_INITIALIZER};

static struct kept_answer *find_kept(struct writer *w, struct str key)
{
	for (struct kept_answer *k = w->kept; k; k = k->next)
		if (str_eq(key, str_from(k->key)))
			return k;
	return NULL;
}

static void keep(struct writer *w, const struct idempotency *o)
{
	struct kept_answer *k = calloc(1, sizeof *k);
	CHECK(k != NULL && o->key.n < sizeof k->key && (k->answer = malloc(o->answer.n + 1)) != NULL);
	memcpy(k->key, o->key.p, o->key.n);
	memcpy(k->request, o->request, sizeof k->request);
	memcpy(k->answer, o->answer.p, o->answer.n);
	k->n = o->answer.n;
	k->next = w->kept;
	w->kept = k;
}

static void run(struct writer *w, struct write_job *job)
{
	struct kept_answer *k = job->once.key.n ? find_kept(w, job->once.key) : NULL;
	if (k && memcmp(k->request, job->once.request, sizeof k->request) != 0) {
		job->once.mismatch = true;
		job->ok = err_set(&job->err, ERR_CONFLICT, "other request");
	} else if (k) {
		job->once.replayed = job->ok = true;
		job->once.answer = (struct str){k->answer, k->n};
	} else {
		job->ok = job->apply(job, &job->err);
		if (job->ok && job->once.key.n)
			keep(w, &job->once);
	}
	job->done(job);
}

static void *work(void *ctx)
{
	struct writer *w = ctx;
	for (;;) {
		pthread_mutex_lock(&w->lock);
		while (!w->first)
			pthread_cond_wait(&w->some, &w->lock);
		struct write_job *job = w->first;
		w->first = job->next;
		pthread_mutex_unlock(&w->lock);
		run(w, job);
	}
	return NULL;
}

static bool submit(struct writer *w, struct write_job *job, struct err *e)
{
	pthread_t t;
	if (atomic_load(&refuse))
		return err_set(e, ERR_BUSY, "queue is full");
	pthread_mutex_lock(&w->lock);
	if (!w->started)
		CHECK(pthread_create(&t, NULL, work, w) == 0 && pthread_detach(t) == 0);
	w->started = true;
	job->next = NULL;
	if (w->first)
		w->last->next = job;
	else
		w->first = job;
	w->last = job;
	pthread_cond_signal(&w->some);
	pthread_mutex_unlock(&w->lock);
	return true;
}

/* ---- pages ---- */

static bool put(struct request *r, const char *text)
{
	buf_put(&r->body, str_from(text));
	return answer_html(r, 200);
}

static bool home(struct request *r, struct err *e) { (void)e; return put(r, "<h1>home</h1>"); }
/* A slice that puts what was typed where it does not belong. */
static bool stray(struct request *r, struct err *e)
{
	struct str typed = req_query(r, "typed");
	(void)e;
	answer_header(r, "X-Typed", typed);
	answer_cookie(r, "typed", typed, 0);
	return str_eq(req_query(r, "do"), STR("go")) ? answer_redirect(r, typed) : put(r, "<h1>stray</h1>");
}
static bool silent(struct request *r, struct err *e) { (void)e; (void)r; return true; }

static bool mine(struct request *r, struct err *e)
{
	if (str_eq(req_param(r, "code"), STR("A1")))
		return true;
	return err_set(e, ERR_NOT_FOUND, "not yours");
}

static bool hungry(struct request *r, struct err *e)
{
	(void)e;
	arena_alloc(r->env.arena, (size_t)65 << 20);
	return put(r, "much");
}

static bool show_form(struct request *r, struct err *e)
{
	(void)e;
	buf_fmt(&r->body, "<form><input type=\"hidden\" name=\"_csrf\" value=\"%.*s\"></form>", STR_ARG(req_csrf(r)));
	return answer_html(r, 200);
}

static bool read_one(struct request *r, struct err *e)
{
	int64_t id = 0;
	if (!req_param_id(r, "id", &id))
		return err_set(e, ERR_NOT_FOUND, "no such id");
	req_note_read(r, id);
	return put(r, "secret");
}

static bool public_page(struct request *r, struct err *e)
{
	if (atomic_load(&away))
		return err_set(e, ERR_BUSY, "the database is away");
	atomic_fetch_add(&rendered, 1);
	for (int i = 0; i < 200; i++)
		buf_fmt(&r->body, "<p>%s line</p>", r->env.lang == LANG_EN ? "en" : "vi");
	return answer_html(r, 200);
}

static bool file_page(struct request *r, struct err *e)
{
	(void)e;
	struct str path = str_fmt(r->env.arena, "%s/ten", dir);
	int fd = open(path.p, O_CREAT | O_RDWR | O_TRUNC, 0600);
	EXPECT(fd >= 0 && write(fd, "0123456789", 10) == 10);
	return answer_file(r, fd, 10, "text/html", STR("đn.html"), true);
}

static ptrdiff_t pull(void *ctx, char *out, size_t max)
{
	char *at = ctx;
	if (*at > 'c' || max < 3)
		return 0;
	memset(out, *at, 3);
	++*at;
	return 3;
}

static bool stream_page(struct request *r, struct err *e)
{
	(void)e;
	char *at = malloc(1);
	CHECK(at != NULL);
	*at = 'a';
	return answer_stream(r, "text/csv", STR("x.csv"), (struct answer_stream){pull, free, at});
}

/* ---- actions ---- */

static const struct choice kinds[] = {{"a", 1}, {"b", 2}};
static const struct field fields[] = {
	{.name = "title", .kind = FIELD_TEXT, .required = true, .max = 50},
	{.name = "amount", .kind = FIELD_MONEY},
	{.name = "due", .kind = FIELD_DATE},
	{.name = "kind", .kind = FIELD_CHOICE, .choices = kinds, .n_choices = 2},
	{.name = "agree", .kind = FIELD_BOOL, .required = true},
};
static const struct form form = {"dossier", fields, ARRAY_LEN(fields)};

static bool again(struct request *r, struct err *e)
{
	(void)e;
	buf_fmt(&r->body, "again title=%.*s", STR_ARG(form_raw(r, "title")));
	for (const struct form_error *f = r->errors.first; f; f = f->next)
		buf_fmt(&r->body, " %.*s:%s", STR_ARG(f->field), form_fault_name(f->fault));
	return answer_html(r, 200);
}

static bool check(struct request *r, struct err *e)
{
	(void)e;
	if (str_eq(form_text(r, "title"), STR("bad-check")))
		form_error(r, "title", 5, STR_NONE, STR_NONE);
	return true;
}

static bool save(struct request *r, struct err *e)
{
	struct date d = {0};
	(void)e;
	if (str_eq(form_text(r, "title"), STR("bad-apply"))) {
		form_error(r, "title", 6, STR_NONE, STR_NONE);
		return true;
	}
	form_date(r, "due", &d);
	remember(str_fmt(r->env.arena, "%.*s|%lld|%.*s|%d|%d", STR_ARG(form_text(r, "title")), (long long)form_money(r, "amount").dong,
	                 STR_ARG(date_format(r->env.arena, d)), form_choice(r, "kind"), form_bool(r, "agree")));
	r->memo = str_fmt(r->env.arena, "%d", atomic_fetch_add(&applied, 1) + 1);
	r->redirect = str_fmt(r->env.arena, "/ho-so/%.*s", STR_ARG(r->memo));
	return true;
}

static bool created(struct request *r, struct err *e)
{
	(void)e;
	buf_fmt(&r->body, "{\"number\":%.*s}", STR_ARG(r->memo));
	return answer_json(r, 201);
}

static bool visitor(struct request *r, struct err *e)
{
	(void)e;
	atomic_fetch_add(&applied, 1);
	r->redirect = STR("/");
	return true;
}

static bool slow(struct request *r, struct err *e)
{
	struct str s;
	if (req_form_raw(r, STR("x"), 0, &s) && str_eq(s, STR("fail")))
		return err_set(e, ERR_DENIED, "wrong password");
	r->redirect = STR("/slow-done");
	return true;
}

static bool held(struct request *r, struct err *e)
{
	while (atomic_load(&hold))
		usleep(1000);
	return silent(r, e);
}

static bool judged(struct request *r, struct err *e) { return held(r, e) && slow(r, e); }

static const struct field upload_fields[] = {
	{.name = "note", .kind = FIELD_TEXT},
	{.name = "file", .kind = FIELD_FILE, .required = true},
};
static const struct form upload_form = {"upload", upload_fields, ARRAY_LEN(upload_fields)};

static bool uploaded(struct request *r, struct err *e)
{
	struct upload *u = form_file(r, "file");
	char head[100] = {0};
	int fd = blob_writer_open(u->file, sizeof head - 1, e);
	EXPECT(fd >= 0 && pread(fd, head, sizeof head - 1, 0) >= 0);
	close(fd);
	remember(str_fmt(r->env.arena, "%.*s|%.*s|%lld|%s", STR_ARG(form_text(r, "note")), STR_ARG(u->name), (long long)u->size, head));
	r->redirect = STR("/ok");
	return true;
}

static bool receive(struct request *r, struct err *e)
{
	(void)e;
	struct str path = str_fmt(r->env.arena, "%s/raw", dir);
	r->sink = (struct sink){.fd = open(path.p, O_CREAT | O_RDWR | O_TRUNC, 0600), .max = 1000};
	return true;
}

static bool received(struct request *r, struct err *e)
{
	char got[100] = {0};
	(void)e;
	EXPECT(pread(r->sink.fd, got, sizeof got - 1, 0) == r->received);
	remember(str_from(got));
	return answer_empty(r, 204);
}

#define CITIZEN ROLE_BIT(ROLE_CITIZEN)
static const struct field echo_fields[] = {{.name = "limit", .kind = FIELD_INT, .low = 1, .high = 200}, {.name = "until", .kind = FIELD_DATE}};
static const struct form echo_query = {"echo", echo_fields, ARRAY_LEN(echo_fields)};

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/", .page = home, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/hello", .page = home, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/stray", .page = stray, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/silent", .page = silent, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/hungry", .page = hungry, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/form", .page = show_form, .allow = CITIZEN, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/file", .page = file_page, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/stream", .page = stream_page, .allow = ALLOW_ALL, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/lookup", .page = home, .allow = ALLOW_ALL, .api = "NONE: test", .rate = RATE_LOOKUP},
	{.method = HTTP_GET, .path = "/ho-so/:code", .page = home, .row = mine, .allow = CITIZEN, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/read/:id", .page = read_one, .allow = ALLOW_STAFF, .reads = READS_DOSSIER, .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/public", .page = public_page, .allow = ALLOW_ALL, .flags = ROUTE_PUBLIC_CACHE,
	 .api = "NONE: test"},
	{.method = HTTP_GET, .path = "/figures", .page = public_page, .allow = ALLOW_ALL, .flags = ROUTE_PUBLIC_CACHE | ROUTE_FIGURES, .api = "NONE: test"},
	{.method = HTTP_POST, .path = "/ho-so", .check = check, .apply = save, .again = again, .form = &form, .allow = CITIZEN},
	{.method = HTTP_POST, .path = "/visitor", .apply = visitor, .allow = ALLOW_ALL},
	{.method = HTTP_POST, .path = "/held", .check = held, .apply = visitor, .allow = CITIZEN},
	{.method = HTTP_POST, .path = "/slow", .slow = slow, .check = silent, .allow = CITIZEN},
	{.method = HTTP_POST, .path = "/judged", .slow = judged, .check = silent, .flags = ROUTE_SLOW_APART, .allow = CITIZEN},
	{.method = HTTP_POST, .path = "/upload", .check = uploaded, .again = again, .form = &upload_form, .flags = ROUTE_UPLOAD,
	 .allow = CITIZEN},
	{.method = HTTP_PATCH, .path = "/files/:id", .receive = receive, .check = received, .flags = ROUTE_API, .allow = CITIZEN},
	{.method = HTTP_GET, .path = "/api/v1/echo", .page = home, .flags = ROUTE_API, .allow = CITIZEN, .query = &echo_query,
	 .doc = &(const struct route_doc){.summary = "test"}},
	{.method = HTTP_POST, .path = "/api/v1/things", .apply = save, .answer = created, .form = &form, .flags = ROUTE_API,
	 .allow = CITIZEN, .doc = &(const struct route_doc){.summary = "test"}},
};
static const struct route_table table = {"test", routes, ARRAY_LEN(routes)};

static bool read_needed(struct request *r) { return actor_any(r->env.actor, ALLOW_STAFF); }

static bool read_apply(struct request *r, struct err *e)
{
	size_t n = 0;
	const int64_t *ids = req_reads(r, &n);
	(void)e;
	EXPECT_INT(n, 1);
	atomic_store(&recorded, ids[0]);
	return true;
}

static uint64_t read_revision(void *app)
{
	(void)app;
	return atomic_load(&revision);
}

/* Over sockets: a bearer header makes anyone the citizen. */
static bool authenticate(struct request *r, struct err *e)
{
	(void)e;
	if (req_header(r, "Authorization").n) {
		r->env.actor = &fixture_citizen;
		r->auth = AUTH_BEARER;
	}
	return true;
}

static const struct asset assets[] = {{.path = "/assets/a.css", .type = "text/css", .bytes = (const unsigned char *)"body{}",
                                       .n = 6, .gzip = (const unsigned char *)"GZIP", .n_gzip = 4, .etag = "e1",
                                       .forever = true}};
static const char *const proxies[] = {"127.0.0.9"};

struct http_config fixture_config(struct arena *a)
{
	struct http_config c = http_config_usual();
	struct err e = {0};
	dir = test_temp_dir(a).p;
	blob_store_free(blobs);
	EXPECT_OK(blob_store_new(&blobs, str_fmt(a, "%s/blobs", dir), NULL, &e), e);
	tmp = str_fmt(a, "%s/blobs/tmp", dir).p;
	c.listen = "127.0.0.1:0";
	c.blobs = blobs;
	c.sign_in_path = "/dang-nhap";
	c.tables = &table;
	c.n_tables = 1;
	c.assets = assets;
	c.n_assets = 1;
	c.proxies = proxies;
	c.n_proxies = 1;
	c.say_key_reused = 7;
	c.hooks = (struct http_hooks){.authenticate = authenticate, .read_needed = read_needed, .read_apply = read_apply,
	                              .revision = read_revision};
	c.writer = &the_writer;
	c.submit = submit;
	return c;
}

struct http_test *fixture_new(struct arena *a)
{
	struct http_config c = fixture_config(a);
	return http_test_new(a, &c);
}
