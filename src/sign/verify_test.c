#include "core/test/test.h"
#include "sign/forge_testing.h"
#include "sign/pdf_report.h"
#include "sign/stamps_testing.h"
#include <cairo-pdf.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A CA in memory and signers under it. */
struct party { EVP_PKEY *key; X509 *cert; };
struct bench { struct party ca, officer, seal; struct trust *anchors; struct pdf_trust trust; struct str pdf; };

static struct party party_new(const char *name, EVP_PKEY *key, const struct party *issuer, long from, long to, const char *usage)
{
	struct party p = {.key = key, .cert = X509_new()};
	X509_set_version(p.cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(p.cert), (long)strlen(name));
	X509_gmtime_adj(X509_getm_notBefore(p.cert), from);
	X509_gmtime_adj(X509_getm_notAfter(p.cert), to);
	X509_set_pubkey(p.cert, key);
	X509_NAME *n = X509_get_subject_name(p.cert);
	X509_NAME_add_entry_by_txt(n, "O", MBSTRING_UTF8, (const unsigned char *)"Sở Mẫu", -1, -1, 0);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(p.cert, issuer ? X509_get_subject_name(issuer->cert) : n);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, NID_key_usage, usage);
	X509_add_ext(p.cert, ext, -1);
	X509_EXTENSION_free(ext);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
	X509_add_ext(p.cert, ext, -1);
	X509_EXTENSION_free(ext);
	EXPECT(X509_sign(p.cert, issuer ? issuer->key : key, EVP_sha256()) > 0);
	return p;
}

static struct party signer_new(const struct bench *b, const char *name, EVP_PKEY *key)
{
	return party_new(name, key, &b->ca, -3600, 86400, "critical,digitalSignature,nonRepudiation");
}

static void party_done(struct party *p)
{
	X509_free(p->cert);
	EVP_PKEY_free(p->key);
}

static bool party_sign(void *self, struct arena *a, struct digest d, struct str *signature, struct err *e)
{
	struct party *m = self;
	(void)e;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(m->key, NULL);
	size_t n = 1024;
	unsigned char *out = arena_alloc(a, n);
	EXPECT(c && EVP_PKEY_sign_init(c) == 1);
	if (EVP_PKEY_is_a(m->key, "RSA"))
		EXPECT(EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, RSA_PSS_SALTLEN_DIGEST) == 1);
	EXPECT(EVP_PKEY_CTX_set_signature_md(c, EVP_sha256()) == 1 && EVP_PKEY_sign(c, out, &n, d.b, DIGEST_SIZE) == 1);
	EVP_PKEY_CTX_free(c);
	*signature = (struct str){(const char *)out, n};
	return true;
}

static struct str der_of(struct arena *a, X509 *x)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct str out = str_dup(a, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	return out;
}

static struct pades_key key_of(struct arena *a, struct party *p) { return (struct pades_key){p, der_of(a, p->cert), STR_NONE, party_sign}; }

static struct str sample_pdf(struct arena *a)
{
	struct str path = str_fmt(a, "%s/in.pdf", test_temp_dir(a).p);
	cairo_surface_t *s = cairo_pdf_surface_create(path.p, 595, 842);
	cairo_t *c = cairo_create(s);
	for (int page = 0; page < 2; page++) {
		cairo_rectangle(c, 72, 72, 200, 20 + page);
		cairo_fill(c);
		cairo_show_page(c);
	}
	cairo_destroy(c);
	cairo_surface_destroy(s);
	return test_read_file(a, path);
}

static struct str pem_of(struct arena *a, X509 *x)
{
	BIO *m = BIO_new(BIO_s_mem());
	char *p = NULL;
	EXPECT(m && PEM_write_bio_X509(m, x) == 1);
	long n = BIO_get_mem_data(m, &p);
	struct str out = str_dup(a, (struct str){p, (size_t)n});
	BIO_free(m);
	return out;
}

static struct bench bench_new(struct arena *a)
{
	struct err e;
	struct bench b = {.ca = party_new("CA", EVP_EC_gen("P-256"), NULL, -7200, 864000, "critical,keyCertSign,cRLSign")};
	b.officer = signer_new(&b, "Nguyễn Văn Mẫu", EVP_EC_gen("P-256"));
	b.seal = signer_new(&b, "Sở Mẫu", EVP_EC_gen("P-256"));
	b.anchors = trust_parse(pem_of(a, b.ca.cert), &e);
	EXPECT(b.anchors);
	b.trust = (struct pdf_trust){b.anchors, b.anchors, instant_clock()};
	b.pdf = sample_pdf(a);
	return b;
}

static void bench_done(struct bench *b)
{
	party_done(&b->ca);
	party_done(&b->officer);
	party_done(&b->seal);
	trust_free(b->anchors);
}

static struct str sign_by(struct arena *a, struct str pdf, struct party *p, const struct tsa *tsa)
{
	struct err e;
	struct str out;
	struct pades_key k = key_of(a, p);
	struct pades_options o = {.now = instant_clock(), .name = STR("Nguyễn Văn Mẫu"), .reason = STR("Duyệt"), .tsa = tsa};
	EXPECT_OK(pades_sign(a, pdf, &k, &o, &out, &e), e);
	return out;
}

