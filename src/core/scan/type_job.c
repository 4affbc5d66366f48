/* type_job.c — see type_job.h. */
#include "core/scan/type_job.h"
#include <magic.h>

static magic_t magic_handle; /* for the life of the process */

bool scan_type_prepare(struct err *e)
{
	magic_handle = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS);
	if (!magic_handle || magic_load(magic_handle, NULL) != 0)
		return err_set(e, ERR_INTERNAL, "libmagic cannot be loaded");
	return true;
}

static bool type_of_head(struct arena *a, struct str head, int fd, struct buf *answer, struct err *e)
{
	(void)a, (void)fd;
	const char *said = magic_buffer(magic_handle, head.p, head.n);
	if (!said)
		return err_set(e, ERR_INTERNAL, "libmagic: %s", magic_error(magic_handle));
	buf_put(answer, str_from(said));
	return true;
}

const struct render_job scan_type_job = {SCAN_TYPE_JOB, type_of_head, 5};
