/* pages.h — inside of core/db: a checksum in each page of SQLite's file (ADR 0012).
 *
 * A VFS over the usual one. On disk the last PAGE_TAIL bytes of a page hold XXH3-64 of the bytes before them, with the page's number
 * as the seed; a page read with another sum fails (SQLITE_IOERR_DATA), so that nobody gets wrong data. In memory those bytes are 0.
 * A tail of 0 on disk is a page that another program copied out of the log (`sqlite3` after a crash): it is read, and verify counts it.
 * Frames of the write-ahead log have SQLite's own sums; the library looks at them after a crash only, here each read does, once a frame
 * that this process did not write itself. Files of other page sizes, or without room for the sums, are refused. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>

#define PAGE_SIZE 4096
#define PAGE_TAIL 8
#define WAL_HEAD 32
#define FRAME_HEAD 24
#define FRAME_SIZE (FRAME_HEAD + PAGE_SIZE)

enum page_state { PAGE_GOOD, PAGE_WITHOUT_SUM, PAGE_DAMAGED };
/* `number` counts from 1. */
enum page_state page_check(const uint8_t page[PAGE_SIZE], uint32_t number);

/* Sets the sum of a page that goes into the file. */
void page_seal(uint8_t page[PAGE_SIZE], uint32_t number);

/* The sums of the write-ahead log, as https://sqlite.org/fileformat2.html §4.2 has them. */
struct wal_head { bool big; uint8_t salt[8]; uint32_t sum[2]; };
/* False when it is not the head of a log, or of other pages. */
bool wal_head_read(const uint8_t bytes[WAL_HEAD], struct wal_head *out);
/* Does the frame belong to this log, and follow one with the sum `sum`? Then `sum` is its own. */
bool wal_frame_check(const struct wal_head *h, const uint8_t head[FRAME_HEAD], const uint8_t page[PAGE_SIZE], uint32_t sum[2]);

/* Registers the VFS over the default one; its name for sqlite3_open_v2(). Tests that change the default do so while no file is open. */
const char *pages_vfs(void);
/* What the connection's last failed read met: a page, or a frame of the log (both from 1, 0: none). */
struct page_damage { uint32_t page, frame; };
struct page_damage pages_damage(sqlite3 *lite);
