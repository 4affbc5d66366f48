/* gauges.c — what the program counts beside the server's own: writer, write-ahead log, jobs. */
#include "app/serve.h"
#include "core/archive/archive.h"
#include "core/page/part.h"

static struct writer_stats writer_of(void *ctx) { return writer_stats(((struct app *)ctx)->store.writer); }
static int64_t queued(void *ctx) { return (int64_t)writer_of(ctx).queued; }
static int64_t done(void *ctx) { return writer_of(ctx).done; }
static int64_t refused(void *ctx) { return writer_of(ctx).refused; }
static int64_t batches(void *ctx) { return writer_of(ctx).batches; }
static int64_t retried(void *ctx) { return writer_of(ctx).retried; }
static int64_t longest_us(void *ctx) { return writer_of(ctx).longest_commit_ns / 1000; }
static int64_t connected(void *ctx) { return (int64_t)writer_of(ctx).connected; }
static int64_t lost(void *ctx) { return writer_of(ctx).lost; }
static int64_t wal_bytes(void *ctx) { return writer_of(ctx).wal_bytes; }
static int64_t wal_checkpoints(void *ctx) { return writer_of(ctx).wal_checkpoints; }
static int64_t wal_restarts(void *ctx) { return writer_of(ctx).wal_restarts; }
static int64_t wal_full(void *ctx) { return writer_of(ctx).wal_full; }
static struct wal_archive_stats archive_of(void *ctx)
{
	struct app *app = ctx;
	return app->store.archive ? wal_archive_stats(app->store.archive) : (struct wal_archive_stats){0};
}
static int64_t archive_pieces(void *ctx) { return archive_of(ctx).pieces; }
static int64_t archive_bytes(void *ctx) { return archive_of(ctx).bytes; }
static int64_t archive_failing(void *ctx) { return archive_of(ctx).failing; }
static int64_t archive_alone(void *ctx) { return archive_of(ctx).no_backup; }
static int64_t jobs_done(void *ctx) { return job_counts(((struct app *)ctx)->jobs).done; }
static int64_t jobs_failed(void *ctx) { return job_counts(((struct app *)ctx)->jobs).failed; }
static int64_t poisoned(void *ctx) { return http_poisoned(((struct app *)ctx)->http); }
static int64_t jobs_died(void *ctx) { return job_counts(((struct app *)ctx)->jobs).died; }
static struct page_parts_count parts_of(void *ctx) { (void)ctx; return page_parts_count(); }
static int64_t parts_bytes(void *ctx) { return parts_of(ctx).bytes; }
static int64_t parts_shown(void *ctx) { return parts_of(ctx).shown; }
static int64_t parts_made(void *ctx) { return parts_of(ctx).made; }

const struct http_gauge app_gauges[] = {
	{"motcua_writer_queued", "Actions that wait for the writer.", queued},
	{"motcua_writer_done", "Actions that the writer answered since the start.", done},
	{"motcua_writer_refused", "Actions refused: full queue, full log, stop.", refused},
	{"motcua_writer_batches", "Commits of groups of actions.", batches},
	{"motcua_writer_retried", "Transactions run again after a conflict.", retried},
	{"motcua_writer_longest_commit_us", "The longest commit since the start, microseconds.", longest_us},
	{"motcua_writer_connected", "Writer threads with a connection to the database; 0: nothing can be written.", connected},
	{"motcua_writer_lost", "Connections to the database that writer threads lost since the start.", lost},
	{"motcua_wal_bytes", "Bytes in the write-ahead log.", wal_bytes},
	{"motcua_wal_checkpoints", "Checkpoints since the start.", wal_checkpoints},
	{"motcua_wal_restarts", "Times the writer began the log anew.", wal_restarts},
	{"motcua_wal_full", "1 while a long reader keeps the log at its cap and nothing is written.", wal_full},
	{"motcua_archive_pieces", "Pieces of the write-ahead log archived since the start.", archive_pieces},
	{"motcua_archive_bytes", "Bytes archived since the start.", archive_bytes},
	{"motcua_archive_failing", "1 while a piece cannot be archived and the log is held back.", archive_failing},
	{"motcua_archive_without_backup", "1 while the archive has no backup to begin from.", archive_alone},
	{"motcua_jobs_done", "Background jobs done since the start.", jobs_done},
	{"motcua_jobs_failed", "Attempts of background jobs that failed.", jobs_failed},
	{"motcua_poisoned_requests", "Requests refused because they broke the program twice.", poisoned},
	{"motcua_parts_bytes", "Bytes of the parts of pages that are kept in memory.", parts_bytes},
	{"motcua_parts_shown", "Parts of pages shown from memory since the start.", parts_shown},
	{"motcua_parts_made", "Parts of pages made and kept since the start.", parts_made},
	{"motcua_jobs_dead", "Background jobs given up since the start.", jobs_died},
};
const size_t app_gauges_n = ARRAY_LEN(app_gauges);