/* Every report of these tests also goes through JSON. */
static void expect_same_when_carried(struct arena *a, const struct pdf_report *r)
{
	struct buf b = buf_on(a);
	struct pdf_report *x = NEW(a, struct pdf_report);
	pdf_report_write(&b, r);
	EXPECT(pdf_report_read(a, buf_str(&b), x) && x->verdict == r->verdict && x->n == r->n && x->n_findings == r->n_findings);
	for (size_t i = 0; i < r->n; i++) {
		const struct pdf_signature *s = &r->signatures[i], *t = &x->signatures[i];
		EXPECT_STR(t->signer, s->signer.p ? s->signer : STR(""));
		EXPECT(t->good == s->good && t->stamped == s->stamped && t->whole == s->whole && t->covers == s->covers && t->level == s->level);
		EXPECT(t->time.at.ms == s->time.at.ms && t->judged_at.ms == s->judged_at.ms && t->chain_ok == s->chain_ok && t->digest_ok == s->digest_ok);
	}
	for (size_t i = 0; i < r->n_findings; i++)
		EXPECT(x->findings[i].kind == r->findings[i].kind && x->findings[i].signature == r->findings[i].signature);
}

static struct pdf_report *verify(struct arena *a, const struct bench *b, struct str pdf)
{
	struct pdf_report *r = NEW(a, struct pdf_report);
	pdf_verify(a, pdf, &b->trust, r);
	expect_same_when_carried(a, r);
	return r;
}

static struct str tell(struct arena *a, const struct pdf_report *r)
{
	struct buf b = buf_on(a);
	buf_fmt(&b, "%s, %zu signatures", pdf_verdict_name(r->verdict), r->n);
	for (size_t i = 0; i < r->n_findings; i++)
		buf_fmt(&b, "; %s: %s", pdf_finding_name(r->findings[i].kind), r->findings[i].text);
	return buf_str(&b);
}

static void expect_verdict(struct arena *a, const struct bench *b, struct str pdf, enum pdf_verdict want, size_t signatures)
{
	struct pdf_report *r = verify(a, b, pdf);
	if (r->verdict != want || r->n != signatures)
		FAIL("%s", tell(a, r).p);
}

#define EXPECT_FOUND(b, pdf, kind)                                                                                  \
	do {                                                                                                        \
		struct pdf_report *r_ = verify(a, (b), (pdf));                                                      \
		if (r_->verdict < PDF_UNCERTAIN || !pdf_report_has(r_, (kind)))                                     \
			FAIL("no %s: %s", pdf_finding_name(kind), tell(a, r_).p);                                   \
	} while (0)

TEST(good_signatures_are_good_one_after_another)
{
	struct bench b = bench_new(a);
	struct party rsa = signer_new(&b, "Trần Thị Mẫu", EVP_RSA_gen(2048));
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), two = sign_by(a, one, &rsa, NULL), three = sign_by(a, two, &b.seal, NULL);
	expect_verdict(a, &b, b.pdf, PDF_UNSIGNED, 0);
	expect_verdict(a, &b, one, PDF_GOOD, 1);
	expect_verdict(a, &b, two, PDF_GOOD, 2);
	struct pdf_report *r = verify(a, &b, three);
	if (r->verdict != PDF_GOOD || r->n_findings)
		FAIL("%s", tell(a, r).p);
	EXPECT_INT(r->n, 3);
	EXPECT_INT(r->signatures[0].covers, one.n);
	EXPECT_INT(r->signatures[1].covers, two.n);
	EXPECT(r->signatures[2].whole && !r->signatures[0].whole);
	EXPECT_TEXT(r->signatures[0].signer, "Nguyễn Văn Mẫu");
	EXPECT_TEXT(r->signatures[0].organisation, "Sở Mẫu");
	EXPECT_TEXT(r->signatures[1].signer, "Trần Thị Mẫu");
	for (size_t i = 0; i < 3; i++) {
		const struct pdf_signature *s = &r->signatures[i];
		EXPECT(s->good && s->digest_ok && s->signature_ok && s->chain_ok && !s->stamped && s->level == PDF_LEVEL_B_B);
	}
	party_done(&rsa);
	bench_done(&b);
}

TEST(a_byte_changed_inside_is_another_digest)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL);
	EXPECT_FOUND(&b, forge_replace(a, one, "%PDF-1.", "%PDF-1.5", "%PDF-1.4"), FIND_DIGEST);
	EXPECT_FOUND(&b, forge_replace(a, one, "/Name <FEFF", "004E", "0058"), FIND_DIGEST);
	struct str two = sign_by(a, one, &b.seal, NULL), bad = forge_replace(a, two, "/Name <FEFF", "004E", "0058");
	struct pdf_report *r = verify(a, &b, bad);
	EXPECT(!r->signatures[0].digest_ok && !r->signatures[1].digest_ok && !r->signatures[0].good);
	bench_done(&b);
}

static const char *replaced(struct arena *a, struct str text, const char *from, const char *to)
{
	ptrdiff_t at = str_find(text, str_from(from));
	EXPECT(at >= 0);
	return str_fmt(a, "%.*s%s%.*s", (int)at, text.p, to, (int)(text.n - (size_t)at - strlen(from)), text.p + (size_t)at + strlen(from)).p;
}

