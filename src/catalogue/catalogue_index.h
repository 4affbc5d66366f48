/* catalogue_index.h — finding a procedure as people ask for it.
 *
 * One index in memory for both database engines, so that both rank alike: built from the published procedures, immutable, thrown
 * away and built again when the catalogue's revision changes. It finds by our slug, national code, exact words, words without
 * marks, raw Telex or VNI keys, typing slips, and everyday words, while the last word is still being typed.
 *
 * Ranking: a query word counts by its rarity times the weight of the best field that has it (name 8, everyday words 6, field 3,
 * documents 2, other text 1); a misspelt word counts less, by how far it is; phrases of the name and of the everyday words count
 * extra. A procedure that has less than half of the query's words (by rarity) is not shown.
 *
 * Memory:  the index owns an arena; the procedures must outlive it. Hits lie in the caller's arena.
 * Threads: any number may search at once. */
#pragma once
#include "catalogue/procedure.h"

struct catalogue_index;

struct catalogue_index *catalogue_index_new(const struct procedure *list, size_t n);
void catalogue_index_free(struct catalogue_index *ix);

/* What of a facet is asked for; the value ANY asks for nothing. */
enum catalogue_facet { FACET_FIELD, FACET_AUDIENCE, FACET_ONLINE, FACET_FEE, FACETS };
#define CATALOGUE_ANY (-1)
enum catalogue_fee { FEE_UNKNOWN, FEE_NONE, FEE_SOME, FEE_KINDS };
#define CATALOGUE_FIELDS_MAX 32
/* values[FACET_FIELD]: number of a field (catalogue_field); FACET_AUDIENCE: one bit of enum audience; FACET_ONLINE: enum
 * online_level + 1, so that 0 asks for procedures whose level is not known; FACET_FEE: enum catalogue_fee. */
struct catalogue_query { struct str text; int values[FACETS]; };
#define CATALOGUE_QUERY(words) ((struct catalogue_query){(words), {CATALOGUE_ANY, CATALOGUE_ANY, CATALOGUE_ANY, CATALOGUE_ANY}})

/* A score from here on: the procedure's own code was asked for. */
#define CATALOGUE_SCORE_CODE 1000.0F
struct catalogue_hit { const struct procedure *procedure; float score; };
/* All hits, best first (by id where equal), and for each facet's values how many hits choosing it would give under the other
 * facets. `read_as`: the folded words as understood ("giay phep buc xa"), to be shown when they differ from what was typed.
 * An empty text finds all, in order of the list. Text past 200 bytes and 12 words is not read. */
struct catalogue_result {
	const struct catalogue_hit *hits;
	size_t n;
	struct str read_as;
	int counts[FACETS][CATALOGUE_FIELDS_MAX];
};
struct catalogue_result catalogue_search(const struct catalogue_index *ix, struct arena *a, const struct catalogue_query *q);

/* By slug or national code, with or without a province's suffix; NULL when there is none. */
const struct procedure *catalogue_by_code(const struct catalogue_index *ix, struct str code);
/* Fields in order of first appearance: number by code (CATALOGUE_ANY: none), and code and name by number (STR_NONE past the end). */
int catalogue_field_number(const struct catalogue_index *ix, struct str field_code);
struct str catalogue_field_code(const struct catalogue_index *ix, int number);
struct str catalogue_field_name(const struct catalogue_index *ix, int number);
enum catalogue_fee catalogue_fee_of(const struct procedure *p);
