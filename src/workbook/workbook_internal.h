/* workbook_internal.h — shared by the files of src/workbook only. */
#pragma once
#include "workbook/workbook.h"
#include "workbook/workbook_sql.h"

const struct workbook_config *workbook_have(void);
/* What the key of a file is wrapped under. */
struct str workbook_context(struct arena *a, struct workbook_id id);