/* Incremental saving: viewers still call the signature valid. */
TEST(anything_added_after_the_signature_is_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), root = forge_object_text(a, one, forge_root(a, one)),
		   page = forge_object_text(a, one, forge_page(a, one));
	unsigned n = forge_size(a, one), r = forge_root(a, one), p = forge_page(a, one);
	const char *rest = "<< /Type /Annot /Subtype /FreeText /Rect [0 0 500 500] /Contents (forged) >>";
	const struct { struct forge_object o[2]; size_t n; } attacks[] = {
		{{{p, forge_with(a, page, "/Rotate 90")}}, 1},                                           /* the page */
		{{{p, "<< /Type /Page >>"}}, 1},                                                         /* the page emptied */
		{{{r, forge_with(a, root, "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")}}, 1},  /* a script */
		{{{r, forge_with(a, root, "/Names << >>")}}, 1},
		{{{n, rest}}, 1},                                                                        /* an object of no use */
		{{{4, "<< /Length 5 >>\nstream\n0 0 m\nendstream"}}, 1},                                 /* a page's content */
		{{{n, "<< /Length 5 >>\nstream\n0 0 m\nendstream"}, {p, forge_with(a, page, "/Contents 99 0 R")}}, 2},
	};
	for (size_t i = 0; i < ARRAY_LEN(attacks); i++)
		EXPECT_FOUND(&b, forge_append(a, one, attacks[i].o, attacks[i].n, ""), FIND_CHANGED_AFTER);
	struct forge_object no_form[] = {{r, replaced(a, root, "/AcroForm", "/AcroFarm")}, {n - 2, "null"}};
	EXPECT_FOUND(&b, forge_append(a, one, no_form, 1, ""), FIND_STRAY);
	EXPECT_FOUND(&b, forge_append(a, one, no_form, 2, ""), FIND_CHANGED_AFTER); /* the signature taken away */
	EXPECT_FOUND(&b, forge_append(a, one, NULL, 0, " /Encrypt << >>"), FIND_STRUCTURE);
	EXPECT_FOUND(&b, forge_append(a, one, NULL, 0, " /Other 1"), FIND_CHANGED_AFTER);
	/* And a signature by somebody trusted on top does not heal it. */
	struct forge_object turned = {p, forge_with(a, page, "/Rotate 90")};
	EXPECT_FOUND(&b, sign_by(a, forge_append(a, one, &turned, 1, ""), &b.seal, NULL), FIND_CHANGED_AFTER);
	bench_done(&b);
}

TEST(annotations_and_visible_fields_after_the_signature_are_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), root = forge_object_text(a, one, forge_root(a, one)),
		   page = forge_object_text(a, one, forge_page(a, one));
	unsigned n = forge_size(a, one), r = forge_root(a, one), p = forge_page(a, one);
	const char *annots = str_fmt(a, " %u 0 R]", n).p, *fields = str_fmt(a, " %u 0 R] /SigFlags", n).p;
	const char *new_page = replaced(a, page, " R]", str_fmt(a, " R%s", annots).p);
	const char *new_root = replaced(a, root, "] /SigFlags", fields);
	EXPECT(str_find(str_from(new_page), STR("/Annots")) > 0);
	const char *kinds[] = {
		"<< /Type /Annot /Subtype /FreeText /Rect [0 0 500 500] /Contents (forged) >>",
		"<< /Type /Annot /Subtype /Widget /FT /Tx /T (x) /Rect [0 0 0 0] /V (forged) >>",
		"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /Rect [0 0 500 500] /V 900 0 R >>",
		"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /Rect [0 0 0 0] /AA << /U << /S /JavaScript /JS (x) >> >> /V 900 0 R >>",
		"<< /Type /Annot /Subtype /Widget /FT /Sig /T (x) /Rect [0 0 0 0] /Rect [0 0 500 500] /V 900 0 R >>"};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct forge_object o[] = {{n, kinds[i]}, {p, new_page}, {r, new_root}};
		EXPECT_FOUND(&b, forge_append(a, one, o, 3, ""), FIND_CHANGED_AFTER);
	}
	bench_done(&b);
}

TEST(validation_data_may_follow_but_not_more_than_that)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), root = forge_object_text(a, one, forge_root(a, one));
	unsigned n = forge_size(a, one), r = forge_root(a, one);
	const char *with_dss = forge_with(a, root, str_fmt(a, "/DSS %u 0 R", n).p);
	const char *dss = str_fmt(a, "<< /Type /DSS /Certs [%u 0 R] >>", n + 1).p;
	struct forge_object good[] = {{n, dss}, {n + 1, "<< /Length 5 >>\nstream\n12345\nendstream"}, {r, with_dss}};
	struct forge_object more[] = {{n, forge_with(a, str_from(dss), "/Other 1")}, good[1], good[2]};
	struct forge_object loose[] = {good[0], good[1], good[2], {n + 2, "<< /Type /Page >>"}};
	struct str longer = forge_append(a, one, good, 3, "");
	expect_verdict(a, &b, longer, PDF_GOOD, 1);
	EXPECT(!verify(a, &b, longer)->signatures[0].whole);
	expect_verdict(a, &b, sign_by(a, longer, &b.seal, NULL), PDF_GOOD, 2);
	EXPECT_FOUND(&b, forge_append(a, one, more, 3, ""), FIND_CHANGED_AFTER);
	EXPECT_FOUND(&b, forge_append(a, one, loose, 4, ""), FIND_CHANGED_AFTER);
	EXPECT_FOUND(&b, forge_append(a, one, good, 2, ""), FIND_CHANGED_AFTER);
	bench_done(&b);
}

/* A page that refers to an object which is not there yet: filled in after signing. */
TEST(a_shadow_prepared_before_signing_is_refused)
{
	struct bench b = bench_new(a);
	struct str page = forge_object_text(a, b.pdf, forge_page(a, b.pdf));
	unsigned n = forge_size(a, b.pdf);
	struct forge_object prepared = {forge_page(a, b.pdf), forge_with(a, page, str_fmt(a, "/Later %u 0 R", n + 3).p)};
	struct str one = sign_by(a, forge_append(a, b.pdf, &prepared, 1, str_fmt(a, " /Unused 1").p), &b.officer, NULL);
	expect_verdict(a, &b, one, PDF_GOOD, 1);
	unsigned hole = n + 3, r = forge_root(a, one);
	EXPECT(hole >= forge_size(a, one));
	struct str root = forge_object_text(a, one, r);
	struct forge_object o[] = {{hole, "<< /Length 5 >>\nstream\n0 0 m\nendstream"},
				   {r, forge_with(a, root, str_fmt(a, "/DSS << /Certs [%u 0 R] >>", hole).p)}};
	EXPECT_FOUND(&b, forge_append(a, one, o, 2, ""), FIND_SHADOW);
	bench_done(&b);
}

