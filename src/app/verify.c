/* verify.c — `motcua verify`: the whole record, or one receipt offline. */
#include "app/app.h"
#include "core/tsa/tsa.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct str read_file(struct arena *a, const char *path, struct err *e)
{
	FILE *f = fopen(path, "rb");
	struct buf b = buf_on(a);
	size_t n = 0;
	if (!f) {
		err_set(e, ERR_NOT_FOUND, "cannot open %s", path);
		return STR_NONE;
	}
	do {
		n = fread(buf_room(&b, 65536), 1, 65536, f);
		b.n += n;
	} while (n > 0 && b.n < (size_t)16 << 20);
	fclose(f);
	return buf_str(&b);
}

static const char *stamp_words(struct arena *a, const struct receipt_report *r, const char *anchors)
{
	struct err e = {0};
	struct tsa_time t;
	struct digest d;
	memcpy(d.b, r->chain.b, DIGEST_SIZE);
	AUTO_TRUST trust = trust_load(anchors, &e);
	if (!trust || !tsa_verify(a, r->stamp, d, trust, &t, &e))
		return str_fmt(a, "not good: %s", e.text).p;
	return str_fmt(a, "good, %.*s, %.*s", STR_ARG(instant_format(a, t.at)), STR_ARG(t.authority)).p;
}

static int verify_receipt(struct options *o, const char *path, const char *anchors)
{
	static const char *const words[] = {[RECEIPT_OPEN] = "open", [RECEIPT_PROVED] = "proved", [RECEIPT_BROKEN] = "broken"};
	struct err e = {0};
	struct receipt_report r;
	struct str json = read_file(o->arena, path, &e);
	if (!json.p || !audit_receipt_check(o->arena, json, &r, &e))
		return say_error(&e, EXIT_WRONG);
	const char *stamp = r.stamp.n ? "present, not checked (no --anchors)" : "none";
	if (r.stamp.n && anchors && r.state == RECEIPT_PROVED)
		stamp = stamp_words(o->arena, &r, anchors);
	struct str at = instant_format(o->arena, r.at);
	if (o->json)
		printf("{\"state\":\"%s\",\"kind\":\"%.*s\",\"at\":\"%.*s\",\"stamp\":\"%s\",\"fault\":%s%s%s}\n", words[r.state], STR_ARG(r.kind), STR_ARG(at), stamp,
		       r.fault ? "\"" : "", r.fault ? r.fault : "null", r.fault ? "\"" : "");
	else
		printf("%s: %.*s at %.*s; time-stamp: %s%s%s\n", words[r.state], STR_ARG(r.kind), STR_ARG(at), stamp, r.fault ? "; " : "", r.fault ? r.fault : "");
	return r.state == RECEIPT_BROKEN ? EXIT_WRONG : EXIT_GOOD;
}

/* What was not looked at, said plainly. */
static const char *not_checked(struct arena *a, const struct verify_report *v)
{
	const char *said = v->base.unchecked;
	if (v->no_keys)
		return str_fmt(a, "%s%sthe master keys are not here", said, *said ? "; " : "").p;
	return said;
}

static void print_report(const struct verify_report *v, const char *unchecked)
{
	const struct audit_verify *r = &v->record;
	printf("%s: %lld entries in %lld lanes, %lld closed days, %lld rows, %lld files, %lld pages, %lld frames of the log, %lld indexes, %lld counts, %lld tables sent\n", r->ok ? "good" : "FOUND WRONG", (long long)r->entries,
	       (long long)r->lanes, (long long)r->days, (long long)r->rows, (long long)v->files, (long long)v->base.pages, (long long)v->base.frames, (long long)v->base.indexes, (long long)v->counts, (long long)v->sent.tables);
	if (v->sent.otherwise)
		printf("tables sent: %lld figures are another today, by what was done to dossiers after the sending\n", (long long)v->sent.otherwise);
	if (*unchecked)
		printf("not checked: %s\n", unchecked);
	if (!r->ok)
		printf("first fault: %s\n", r->first_fault);
}

static void print_json(const struct verify_report *v, const char *unchecked)
{
	const struct audit_verify *r = &v->record;
	json_t *out = json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s?,s:s?}", "ok", r->ok, "entries", (json_int_t)r->entries, "days", (json_int_t)r->days, "rows", (json_int_t)r->rows,
	                        "lanes", (json_int_t)r->lanes, "files", (json_int_t)v->files, "pages", (json_int_t)v->base.pages, "log_frames", (json_int_t)v->base.frames,
	                        "indexes", (json_int_t)v->base.indexes, "counts", (json_int_t)v->counts, "sent_tables", (json_int_t)v->sent.tables,
	                        "sent_figures", (json_int_t)v->sent.figures, "sent_otherwise", (json_int_t)v->sent.otherwise, "not_checked", *unchecked ? unchecked : NULL, "first_fault", r->ok ? NULL : r->first_fault);
	char *text = json_dumps(out, JSON_COMPACT | JSON_PRESERVE_ORDER);
	puts(text ? text : "{\"ok\":false}");
	free(text);
	json_decref(out);
}

int verify_command(struct options *o)
{
	struct err e = {0};
	struct place p;
	struct verify_report v;
	const char *receipt = option_value(o, "--receipt"), *anchors = option_value(o, "--anchors");
	if (receipt)
		return verify_receipt(o, receipt, anchors);
	if (!place_of(o, &p, &e))
		return say_error(&e, EXIT_USAGE);
	if (!verify_all(o->arena, &p, &v, &e))
		return say_error(&e, EXIT_WRONG);
	(o->json ? print_json : print_report)(&v, not_checked(o->arena, &v));
	return v.record.ok ? EXIT_GOOD : EXIT_WRONG;
}
