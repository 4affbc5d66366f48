/* word.c — see word.h. */
#include "core/squeeze/word.h"
#include "core/squeeze/words.h"
#include <string.h>

#define WORDS ARRAY_LEN(squeeze_words)
_Static_assert(WORDS <= 64, "bytes from 0x80 to 0xbf begin no text");

static bool is_word_byte(char c) { return (uint8_t)c >= WORDS_FIRST && (uint8_t)c < WORDS_FIRST + 64; }

static bool is(const char *word, struct str s) { return word[0] == s.p[0] && strncmp(word, s.p, s.n) == 0 && word[s.n] == 0; }

static const char bytes[64] = {
	'\x80', '\x81', '\x82', '\x83', '\x84', '\x85', '\x86', '\x87', '\x88', '\x89', '\x8a', '\x8b', '\x8c', '\x8d', '\x8e', '\x8f',
	'\x90', '\x91', '\x92', '\x93', '\x94', '\x95', '\x96', '\x97', '\x98', '\x99', '\x9a', '\x9b', '\x9c', '\x9d', '\x9e', '\x9f',
	'\xa0', '\xa1', '\xa2', '\xa3', '\xa4', '\xa5', '\xa6', '\xa7', '\xa8', '\xa9', '\xaa', '\xab', '\xac', '\xad', '\xae', '\xaf',
	'\xb0', '\xb1', '\xb2', '\xb3', '\xb4', '\xb5', '\xb6', '\xb7', '\xb8', '\xb9', '\xba', '\xbb', '\xbc', '\xbd', '\xbe', '\xbf'};

bool word_tight(struct str text, struct str *out)
{
	*out = text;
	if (!text.n)
		return true;
	for (size_t i = 0; i < WORDS; i++)
		if (is(squeeze_words[i], text)) {
			*out = (struct str){&bytes[i], 1};
			return true;
		}
	return !is_word_byte(text.p[0]);
}

struct str word_loose(struct str s)
{
	size_t i = s.n == 1 ? (size_t)((uint8_t)s.p[0] - WORDS_FIRST) : WORDS;
	return i < WORDS ? str_from(squeeze_words[i]) : s;
}
