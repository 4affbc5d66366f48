/* job_internal.h — between job.c and runner.c, and for the tests. */
#pragma once
#include "core/job/job.h"

enum job_outcome { JOB_NONE, JOB_SKIPPED, JOB_DONE, JOB_FAILED, JOB_DIED, JOB_LOST };

/* Claims and runs one job. False when the database cannot be asked. */
bool job_step(const struct job_config *cfg, struct job_runner *runner, enum job_outcome *out, struct err *e) MUST_CHECK;
/* The wait after the nth failed attempt. */
int64_t job_backoff_ms(int64_t attempt);
/* The start, in ms since 1970, of the kind's period that `now` is in. */
int64_t job_period_start(const struct job_kind *k, struct instant now);
/* job_add_periodic for the kinds whose period of now is not in `seen` (one a kind, the start of the period last looked at;
 * NULL: every kind), and notes it there. */
bool job_add_periods(const struct job_config *cfg, int64_t *seen, struct err *e) MUST_CHECK;
/* For a column: whole characters only. */
struct str job_error_text(struct arena *a, const struct err *e);
