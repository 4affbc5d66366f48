/* internal.h — shared by the files of this slice only: courses, moulds, dossiers on their way. */
#pragma once
#include "core/db/bulk.h"
#include "core/db/id.h"
#include "sample/sample.h"
#include <stdio.h>

#define ACTS_MAX 40
#define ROWS_MAX 40
#define POOL_MAX 200
#define TEXTS_MAX 96
#define WAL_MOST ((int64_t)256 << 20)

/* ---- chance, the same for the same seed ---- */

uint64_t mix(uint64_t x);                        /* splitmix64's finish */
uint64_t draw(uint64_t *state);                  /* the next number */
int64_t between(uint64_t *state, int64_t lo, int64_t hi); /* both included */
double share(uint64_t *state);                   /* 0 … 1 */

/* ---- who ---- */

/* Whose ids a mould is poured with: what stands in it at these places is another's in each dossier. */
enum place_in { IN_RECEPTION, IN_AGENCY, IN_LEADERSHIP, IN_OFFICE, IN_DIVISION, IN_COUNTER, IN_HEAD, IN_SPECIALIST, IN_DIRECTOR, IN_CLERK, IN_ACCOUNT, IN_ASKED, IN_ADVISER, IN_COUNT };
struct cast { int64_t v[IN_COUNT]; };
struct division { struct unit_id unit; struct str code; struct person_id head; struct person_id *staff; size_t n_staff; };
/* Where dossiers are received: the centre's hall (the first one) and its counters. */
struct hall { struct unit_id unit; struct person_id *staff; size_t n_staff; };
/* Who of another agency is asked for an opinion. */
struct adviser { struct unit_id unit; struct person_id head; struct date from; };
/* An agency as it settles from day to day. */
struct house {
	struct agency_id agency;
	struct date from, to;
	struct unit_id leadership, office;
	struct person_id director, clerk;
	struct division *divisions;
	size_t n_divisions;
};

/* ---- what happens to one dossier ---- */

enum course { COURSE_NORMAL, COURSE_SUPPLEMENT_EARLY, COURSE_SUPPLEMENT, COURSE_REFUSED_EARLY, COURSE_REFUSED, COURSE_WITHDRAWN, COURSE_APOLOGY, COURSE_SENT_BACK, COURSE_OPINION, COURSES };
enum channel { CHANNEL_ONLINE, CHANNEL_COUNTER, CHANNEL_POST, CHANNELS };
/* Bytes in a text that stand for a row's id (the row follows) and for the code. */
#define PIECE_ROW 1
#define PIECE_CODE 2
/* And in answers, what the applicant would write there. */
enum { PIECE_NAME = 3, PIECE_ADDRESS, PIECE_STREET, PIECE_PHONE, PIECE_DATE, PIECE_LAST = PIECE_DATE };
/* In the body of the act whose number follows, less one: why it is late, if it is. */
#define PIECE_LATE 8

enum { DO_SEND = ACT_COUNT, DO_SCAN, DO_PAPER, DO_RESULT };
enum pace { PACE_START, PACE_PROGRAM, PACE_INTAKE, PACE_BRIEF, PACE_WORK, PACE_APPLICANT, PACE_COLLECT, PACE_APOLOGY, PACE_OPINION };
struct act { int does; char who; enum pace pace; int weight; };
struct life { const struct law_procedure *p; size_t procedure; enum course course; enum channel channel; int account; bool organisation, online_result, rated, signed_result; size_t house; };
struct script { struct act v[ACTS_MAX]; size_t n; };

/* ---- moulds ---- */

