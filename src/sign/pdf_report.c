/* pdf_report.c — see pdf_report.h. */
#include "core/base/json_text.h"
#include "sign/pdf_report.h"
#include <stdio.h>
#include <stdlib.h>

/* Names in certificates and files are a stranger's: what is no UTF-8 is not carried. */
static json_t *text(struct str s) { return json_stringn(s.p && str_is_utf8(s) ? s.p : "", s.p && str_is_utf8(s) ? s.n : 0); }

static json_t *signature_json(const struct pdf_signature *s)
{
	return json_pack("{s:o,s:o,s:o,s:i,s:b,s:I,s:o,s:o,s:I,s:b,s:b,s:b,s:b,s:I,s:b}", "field", text(s->field), "signer", text(s->signer),
	                 "organisation", text(s->organisation), "level", (int)s->level, "stamped", s->stamped, "at", (json_int_t)s->time.at.ms,
	                 "authority", text(s->time.authority), "serial", text(s->time.serial), "judged_at", (json_int_t)s->judged_at.ms,
	                 "digest_ok", s->digest_ok, "signature_ok", s->signature_ok, "chain_ok", s->chain_ok, "good", s->good, "covers",
	                 (json_int_t)s->covers, "whole", s->whole);
}

void pdf_report_write(struct buf *b, const struct pdf_report *r)
{
	json_t *signatures = json_array(), *findings = json_array();
	for (size_t i = 0; i < r->n; i++)
		json_array_append_new(signatures, signature_json(&r->signatures[i]));
	for (size_t i = 0; i < r->n_findings; i++)
		json_array_append_new(findings, json_pack("{s:i,s:i,s:o}", "kind", (int)r->findings[i].kind, "signature", r->findings[i].signature,
		                                          "text", text(str_from(r->findings[i].text))));
	json_t *all = json_pack("{s:i,s:o,s:o}", "verdict", (int)r->verdict, "signatures", signatures, "findings", findings);
	json_append(b, all);
}

static bool get_int(const json_t *o, const char *key, int64_t low, int64_t high, int64_t *out)
{
	const json_t *v = json_object_get(o, key);
	*out = json_integer_value(v);
	return json_is_integer(v) && *out >= low && *out <= high;
}

static bool get_bool(const json_t *o, const char *key, bool *out)
{
	*out = json_is_true(json_object_get(o, key));
	return json_is_boolean(json_object_get(o, key));
}

static bool get_text(struct arena *a, const json_t *o, const char *key, struct str *out)
{
	const json_t *v = json_object_get(o, key);
	*out = str_dup(a, (struct str){json_string_value(v), json_string_length(v)});
	return json_is_string(v);
}

static bool read_signature(struct arena *a, const json_t *o, struct pdf_signature *s)
{
	int64_t level = 0, covers = 0;
	bool ok = get_text(a, o, "field", &s->field) && get_text(a, o, "signer", &s->signer) && get_text(a, o, "organisation", &s->organisation) &&
	          get_int(o, "level", 0, PDF_LEVEL_DOCUMENT_TIME, &level) && get_bool(o, "stamped", &s->stamped) &&
	          get_int(o, "at", INT64_MIN, INT64_MAX, &s->time.at.ms) && get_text(a, o, "authority", &s->time.authority) &&
	          get_text(a, o, "serial", &s->time.serial) && get_int(o, "judged_at", INT64_MIN, INT64_MAX, &s->judged_at.ms) &&
	          get_bool(o, "digest_ok", &s->digest_ok) && get_bool(o, "signature_ok", &s->signature_ok) && get_bool(o, "chain_ok", &s->chain_ok) &&
	          get_bool(o, "good", &s->good) && get_int(o, "covers", 0, INT64_MAX, &covers) && get_bool(o, "whole", &s->whole);
	s->level = (enum pdf_level)level;
	s->covers = (size_t)covers;
	return ok;
}

static bool read_finding(const json_t *o, size_t signatures, struct pdf_finding *f)
{
	int64_t kind = 0, signature = 0;
	const char *words = json_string_value(json_object_get(o, "text"));
	bool ok = words && get_int(o, "kind", 0, FIND_KINDS - 1, &kind) && get_int(o, "signature", -1, (int64_t)signatures - 1, &signature);
	f->kind = (enum pdf_finding_kind)kind;
	f->signature = (int)signature;
	snprintf(f->text, sizeof f->text, "%s", words ? words : "");
	return ok;
}

static bool read_all(struct arena *a, const json_t *all, struct pdf_report *out)
{
	const json_t *s = json_object_get(all, "signatures"), *f = json_object_get(all, "findings");
	int64_t verdict = 0;
	*out = (struct pdf_report){.n = json_array_size(s), .n_findings = json_array_size(f)};
	if (!get_int(all, "verdict", PDF_UNSIGNED, PDF_REFUSED, &verdict) || !json_is_array(s) || !json_is_array(f) || out->n > PDF_SIGNATURES_MAX ||
	    out->n_findings > PDF_FINDINGS_MAX)
		return false;
	out->verdict = (enum pdf_verdict)verdict;
	for (size_t i = 0; i < out->n; i++)
		if (!read_signature(a, json_array_get(s, i), &out->signatures[i]))
			return false;
	for (size_t i = 0; i < out->n_findings; i++)
		if (!read_finding(json_array_get(f, i), out->n, &out->findings[i]))
			return false;
	return true;
}

bool pdf_report_read(struct arena *a, struct str json, struct pdf_report *out)
{
	json_t *all = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, NULL);
	bool ok = all && read_all(a, all, out);
	json_decref(all);
	return ok;
}

/* ---- the question: three numbers a line, then the two texts ---- */

struct str pdf_question_write(struct arena *a, const struct pdf_question *q)
{
	struct str head = str_fmt(a, "%lld\n%zu\n", (long long)q->now.ms, q->signers.n);
	return str_cat(a, head, str_cat(a, q->signers, q->stamps));
}

/* An empty set trusts nobody: trust_parse() wants one certificate at least. */
static bool read_anchors(struct str pem, struct trust **out, struct err *e)
{
	*out = pem.n ? trust_parse(pem, e) : NULL;
	return *out || !pem.n;
}

bool pdf_question_answer(struct arena *a, struct str q, struct str pdf, struct buf *out, struct err *e)
{
	struct str now, size;
	int64_t ms = 0, n = 0;
	AUTO_TRUST signers = NULL;
	AUTO_TRUST stamps = NULL;
	if (!str_next(&q, '\n', &now) || !str_next(&q, '\n', &size) || !str_to_i64(now, &ms) || !str_to_i64(size, &n) || n < 0 || (size_t)n > q.n)
		return err_set(e, ERR_INVALID, "not a question about a PDF");
	if (!read_anchors(str_sub(q, 0, (size_t)n), &signers, e) || !read_anchors(str_sub(q, (size_t)n, q.n), &stamps, e))
		return false;
	struct pdf_report *r = NEW(a, struct pdf_report);
	pdf_verify(a, pdf, &(struct pdf_trust){signers, stamps, {ms}}, r);
	pdf_report_write(out, r);
	return true;
}
