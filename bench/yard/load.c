/* load.c — an HTTP client that loads a server from one thread, for every line of `make bench`.
 *
 *   load [-c CONNECTIONS] [-t SECONDS] [-n REQUESTS] [-r A_SECOND] [-f FIRST] [-s STATUS] [-m METHOD] [-b BODY-FILE] [-H HEADER]… [-k] HOST:PORT PATHS-FILE
 *
 * PATHS-FILE has a path a line, asked for in turn. "@N@" in a path, header or body is the request's number, seven digits, from FIRST on.
 * Closed loop: each connection asks again when it has its answer. -r: open loop; the k-th request is due k/r seconds after the start, takes the
 * first free connection, and its latency counts from when it was due, however late a connection was free. -n ends after that many answers.
 * -k: every connection asks once; then all stay open until standard input ends; the line of figures comes before that.
 * An answer needs Content-Length. Any other status than STATUS (200) counts as an error, the first is shown.
 * Prints one line of JSON: answers, errors, seconds, rate, p50, p99 and max in milliseconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_MAX 8192
#define HEADERS_MAX 8

struct connection { int fd; char head[HEAD_MAX]; size_t n_head, out_at, n_out, out_room; char *out; long long rest; double due; int busy, in_body, status, closing; };
struct load {
	struct sockaddr_in to;
	char host[64], *body, **paths, *headers[HEADERS_MAX];
	const char *method;
	size_t n_paths, n_headers;
	long first, max, asked, answered, errors, n_times, room;
	int connections, want, keep, epoll;
	double seconds, rate, begun;
	float *times;
	struct connection *c, **free;
	int n_free;
	char wrong[600];
};

static void must(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	must(f != NULL, path);
	char *text = NULL;
	size_t n = 0, room = 0;
	do {
		room = room ? 2 * room : 65536;
		text = realloc(text, room + 1);
		must(text != NULL, "memory");
		n += fread(text + n, 1, room - n, f);
	} while (n == room);
	text[n] = 0;
	fclose(f);
	return text;
}

static void read_paths(struct load *l, const char *path)
{
	char *text = read_file(path);
	for (char *line = text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		must(end != NULL, "the file of paths ends in the middle of a line");
		*end = 0;
		l->paths = realloc(l->paths, (l->n_paths + 1) * sizeof *l->paths);
		must(l->paths != NULL, "memory");
		l->paths[l->n_paths++] = line;
	}
	must(l->n_paths > 0, "no path");
}

/* ---- one request ---- */

static void put(struct connection *c, const char *text, size_t n)
{
	if (c->n_out + n > c->out_room) {
		c->out_room = 2 * (c->n_out + n);
		c->out = realloc(c->out, c->out_room);
		must(c->out != NULL, "memory");
	}
	memcpy(c->out + c->n_out, text, n);
	c->n_out += n;
}

/* With the number in place of each @N@, which is longer by four. */
static void put_numbered(struct connection *c, const char *text, long number)
{
	char digits[24];
	int n = snprintf(digits, sizeof digits, "%07ld", number);
	for (const char *at; (at = strstr(text, "@N@")) != NULL; text = at + 3) {
		put(c, text, (size_t)(at - text));
		put(c, digits, (size_t)n);
	}
	put(c, text, strlen(text));
}

static size_t numbered_length(const char *text, long number)
{
	char digits[24];
	size_t n = strlen(text), one = (size_t)snprintf(digits, sizeof digits, "%07ld", number);
	for (const char *at = text; (at = strstr(at, "@N@")) != NULL; at += 3)
		n += one - 3;
	return n;
}

static void compose(struct load *l, struct connection *c)
{
	long number = l->first + l->asked;
	char text[200];
	c->n_out = c->out_at = 0;
	put(c, text, (size_t)snprintf(text, sizeof text, "%s ", l->method));
	put_numbered(c, l->paths[(size_t)l->asked % l->n_paths], number);
	put(c, text, (size_t)snprintf(text, sizeof text, " HTTP/1.1\r\nHost: %s\r\n", l->host));
	for (size_t i = 0; i < l->n_headers; i++) {
		put_numbered(c, l->headers[i], number);
		put(c, "\r\n", 2);
	}
	if (l->body)
		put(c, text, (size_t)snprintf(text, sizeof text, "Content-Length: %zu\r\n", numbered_length(l->body, number)));
	put(c, "\r\n", 2);
	if (l->body)
		put_numbered(c, l->body, number);
	l->asked++;
}

static void watch(struct load *l, struct connection *c, int how, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = c};
	must(epoll_ctl(l->epoll, how, c->fd, &e) == 0, "epoll_ctl");
}

