/* catalogue_index.c — building the index (see catalogue_index.h). Terms are folded words, sorted by bytes, each with the procedures
 * that have it and the weight of the best field; a pair of neighbours in a name is a term too, so that "xquang" finds "X-quang".
 * Searching is in catalogue_search.c. */
#include "catalogue/catalogue_index_internal.h"
#include "core/text/text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One occurrence while building. */
/* head: the first eight letters as a number, so that most comparisons need no other look. */
struct occurrence { uint64_t head; struct str word; uint32_t doc; float weight; };
/* scratch: of the list, which is forgotten when the terms are made of it. */
struct building { struct arena *a, *scratch; struct occurrence *list; size_t n, cap; };

static uint64_t head_of(struct str word)
{
	uint64_t v = 0;
	for (size_t i = 0; i < sizeof v; i++)
		v = v << 8 | (i < word.n ? (unsigned char)word.p[i] : 0);
	return v;
}

static void add_word(struct building *b, struct str word, uint32_t doc, float weight)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 1024;
		struct occurrence *bigger = NEW_ARRAY(b->scratch, cap, struct occurrence);
		if (b->n)
			memcpy(bigger, b->list, b->n * sizeof *bigger);
		b->list = bigger;
		b->cap = cap;
	}
	b->list[b->n++] = (struct occurrence){head_of(word), word, doc, weight};
}

/* Adds each word of a folded text, and each pair of neighbours as one word where pairs is set. */
static void add_folded(struct building *b, struct str folded, uint32_t doc, float weight, bool pairs)
{
	struct str word, before = STR_NONE;
	while (text_next_word(&folded, &word)) {
		add_word(b, word, doc, weight);
		if (pairs && before.n)
			add_word(b, str_cat(b->a, before, word), doc, weight * PAIR_FACTOR);
		before = word;
	}
}

static void add_list(struct building *b, struct str_list list, uint32_t doc, float weight)
{
	for (size_t i = 0; i < list.n; i++)
		add_folded(b, text_fold(b->a, list.p[i]), doc, weight, false);
}

static void add_procedure(struct catalogue_index *ix, struct building *b, uint32_t doc)
{
	const struct procedure *p = &ix->list[doc];
	struct doc *d = &ix->docs[doc];
	struct arena *a = ix->a;
	d->name = text_fold(a, p->name);
	add_folded(b, d->name, doc, WEIGHT_NAME, true);
	struct str *phrases = NEW_ARRAY(a, p->search_words.n + 1, struct str);
	for (size_t i = 0; i < p->search_words.n; i++) {
		phrases[i] = text_fold(a, p->search_words.p[i]);
		add_folded(b, phrases[i], doc, WEIGHT_EVERYDAY, true);
	}
	d->phrases = (struct str_list){phrases, p->search_words.n};
	add_folded(b, text_fold(a, p->field), doc, WEIGHT_FIELD, false);
	add_folded(b, text_fold(a, p->code), doc, WEIGHT_FIELD, false);
	for (size_t i = 0; i < p->documents_n; i++)
		add_folded(b, text_fold(a, p->documents[i].name), doc, WEIGHT_DOCUMENT, false);
	for (size_t i = 0; i < p->results_n; i++)
		add_folded(b, text_fold(a, p->results[i].name), doc, WEIGHT_DOCUMENT, false);
	add_list(b, p->applicants, doc, WEIGHT_TEXT);
	add_list(b, p->steps, doc, WEIGHT_TEXT);
	add_list(b, p->conditions, doc, WEIGHT_TEXT);
	d->id = text_fold(a, p->id);
	d->code = text_fold(a, p->code);
	d->fee = catalogue_fee_of(p);
}

static int by_word_then_doc(const void *x, const void *y)
{
	const struct occurrence *p = x, *q = y;
	if (p->head != q->head)
		return p->head < q->head ? -1 : 1;
	int c = str_cmp(p->word, q->word);
	if (c != 0)
		return c;
	return p->doc < q->doc ? -1 : p->doc > q->doc;
}

uint64_t letters_of(struct str word)
{
	uint64_t set = 0;
	for (size_t i = 0; i < word.n; i++)
		set |= (uint64_t)1 << ((unsigned char)word.p[i] & 63);
	return set;
}

static void finish_term(struct catalogue_index *ix, struct term *t)
{
	t->idf = logf(1.0F + (float)ix->n / (float)t->postings_n);
	t->letters = letters_of(t->word);
	uint32_t pieces[TEXT_TRIGRAMS_MAX];
	size_t n = text_trigrams(t->word, pieces);
	uint32_t *copy = NEW_ARRAY(ix->a, n + 1, uint32_t);
	memcpy(copy, pieces, n * sizeof *copy);
	t->trigrams = copy;
	t->trigrams_n = n;
}

