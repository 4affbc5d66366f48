/* internal.h — shared by the files of this slice only. */
#pragma once
#include "core/audit/audit.h"
#include "core/i18n/i18n.h"
#include "dossier/dossier.h"
#include "notify/notify.h"

const struct notify_config *notify_have(void);

/* What an entry, or a morning, gives to one mailbox. `to` empty: nobody can be reached. */
struct notice { struct str to, subject, text, key; };

/* The mails that the entry calls for: to who filed, and to whom the dossier names; to.n is 0 where it calls for none. */
#define NOTICES 2
MUST_CHECK bool notices_of(struct env *env, const struct audit_entry *x, const struct dossier_get_row *d, struct notice out[NOTICES], struct err *e);

/* The member's text in an entry's body; empty when there is none. */
struct str entry_text(struct arena *a, const struct audit_entry *x, const char *member);

bool daily_fn(struct job_run *run, struct err *e);
bool daily_finish(struct job_run *run, struct err *e);

/* A mail of the demonstration's sink, for its page. */
struct sink_mail { struct str url, to, subject, text; struct instant at; };
