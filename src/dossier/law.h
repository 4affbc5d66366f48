/* law.h — the law as the program holds it: procedures with their forms, processes and clocks, eras, calendar, keys.
 *
 * Loaded once at start from the packs and never changed, so every thread reads it without a lock. A dossier stores the
 * ids of what it was received under (rules, procedure_hash); what a later pack says does not touch it.
 * Law:    NĐ 63/2010 Điều 8 (procedures), NĐ 61/2018 and NĐ 118/2025 (settlement), through the packs. */
#pragma once
#include "calendar/calendar.h"
#include "catalogue/procedure.h"
#include "core/crypto/crypto.h"
#include "core/pack/pack.h"
#include "era/era.h"
#include "form/form.h"
#include "workflow/workflow.h"

struct law_result;
struct law_fee;
struct late_reason;

struct law_procedure {
	const struct procedure *p;
	struct str hash;                 /* SHA-256 of the pack's bytes, hex */
	struct eform **forms;
	size_t n_forms;
	struct str process_id;
	const struct process *process;   /* NULL: the pack names none that is known */
	struct clock_rule clock;
	bool has_limit;                  /* false: the source states no limit; due dates are then unknown and say so */
	int32_t limit_hours;             /* the limit in working hours, for shares of steps; 0 unknown */
	struct limit supplement_limit;   /* within which a supplement may be asked; 3 working days by default */
	const struct law_fee *fee;       /* NULL: no rule known (fee.h) */
	const struct law_result *result; /* the template of its result (result.h) */
};

struct law_process { struct str id; const struct process *p; };

struct law {
	struct arena *arena;
	struct pack pack;
	struct law_procedure *procedures;
	size_t n;
	struct law_process *processes;
	size_t n_processes;
	struct law_result *results;
	size_t n_results;
	const struct law_result *refusal;
	struct late_reason *late;        /* why a dossier may be late (late.h) */
	size_t n_late;
	struct eras eras;
	const struct calendar *calendar;
	json_t *units;
	const struct keyring *keys;
	struct key identity_key, phone_key; /* for look-up by keyed hash */
	struct law_tree { struct str file; json_t *tree; } *trees; /* owned; file: of the packs, or none */
	size_t n_trees;
};

/* Reads the packs: pack_embedded(), or with others over them. `keys` and the packs' bytes must outlive it. ERR_INVALID names
 * the pack and the fault. */
MUST_CHECK bool law_load(const struct keyring *keys, struct pack packs, struct law **out, struct err *e);
void law_free(struct law *l);

/* Kept until law_free(). */
json_t *law_keep(struct law *l, json_t *tree);

/* By slug or national code; NULL when unknown. */
const struct law_procedure *law_find(const struct law *l, struct str slug_or_code);
const struct process *law_process(const struct law *l, struct str id);

/* Checks answers: the object of the only form, or one member per form id. `files` are {"field","name","type","size"}
 * already merged. *clean is a new reference with what counts. */
struct eform_errors law_check(struct arena *a, const struct law *l, const struct law_procedure *p, const json_t *answers, struct date today, json_t **clean);
/* Answers that law_check accepts. New reference. */
json_t *law_example(struct arena *a, const struct law *l, const struct law_procedure *p, struct date today);
/* The same of an organisation, where the form asks who applies. */
json_t *law_example_organisation(struct arena *a, const struct law *l, const struct law_procedure *p, struct date today);
/* Decides the JsonLogic of a process over `data`. */
struct law_decider { struct arena *a; const json_t *data; };
struct decider law_decide(struct law_decider *d);
