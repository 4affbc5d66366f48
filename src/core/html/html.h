/* html.h — writing HTML that is safe by construction.
 *
 * Pages are written by views: functions that tools/htmlgen makes from templates (docs/guide/html.md). This header holds
 * what the generated code calls, one function per place a value can stand in; each escapes for that place.
 * `struct html` is markup that is known to be safe. Only core/html makes one (a lint looks for others): from a captured
 * view or from escaped text. No function takes markup as plain text.
 * Memory:  everything lives in the arena of html_out.b.
 * Bytes:   values are UTF-8; line ends survive (\r and, in attributes, \n are written as references), so what was typed
 *          comes back byte for byte. NUL and malformed bytes become U+FFFD. */
#pragma once
#include "core/base/env.h"

struct html { struct str safe; };

enum page_nav { /* the entry of the header that the page belongs to */
	NAV_NONE, NAV_SERVICES, NAV_TRACK, NAV_PAY, NAV_PETITIONS, NAV_REVIEW, NAV_HELP
};

/* An entry of the side navigation of officials: a work list with its count, or a heading when url is empty. */
struct nav_item { struct str label, url; int64_t count; bool counted, here; };

/* What the page's frame shows and forms carry: filled once per request by app, before any view runs. */
struct html_out;
struct page_facts {
	struct str agency;            /* "Sở Khoa học và Công nghệ"; from data, not a message */
	struct str agency_note;       /* the line below: the province */
	struct str hotline;           /* empty: not shown */
	struct str user;              /* the name shown; empty: a stranger */
	struct str path;              /* of this request, for the language switch and the sign-in link */
	struct str query;             /* what the switch keeps of its address: "?xem=qua-han&lang=", ready for "en" */
	enum page_nav nav;
	bool staff;                   /* the person may enter the officials' side */
	struct str staff_home;        /* where that begins for this person */
	bool demo;                    /* made-up data: the footer says so */
	void (*above)(struct html_out *o, const void *what); /* what the program puts above each page; NULL: nothing */
	const void *above_what;
	const struct nav_item *side;  /* officials' side navigation */
	size_t n_side;
	struct str csrf;              /* masked for this answer; empty without a session */
	struct str (*action_id)(void *ctx); /* a new action id at each call, or the one sent when a form is shown again */
	void *ctx;                    /* for action_id; NULL function: forms carry no action id */
};

struct html_out { struct buf *b; enum lang lang; const struct page_facts *facts; };

/* ---- what generated code calls ---- */
/* Template text: already checked when the program was built. */
void h_lit(struct html_out *o, const char *markup, size_t n);
/* Text and attribute values by type; `text` and `attr` differ in what they escape. */
void h_text_str(struct html_out *o, struct str s);
void h_attr_str(struct html_out *o, struct str s);
void h_put_html(struct html_out *o, struct html x);
/* The whole of a link: relative, http, https, mailto, tel; anything else is written as "#". */
void h_url_str(struct html_out *o, struct str url);
/* A part of a link after a literal beginning: all but unreserved characters percent-encoded. */
void h_part_str(struct html_out *o, struct str part);
/* Ids, class names, `for`: letters, digits, - _ . : and spaces; others become '_'. Two different names may then collide. */
void h_token_str(struct html_out *o, struct str token);

/* Each type as people read it in the page's language. */
struct str h_show_str(struct html_out *o, struct str s);
struct str h_show_cstr(struct html_out *o, const char *s);
struct str h_show_int(struct html_out *o, int64_t v); /* digits only, without grouping: also right inside links */
struct str h_show_uint(struct html_out *o, uint64_t v);
struct str h_show_money(struct html_out *o, struct money m);
struct str h_show_date(struct html_out *o, struct date d);
struct str h_show_instant(struct html_out *o, struct instant t);

/* The words of a message with arguments made by h_show; text or attribute. */
void h_text_msg(struct html_out *o, int key, const struct str *args, size_t n);
void h_attr_msg(struct html_out *o, int key, const struct str *args, size_t n);

#define H_SHOW(o, x)                                                                                                \
	_Generic((x),                                                                                               \
		struct str: h_show_str, const char *: h_show_cstr, char *: h_show_cstr, int: h_show_int,            \
		long: h_show_int, long long: h_show_int, short: h_show_int, unsigned: h_show_uint,                  \
		unsigned long: h_show_uint, unsigned long long: h_show_uint, unsigned char: h_show_uint,            \
		unsigned short: h_show_uint, struct money: h_show_money, struct date: h_show_date,                  \
		struct instant: h_show_instant)((o), (x))
/* Text: everything H_SHOW knows, and struct html as it is. */
#define h_put(o, x)                                                                                                 \
	_Generic((x),                                                                                               \
		struct html: h_put_html, struct str: h_text_str, const char *: h_text_cstr, char *: h_text_cstr,    \
		int: h_text_int, long: h_text_int, long long: h_text_int, short: h_text_int, unsigned: h_text_uint, \
		unsigned long: h_text_uint, unsigned long long: h_text_uint, unsigned char: h_text_uint,            \
		unsigned short: h_text_uint, struct money: h_text_money, struct date: h_text_date,                  \
		struct instant: h_text_instant)((o), (x))
void h_text_cstr(struct html_out *o, const char *s);
void h_text_int(struct html_out *o, int64_t v);
void h_text_uint(struct html_out *o, uint64_t v);
void h_text_money(struct html_out *o, struct money m);
void h_text_date(struct html_out *o, struct date d);
void h_text_instant(struct html_out *o, struct instant t);
#define h_attr(o, x) h_attr_str((o), H_SHOW((o), (x)))
#define h_url(o, x) h_url_str((o), H_SHOW((o), (x)))
#define h_part(o, x) h_part_str((o), H_SHOW((o), (x)))
#define h_token(o, x) h_token_str((o), H_SHOW((o), (x)))
#define h_lits(o, literal) h_lit((o), "" literal, sizeof(literal) - 1)

/* ---- for hand-written code ---- */
/* Views called between the two write aside; end gives what they wrote, to be handed to a component. */
struct h_capture { struct buf *outer; };
struct h_capture h_capture_begin(struct html_out *o);
struct html h_capture_end(struct html_out *o, struct h_capture c);
/* Plain text as safe markup. */
struct html h_from_text(struct html_out *o, struct str s);
/* Paragraphs of plain text: blank lines split <p>, single line ends are <br>. */
struct html h_from_lines(struct html_out *o, struct str s);
/* "2026-11-25T14:00:00+07:00", "2026-11-25": for datetime="…" and input values. */
struct str h_iso_instant(struct html_out *o, struct instant t);
struct str h_iso_date(struct html_out *o, struct date d);
