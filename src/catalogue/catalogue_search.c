/* catalogue_search.c — searching the index (see catalogue_index.h).
 *
 * Each query word is read as a few terms of the index, each with a factor: the word itself, its Telex or VNI reading, the words it
 * begins (last word only), near words when there is no such term, and what shares most of its trigrams when there is no near one. */
#include "catalogue/catalogue_index_internal.h"
#include "core/text/text.h"
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 200
#define WORDS_MAX 12
#define READINGS_MAX 48

#define FACTOR_EXACT 1.0F
#define FACTOR_TYPED 0.95F
#define FACTOR_PREFIX 0.8F
#define FACTOR_NEAR 0.7F
#define FACTOR_NEAR2 0.45F
#define FACTOR_TRIGRAM 0.35F
/* A last word of one letter is rather the beginning of another. */
#define FACTOR_BEGUN 0.2F
#define TRIGRAM_LEAST 350
/* Of the query's rarity, what a procedure must have to be shown. */
#define COVERAGE_LEAST 0.5F

/* The rarity of a word that no procedure has. */
#define RARE 3.0F

#define CONTENDER_LEAST 0.5F
#define BONUS_CODE CATALOGUE_SCORE_CODE
#define BONUS_PHRASE_EQUAL 24.0F
#define BONUS_PHRASE_PART 8.0F
#define BONUS_NAME 14.0F
#define BONUS_NEIGHBOURS 3.0F
#define BONUS_SHORT_NAME 6.0F

struct reading { const struct term *term; float factor; };
struct word { struct str typed; struct reading readings[READINGS_MAX]; size_t n; };

/* One search: sums by procedure. */
struct search {
	const struct catalogue_index *ix;
	struct arena *a;
	struct word words[WORDS_MAX];
	size_t words_n;
	float *score, *cover, *best, *best_idf; /* one of each for each procedure */
	float cover_all;
	struct str read_as;
};

