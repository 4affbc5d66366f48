/* catalogue_index_internal.h — the index's inside, shared by catalogue_index.c and catalogue_search.c only. */
#pragma once
#include "catalogue/catalogue_index.h"

#define WEIGHT_NAME 8.0F
#define WEIGHT_EVERYDAY 6.0F
#define WEIGHT_FIELD 3.0F
#define WEIGHT_DOCUMENT 2.0F
#define WEIGHT_TEXT 1.0F
#define PAIR_FACTOR 0.75F

struct posting { uint32_t doc; float weight; };
struct term {
	struct str word;
	const struct posting *postings;
	size_t postings_n;
	float idf;
	uint64_t letters; /* a bit for each letter, to refuse far words fast */
	const uint32_t *trigrams;
	size_t trigrams_n;
};
struct doc { struct str name, id, code; struct str_list phrases; int field; enum catalogue_fee fee; };
struct catalogue_index {
	struct arena *a;
	const struct procedure *list;
	size_t n;
	struct doc *docs;
	struct term *terms; /* sorted by word */
	size_t terms_n;
	const struct procedure *fields[CATALOGUE_FIELDS_MAX]; /* a procedure of each field */
	size_t fields_n;
};

uint64_t letters_of(struct str word);
