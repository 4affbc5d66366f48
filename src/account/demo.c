/* demo.c — the sign-ins of the demonstration, the same at every run: made from a seed, never for real use. */
#include "account/account_internal.h"
#include "directory/directory.h"
#include <string.h>

static struct digest made(struct str seed, const char *role, const char *what)
{
	const struct str parts[] = {STR("motcua demo "), seed, STR(" "), str_from(role), STR(" "), str_from(what)};
	return crypto_sha256_parts(parts, ARRAY_LEN(parts));
}

static const struct { const char *role; enum account_kind kind; const char *name, *identity, *tax_code; } samples[ACCOUNT_SAMPLES] = {
	{"citizen", ACCOUNT_CITIZEN, "Nguyễn Thị Mẫu Công Dân", "001190000001", NULL},
	{"business", ACCOUNT_BUSINESS, "Công ty TNHH Mẫu Kiểm Thử", NULL, "9900000009"},
	{"counter", ACCOUNT_OFFICIAL, "Trần Thị Mẫu Tiếp Nhận", NULL, NULL},
	{"specialist", ACCOUNT_OFFICIAL, "Lê Văn Mẫu Thụ Lý", NULL, NULL},
	{"head", ACCOUNT_OFFICIAL, "Phạm Thị Mẫu Trưởng Phòng", NULL, NULL},
	{"director", ACCOUNT_OFFICIAL, "Nguyễn Văn Mẫu Giám Đốc", NULL, NULL},
	{"clerk", ACCOUNT_OFFICIAL, "Vũ Thị Mẫu Văn Thư", NULL, NULL},
	{"inspector", ACCOUNT_OFFICIAL, "Đỗ Văn Mẫu Thanh Tra", NULL, NULL},
	{"admin", ACCOUNT_ADMIN, "Quản trị Mẫu", NULL, NULL},
	{"centre", ACCOUNT_OFFICIAL, "Hoàng Văn Mẫu Trung Tâm", NULL, NULL},
	{"province", ACCOUNT_OFFICIAL, "Trịnh Thị Mẫu Lãnh Đạo", NULL, NULL},
};

bool account_demo_prepare(struct arena *a, struct str seed, const struct directory_demo *people, struct account_demo *out, struct err *e)
{
	const struct person_id persons[ACCOUNT_SAMPLES] = {[2] = people->counter, people->specialist, people->head, people->director,
	                                                   people->clerk, people->inspector,
	                                                   [9] = people->centre_head, people->province_head};
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++) {
		const char *role = samples[i].role;
		struct digest p = made(seed, role, "password"), t = made(seed, role, "totp");
		struct account_sample *s = &out->sample[i];
		bool second = account_needs_totp(samples[i].kind);
		*s = (struct account_sample){.role = role, .login = str_from(role),
			.password = str_fmt(a, "Mau-%s-%.8s", role, hex_encode(a, p.b, sizeof p.b).p), .totp_secret = STR("")};
		struct str raw = second ? str_dup(a, (struct str){(const char *)t.b, SECRET_SIZE}) : STR("");
		if (second)
			s->totp_secret = secret_base32(a, raw);
		out->account[i] = (struct account_new){.kind = samples[i].kind, .person = persons[i], .login = s->login,
			.name = str_from(samples[i].name), .email = str_fmt(a, "%s@mau.example", role), .phone = STR("0912000000"),
			.identity = str_from(samples[i].identity), .tax_code = str_from(samples[i].tax_code), .totp_secret = raw, .email_confirmed = true,
			.identity_seen = samples[i].identity || samples[i].tax_code};
		if (!account_password_hash(a, s->password, &out->account[i].password_hash, e))
			return false;
	}
	return true;
}

bool account_demo(struct env *env, struct account_demo *demo, struct err *e)
{
	for (size_t i = 0; i < ACCOUNT_SAMPLES; i++)
		if (!account_create(env, &demo->account[i], &demo->sample[i].account, e))
			return false;
	return true;
}

static size_t sample_of(struct str sample)
{
	size_t i = 0;
	while (i < ACCOUNT_SAMPLES && !str_eq(sample, str_from(samples[i].role)))
		i++;
	return i;
}

struct str account_sample_name(struct str sample)
{
	size_t i = sample_of(sample);
	return i < ACCOUNT_SAMPLES ? str_from(samples[i].name) : STR("");
}

/* Its name in the data is that of the table and nobody changes it: who takes a login that became free is not taken for the sample. */
bool account_sample_row(struct env *env, struct str sample, struct account_row_row *row, bool *found, struct err *e)
{
	size_t i = sample_of(sample);
	*found = false;
	if (i == ACCOUNT_SAMPLES)
		return true;
	if (!account_find(env, sample, row, found, e))
		return false;
	*found = *found && account_kind_of(row->kind) == samples[i].kind && str_eq(row->name, str_from(samples[i].name)) && str_eq(row->state, STR("active"));
	return true;
}