/* The first term not before word. */
static size_t lower_bound(const struct catalogue_index *ix, struct str word)
{
	size_t lo = 0, hi = ix->terms_n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (str_cmp(ix->terms[mid].word, word) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void add_reading(struct word *w, const struct term *t, float factor)
{
	if (w->n < READINGS_MAX)
		w->readings[w->n++] = (struct reading){t, factor};
}

static bool add_exact(const struct catalogue_index *ix, struct word *w, struct str word, float factor)
{
	size_t at = lower_bound(ix, word);
	if (!word.n || at >= ix->terms_n || !str_eq(ix->terms[at].word, word))
		return false;
	add_reading(w, &ix->terms[at], factor);
	return true;
}

static bool add_beginnings(const struct catalogue_index *ix, struct word *w, struct str prefix)
{
	size_t before = w->n;
	for (size_t i = lower_bound(ix, prefix); prefix.n > 1 && i < ix->terms_n && str_starts(ix->terms[i].word, prefix); i++)
		if (ix->terms[i].word.n > prefix.n)
			add_reading(w, &ix->terms[i], FACTOR_PREFIX);
	return w->n > before;
}

/* A slip in a short word makes another word; so short words have none. */
static int slips_allowed(struct str word) { return word.n < 3 ? 0 : word.n < 8 ? 1 : 2; }

static bool add_near(const struct catalogue_index *ix, struct word *w, struct str word)
{
	int limit = slips_allowed(word);
	uint64_t letters = letters_of(word);
	size_t before = w->n;
	for (size_t i = 0; limit && i < ix->terms_n; i++) {
		const struct term *t = &ix->terms[i];
		/* A slip changes the set of letters by two at most (one gone, one new). */
		if (t->word.n < 2 || __builtin_popcountll(t->letters ^ letters) > 2 * limit)
			continue;
		int d = text_distance(word, t->word, limit);
		if (d <= limit)
			add_reading(w, t, d <= 1 ? FACTOR_NEAR : FACTOR_NEAR2);
	}
	return w->n > before;
}

static void add_alike(const struct catalogue_index *ix, struct word *w, struct str word)
{
	uint32_t pieces[TEXT_TRIGRAMS_MAX];
	size_t n = text_trigrams(word, pieces);
	for (size_t i = 0; i < ix->terms_n; i++) {
		const struct term *t = &ix->terms[i];
		if (text_trigram_similarity(pieces, n, t->trigrams, t->trigrams_n) >= TRIGRAM_LEAST)
			add_reading(w, t, FACTOR_TRIGRAM);
	}
}

static void read_word(struct search *s, struct word *w, bool last)
{
	struct str reading = text_untype_word(s->a, w->typed);
	bool begun = last && w->typed.n < 2;
	bool found = add_exact(s->ix, w, w->typed, begun ? FACTOR_BEGUN : FACTOR_EXACT);
	found |= add_exact(s->ix, w, reading, FACTOR_TYPED);
	if (last)
		found |= add_beginnings(s->ix, w, w->typed) | add_beginnings(s->ix, w, reading);
	if (found || begun)
		return;
	bool near = add_near(s->ix, w, w->typed);
	if (reading.n)
		near |= add_near(s->ix, w, reading);
	if (!near)
		add_alike(s->ix, w, w->typed);
}

static const struct reading *best_reading(const struct word *w)
{
	const struct reading *best = NULL;
	for (size_t i = 0; i < w->n; i++)
		if (!best || w->readings[i].factor > best->factor)
			best = &w->readings[i];
	return best;
}

static void read_query(struct search *s, struct str text)
{
	struct str folded = text_fold(s->a, str_sub(text, 0, TEXT_MAX));
	struct str rest = folded;
	while (s->words_n < WORDS_MAX && text_next_word(&rest, &s->words[s->words_n].typed))
		s->words_n++;
	struct buf as = buf_on(s->a);
	for (size_t i = 0; i < s->words_n; i++) {
		struct word *w = &s->words[i];
		read_word(s, w, i + 1 == s->words_n);
		const struct reading *best = best_reading(w);
		struct str shown = best && best->factor != FACTOR_PREFIX ? best->term->word : w->typed;
		buf_fmt(&as, "%s%.*s", i ? " " : "", STR_ARG(shown));
	}
	s->read_as = buf_str(&as);
}

/* Adds what one word gives: in each procedure its best reading. */
static void score_word(struct search *s, const struct word *w)
{
	size_t n = s->ix->n;
	memset(s->best, 0, n * sizeof *s->best);
	memset(s->best_idf, 0, n * sizeof *s->best_idf);
	/* A word that nothing has counts as a rare one against every procedure; a single letter is one only just begun. */
	float most = w->n || w->typed.n < 2 ? 0 : RARE;
	for (size_t i = 0; i < w->n; i++) {
		const struct reading *r = &w->readings[i];
		float idf = r->term->idf * r->factor;
		most = idf > most ? idf : most;
		for (size_t k = 0; k < r->term->postings_n; k++) {
			const struct posting *p = &r->term->postings[k];
			if (s->best[p->doc] < idf * p->weight)
				s->best[p->doc] = idf * p->weight;
			if (s->best_idf[p->doc] < idf)
				s->best_idf[p->doc] = idf;
		}
	}
	for (size_t d = 0; d < n; d++) {
		s->score[d] += s->best[d];
		s->cover[d] += s->best_idf[d];
	}
	s->cover_all += most;
}

static bool holds_words(struct str text, struct str words)
{
	if (!words.n || words.n > text.n)
		return false;
	ptrdiff_t at = str_find(text, words);
	if (at < 0)
		return false;
	size_t end = (size_t)at + words.n;
	return (at == 0 || text.p[at - 1] == ' ') && (end == text.n || text.p[end] == ' ');
}

static float neighbours_bonus(struct str name, struct str words)
{
	float bonus = 0;
	struct str first, rest = words, second;
	if (!text_next_word(&rest, &first))
		return 0;
	for (; text_next_word(&rest, &second); first = second) {
		struct str pair = {first.p, (size_t)(second.p + second.n - first.p)};
		if (holds_words(name, pair))
			bonus += BONUS_NEIGHBOURS;
	}
	return bonus;
}

/* How much of a name the query says: of two procedures with all its words, the one with less beside them is meant. */
static float short_name_bonus(struct str name, struct str words)
{
	size_t said = 0, all = 0;
	struct str word;
	while (text_next_word(&name, &word)) {
		all += word.n;
		said += holds_words(words, word) ? word.n : 0;
	}
	return all ? BONUS_SHORT_NAME * (float)said / (float)all : 0;
}

static float phrase_bonus(const struct doc *d, struct str words)
{
	float bonus = neighbours_bonus(d->name, words) + short_name_bonus(d->name, words);
	if (holds_words(d->name, words))
		bonus += BONUS_NAME;
	float phrases = 0;
	for (size_t i = 0; i < d->phrases.n; i++) {
		float here = str_eq(d->phrases.p[i], words) ? BONUS_PHRASE_EQUAL
			: holds_words(d->phrases.p[i], words) || holds_words(words, d->phrases.p[i]) ? BONUS_PHRASE_PART
			: 0;
		phrases = here > phrases ? here : phrases;
	}
	return bonus + phrases;
}

static float code_bonus(const struct doc *d, struct str folded)
{
	if (str_eq(folded, d->id) || (d->code.n && holds_words(folded, d->code)))
		return BONUS_CODE;
	return d->code.n && folded.n > 5 && str_starts(d->code, folded) ? BONUS_CODE / 2 : 0;
}

static int by_score(const void *x, const void *y)
{
	const struct catalogue_hit *p = x, *q = y;
	if (p->score != q->score)
		return p->score > q->score ? -1 : 1;
	return str_cmp(p->procedure->id, q->procedure->id);
}

static bool facet_has(const struct catalogue_index *ix, size_t doc, enum catalogue_facet f, int value)
{
	const struct procedure *p = &ix->list[doc];
	switch (f) {
	case FACET_FIELD: return ix->docs[doc].field == value;
	case FACET_AUDIENCE: return value > 0 && (p->audience & (unsigned)value) != 0;
	case FACET_ONLINE: return (int)p->online + 1 == value;
	case FACET_FEE: return (int)ix->docs[doc].fee == value;
	case FACETS: break;
	}
	return false;
}

/* Which of the facets asked for the procedure does not have, as bits. */
static unsigned facets_missed(const struct catalogue_index *ix, size_t doc, const struct catalogue_query *q)
{
	unsigned missed = 0;
	for (int f = 0; f < FACETS; f++)
		if (q->values[f] != CATALOGUE_ANY && !facet_has(ix, doc, (enum catalogue_facet)f, q->values[f]))
			missed |= 1U << f;
	return missed;
}

static void count_facets(const struct catalogue_index *ix, size_t doc, unsigned missed, struct catalogue_result *r)
{
	static const int values[FACETS] = {CATALOGUE_FIELDS_MAX, AUDIENCE_ORGANISATION + 1, ONLINE_FULL + 2, FEE_KINDS};
	for (int f = 0; f < FACETS; f++) {
		if (missed & ~(1U << f))
			continue;
		for (int v = 0; v < values[f]; v++)
			r->counts[f][v] += facet_has(ix, doc, (enum catalogue_facet)f, v);
	}
}

/* Weighs the words' sum by coverage; 0 below the least. Returns the greatest. */
static float weigh_coverage(struct search *s)
{
	float top = 0;
	for (size_t d = 0; d < s->ix->n; d++) {
		bool shown = s->score[d] > 0 && s->cover[d] >= COVERAGE_LEAST * s->cover_all;
		s->score[d] = shown ? s->score[d] * s->cover[d] / s->cover_all : 0;
		top = s->score[d] > top ? s->score[d] : top;
	}
	return top;
}

static void add_bonuses(struct search *s, struct str folded)
{
	float least = weigh_coverage(s) * CONTENDER_LEAST;
	for (size_t d = 0; d < s->ix->n; d++) {
		/* Phrases are looked for only where they could bring a procedure to the top. */
		if (s->score[d] > 0 && s->score[d] >= least)
			s->score[d] += phrase_bonus(&s->ix->docs[d], s->read_as);
		s->score[d] += code_bonus(&s->ix->docs[d], folded);
	}
}

static void score_all(struct search *s, struct str text)
{
	size_t n = s->ix->n;
	float *sums = NEW_ARRAY(s->a, 4 * n + 1, float);
	s->score = sums;
	s->cover = sums + n;
	s->best = sums + 2 * n;
	s->best_idf = sums + 3 * n;
	read_query(s, text);
	for (size_t i = 0; i < s->words_n; i++)
		score_word(s, &s->words[i]);
	add_bonuses(s, text_fold(s->a, str_sub(text, 0, TEXT_MAX)));
}

struct catalogue_result catalogue_search(const struct catalogue_index *ix, struct arena *a, const struct catalogue_query *q)
{
	struct search s = {.ix = ix, .a = a};
	struct catalogue_result r = {0};
	score_all(&s, q->text);
	struct catalogue_hit *hits = NEW_ARRAY(a, ix->n + 1, struct catalogue_hit);
	for (size_t d = 0; d < ix->n; d++) {
		if (s.words_n && s.score[d] <= 0)
			continue;
		unsigned missed = facets_missed(ix, d, q);
		count_facets(ix, d, missed, &r);
		if (!missed)
			hits[r.n++] = (struct catalogue_hit){&ix->list[d], s.score[d]};
	}
	if (s.words_n && r.n)
		qsort(hits, r.n, sizeof *hits, by_score);
	r.hits = hits;
	r.read_as = s.read_as;
	return r;
}
