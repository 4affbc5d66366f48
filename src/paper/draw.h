/* draw.h — what the files that draw blocks share; private to the slice. Lengths in mm, y from the top of the page. */
#pragma once
#include "paper/fill.h"

struct area { double x, w; };

/* What the last paragraph keeps below itself, so that it does not stand alone on a page: `mm` of space and then the first of `next` (columns of
 * signatures), of whose height `most` is the template's guess. It is measured only where the guess does not fit. */
struct tail { double mm, most; const json_t *next; const struct scope *s; struct area at; };

struct paper {
	struct pdf *pdf;
	struct arena *a;
	const json_t *form;
	double w, h, top, bottom, left, right, pt, line, y;
	struct tail tail;
	bool measure; /* nothing is drawn and no page begins: only y moves, until it is `enough` */
	double enough;
	double squeeze; /* 0 to 1: how much of what a `space` may give up it gives up */
	bool bad;
};

/* Members of a block: a text or STR_NONE; a number from -1000 to 1000; one that decides how much is drawn, for which one out of bounds is the
 * template's mistake (`bad`). */
struct str paper_text(const json_t *o, const char *key);
double paper_number(const json_t *o, const char *key, double otherwise);
double paper_within(struct paper *p, const json_t *o, const char *key, double otherwise, double least, double most);
double paper_size(struct paper *p, const json_t *b, double otherwise); /* of type, in points */

double paper_floor(const struct paper *p); /* where the page ends */
void paper_new_page(struct paper *p, const struct scope *s);
/* Begins a page unless that much is left on this one. */
void paper_need(struct paper *p, double mm, const struct scope *s);
bool paper_has_enough(const struct paper *p);
/* What the tail needs below a line of this height; measured at most once. */
double paper_tail(struct paper *p, double line);

void paper_table(struct paper *p, const json_t *b, const struct scope *s, struct area at);
/* A table whose columns come with the data: "columns" [text], "widths" [number], "rows" [{"cells": [{"value"}]}]. */
void paper_grid(struct paper *p, const json_t *b, const struct scope *s, struct area at);
