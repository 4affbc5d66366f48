/* tour.h — the demonstration's guided tours: signing in as a sample by one press, and five steps a role to look at.
 *
 * Owner:   no tables. The steps are a table (steps.c), where somebody stands is a cookie without personal data: a sign a role.
 * Outside of the demonstration there is none of it: its addresses are 404, nothing is drawn.
 * Threads: tour_use() before the first request, all else from any. */
#pragma once
#include <stdbool.h>

struct html_out;
struct page_facts;
struct request;
struct route_table;

/* demo: is this program one? Without a call it is none. */
void tour_use(bool demo);
/* account_config.offer: a card a role with who that is and a button. Draws nothing outside of the demonstration. */
void tour_offer(struct html_out *o, struct request *r);
/* Sets f->above for who is on a tour: the box above each page. */
void tour_fill(struct request *r, struct page_facts *f);

extern const struct route_table tour_routes;
