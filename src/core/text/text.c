/* text.c — see text.h. Reading, folding and typing methods are here; order in text_sort.c, closeness in text_near.c. */
#include "core/text/text.h"
#include <string.h>
#include <utf8proc.h>

#define REPLACEMENT 0xFFFD
#define CAPITAL_D_STROKE 0x110
#define SMALL_D_STROKE 0x111
/* The most code points that one decomposes to in Unicode 15 (U+FDFA), each at most four bytes. */
#define DECOMPOSED_MAX 18

/* Reads one code point at s.p + i and returns the bytes read (at least 1). */
static size_t read_point(struct str s, size_t i, utf8proc_int32_t *out)
{
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s.p + i, (utf8proc_ssize_t)(s.n - i), out);
	if (n > 0 && *out != 0)
		return (size_t)n;
	*out = REPLACEMENT;
	return 1;
}

static void put_point(struct buf *b, utf8proc_int32_t c)
{
	char *p = buf_room(b, 4);
	b->n += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)p);
}

static struct str with_replacements(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	buf_room(&b, s.n + 3);
	for (size_t i = 0; i < s.n;) {
		utf8proc_int32_t c = 0;
		i += read_point(s, i, &c);
		put_point(&b, c);
	}
	return buf_str(&b);
}

struct str text_nfc(struct arena *a, struct str s)
{
	if (str_is_composed(s))
		return str_dup(a, s);
	struct str clean = with_replacements(a, s);
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)clean.p;
	utf8proc_ssize_t bytes = (utf8proc_ssize_t)clean.n;
	utf8proc_ssize_t n = utf8proc_decompose(p, bytes, NULL, 0, UTF8PROC_DECOMPOSE);
	CHECK(n >= 0);
	/* reencode writes UTF-8 over the code points and ends it with a NUL. */
	utf8proc_int32_t *points = NEW_ARRAY(a, (size_t)n + 1, utf8proc_int32_t);
	CHECK(utf8proc_decompose(p, bytes, points, n, UTF8PROC_DECOMPOSE) == n);
	utf8proc_ssize_t out = utf8proc_reencode(points, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	CHECK(out >= 0);
	return (struct str){(const char *)points, (size_t)out};
}

static bool is_word_point(utf8proc_int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);
	return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO);
}

/* Ends a word: one space, and none at the beginning. */
static void put_gap(struct buf *b)
{
	if (b->n && b->p[b->n - 1] != ' ')
		buf_char(b, ' ');
}

static void fold_wide(struct buf *b, utf8proc_int32_t c)
{
	const utf8proc_option_t how =
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
	utf8proc_int32_t parts[DECOMPOSED_MAX];
	int last = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, DECOMPOSED_MAX, how, &last);
	for (utf8proc_ssize_t i = 0; i < n && i < DECOMPOSED_MAX; i++) {
		if (parts[i] == SMALL_D_STROKE || parts[i] == CAPITAL_D_STROKE)
			buf_char(b, 'd');
		else if (is_word_point(parts[i]))
			put_point(b, parts[i]);
		else
			put_gap(b);
	}
}

/* Lower case, no marks, gaps as single spaces; y stays y. */
static struct str fold_letters(struct arena *a, struct str s)
{
	struct buf b = buf_on(a);
	buf_room(&b, s.n + 4);
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 || c == 0) {
			utf8proc_int32_t point = 0;
			i += read_point(s, i, &point);
			fold_wide(&b, point);
			continue;
		}
		i++;
		if (c >= 'A' && c <= 'Z')
			buf_char(&b, (char)(c + 32));
		else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_char(&b, (char)c);
		else
			put_gap(&b);
	}
	if (b.n && b.p[b.n - 1] == ' ')
		b.n--;
	return buf_str(&b);
}

static bool is_vowel(char c) { return c && strchr("aeiouy", c); }
static bool is_consonant(char c) { return c >= 'b' && c <= 'z' && !is_vowel(c); }

/* kỹ and kĩ, quý and quí are one word in two spellings; uy and ui, ay and ai are not. Only consonants may stand before
 * the y: in giaasy (Telex for giấy) it is no rime of its own. */
static bool y_counts_as_i(const char *word, size_t n)
{
	if (n < 2 || word[n - 1] != 'y')
		return false;
	if (n == 3 && word[0] == 'q' && word[1] == 'u')
		return true;
	for (size_t i = 0; i + 1 < n; i++)
		if (!is_consonant(word[i]))
			return false;
	return true;
}

