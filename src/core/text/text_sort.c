/* text_sort.c — Vietnamese order as bytes (see text.h). A key is made of words; a word is its letters, then its tone.
 *
 *   ' '  between the parts of a person's name   '!'  between words   '#'…'('  tones   '0'…'9'   'A'…'a'  the 33 letters
 *   '~'  other scripts, followed by six hexadecimal digits
 *
 * so that a word comes before a longer one with the same beginning, whatever their tones. */
#include "core/text/text.h"
#include <string.h>
#include <utf8proc.h>

#define PART_GAP ' '
#define WORD_GAP '!'
#define TONE_FIRST '#'
#define LETTER_FIRST 'A'

enum { MARK_GRAVE = 0x300, MARK_ACUTE = 0x301, MARK_CIRCUMFLEX = 0x302, MARK_TILDE = 0x303, MARK_BREVE = 0x306, MARK_HOOK = 0x309,
	MARK_HORN = 0x31B, MARK_DOT = 0x323 };
enum { SMALL_D_STROKE = 0x111 };

/* One letter of the key being made, and the tone of its word. */
struct key { struct buf b; bool in_word; int tone; };

/* The letters of the alphabet in order; a digit after a letter stands for its mark: 1 breve, circumflex; 2 horn. */
static const char *const ALPHABET[] = {"a", "a(", "a^", "b", "c", "d", "d-", "e", "e^", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o",
	"o^", "o+", "p", "q", "r", "s", "t", "u", "u+", "v", "w", "x", "y", "z"};

static char letter_rank(char base, char mark)
{
	int plain = -1;
	for (size_t i = 0; i < ARRAY_LEN(ALPHABET); i++) {
		if (ALPHABET[i][0] != base)
			continue;
		if (ALPHABET[i][1] == mark)
			return (char)(LETTER_FIRST + (int)i);
		if (plain < 0)
			plain = (int)i;
	}
	return (char)(LETTER_FIRST + plain);
}

static void end_word(struct key *k)
{
	if (!k->in_word)
		return;
	buf_char(&k->b, (char)(TONE_FIRST + k->tone));
	k->in_word = false;
	k->tone = 0;
}

static void begin_in_word(struct key *k)
{
	if (!k->in_word && k->b.n && k->b.p[k->b.n - 1] != PART_GAP)
		buf_char(&k->b, WORD_GAP);
	k->in_word = true;
}

/* The tone order of Vietnamese dictionaries: ngang huyền hỏi ngã sắc nặng. */
static int tone_of(utf8proc_int32_t mark)
{
	switch (mark) {
	case MARK_GRAVE: return 1;
	case MARK_HOOK: return 2;
	case MARK_TILDE: return 3;
	case MARK_ACUTE: return 4;
	case MARK_DOT: return 5;
	default: return 0;
	}
}

static char shape_of(utf8proc_int32_t mark)
{
	return mark == MARK_CIRCUMFLEX ? '^' : mark == MARK_BREVE ? '(' : mark == MARK_HORN ? '+' : 0;
}

static bool is_mark(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME;
}

static bool is_letter_or_number(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

/* Puts the base letter c with the marks that follow it; returns how many marks were read. */
static size_t put_letter(struct key *k, const utf8proc_int32_t *p, size_t n)
{
	char mark = 0;
	size_t i = 1;
	for (; i < n && is_mark(p[i]); i++) {
		int tone = tone_of(p[i]);
		char shape = shape_of(p[i]);
		k->tone = tone ? tone : k->tone;
		mark = shape ? shape : mark;
	}
	if (p[0] == SMALL_D_STROKE)
		buf_char(&k->b, letter_rank('d', '-'));
	else if (p[0] >= 'a' && p[0] <= 'z')
		buf_char(&k->b, letter_rank((char)p[0], mark));
	else if (p[0] >= '0' && p[0] <= '9')
		buf_char(&k->b, (char)p[0]);
	else
		buf_fmt(&k->b, "~%06x", (unsigned)p[0]);
	return i;
}

static void put_words(struct key *k, struct arena *a, struct str s)
{
	struct str clean = text_nfc(a, s);
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)clean.p;
	const utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_ssize_t n = utf8proc_decompose(p, (utf8proc_ssize_t)clean.n, NULL, 0, how);
	CHECK(n >= 0);
	utf8proc_int32_t *points = NEW_ARRAY(a, (size_t)n + 1, utf8proc_int32_t);
	CHECK(utf8proc_decompose(p, (utf8proc_ssize_t)clean.n, points, n, how) == n);
	for (size_t i = 0; i < (size_t)n;) {
		if (is_letter_or_number(points[i])) {
			begin_in_word(k);
			i += put_letter(k, points + i, (size_t)n - i);
			continue;
		}
		if (!is_mark(points[i]))
			end_word(k);
		i++;
	}
	end_word(k);
}

struct str text_sort_key(struct arena *a, struct str s)
{
	struct key k = {.b = buf_on(a)};
	put_words(&k, a, s);
	return buf_str(&k.b);
}

/* Cuts the last word off *s; white space around both is dropped. */
static struct str cut_last(struct str *s)
{
	*s = str_trim(*s);
	size_t i = s->n;
	while (i > 0 && !strchr(" \t\r\n", s->p[i - 1]))
		i--;
	struct str last = {s->p + i, s->n - i};
	*s = str_trim((struct str){s->p, i});
	return last;
}

struct str text_person_sort_key(struct arena *a, struct str full_name)
{
	struct key k = {.b = buf_on(a)};
	struct str rest = text_nfc(a, full_name);
	put_words(&k, a, cut_last(&rest));
	size_t family = 0;
	while (family < rest.n && !strchr(" \t\r\n", rest.p[family]))
		family++;
	buf_char(&k.b, PART_GAP);
	put_words(&k, a, str_sub(rest, family, rest.n));
	buf_char(&k.b, PART_GAP);
	put_words(&k, a, str_sub(rest, 0, family));
	return buf_str(&k.b);
}
