/* flight.c — see flight.h. */
#include "core/http/flight.h"
#include "core/log/log.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x6d63666c69676833
#define SLOTS 4096
#define CULPRITS 64
#define TOO_OFTEN 2

struct culprit { uint64_t digest; _Atomic uint64_t times; };
struct page {
	uint64_t magic, program;
	_Atomic uint64_t broke, blamed; /* set by the signal handler; blamed 0: all in hand */
	struct culprit culprits[CULPRITS];
	_Atomic uint64_t hand[SLOTS];
};
struct flight { struct page *page; size_t n_poisoned; _Atomic size_t n_suspects; };

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
static struct sigaction before[ARRAY_LEN(signals)];
static struct page *_Atomic marked; /* the page that the handler marks */
static _Thread_local uint64_t at_work;

/* ---- when it breaks ---- */

static void pass_on(int sig, siginfo_t *info, void *context)
{
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i] == sig && before[i].sa_flags & SA_SIGINFO && before[i].sa_sigaction)
			before[i].sa_sigaction(sig, info, context); /* a sanitizer's: it reports and ends */
	signal(sig, SIG_DFL);
	raise(sig);
}

static void on_break(int sig, siginfo_t *info, void *context)
{
	struct page *p = atomic_load(&marked);
	if (p) {
		atomic_store(&p->blamed, at_work);
		atomic_store(&p->broke, 1);
	}
	pass_on(sig, info, context);
}

static void watch(struct page *p)
{
	struct sigaction act = {.sa_sigaction = on_break, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	atomic_store(&marked, p);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &act, &before[i]);
}

static void watch_no_more(void)
{
	atomic_store(&marked, NULL);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		sigaction(signals[i], &before[i], NULL);
}

/* ---- what the last process left ---- */

static struct culprit *culprit_of(struct page *p, uint64_t digest)
{
	for (size_t i = 0; i < CULPRITS; i++)
		if (p->culprits[i].digest == digest)
			return &p->culprits[i];
	return NULL;
}

/* One that was seen least makes room. */
static void suspect(struct page *p, uint64_t digest)
{
	struct culprit *c = culprit_of(p, digest), *least = &p->culprits[0];
	for (size_t i = 1; i < CULPRITS; i++)
		if (p->culprits[i].times < least->times)
			least = &p->culprits[i];
	if (!c) {
		c = least;
		c->digest = digest;
		c->times = 0;
	}
	c->times++;
	log_event(LOG_ERROR, "in hand when the program broke", log_id("request", digest), log_int("times", (int64_t)c->times),
	          log_text("now", c->times >= TOO_OFTEN ? "refused until another build runs" : "allowed once more"));
}

static void look_back(struct page *p)
{
	uint64_t blamed = atomic_load(&p->blamed), digest;
	bool broke = atomic_load(&p->broke) != 0;
	if (broke && blamed)
		suspect(p, blamed);
	for (size_t i = 0; i < SLOTS; i++)
		if ((digest = atomic_exchange(&p->hand[i], 0)) != 0 && broke && !blamed)
			suspect(p, digest);
	atomic_store(&p->blamed, 0);
	atomic_store(&p->broke, 0);
}

/* Size and time of the program's own file. */
static uint64_t this_program(void)
{
	struct stat st;
	if (stat("/proc/self/exe", &st) != 0)
		return 1;
	return (uint64_t)st.st_size * 1000003 ^ (uint64_t)st.st_mtim.tv_sec * 7919 ^ (uint64_t)st.st_mtim.tv_nsec;
}

/* ---- opening ---- */

static struct page *map(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p = MAP_FAILED;
	if (fd >= 0 && posix_fallocate(fd, 0, sizeof(struct page)) == 0)
		p = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		err_set(e, ERR_INTERNAL, "cannot keep in %s what is in hand: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return p == MAP_FAILED ? NULL : p;
}

bool flight_open(struct flight **out, const char *path, struct err *e)
{
	struct page *p = map(path, e);
	if (!p)
		return false;
	if (p->magic != MAGIC || p->program != this_program()) {
		if (p->magic == MAGIC)
			log_event(LOG_INFO, "what broke another build of the program is forgotten", log_text("file", path));
		memset(p, 0, sizeof *p);
		p->magic = MAGIC;
		p->program = this_program();
	}
	look_back(p);
	struct flight *f = calloc(1, sizeof *f);
	CHECK(f != NULL);
	f->page = p;
	for (size_t i = 0; i < CULPRITS; i++) {
		f->n_poisoned += p->culprits[i].times >= TOO_OFTEN;
		f->n_suspects += p->culprits[i].times > 0 && p->culprits[i].times < TOO_OFTEN;
	}
	if (f->n_poisoned)
		log_event(LOG_ERROR, "poisoned requests are refused", log_int("n", (int64_t)f->n_poisoned));
	watch(p);
	*out = f;
	return true;
}

void flight_close(struct flight *f)
{
	if (!f)
		return;
	watch_no_more();
	munmap(f->page, sizeof *f->page);
	free(f);
}

/* ---- requests ---- */

/* Other threads go on while a sanitizer reports, for seconds on a busy machine: what was in hand when it broke stays there. */
static bool breaking(const struct flight *f) { return atomic_load(&f->page->broke) != 0; }

static bool poisoned(const struct flight *f, uint64_t digest)
{
	if (!f->n_poisoned)
		return false;
	const struct culprit *c = culprit_of(f->page, digest);
	return c && c->times >= TOO_OFTEN;
}

bool flight_take(struct flight *f, uint64_t digest, size_t *slot)
{
	*slot = FLIGHT_NONE;
	if (!f)
		return true;
	if (poisoned(f, digest))
		return false;
	at_work = digest;
	for (size_t i = 0; i < 16 && !breaking(f); i++) { /* full there: not watched */
		uint64_t none = 0;
		size_t at = (digest + i) % SLOTS;
		if (atomic_compare_exchange_strong(&f->page->hand[at], &none, digest)) {
			*slot = at;
			return true;
		}
	}
	return true;
}

static void clear(struct flight *f, uint64_t digest)
{
	struct culprit *c = culprit_of(f->page, digest);
	uint64_t times = c ? atomic_load(&c->times) : 0;
	if (times == 0 || times >= TOO_OFTEN || !atomic_compare_exchange_strong(&c->times, &times, 0))
		return;
	atomic_fetch_sub(&f->n_suspects, 1);
	log_event(LOG_INFO, "answered since, suspected no more", log_id("request", digest));
}

void flight_drop(struct flight *f, size_t slot, uint64_t digest)
{
	at_work = 0;
	if (!f || breaking(f))
		return;
	if (slot != FLIGHT_NONE)
		atomic_store(&f->page->hand[slot], 0);
	if (digest && f->n_suspects)
		clear(f, digest);
}

void flight_thread(uint64_t digest) { at_work = digest; }
int64_t flight_poisoned(const struct flight *f) { return f ? (int64_t)f->n_poisoned : 0; }
