/* device.c — browsers (and programs) that the owner signed in from: OWASP "device cookies".
 *
 * An entry is "NONCE.MAC": 128 random bits, and a keyed hash over account, day of the password and nonce, by a key that only
 * the program has. It names nobody and opens nothing: it only chooses under which count wrong tries go (attempt.c). A new
 * password makes the entries of before worth nothing, so that who once knew the old one brings no counts of his own.
 * The cookie holds the last few people of a shared browser, newest first. */
#include "account/account_internal.h"
#include <string.h>

#define NONCE_BYTES 16
#define NONCE_TEXT 22 /* of them, base64url */
#define MAC_TEXT 43
#define ENTRY_TEXT (NONCE_TEXT + 1 + MAC_TEXT)
#define DEVICES_MAX 4 /* people of one browser */

static struct str mac_of(struct arena *a, struct account_id id, struct instant password_at, struct str nonce)
{
	AUTO_KEY k = account_lookup_key("account.device");
	struct str what = str_fmt(a, "%lld %lld %.*s", (long long)id.v, (long long)password_at.ms, STR_ARG(nonce));
	struct digest d = crypto_hmac((struct str){(const char *)k.b, KEY_SIZE}, what);
	return base64url_encode(a, d.b, sizeof d.b);
}

static bool has_form(struct str entry)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	if (entry.n != ENTRY_TEXT)
		return false;
	for (size_t i = 0; i < entry.n; i++)
		if (entry.p[i] == 0 || (i == NONCE_TEXT ? entry.p[i] != '.' : !strchr(letters, entry.p[i])))
			return false;
	return true;
}

struct str device_known(struct arena *a, const struct account_row_row *row, bool found, struct str shown)
{
	struct str entry, out = STR("");
	struct account_id id = found ? row->id : (struct account_id){0};
	struct instant at = found && row->password_at.has ? row->password_at.v : (struct instant){0};
	for (int i = 0; i < DEVICES_MAX && str_next(&shown, '~', &entry); i++) {
		if (!has_form(entry))
			continue;
		struct str nonce = str_sub(entry, 0, NONCE_TEXT);
		/* The work is the same for accounts that are not there: only what was shown decides about it. */
		if (crypto_eq(mac_of(a, id, at, nonce), str_sub(entry, NONCE_TEXT + 1, MAC_TEXT)) && found)
			out = nonce;
	}
	return out;
}

struct str device_entry(struct arena *a, struct account_id id, struct instant password_at, struct str nonce)
{
	uint8_t bytes[NONCE_BYTES];
	crypto_random(bytes, sizeof bytes);
	struct str n = nonce.n ? nonce : base64url_encode(a, bytes, sizeof bytes);
	return str_fmt(a, "%.*s.%.*s", STR_ARG(n), STR_ARG(mac_of(a, id, password_at, n)));
}

struct str device_list(struct arena *a, struct str entry, struct str shown)
{
	struct buf b = buf_on(a);
	struct str other;
	buf_put(&b, entry);
	for (int n = 1; n < DEVICES_MAX && str_next(&shown, '~', &other);)
		if (has_form(other) && !str_eq(str_sub(other, 0, NONCE_TEXT), str_sub(entry, 0, NONCE_TEXT))) {
			buf_fmt(&b, "~%.*s", STR_ARG(other));
			n++;
		}
	return buf_str(&b);
}
