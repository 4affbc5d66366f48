/* sign_lock.h — what the process with the token gives up; see sign_helper.h. Internal to the slice. */
#pragma once
#include "core/base/err.h"

/* For good. `dir`: the only folder that stays, or NULL for a hardware token. */
bool sign_lock_down(const char *dir, struct err *e) MUST_CHECK;
