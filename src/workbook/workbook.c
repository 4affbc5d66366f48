/* workbook.c — see workbook.h: asking, making, dropping. */
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "core/log/log.h"
#include "core/mail/mail.h"
#include "core/sheet/sheet.h"
#include "workbook/workbook_internal.h"
#include <jansson.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS 1000 /* asked for at once */
#define BUSY_MS 2000

static struct workbook_config have;

void workbook_use(const struct workbook_config *c) { have = *c; }
const struct workbook_config *workbook_have(void) { return &have; }
struct str workbook_context(struct arena *a, struct workbook_id id) { return str_fmt(a, "workbook:%lld", (long long)id.v); }
void workbook_soon(void)
{
	if (have.soon)
		have.soon(have.self);
}

bool workbook_ids_add(struct workbook_ids *ids, int64_t id, struct err *e)
{
	if (ids->n == WORKBOOK_MOST)
		return err_set(e, ERR_TOO_LARGE, "more than %d dossiers in a list", WORKBOOK_MOST);
	if (ids->n == ids->room) {
		ids->room = ids->room ? ids->room * 2 : 1024;
		ids->v = realloc(ids->v, ids->room * sizeof *ids->v);
		CHECK(ids->v != NULL);
	}
	ids->v[ids->n++] = id;
	return true;
}

static const struct workbook_list *list_of(struct str name)
{
	for (size_t i = 0; i < have.n_lists; i++)
		if (str_eq(name, str_from(have.lists[i]->name)))
			return have.lists[i];
	return NULL;
}

/* ---- asking ---- */

bool workbook_ask(struct env *env, const struct workbook_new *x, struct err *e)
{
	struct workbook_of_rows rows = {0};
	struct workbook_add_in in = {.id = {id_new(env->ids, env->now)}, .account = env->actor->account, .list = str_from(x->list), .what = x->what, .filter = x->filter,
		.title = x->title, .lang = lang_code(env->lang), .asked_at = env->now};
	CHECK(list_of(in.list) != NULL && in.account);
	if (!q_workbook_of(env->db, env->arena, in.account, WORKBOOK_HELD_MAX, &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++) /* pressed twice */
		if (str_eq(rows.v[i].state, STR("making")) && str_eq(rows.v[i].list, in.list) && str_eq(rows.v[i].filter, in.filter))
			return true;
	if (rows.n == WORKBOOK_HELD_MAX)
		return err_say(e, ERR_CONFLICT, MSG_WORKBOOK_TOO_MANY, "ten workbooks of one account");
	struct str payload = str_fmt(env->arena, "{\"id\":\"%lld\"}", (long long)in.id.v);
	return q_workbook_add(env->db, &in, NULL, e) && job_add(env, &(struct job_new){.kind = workbook_jobs[0].name, .payload = payload}, e);
}

/* ---- rights ---- */

struct str workbook_rights(struct arena *a, const struct actor *official)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < official->n_held; i++) {
		const struct actor_role *h = &official->held[i];
		buf_fmt(&b, "%s%s:%lld:%lld", i ? " " : "", role_name(h->role), (long long)h->unit, (long long)h->agency);
	}
	return buf_str(&b);
}

static bool has_word(struct str words, struct str word)
{
	struct str each;
	while (str_next(&words, ' ', &each))
		if (str_eq(each, word))
			return true;
	return false;
}

bool workbook_rights_stand(struct env *env, const struct workbook_get_row *x, bool *stand, struct err *e)
{
	struct actor now = {0};
	struct str email, then = x->rights, word;
	if (!have.official(env, x->account, &now, &email, stand, e))
		return false;
	struct str held = workbook_rights(env->arena, &now);
	*stand = *stand && x->rights.p;
	while (*stand && str_next(&then, ' ', &word))
		*stand = has_word(held, word);
	return true;
}

