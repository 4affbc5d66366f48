/* workbook_internal.h — shared by the files of src/workbook only. */
#pragma once
#include "workbook/workbook.h"
#include "workbook/workbook_sql.h"

const struct workbook_config *workbook_have(void);
/* What the key of a file is wrapped under. */
struct str workbook_context(struct arena *a, struct workbook_id id);
/* The roles held, as words. */
struct str workbook_rights(struct arena *a, const struct actor *official);
/* Does the account still hold every role the file was made with? */
MUST_CHECK bool workbook_rights_stand(struct env *env, const struct workbook_get_row *x, bool *stand, struct err *e);
