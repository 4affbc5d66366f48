/* serve.h — what a running server holds, shared by the files of app. r->app is a struct app. */
#pragma once
#include "app/app.h"
#include "catalogue/catalogue.h"
#include "core/mail/mail.h"
#include "core/outbox/outbox.h"
#include "core/scan/scan.h"
#include "core/tsa/tsa.h"
#include "desk/desk.h"
#include "issue/issue.h"
#include "sign/demo_pki.h"

struct app {
	struct store store;
	struct config config;
	struct http_config http_cfg;
	struct http *http;
	struct job_runner *jobs;
	struct catalogue *catalogue;
	struct mail_sink *sink;
	struct mail_config mail;
	struct outbox_config outbox;
	struct scan_config scan;
	struct render *render;
	struct tsa_demo *tsa_demo;
	struct tsa tsa;
	struct trust *tsa_anchors;
	struct sign_client *signer;
	struct trust *signer_anchors;
	struct desk_facilities desk;
	struct issue_facilities issue;
	struct issue_renderer *renderer;
	bool demo;
};

bool reads_needed(struct request *r);
bool reads_apply(struct request *r, struct err *e);
/* The jobs of the program; the list lives in the store's arena. */
MUST_CHECK bool app_catalogue(struct app *app, struct err *e);
/* Configures the slices that have pages. */
MUST_CHECK bool app_slices(struct app *app, struct err *e);
const struct job_kind *app_jobs(struct app *app, size_t *n);