enum fix_kind { FIX_ROW_ID, FIX_CAST, FIX_TIME, FIX_DUE, FIX_DAY, FIX_NUMBER, FIX_TEXT, FIX_POOL_SIZE, FIX_POOL_PAGES, FIX_SIGNED_SIZE, FIX_MINUTES, FIX_LATE };
struct fix { uint16_t offset; uint8_t kind, arg; };
struct image { const struct db_table *table; uint8_t row; union db_cell *cells; struct fix *fixes; size_t n_fixes; };
enum due_kind { DUE_ANSWER, DUE_STEP, DUE_CLOCK, DUE_APOLOGY, DUE_OPINION };
struct due_rule { enum due_kind kind; int act; int64_t minutes; int start, n_events; struct { int act; enum clock_event_kind kind; } events[8]; int from; };
enum text_kind { TEXT_CODE, TEXT_NAME, TEXT_NUMBER_KEY, TEXT_PHONE_KEY, TEXT_SECRET, TEXT_CONTENT, TEXT_WRAPPED, TEXT_FILE_NAME, TEXT_BODY, TEXT_FEE, TEXT_VOUCHER, TEXT_PIECES, TEXT_BLOB, TEXT_PLAIN, TEXT_SIGNED_BLOB, TEXT_SIGNED_PLAIN };
/* plain: what is sealed; for TEXT_CONTENT what stands before and after the applicant. Pieces: see put_pieces(). */
struct text_rule { enum text_kind kind; int act; uint8_t row; struct str plain, after; };
struct number_rule { int act; struct str name; };  /* of a sequence; the unit, agency and year are put in */
/* whose: places of the cast; IN_COUNT: the number itself */
struct mould_act { int64_t at_unit, at_person, actor; int unit_in, person_in, actor_in; struct str kind, role, body; size_t first_image, n_images; };
struct mould_row { const struct db_table *table; int64_t id; int act; bool attachment, signed_result; };
struct mould {
	uint64_t key;
	struct life life;
	struct script script;
	struct mould_act acts[ACTS_MAX];
	struct mould_row rows[ROWS_MAX];
	size_t n_rows;
	struct image *images;
	size_t n_images;
	struct due_rule due[24];
	size_t n_due;
	struct due_rule spent;   /* the clock as it stood when it was settled, at `act`; -1: never, or not accepted */
	int accepted, asked, answered; /* acts, -1: none; of another unit's opinion */
	int apology, settle, late_due; /* acts, and the rule that gives what lateness counts against; -1: none */
	struct text_rule *texts;
	size_t n_texts;
	struct number_rule numbers[8];
	size_t n_numbers;
	struct str search_after; /* folded name of the procedure */
};

/* A file that any sample dossier may have. */
struct pool_file { struct str blob, plain; int64_t size, pages; };

/* ---- one dossier on its way ---- */

/* Texts of one act, in one piece of memory. */
struct inst_texts { struct inst_texts *next; char bytes[]; };
struct inst {
	int64_t number;           /* 1 … n: which sample dossier it is */
	uint64_t chance;
	const struct mould *m;
	struct cast cast;
	int next, stop;           /* acts: the one to come, and the one that never does */
	int filled;               /* how many acts have their due times and texts; those passed by get them when one is poured */
	bool over, late;          /* nothing more happens to it; it is no longer in the line of make.c */
	struct instant *t, *due;  /* of acts and due rules, below with ids and texts: as many as the mould has */
	int64_t *ids;
	int64_t numbers[8], minutes[3]; /* total, citizen, others */
	struct str *texts;
	size_t pool;              /* files there were to choose from when it was sent */
	struct pool_file result;  /* signed, its own; texts live as long as the act */
	struct inst_texts *kept;
	char room[];
};

struct counter { struct str name; int64_t value, kept; };
/* Of the making that was killed: its files in the order in which they were made, from the `at`th on not taken yet. A file without blob: none was made. */
struct again { FILE *f; struct pool_file files[6 * POOL_MAX]; size_t n, at; };
struct maker {
	const struct sample_config *c;
	struct arena *arena;      /* as long as the making */
	struct arena *scratch;    /* one act or one mould */
	struct db_bulk *bulk;
	struct scribe *scribe;    /* writes what is poured; NULL: see sample_make() */
	struct db *stage;         /* a copy of the directory, thrown away */
	struct db_bulk *stage_rows; /* where the rows of a dossier stand while its result is drawn */
	struct id_source ids, stage_ids;
	struct lane lane, stage_lane;
	struct key key;
	struct instant begin;
	struct hall halls[16];
	size_t n_halls;
	struct adviser *advisers;
	size_t n_advisers, advisers_cap;
	struct house houses[32];
	size_t n_houses;
	struct mould **moulds;    /* hashed by key */
	size_t moulds_cap, n_moulds;
	struct pool_file pool[POOL_MAX];
	size_t n_pool;
	struct pool_file paper, result; /* what stands for a paper and an unsigned result */
	struct counter *counters_v;  /* sequences, hashed by name */
	size_t counters_cap, n_counters_v;
	int *files_n;             /* by procedure and whether an organisation applies, under the rules `files_rules`; -1: not asked yet */
	uint64_t files_rules;
	struct again again;
	struct sample_done *out;
};

