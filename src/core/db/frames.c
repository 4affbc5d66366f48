/* frames.c — see frames.h. */
#include "core/db/frames.h"
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRIES 6 /* a page that the server is writing is read again */
#define PAUSE_NS 2000000

static bool read_at(int fd, void *p, size_t n, int64_t at) { return pread(fd, p, n, at) == (ssize_t)n; }

static void pause_a_little(void) { nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL); }

static uint32_t big32(const uint8_t *p) { return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]; }

/* ---- the log ---- */

bool wal_begin(int fd, struct wal_mark *out)
{
	uint8_t b[WAL_HEAD];
	struct wal_head h;
	if (!read_at(fd, b, sizeof b, 0) || !wal_head_read(b, &h))
		return false;
	*out = (struct wal_mark){.sum = {h.sum[0], h.sum[1]}};
	memcpy(out->salt, h.salt, sizeof h.salt);
	return true;
}

static bool head_of(int fd, const struct wal_mark *at, struct wal_head *h)
{
	uint8_t b[WAL_HEAD];
	return read_at(fd, b, sizeof b, 0) && wal_head_read(b, h) && memcmp(h->salt, at->salt, sizeof h->salt) == 0;
}

static bool next(int fd, const struct wal_head *h, struct wal_mark *at, uint8_t f[FRAME_SIZE])
{
	uint32_t sum[2] = {at->sum[0], at->sum[1]};
	if (!read_at(fd, f, FRAME_SIZE, WAL_HEAD + at->frames * FRAME_SIZE) || !wal_frame_check(h, f, f + FRAME_HEAD, sum))
		return false;
	memcpy(at->sum, sum, sizeof sum);
	at->frames++;
	return true;
}

bool wal_walk(int fd, struct wal_mark *at, int64_t to, frame_fn *each, void *ctx, bool *same, struct err *e)
{
	uint8_t f[FRAME_SIZE];
	struct wal_head h;
	*same = at->frames >= to || head_of(fd, at, &h);
	while (*same && at->frames < to) {
		*same = next(fd, &h, at, f);
		if (*same && each && !each(ctx, &(struct frame){big32(f), big32(f + 4), f + FRAME_HEAD}, e))
			return false;
	}
	return true;
}

void wal_last_commit(int fd, struct wal_mark *at)
{
	uint8_t f[FRAME_SIZE];
	struct wal_head h;
	struct wal_mark now = *at;
	if (!head_of(fd, at, &h))
		return;
	while (next(fd, &h, &now, f))
		if (big32(f + 4))
			*at = now;
}

/* Two copies of the head, written one after the other: https://sqlite.org/walformat.html §2.1. */
bool wal_shared_read(int shm, struct wal_shared *out)
{
	uint8_t b[136];
	for (int i = 0; i < TRIES; i++) {
		if (!read_at(shm, b, sizeof b, 0))
			return false;
		if (memcmp(b, b + 48, 48) == 0) {
			memcpy(&out->committed, b + 16, sizeof out->committed);
			memcpy(&out->pages, b + 20, sizeof out->pages);
			memcpy(out->salt, b + 32, sizeof out->salt);
			memcpy(&out->copied, b + 96, sizeof out->copied);
			return true;
		}
		pause_a_little();
	}
	return false;
}

/* ---- pages ---- */

enum page_state page_read(int fd, uint32_t number, uint8_t page[PAGE_SIZE])
{
	enum page_state state = PAGE_DAMAGED;
	for (int i = 0; state == PAGE_DAMAGED && i < TRIES; i++) {
		if (i)
			pause_a_little();
		if (read_at(fd, page, PAGE_SIZE, (int64_t)(number - 1) * PAGE_SIZE))
			state = page_check(page, number);
	}
	return state;
}
