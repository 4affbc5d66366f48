/* org_internal.h — shared by the files of this slice. */
#pragma once
#include "core/page/page.h"
#include "directory/directory.h"
#include "gen/messages.h"
#include "org/org.h"

#define ORG "/quan-tri/to-chuc"
#define ORG_AGENCY ORG "/co-quan/:id"
#define ORG_UNIT ORG "/don-vi/:id"
#define OPEN_SHOWN 20

extern const struct form org_agency_form, org_unit_form, org_agency_name_form, org_unit_name_form, org_close_form, org_post_form, org_move_form, org_posting_form;

bool org_tree_page(struct request *r, struct err *e);
bool org_agency_page(struct request *r, struct err *e);
bool org_unit_page(struct request *r, struct err *e);

/* The agency or unit in the path; ERR_NOT_FOUND. */
MUST_CHECK bool org_agency_of(struct request *r, struct agency *out, struct err *e);
MUST_CHECK bool org_unit_of(struct request *r, struct unit *out, struct err *e);
struct str org_agency_url(struct arena *a, struct agency_id id);
struct str org_unit_url(struct arena *a, struct unit_id id);