bool workbook_rewrap(struct env *env, const struct keyring *keys, const struct rewrap *from, struct rewrap *out, struct err *e)
{
	struct workbook_key_after_rows rows = {0};
	if (!q_workbook_key_after(env->db, env->arena, (struct workbook_id){from->after}, REWRAP_ROWS, &rows, e))
		return err_wrap(e, "keys of workbooks");
	*out = (struct rewrap){.after = from->after, .done = from->done, .more = rows.n == REWRAP_ROWS};
	for (size_t i = 0; i < rows.n; i++) {
		struct workbook_id id = rows.v[i].id;
		struct str wrapped;
		out->after = id.v;
		if (!key_is_stale(keys, rows.v[i].wrapped))
			continue;
		if (!key_rewrap(env->arena, keys, workbook_context(env->arena, id), rows.v[i].wrapped, &wrapped, e) || !q_workbook_rewrap(env->db, id, wrapped, NULL, e))
			return err_wrap(e, "keys of workbooks");
		out->done++;
	}
	return true;
}

/* ---- making ---- */

struct made { struct workbook_id id; int64_t dossiers; struct blob_info blob; struct str wrapped, email, rights; struct workbook_get_row asked; };
struct making { struct job_run *run; const struct workbook_list *list; struct workbook_ids ids; struct actor official; struct made *made; struct sheet_book *book; };

struct piece { const struct making *m; size_t from, n; };

/* As a list on the screen or a file of CSV is recorded: with its filter and the ids shown. */
static bool record_piece(struct job_run *run, void *ctx, struct err *e)
{
	const struct piece *p = ctx;
	struct env env = run->env;
	struct buf b = buf_on(env.arena);
	env.actor = &p->m->official;
	buf_fmt(&b, "{\"route\":\"" WORKBOOK_PAGE "\",\"filter\":\"%.*s\",\"workbook\":\"%lld\",\"ids\":[", STR_ARG(p->m->made->asked.filter), (long long)p->m->made->id.v);
	for (size_t i = 0; i < p->n; i++)
		buf_fmt(&b, "%s\"%lld\"", i ? "," : "", (long long)p->m->ids.v[p->from + i]);
	buf_put(&b, STR("]}"));
	return audit_record(&env, &(struct audit_act){.kind = "dossier.list", .body = buf_str(&b)}, NULL, e);
}

static bool put_rows(struct making *m, size_t from, size_t n, struct err *e)
{
	struct env env = m->run->env;
	struct arena_mark mark = arena_mark(env.arena);
	size_t columns = m->list->n_columns, got = 0;
	struct sheet_cell *cells = NEW_ARRAY(env.arena, n * columns, struct sheet_cell);
	env.actor = &m->official;
	bool ok = m->list->rows(&env, m->ids.v + from, n, cells, &got, e);
	for (size_t i = 0; i < got && ok; i++)
		ok = sheet_book_row(m->book, cells + i * columns, e);
	m->made->dossiers += (int64_t)got;
	arena_rewind(env.arena, mark);
	return ok;
}

static bool put_piece(struct making *m, size_t from, size_t n, struct err *e)
{
	struct arena_mark mark = arena_mark(m->run->env.arena);
	if (job_stopping(m->run)) {
		m->run->later_ms = 1;
		return err_set(e, ERR_BUSY, "the program stops");
	}
	for (size_t at = 0; at < n; at += ROWS)
		if (!put_rows(m, from + at, n - at < ROWS ? n - at : ROWS, e))
			return false;
	bool ok = job_write(m->run, record_piece, &(struct piece){m, from, n}, e) && job_extend(m->run, e);
	arena_rewind(m->run->env.arena, mark);
	return ok;
}

