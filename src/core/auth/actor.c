/* actor.c — see actor.h. */
#include "core/auth/actor.h"

const struct actor actor_stranger = {.roles = ROLE_BIT(ROLE_STRANGER)};
const struct actor actor_program = {.roles = 0, .program = true, .name = {"motcua", 6}};

static const char *const names[ROLE_COUNT] = {
	[ROLE_STRANGER] = "stranger", [ROLE_CITIZEN] = "citizen",     [ROLE_BUSINESS] = "business",
	[ROLE_COUNTER] = "counter",   [ROLE_SPECIALIST] = "specialist", [ROLE_HEAD] = "head",
	[ROLE_DIRECTOR] = "director", [ROLE_CLERK] = "clerk",         [ROLE_INSPECTOR] = "inspector",
	[ROLE_ADMIN] = "admin",       [ROLE_SYSTEM] = "system",
};

const char *role_name(enum role r)
{
	CHECK((size_t)r < ARRAY_LEN(names));
	return names[r];
}

bool role_from_name(struct str name, enum role *out)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if (str_eq(name, str_from(names[r]))) {
			*out = (enum role)r;
			return true;
		}
	return false;
}

bool actor_in_unit(const struct actor *a, enum role r, int64_t unit)
{
	for (size_t i = 0; i < a->n_held; i++)
		if (a->held[i].role == r && a->held[i].unit == unit)
			return true;
	return false;
}

bool actor_in_agency(const struct actor *a, role_set set, int64_t agency)
{
	for (size_t i = 0; i < a->n_held; i++)
		if ((ROLE_BIT(a->held[i].role) & set) != 0 && a->held[i].agency == agency)
			return true;
	return false;
}
