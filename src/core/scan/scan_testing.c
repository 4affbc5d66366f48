/* scan_testing.c — see scan_testing.h. */
#include "core/scan/scan_testing.h"
#include "core/test/test.h"
#include <stdlib.h>

static struct scan_config config;

const struct scan_config *scan_testing_open(struct arena *a)
{
	struct err e = {0};
	CHECK(!config.render);
	config.render = render_open(str_fmt(a, "%s/src/render/motcua-render", getenv("MOTCUA_BUILD_DIR")).p, &e);
	if (!config.render)
		FAIL("motcua-render: %s", e.text);
	return &config;
}

void scan_testing_close(void)
{
	render_close(config.render);
	config = (struct scan_config){0};
}
