/* sign_lock.c — see sign_lock.h. core/helper's own lock takes all files away; a token's driver must open some. */
#include "sign/sign_lock.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE)
/* Every right of the first version of Landlock. */
#define ALL_V1 ((1ULL << 13) - 1)

static const int always[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(getdents64), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(ftruncate), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(umask), SCMP_SYS(dup), SCMP_SYS(mmap), SCMP_SYS(munmap),
	SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mlock), SCMP_SYS(munlock), SCMP_SYS(futex),
	SCMP_SYS(sched_yield), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(tgkill), SCMP_SYS(restart_syscall), SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(getrlimit),
	SCMP_SYS(setrlimit), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(uname), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
};
/* Drivers of hardware: pcscd or USB, and threads that wait for the token. Sockets and threads come with conditions below. */
static const int for_hardware[] = {
	SCMP_SYS(connect), SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(shutdown),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(ioctl), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
};
static const int deadly[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf),
			     SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(kexec_load), SCMP_SYS(init_module)};

static int add(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++)
		rc = seccomp_rule_add(f, action, calls[i], 0);
	return rc;
}

static int add_hardware(scmp_filter_ctx f)
{
	int rc = add(f, SCMP_ACT_ALLOW, for_hardware, ARRAY_LEN(for_hardware));
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	/* Its flags lie in memory, where a filter cannot look: absent, so that the library takes clone. */
	return rc ? rc : seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static bool filter_calls(bool hardware, struct err *e)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	CHECK(f);
	int rc = add(f, SCMP_ACT_ALLOW, always, ARRAY_LEN(always));
	if (!rc)
		rc = add(f, SCMP_ACT_KILL_PROCESS, deadly, ARRAY_LEN(deadly));
	if (!rc && hardware)
		rc = add_hardware(f);
	if (!rc)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc == 0 || err_set(e, ERR_INTERNAL, "seccomp: %s", strerror(-rc));
}

/* A folder that does not exist need not be allowed. */
static bool allow_beneath(int set, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return true;
	struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
	bool good = syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(fd);
	return good;
}

static bool confine_files(const char *dir, struct err *e)
{
	static const char *const readable[] = {"/etc", "/usr", "/lib", "/lib64", "/sys", "/proc"}, *const writable[] = {"/dev", "/run"};
	struct landlock_ruleset_attr attr = {.handled_access_fs = ALL_V1};
	int set = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (set < 0) /* a kernel without it: the system-call filter alone remains */
		return errno == ENOSYS || errno == EOPNOTSUPP || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(errno));
	bool good = true;
	if (dir)
		good = allow_beneath(set, dir, READS | WRITES);
	for (size_t i = 0; !dir && i < ARRAY_LEN(readable); i++)
		good = good && allow_beneath(set, readable[i], READS);
	for (size_t i = 0; !dir && i < ARRAY_LEN(writable); i++)
		good = good && allow_beneath(set, writable[i], READS | LANDLOCK_ACCESS_FS_WRITE_FILE);
	good = good && syscall(SYS_landlock_restrict_self, set, 0) == 0;
	int why = errno;
	close(set);
	return good || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(why));
}

bool sign_lock_down(const char *dir, struct err *e)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return err_set(e, ERR_INTERNAL, "lock down: %s", strerror(errno));
	return confine_files(dir, e) && filter_calls(!dir, e);
}
