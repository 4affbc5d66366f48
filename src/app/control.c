/* control.c — see control.h. */
#include "app/control.h"
#include "account/account.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX ((uint32_t)256 << 20)
#define PATIENCE_S 10

struct control {
	struct store *store;
	const struct config *settings;
	pthread_t thread;
	int listener, stop[2];
};

/* The address through the folder's descriptor: a long path does not fit into sun_path. */
static bool address_of(struct str dir, int *folder, struct sockaddr_un *out)
{
	AUTO_ARENA a = arena_new(0);
	*folder = open(str_cstr(a, dir), O_PATH | O_DIRECTORY | O_CLOEXEC);
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	return *folder >= 0 && snprintf(out->sun_path, sizeof out->sun_path, "/proc/self/fd/%d/control.sock", *folder) > 0;
}

/* ---- messages ---- */

static bool give(int fd, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t got = send(fd, at, n, MSG_NOSIGNAL);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static bool take(int fd, void *p, size_t n)
{
	for (char *at = p; n > 0;) {
		ssize_t got = recv(fd, at, n, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static bool send_json(int fd, const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT);
	uint32_t n = text && strlen(text) <= MESSAGE_MAX ? htonl((uint32_t)strlen(text)) : 0;
	bool ok = n != 0 && give(fd, &n, sizeof n) && give(fd, text, strlen(text));
	free(text);
	return ok;
}

static json_t *receive_json(int fd)
{
	uint32_t n = 0;
	if (!take(fd, &n, sizeof n) || ntohl(n) > MESSAGE_MAX)
		return NULL;
	char *text = malloc(ntohl(n) + 1);
	CHECK(text != NULL);
	json_t *j = take(fd, text, ntohl(n)) ? json_loadb(text, ntohl(n), JSON_REJECT_DUPLICATES, NULL) : NULL;
	free(text);
	return j;
}

/* ---- doing it ---- */

static const struct control_act *act_of(const char *name)
{
	for (size_t i = 0; name && i < control_acts_n; i++)
		if (strcmp(control_acts[i].name, name) == 0)
			return &control_acts[i];
	return NULL;
}

static json_t *do_act(struct store *s, const struct config *settings, const json_t *q, bool serving)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	struct control_call c = {.arena = a, .store = s, .settings = settings, .q = q, .out = buf_on(a), .serving = serving};
	const struct control_act *act = act_of(json_string_value(json_object_get(q, "act")));
	bool ok = act ? act->run(&c, &e) : err_set(&e, ERR_INVALID, "the server knows no such command: it is another version");
	struct str out = buf_str(&c.out);
	int code = ok && !c.wrong ? EXIT_GOOD : EXIT_WRONG;
	json_t *answer = json_pack("{s:i,s:s%,s:s?}", "code", code, "out", out.p ? out.p : "", out.n, "error", ok ? NULL : e.text);
	/* A sentence that names a path may hold bytes that JSON does not. */
	return answer ? answer : json_pack("{s:i,s:s,s:s}", "code", code, "out", "", "error", "the answer has bytes that are no text; the act itself ended as the exit code says");
}

/* ---- the server's side ---- */

static bool may_ask(int fd)
{
	struct ucred who;
	socklen_t n = sizeof who;
	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 && (who.uid == geteuid() || who.uid == 0);
}

static void serve_one(struct control *c, int fd)
{
	struct timeval patience = {.tv_sec = PATIENCE_S};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	json_t *q = may_ask(fd) ? receive_json(fd) : NULL;
	if (q) {
		json_t *answer = do_act(c->store, c->settings, q, true);
		(void)send_json(fd, answer);
		json_decref(answer);
	}
	/* Whoever stops the server reads until the process is gone: that connection stays open. */
	const char *act = json_string_value(json_object_get(q, "act"));
	if (!act || strcmp(act, "stop") != 0)
		close(fd);
	json_decref(q);
}

static void *control_main(void *arg)
{
	struct control *c = arg;
	for (;;) {
		struct pollfd fds[] = {{.fd = c->listener, .events = POLLIN}, {.fd = c->stop[0], .events = POLLIN}};
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return NULL;
		if (fds[1].revents)
			return NULL;
		int fd = fds[0].revents ? accept4(c->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
		if (fd >= 0)
			serve_one(c, fd);
	}
}

/* The folder's lock is held: a socket that is there already is of a server that is gone. */
static bool listen_on(struct str dir, int *out, struct err *e)
{
	struct sockaddr_un at;
	int folder = -1, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && address_of(dir, &folder, &at);
	if (ok)
		unlinkat(folder, "control.sock", 0);
	mode_t before = umask(0177);
	ok = ok && bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0;
	int saved = errno;
	umask(before);
	if (folder >= 0)
		close(folder);
	*out = fd;
	return ok || err_set(e, ERR_INTERNAL, "%.*s/control.sock: %s", STR_ARG(dir), strerror(saved));
}

bool control_start(struct control **out, struct store *store, const struct config *settings, struct err *e)
{
	struct control *c = calloc(1, sizeof *c);
	CHECK(c != NULL);
	*c = (struct control){.store = store, .settings = settings, .listener = -1, .stop = {-1, -1}};
	bool ok = listen_on(store->place.dir, &c->listener, e);
	if (ok && (pipe2(c->stop, O_CLOEXEC) != 0 || pthread_create(&c->thread, NULL, control_main, c) != 0))
		ok = err_set(e, ERR_INTERNAL, "cannot start the thread of commands");
	if (ok) {
		*out = c;
		return true;
	}
	int fds[] = {c->listener, c->stop[0], c->stop[1]};
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(c);
	return false;
}

void control_stop(struct control *c)
{
	if (!c)
		return;
	AUTO_ARENA a = arena_new(0);
	CHECK(write(c->stop[1], "x", 1) == 1);
	pthread_join(c->thread, NULL);
	unlink(str_fmt(a, "%.*s/control.sock", STR_ARG(c->store->place.dir)).p);
	close(c->listener);
	close(c->stop[0]);
	close(c->stop[1]);
	free(c);
}

/* ---- the command's side ---- */

static int connect_to(struct str dir)
{
	struct sockaddr_un at;
	int folder = -1, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok = fd >= 0 && address_of(dir, &folder, &at) && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0;
	if (folder >= 0)
		close(folder);
	if (!ok && fd >= 0)
		close(fd);
	return ok ? fd : -1;
}

static int print(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	fputs(json_string_value(json_object_get(answer, "out")), stdout);
	if (error)
		fprintf(stderr, "motcua: %s\n", error);
	return (int)json_integer_value(json_object_get(answer, "code"));
}

static int ask_on(int fd, const json_t *q, bool until_gone)
{
	json_t *answer = send_json(fd, q) ? receive_json(fd) : NULL;
	struct err e = {0};
	char nothing;
	int code = answer ? print(answer) : say_error((err_set(&e, ERR_DENIED, "the server of this folder did not answer: the command must be run as its user or root"), &e), EXIT_WRONG);
	if (answer && until_gone)
		while (recv(fd, &nothing, 1, 0) > 0)
			;
	json_decref(answer);
	return code;
}

int control_ask(struct options *o, const char *act, json_t *q, bool until_gone, bool *answered)
{
	struct err e = {0};
	struct place p;
	*answered = true;
	json_object_set_new(q, "act", json_string(act));
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	int fd = connect_to(p.dir);
	*answered = fd >= 0;
	int code = fd >= 0 ? ask_on(fd, q, until_gone) : EXIT_WRONG;
	if (fd >= 0)
		close(fd);
	return code;
}

static int act_here(struct options *o, const json_t *q)
{
	struct err e = {0};
	struct store s;
	if (!store_open(&s, o, STORE_WRITER, &e))
		return say_error(&e, EXIT_WRONG);
	struct account_config cfg = store_accounts(&s, &o->settings);
	int code = EXIT_WRONG;
	if (account_start(&cfg, &e)) {
		json_t *answer = do_act(&s, &o->settings, q, false);
		code = print(answer);
		json_decref(answer);
	} else {
		say_error(&e, EXIT_WRONG);
	}
	account_stop();
	store_close(&s);
	return code;
}

int control_run(struct options *o, const char *act, json_t *q)
{
	bool answered = false;
	int code = control_ask(o, act, q, false, &answered);
	if (!answered)
		code = act_here(o, q);
	json_decref(q);
	return code;
}
