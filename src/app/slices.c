/* slices.c — the one list of slices, and what each needs from the program. */
#include "account/account.h"
#include "app/serve.h"
#include "directory/directory.h"
#include "filing/filing.h"
#include "track/track.h"

const struct route_table *const all_routes[] = {&catalogue_routes, &account_routes, &directory_routes, &filing_routes, &track_routes};
const size_t all_routes_n = ARRAY_LEN(all_routes);

bool app_slices(struct app *app, struct err *e)
{
	struct filing_config filing = {.law = app->store.law, .blobs = app->store.blobs, .ids = &app->store.ids, .origin = str_from(app->config.origin),
	                               .parts_dir = str_fmt(app->store.arena, "%.*s/parts", STR_ARG(app->store.place.dir)).p};
	return filing_configure(&filing, e);
}
