/* lockdown.c — the system calls that a helper keeps.
 *
 * An allow list. open() and openat() trap into open_trapped(), which hands out copies of descriptors that the program
 * opened beforehand, under names of its own: libraries that insist on opening a font by its path work, and no path ever
 * reaches the kernel. newfstatat() traps too: glibc asks by it about an open descriptor, which is all that stays. */
#include "core/helper/helper.h"
#include "core/helper/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Their shadow memory takes terabytes of addresses. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW 1
#else
#define HAS_SHADOW 0
#endif

static helper_path_fn *known_paths;

static greg_t stat_trapped(const greg_t *r)
{
	const char *path = (const char *)(uintptr_t)r[REG_RSI];
	if (!path || *path || !(r[REG_R10] & AT_EMPTY_PATH))
		return -EPERM;
	return syscall(SYS_fstat, r[REG_RDI], r[REG_RDX]) ? -errno : 0;
}

static void open_trapped(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;
	if (info->si_syscall == SYS_newfstatat) {
		r[REG_RAX] = stat_trapped(r);
		return;
	}
	const char *path = (const char *)(uintptr_t)(info->si_syscall == SYS_open ? r[REG_RDI] : r[REG_RSI]);
	greg_t flags = info->si_syscall == SYS_open ? r[REG_RSI] : r[REG_RDX];
	int fd = known_paths && path && (flags & O_ACCMODE) == O_RDONLY ? known_paths(path) : -1;
	int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy >= 0)
		lseek(copy, 0, SEEK_SET);
	r[REG_RAX] = copy < 0 ? -EPERM : copy;
}

static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(dup), SCMP_SYS(fcntl), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(restart_syscall), SCMP_SYS(getrusage),
	SCMP_SYS(prlimit64), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname), SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list), SCMP_SYS(memfd_create),
};
static const int trapped[] = {SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(newfstatat)};

bool helper_lock_down(helper_path_fn *with_paths, bool threads, struct err *e)
{
	struct sigaction sa = {.sa_sigaction = open_trapped, .sa_flags = SA_SIGINFO | SA_NODEFER};
	known_paths = with_paths;
	if (sigaction(SIGSYS, &sa, NULL))
		return err_set(e, ERR_INTERNAL, "lock down: %s", strerror(errno));
	const struct sandbox_calls calls = {.allowed = allowed, .n_allowed = ARRAY_LEN(allowed), .trapped = trapped, .n_trapped = ARRAY_LEN(trapped), .threads = threads};
	return sandbox_begin(e) && sandbox_files(&(struct sandbox_files){.n = 0}, NULL, e) && sandbox_calls(&calls, e);
}

bool helper_limit_memory(size_t bytes, struct err *e)
{
	struct rlimit none = {0, 0}, space = {bytes, bytes};
	if (setrlimit(RLIMIT_CORE, &none))
		return err_set(e, ERR_INTERNAL, "core limit: %s", strerror(errno));
	if (bytes && !HAS_SHADOW && setrlimit(RLIMIT_AS, &space))
		return err_set(e, ERR_INTERNAL, "memory limit: %s", strerror(errno));
	return true;
}

bool helper_limit_cpu(int seconds, struct err *e)
{
	struct rusage used;
	struct rlimit limit;
	if (getrusage(RUSAGE_SELF, &used) || getrlimit(RLIMIT_CPU, &limit))
		return err_set(e, ERR_INTERNAL, "cpu limit: %s", strerror(errno));
	limit.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 2 + seconds);
	return setrlimit(RLIMIT_CPU, &limit) == 0 || err_set(e, ERR_INTERNAL, "cpu limit: %s", strerror(errno));
}
