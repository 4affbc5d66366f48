/* From the paper to a judged file: a decision is drawn, signed with the token of the demonstration by a person and with the
 * agency's seal, stamped, and judged by us and by pdfsig. */
#include "core/test/test.h"
#include "paper/paper.h"
#include "sign/demo_pki.h"
#include "sign/pdf_verify.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AGENCY "Sở Khoa học và Công nghệ tỉnh Mẫu"
static const struct demo_person people[] = {
	{.label = "giam-doc", .name = "Nguyễn Văn Mẫu", .title = "Giám đốc", .organisation = AGENCY},
	{.label = "pho-giam-doc", .name = "Trần Thị Mẫu", .title = "Phó Giám đốc", .organisation = AGENCY, .rsa = true},
	{.label = "con-dau", .name = AGENCY, .organisation = AGENCY}};

struct bench {
	const char *dir;
	struct sign_client_spec spec;
	struct sign_client *client;
	struct tsa_demo *server;
	struct trust *signers, *stamps;
	struct tsa tsa;
	struct pdf_trust trust;
	struct pades_options o;
};

static struct bench bench_new(struct arena *a)
{
	struct err e;
	struct bench b = {.dir = str_fmt(a, "%s/demo", test_temp_dir(a).p).p};
	EXPECT_OK(demo_pki_create(b.dir, people, ARRAY_LEN(people), &e), e);
	b.server = demo_tsa_start(b.dir, 0, &e);
	b.signers = trust_load(str_fmt(a, "%s/anchors.pem", b.dir).p, &e);
	b.stamps = trust_load(str_fmt(a, "%s/tsa/root.pem", b.dir).p, &e);
	b.spec = demo_sign_spec(a, b.dir, str_fmt(a, "%s/src/sign/sign_helper_probe", getenv("MOTCUA_BUILD_DIR")).p, NULL);
	b.client = sign_client_open(&b.spec, &e);
	EXPECT(b.server && b.signers && b.stamps && b.client);
	b.tsa = (struct tsa){str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(b.server)).p, 5000, b.stamps, NULL};
	b.trust = (struct pdf_trust){b.signers, b.stamps, instant_clock()};
	b.o = (struct pades_options){.now = instant_clock(), .name = STR("Nguyễn Văn Mẫu"), .reason = STR("Ký ban hành")};
	return b;
}

static void bench_done(struct bench *b)
{
	sign_client_close(b->client);
	tsa_demo_stop(b->server);
	trust_free(b->signers);
	trust_free(b->stamps);
}

static struct str decision(struct arena *a)
{
	struct err e;
	struct buf b = buf_on(a);
	json_t *form = paper_template(str_fmt(a, "%s/packs", test_source_dir(a).p), STR("ND30-2020"), STR("quyet-dinh"), &e);
	json_t *data = json_load_file(str_fmt(a, "%s/tests/fixtures/paper/full.json", test_source_dir(a).p).p, 0, NULL);
	EXPECT(form && data);
	EXPECT_OK(paper_render(form, data, instant_clock(), pdf_sink_buf(&b), &e), e);
	json_decref(form);
	json_decref(data);
	return buf_str(&b);
}

static struct pades_key key(struct arena *a, struct bench *b, const char *label)
{
	struct err e;
	struct pades_key k;
	EXPECT_OK(sign_client_key(a, b->client, str_from(label), &k, &e), e);
	return k;
}

static struct str pdfsig(struct arena *a, struct str pdf)
{
	const char *path = str_fmt(a, "%s/signed.pdf", test_temp_dir(a).p).p;
	FILE *f = fopen(path, "w");
	EXPECT(f && fwrite(pdf.p, 1, pdf.n, f) == pdf.n && fclose(f) == 0);
	FILE *p = popen(str_fmt(a, "pdfsig -nocert %s 2>&1; qpdf --check %s 2>&1", path, path).p, "r");
	EXPECT(p);
	char text[8192];
	size_t n = fread(text, 1, sizeof text, p);
	pclose(p);
	return str_dup(a, (struct str){text, n});
}

static int count(struct str s, struct str needle)
{
	int n = 0;
	for (ptrdiff_t at; (at = str_find(s, needle)) >= 0; n++)
		s = str_sub(s, (size_t)at + needle.n, s.n);
	return n;
}

static const struct pdf_report *judge(struct arena *a, const struct bench *b, struct str pdf)
{
	struct pdf_report *r = NEW(a, struct pdf_report);
	pdf_verify(a, pdf, &b->trust, r);
	if (r->verdict != PDF_GOOD || r->n_findings)
		FAIL("%s: %s", pdf_verdict_name(r->verdict), r->n_findings ? r->findings[0].text : "");
	return r;
}

TEST(a_decision_is_signed_sealed_stamped_and_judged_good)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key director = key(a, &b, "giam-doc"), deputy = key(a, &b, "pho-giam-doc"), seal = key(a, &b, "con-dau");
	struct str drawn = decision(a), once, twice, sealed;
	b.o.tsa = &b.tsa;
	EXPECT_ERR(pades_seal(a, drawn, &seal, &b.o, &b.trust, NULL, 0, &sealed, &e), e, ERR_CONFLICT);
	EXPECT_OK(pades_sign(a, drawn, &deputy, &b.o, &once, &e), e);
	EXPECT_OK(pades_sign(a, once, &director, &b.o, &twice, &e), e);
	EXPECT_OK(pades_seal(a, twice, &seal, &b.o, &b.trust, NULL, 0, &sealed, &e), e);
	struct str report = pdfsig(a, sealed);
	if (count(report, STR("Signature is Valid.")) != 3 || count(report, STR("No syntax or stream encoding errors")) != 1)
		FAIL("%.*s", STR_ARG(report));
	b.trust.now.ms += 20 * 365 * DAY_MS; /* all certificates are past: the time-stamps carry the proof */
	const struct pdf_report *r = judge(a, &b, sealed);
	EXPECT_INT(r->n, 3);
	EXPECT_TEXT(r->signatures[0].signer, "Trần Thị Mẫu");
	EXPECT_TEXT(r->signatures[1].signer, "Nguyễn Văn Mẫu");
	EXPECT_TEXT(r->signatures[2].signer, AGENCY);
	for (size_t i = 0; i < r->n; i++) {
		const struct pdf_signature *s = &r->signatures[i];
		struct tsa_time t;
		EXPECT(s->level == PDF_LEVEL_B_T && s->stamped && s->chain_ok && s->good);
		EXPECT_OK(tsa_verify(a, s->token, s->token_of, b.stamps, &t, &e), e);
		EXPECT_INT(t.at.ms, s->time.at.ms);
	}
	bench_done(&b);
}

static void *kill_soon(void *pid)
{
	usleep(100000);
	kill(*(int *)pid, SIGKILL);
	return NULL;
}

TEST(a_helper_killed_while_a_decision_is_signed_leaves_nothing_and_the_retry_is_good)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key director = key(a, &b, "giam-doc");
	struct str drawn = decision(a), out = STR_NONE;
	pthread_t thread;
	int pid = sign_client_pid(b.client);
	kill(pid, SIGSTOP);
	EXPECT(pthread_create(&thread, NULL, kill_soon, &pid) == 0);
	EXPECT_ERR(pades_sign(a, drawn, &director, &b.o, &out, &e), e, ERR_BUSY);
	pthread_join(thread, NULL);
	EXPECT_INT(out.n, 0);
	EXPECT_OK(pades_sign(a, drawn, &director, &b.o, &out, &e), e);
	EXPECT_INT(judge(a, &b, out)->n, 1);
	bench_done(&b);
}
