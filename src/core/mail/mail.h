/* mail.h — notices to people by electronic mail.
 *
 * Owner:   table mail_outbox. Sent mails are emptied (recipient, subject, text): the key stays 30 days against doubles.
 * Promise: a mail queued in an action's transaction is handed to the mail server at least once; its Message-ID is always the
 *          same, so that a second copy is recognised. Without a configured server mails stay queued; while one is away, or says
 *          4xx, a mail is tried for five days, at last every quarter of an hour. A 5xx ends it at once.
 * Safety:  control characters in the subject become spaces, an address with anything but one plain mailbox is refused;
 *          bodies are text/plain, UTF-8, quoted-printable. */
#pragma once
#include "core/job/job.h"

struct mail_config {
	const char *url;            /* "smtp://127.0.0.1:25", "smtps://mail.example:465"; NULL: not sent */
	const char *from;           /* mailbox; needed also without a url */
	const char *from_name;      /* UTF-8, may be NULL */
	const char *user, *password;/* NULL: none */
	const char *ca_file;        /* NULL: the system's */
	const char *cert_file, *key_file; /* PEM, shown to the server over TLS and read at each mail; NULL: none */
	bool starttls;              /* smtp:// must turn to TLS, else nothing is sent */
	int timeout_ms;             /* 0: 30 s */
};

/* In an action's transaction. `key` names the occasion ("dossier.accept:123"): one mail for each key ever; at most 200
 * bytes. ERR_INVALID: not a mailbox, not UTF-8, or text above 256 KiB. */
MUST_CHECK bool mail_queue(struct env *env, struct str to, struct str subject, struct str text, struct str key, struct err *e);
/* The kind that sends ("mail.send"). cfg must outlive the runner. */
struct job_kind mail_kind(const struct mail_config *cfg);
/* Erases sent and failed mails after 30 days. */
extern const struct job_kind mail_sweep_kind;
/* In an action: mails not yet sent, or failed, that hold these words (a dossier's code) are gone. No '%' or '_' in them. */
MUST_CHECK bool mail_forget(struct env *env, struct str words, struct err *e);
struct mail_stats { int64_t queued, failed; struct instant oldest; };
MUST_CHECK bool mail_stats(struct env *env, struct mail_stats *out, struct err *e);

/* The message as sent, with CRLF. */
struct mail_message { struct str from, from_name, to, subject, text, id; struct instant at; };
struct str mail_build(struct arena *a, const struct mail_message *m);

/* Reads what mail_build wrote, also with a sink's lines in front; `at` is not read. False when it is something else. */
bool mail_parse(struct arena *a, struct str message, struct mail_message *out) MUST_CHECK;

/* ---- a mail server that keeps what it gets in a folder: demonstration and tests; 127.0.0.1 only ---- */
struct mail_sink;
/* Port 0: any. Each mail is <dir>/000001.eml …, with X-Sink-From and X-Sink-To in front; goes on after the highest there. */
MUST_CHECK bool mail_sink_start(struct mail_sink **out, int port, struct str dir, struct err *e);
int mail_sink_port(const struct mail_sink *s);
int64_t mail_sink_count(struct mail_sink *s);
/* Tests: the next n messages are answered with this code (451, 550 …) after the data. */
void mail_sink_refuse(struct mail_sink *s, int code, int n);
void mail_sink_stop(struct mail_sink *s);
/* The number of the newest mail in the folder; 0: none, or no folder. */
int64_t mail_sink_last(const char *dir);
/* Removes the kept mails that hold the words. The folder may be missing. */
MUST_CHECK bool mail_sink_forget(struct str dir, struct str words, struct err *e);
