/* sink.c — a mail server of one thread that keeps what it gets: RFC 5321 without relaying, extensions and TLS. */
#include "core/mail/mail.h"
#include "core/base/file.h"
#include "core/text/text.h"
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_LIMIT ((size_t)1000)
#define MESSAGE_LIMIT ((size_t)4 * 1024 * 1024)
#define RECIPIENTS_MAX 20
#define IDLE_S 10

struct mail_sink {
	int listener, port;
	char dir[900];
	pthread_t thread;
	pthread_mutex_t mutex;
	int client; /* -1: none; shut down to stop */
	bool stopping;
	int64_t count;
	int refuse_code, refuse_n;
};

struct talk {
	struct mail_sink *s;
	struct arena *a;
	int fd;
	char in[4096];
	size_t have, at;
	struct str from;
	bool has_from;
	struct buf to; /* one a line */
	int n_to;
};

static bool next_byte(struct talk *t, char *c)
{
	if (t->at == t->have) {
		ssize_t n = recv(t->fd, t->in, sizeof t->in, 0);
		if (n <= 0)
			return false;
		t->have = (size_t)n;
		t->at = 0;
	}
	*c = t->in[t->at++];
	return true;
}

/* A line without its end; what is longer than the limit is cut and *over set. */
static bool next_line(struct talk *t, char out[LINE_LIMIT], size_t *n, bool *over)
{
	char c;
	*over = false;
	for (*n = 0; next_byte(t, &c);) {
		if (c == '\n') {
			*n -= *n > 0 && out[*n - 1] == '\r';
			return true;
		}
		if (*n < LINE_LIMIT)
			out[(*n)++] = c;
		else
			*over = true;
	}
	return false;
}

