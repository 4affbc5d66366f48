/* known.c — passwords.txt: what people choose most (of the lists of zxcvbn 4.4.2 and @zxcvbn-ts/language-common 3.0.4, MIT, those of eight signs and
 * more, in small letters, sorted by bytes). */
#include "account/account_internal.h"
#include <string.h>

#define ADDED_MAX 4 /* signs put behind such a word make no other password of it */
#define WORD_MIN 8

__asm__(".pushsection .rodata\n.global known_passwords\nknown_passwords:\n.incbin \"" ACCOUNT_DIR "/passwords.txt\"\n.global known_passwords_end\nknown_passwords_end:\n.byte 0\n.popsection\n");
extern const char known_passwords[], known_passwords_end[];

/* The line that holds byte `at`. */
static struct str line_at(const char *at)
{
	const char *from = at;
	while (from > known_passwords && from[-1] != '\n')
		from--;
	const char *to = memchr(from, '\n', (size_t)(known_passwords_end - from));
	return (struct str){from, (size_t)((to ? to : known_passwords_end) - from)};
}

static bool listed(struct str p)
{
	const char *low = known_passwords, *high = known_passwords_end;
	while (low < high) {
		struct str line = line_at(low + (high - low) / 2);
		int order = str_cmp(p, line);
		if (order == 0)
			return true;
		if (order < 0)
			high = line.p;
		else
			low = line.p + line.n + 1;
	}
	return false;
}

bool password_is_known(struct str small)
{
	for (size_t added = 0; small.n >= WORD_MIN; added++, small.n--) {
		if (listed(small))
			return true;
		unsigned char last = (unsigned char)small.p[small.n - 1];
		if (added == ADDED_MAX || last >= 0x80 || (last >= 'a' && last <= 'z'))
			return false;
	}
	return false;
}
