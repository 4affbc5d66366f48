/* sandbox.c — see sandbox.h. */
#include "core/helper/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* Landlock's rights by the version that brought them; Debian 12's headers name those of the first two. */
#define V1 ((1ULL << 13) - 1)
#define V2 (V1 | 1ULL << 13)
#define TRUNCATE (1ULL << 14) /* version 3 */
#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE | TRUNCATE)
#define FOLDERS (LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER)
#define OF_FILE (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE)

static const int deadly[] = {
	SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(execve), SCMP_SYS(execveat),
	SCMP_SYS(kexec_load), SCMP_SYS(init_module),
};
/* The leak finder of the sanitizer stops the other threads as a debugger would. */
static const int of_sanitizer[] = {SCMP_SYS(ptrace), SCMP_SYS(wait4), SCMP_SYS(prctl), SCMP_SYS(kill), SCMP_SYS(clone), SCMP_SYS(personality)};
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

bool sandbox_begin(struct err *e)
{
	return (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) || err_set(e, ERR_INTERNAL, "lock down: %s", strerror(errno));
}

/* ---- files ---- */

static uint64_t rights_of(int rights)
{
	uint64_t out = 0;
	if (rights & SANDBOX_READ)
		out |= READS;
	if (rights & SANDBOX_CHANGE)
		out |= LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE;
	if (rights & SANDBOX_WRITE)
		out |= WRITES;
	if (rights & SANDBOX_SOCKET)
		out |= LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE;
	if (rights & SANDBOX_ALL)
		out |= READS | WRITES | FOLDERS;
	return out;
}

static bool allow_beneath(int set, const struct sandbox_path *p, uint64_t handled)
{
	int fd = open(p->path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return true;
	struct landlock_path_beneath_attr rule = {.allowed_access = rights_of(p->rights) & handled, .parent_fd = fd};
	bool good = !rule.allowed_access || syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	rule.allowed_access &= OF_FILE;
	if (!good && errno == EINVAL) /* a file has no rights of folders */
		good = syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(fd);
	return good;
}

bool sandbox_files(const struct sandbox_files *f, bool *held, struct err *e)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	bool can = version >= (f->read_all ? 2 : 1);
	if (held)
		*held = can;
	if (!can) /* the system calls alone remain */
		return version > 0 || errno == ENOSYS || errno == EOPNOTSUPP || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(errno));
	struct landlock_ruleset_attr attr = {.handled_access_fs = version >= 3 ? V2 | TRUNCATE : version == 2 ? V2 : V1};
	if (f->read_all)
		attr.handled_access_fs &= ~READS;
	int set = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	bool good = set >= 0;
	for (size_t i = 0; good && i < f->n; i++)
		good = allow_beneath(set, &f->v[i], attr.handled_access_fs);
	good = good && syscall(SYS_landlock_restrict_self, set, 0) == 0;
	int why = errno;
	if (set >= 0)
		close(set);
	return good || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(why));
}

/* ---- connections ---- */

/* Of version 4, which Debian 12's headers do not name. */
#define RULE_NET_PORT 2
#define NET_CONNECT_TCP (1ULL << 1)
struct ruleset_v4 { uint64_t files, net; };
struct port_rule { uint64_t allowed, port; };

bool sandbox_ports(const uint16_t *ports, size_t n, bool *held, struct err *e)
{
	*held = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 4;
	if (!*held)
		return true;
	/* A ruleset that does not speak of moves between folders forbids them all. */
	const struct ruleset_v4 attr = {.files = LANDLOCK_ACCESS_FS_REFER, .net = NET_CONNECT_TCP};
	int set = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	bool good = set >= 0 && allow_beneath(set, &(struct sandbox_path){"/", SANDBOX_ALL}, attr.files);
	for (size_t i = 0; good && i < n; i++) {
		struct port_rule rule = {.allowed = NET_CONNECT_TCP, .port = ports[i]};
		good = syscall(SYS_landlock_add_rule, set, RULE_NET_PORT, &rule, 0) == 0;
	}
	good = good && syscall(SYS_landlock_restrict_self, set, 0) == 0;
	int why = errno;
	if (set >= 0)
		close(set);
	/* A kernel that was built without it says so only here. */
	*held = good || (why != EAFNOSUPPORT && why != EOPNOTSUPP);
	return good || !*held || err_set(e, ERR_INTERNAL, "Landlock: %s", strerror(why));
}

