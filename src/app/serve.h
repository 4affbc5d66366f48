/* serve.h — what a running server holds, shared by the files of app. r->app is a struct app. */
#pragma once
#include "app/app.h"
#include "app/control.h"
#include "catalogue/catalogue.h"
#include "core/mail/mail.h"
#include "core/outbox/outbox.h"
#include "core/scan/scan.h"
#include "core/tsa/tsa.h"
#include "desk/desk.h"
#include "issue/issue.h"
#include "proof/proof.h"
#include "sign/demo_pki.h"

struct app {
	struct arena *arena;       /* of the command */
	struct store store;
	struct config config;
	struct http_config http_cfg;
	struct http *http;
	struct job_runner *jobs;
	struct control *control;
	struct catalogue *catalogue;
	struct mail_sink *sink;
	struct mail_config mail;
	struct outbox_config outbox;
	struct scan_config scan;
	struct render *render;
	struct proof_facilities proof;
	struct str signers_pem, stamps_pem; /* the anchors below, for the process that reads files */
	struct tsa_demo *tsa_demo;
	struct tsa tsa;
	struct trust *tsa_anchors;
	struct arena *secrets;     /* wiped when it is freed */
	struct sign_client *signer;
	struct token_label *labels;
	size_t n_labels;
	bool demo_token;
	struct trust *signer_anchors;
	struct desk_facilities desk;
	struct issue_facilities issue;
	bool demo;
	bool files_held, ports_held; /* by Landlock */
	bool ports_free;           /* a demonstration with services of its own */
};

extern const struct route_table api_routes; /* openapi.c */

/* The sandbox (hold.c), unless the settings switch it off. Files: when the helpers run and before any thread; calls: at the end of the start. */
MUST_CHECK bool hold_files(struct app *app, struct err *e);
MUST_CHECK bool hold_calls(struct app *app, struct err *e);
/* What /readyz warns of. */
void hold_say(const struct app *app, struct buf *why);

#define TOKEN_KEYS 1000
extern const struct http_gauge app_gauges[];
extern const size_t app_gauges_n;
/* Starts the helper with the token, when there is one; before any thread. */
MUST_CHECK bool signing_start(struct app *app, struct err *e);
/* The certificates of a PEM file, and its text for the process that reads files. */
MUST_CHECK bool anchors_load(struct app *app, const char *path, struct trust **out, struct str *pem, struct err *e);
bool signing_person_key(void *self, struct arena *a, struct env *env, struct person_id person, struct pades_key *out, struct err *e);
bool signing_seal_key(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e);
/* Adds what the person may administer to the officials' side navigation. */
void app_side(struct request *r, struct page_facts *f);
/* Beside the emblem for who is not an official (masthead.c): looked for at the start and by a job on each node, read from memory. */
#define MASTHEAD_LOOK_MS 5000
MUST_CHECK bool masthead_look(struct env *env, struct err *e);
struct masthead masthead_now(void);
uint64_t masthead_number(void); /* another with another name */
void masthead_forget(void);     /* when no request is under way */
bool reads_needed(struct request *r);
bool reads_apply(struct request *r, struct err *e);
void reads_kept(struct request *r);
/* Before any look: the file where they are counted, and the database whose they are. What a process that was killed left there goes on. */
MUST_CHECK bool reads_open(const char *path, struct str database, struct err *e);
void reads_close(void);
/* Looks whose ten minutes are over (`all`: every one), with their counts; told in an action, and forgotten after its commit (reads_told). */
struct look;
struct reads_over { struct look *v; size_t n; };
bool reads_wait(int64_t now_ms); /* is there a count to take? */
struct reads_over reads_take(struct arena *a, int64_t now_ms, bool all);
MUST_CHECK bool reads_tell(struct env *env, const struct reads_over *counts, struct err *e);
void reads_told(const struct reads_over *counts);
/* The jobs of the program; the list lives in the store's arena. */
MUST_CHECK bool app_catalogue(struct app *app, struct err *e);
/* Configures the slices that have pages. */
MUST_CHECK bool app_slices(struct app *app, struct err *e);
extern const struct job_kind file_scan_kind, file_preview_kind;
const struct job_kind *app_jobs(struct app *app, size_t *n);