static bool seal(struct making *m, struct err *e)
{
	struct arena *a = m->run->env.arena;
	AUTO_KEY key = key_new();
	int fd = -1;
	int64_t size = 0;
	struct sheet_book *book = m->book;
	m->book = NULL;
	if (!sheet_book_close(book, &fd, &size, e))
		return false;
	bool ok = blob_store_fd(have.blobs, fd, &(struct blob_put){.key = &key}, &m->made->blob, e);
	close(fd);
	m->made->wrapped = key_wrap(a, have.keys, workbook_context(a, m->made->id), &key);
	return ok;
}

static bool fill(struct making *m, struct err *e)
{
	struct arena *a = m->run->env.arena;
	const struct workbook_list *l = m->list;
	enum lang lang = m->run->env.lang;
	struct sheet_column *columns = NEW_ARRAY(a, l->n_columns, struct sheet_column);
	for (size_t i = 0; i < l->n_columns; i++)
		columns[i] = (struct sheet_column){.head = msg(lang, l->columns[i].head), .width = l->columns[i].width};
	struct sheet_look look = {.name = msg(lang, MSG_WORKBOOK_SHEET), .columns = columns, .n_columns = l->n_columns, .lines_max = have.lines_max};
	if (!sheet_book_open(&m->book, &look, e))
		return false;
	for (size_t at = 0; at < m->ids.n; at += WORKBOOK_PIECE)
		if (!put_piece(m, at, m->ids.n - at < WORKBOOK_PIECE ? m->ids.n - at : WORKBOOK_PIECE, e))
			return false;
	return seal(m, e);
}

static bool make_as(struct making *m, struct err *e)
{
	struct env env = m->run->env;
	struct made *made = m->made;
	bool found = false;
	if (!have.official(&env, made->asked.account, &m->official, &made->email, &found, e))
		return false;
	made->rights = workbook_rights(env.arena, &m->official);
	m->run->hopeless = !found || !m->list;
	if (m->run->hopeless)
		return err_set(e, ERR_DENIED, "who asked is no official any more, or no such list");
	(void)lang_from_code(made->asked.lang, &m->run->env.lang);
	env = m->run->env;
	env.actor = &m->official;
	bool ok = m->list->ids(&env, made->asked.what, &m->ids, e);
	m->run->hopeless = !ok && (e->kind == ERR_DENIED || e->kind == ERR_TOO_LARGE);
	return ok && fill(m, e);
}

static int64_t id_of(struct str payload)
{
	json_t *j = json_loadb(payload.p, payload.n, 0, NULL);
	const char *text = json_string_value(json_object_get(j, "id"));
	int64_t id = 0;
	if (text)
		(void)str_to_i64(str_from(text), &id);
	json_decref(j);
	return id;
}

static atomic_flag at_work = ATOMIC_FLAG_INIT; /* the others' jobs do not wait behind two long lists */

static bool make_fn(struct job_run *run, struct err *e)
{
	struct env *env = &run->env;
	struct made *made = NEW(env->arena, struct made);
	struct making m = {.run = run, .made = made};
	bool found = false;
	made->id.v = id_of(run->payload);
	if (!q_workbook_get(env->db, env->arena, made->id, &made->asked, &found, e))
		return false;
	if (!found || !str_eq(made->asked.state, STR("making"))) /* dropped meanwhile */
		return true;
	if (atomic_flag_test_and_set(&at_work)) {
		run->later_ms = BUSY_MS;
		return err_set(e, ERR_BUSY, "another list is being made");
	}
	m.list = list_of(made->asked.list);
	bool ok = make_as(&m, e);
	sheet_book_drop(m.book);
	free(m.ids.v);
	atomic_flag_clear(&at_work);
	run->state = ok ? made : NULL;
	return ok;
}

