/* render_program_test.c — the program `motcua-render` itself: types, previews and judgements behind the lock. */
#include "core/scan/scan.h"
#include "core/test/test.h"
#include "paper/paper.h"
#include "render/papers.h"
#include "sign/forge_testing.h"
#include "sign/pdf_report.h"
#include "sign/signed_testing.h"
#include "../../tests/lib/faults.h"
#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLAIN_PDF "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" \
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"

static struct render *open_program(struct arena *a)
{
	struct err e = {0};
	struct render *r = render_open(str_fmt(a, "%s/src/render/motcua-render", getenv("MOTCUA_BUILD_DIR")).p, &e);
	if (!r)
		FAIL("%s", e.text);
	return r;
}

static int file_of(struct str bytes)
{
	int fd = memfd_create("f", MFD_CLOEXEC);
	EXPECT(fd >= 0 && write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n);
	return fd;
}

static void expect_type(struct render *r, const char *name, struct str bytes, enum scan_verdict want, const char *found)
{
	struct scan_config cfg = {.render = r};
	struct scan_result out;
	struct err e;
	int fd = file_of(bytes);
	EXPECT_OK(scan_file(&cfg, fd, str_from(name), NULL, &out, &e), e);
	close(fd);
	if (out.verdict != want || (found && strcmp(out.found, found) != 0))
		FAIL("%s: %s, %s", name, scan_verdict_name(out.verdict), out.found);
}

TEST(types_are_told_behind_the_lock)
{
	struct render *r = open_program(a);
	struct str pdf = STR(PLAIN_PDF);
	expect_type(r, "a.pdf", pdf, SCAN_CLEAN, "application/pdf");
	expect_type(r, "a.png", pdf, SCAN_TYPE_LIES, "application/pdf");
	expect_type(r, "a.pdf", STR("<!DOCTYPE html><html><script>alert(1)</script></html>"), SCAN_TYPE_LIES, "text/html");
	expect_type(r, "a.png", STR("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"), SCAN_TYPE_LIES, "image/svg+xml");
	expect_type(r, "a.pdf", STR("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff"), SCAN_TYPE_LIES, NULL);
	expect_type(r, "a.jpg", STR("GIF89a\1\0\1\0\0\0\0;"), SCAN_TYPE_LIES, "image/gif");
	/* Two kinds in one file: an archive that begins as a page, a page that begins as a picture. */
	expect_type(r, "a.pdf", str_cat(a, STR("GIF89a/*"), pdf), SCAN_TYPE_LIES, "image/gif");
	expect_type(r, "a.zip", str_cat(a, pdf, STR("PK\3\4")), SCAN_TYPE_LIES, "application/pdf");
	expect_type(r, "a.pdf", STR(""), SCAN_EMPTY, NULL);
	/* Nobody opens what is packed: a bomb is a zip of a few bytes. */
	expect_type(r, "a.docx", STR("PK\3\4\24\0\0\0\10\0\374\101\170\135\0\0\0\0\5\0\0\0\377\377\377\177\1\0\0\0b\377\377\377"), SCAN_TYPE_LIES, NULL);
	render_close(r);
}

/* ---- judgements ---- */

static struct pdf_report *judge(struct arena *a, struct render *program, const struct signed_bench *b, struct str pdf, struct str signers)
{
	struct pdf_question q = {signers, b->stamps_pem, instant_clock()};
	struct render_call c = {.lane = RENDER_JUDGED, .job = "verify", .payload = pdf_question_write(a, &q), .fd = file_of(pdf), .timeout_ms = 20000};
	struct pdf_report *r = NEW(a, struct pdf_report);
	struct str json;
	struct err e;
	EXPECT_OK(render_ask(program, &c, a, &json, &e), e);
	EXPECT(pdf_report_read(a, json, r));
	close(c.fd);
	return r;
}

