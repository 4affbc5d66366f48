/* actor.h — who is asking: a stranger, a citizen, an official in units, a system, or the program itself.
 *
 * An actor is a snapshot taken when the request was authenticated; a write action compares `epoch` with the
 * account's before it acts, so that sign-out, role change and lockout hold at once. */
#pragma once
#include "core/base/env.h"

enum role {
	ROLE_STRANGER,   /* no session */
	ROLE_CITIZEN,    /* công dân */
	ROLE_BUSINESS,   /* tổ chức, doanh nghiệp */
	ROLE_COUNTER,    /* cán bộ Bộ phận Một cửa */
	ROLE_SPECIALIST, /* chuyên viên thụ lý */
	ROLE_HEAD,       /* trưởng phòng */
	ROLE_DIRECTOR,   /* lãnh đạo cơ quan: giám đốc, phó giám đốc */
	ROLE_CLERK,      /* văn thư */
	ROLE_INSPECTOR,  /* thanh tra */
	ROLE_ADMIN,      /* quản trị hệ thống */
	ROLE_SYSTEM,     /* a system account of another program: the national portal */
	ROLE_COUNT
};

/* A set of roles, bit per role: the type of a route's `.allow`. 0 is nobody. */
typedef uint32_t role_set;
#define ROLE_BIT(r) ((role_set)1 << (r))
#define ALLOW_ALL ((role_set)(ROLE_BIT(ROLE_COUNT) - 1))
#define ALLOW_APPLICANTS (ROLE_BIT(ROLE_CITIZEN) | ROLE_BIT(ROLE_BUSINESS))
#define ALLOW_STAFF                                                                                                 \
	(ROLE_BIT(ROLE_COUNTER) | ROLE_BIT(ROLE_SPECIALIST) | ROLE_BIT(ROLE_HEAD) | ROLE_BIT(ROLE_DIRECTOR) |       \
	 ROLE_BIT(ROLE_CLERK) | ROLE_BIT(ROLE_INSPECTOR))
#define ALLOW_SIGNED_IN (ALLOW_ALL & ~ROLE_BIT(ROLE_STRANGER))

/* One role held in one unit today; for applicants unit and agency are 0. */
struct actor_role { enum role role; int64_t unit, agency; };

struct actor {
	role_set roles;          /* union of `held`; ROLE_STRANGER only when nobody is signed in */
	int64_t account;         /* 0 for a stranger */
	int64_t person;          /* the official or the citizen; 0 for none */
	int64_t session, token;  /* rows of the session or API token shown; 0 for none */
	int64_t epoch;           /* the account's epoch when the session was read */
	const struct actor_role *held;
	size_t n_held;
	struct str name;         /* as shown in the page header */
	struct str agency;       /* an official's: the name of the one that the first role held is of */
	struct str number;       /* an applicant's number that an official compared with papers: its keyed hash (LOOKUP_NUMBER); else empty */
	bool program;            /* jobs and commands: not a person */
};

extern const struct actor actor_stranger, actor_program;

static inline bool actor_is(const struct actor *a, enum role r) { return (a->roles & ROLE_BIT(r)) != 0; }
static inline bool actor_any(const struct actor *a, role_set set) { return (a->roles & set) != 0; }
/* Does the actor hold `r` in that unit? */
bool actor_in_unit(const struct actor *a, enum role r, int64_t unit);
/* Does the actor hold any role of the set in that agency? */
bool actor_in_agency(const struct actor *a, role_set set, int64_t agency);
/* "citizen", "counter" …: the names fixed by `motcua routes` and `demo --json`. */
const char *role_name(enum role r);
/* False when no role has that name. */
bool role_from_name(struct str name, enum role *out);
