/* env.h — what a rule may use: memory, database, time, who acts, language. Passed explicitly, first argument.
 *
 * It belongs to one request or command and has one owner at a time: it travels from the worker to the writer and
 * back. `db` is the worker's read-only connection while checking and rendering, the writer's while applying. */
#pragma once
#include "core/base/instant.h"

struct db;
struct actor;
struct lane;
struct id_source;

enum lang { LANG_VI, LANG_EN };

struct env {
	struct arena *arena;
	struct db *db;
	struct instant now;        /* set once when the request arrived; in the writer, the event time of the lane */
	const struct actor *actor; /* never NULL: a stranger is an actor too */
	enum lang lang;
	uint64_t request_id;
	struct lane *lane;         /* where acts are logged; set by the writer for the time of an action, else NULL */
	struct id_source *ids;     /* for id_new(); set wherever rows may be made */
	struct later *later;       /* set by the writer with `lane`: writer_later() */
	struct instant wall;       /* set by the writer, and left: what the clock said, which may have been set back behind `now` */
};

/* The wall clock: for what is compared with other people's clocks, or must not wait until a clock that was set back is there again. */
static inline struct instant env_wall(const struct env *env) { return env->wall.ms ? env->wall : env->now; }
