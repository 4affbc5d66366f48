/* config.h — the settings of the program: one table, one file.
 *
 * File:    `key = value` lines; '#' starts a comment line. Unknown key, key twice, value out of range: the start stops
 *          with file and line. Everything has a default; `config_help()` prints the table.
 * Secrets: only as names of files (…_file): never in the file itself, in arguments or the environment.
 * Memory:  texts live in the arena given. Threads: read-only after loading. */
#pragma once
#include "core/base/env.h"
#include "core/base/err.h"

struct config {
	/* where */
	const char *data_dir, *db, *listen, *listen_metrics, *origin, *proxies, *log_level;
	bool https, sandbox;
	int64_t node;
	/* limits */
	int64_t threads, connections, connections_per_address, idle_ms, deadline_ms, slow_threads, slow_queue, job_threads;
	int64_t arena_cap, form_max, json_max, upload_max, uploads_max, unsent_max, cache_bytes, writer_queue, writer_batch;
	int64_t rate_page, rate_sign_in, rate_lookup, rate_upload, rate_heavy, rate_api; /* per minute and address */
	int64_t rate_account_page, rate_account_api; /* per minute and account */
	int64_t sweep_wait_ms, wal_max;
	const char *archive;
	int64_t archive_every_ms, archive_keep_ms;
	/* accounts */
	const char *breached_passwords;
	int64_t argon_memory, argon_passes, session_idle_ms, session_ms;
	/* keys */
	const char *master_key_file, *pkcs11_module, *pkcs11_token, *pin_file, *pkcs11_dir, *pkcs11_env, *pkcs11_keys_file, *signer_ca_file;
	/* others */
	const char *tsa_url, *tsa_ca_file, *clamav_socket;
	const char *smtp_url, *smtp_user, *smtp_password_file, *smtp_ca_file, *smtp_cert_file, *smtp_key_file, *mail_from, *mail_from_name;
	bool smtp_starttls;
	int64_t mail_sink_port;
	const char *outbox_url, *outbox_token_file, *outbox_ca_file, *outbox_cert_file, *outbox_key_file;
	const char *packs_dir;
	const char *bank_bin, *bank_account, *bank_name;
};

/* Every setting at its default. */
MUST_CHECK bool config_default(struct arena *a, struct config *out, struct err *e);
/* Defaults, then the file. `path` NULL: defaults only. */
MUST_CHECK bool config_load(struct arena *a, const char *path, struct config *out, struct err *e);
/* One setting from the command line: "listen=127.0.0.1:0". */
MUST_CHECK bool config_set(struct arena *a, struct config *c, struct str key, struct str value, struct err *e);
/* What no single value shows: origin without https, data folder missing … Call after the last config_set(). */
MUST_CHECK bool config_check(const struct config *c, struct err *e);
/* The table as a file to begin with: each key with its help, limits and default as a comment. */
void config_help(struct buf *b, enum lang lang);
/* The settings in force, `key = value`, without what is at its default when `changed_only`. Secrets are not in it. */
void config_print(struct buf *b, const struct config *c, bool changed_only);
/* The first line of a secret file: not empty, owner's only (0600 or 0400). Use a wiping arena. path NULL: STR_NONE. */
MUST_CHECK bool config_secret(struct arena *a, const char *path, struct str *out, struct err *e);