static bool say(struct talk *t, const char *line)
{
	size_t n = strlen(line);
	return send(t->fd, line, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void reset(struct talk *t)
{
	t->has_from = false;
	t->n_to = 0;
	t->to = buf_on(t->a);
}

/* What stands between < and >, or false. */
static bool path_in(struct str s, struct str *out)
{
	ptrdiff_t from = str_find_char(s, '<'), to = str_find_char(s, '>');
	if (from < 0 || to < from)
		return false;
	*out = str_sub(s, (size_t)from + 1, (size_t)(to - from - 1));
	return true;
}

/* Whole under its name at once, so that who watches the folder sees no half mail. */
static bool keep(struct talk *t, struct str message)
{
	char tmp[1024], path[1024];
	long long n = (long long)t->s->count + 1;
	snprintf(tmp, sizeof tmp, "%s/.%06lld", t->s->dir, n);
	snprintf(path, sizeof path, "%s/%06lld.eml", t->s->dir, n);
	struct buf b = buf_on(t->a);
	buf_fmt(&b, "X-Sink-From: %.*s\r\n", STR_ARG(t->from));
	struct str to = buf_str(&t->to), one;
	while (str_next(&to, '\n', &one))
		if (one.n)
			buf_fmt(&b, "X-Sink-To: %.*s\r\n", STR_ARG(one));
	buf_put(&b, message);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && file_write(fd, buf_str(&b));
	if (fd >= 0)
		close(fd);
	return ok && rename(tmp, path) == 0;
}

static int refusal(struct mail_sink *s)
{
	pthread_mutex_lock(&s->mutex);
	int code = s->refuse_n > 0 ? s->refuse_code : 0;
	s->refuse_n -= s->refuse_n > 0;
	pthread_mutex_unlock(&s->mutex);
	return code;
}

static bool end_data(struct talk *t, struct str message, bool over)
{
	char line[64];
	int code = refusal(t->s);
	bool kept = false;
	if (over)
		return say(t, "552 5.3.4 Too long\r\n");
	if (code) {
		snprintf(line, sizeof line, "%d Refused as asked\r\n", code);
		return say(t, line);
	}
	pthread_mutex_lock(&t->s->mutex);
	kept = keep(t, message);
	t->s->count += kept;
	pthread_mutex_unlock(&t->s->mutex);
	return say(t, kept ? "250 2.0.0 Kept\r\n" : "451 4.3.0 Cannot be written\r\n");
}

static bool take_data(struct talk *t)
{
	char line[LINE_LIMIT];
	size_t n;
	bool cut, over = false;
	struct buf b = buf_on(t->a);
	if (!t->has_from || t->n_to == 0)
		return say(t, "503 5.5.1 MAIL and RCPT first\r\n");
	if (!say(t, "354 Go on\r\n"))
		return false;
	while (next_line(t, line, &n, &cut)) {
		if (n == 1 && line[0] == '.') {
			bool ok = end_data(t, buf_str(&b), over);
			reset(t);
			return ok;
		}
		size_t dot = n > 0 && line[0] == '.';
		over = over || cut || b.n + n > MESSAGE_LIMIT;
		if (!over) {
			buf_put(&b, (struct str){line + dot, n - dot});
			buf_put(&b, STR("\r\n"));
		}
	}
	return false;
}

static bool take_from(struct talk *t, struct str s)
{
	struct str path;
	if (!path_in(s, &path))
		return say(t, "501 5.5.4 MAIL FROM:<address>\r\n");
	reset(t);
	t->from = str_dup(t->a, path);
	t->has_from = true;
	return say(t, "250 2.1.0 OK\r\n");
}

static bool take_to(struct talk *t, struct str s)
{
	struct str path;
	if (!t->has_from)
		return say(t, "503 5.5.1 MAIL first\r\n");
	if (!path_in(s, &path) || !text_email_ok(path))
		return say(t, "553 5.1.3 Not a mailbox\r\n");
	if (t->n_to == RECIPIENTS_MAX)
		return say(t, "452 4.5.3 Too many recipients\r\n");
	buf_fmt(&t->to, "%.*s\n", STR_ARG(path));
	t->n_to++;
	return say(t, "250 2.1.5 OK\r\n");
}

static bool command(struct talk *t, struct str s)
{
	struct str verb = str_sub(s, 0, 4);
	if (str_eq_nocase(verb, STR("EHLO")))
		return say(t, "250-sink\r\n250-8BITMIME\r\n250 SIZE 4194304\r\n");
	if (str_eq_nocase(verb, STR("HELO")) || str_eq_nocase(verb, STR("NOOP")))
		return say(t, "250 2.0.0 OK\r\n");
	if (str_eq_nocase(verb, STR("MAIL")))
		return take_from(t, s);
	if (str_eq_nocase(verb, STR("RCPT")))
		return take_to(t, s);
	if (str_eq_nocase(verb, STR("DATA")))
		return take_data(t);
	if (str_eq_nocase(verb, STR("RSET"))) {
		reset(t);
		return say(t, "250 2.0.0 OK\r\n");
	}
	if (str_eq_nocase(verb, STR("QUIT"))) {
		say(t, "221 2.0.0 Bye\r\n");
		return false;
	}
	return say(t, "500 5.5.2 Unknown command\r\n");
}

static void talk(struct mail_sink *s, int fd)
{
	AUTO_ARENA a = arena_new(0);
	struct talk t = {.s = s, .a = a, .fd = fd, .to = buf_on(a)};
	struct timeval idle = {.tv_sec = IDLE_S};
	char line[LINE_LIMIT];
	size_t n;
	bool over, more = say(&t, "220 sink\r\n");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
	while (more && next_line(&t, line, &n, &over))
		more = over ? say(&t, "500 5.5.2 Line too long\r\n") : command(&t, (struct str){line, n});
}

static bool set_client(struct mail_sink *s, int fd)
{
	pthread_mutex_lock(&s->mutex);
	s->client = fd;
	bool go = !s->stopping;
	pthread_mutex_unlock(&s->mutex);
	return go;
}

static void *sink_main(void *arg)
{
	struct mail_sink *s = arg;
	for (int fd; (fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
		if (set_client(s, fd))
			talk(s, fd);
		set_client(s, -1);
		close(fd);
	}
	return NULL;
}

static bool start_listening(struct mail_sink *s, int port, struct err *e)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof at;
	int yes = 1;
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->listener < 0)
		return err_set(e, ERR_INTERNAL, "mail sink: %s", strerror(errno));
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	if (bind(s->listener, (struct sockaddr *)&at, sizeof at) != 0 || listen(s->listener, 16) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&at, &n) != 0)
		return err_set(e, ERR_BUSY, "mail sink: port %d: %s", port, strerror(errno));
	s->port = ntohs(at.sin_port);
	return true;
}