static size_t distinct(const struct building *b)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += i == 0 || !str_eq(b->list[i].word, b->list[i - 1].word);
	return n;
}

/* Makes terms of the sorted occurrences, one posting for each procedure with the greatest weight. */
static void make_terms(struct catalogue_index *ix, const struct building *b)
{
	ix->terms = NEW_ARRAY(ix->a, distinct(b) + 1, struct term);
	struct posting *postings = NEW_ARRAY(ix->a, b->n + 1, struct posting);
	size_t used = 0;
	for (size_t i = 0; i < b->n;) {
		struct term *t = &ix->terms[ix->terms_n++];
		t->word = b->list[i].word;
		struct posting *first = postings + used;
		for (; i < b->n && str_eq(b->list[i].word, t->word); i++) {
			const struct occurrence *o = &b->list[i];
			bool same = postings + used > first && postings[used - 1].doc == o->doc;
			if (!same)
				postings[used++] = (struct posting){o->doc, o->weight};
			else if (postings[used - 1].weight < o->weight)
				postings[used - 1].weight = o->weight;
		}
		t->postings = first;
		t->postings_n = (size_t)(postings + used - first);
		finish_term(ix, t);
	}
}

static void number_fields(struct catalogue_index *ix)
{
	for (size_t i = 0; i < ix->n; i++) {
		int f = catalogue_field_number(ix, ix->list[i].field_code);
		if (f == CATALOGUE_ANY && ix->fields_n < CATALOGUE_FIELDS_MAX) {
			f = (int)ix->fields_n;
			ix->fields[ix->fields_n++] = &ix->list[i];
		}
		ix->docs[i].field = f;
	}
}

struct catalogue_index *catalogue_index_new(const struct procedure *list, size_t n)
{
	CHECK(n <= UINT32_MAX);
	struct arena *a = arena_new(0);
	struct catalogue_index *ix = NEW(a, struct catalogue_index);
	*ix = (struct catalogue_index){.a = a, .list = list, .n = n, .docs = NEW_ARRAY(a, n + 1, struct doc)};
	AUTO_ARENA scratch = arena_new(0);
	struct building b = {.a = a, .scratch = scratch};
	for (size_t i = 0; i < n; i++)
		add_procedure(ix, &b, (uint32_t)i);
	if (b.n)
		qsort(b.list, b.n, sizeof *b.list, by_word_then_doc);
	make_terms(ix, &b);
	number_fields(ix);
	return ix;
}

void catalogue_index_free(struct catalogue_index *ix)
{
	if (ix)
		arena_free(ix->a);
}

int catalogue_field_number(const struct catalogue_index *ix, struct str field_code)
{
	for (size_t i = 0; i < ix->fields_n; i++)
		if (str_eq(ix->fields[i]->field_code, field_code))
			return (int)i;
	return CATALOGUE_ANY;
}

static const struct procedure *field_example(const struct catalogue_index *ix, int number)
{
	return number >= 0 && (size_t)number < ix->fields_n ? ix->fields[number] : NULL;
}

struct str catalogue_field_code(const struct catalogue_index *ix, int number)
{
	const struct procedure *p = field_example(ix, number);
	return p ? p->field_code : STR_NONE;
}

struct str catalogue_field_name(const struct catalogue_index *ix, int number)
{
	const struct procedure *p = field_example(ix, number);
	return p ? p->field : STR_NONE;
}

enum catalogue_fee catalogue_fee_of(const struct procedure *p)
{
	if (!p->fees_n)
		return FEE_UNKNOWN;
	for (size_t i = 0; i < p->fees_n; i++)
		if (p->fees[i].amount != 0)
			return FEE_SOME;
	return FEE_NONE;
}

/* 2.002380 is also written 2.002380.000.00.00.H58 and 2.002380.H58. */
static bool code_is(const struct procedure *p, struct str code)
{
	return str_eq(p->id, code) || (p->code.n && (str_eq(p->code, code) || (str_starts(code, p->code) && code.p[p->code.n] == '.')));
}

const struct procedure *catalogue_by_code(const struct catalogue_index *ix, struct str code)
{
	for (size_t i = 0; code.n && i < ix->n; i++)
		if (code_is(&ix->list[i], code))
			return &ix->list[i];
	return NULL;
}
