/* board_web.c — see board.h: the configuration and the routes. */
#include "board/board_internal.h"

static struct board_config have;
const struct board_config *board_have(void) { return &have; }

bool board_use(const struct board_config *cfg, struct err *e)
{
	have = *cfg;
	return board_indices_load(cfg->law->pack, e);
}

static const struct choice bys[] = {{"overview", 0}, {"agency", 0}, {"unit", 0}, {"procedure", 0}, {"officer", 0}, {"month", 0}};
static const struct field asked[] = {
	{.name = "period", .kind = FIELD_TEXT, .max = 20},
	{.name = "by", .kind = FIELD_CHOICE, .choices = bys, .n_choices = ARRAY_LEN(bys)},
	{.name = "agency", .kind = FIELD_ID},
	{.name = "unit", .kind = FIELD_ID},
	{.name = "procedure", .kind = FIELD_TEXT, .max = 80},
	{.name = "officer", .kind = FIELD_ID},
};
static const struct form board_query = {"board", asked, ARRAY_LEN(asked)}, public_query = {"board", asked, 1};
static const struct field listed[] = {
	{.name = "figure", .kind = FIELD_TEXT, .required = true, .max = 30},
	{.name = "before", .kind = FIELD_ID},
	{.name = "period", .kind = FIELD_TEXT, .max = 20},
	{.name = "agency", .kind = FIELD_ID},
	{.name = "unit", .kind = FIELD_ID},
	{.name = "procedure", .kind = FIELD_TEXT, .max = 80},
	{.name = "officer", .kind = FIELD_ID},
	{.name = "sent", .kind = FIELD_ID},
};
static const struct form list_query = {"board_dossiers", listed, ARRAY_LEN(listed)};

static const struct form none = {"none", NULL, 0};
static const struct field sent_fields[] = {{.name = "period", .kind = FIELD_TEXT, .required = true, .max = 20}};
static const struct form sent_form = {"board_sent", sent_fields, ARRAY_LEN(sent_fields)};

