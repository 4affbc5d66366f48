/* secret.c — passwords by argon2id, one-time codes by TOTP (RFC 6238), tokens. */
#include "account/account_internal.h"
#include "core/text/text.h"
#include "gen/messages.h"
#include <argon2.h>
#include <liboath/oath.h>
#include <qrencode.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

#define SALT_SIZE 16
#define DIGEST_SIZE 32
#define ENCODED_MAX 200
#define PASSWORD_MIN 10

/* argon2 takes memory and a processor: at most two at once, whoever calls. */
static sem_t places;
static char nothing[ENCODED_MAX]; /* the hash of a password that nobody knows */

static bool hash(struct str password, char out[ENCODED_MAX], struct err *e)
{
	const struct account_config *c = account_cfg();
	uint8_t salt[SALT_SIZE];
	crypto_random(salt, sizeof salt);
	while (sem_wait(&places) != 0)
		;
	int rc = argon2id_hash_encoded(c->argon_passes, c->argon_memory_kib, c->argon_lanes, password.p, password.n, salt, sizeof salt,
	                               DIGEST_SIZE, out, ENCODED_MAX);
	sem_post(&places);
	return rc == ARGON2_OK ? true : err_set(e, ERR_INTERNAL, "argon2: %s", argon2_error_message(rc));
}

/* The sum need not be of any password: checking against it is the same work, and computing one at the start is not done. */
static void make_nothing(const uint8_t random[SALT_SIZE + DIGEST_SIZE])
{
	const struct account_config *c = account_cfg();
	AUTO_ARENA a = arena_new(0);
	struct str salt = base64_encode(a, random, SALT_SIZE), sum = base64_encode(a, random + SALT_SIZE, DIGEST_SIZE);
	while (salt.n && salt.p[salt.n - 1] == '=')
		salt.n--;
	while (sum.n && sum.p[sum.n - 1] == '=')
		sum.n--;
	snprintf(nothing, sizeof nothing, "$argon2id$v=19$m=%u,t=%u,p=%u$%.*s$%.*s", c->argon_memory_kib, c->argon_passes, c->argon_lanes, STR_ARG(salt), STR_ARG(sum));
}

bool secret_start(struct err *e)
{
	static bool once;
	uint8_t random[SALT_SIZE + DIGEST_SIZE];
	if (!once && (sem_init(&places, 0, 2) != 0 || oath_init() != OATH_OK))
		return err_set(e, ERR_INTERNAL, "liboath or the semaphore cannot start");
	once = true;
	crypto_random(random, sizeof random);
	make_nothing(random);
	return true;
}

bool account_password_hash(struct arena *a, struct str password, struct str *encoded, struct err *e)
{
	char buf[ENCODED_MAX];
	if (!hash(password, buf, e))
		return false;
	*encoded = str_dup(a, str_from(buf));
	return true;
}

bool secret_password_ok(struct str encoded, struct str password)
{
	char buf[ENCODED_MAX];
	bool known = encoded.n > 0 && encoded.n < sizeof buf;
	memcpy(buf, known ? encoded.p : nothing, known ? encoded.n : strlen(nothing));
	buf[known ? encoded.n : strlen(nothing)] = 0;
	while (sem_wait(&places) != 0)
		;
	int rc = argon2id_verify(buf, password.p, password.n);
	sem_post(&places);
	return rc == ARGON2_OK && known;
}

bool secret_is_weak(struct str encoded)
{
	const struct account_config *c = account_cfg();
	AUTO_ARENA a = arena_new(0);
	unsigned memory = 0, passes = 0;
	return sscanf(str_cstr(a, encoded), "$argon2id$v=%*u$m=%u,t=%u", &memory, &passes) == 2 &&
	       (memory < c->argon_memory_kib || passes < c->argon_passes);
}

/* The same sign, a run up or down, or a word that everybody tries first. */
static bool too_plain(struct str p)
{
	static const char *const common[] = {"password", "matkhau", "123456", "qwerty", "abc123", "iloveyou", "admin", "vietnam", "motcua", "congdan", "hosocongdan", "thutuc", "dichvucong", "sokhcn", "khoahoc"};
	size_t same = 0, run = 0;
	for (size_t i = 1; i < p.n; i++) {
		same += p.p[i] == p.p[i - 1];
		run += p.p[i] - p.p[i - 1] == 1 || p.p[i] - p.p[i - 1] == -1;
	}
	for (size_t i = 0; i < ARRAY_LEN(common); i++)
		if (str_starts(p, str_from(common[i])) && p.n < strlen(common[i]) + 6)
			return true;
	return same + 3 > p.n || run + 3 > p.n || password_is_known(p);
}

