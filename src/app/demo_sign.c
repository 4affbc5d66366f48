/* demo_sign.c — see demo_sign.h. */
#include "app/demo_sign.h"
#include "core/tsa/tsa.h"
#include "sign/demo_pki.h"
#include <stdlib.h>

struct demo_signing { struct arena *arena; struct sign_client *client; struct tsa_demo *authority; struct trust *signers, *stamps; struct tsa tsa; };

static bool authority(struct demo_signing *s, const char *pki, struct err *e)
{
	s->authority = demo_tsa_start(pki, 0, e);
	s->stamps = s->authority ? trust_load(str_fmt(s->arena, "%s/tsa/root.pem", pki).p, e) : NULL;
	s->signers = s->stamps ? trust_load(str_fmt(s->arena, "%s/anchors.pem", pki).p, e) : NULL;
	if (!s->signers)
		return false;
	s->tsa = (struct tsa){.url = str_fmt(s->arena, "http://127.0.0.1:%d/", tsa_demo_port(s->authority)).p, .timeout_ms = 600000, .anchors = s->stamps};
	return true;
}

struct demo_signing *demo_signing_open(const char *pki, struct err *e)
{
	struct demo_signing *s = calloc(1, sizeof *s);
	CHECK(s != NULL);
	s->arena = arena_new(0);
	struct sign_client_spec spec = demo_sign_spec(s->arena, pki, "/proc/self/exe", "sign-helper");
	s->client = sign_client_open(&spec, e);
	if (s->client && authority(s, pki, e))
		return s;
	demo_signing_close(s);
	return NULL;
}

void demo_signing_close(struct demo_signing *s)
{
	if (!s)
		return;
	if (s->authority)
		tsa_demo_stop(s->authority);
	trust_free(s->stamps);
	trust_free(s->signers);
	sign_client_close(s->client);
	arena_free(s->arena);
	free(s);
}

static bool decider(void *self, struct arena *a, struct env *env, struct person_id person, struct pades_key *out, struct err *e)
{
	struct demo_signing *s = self;
	(void)env;
	(void)person; /* the token has one decider */
	return sign_client_key(a, s->client, STR(DEMO_DECIDER), out, e);
}

static bool seal(void *self, struct arena *a, struct env *env, struct agency_id agency, struct pades_key *out, struct err *e)
{
	struct demo_signing *s = self;
	(void)env;
	(void)agency; /* and one seal */
	return sign_client_key(a, s->client, STR(DEMO_SEAL), out, e);
}

void demo_signing_lend(struct demo_signing *s, struct issue_facilities *f)
{
	f->self = s;
	f->signer_key = decider;
	f->seal_key = seal;
	f->trust = (struct pdf_trust){.signers = s->signers, .stamps = s->stamps};
	f->tsa = &s->tsa;
}