static void connect_one(struct load *l, struct connection *c)
{
	int yes = 1;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(c->fd >= 0, "socket");
	must(connect(c->fd, (struct sockaddr *)&l->to, sizeof l->to) == 0, "connect");
	must(fcntl(c->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
	watch(l, c, EPOLL_CTL_ADD, EPOLLIN);
}

static void reconnect(struct load *l, struct connection *c)
{
	close(c->fd);
	c->closing = 0;
	connect_one(l, c);
}

static void send_more(struct load *l, struct connection *c)
{
	ssize_t n = write(c->fd, c->out + c->out_at, c->n_out - c->out_at);
	must(n >= 0 || errno == EAGAIN, "write");
	c->out_at += n > 0 ? (size_t)n : 0;
	if (c->out_at < c->n_out)
		watch(l, c, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

static void ask(struct load *l, struct connection *c, double due)
{
	compose(l, c);
	c->busy = 1;
	c->in_body = c->status = 0;
	c->n_head = 0;
	c->due = due;
	send_more(l, c);
}

/* ---- one answer ---- */

static void note_wrong(struct load *l, const struct connection *c, const char *body, size_t n)
{
	if (l->errors++ == 0)
		snprintf(l->wrong, sizeof l->wrong, "%d %.*s", c->status, (int)(n < 500 ? n : 500), body);
}

static void ended(struct load *l, struct connection *c)
{
	if (l->n_times == l->room) {
		l->room = l->room ? 2 * l->room : 65536;
		l->times = realloc(l->times, (size_t)l->room * sizeof *l->times);
		must(l->times != NULL, "memory");
	}
	l->times[l->n_times++] = (float)((now() - c->due) * 1e3);
	l->answered++;
	c->busy = 0;
	if (c->closing)
		reconnect(l, c);
	l->free[l->n_free++] = c;
}

static long long field(const char *head, const char *name)
{
	const char *at = strcasestr(head, name);
	return at ? strtoll(at + strlen(name), NULL, 10) : -1;
}

/* The head is whole: what of the body came with it counts. */
static void head_read(struct load *l, struct connection *c, size_t head)
{
	size_t came = c->n_head - head;
	char after = c->head[head];
	c->head[head] = 0;
	c->status = (int)strtol(c->head + 9, NULL, 10);
	long long n = field(c->head, "\r\nContent-Length:");
	must(n >= 0 || c->status == 304 || c->status == 204, "an answer without Content-Length");
	c->closing = strcasestr(c->head, "\r\nConnection: close") != NULL;
	c->head[head] = after;
	if (c->status != l->want)
		note_wrong(l, c, c->head + head, came);
	c->rest = (n > 0 ? n : 0) - (long long)came;
	c->in_body = 1;
}

/* False when nothing more is there. */
static int receive(struct load *l, struct connection *c)
{
	static char scratch[1 << 18];
	char *to = c->in_body ? scratch : c->head + c->n_head;
	ssize_t n = read(c->fd, to, c->in_body ? sizeof scratch : HEAD_MAX - 1 - c->n_head);
	if (n < 0 && errno == EAGAIN)
		return 0;
	must(n > 0, "the server closed a connection");
	if (c->in_body) {
		c->rest -= n;
	} else {
		c->n_head += (size_t)n;
		c->head[c->n_head] = 0;
		const char *end = strstr(c->head, "\r\n\r\n");
		if (end)
			head_read(l, c, (size_t)(end + 4 - c->head));
		else
			must(c->n_head < HEAD_MAX - 1, "a head too long");
	}
	if (c->in_body && c->rest <= 0)
		ended(l, c);
	return c->busy;
}

/* ---- the run ---- */

static int goes_on(const struct load *l) { return (!l->max || l->asked < l->max) && (l->keep || now() - l->begun < l->seconds); }

/* Gives work to free connections; seconds until the next is due (open loop), or -1. */
static double give(struct load *l)
{
	while (l->n_free && goes_on(l)) {
		double due = l->rate > 0 ? l->begun + (double)l->asked / l->rate : now();
		if (due > now())
			return due - now();
		ask(l, l->free[--l->n_free], due);
	}
	return -1;
}

static void step(struct load *l, double wait)
{
	struct epoll_event e[256];
	double most = wait >= 0 && wait < 0.05 ? wait : 0.05;
	struct timespec t = {.tv_nsec = (long)(most * 1e9)};
	int n = epoll_pwait2(l->epoll, e, 256, &t, NULL);
	must(n >= 0 || errno == EINTR, "epoll_pwait2");
	for (int i = 0; i < n; i++) {
		struct connection *c = e[i].data.ptr;
		int idle = !c->busy;
		if (e[i].events & EPOLLOUT) {
			watch(l, c, EPOLL_CTL_MOD, EPOLLIN);
			send_more(l, c);
		}
		while (c->busy && (e[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && receive(l, c))
			;
		if (idle)
			reconnect(l, c); /* the server was tired of it */
	}
}

static int under_way(const struct load *l) { return l->n_free < l->connections; }

static void run(struct load *l)
{
	l->begun = now();
	while (goes_on(l) || (under_way(l) && now() - l->begun < l->seconds + 30))
		step(l, give(l));
	must(!under_way(l), "answers are missing after thirty seconds more");
}

/* One request a connection, sixty-four at once; all stay open. */
static void run_keep(struct load *l)
{
	int all = l->connections;
	l->max = 0;
	l->begun = now();
	for (int at = 0; at < all; at += 64) {
		l->connections = all - at < 64 ? all - at : 64;
		l->n_free = 0;
		for (int i = 0; i < l->connections; i++)
			ask(l, &l->c[at + i], now());
		while (under_way(l))
			step(l, 0.05);
	}
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

static double share(const struct load *l, double of) { return l->n_times ? (double)l->times[(long)(of * (double)(l->n_times - 1))] : 0; }

static void tell(struct load *l)
{
	double s = now() - l->begun;
	qsort(l->times, (size_t)l->n_times, sizeof *l->times, by_size);
	printf("{\"answers\": %ld, \"errors\": %ld, \"seconds\": %.3f, \"rate\": %.2f, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n", l->answered, l->errors, s,
	       (double)l->answered / s, share(l, 0.5), share(l, 0.99), share(l, 1));
	fflush(stdout);
	if (l->errors)
		fprintf(stderr, "load: %ld of %ld answers were not %d; the first: %s\n", l->errors, l->answered, l->want, l->wrong);
}

static void many_files(int n)
{
	struct rlimit r;
	must(getrlimit(RLIMIT_NOFILE, &r) == 0, "getrlimit");
	rlim_t want = (rlim_t)n + 64;
	if (r.rlim_cur < want) {
		r.rlim_cur = want;
		r.rlim_max = r.rlim_max < want ? want : r.rlim_max;
		must(setrlimit(RLIMIT_NOFILE, &r) == 0, "setrlimit: too few open files are allowed");
	}
}

static void open_all(struct load *l)
{
	many_files(l->connections);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->c = calloc((size_t)l->connections, sizeof *l->c);
	l->free = calloc((size_t)l->connections, sizeof(struct connection *));
	must(l->c && l->free && l->epoll >= 0, "memory");
	for (int i = 0; i < l->connections; i++) {
		connect_one(l, &l->c[i]);
		l->free[l->n_free++] = &l->c[i];
	}
}

static void set(struct load *l, int option, char *value)
{
	switch (option) {
	case 'c': l->connections = (int)strtol(value, NULL, 10); break;
	case 't': l->seconds = strtod(value, NULL); break;
	case 'n': l->max = strtol(value, NULL, 10); break;
	case 'r': l->rate = strtod(value, NULL); break;
	case 'f': l->first = strtol(value, NULL, 10); break;
	case 's': l->want = (int)strtol(value, NULL, 10); break;
	case 'm': l->method = value; break;
	case 'b': l->body = read_file(value); break;
	case 'H': must(l->n_headers < HEADERS_MAX, "too many headers"); l->headers[l->n_headers++] = value; break;
	case 'k': l->keep = 1; break;
	default: exit(2);
	}
}

static void place(struct load *l, const char *text)
{
	const char *colon = strrchr(text, ':');
	must(colon && (size_t)(colon - text) < sizeof l->host - 8, "HOST:PORT");
	snprintf(l->host, sizeof l->host, "%s", text);
	char address[64];
	snprintf(address, sizeof address, "%.*s", (int)(colon - text), text);
	l->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(colon + 1, NULL, 10))};
	must(inet_pton(AF_INET, address, &l->to.sin_addr) == 1, "an IPv4 address");
}

int main(int argc, char **argv)
{
	static struct load l = {.connections = 16, .seconds = 3, .want = 200, .method = "GET"};
	for (int o; (o = getopt(argc, argv, "c:t:n:r:f:s:m:b:H:k")) != -1;)
		set(&l, o, optarg);
	if (argc - optind != 2 || l.connections < 1) {
		fprintf(stderr, "usage: see the head of load.c\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	place(&l, argv[optind]);
	read_paths(&l, argv[optind + 1]);
	open_all(&l);
	(l.keep ? run_keep : run)(&l);
	tell(&l);
	for (char x; l.keep && read(STDIN_FILENO, &x, 1) > 0;)
		;
	return l.errors ? 1 : 0;
}