bool house_find(struct maker *m, struct err *e);
/* The division that has the procedure's field, chance among its people, a counter, and who is asked for an opinion on that day. */
void house_cast(const struct maker *m, const struct life *l, struct date day, uint64_t *chance, struct cast *out);

struct script script_of(const struct maker *m, const struct life *l, size_t n_files);
/* Times of its acts from t[0] on. False: it cannot be (an apology without time for it). */
bool script_times(const struct maker *m, const struct life *l, const struct script *s, uint64_t *chance, struct instant *t);

/* The mould for such a dossier, made when it is the first. */
bool mould_get(struct maker *m, const struct life *l, const struct script *s, const struct instant *t, const struct cast *cast, const struct mould **out, struct err *e);
bool mould_fix(struct maker *m, struct mould *x, const struct instant *t, const struct cast *cast, const struct key *key, struct err *e);
/* How many files it is sent with. */
size_t files_of_kind(struct maker *m, const struct life *l, struct date today);

/* sample.part: begins it or reads what it has, the key with it. */
bool again_open(struct maker *m, struct err *e);
/* The next file that the killed making had. False: it had no more, and what is made now is kept (NULL: none could be made). */
bool again_file(struct maker *m, struct pool_file *out);
bool again_keep(struct maker *m, const struct pool_file *x, struct err *e);
void again_close(struct maker *m, bool whole);
/* The copy of the directory in which moulds are made: a new one, or that of the making that was killed. */
bool stage_open(struct maker *m, struct err *e);
void stage_drop(struct maker *m);

/* The next act of the dossier: its rows' digests and its entry. */
bool pour_act(struct maker *m, struct inst *x, struct err *e);
/* The same act without anything written: it is in the log from before. */
bool pour_past(struct maker *m, struct inst *x, struct err *e);
/* The number of the reason that the act gives, which apologises or settles late; 0: it gives none. */
int64_t late_at(const struct maker *m, const struct inst *x, int act);
/* The rows as they are now. */
bool pour_end(struct maker *m, struct inst *x, struct err *e);
struct inst *inst_new(const struct mould *m);
void inst_free(struct inst *x);

/* Dossiers from the `at`th on wait to be written until nobody before them is still under way. */
struct line { struct inst **v; size_t at, n, cap; };
void line_join(struct line *l, struct inst *x);
/* Writes its rows and frees it; past: they were written by the making that was killed. */
bool line_put(struct maker *m, struct inst *x, bool past, struct err *e);
/* Writes whoever is over and has nobody before it. One that keeps half a million waiting becomes late: it is line_put() when it is over. */
bool line_move(struct line *l, struct maker *m, bool past, struct err *e);
/* All that are left, as they stand. */
bool line_end(struct line *l, struct maker *m, bool past, struct err *e);
void line_free(struct line *l);

int64_t counter_next(struct maker *m, struct str name);
bool counters_keep(struct maker *m, struct err *e);

/* The writing thread: each call gives an order and returns at once; false: one of those before failed. Rows and texts are copied. */
struct scribe *scribe_open(struct maker *m, struct err *e);
bool scribe_row(struct scribe *s, const struct db_table *t, const union db_cell *row, struct err *e);
bool scribe_search(struct scribe *s, struct dossier_id id, struct str words, struct err *e);
bool scribe_count(struct scribe *s, struct str name, int64_t value, struct err *e);
/* Closes the days before this one. */
bool scribe_day(struct scribe *s, struct date next, struct err *e);
bool scribe_commit(struct scribe *s, struct err *e);
/* Waits until all is written; the database is the caller's until the next order. */
bool scribe_drain(struct scribe *s, struct err *e);
/* What was not committed is undone. */
void scribe_close(struct scribe *s);

/* People: "Trần Thị Mẫu Hương 0048213". */
struct person_made { struct str name, identity, phone, address; };
struct person_made person_make(struct arena *a, int64_t number, uint64_t chance, bool organisation);
