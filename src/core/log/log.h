/* log.h — one line per event on standard error, key=value, for the journal.
 *
 *   log_event(LOG_INFO, "request", log_id("id", r->env.request_id), log_text("route", "/ho-so/:code"), log_int("status", 200));
 *   → 2026-11-25T14:00:00+07:00 info request id=00000000000000a1 route=/ho-so/:code status=200
 *
 * Never personal data: no paths with parameters, no queries, names or addresses. Text that has white space, quotes or
 * control characters is quoted and escaped, so one event is always one line. Threads: any; one write(2) per line. */
#pragma once
#include "core/base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_OFF };

struct log_pair { const char *key; enum { LOG_PAIR_TEXT, LOG_PAIR_INT, LOG_PAIR_ID } kind; struct str text; int64_t number; };

static inline struct log_pair log_str(const char *key, struct str s) { return (struct log_pair){key, LOG_PAIR_TEXT, s, 0}; }
static inline struct log_pair log_text(const char *key, const char *s) { return log_str(key, str_from(s)); }
static inline struct log_pair log_int(const char *key, int64_t v) { return (struct log_pair){key, LOG_PAIR_INT, STR_NONE, v}; }
static inline struct log_pair log_id(const char *key, uint64_t v) { return (struct log_pair){key, LOG_PAIR_ID, STR_NONE, (int64_t)v}; }

/* Events below it are dropped. From configuration, before threads start; LOG_INFO otherwise. */
void log_set_level(enum log_level level);
bool log_level_from_name(struct str name, enum log_level *out);
/* Where lines go: 2 unless a test says otherwise. */
void log_set_fd(int fd);

#define log_event(level, event, ...)                                                                                \
	log_pairs((level), (event), (const struct log_pair[]){__VA_ARGS__},                                         \
	          sizeof((const struct log_pair[]){__VA_ARGS__}) / sizeof(struct log_pair))
void log_pairs(enum log_level level, const char *event, const struct log_pair *pairs, size_t n);