TEST(a_signed_file_is_judged_behind_the_lock)
{
	struct signed_bench b;
	signed_open(&b, a);
	struct render *program = open_program(a);
	struct pdf_report *r = judge(a, program, &b, b.pdf, b.signers_pem);
	EXPECT_INT(r->verdict, PDF_GOOD);
	EXPECT_INT(r->n, 1);
	EXPECT_TEXT(r->signatures[0].signer, SIGNED_NAME);
	EXPECT_TEXT(r->signatures[0].organisation, SIGNED_AGENCY);
	EXPECT(r->signatures[0].stamped && r->signatures[0].good && r->signatures[0].whole && r->signatures[0].time.authority.n > 0);
	EXPECT(instant_clock().ms - r->signatures[0].time.at.ms < 60000);
	r = judge(a, program, &b, b.pdf, STR(""));
	EXPECT_INT(r->verdict, PDF_UNCERTAIN);
	EXPECT(pdf_report_has(r, FIND_CHAIN) && !r->signatures[0].chain_ok);
	r = judge(a, program, &b, forge_replace(a, b.pdf, "%PDF-1.", "%PDF-1.5", "%PDF-1.4"), b.signers_pem);
	EXPECT(r->verdict == PDF_REFUSED && pdf_report_has(r, FIND_DIGEST));
	r = judge(a, program, &b, str_cat(a, b.pdf, STR("more")), b.signers_pem);
	EXPECT(r->verdict == PDF_REFUSED && pdf_report_has(r, FIND_TRAILING));
	EXPECT_INT(judge(a, program, &b, b.plain, b.signers_pem)->verdict, PDF_UNSIGNED);
	EXPECT_INT(judge(a, program, &b, STR("<html>"), b.signers_pem)->verdict, PDF_REFUSED);
	render_close(program);
	signed_close(&b);
}

TEST(previews_come_from_the_program_too)
{
	struct render *r = open_program(a);
	struct previews out;
	struct err e;
	int fd = file_of(STR(PLAIN_PDF));
	EXPECT_OK(render_previews(r, STR("application/pdf"), fd, a, &out, &e), e);
	EXPECT_INT(out.n, 1);
	EXPECT_INT(out.v[0].width, PREVIEW_WIDTH);
	close(fd);
	render_close(r);
}

TEST(questions_and_reports_that_are_none_are_refused)
{
	struct buf b = buf_on(a);
	struct pdf_report *r = NEW(a, struct pdf_report);
	struct err e = {0};
	static const char *const bad[] = {"", "x", "1\n", "1\n5\nabc", "1\n-1\n", "a\n0\n", "1\n3\nabc"};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_ERR(pdf_question_answer(a, str_from(bad[i]), STR("x"), &b, &e), e, ERR_INVALID);
	static const char *const lies[] = {"", "[]", "{}", "{\"verdict\":9,\"signatures\":[],\"findings\":[]}", "{\"verdict\":1,\"signatures\":{},\"findings\":[]}",
		"{\"verdict\":1,\"signatures\":[{}],\"findings\":[]}", "{\"verdict\":1,\"signatures\":[],\"findings\":[{\"kind\":1,\"signature\":0,\"text\":\"\"}]}",
		"{\"verdict\":1,\"signatures\":[],\"findings\":[{\"kind\":99,\"signature\":-1,\"text\":\"\"}]}"};
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		EXPECT(!pdf_report_read(a, str_from(lies[i]), r));
	EXPECT(pdf_report_read(a, STR("{\"verdict\":0,\"signatures\":[],\"findings\":[]}"), r));
}

/* ---- our own papers ---- */

static const struct instant noon = {1795700000000};

static json_t *form_of(struct arena *a)
{
	struct err e = {0};
	json_t *form = paper_template(str_fmt(a, "%.*s/packs", STR_ARG(test_source_dir(a))), STR("TT01-2018"), STR("01"), &e);
	EXPECT(form != NULL);
	return form;
}

static json_t *data_of(struct arena *a)
{
	struct str text = test_read_file(a, str_fmt(a, "%.*s/tests/fixtures/paper/full.json", STR_ARG(test_source_dir(a))));
	json_t *data = json_loadb(text.p, text.n, 0, NULL);
	EXPECT(data != NULL);
	return data;
}

static struct str text_of(struct arena *a, const json_t *j)
{
	char *text = json_dumps(j, 0);
	struct str s = str_dup(a, str_from(text));
	free(text);
	return s;
}

