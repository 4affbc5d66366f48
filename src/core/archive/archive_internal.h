/* archive_internal.h — what keeping (archive.c), backups (backup.c) and coming back (restore.c) share: names and heads.
 *
 * Numbers lie as the processor has them; every one that this program runs on has the little end first. */
#pragma once
#include "core/archive/archive.h"
#include "core/archive/files.h"
#include "core/archive/sealed.h"
#include <stdint.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "heads of pieces would need turning");

/* Which frames of the log: `first` … `first + frames`, with the sums before and at the end. The log's last entry then is the one of
 * `entry`, or an older one. */
#define PIECE_MAGIC "MCPIECE1"
struct piece_head {
	char magic[8];
	int64_t number;
	uint8_t salt[8];
	int64_t first, frames;
	uint32_t sum_first[2], sum_last[2];
	int64_t entry, entry_ms;
	uint8_t entry_hash[32];
};

/* A backup's database: pages, then frames of the log over them, each with a frame_mark before it; page 0 ends them and says how many pages
 * there are; then comes the head, for the log may begin anew while pages are read. It is the state after so many frames of the log with that
 * salt. Pieces of `chain` from `piece` on bring it further, once they came past that; without frames, past the piece `through`. */
#define BASE_MAGIC "MCBASE1\n"
#define CHAIN_MAX 64
struct base_head {
	char magic[8], chain[CHAIN_MAX]; /* empty: without archive */
	int64_t piece, through;
	uint8_t salt[8];
	int64_t frames;
	int64_t entry, entry_ms;
};
struct frame_mark { uint32_t page, pages; };

/* "<dir>/<chain>/0000000007.piece" and what seals it. */
struct str piece_path(struct arena *a, struct str dir, struct str chain, int64_t number);
struct str piece_context(struct arena *a, struct str chain, int64_t number);
/* The number of the chain's last piece; -1: none. */
int64_t piece_last(struct str dir, struct str chain);
MUST_CHECK bool piece_open(struct sealed_in **out, struct piece_head *head, struct str dir, struct str chain, int64_t number, const struct keyring *keys, struct err *e);
/* What DATA/archive.chain says; empty: nothing. */
struct str marker_read(struct arena *a, const char *marker);
/* "<chain>/backup": there is a backup in this chain. */
struct str chain_backup_path(struct arena *a, struct str dir, struct str chain);
