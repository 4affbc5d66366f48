/* stat_internal.h — shared by the files of this slice only: the packed forms, and the sums in memory. */
#pragma once
#include "core/base/str.h"
#include "stat/stat.h"

/* ---- cells of entries ---- */

#define CELL_TIMES 64   /* month: measures stand below, histograms from here on */
#define CELL_TIME(t, bucket) (CELL_TIMES + (int64_t)(t) * 512 + (bucket))
#define CELL_OPENS 8    /* open: due hour · 8 + what waits */
#define HOUR_MS ((int64_t)3600 * 1000)
/* The full hour at or after. */
static inline int64_t hour_at(struct instant t) { return (t.ms + HOUR_MS - 1) / HOUR_MS; }
/* "received_online", "time_agency 12", "open 2026-11-27T17:00 running": for people who look for a difference. */
struct str cell_said(struct arena *a, enum stat_span span, int64_t cell);

/* The entry of the set that counts the same thing; NULL: there is none. */
struct stat_entry *set_find(const struct stat_set *s, const struct stat_entry *like);

/* ---- levels: the cuts that are kept ---- */

enum { LEVEL_FULL, LEVEL_DAY, LEVEL_MONTH, LEVEL_OPEN = LEVEL_MONTH + 5, LEVELS = LEVEL_OPEN + 5 }; /* LEVEL_FULL: in stat_delta only, stands for all */
struct level { enum stat_span span; bool unit, procedure, officer; };
extern const struct level levels[LEVELS];

/* A row of stat_roll: `procedure` as the tally numbers it. No padding: it is hashed as bytes. */
struct roll_key { int64_t agency, unit, officer; int32_t level, period; int64_t procedure; };

/* ---- packed numbers ---- */

void put_varint(struct buf *b, uint64_t v);
static inline void put_signed(struct buf *b, int64_t v) { put_varint(b, (uint64_t)v << 1 ^ (uint64_t)(v >> 63)); }
/* Reads from *s; false at its end or on anything that put_… does not write. */
bool take_varint(struct str *s, uint64_t *v);
bool take_signed(struct str *s, int64_t *v);
/* A list of cells in rising order. *last: 0 at first. */
void put_cell(struct buf *b, int64_t *last, int64_t cell, int64_t n);
bool take_cell(struct str *s, int64_t *last, int64_t *cell, int64_t *n);

/* A group of a delta: counts of one dossier's dims at all levels (LEVEL_FULL), or of one row. */
struct group { int32_t level; struct stat_dims dims; uint64_t n; };
void put_group(struct buf *b, const struct group *g);
void put_entry(struct buf *b, const struct stat_entry *x);
bool take_group(struct str *s, struct group *g);
bool take_entry(struct str *s, struct stat_entry *x);

/* ---- sums in memory, their size bounded by months, units and procedures ---- */

/* Two sums of one count: as counted again, and as kept. */
enum { SIDE_COUNTED, SIDE_KEPT, SIDES };
struct slot { struct roll_key key; int64_t cell, n[SIDES]; };
struct stat_tally *tally_new(void);
void tally_free(struct stat_tally *t);
static inline void tally_cleanup(struct stat_tally **t) { tally_free(*t); }
#define AUTO_TALLY __attribute__((cleanup(tally_cleanup))) struct stat_tally *
int64_t tally_procedure(struct stat_tally *t, struct str procedure);
struct str tally_procedure_name(const struct stat_tally *t, int64_t number);
void tally_count(struct stat_tally *t, int side, const struct roll_key *key, int64_t cell, int64_t n);
/* At every level of its span. */
void tally_entry(struct stat_tally *t, int side, const struct stat_dims *d, const struct stat_entry *x);
/* All groups of a delta. False: it is damaged. */
bool tally_delta(struct stat_tally *t, int side, struct str groups);
/* The cells of a row. False: they are damaged. */
bool tally_cells(struct stat_tally *t, int side, const struct roll_key *key, struct str cells);
int64_t tally_dossiers(const struct stat_tally *t);
/* Those with a count that is not 0, in order of key (a procedure by when it was first met) and cell; in memory of the tally, until the next count. */
struct slot **tally_sorted(struct stat_tally *t, size_t *n);
