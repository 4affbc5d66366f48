/* directory_internal.h — what the files of this slice share. */
#pragma once
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "directory/directory.h"
#include "directory/directory_sql.h"

/* The text of an enum value in the tables, and back; both stop on what is not in the table's CHECK. */
const char *agency_kind_name(enum agency_kind k);
const char *unit_kind_name(enum unit_kind k);
/* An act of this slice in the log: `subject` an agency, a unit or a person. */
MUST_CHECK bool directory_record(struct env *env, const char *kind, int64_t subject, struct str body, struct err *e);
/* The same day n months later, or that month's last day. */
struct date directory_months_later(struct date d, int n);