int secret_password_fault(struct arena *a, struct str password, struct str login, struct str name)
{
	struct str p = text_fold(a, password), l = text_fold(a, login), n = text_fold(a, name);
	if (!str_is_utf8(password) || str_utf8_len(password) < PASSWORD_MIN)
		return MSG_ACCOUNT_PASSWORD_SHORT;
	if (too_plain(account_fold(a, password)) || (l.n > 3 && str_find(p, l) >= 0) || (n.n > 3 && str_find(p, n) >= 0))
		return MSG_ACCOUNT_PASSWORD_PLAIN;
	return password_is_breached(password) ? MSG_ACCOUNT_PASSWORD_BREACHED : 0;
}

/* ---- one-time codes ---- */

int64_t secret_totp_step(struct str secret, struct str code, struct instant now, int64_t after)
{
	int64_t found = -1, at = now.ms / 1000 / TOTP_STEP_S;
	char want[8];
	for (int64_t step = at - 1; step <= at + 1; step++) {
		if (oath_totp_generate(secret.p, secret.n, (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0, 6, want) != OATH_OK)
			return -1;
		bool same = crypto_eq(code, (struct str){want, 6});
		if (same && step > after)
			found = step;
	}
	crypto_wipe(want, sizeof want);
	return found;
}

struct str secret_base32(struct arena *a, struct str raw)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	struct buf b = buf_on(a);
	uint32_t bits = 0;
	int n = 0;
	for (size_t i = 0; i < raw.n; i++)
		for (bits = bits << 8 | (uint8_t)raw.p[i], n += 8; n >= 5; n -= 5)
			buf_char(&b, letters[bits >> (n - 5) & 31]);
	if (n > 0)
		buf_char(&b, letters[bits << (5 - n) & 31]);
	return buf_str(&b);
}

static void put_escaped(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
		if (plain)
			buf_char(b, (char)c);
		else
			buf_fmt(b, "%%%02X", c);
	}
}

struct str secret_totp_uri(struct arena *a, struct str secret, struct str login, struct str issuer)
{
	struct buf b = buf_on(a);
	buf_put(&b, STR("otpauth://totp/"));
	put_escaped(&b, issuer);
	buf_put(&b, STR(":"));
	put_escaped(&b, login);
	buf_fmt(&b, "?secret=%.*s&issuer=", STR_ARG(secret_base32(a, secret)));
	put_escaped(&b, issuer);
	return buf_str(&b);
}

struct str secret_qr_svg(struct arena *a, struct str text)
{
	struct buf b = buf_on(a);
	QRcode *q = QRcode_encodeString8bit(str_cstr(a, text), 0, QR_ECLEVEL_M);
	if (!q)
		return STR("");
	buf_fmt(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 %d %d\" shape-rendering=\"crispEdges\">"
	            "<path fill=\"#fff\" d=\"M-4-4h%dv%dh-%dz\"/><path d=\"", q->width + 8, q->width + 8, q->width + 8, q->width + 8, q->width + 8);
	for (int y = 0; y < q->width; y++)
		for (int x = 0; x < q->width; x++)
			if (q->data[y * q->width + x] & 1)
				buf_fmt(&b, "M%d %dh1v1h-1z", x, y);
	buf_put(&b, STR("\"/></svg>"));
	QRcode_free(q);
	return buf_str(&b);
}

/* ---- tokens ---- */

struct str secret_token(struct arena *a)
{
	uint8_t bytes[32];
	crypto_random(bytes, sizeof bytes);
	struct str s = base64url_encode(a, bytes, sizeof bytes);
	crypto_wipe(bytes, sizeof bytes);
	return s;
}

struct str account_secret_hash(struct arena *a, struct str token)
{
	struct digest d = crypto_sha256(token);
	return str_dup(a, DIGEST_STR(d));
}

struct str secret_code(struct arena *a)
{
	/* Drawn again above the last whole multiple, so that every code is equally likely. */
	uint32_t v;
	do
		crypto_random(&v, sizeof v);
	while (v >= 4200000000U);
	return str_fmt(a, "%08u", v % 100000000U);
}