/* The same, written so that only readers kinder than ours take it for a reference: another generation, a comment or nothing before the R,
 * a sign before the number, an object that is nothing but a reference. */
TEST(a_shadow_that_kind_readers_alone_see_is_refused)
{
	static const char *const ways[] = {"[@ 1 R]", "[@ 00 R]", "[@ 0%x\nR]", "[@ %x\n0 R]", "[@ 0R]", "[+@ 0 R]", "<< /A [1 2 << /B [(x) /R @ 65535 R] >>] >>", "[12 @ 0 RG]"};
	struct bench b = bench_new(a);
	struct str page = forge_object_text(a, b.pdf, forge_page(a, b.pdf));
	unsigned n = forge_size(a, b.pdf), hole = n + 5;
	const char *number = str_fmt(a, "%u", hole).p, *bare = replaced(a, STR("@ 0%x\nR"), "@", number), *to_bare = str_fmt(a, "%u 0 R", n).p;
	for (size_t i = 0; i <= ARRAY_LEN(ways); i++) {
		bool last = i == ARRAY_LEN(ways);
		const char *later = last ? to_bare : replaced(a, str_from(ways[i]), "@", number);
		struct forge_object prepared[] = {{forge_page(a, b.pdf), forge_with(a, page, str_fmt(a, "/Later %s", later).p)}, {n, bare}};
		struct str one = sign_by(a, forge_append(a, b.pdf, prepared, last ? 2 : 1, " /Unused 1"), &b.officer, NULL);
		expect_verdict(a, &b, one, PDF_GOOD, 1);
		unsigned r = forge_root(a, one);
		EXPECT(hole >= forge_size(a, one));
		struct forge_object o[] = {{hole, "<< /Length 5 >>\nstream\n0 0 m\nendstream"},
					   {r, forge_with(a, forge_object_text(a, one, r), str_fmt(a, "/DSS << /Certs [%u 0 R] >>", hole).p)}};
		EXPECT_FOUND(&b, forge_append(a, one, o, 2, ""), FIND_SHADOW);
	}
	bench_done(&b);
}

/* Readers that mend a damaged file look for "4 0 obj" anywhere, also in strings and in streams that are only validation data to us, and
 * take in what lies in object streams; a table may be read as shifted by one, a number of too many digits as two. */
TEST(what_a_reader_that_mends_would_find_is_refused)
{
	static const char *const hidden[] = {"\n4 0 obj\n<< /Length 0 >>\nendobj\n", " 4\t00  obj<<>>", "x4 0 obj", "endstream endobj 4 0 obj", "\ntrailer\n<< /Root 9 0 R >>\n", "\nstartxref\n7\n", "\nxref\n0 1\n", "endobj"};
	static const char *const kinds[] = {"<< /Type /ObjStm /N 1 /First 4 /Length 5 >>\nstream\n4 0 2\nendstream", "<< /Type /XRef /Length 5 >>\nstream\n12345\nendstream", "<< /Type /Page /Contents 4 0 R >>",
		"<< /Length 5 /Subtype /XML >>\nstream\n12345\nendstream", "(text)", "<< /#54ype /Page >>"};
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), root = forge_object_text(a, one, forge_root(a, one));
	unsigned n = forge_size(a, one), r = forge_root(a, one);
	const char *with_dss = forge_with(a, root, str_fmt(a, "/DSS << /Certs [%u 0 R] >>", n).p);
	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		struct forge_object stream[] = {{n, str_fmt(a, "<< /Length %zu >>\nstream\n%s\nendstream", strlen(hidden[i]), hidden[i]).p}, {r, with_dss}};
		EXPECT_FOUND(&b, forge_append(a, one, stream, 2, ""), FIND_CHANGED_AFTER);
		struct forge_object text = {r, forge_with(a, root, str_fmt(a, "/Extensions << /A (%s) >>", hidden[i]).p)};
		EXPECT_FOUND(&b, forge_append(a, one, &text, 1, ""), FIND_CHANGED_AFTER);
	}
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct forge_object o[] = {{n, kinds[i]}, {r, with_dss}};
		EXPECT_FOUND(&b, forge_append(a, one, o, 2, ""), FIND_CHANGED_AFTER);
	}
	struct forge_object same = {r, str_dup(a, root).p};
	struct str later = forge_append(a, one, &same, 1, ""), tail = str_sub(later, one.n, later.n);
	const char *shifted = replaced(a, tail, str_fmt(a, "xref\n%u 1\n", r).p, str_fmt(a, "xref\n%u 2\n0000000000 65535 f \n", r - 1).p);
	EXPECT_FOUND(&b, str_cat(a, one, str_from(shifted)), FIND_CHANGED_AFTER);
	size_t prev = 0;
	ptrdiff_t at = str_find(tail, STR("/Prev "));
	EXPECT(at > 0 && sscanf(tail.p + at, "/Prev %zu", &prev) == 1);
	const char *was = str_fmt(a, "/Prev %zu", prev).p, *longer[] = {str_fmt(a, "/Prev %012zu9", prev).p, str_fmt(a, "/Prev %zu.5", prev).p};
	for (size_t i = 0; i < ARRAY_LEN(longer); i++)
		EXPECT_FOUND(&b, str_cat(a, one, str_from(replaced(a, tail, was, longer[i]))), FIND_STRUCTURE);
	bench_done(&b);
}

