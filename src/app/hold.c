/* hold.c — how `serve` locks itself in: files before its first thread, system calls when everything has started. What is needed only at
 * the start (bind, listen) is gone afterwards, and so is every way to begin a program: helpers are begun by their starters
 * (core/helper/starter.h), which were forked before.
 *
 * The list of calls is what strace and the loud refusals of the whole test suite saw used (docs/adr/0014). The build with sanitizers
 * names each refused call on standard error, and the tests look for that line (tests/lib/program.py). */
#include "app/serve.h"
#include "core/db/ports.h"
#include "core/helper/sandbox.h"
#include "core/log/log.h"
#include <curl/curl.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define REFUSAL SANDBOX_LOUD
#else
#define REFUSAL SANDBOX_QUIET
#endif

static const int allowed[] = {
	/* descriptors and files */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(getdents64), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(flock),
	SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(sync_file_range), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(link), SCMP_SYS(linkat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(umask),
	SCMP_SYS(fchmod), SCMP_SYS(chmod), SCMP_SYS(utimensat), SCMP_SYS(fchown), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(fadvise64),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(copy_file_range), SCMP_SYS(sendfile), SCMP_SYS(memfd_create), SCMP_SYS(ioctl),
	/* connections: no bind, no listen */
	SCMP_SYS(connect), SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown), SCMP_SYS(socketpair),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait), SCMP_SYS(eventfd2), SCMP_SYS(pipe), SCMP_SYS(pipe2),
	/* memory, threads, time */
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock), SCMP_SYS(munlock), SCMP_SYS(membarrier), SCMP_SYS(futex),
	SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(getcpu),
	/* itself */
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigpending), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(wait4), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(getpriority), SCMP_SYS(setpriority), SCMP_SYS(sched_setattr), SCMP_SYS(getrlimit), SCMP_SYS(sysinfo), SCMP_SYS(uname),
};

/* The folder of "unix:/run/motcua/motcua.sock", of a file. NULL: none. */
static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	return !slash ? NULL : slash == path ? "/" : str_cstr(a, (struct str){path, (size_t)(slash - path)});
}

static const char *socket_folder(struct arena *a, const char *listen) { return listen && strncmp(listen, "unix:", 5) == 0 ? folder_of(a, listen + 5) : NULL; }

#define PORTS_MAX 32
#define DNS 53

/* The port that the library would go to; 0: no address. */
static uint16_t port_of(const char *url)
{
	CURLU *u = curl_url();
	char *text = NULL;
	int64_t port = 0;
	if (url && u && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK && curl_url_get(u, CURLUPART_PORT, &text, CURLU_DEFAULT_PORT) == CURLUE_OK)
		(void)str_to_i64(str_from(text), &port);
	curl_free(text);
	curl_url_cleanup(u);
	return (uint16_t)port;
}

/* Other systems are reached on the ports that the settings name, and names are asked for. The demonstration's own mail server and stamping
 * authority take whatever ports are free, later: it is not held. */
static bool hold_ports(struct app *app, struct err *e)
{
	const struct config *c = &app->config;
	const char *urls[] = {c->outbox_url, c->smtp_url, c->tsa_url};
	uint16_t ports[PORTS_MAX];
	size_t n = db_ports(app->store.place.engine, str_cstr(app->arena, app->store.place.db), ports, PORTS_MAX - ARRAY_LEN(urls) - 1);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		if ((ports[n] = port_of(urls[i])) != 0)
			n++;
	if (n)
		ports[n++] = DNS;
	app->ports_free = app->demo && (!c->tsa_url || !c->smtp_url);
	return app->ports_free || sandbox_ports(ports, n, &app->ports_held, e);
}

bool hold_files(struct app *app, struct err *e)
{
	struct arena *a = app->arena;
	const struct config *c = &app->config;
	struct sandbox_path v[6] = {{str_cstr(a, app->store.place.dir), SANDBOX_ALL}, {"/dev/null", SANDBOX_CHANGE}};
	size_t n = 2;
	const char *sockets[] = {socket_folder(a, c->listen), socket_folder(a, c->listen_metrics)};
	if (!c->sandbox)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++)
		if (sockets[i])
			v[n++] = (struct sandbox_path){sockets[i], SANDBOX_SOCKET};
	if (c->master_key_file) /* a rotation writes it anew, beside */
		v[n++] = (struct sandbox_path){folder_of(a, c->master_key_file), SANDBOX_WRITE};
	if (app->store.place.engine == DB_SQLITE && c->archive) {
		mkdir(c->archive, 0700); /* one that cannot be made is told when the archive starts */
		v[n++] = (struct sandbox_path){c->archive, SANDBOX_ALL};
	}
	/* Workbooks are made in files: where uploads are, which is emptied at each start. */
	setenv("TMPDIR", str_fmt(a, "%.*s/uploads", STR_ARG(app->store.place.dir)).p, 1);
	return sandbox_begin(e) && sandbox_files(&(struct sandbox_files){.v = v, .n = n, .read_all = true}, &app->files_held, e) &&
	       hold_ports(app, e);
}

bool hold_calls(struct app *app, struct err *e)
{
	const struct sandbox_calls calls = {.allowed = allowed, .n_allowed = ARRAY_LEN(allowed), .families = 1U << AF_UNIX | 1U << AF_INET | 1U << AF_INET6,
	                                    .threads = true, .leaks = true, .no_new_code = true, .refusal = REFUSAL};
	if (!app->config.sandbox)
		log_event(LOG_WARN, "sandbox", log_text("why", "switched off by the settings"));
	else if (!app->files_held)
		log_event(LOG_WARN, "sandbox", log_text("why", "this kernel has no Landlock of version 2: files are not confined"));
	else if (!app->ports_held && !app->ports_free)
		log_event(LOG_WARN, "sandbox", log_text("why", "this kernel has no Landlock of version 4: connections are not confined"));
	return !app->config.sandbox || sandbox_calls(&calls, e);
}

void hold_say(const struct app *app, struct buf *why)
{
	if (!app->config.sandbox)
		buf_put(why, STR("warning: the sandbox is off (sandbox = no)\n"));
	else if (!app->files_held)
		buf_put(why, STR("warning: no Landlock in this kernel; files are not confined\n"));
	else if (!app->ports_held && !app->ports_free)
		buf_put(why, STR("warning: no Landlock of version 4 in this kernel; connections are not confined\n"));
}