static struct str drawn(struct arena *a, struct render *r, const json_t *form, const json_t *data)
{
	struct err e = {0};
	struct str pdf;
	EXPECT_OK(render_paper(r, a, text_of(a, form), data, noon, &pdf, &e), e);
	return pdf;
}

TEST(a_paper_drawn_behind_the_lock_is_the_same_paper)
{
	struct err e = {0};
	struct render *r = open_program(a);
	json_t *form = form_of(a), *data = data_of(a), *whole = json_copy(form), *none = json_object();
	struct buf here = buf_on(a);
	EXPECT_INT(render_pid(r, RENDER_PAPERS), 0); /* none before the first paper */
	struct str there = drawn(a, r, form, data);
	int pid = render_pid(r, RENDER_PAPERS);
	EXPECT_STR(drawn(a, r, form, data), there);
	EXPECT(pid > 0 && render_pid(r, RENDER_PAPERS) == pid); /* it stays */
	EXPECT_OK(paper_render(form, data, noon, pdf_sink_buf(&here), &e), e);
	EXPECT_STR(there, buf_str(&here));
	/* What paper_render() says of a paper comes back: the blanks by their names. */
	json_object_set_new(whole, "whole", json_true());
	EXPECT_ERR(render_paper(r, a, text_of(a, whole), none, noon, &there, &e), e, ERR_INVALID);
	EXPECT(strstr(e.text, "the paper would have blanks:") != NULL);
	EXPECT(drawn(a, r, form, none).n > 0);
	render_close(r);
	json_decref(form), json_decref(data), json_decref(whole), json_decref(none);
}

/* As when Pango waits for a thread of its own that ended for want of memory: whoever waits is told in time, and the next paper is drawn. */
TEST(a_drawing_that_stands_still_costs_that_paper_alone)
{
	struct err e = {0};
	struct render *r = open_program(a);
	json_t *form = form_of(a), *data = data_of(a);
	struct str first = drawn(a, r, form, data), none;
	int pid = render_pid(r, RENDER_PAPERS);
	struct render_call c = render_paper_call(a, text_of(a, form), data, noon);
	c.timeout_ms = 500;
	EXPECT_INT(kill(pid, SIGSTOP), 0);
	EXPECT_ERR(render_ask(r, &c, a, &none, &e), e, ERR_BUSY);
	EXPECT_STR(drawn(a, r, form, data), first);
	EXPECT(render_pid(r, RENDER_PAPERS) != pid && kill(pid, 0) != 0);
	render_close(r);
	json_decref(form), json_decref(data);
}

/* For want of memory the libraries below end the process (GLib), as CHECK does. */
TEST(a_drawing_that_ends_its_process_costs_that_paper_alone)
{
	struct err e = {0};
	struct render *r = open_program(a);
	json_t *form = form_of(a), *data = data_of(a);
	struct str first = drawn(a, r, form, data), pdf;
	for (int i = 0; i < 3; i++) {
		EXPECT_INT(kill(render_pid(r, RENDER_PAPERS), SIGABRT), 0);
		if (!render_paper(r, a, text_of(a, form), data, noon, &pdf, &e))
			EXPECT_INT(e.kind, ERR_BUSY);
		EXPECT_STR(drawn(a, r, form, data), first);
	}
	render_close(r);
	json_decref(form), json_decref(data);
}

/* ---- an allocation that fails ---- */

static struct faults *faults;

/* The program, with tests/lib/faults.c loaded before its process for papers. */
static struct render *open_faulty(struct arena *a)
{
	struct err e = {0};
	const char *build = getenv("MOTCUA_BUILD_DIR"), *dir = test_temp_dir(a).p, *shared = str_fmt(a, "%s/faults", dir).p, *program = str_fmt(a, "%s/motcua-render", dir).p;
	int fd = open(shared, O_RDWR | O_CREAT | O_TRUNC, 0600);
	EXPECT(fd >= 0 && ftruncate(fd, sizeof *faults) == 0);
	faults = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	EXPECT(faults != MAP_FAILED);
	FILE *f = fopen(program, "w");
	EXPECT(f && fprintf(f, "#!/bin/sh\n[ \"$1\" = papers ] && export LD_PRELOAD=%s/src/app/libfaults.so TEST_FAULTS=%s ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0\n"
		"exec %s/src/render/motcua-render \"$@\"\n", build, shared, build) > 0 && fchmod(fileno(f), 0700) == 0 && fclose(f) == 0);
	struct render *r = render_open(program, &e);
	EXPECT(r != NULL);
	return r;
}