TEST(bytes_between_and_after_revisions_are_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), root = forge_object_text(a, one, forge_root(a, one));
	struct forge_object same = {forge_root(a, one), root.p ? str_dup(a, root).p : ""};
	EXPECT_FOUND(&b, str_cat(a, one, STR("x")), FIND_TRAILING);
	EXPECT_FOUND(&b, str_cat(a, one, STR("\n\n")), FIND_TRAILING);
	EXPECT_FOUND(&b, str_cat(a, one, STR("9 0 obj << >> endobj\n%%EOF\n")), FIND_STRUCTURE);
	/* The catalogue again, the same: allowed. With a comment or an object that no table names before it: not. */
	expect_verdict(a, &b, forge_append(a, one, &same, 1, ""), PDF_GOOD, 1);
	struct forge_object comment = {same.number, str_fmt(a, "%s %% 4 0 obj", same.body).p};
	struct forge_object hidden = {same.number, str_fmt(a, "%s endobj 4 0 obj << >>", same.body).p};
	EXPECT_FOUND(&b, forge_append(a, one, &comment, 1, ""), FIND_CHANGED_AFTER);
	EXPECT_FOUND(&b, forge_append(a, one, &hidden, 1, ""), FIND_CHANGED_AFTER);
	struct forge_object twice[] = {same, same};
	EXPECT_FOUND(&b, forge_append(a, one, twice, 2, ""), FIND_STRUCTURE);
	bench_done(&b);
}

/* Universal signature forgery and signature wrapping: the dictionary bent in place. */
TEST(bent_byte_ranges_are_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL);
	char gap_begin[16], gap_end[16], tail[16];
	ptrdiff_t at = str_find(one, STR("/ByteRange ["));
	EXPECT(at > 0 && sscanf(one.p + at, "/ByteRange [%*s %15s %15s %10s", gap_begin, gap_end, tail) == 3);
	const char *mark = "/ByteRange [";
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "[0000000000", "[0000000001"), FIND_RANGE_START);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "[0000000000", "[-000000001"), FIND_BYTE_RANGE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "[0000000000", "[null      "), FIND_BYTE_RANGE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "[0000000000", "[          "), FIND_BYTE_RANGE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "[0000000000", "[00000 0000"), FIND_BYTE_RANGE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "/ByteRange", "/ByteRangX"), FIND_BYTE_RANGE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, gap_end, "0000000100"), FIND_OVERLAP);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, gap_end, "9999999999"), FIND_RANGE_END);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, tail, "0000000010"), FIND_RANGE_END);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, tail, "9999999999"), FIND_RANGE_END);
	const char *earlier = str_fmt(a, "%010ld", strtol(gap_begin, NULL, 10) - 4).p;
	EXPECT_FOUND(&b, forge_replace(a, one, mark, gap_begin, earlier), FIND_GAP);
	EXPECT_FOUND(&b, forge_replace(a, one, "/SubFilter", "/ETSI.CAdES.detached", "/adbe.pkcs7.sha1"), FIND_SUBFILTER);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "/Contents <", "/Contents  "), FIND_STRUCTURE);
	EXPECT_FOUND(&b, forge_replace(a, one, mark, "/Contents", "/Content#"), FIND_STRUCTURE);
	EXPECT_FOUND(&b, forge_replace(a, one, "/SubFilter", "/SubFilter", "/S#75bFilt"), FIND_STRUCTURE);
	bench_done(&b);
}

/* Only unsigned bytes change: the hash stays right, and pdfsig calls these valid. */
TEST(what_hides_in_the_gap_is_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL);
	const char *zeros = "0000000000000000000000000000000000000000> >>";
	EXPECT_FOUND(&b, forge_replace(a, one, "/Contents <", zeros, "> /Evil (x) /More <00000000000000000000> >> "), FIND_GAP);
	EXPECT_FOUND(&b, forge_replace(a, one, "/Contents <", zeros, "> /Contents <000000000000000000000000000> >>"), FIND_CONTENTS_TWICE);
	EXPECT_FOUND(&b, forge_replace(a, one, "/Contents <", zeros, "0000000000          00000000000000000000> >>"), FIND_GAP);
	EXPECT_FOUND(&b, forge_replace(a, one, "/Contents <", zeros, "00000000000000000000000000000000000000ff> >>"), FIND_PADDING);
	EXPECT_FOUND(&b, forge_cms(a, one, STR("")), FIND_CMS);
	EXPECT_FOUND(&b, forge_cms(a, one, STR("\x30\x00")), FIND_CMS);
	EXPECT_FOUND(&b, forge_cms(a, one, STR("not a CMS at all")), FIND_CMS);
	bench_done(&b);
}

TEST(a_signature_moved_to_another_place_is_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), two = sign_by(a, one, &b.seal, NULL);
	unsigned first = forge_size(a, b.pdf), second = forge_size(a, one), r = forge_root(a, two);
	const char *share = str_fmt(a, "/V %u 0 R", first).p, *own = str_fmt(a, "/V %u 0 R", second).p;
	EXPECT_FOUND(&b, forge_replace_last(a, two, "/Subtype /Widget", own, share), FIND_OVERLAP);
	EXPECT_FOUND(&b, forge_replace_last(a, two, "/Subtype /Widget", own, share), FIND_STRAY);
	struct forge_object no_form = {r, "<< /Type /Catalog /AcroForm << /Fields [] /SigFlags 3 >> >>"};
	EXPECT_FOUND(&b, forge_append(a, one, &no_form, 1, ""), FIND_STRAY);
	bench_done(&b);
}

