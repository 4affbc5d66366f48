#include "sign/signed_testing.h"
#include <cairo-pdf.h>
#include <stdlib.h>

static const struct demo_person people[] = {{.label = "giam-doc", .name = SIGNED_NAME, .title = "Giám đốc", .organisation = SIGNED_AGENCY}};

static cairo_status_t put(void *into, const unsigned char *p, unsigned n)
{
	buf_put(into, (struct str){(const char *)p, n});
	return CAIRO_STATUS_SUCCESS;
}

static struct str one_page(struct arena *a)
{
	struct buf b = buf_on(a);
	cairo_surface_t *s = cairo_pdf_surface_create_for_stream(put, &b, 595, 842);
	cairo_t *c = cairo_create(s);
	cairo_rectangle(c, 72, 72, 200, 20);
	cairo_fill(c);
	cairo_show_page(c);
	cairo_destroy(c);
	cairo_surface_destroy(s);
	return buf_str(&b);
}

struct str signed_again(struct signed_bench *b, struct arena *a, struct str pdf)
{
	struct err e;
	struct str out;
	struct pades_key k;
	struct pades_options o = {.now = instant_clock(), .name = STR(SIGNED_NAME), .reason = STR("Ký"), .tsa = &b->tsa};
	EXPECT_OK(sign_client_key(a, b->client, STR("giam-doc"), &k, &e), e);
	EXPECT_OK(pades_sign(a, pdf, &k, &o, &out, &e), e);
	return out;
}

void signed_open(struct signed_bench *b, struct arena *a)
{
	struct err e;
	const char *dir = str_fmt(a, "%s/pki", test_temp_dir(a).p).p;
	EXPECT_OK(demo_pki_create(dir, people, 1, &e), e);
	b->spec = demo_sign_spec(a, dir, str_fmt(a, "%s/src/sign/sign_helper_probe", getenv("MOTCUA_BUILD_DIR")).p, NULL);
	b->client = sign_client_open(&b->spec, &e);
	b->server = demo_tsa_start(dir, 0, &e);
	b->signers_pem = test_read_file(a, str_fmt(a, "%s/anchors.pem", dir));
	b->stamps_pem = test_read_file(a, str_fmt(a, "%s/tsa/root.pem", dir));
	b->stamps = trust_parse(b->stamps_pem, &e);
	EXPECT(b->client && b->server && b->stamps);
	b->tsa = (struct tsa){str_fmt(a, "http://127.0.0.1:%d/", tsa_demo_port(b->server)).p, 5000, b->stamps, NULL};
	b->plain = one_page(a);
	b->pdf = signed_again(b, a, b->plain);
}

void signed_close(struct signed_bench *b)
{
	sign_client_close(b->client);
	tsa_demo_stop(b->server);
	trust_free(b->stamps);
}
