/* form_fuzz.c — any bytes as a pack, as answers to a form with every kind, and as what a browser sends. No crash, no leak;
 * clean answers are clean. First byte: which. */
#include "form/form.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const char every_kind[] =
	"{\"format\":1,\"id\":\"f\",\"title\":\"F\",\"sections\":[{\"key\":\"s\",\"title\":\"S\",\"fields\":["
	"{\"key\":\"t\",\"kind\":\"text\",\"label\":\"T\"},{\"key\":\"l\",\"kind\":\"long_text\",\"label\":\"L\"},{\"key\":\"n\",\"kind\":\"number\",\"label\":\"N\"},"
	"{\"key\":\"m\",\"kind\":\"money\",\"label\":\"M\"},{\"key\":\"d\",\"kind\":\"date\",\"label\":\"D\"},{\"key\":\"y\",\"kind\":\"yesno\",\"label\":\"Y\"},"
	"{\"key\":\"c\",\"kind\":\"choices\",\"label\":\"C\",\"options\":[{\"value\":\"x\",\"label\":\"X\"}],\"visible\":{\"var\":\"y\"}},"
	"{\"key\":\"p\",\"kind\":\"person\",\"label\":\"P\",\"with_sex\":true},{\"key\":\"o\",\"kind\":\"organisation\",\"label\":\"O\"},"
	"{\"key\":\"f\",\"kind\":\"file\",\"label\":\"F\"},{\"key\":\"k\",\"kind\":\"computed\",\"label\":\"K\",\"value\":{\"+\":[{\"var\":\"n\"},{\"var\":\"m\"}]}},"
	"{\"key\":\"r\",\"kind\":\"rows\",\"label\":\"R\",\"columns\":[{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\",\"required\":{\"var\":\"form.t\"}},"
	"{\"key\":\"b\",\"kind\":\"group\",\"label\":\"B\",\"fields\":[{\"key\":\"e\",\"kind\":\"email\",\"label\":\"E\"}]}]}]}]}";

static void check(struct arena *a, const struct eform *f, const json_t *answers)
{
	struct eform_context c = {.today = {20000}};
	json_t *clean = NULL, *again = NULL;
	bool good = eform_check(a, f, answers, &c, &clean).n == 0;
	bool still = eform_check(a, f, clean, &c, &again).n == 0;
	if (good && (!still || !json_equal(clean, again)))
		abort();
	eform_flatten(a, &f->sections[0], answers, NULL);
	json_decref(eform_print_json(f, answers, NULL));
	json_decref(clean);
	json_decref(again);
}

struct sent { const uint8_t *p; size_t n, calls; };

/* Each name asked for gets a slice of the input, so that names and values need not be guessed. */
static struct str get(void *ctx, struct str name)
{
	struct sent *s = ctx;
	size_t from = s->calls++ * 5 % (s->n + 1), n = name.n % 9 < s->n - from ? name.n % 9 : s->n - from;
	return s->calls % 3 ? (struct str){(const char *)s->p + from, n} : STR_NONE;
}

static void one(struct arena *a, const struct eform *f, char which, struct str rest)
{
	struct err e = {0};
	struct sent s = {(const uint8_t *)rest.p, rest.n, 0};
	json_t *j = which == 'b' ? json_object() : eform_pack(rest, &e);
	struct eform *other = which == 'p' && j ? eform_load(a, j, NULL, &e) : NULL;
	if (which == 'b')
		eform_from_fields(a, &f->sections[0], get, &s, j);
	if (other)
		check(a, other, NULL);
	else if (j)
		check(a, f, j);
	eform_done(other);
	json_decref(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	AUTO_ARENA a = arena_new(0);
	struct err e = {0};
	json_t *pack = eform_pack((struct str){every_kind, sizeof every_kind - 1}, &e);
	const struct eform *f = eform_load(a, pack, NULL, &e);
	if (!f)
		abort();
	if (n > 0)
		one(a, f, (char)bytes[0], (struct str){(const char *)bytes + 1, n - 1});
	json_decref(pack);
	return 0;
}