/* A CMS as another program would make it. */
static struct str foreign_cms(struct arena *a, struct str bytes, struct party *p, const EVP_MD *md, unsigned flags)
{
	BIO *in = BIO_new_mem_buf(bytes.p, (int)bytes.n);
	CMS_ContentInfo *ci = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY);
	unsigned char *der = NULL;
	EXPECT(in && ci && CMS_add1_signer(ci, p->cert, p->key, md, flags | CMS_BINARY | CMS_NOSMIMECAP));
	EXPECT(CMS_final(ci, in, NULL, CMS_DETACHED | CMS_BINARY) == 1);
	int n = i2d_CMS_ContentInfo(ci, &der);
	EXPECT(n > 0);
	struct str out = str_dup(a, (struct str){(const char *)der, (size_t)n});
	OPENSSL_free(der);
	CMS_ContentInfo_free(ci);
	BIO_free(in);
	return out;
}

/* The signature of the file, said to be of another algorithm: what the algorithm is stands outside of what is signed. */
static struct str renamed_algorithm(struct arena *a, struct str pdf, int nid)
{
	ptrdiff_t at = str_find(pdf, STR("/Contents <"));
	struct str hex = str_sub(pdf, (size_t)at + 11, 32768), der;
	EXPECT(at > 0 && hex_decode(a, hex, &der));
	const unsigned char *p = (const unsigned char *)der.p;
	CMS_ContentInfo *ci = d2i_CMS_ContentInfo(NULL, &p, (long)der.n);
	X509_ALGOR *algorithm = NULL;
	unsigned char *out = NULL;
	EXPECT(ci);
	CMS_SignerInfo_get0_algs(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(ci), 0), NULL, NULL, NULL, &algorithm);
	EXPECT(X509_ALGOR_set0(algorithm, OBJ_nid2obj(nid), V_ASN1_NULL, NULL) == 1);
	int n = i2d_CMS_ContentInfo(ci, &out);
	EXPECT(n > 0);
	struct str x = forge_cms(a, pdf, str_dup(a, (struct str){(const char *)out, (size_t)n}));
	OPENSSL_free(out);
	CMS_ContentInfo_free(ci);
	return x;
}

TEST(weak_or_incomplete_cms_is_refused)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), bytes;
	struct party rsa = signer_new(&b, "RSA", EVP_RSA_gen(2048)), small = signer_new(&b, "Nhỏ", EVP_RSA_gen(1024));
	struct party other = signer_new(&b, "Người khác", EVP_EC_gen("P-256"));
	forge_range_digest(a, one, &bytes);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &b.officer, EVP_sha1(), CMS_CADES)), FIND_ALGORITHM);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &small, EVP_sha256(), CMS_CADES)), FIND_WEAK_KEY);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &b.officer, EVP_sha256(), CMS_CADES)), FIND_ATTRIBUTES); /* signing-time */
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &b.officer, EVP_sha256(), 0)), FIND_ATTRIBUTES);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &b.officer, EVP_sha256(), CMS_NOATTR)), FIND_ATTRIBUTES);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &b.officer, EVP_sha256(), CMS_CADES | CMS_NOCERTS)), FIND_CMS);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, STR("other"), &b.officer, EVP_sha256(), CMS_CADES)), FIND_DIGEST);
	EXPECT_FOUND(&b, forge_cms(a, one, foreign_cms(a, bytes, &rsa, EVP_sha256(), CMS_CADES)), FIND_OLD_PADDING);
	EXPECT_FOUND(&b, renamed_algorithm(a, one, NID_rsaEncryption), FIND_ALGORITHM);
	EXPECT_FOUND(&b, renamed_algorithm(a, one, NID_sha256WithRSAEncryption), FIND_ALGORITHM);
	/* The certificate of somebody else with the same key usage: the key does not fit. */
	struct party thief = {b.officer.key, other.cert};
	struct pades_key k = key_of(a, &thief);
	struct pades_options o = {.now = instant_clock()};
	struct err e;
	struct str stolen;
	EXPECT_OK(pades_sign(a, b.pdf, &k, &o, &stolen, &e), e);
	EXPECT_FOUND(&b, stolen, FIND_SIGNATURE);
	party_done(&rsa);
	party_done(&small);
	party_done(&other);
	bench_done(&b);
}

TEST(certificates_that_prove_nothing_are_uncertain)
{
	struct bench b = bench_new(a), stranger = bench_new(a);
	struct party mail = party_new("Khoá mã", EVP_EC_gen("P-256"), &b.ca, -3600, 86400, "critical,keyEncipherment");
	struct str theirs = sign_by(a, b.pdf, &stranger.officer, NULL), ours = sign_by(a, b.pdf, &b.officer, NULL);
	EXPECT_FOUND(&b, theirs, FIND_CHAIN);
	expect_verdict(a, &b, theirs, PDF_UNCERTAIN, 1);
	EXPECT_FOUND(&b, sign_by(a, b.pdf, &mail, NULL), FIND_KEY_USAGE);
	b.trust.now.ms += 2 * DAY_MS; /* expired, and no time-stamp says it was signed before */
	EXPECT_FOUND(&b, ours, FIND_CHAIN);
	b.trust.now.ms -= 4 * DAY_MS;
	EXPECT_FOUND(&b, ours, FIND_CHAIN);
	party_done(&mail);
	bench_done(&b);
	bench_done(&stranger);
}