int64_t mail_sink_last(const char *dir)
{
	int64_t last = 0, n;
	DIR *d = opendir(dir);
	for (struct dirent *x; d && (x = readdir(d)) != NULL;) {
		struct str name = str_from(x->d_name);
		if (str_ends(name, STR(".eml")) && str_to_i64(str_sub(name, 0, name.n - 4), &n) && n > last)
			last = n;
	}
	if (d)
		closedir(d);
	return last;
}

bool mail_sink_start(struct mail_sink **out, int port, struct str dir, struct err *e)
{
	struct mail_sink *s = calloc(1, sizeof *s);
	CHECK(s != NULL && port >= 0 && port <= 65535 && dir.n < sizeof s->dir);
	memcpy(s->dir, dir.p, dir.n);
	s->client = -1;
	s->count = mail_sink_last(s->dir);
	pthread_mutex_init(&s->mutex, NULL);
	if (!start_listening(s, port, e) || pthread_create(&s->thread, NULL, sink_main, s) != 0) {
		if (s->listener >= 0)
			close(s->listener);
		free(s);
		return e->kind == ERR_NONE ? err_set(e, ERR_INTERNAL, "mail sink: no thread") : false;
	}
	*out = s;
	return true;
}

int mail_sink_port(const struct mail_sink *s) { return s->port; }

int64_t mail_sink_count(struct mail_sink *s)
{
	pthread_mutex_lock(&s->mutex);
	int64_t n = s->count;
	pthread_mutex_unlock(&s->mutex);
	return n;
}

void mail_sink_refuse(struct mail_sink *s, int code, int n)
{
	pthread_mutex_lock(&s->mutex);
	s->refuse_code = code;
	s->refuse_n = n;
	pthread_mutex_unlock(&s->mutex);
}

void mail_sink_stop(struct mail_sink *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->mutex);
	s->stopping = true;
	shutdown(s->listener, SHUT_RDWR);
	if (s->client >= 0)
		shutdown(s->client, SHUT_RDWR);
	pthread_mutex_unlock(&s->mutex);
	pthread_join(s->thread, NULL);
	close(s->listener);
	pthread_mutex_destroy(&s->mutex);
	free(s);
}

static bool holds(int folder, const char *name, struct str words)
{
	AUTO_ARENA a = arena_new(0);
	struct mail_message m;
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	size_t size = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 ? (size_t)st.st_size : 0, most = size < MESSAGE_LIMIT + 4096 ? size : MESSAGE_LIMIT + 4096;
	char *bytes = arena_raw(a, most);
	ssize_t n = 0, got = 0;
	while (n < (ssize_t)most && (got = read(fd, bytes + n, most - (size_t)n)) > 0)
		n += got;
	if (fd >= 0)
		close(fd);
	struct str all = {bytes, (size_t)n};
	return str_find(all, words) >= 0 || (mail_parse(a, all, &m) && (str_find(m.subject, words) >= 0 || str_find(m.text, words) >= 0));
}

bool mail_sink_forget(struct str dir, struct str words, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	DIR *d = opendir(str_cstr(a, dir));
	bool ok = true;
	for (struct dirent *x; d && (x = readdir(d)) != NULL;)
		if (str_ends(str_from(x->d_name), STR(".eml")) && holds(dirfd(d), x->d_name, words) && unlinkat(dirfd(d), x->d_name, 0) != 0)
			ok = err_set(e, ERR_INTERNAL, "%.*s/%s: %s", STR_ARG(dir), x->d_name, strerror(errno));
	if (d)
		closedir(d);
	return ok;
}
