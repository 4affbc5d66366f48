/* text.h — Vietnamese text: one spelling, one folding, one order.
 *
 * Every other part that searches, sorts or makes addresses from words uses these functions, so that both databases, the
 * catalogue's index and the browser's answers agree: they only ever compare bytes made here.
 *
 * Input:   any bytes. What is not UTF-8 is read as U+FFFD, never an error: refusing wrong encodings is the form's work.
 * Memory:  results lie in the arena given, NUL-terminated; a constant number of allocations a call, none per letter.
 * Threads: pure functions, no state. */
#pragma once
#include "core/base/str.h"

/* The composed form (NFC), with what is not UTF-8, and NUL, replaced by U+FFFD. */
struct str text_nfc(struct arena *a, struct str s);

/* For searching: lower case, no marks, đ → d, full-width and ligature forms taken apart, y after initial consonants alone → i
 * (kỹ = kĩ, quý = quí), everything that is neither letter nor digit → one space between words, none at the ends. NFC and
 * NFD give the same. Letters of other scripts stay, in lower case. */
struct str text_fold(struct arena *a, struct str s);

/* The reading of one folded word typed as raw Telex or VNI ("giaays", "giay61" → "giay"), folded. STR_NONE when the word
 * has no key of either method or its reading is no Vietnamese syllable. "software" has none, "test" has one (tét): an
 * English word may look like Telex, so search for the word and its reading, never for the reading alone. */
struct str text_untype_word(struct arena *a, struct str folded_word);
/* The same for a folded phrase: each word with a reading is replaced. STR_NONE when no word has one. */
struct str text_untype(struct arena *a, struct str folded);

/* Byte-comparable order: a ă â b c d đ e ê … o ô ơ … u ư … y z, digits before letters, other scripts after; a word's
 * letters count before its tone, its tone before the next word; tones ngang huyền hỏi ngã sắc nặng. Printable ASCII, so
 * that a text column of either engine can hold it. Case and punctuation do not count: equal keys need a second sort column. */
struct str text_sort_key(struct arena *a, struct str s);
/* A person's name: given name (last word), then middle names, then family name (first word). */
struct str text_person_sort_key(struct arena *a, struct str full_name);

/* Cuts the next word off *folded (words are separated by single spaces). False when none is left. */
bool text_next_word(struct str *folded, struct str *word);

/* One plain mailbox that SMTP takes without extensions: ASCII local part without quotes, a domain of letters, digits, hyphens. */
bool text_email_ok(struct str address);

#define TEXT_DISTANCE_MAX 3
/* How many letters were left out, added, replaced, or swapped with their neighbour (optimal string alignment, by bytes).
 * limit + 1 as soon as it must be more than limit (0 … TEXT_DISTANCE_MAX) or a word is longer than 63 bytes. */
int text_distance(struct str x, struct str y, int limit);
/* The least distance between x and any beginning of y that starts where y does: for a word not typed to its end. */
int text_prefix_distance(struct str x, struct str y, int limit);

#define TEXT_TRIGRAMS_MAX 64
/* The different three-byte pieces of "  word ", sorted, packed big end first. At most TEXT_TRIGRAMS_MAX; returns how many. */
size_t text_trigrams(struct str word, uint32_t out[TEXT_TRIGRAMS_MAX]);
/* Pieces in both sets ÷ pieces in either, in thousandths. */
int text_trigram_similarity(const uint32_t *x, size_t nx, const uint32_t *y, size_t ny);
