/* routes.c — the applicant's routes: one static table. */
#include "filing/filing_internal.h"

#define FILERS (ROLE_BIT(ROLE_STRANGER) | ALLOW_APPLICANTS | ROLE_BIT(ROLE_COUNTER))
#define SENDERS (ALLOW_APPLICANTS | ROLE_BIT(ROLE_COUNTER) | ROLE_BIT(ROLE_SYSTEM))
#define DRAFT "/nop-ho-so/nhap/:draft"
#define NO_API "NONE: programs send the whole dossier at once"

static const struct field timeline_fields[] = {{.name = "cursor", .kind = FIELD_INT, .low = 0, .high = INT64_MAX}};
static const struct form timeline_query = {"timeline", timeline_fields, ARRAY_LEN(timeline_fields)};

static const struct route routes[] = {
	{.method = HTTP_GET, .path = "/nop-ho-so/:code", .page = start_page, .allow = ALLOW_ALL, .api = "GET /api/v1/procedures/:code"},
	{.method = HTTP_POST, .path = "/nop-ho-so/:code", .check = start_check, .apply = start_apply, .answer = start_answer, .allow = FILERS},
	{.method = HTTP_GET, .path = DRAFT, .page = tasks_page, .row = may_draft, .allow = FILERS, .api = NO_API},
	{.method = HTTP_POST, .path = DRAFT "/xoa", .apply = drop_apply, .row = may_draft, .allow = FILERS},
	{.method = HTTP_GET, .path = DRAFT "/nguoi-nop", .page = who_page, .row = may_draft, .allow = FILERS, .api = NO_API},
	{.method = HTTP_POST, .path = DRAFT "/nguoi-nop", .form = &who_form, .check = who_check, .apply = who_apply, .again = who_page, .row = may_draft,
	 .allow = FILERS, .flags = ROUTE_CHECK_ALWAYS},
	{.method = HTTP_GET, .path = DRAFT "/muc/:n", .page = section_page, .row = may_draft, .allow = FILERS, .api = NO_API},
	{.method = HTTP_POST, .path = DRAFT "/muc/:n", .form = &section_form_none, .check = section_check, .apply = section_apply, .again = section_again,
	 .row = may_draft, .allow = FILERS},
	{.method = HTTP_PATCH, .path = DRAFT "/muc/:n/luu", .check = autosave_check, .apply = autosave_apply, .row = may_draft, .allow = FILERS, .flags = ROUTE_API},
	{.method = HTTP_GET, .path = DRAFT "/muc/:n/bieu-mau", .page = section_form, .row = may_draft, .allow = FILERS, .flags = ROUTE_API},
	{.method = HTTP_GET, .path = DRAFT "/muc/:n/tra-loi", .page = section_answers, .row = may_draft, .allow = FILERS, .flags = ROUTE_API},
	{.method = HTTP_GET, .path = DRAFT "/tep/:n", .page = file_page, .row = may_draft, .allow = FILERS, .api = NO_API},
	{.method = HTTP_POST, .path = DRAFT "/tep/:n", .form = &file_form, .slow = file_slow, .apply = file_apply, .again = file_again, .row = may_draft,
	 .allow = FILERS, .flags = ROUTE_UPLOAD, .rate = RATE_UPLOAD},
	{.method = HTTP_POST, .path = DRAFT "/tep/:n/bo", .form = &file_id_form, .apply = file_remove, .again = file_again, .row = may_draft, .allow = FILERS},
	{.method = HTTP_POST, .path = DRAFT "/tai-len", .check = upload_check, .apply = upload_apply, .answer = upload_answer, .row = may_draft, .allow = FILERS,
	 .flags = ROUTE_API, .rate = RATE_UPLOAD},
	{.method = HTTP_GET, .path = DRAFT "/tai-len/:file", .page = upload_offset, .row = may_draft, .allow = FILERS, .flags = ROUTE_API},
	{.method = HTTP_PATCH, .path = DRAFT "/tai-len/:file", .receive = upload_receive, .slow = upload_slow, .apply = upload_kept, .answer = upload_done,
	 .row = may_draft, .allow = FILERS, .flags = ROUTE_API},
	{.method = HTTP_GET, .path = DRAFT "/kiem-tra", .page = check_page, .row = may_draft, .allow = FILERS, .api = NO_API},
	{.method = HTTP_POST, .path = DRAFT "/gui", .apply = send_apply, .answer = send_answer, .again = check_page, .row = may_send, .allow = FILERS},

	{.method = HTTP_GET, .path = "/ho-so-cua-toi", .page = mine_page, .allow = ALLOW_APPLICANTS, .api = "GET /api/v1/dossiers"},
	{.method = HTTP_GET, .path = "/ho-so/:code", .page = own_page, .row = may_own, .allow = ALLOW_APPLICANTS, .api = "GET /api/v1/dossiers/:code"},
	{.method = HTTP_GET, .path = "/ho-so/:code/tep/:file", .page = own_file, .row = may_own, .allow = ALLOW_APPLICANTS,
	 .api = "GET /api/v1/dossiers/:code/files/:id"},
	{.method = HTTP_GET, .path = "/ho-so/:code/don/:id", .page = own_form, .row = may_own, .allow = ALLOW_APPLICANTS, .api = "NONE: the bytes of a paper"},
	{.method = HTTP_GET, .path = "/ho-so/:code/phieu-thu/:id", .page = own_receipt, .row = may_own, .allow = ALLOW_APPLICANTS, .api = "NONE: the bytes of a paper"},
	{.method = HTTP_GET, .path = "/ho-so/:code/tep/:file/trang/:page", .page = own_preview, .row = may_own, .allow = ALLOW_APPLICANTS, .api = "NONE: a picture of the file"},
	{.method = HTTP_GET, .path = "/ho-so/:code/bien-nhan/:entry", .page = own_entry, .row = may_own, .allow = ALLOW_APPLICANTS,
	 .api = "GET /api/v1/dossiers/:code/timeline"},
	{.method = HTTP_GET, .path = "/ho-so/:code/phi", .page = fee_page, .row = may_own, .allow = ALLOW_APPLICANTS, .api = "GET /api/v1/dossiers/:code"},
	{.method = HTTP_POST, .path = "/ho-so/:code/hanh-dong", .form = &act_form, .apply = act_apply, .again = act_again, .row = may_own, .allow = ALLOW_APPLICANTS},
	{.method = HTTP_POST, .path = "/ho-so/:code/sua", .check = reopen_check, .apply = reopen_apply, .row = may_correct, .allow = ALLOW_APPLICANTS | ROLE_BIT(ROLE_COUNTER)},

	{.method = HTTP_POST, .path = "/api/v1/files", .slow = api_file_slow, .apply = api_file_apply, .answer = api_file_answer, .allow = SENDERS,
	 .flags = ROUTE_API | ROUTE_UPLOAD, .rate = RATE_UPLOAD,
	 .doc = DOC("Keeps a file for two days, to be named in a dossier or a supplement: one part of multipart/form-data, or the raw bytes with the file's name in ?name= (an address is kept by proxies: names that tell of a person go by multipart).",
	            .body = "bytes", .answer = "File", .status = 201)},
	{.method = HTTP_POST, .path = "/api/v1/dossiers", .check = api_send_check, .apply = api_send_apply, .answer = api_send_answer, .allow = SENDERS,
	 .flags = ROUTE_API,
	 .doc = DOC("Sends a dossier. The code is given now and never changes. A system account names origin and origin_code, and a code already known answers 200 with "
	            "the dossier that exists.", .body = "DossierNew", .answer = "DossierSent", .status = 201, .key = true)},
	{.method = HTTP_GET, .path = "/api/v1/dossiers/:code", .page = api_get, .row = may_read, .allow = ALLOW_SIGNED_IN, .reads = READS_DOSSIER, .flags = ROUTE_API,
	 .doc = DOC("The dossier, whole. An official's reading is recorded.", .answer = "Dossier")},
	{.method = HTTP_GET, .path = "/api/v1/dossiers/:code/timeline", .page = api_timeline, .row = may_read, .allow = ALLOW_SIGNED_IN, .reads = READS_DOSSIER,
	 .flags = ROUTE_API, .query = &timeline_query,
	 .doc = DOC("What happened, from the log, oldest first.", .answer = "Timeline")},
};

const struct route_table filing_routes = {"filing", routes, ARRAY_LEN(routes)};