TEST(a_time_stamp_keeps_a_signature_good_after_its_certificate)
{
	struct bench b = bench_new(a);
	struct err e;
	struct tsa tsa;
	AUTO_TRUST stamps = NULL;
	struct tsa_demo *server = stamps_begin(a, &stamps, &tsa);
	struct str one = sign_by(a, b.pdf, &b.officer, &tsa);
	b.trust.stamps = stamps;
	b.trust.now.ms += 400 * DAY_MS;
	struct pdf_report *r = verify(a, &b, one);
	if (r->verdict != PDF_GOOD)
		FAIL("%s", tell(a, r).p);
	const struct pdf_signature *s = &r->signatures[0];
	struct tsa_time t;
	EXPECT(s->level == PDF_LEVEL_B_T && s->stamped && llabs(s->judged_at.ms - instant_clock().ms) < 60000);
	EXPECT_OK(tsa_verify(a, s->token, s->token_of, stamps, &t, &e), e);
	EXPECT_INT(t.at.ms, s->time.at.ms);
	b.trust.stamps = b.anchors; /* an authority nobody knows */
	EXPECT_FOUND(&b, one, FIND_TIME);
	EXPECT_FOUND(&b, one, FIND_CHAIN);
	tsa_demo_stop(server);
	bench_done(&b);
}

/* A revision more with a document time-stamp over everything. */
static struct str stamp_by(struct arena *a, struct str pdf, const struct tsa *tsa)
{
	struct err e;
	unsigned n = forge_size(a, pdf), r = forge_root(a, pdf);
	struct str root = forge_object_text(a, pdf, r), zeros = hex_encode(a, arena_alloc(a, 8192), 8192), bytes, token;
	const char *form = str_fmt(a, "%u 0 R] /SigFlags", n + 1).p;
	const char *grown = str_find(root, STR("] /SigFlags")) > 0 ? replaced(a, root, "] /SigFlags", str_fmt(a, " %s", form).p) : forge_with(a, root, str_fmt(a, "/AcroForm << /Fields [%s 3 >>", form).p);
	struct forge_object o[] = {{r, grown}, {n, str_fmt(a, "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0000000000 1111111111 2222222222 3333333333] /Contents <%.*s> >>", STR_ARG(zeros)).p},
		{n + 1, str_fmt(a, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Stamp) /F 132 /Rect [0 0 0 0] /V %u 0 R >>", n).p}};
	struct str out = forge_append(a, pdf, o, 3, "");
	size_t b = pdf.n + (size_t)str_find(str_sub(out, pdf.n, out.n), STR("/Contents <")) + 10, c = b + zeros.n + 2;
	out = forge_replace_last(a, out, "/ByteRange [", "1111111111", str_fmt(a, "%010zu", b).p);
	out = forge_replace_last(a, out, "/ByteRange [", "2222222222", str_fmt(a, "%010zu", c).p);
	out = forge_replace_last(a, out, "/ByteRange [", "3333333333", str_fmt(a, "%010zu", out.n - c).p);
	EXPECT_OK(tsa_stamp(a, tsa, forge_range_digest(a, out, &bytes), instant_clock(), &token, &e), e);
	return forge_cms(a, out, token);
}

/* Anybody has anything time-stamped: it says when, not who. And a stamp over other bytes is a wrong digest, not a doubt. */
TEST(a_time_stamp_is_nobodys_signature)
{
	struct bench b = bench_new(a);
	struct err e;
	struct tsa tsa;
	AUTO_TRUST stamps = NULL;
	struct tsa_demo *server = stamps_begin(a, &stamps, &tsa);
	struct str only = stamp_by(a, b.pdf, &tsa), both = stamp_by(a, sign_by(a, b.pdf, &b.officer, NULL), &tsa);
	b.trust.stamps = stamps;
	expect_verdict(a, &b, both, PDF_GOOD, 2);
	expect_verdict(a, &b, only, PDF_UNCERTAIN, 1);
	EXPECT_FOUND(&b, only, FIND_NOBODY);
	struct str others[] = {forge_replace_last(a, both, "/T (Stamp", "Stamp", "Other"), forge_replace_last(a, only, "/T (Stamp", "Stamp", "Other")};
	for (size_t i = 0; i < 2; i++) {
		EXPECT_FOUND(&b, others[i], FIND_DIGEST);
		EXPECT_INT(verify(a, &b, others[i])->verdict, PDF_REFUSED);
	}
	struct pades_key seal = key_of(a, &b.seal);
	struct pades_options o = {.now = instant_clock(), .name = STR("Sở Mẫu")};
	struct str out;
	EXPECT_ERR(pades_seal(a, only, &seal, &o, &b.trust, NULL, 0, &out, &e), e, ERR_CONFLICT);
	tsa_demo_stop(server);
	bench_done(&b);
}

TEST(the_seal_goes_only_onto_what_a_person_signed)
{
	struct bench b = bench_new(a), stranger = bench_new(a);
	struct party second = signer_new(&b, "Sở Mẫu 2", EVP_EC_gen("P-256"));
	struct pades_key seal = key_of(a, &b.seal);
	struct pades_options o = {.now = instant_clock(), .name = STR("Sở Mẫu")};
	struct digest seals[] = {crypto_sha256(der_of(a, second.cert))};
	struct err e;
	struct str out, one = sign_by(a, b.pdf, &b.officer, NULL);
	EXPECT_OK(pades_seal(a, one, &seal, &o, &b.trust, seals, 1, &out, &e), e);
	expect_verdict(a, &b, out, PDF_GOOD, 2);
	EXPECT_ERR(pades_seal(a, b.pdf, &seal, &o, &b.trust, seals, 1, &out, &e), e, ERR_CONFLICT);
	/* Its own signature, another seal, a stranger, a changed file: no person of ours signed that. */
	EXPECT_ERR(pades_seal(a, sign_by(a, b.pdf, &b.seal, NULL), &seal, &o, &b.trust, seals, 1, &out, &e), e, ERR_CONFLICT);
	EXPECT_ERR(pades_seal(a, sign_by(a, b.pdf, &second, NULL), &seal, &o, &b.trust, seals, 1, &out, &e), e, ERR_CONFLICT);
	EXPECT_ERR(pades_seal(a, sign_by(a, b.pdf, &stranger.officer, NULL), &seal, &o, &b.trust, seals, 1, &out, &e), e, ERR_CONFLICT);
	struct str bad = forge_replace(a, one, "/Name <FEFF", "004E", "0058");
	EXPECT_ERR(pades_seal(a, bad, &seal, &o, &b.trust, seals, 1, &out, &e), e, ERR_CONFLICT);
	party_done(&second);
	bench_done(&b);
	bench_done(&stranger);
}

/* Each object begins in the comment of the one before it, so that all are read to the end of one line of megabytes. */
static struct str within_comments(struct arena *a, size_t n)
{
	struct buf b = buf_on(a);
	size_t *at = NEW_ARRAY(a, n, size_t);
	buf_put(&b, STR("%PDF-1.7\n"));
	for (size_t i = 3; i < n; i++) {
		at[i] = b.n;
		buf_fmt(&b, "%zu 0 obj %%", i);
	}
	buf_put(&b, STR("\n<</A 1>>\n"));
	at[1] = b.n;
	buf_put(&b, STR("1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"));
	at[2] = b.n;
	buf_put(&b, STR("2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"));
	size_t here = b.n;
	buf_fmt(&b, "xref\n0 %zu\n0000000000 65535 f \n", n);
	for (size_t i = 1; i < n; i++)
		buf_fmt(&b, "%010zu 00000 n \n", at[i]);
	buf_fmt(&b, "trailer\n<</Size %zu/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", n, here);
	return buf_str(&b);
}

/* A revision more whose validation data point from one array to the next, n times. */
static struct str long_chain(struct arena *a, struct str pdf, size_t n)
{
	unsigned size = forge_size(a, pdf), root = forge_root(a, pdf);
	struct forge_object *o = NEW_ARRAY(a, n + 1, struct forge_object);
	o[0] = (struct forge_object){root, forge_with(a, forge_object_text(a, pdf, root), str_fmt(a, "/DSS << /Certs [%u 0 R] >>", size).p)};
	for (unsigned i = 0; i < n; i++)
		o[i + 1] = (struct forge_object){size + i, i + 1 < n ? str_fmt(a, "[%u 0 R]", size + i + 1).p : "[]"};
	return forge_append(a, pdf, o, n + 1, "");
}

/* What used to take minutes, or all of the stack. Time is told by processor time: machines are slow, not a hundred times. */
TEST(files_that_cost_much_are_given_up)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL);
	clock_t before = clock();
	EXPECT_FOUND(&b, within_comments(a, 90000), FIND_STRUCTURE);
	EXPECT(clock() - before < 8 * CLOCKS_PER_SEC);
	EXPECT_FOUND(&b, long_chain(a, one, 90000), FIND_CHANGED_AFTER);
	bench_done(&b);
}

