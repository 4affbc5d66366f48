/* notify.h — telling people and other systems what happened to a dossier.
 *
 * Owner:   table notify_portal. Mails and changes go into mail_outbox and outbox of the core.
 * Promise: reads the log as the reader "notify" (core/audit), so that no handler can forget to tell. Each entry is told
 *          exactly once and in order: the place in the log moves in the transaction that queues what is made of the entry.
 *          Mails are keyed by the entry: their Message-ID is the same after a crash.
 * Privacy: a mail holds code, state, dates, what is to be supplemented or paid, and a link. Never a name, a subject, an answer
 *          or the look-up secret.
 * Law:     notices to the applicant: NĐ 61/2018/NĐ-CP Điều 17–20, NĐ 118/2025/NĐ-CP Điều 16–23; the states of the exchange with
 *          the portal: dossier_portal_state(). */
#pragma once
#include "core/job/job.h"
#include "dossier/law.h"

struct notify_config {
	const struct law *law;
	struct str public_url;  /* before "/ho-so/CODE"; empty: mails name no address */
	struct str sink_dir;    /* the demonstration's caught mails, shown at /thu-mau; empty: no such page */
};
/* Once, before jobs and server. */
void notify_use(const struct notify_config *c);

/* "notify.log" every three seconds; "notify.daily" on working mornings: what is due soon or late, to those who have it. */
#define NOTIFY_JOBS 2
extern const struct job_kind notify_jobs[NOTIFY_JOBS];

struct route_table;
extern const struct route_table notify_routes;
