/* receipt.c — see receipt.h. The answer is JSON. */
#include "render/receipt.h"
#include "core/base/json_text.h"
#include "core/tsa/tsa.h"
#include <stdlib.h>
#include <string.h>

#define RECEIPT_MAX ((int64_t)1 << 20)

static bool stamp_ok(struct arena *a, const struct receipt_report *r, struct str anchors, struct tsa_time *t)
{
	struct err e;
	struct digest d;
	AUTO_TRUST trust = anchors.n ? trust_parse(anchors, &e) : NULL;
	memcpy(d.b, r->chain.b, DIGEST_SIZE);
	return r->state == RECEIPT_PROVED && trust && tsa_verify(a, r->stamp, d, trust, t, &e);
}

static json_t *text(struct str s) { return json_stringn(s.p && str_is_utf8(s) ? s.p : "", s.p && str_is_utf8(s) ? s.n : 0); }

static bool read_receipt(struct arena *a, struct str anchors, int fd, struct buf *answer, struct err *e)
{
	struct str file;
	struct receipt_report r = {0};
	struct tsa_time t = {0};
	if (!render_read(a, fd, RECEIPT_MAX, &file, e) || !audit_receipt_check(a, file, &r, e))
		return false;
	bool stamped = r.stamp.n && stamp_ok(a, &r, anchors, &t);
	json_t *all = json_pack("{s:i,s:s,s:I,s:I,s:I,s:i,s:o,s:o,s:b,s:b,s:I,s:o}", "state", (int)r.state, "fault", r.fault ? r.fault : "", "entry", (json_int_t)r.entry,
	                        "subject", (json_int_t)r.subject, "at", (json_int_t)r.at.ms, "day", (int)r.day.day, "kind", text(r.kind), "hash",
	                        text(hex_encode(a, r.hash.b, DIGEST_SIZE)), "has_stamp", r.stamp.n > 0, "stamped", stamped, "stamped_at", (json_int_t)t.at.ms, "authority",
	                        text(t.authority));
	json_append(answer, all);
	return true;
}

const struct render_job receipt_job = {"receipt", read_receipt, 5};

/* ---- the server's side ---- */

static bool read_answer(struct arena *a, const json_t *j, struct receipt_found *out)
{
	json_int_t entry, subject, at, stamped_at;
	int state, day, has_stamp, stamped;
	const char *fault, *kind, *hash, *authority;
	struct str bytes;
	if (json_unpack((json_t *)(uintptr_t)j, "{s:i,s:s,s:I,s:I,s:I,s:i,s:s,s:s,s:b,s:b,s:I,s:s}", "state", &state, "fault", &fault, "entry", &entry, "subject",
	                &subject, "at", &at, "day", &day, "kind", &kind, "hash", &hash, "has_stamp", &has_stamp, "stamped", &stamped, "stamped_at", &stamped_at,
	                "authority", &authority) != 0)
		return false;
	if (state < RECEIPT_OPEN || state > RECEIPT_BROKEN || !hex_decode(a, str_from(hash), &bytes) || bytes.n != DIGEST_SIZE)
		return false;
	*out = (struct receipt_found){.r = {.state = (enum receipt_state)state, .entry = entry, .subject = subject, .at = {at}, .day = {day}, .kind = str_dup(a, str_from(kind))},
	                              .fault = str_dup(a, str_from(fault)), .has_stamp = has_stamp, .stamped = stamped, .stamped_at = {stamped_at},
	                              .authority = str_dup(a, str_from(authority))};
	memcpy(out->r.hash.b, bytes.p, DIGEST_SIZE);
	return true;
}

bool render_receipt(struct render *r, int fd, struct str anchors, struct arena *a, struct receipt_found *out, struct err *e)
{
	struct render_call c = {.lane = RENDER_JUDGED, .job = receipt_job.name, .payload = anchors, .fd = fd, .timeout_ms = 20000};
	struct str answer;
	if (!render_ask(r, &c, a, &answer, e))
		return false;
	json_t *j = json_loadb(answer.p ? answer.p : "", answer.n, JSON_REJECT_DUPLICATES, NULL);
	bool ok = j && read_answer(a, j, out);
	json_decref(j);
	return ok || err_set(e, ERR_BUSY, "render: the answer cannot be read");
}
