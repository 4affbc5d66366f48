/* calendar_slow_test.c — the slice against the walking oracle, 1,000,000 cases. */
#include "calendar/calendar_oracle.h"
#include "core/test/test.h"

TEST_SLOW(a_million_random_cases_agree_with_the_walking_oracle)
{
	oracle_compare(a, 20261124, 1000000);
}