/* ---- system calls ---- */

static void refuse_aloud(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	int kept = errno;
	char text[80];
	int n = snprintf(text, sizeof text, "sandbox: system call %d refused\n", info->si_syscall);
	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		n = 0;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = -EPERM;
	errno = kept;
}

static int add(scmp_filter_ctx f, uint32_t action, const int *calls, size_t n)
{
	int rc = 0;
	for (size_t i = 0; i < n && !rc; i++)
		rc = seccomp_rule_add(f, action, calls[i], 0);
	return rc;
}

static int add_deadly(scmp_filter_ctx f, bool leaks)
{
	size_t from = leaks ? 1 : 0; /* ptrace stands first */
	int rc = leaks ? add(f, SCMP_ACT_ALLOW, of_sanitizer, ARRAY_LEN(of_sanitizer)) : 0;
	return rc ? rc : add(f, SCMP_ACT_KILL_PROCESS, deadly + from, ARRAY_LEN(deadly) - from);
}

static int add_memory(scmp_filter_ctx f, bool no_new_code)
{
	static const int calls[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
	if (!no_new_code)
		return add(f, SCMP_ACT_ALLOW, calls, ARRAY_LEN(calls));
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* A library that is loaded late (of names and addresses) is mapped from its file. */
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	return rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC | PROT_WRITE, PROT_EXEC),
	                                  SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, 0));
}

static int add_threads(scmp_filter_ctx f, const struct sandbox_calls *c)
{
	int rc = 0;
	if (!(c->leaks && SANITIZED))
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (!rc)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	/* Its flags lie in memory, where a filter cannot look: absent, so that the library takes clone. */
	return rc ? rc : seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

static int add_reads(scmp_filter_ctx f)
{
	const scmp_datum_t changes = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, SCMP_A1(SCMP_CMP_MASKED_EQ, changes, 0));
	return rc ? rc : seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, changes, 0));
}

static int add_conditions(scmp_filter_ctx f, const struct sandbox_calls *c)
{
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	for (unsigned family = 0; family < 32 && !rc; family++)
		if (c->families & 1U << family)
			rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, family));
	if (!rc && c->families) /* the C library asks it which addresses this machine has, and does without; no reason to be loud */
		rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK));
	if (!rc)
		rc = add_memory(f, c->no_new_code);
	if (!rc && c->only_reads)
		rc = add_reads(f);
	if (!rc && c->no_new_code) /* its own limits may be read, nobody's set */
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A2(SCMP_CMP_EQ, 0));
	return rc || !c->threads ? rc : add_threads(f, c);
}

bool sandbox_calls(const struct sandbox_calls *c, struct err *e)
{
	struct sigaction sa = {.sa_sigaction = refuse_aloud, .sa_flags = SA_SIGINFO | SA_NODEFER};
	bool loud = c->refusal == SANDBOX_LOUD;
	if (loud && sigaction(SIGSYS, &sa, NULL))
		return err_set(e, ERR_INTERNAL, "seccomp: %s", strerror(errno));
	scmp_filter_ctx f = seccomp_init(loud ? SCMP_ACT_TRAP : SCMP_ACT_ERRNO(EPERM));
	CHECK(f);
	int rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
	if (!rc)
		rc = add(f, SCMP_ACT_ALLOW, c->allowed, c->n_allowed);
	if (!rc && !loud)
		rc = add(f, SCMP_ACT_TRAP, c->trapped, c->n_trapped);
	if (!rc)
		rc = add_conditions(f, c);
	if (!rc)
		rc = add_deadly(f, c->leaks && SANITIZED);
	if (!rc)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc == 0 || err_set(e, ERR_INTERNAL, "seccomp: %s", strerror(-rc));
}