struct str text_fold(struct arena *a, struct str s)
{
	struct str folded = fold_letters(a, s);
	char *p = (char *)(uintptr_t)folded.p;
	size_t start = 0;
	for (size_t i = 0; i <= folded.n; i++) {
		if (i < folded.n && p[i] != ' ')
			continue;
		if (y_counts_as_i(p + start, i - start))
			p[i - 1] = 'i';
		start = i + 1;
	}
	return folded;
}

bool text_next_word(struct str *folded, struct str *word)
{
	while (str_next(folded, ' ', word))
		if (word->n)
			return true;
	return false;
}

/* Initial consonants and rimes of Vietnamese without marks; each initial before its own beginnings. */
static const char *const INITIALS[] = {"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
	"k", "l", "m", "n", "p", "r", "s", "t", "v", "x", ""};
static const char RIMES[] =
	" a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in"
	" inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong ooc oong op ot u ua uan"
	" uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt uyu"
	" y yem yen yeng yet yeu ym ";

static bool is_rime(const char *p, size_t n)
{
	char want[10];
	if (n == 0 || n > 7)
		return false;
	want[0] = ' ';
	memcpy(want + 1, p, n);
	want[n + 1] = ' ';
	want[n + 2] = 0;
	return strstr(RIMES, want) != NULL;
}

static bool is_syllable(const char *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_LEN(INITIALS); i++) {
		size_t k = strlen(INITIALS[i]);
		if (k < n && memcmp(p, INITIALS[i], k) == 0 && is_rime(p + k, n - k))
			return true;
	}
	/* "gi" is whole: initial g with rime i. */
	return false;
}

/* A syllable being read from keys: letters without marks so far. */
struct keys { char out[12]; size_t n; size_t pressed; };

static bool keys_hold(const struct keys *k, char c) { return k->n && memchr(k->out, c, k->n); }
static bool keys_end_in(const struct keys *k, const char *any) { return k->n && strchr(any, k->out[k->n - 1]); }
static bool keys_have_vowel(const struct keys *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (is_vowel(k->out[i]))
			return true;
	return false;
}

/* Is c a Telex key here, that is, no letter of its own? a second a e o, dd (also at
 * the word's end), s f r x j z after a vowel, w. */
static bool telex_takes(struct keys *k, char c, bool last)
{
	if (strchr("sfrxjz", c))
		return keys_have_vowel(k);
	if (c == 'd')
		return k->n && k->out[0] == 'd' && (k->n == 1 || last);
	if (strchr("aeo", c))
		return keys_hold(k, c) && !(c == 'o' && keys_end_in(k, "e")); /* ngoeo has two letters o */
	if (c != 'w')
		return false;
	if (keys_hold(k, 'a') || keys_hold(k, 'o') || keys_hold(k, 'u'))
		return true;
	k->out[k->n++] = 'u'; /* w alone is ư; there is room: out is larger than the longest word read */
	return true;
}

/* Is c a VNI key here? 1–5 tones, 0 none, 6 â ê ô, 7 ơ ư, 8 ă, 9 đ. */
static bool vni_takes(const struct keys *k, char c)
{
	if (c < '0' || c > '9')
		return false;
	return c == '9' ? k->n && k->out[0] == 'd' : keys_have_vowel(k);
}

typedef bool takes_fn(struct keys *k, char c, bool last);
static bool vni_takes_any(struct keys *k, char c, bool last)
{
	(void)last;
	return vni_takes(k, c);
}

/* A syllable has at most six letters and four keys more ("nghieengs"). */
#define TYPED_MAX 11
static bool read_keys(struct str word, takes_fn *takes, struct keys *k)
{
	*k = (struct keys){0};
	if (word.n < 2 || word.n > TYPED_MAX)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		if (takes(k, word.p[i], i + 1 == word.n))
			k->pressed++;
		else
			k->out[k->n++] = word.p[i];
	}
	return k->pressed > 0 && k->pressed <= 4 && is_syllable(k->out, k->n);
}

struct str text_untype_word(struct arena *a, struct str word)
{
	struct keys k;
	if (!read_keys(word, telex_takes, &k) && !read_keys(word, vni_takes_any, &k))
		return STR_NONE;
	if (y_counts_as_i(k.out, k.n))
		k.out[k.n - 1] = 'i';
	return str_dup(a, (struct str){k.out, k.n});
}

struct str text_untype(struct arena *a, struct str folded)
{
	struct buf b = buf_on(a);
	struct str word;
	bool any = false;
	while (text_next_word(&folded, &word)) {
		struct str reading = text_untype_word(a, word);
		put_gap(&b);
		buf_put(&b, reading.n ? reading : word);
		any = any || reading.n;
	}
	return any ? buf_str(&b) : STR_NONE;
}
