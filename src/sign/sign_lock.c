/* sign_lock.c — see sign_lock.h. core/helper's own lock takes all files away; a token's driver must open some. */
#include "sign/sign_lock.h"
#include "core/helper/sandbox.h"
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

static const int always[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getdents64), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(umask), SCMP_SYS(dup), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock), SCMP_SYS(munlock), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(restart_syscall), SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit),
	SCMP_SYS(setrlimit), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
};
/* Drivers of hardware: pcscd or USB, files of theirs, and threads that wait for the token. Sockets and threads come with conditions below. */
static const int for_hardware[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(connect), SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(ioctl), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
};

static bool confine_files(const char *dir, struct err *e)
{
	static const struct sandbox_path hardware[] = {{"/etc", SANDBOX_READ}, {"/usr", SANDBOX_READ}, {"/lib", SANDBOX_READ}, {"/lib64", SANDBOX_READ}, {"/sys", SANDBOX_READ},
	                                               {"/proc", SANDBOX_READ}, {"/dev", SANDBOX_READ | SANDBOX_CHANGE}, {"/run", SANDBOX_READ | SANDBOX_CHANGE}};
	const struct sandbox_path software = {dir, SANDBOX_READ};
	const struct sandbox_files files = {.v = dir ? &software : hardware, .n = dir ? 1 : ARRAY_LEN(hardware)};
	return sandbox_files(&files, NULL, e);
}

bool sign_lock_down(const char *dir, struct err *e)
{
	int list[ARRAY_LEN(always) + ARRAY_LEN(for_hardware)];
	memcpy(list, always, sizeof always);
	memcpy(list + ARRAY_LEN(always), for_hardware, sizeof for_hardware);
	const struct sandbox_calls calls = {.allowed = list, .n_allowed = ARRAY_LEN(always) + (dir ? 0 : ARRAY_LEN(for_hardware)), 
	                                    .threads = !dir, .only_reads = dir != NULL, .families = dir ? 0 : 1U << AF_UNIX};
	return sandbox_begin(e) && confine_files(dir, e) && sandbox_calls(&calls, e);
}