static bool tell(struct env *env, const struct made *m, struct err *e)
{
	struct arena *a = env->arena;
	enum lang lang = LANG_VI;
	if (!m->email.n)
		return true;
	(void)lang_from_code(m->asked.lang, &lang);
	struct str args[] = {m->asked.title, lang_number(a, lang, m->dossiers), lang_instant(a, lang, (struct instant){m->asked.asked_at.ms + WORKBOOK_KEPT_MS})};
	struct str text = msg_fmt(a, lang, MSG_WORKBOOK_MAIL_TEXT, args, ARRAY_LEN(args)), url = str_fmt(a, "%.*s" WORKBOOK_PAGE, STR_ARG(have.public_url));
	if (have.public_url.n)
		text = str_fmt(a, "%.*s\n\n%.*s\n", STR_ARG(text), STR_ARG(url));
	return mail_queue(env, m->email, msg(lang, MSG_WORKBOOK_MAIL), text, str_fmt(a, "workbook.ready:%lld", (long long)m->id.v), e);
}

static bool make_finish(struct job_run *run, struct err *e)
{
	const struct made *m = run->state;
	int64_t changed = 0;
	if (!m)
		return true;
	struct workbook_ready_in in = {.id = m->id, .now = run->env.now, .dossiers = m->dossiers, .size = m->blob.size, .blob = digest_hex(run->env.arena, m->blob.address), .wrapped = m->wrapped, .rights = m->rights};
	if (!q_workbook_ready(run->env.db, &in, &changed, e))
		return false;
	return !changed || tell(&run->env, m, e); /* dropped while it was made: the sweep takes the bytes, and nobody has their key */
}

static bool make_dead(struct job_run *run, struct err *e)
{
	return q_workbook_failed(run->env.db, (struct workbook_id){id_of(run->payload)}, run->env.now, NULL, e);
}

/* ---- dropping ---- */

static bool before(struct env *env, struct instant when, struct workbook_before_rows *out, struct err *e)
{
	return q_workbook_before(env->db, env->arena, when, 200, out, e);
}

static struct instant last_kept(const struct job_run *run) { return (struct instant){run->env.now.ms - WORKBOOK_KEPT_MS}; }

static bool drop_all(struct env *env, const struct workbook_before_rows *rows, struct err *e)
{
	for (size_t i = 0; i < rows->n; i++)
		if (!q_workbook_drop(env->db, rows->v[i].id, NULL, e))
			return false;
	return true;
}

static bool drop_rows(struct job_run *run, void *ctx, struct err *e) { return drop_all(&run->env, ctx, e); }

/* The row first: without its key the bytes are nothing, and a row must never name a file that is gone. */
static bool expire_fn(struct job_run *run, struct err *e)
{
	struct workbook_before_rows rows = {0};
	struct digest address;
	if (!before(&run->env, last_kept(run), &rows, e))
		return false;
	if (rows.n && !job_write(run, drop_rows, &rows, e))
		return false;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].blob.n && digest_from_hex(rows.v[i].blob, &address) && !blob_remove(have.blobs, address, e))
			return false;
	return true;
}

static bool expire_due(struct job_run *run, bool *due, struct err *e)
{
	struct workbook_before_rows rows = {0};
	bool ok = before(&run->env, last_kept(run), &rows, e);
	*due = rows.n > 0;
	return ok;
}

bool workbook_forget(struct env *env, struct err *e)
{
	struct workbook_before_rows rows = {0};
	do {
		if (!before(env, (struct instant){INT64_MAX}, &rows, e) || !drop_all(env, &rows, e))
			return err_wrap(e, "workbooks");
	} while (rows.n);
	return true;
}

bool workbook_needs_blob(struct env *env, struct digest address, bool *needed, struct err *e)
{
	struct workbook_by_blob_rows rows = {0};
	bool ok = q_workbook_by_blob(env->db, env->arena, digest_hex(env->arena, address), &rows, e);
	*needed = rows.n > 0;
	return ok;
}

const struct job_kind workbook_jobs[WORKBOOK_JOBS] = {
	{.name = "workbook.make", .fn = make_fn, .finish = make_finish, .dead = make_dead, .max_attempts = 3, .large = true},
	{.name = "workbook.expire", .fn = expire_fn, .due = expire_due, .every_ms = 600000},
};
