/* type_job.h — the side of scan.h that runs in the process of core/render: the first bytes of a file in, what libmagic
 * calls it out. Linked by motcua-render only. Threads: one. */
#pragma once
#include "core/render/render.h"

#define SCAN_TYPE_JOB "type"
extern const struct render_job scan_type_job;
/* Loads libmagic's tables, before the process locks itself in: they are files. */
MUST_CHECK bool scan_type_prepare(struct err *e);
