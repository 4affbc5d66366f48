/* lockdown.c — the system calls that a helper keeps.
 *
 * An allow list. open() and openat() trap into open_trapped(), which hands out copies of descriptors that the program
 * opened beforehand, under names of its own: libraries that insist on opening a font by its path work, and no path ever
 * reaches the kernel. newfstatat() traps too: glibc asks by it about an open descriptor, which is all that stays. */
#include "core/helper/helper.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
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
	SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(dup), SCMP_SYS(fcntl), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(tgkill), SCMP_SYS(restart_syscall), SCMP_SYS(getrusage),
	SCMP_SYS(prlimit64), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname), SCMP_SYS(rseq),
	SCMP_SYS(set_robust_list), SCMP_SYS(memfd_create),
};
static const int deadly[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf),
                             SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(kexec_load), SCMP_SYS(init_module)};

static int add_rules(scmp_filter_ctx f)
{
	int rc = 0;
	for (size_t i = 0; i < ARRAY_LEN(allowed) && !rc; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	for (size_t i = 0; i < ARRAY_LEN(deadly) && !rc; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0);
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_TRAP, SCMP_SYS(open), 0);
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_TRAP, SCMP_SYS(newfstatat), 0);
	return rc ? rc : seccomp_rule_add(f, SCMP_ACT_TRAP, SCMP_SYS(openat), 0);
}

/* No file at all; a kernel without Landlock leaves it to the system calls. */
static bool confine_files(struct err *e)
{
	struct landlock_ruleset_attr attr = {.handled_access_fs = (1ULL << 13) - 1}; /* every right of its first version */
	int set = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (set < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(errno));
	bool good = syscall(SYS_landlock_restrict_self, set, 0) == 0;
	close(set);
	return good || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(errno));
}

bool helper_lock_down(helper_path_fn *with_paths, struct err *e)
{
	struct sigaction sa = {.sa_sigaction = open_trapped, .sa_flags = SA_SIGINFO | SA_NODEFER};
	known_paths = with_paths;
	if (sigaction(SIGSYS, &sa, NULL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return err_set(e, ERR_INTERNAL, "lock down: %s", strerror(errno));
	if (!confine_files(e))
		return false;
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	CHECK(f);
	int rc = add_rules(f);
	if (!rc)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc == 0 || err_set(e, ERR_INTERNAL, "seccomp: %s", strerror(-rc));
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
