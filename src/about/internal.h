/* internal.h — what the pages of this slice show. */
#pragma once
#include "core/ui/ui.h"
#include "directory/directory.h"
#include "dossier/dossier.h"

struct about_page {
	struct agency *contacts;      /* departments and centres in force today */
	size_t n_contacts;
	bool applicant;               /* signed in as one: the lists below are theirs */
	struct dossier_list_account_rows mine;
	struct dossier_fee_open_of_account_rows fees;
	struct dossier_unrated_of_account_rows unrated;
	bool show_ratings;
	int64_t rated, good_percent;
	struct ui_bar bars[5];        /* very good first */
};
