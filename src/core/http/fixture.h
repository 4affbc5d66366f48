/* fixture.h — a small site with a writer of its own, for the tests of core/http. */
#pragma once
#include "core/http/http_testing.h"

extern const struct actor fixture_citizen, fixture_clerk;

struct http_config fixture_config(struct arena *a);
struct http_test *fixture_new(struct arena *a);
struct str fixture_last(void);   /* what the last action saw */
int fixture_applied(void);
int64_t fixture_recorded(void);  /* the id of the last access record */
int fixture_rendered(void);      /* how often the public page was made */
int fixture_files_left(void);    /* temporary files in the upload folder */
void fixture_revise(void);
void fixture_away(bool away); /* pages that show something public find no database */
void fixture_refuse(bool on);    /* the writer's queue is full */
void fixture_hold(bool on);      /* POST /judged does not come to an end */