/* The process that draws is gone, and its socket with it: the next paper has a new one. */
static void end_process(struct render *r)
{
	int pid = render_pid(r, RENDER_PAPERS);
	char path[64], line[200];
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	for (bool runs = true; runs; usleep(500)) {
		FILE *f = fopen(path, "r");
		const char *end = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : NULL;
		runs = end && end[2] != 'Z' && end[2] != 'X';
		if (f)
			fclose(f);
	}
}

static void arm(int64_t at)
{
	faults->hits = 0;
	faults->code = ENOMEM;
	faults->left = at;
	faults->mask = FAULT_ALLOC;
}

struct drawing { struct arena *a; struct render *r; struct str form; const json_t *data; struct str want; };

static bool draw_struck(const struct drawing *x, int64_t at, struct str *pdf, struct err *e)
{
	struct render_call c = render_paper_call(x->a, x->form, x->data, noon);
	c.timeout_ms = 5000; /* Pango may wait for a thread that ended */
	arm(at);
	bool ok = render_ask(x->r, &c, x->a, pdf, e);
	faults->mask = 0;
	return ok;
}

/* With the at-th allocation failing: the paper whole, or none and why; the next one is whole. False: nothing failed. */
static bool struck(const struct drawing *x, int64_t at, int *failed)
{
	struct err e = {0};
	struct str pdf;
	struct arena_mark m = arena_mark(x->a);
	bool ok = draw_struck(x, at, &pdf, &e);
	if (!ok && !faults->hits) /* the process before was ending still */
		ok = draw_struck(x, at, &pdf, &e);
	bool hit = faults->hits > 0;
	if (ok && !str_eq(pdf, x->want))
		FAIL("allocation %lld failed and another paper came, of %zu bytes for %zu", (long long)at, pdf.n, x->want.n);
	if (!ok && (e.kind != ERR_BUSY || !hit))
		FAIL("allocation %lld: %s %s", (long long)at, err_kind_name(e.kind), e.text);
	*failed += !ok;
	e = (struct err){0};
	if (!ok && !render_paper(x->r, x->a, x->form, x->data, noon, &pdf, &e)) /* it may have been ending still */
		EXPECT_OK(render_paper(x->r, x->a, x->form, x->data, noon, &pdf, &e), e);
	EXPECT_STR(pdf, x->want);
	arena_rewind(x->a, m);
	return hit;
}

/* No letter may be missing for want of memory from what is signed then: the libraries that draw give NULL, "no glyph" or nothing, and go on. */
static void each_allocation(struct arena *a, bool fresh)
{
	struct render *r = open_faulty(a);
	json_t *form = form_of(a), *data = data_of(a);
	struct drawing x = {a, r, text_of(a, form), data, drawn(a, r, form, data)};
	const char *every = getenv("RENDER_EVERY");
	int64_t step = every ? atoll(every) : 0, n = 0; /* RENDER_EVERY=1: each of them, for hours */
	int failed = 0, tries = 0;
	for (int64_t at = 1;; at += step > 0 ? step : 1 + at / 3, tries++) {
		if (fresh)
			end_process(r);
		if (!struck(&x, at, &failed))
			break;
		n = at;
	}
	fprintf(stderr, "# %s process: %d tries until allocation %lld, %d drew nothing\n", fresh ? "a new" : "the same", tries, (long long)n, failed);
	EXPECT(failed > 10 && n > 100);
	munmap(faults, sizeof *faults);
	render_close(r);
	json_decref(form), json_decref(data);
}

TEST(a_process_that_begins_without_memory_gives_no_half_paper) { each_allocation(a, true); }
TEST(a_process_that_has_no_memory_left_gives_no_half_paper) { each_allocation(a, false); }
