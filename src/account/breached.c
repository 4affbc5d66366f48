/* breached.c — a file of breached passwords that the operator keeps: lines "SHA1:count" or "SHA1" in capitals, sorted, as the downloader of Have I Been
 * Pwned writes them. Searched in the file itself: some forty reads of 256 bytes, whatever its size. */
#include "account/account_internal.h"
#include "core/log/log.h"
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIGITS 40
#define LINE_ROOM 128 /* more is no line of such a file */
#define LOOKS 200    /* lines compared when the program starts */

static int file = -1;
static int64_t size;

struct line { char hash[DIGITS]; int64_t from, next; };

static bool is_hash(const char *p)
{
	for (size_t i = 0; i < DIGITS; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'A' && p[i] <= 'F')))
			return false;
	return true;
}

/* The line that holds byte `at`. False: it cannot be read, or is none. */
static bool line_at(int64_t at, struct line *out)
{
	char b[2 * LINE_ROOM];
	int64_t begin = at < LINE_ROOM ? 0 : at - LINE_ROOM;
	ssize_t n = pread(file, b, sizeof b, begin);
	if (n <= at - begin)
		return false;
	ssize_t from = (ssize_t)(at - begin);
	while (from > 0 && b[from - 1] != '\n')
		from--;
	if ((from == 0 && begin > 0) || n - from < DIGITS || !is_hash(b + from))
		return false;
	const char *end = memchr(b + from, '\n', (size_t)(n - from));
	if (!end && begin + n < size)
		return false;
	memcpy(out->hash, b + from, DIGITS);
	out->from = begin + from;
	out->next = end ? begin + (end - b) + 1 : size;
	return true;
}

static bool in_order(struct err *e)
{
	struct line before = {0}, x;
	for (int64_t i = 0; i <= LOOKS; i++) {
		int64_t at = i == LOOKS ? size - 1 : size / LOOKS * i;
		if (!line_at(at, &x))
			return err_set(e, ERR_INVALID, "breached_passwords: near byte %lld is no line of 40 hexadecimal digits in capitals", (long long)at);
		if (i && memcmp(before.hash, x.hash, DIGITS) > 0)
			return err_set(e, ERR_INVALID, "breached_passwords: the file is not sorted by hash (near byte %lld)", (long long)at);
		before = x;
	}
	return true;
}

void breached_stop(void)
{
	if (file >= 0)
		close(file);
	file = -1;
}

bool breached_start(const char *path, struct err *e)
{
	struct stat st;
	breached_stop();
	if (!path)
		return true;
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &st) != 0)
		return err_set(e, ERR_INVALID, "breached_passwords: %s: %s", path, strerror(errno));
	size = st.st_size;
	if (S_ISREG(st.st_mode) && size > DIGITS && in_order(e))
		return true;
	breached_stop();
	return e->kind != ERR_NONE ? false : err_set(e, ERR_INVALID, "breached_passwords: %s is no file of hashes", path);
}

static bool sha1_hex(struct str password, char out[DIGITS])
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char sum[EVP_MAX_MD_SIZE];
	if (EVP_Digest(password.p, password.n, sum, NULL, EVP_sha1(), NULL) != 1)
		return false;
	for (size_t i = 0; i < DIGITS / 2; i++) {
		out[2 * i] = digits[sum[i] >> 4];
		out[2 * i + 1] = digits[sum[i] & 15];
	}
	crypto_wipe(sum, sizeof sum);
	return true;
}

static bool search(const char want[DIGITS], bool *found)
{
	int64_t low = 0, high = size;
	struct line x;
	while (low < high) {
		if (!line_at(low + (high - low) / 2, &x))
			return false;
		int order = memcmp(want, x.hash, DIGITS);
		*found = order == 0;
		if (*found)
			return true;
		if (order < 0)
			high = x.from;
		else
			low = x.next;
	}
	return true;
}

bool password_is_breached(struct str password)
{
	char want[DIGITS];
	bool found = false;
	if (file < 0)
		return false;
	if (!sha1_hex(password, want) || !search(want, &found))
		log_event(LOG_ERROR, "breached passwords", log_text("why", "the file cannot be read; this password was not looked up"));
	crypto_wipe(want, sizeof want);
	return found;
}
