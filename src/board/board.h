/* board.h — figures for leaders and for the public: read from src/stat, drawn as charts, each leading to the dossiers behind it; the
 * indices of TT 01/2018 and QĐ 766/QĐ-TTg and the table II.06a as far as our own records bear them.
 *
 * Owner:  sent_report. Definitions of indices are packs/indices/…; of figures, src/stat/stat.h.
 * Law:    NĐ 61/2018 Điều 30 (evaluation inside by the system); TT 01/2018 Điều 13–15; QĐ 766/QĐ-TTg; biểu II.06a, TT 01/2020/TT-VPCP.
 * Access: leaders of the province and of a one-stop centre see all; directors and inspectors their agency; heads their unit. The public
 *         board names no person. Dossiers behind a figure: dossier_may_read() for each.
 * The configuration is set once, before the first request. */
#pragma once
#include "core/http/http.h"
#include "dossier/law.h"
#include "workbook/workbook.h"

struct db_pool;
struct board_config {
	const struct law *law;
	struct db_pool *pool; /* connections of their own for exports */
	/* How many procedures are published, and of them offered online in part or in full; NULL: unknown. */
	bool (*offered)(void *ctx, int64_t *all, int64_t *online);
	void *ctx;
};
/* Copied. The law's packs must outlive it. ERR_INVALID: the definitions of indices cannot be read. */
MUST_CHECK bool board_use(const struct board_config *cfg, struct err *e);

/* The front page's figures, in words: on time in the last twelve months, decided this month, open, received online. None before the first dossier. */
struct board_figure { struct str value, label; };
#define BOARD_FIGURES 4
size_t board_figures(struct env *env, struct board_figure out[BOARD_FIGURES]);

/* Tables as they were sent, the newest of each period, against what the records say of the moment of sending. */
struct board_sent_compared {
	int64_t tables, figures; /* looked at: tables, and their figures of procedures */
	int64_t wrong;           /* figures that the records do not bear out, and that no later act accounts for */
	char first[300];         /* names table, row and column of the first, and both values */
	int64_t otherwise;       /* figures that are another today by acts after the sending: nothing is wrong with them */
};
/* On a connection that sees one moment, after stat_compare() found no difference: sums are taken for recounted. */
MUST_CHECK bool board_sent_compare(struct env *env, struct board_sent_compared *out, struct err *e);

/* May the actor see the leaders' board? */
bool board_allowed(const struct actor *me);

/* The dossiers behind a figure as a workbook: for workbook_config.lists. */
extern const struct workbook_list board_workbook;

extern const struct route_table board_routes;