/* Cuts and changed bits: never a crash (the sanitizers watch), and never good. */
TEST(hostile_files_never_crash_and_are_never_good)
{
	struct bench b = bench_new(a);
	struct str one = sign_by(a, b.pdf, &b.officer, NULL), two = sign_by(a, one, &b.seal, NULL);
	struct pdf_report *r = NEW(a, struct pdf_report);
	for (size_t i = 0; i < two.n; i += 97) {
		struct arena_mark m = arena_mark(a);
		pdf_verify(a, str_dup(a, str_sub(two, 0, i)), &b.trust, r);
		if (r->verdict == PDF_GOOD && i != one.n)
			FAIL("cut at %zu: %s", i, tell(a, r).p);
		arena_rewind(a, m);
	}
	struct str last, cert = der_of(a, b.seal.cert);
	size_t gap = one.n + (size_t)str_find(str_sub(two, one.n, two.n), STR("/Contents <"));
	forge_range_digest(a, two, &last);
	size_t tail = two.n - (last.n - gap - 10); /* where the signed bytes go on */
	for (size_t i = 0; i < two.n; i += 41) {
		struct arena_mark m = arena_mark(a);
		char *bad = (char *)(uintptr_t)str_dup(a, two).p;
		bad[i] = (char)(bad[i] ^ (1 << (i / 41 % 8)));
		pdf_verify(a, (struct str){bad, two.n}, &b.trust, r);
		/* In the last CMS some bytes say nothing that is signed (versions, the list of hashes, the case of hex digits). */
		bool unsaid = i > gap && i < tail && r->n == 2 && str_eq(r->signatures[1].cert, cert) && r->signatures[1].digest_ok;
		if (r->verdict == PDF_GOOD && !unsaid)
			FAIL("bit at %zu (%c): %s", i, two.p[i], tell(a, r).p);
		arena_rewind(a, m);
	}
	expect_verdict(a, &b, STR_NONE, PDF_REFUSED, 0);
	expect_verdict(a, &b, STR("%PDF-1.4\n%%EOF\n"), PDF_REFUSED, 0);
	bench_done(&b);
}