#define LEADERS .allow = BOARD_ALLOW
#define API .flags = ROUTE_API, .rate = RATE_API
static const struct route routes[] = {
	{.method = HTTP_GET, .path = BOARD, .page = board_page, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/so-lieu.csv", .page = board_chart_file, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/so-lieu.xlsx", .page = board_chart_file, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/ho-so", .page = board_list_page, LEADERS, .reads = READS_LIST, .api = "GET /api/v1/board/dossiers"},
	{.method = HTTP_GET, .path = BOARD "/ho-so.csv", .page = board_list_csv, LEADERS, .rate = RATE_HEAVY, .api = "GET /api/v1/board/dossiers"},
	{.method = HTTP_POST, .path = BOARD "/ho-so.xlsx", .form = &none, .apply = board_list_ask, .answer = board_list_asked, .again = board_list_page, LEADERS, .rate = RATE_HEAVY,
	 .api = "GET /api/v1/board/dossiers"},
	{.method = HTTP_GET, .path = BOARD "/chi-so", .page = board_index_page, LEADERS, .api = "GET /api/v1/board/indices"},
	{.method = HTTP_GET, .path = BOARD "/chi-so.csv", .page = board_index_file, LEADERS, .api = "GET /api/v1/board/indices"},
	{.method = HTTP_GET, .path = BOARD "/chi-so.xlsx", .page = board_index_file, LEADERS, .api = "GET /api/v1/board/indices"},
	{.method = HTTP_GET, .path = BOARD "/ly-do-cham", .page = board_late_page, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/ly-do-cham.csv", .page = board_late_file, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/ly-do-cham.xlsx", .page = board_late_file, LEADERS, .api = "GET /api/v1/board"},
	{.method = HTTP_GET, .path = BOARD "/bieu-ii-06a", .page = board_report_page, LEADERS, .api = "GET /api/v1/board/report"},
	{.method = HTTP_GET, .path = BOARD "/bieu-ii-06a.csv", .page = board_report_file, LEADERS, .api = "GET /api/v1/board/report"},
	{.method = HTTP_GET, .path = BOARD "/bieu-ii-06a.xlsx", .page = board_report_file, LEADERS, .api = "GET /api/v1/board/report"},
	{.method = HTTP_POST, .path = BOARD "/bieu-ii-06a", .form = &none, .check = board_sent_check, .apply = board_sent_apply, .again = board_report_page, .allow = ROLE_BIT(ROLE_DIRECTOR),
	 .api = "POST /api/v1/board/report/sent"},
	{.method = HTTP_GET, .path = BOARD_SENT "/:id", .page = board_sent_page, LEADERS, .api = "GET /api/v1/board/report/sent"},
	{.method = HTTP_GET, .path = BOARD_SENT "/:id/bieu.csv", .page = board_sent_file, LEADERS, .api = "GET /api/v1/board/report/sent"},
	{.method = HTTP_GET, .path = BOARD_SENT "/:id/bieu.xlsx", .page = board_sent_file, LEADERS, .api = "GET /api/v1/board/report/sent"},
	{.method = HTTP_GET, .path = "/so-lieu", .page = board_public_page, .allow = ALLOW_ALL, .flags = ROUTE_PUBLIC_CACHE | ROUTE_FIGURES, .api = "GET /api/v1/figures"},
	{.method = HTTP_GET, .path = "/so-lieu.csv", .page = board_public_csv, .allow = ALLOW_ALL, .api = "GET /api/v1/figures"},

	{.method = HTTP_GET, .path = "/api/v1/board", .page = board_api, .query = &board_query, LEADERS, API,
	 .doc = DOC("The leaders' figures of a period, within what the caller's roles may see: counts, shares in tenths of a per cent, office minutes, what is open now; by month, and by what `by` names.", .answer = "BoardFigures")},
	{.method = HTTP_GET, .path = "/api/v1/board/dossiers", .page = board_api_list, .query = &list_query, LEADERS, API, .reads = READS_LIST,
	 .doc = DOC("The dossiers behind a figure that the caller may open, newest first; `figure`: a measure (received, late, open_overdue …) or late_ and the code of a reason (late_staff, late_unstated); `sent`: those counted in a table that was sent.", .answer = "BoardDossiers")},
	{.method = HTTP_GET, .path = "/api/v1/board/indices", .page = board_api_indices, .query = &board_query, LEADERS, API,
	 .doc = DOC("The indices of circular 01/2018 and decision 766 as far as own records bear them; points are null for the others.", .answer = "BoardIndices")},
	{.method = HTTP_GET, .path = "/api/v1/board/report", .page = board_api_report, .query = &board_query, LEADERS, API,
	 .doc = DOC("Table II.06a for a period: a row for each field (procedure null) followed by its procedures, and the sum; by=agency, for who sees all: a row for each agency.", .answer = "BoardReport")},
	{.method = HTTP_GET, .path = "/api/v1/board/report/sent", .page = board_api_sent, .query = &board_query, LEADERS, API,
	 .doc = DOC("Table II.06a of a period as it was sent, every version, the newest first; differences: how many figures are another today.", .answer = "BoardSent")},
	{.method = HTTP_POST, .path = "/api/v1/board/report/sent", .form = &sent_form, .check = board_sent_check, .apply = board_sent_apply, .answer = board_api_sent_answer, .allow = ROLE_BIT(ROLE_DIRECTOR), API,
	 .doc = DOC("Freezes table II.06a of the whole agency for a period that is over (a month, a quarter, a year), as sent by the caller; again only when figures have changed.", .answer = "BoardSentDone")},
	{.method = HTTP_GET, .path = "/api/v1/figures", .page = board_api_public, .query = &public_query, .allow = ALLOW_ALL, API,
	 .doc = DOC("What the public board shows: figures of a period, by month and by agency; no person is named.", .answer = "BoardFigures")},
};
const struct route_table board_routes = {"board", routes, ARRAY_LEN(routes)};
