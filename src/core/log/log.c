/* log.c — see log.h. */
#include "core/log/log.h"
#include "core/base/file.h"
#include "core/base/instant.h"

#include <inttypes.h>
#include <stdatomic.h>

static _Atomic int least = LOG_INFO;
static _Atomic int out_fd = 2;

static const char *const names[] = {"debug", "info", "warn", "error", "off"};

void log_set_level(enum log_level level) { atomic_store(&least, (int)level); }
void log_set_fd(int fd) { atomic_store(&out_fd, fd); }

bool log_level_from_name(struct str name, enum log_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq(name, str_from(names[i]))) {
			*out = (enum log_level)i;
			return true;
		}
	return false;
}

static bool plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == 0x7F || s.p[i] == '=')
			return false;
	return s.n > 0;
}

static void put_text(struct buf *b, struct str s)
{
	if (plain(s)) {
		buf_put(b, s);
		return;
	}
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\')
			buf_char(b, '\\');
		if (c < ' ' || c == 0x7F)
			buf_fmt(b, "\\x%02x", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

static void put_pair(struct buf *b, const struct log_pair *p)
{
	buf_fmt(b, " %s=", p->key);
	switch (p->kind) {
	case LOG_PAIR_TEXT: put_text(b, p->text); break;
	case LOG_PAIR_INT: buf_fmt(b, "%" PRId64, p->number); break;
	case LOG_PAIR_ID: buf_fmt(b, "%016" PRIx64, (uint64_t)p->number); break;
	}
}

void log_pairs(enum log_level level, const char *event, const struct log_pair *pairs, size_t n)
{
	if ((int)level < atomic_load(&least) || level >= LOG_OFF)
		return;
	AUTO_ARENA a = arena_new(0);
	struct buf b = buf_on(a);
	buf_put(&b, instant_format(a, instant_clock()));
	buf_fmt(&b, " %s %s", names[level], event);
	for (size_t i = 0; i < n; i++)
		put_pair(&b, &pairs[i]);
	buf_char(&b, '\n');
	if (!file_write(atomic_load(&out_fd), buf_str(&b)))
		return; /* a log that cannot be written is no reason to stop serving */
}
