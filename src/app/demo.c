/* demo.c — `motcua demo`: a sample province in an empty data folder, plainly made up, and its sign-ins. */
#include "account/account.h"
#include "app/app.h"
#include "catalogue/catalogue.h"
#include "directory/directory.h"
#include "sign/demo_pki.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool make_directory(struct env *env, void *ctx, struct err *e) { return directory_demo(env, ctx, e); }
static bool make_catalogue(struct env *env, void *ctx, struct err *e)
{
	(void)ctx;
	return catalogue_seed(env, e);
}
static bool make_accounts(struct env *env, void *ctx, struct err *e) { return account_demo(env, ctx, e); }

static void print_json(const struct account_demo *d)
{
	json_t *list = json_array();
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++) {
		const struct account_sample *s = &d->sample[i];
		json_array_append_new(list, json_pack("{s:s,s:s%,s:s%,s:o}", "role", s->role, "login", s->login.p, s->login.n, "password", s->password.p, s->password.n,
		                                      "totp_secret", s->totp_secret.n ? json_stringn(s->totp_secret.p, s->totp_secret.n) : json_null()));
	}
	char *text = json_dumps(list, JSON_COMPACT);
	puts(text);
	free(text);
	json_decref(list);
}

static void print_table(const struct account_demo *d)
{
	printf("%-11s %-11s %-24s %s\n", "role", "login", "password", "TOTP secret");
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		printf("%-11s %-11.*s %-24.*s %.*s\n", d->sample[i].role, STR_ARG(d->sample[i].login), STR_ARG(d->sample[i].password), STR_ARG(d->sample[i].totp_secret.n ? d->sample[i].totp_secret : STR("-")));
}

static bool make_pki(struct arena *a, const struct options *o, struct err *e)
{
	static const struct demo_person people[] = {
		{.label = "director", .name = "Giám đốc Mẫu", .title = "Giám đốc", .organisation = "Sở Khoa học và Công nghệ (mẫu)"},
		{.label = "seal", .name = "Sở Khoa học và Công nghệ (mẫu)", .organisation = "Sở Khoa học và Công nghệ (mẫu)"},
	};
	const char *dir = str_fmt(a, "%.*s/pki", STR_ARG(o->data)).p;
	return demo_pki_create(dir, people, ARRAY_LEN(people), e) && demo_tsa_create(dir, e) && demo_list_make(a, dir, e);
}

static bool fill(struct store *s, struct account_demo *accounts, int64_t dossiers, struct err *e)
{
	struct directory_demo people = {0};
	struct account_config cfg = account_config_usual(s->keys);
	if (!account_start(&cfg, e) || !store_act(s, s->arena, make_directory, &people, e) || !store_act(s, s->arena, make_catalogue, NULL, e) ||
	    !account_demo_prepare(s->arena, STR("motcua"), &people, accounts, e) || !store_act(s, s->arena, make_accounts, accounts, e))
		return false;
	return demo_dossiers(s, &people, accounts, dossiers, e);
}

int demo_command(struct options *o)
{
	struct err e = {0};
	struct store s;
	struct account_demo accounts = {0};
	struct place place;
	int64_t n = 20;
	const char *count = option_value(o, "--dossiers");
	if ((count && !str_to_i64(str_from(count), &n)) || n < 0 || !o->data.n)
		return say_usage(o, "demo");
	if (!place_of(o, &place, &e) || !place_make(&place, &e) || !make_pki(o->arena, o, &e) || !store_open(&s, o, STORE_WRITER | STORE_MIGRATE, &e))
		return say_error(&e, EXIT_WRONG);
	bool ok = fill(&s, &accounts, n, &e);
	if (ok)
		(o->json ? print_json : print_table)(&accounts);
	account_stop();
	store_close(&s);
	return ok ? EXIT_GOOD : say_error(&e, EXIT_WRONG);
}
