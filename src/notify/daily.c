/* daily.c — each working morning: to every official the dossiers in hand that are due soon (amber) or late (red), to heads
 * the late ones of their unit. One mail a person a day, whatever the number of dossiers. See notify.h. */
#include "account/account.h"
#include "core/mail/mail.h"
#include "core/text/text.h"
#include "directory/directory.h"
#include "notify/internal.h"
#include <stdlib.h>

#define DOSSIERS_MAX 20000
#define LINES_MAX 100

/* Who holds a role in a unit this morning: many dossiers wait at few places, so each is asked for once. */
struct place { struct place *next; enum role role; struct unit_id unit; struct officers who; };
/* Who is told for a person: the one, or who stands in. */
struct stand { struct stand *next; struct person_id person; int64_t told; };

/* One dossier for one person. */
struct line { int64_t person; const struct dossier_due_before_row *d; bool as_head; };
struct lines { struct arena *a; struct line *v; size_t n, room; struct place *places; struct stand *stands; };
struct mails { struct notice *v; size_t n; };

static void add_line(struct lines *all, struct line x)
{
	if (!x.person)
		return;
	if (all->n == all->room) {
		struct line *bigger = NEW_ARRAY(all->a, all->room * 2 + 64, struct line);
		for (size_t i = 0; i < all->n; i++)
			bigger[i] = all->v[i];
		all->v = bigger;
		all->room = all->room * 2 + 64;
	}
	all->v[all->n++] = x;
}

/* Whoever stands in for an absent official is told in his or her place. */
static bool present(struct env *env, struct lines *all, struct person_id person, int64_t *out, struct err *e)
{
	struct standing s;
	for (const struct stand *k = all->stands; k; k = k->next)
		if (k->person.v == person.v) {
			*out = k->told;
			return true;
		}
	if (!directory_standing(env, person, date_of(env->now), &s, e))
		return err_wrap(e, "who stands in");
	*out = s.absent && s.acting.v ? s.acting.v : person.v;
	struct stand *k = NEW(all->a, struct stand);
	*k = (struct stand){all->stands, person, *out};
	all->stands = k;
	return true;
}

static const struct officers *holders_at(struct env *env, struct lines *all, enum role role, struct unit_id unit, struct err *e)
{
	for (const struct place *p = all->places; p; p = p->next)
		if (p->role == role && p->unit.v == unit.v)
			return &p->who;
	struct place *p = NEW(all->a, struct place);
	*p = (struct place){.next = all->places, .role = role, .unit = unit};
	if (!directory_holders(env, role, unit, date_of(env->now), &p->who, e)) {
		err_wrap(e, "who holds the step");
		return NULL;
	}
	all->places = p;
	return &p->who;
}

static bool to_holders(struct env *env, struct lines *all, const struct dossier_due_before_row *d, enum role role, struct unit_id unit, struct err *e)
{
	const struct officers *who = holders_at(env, all, role, unit, e);
	if (!who)
		return false;
	for (size_t i = 0; i < who->n; i++) {
		int64_t person = who->v[i].absent && who->v[i].acting.v ? who->v[i].acting.v : who->v[i].person.v;
		add_line(all, (struct line){.person = person, .d = d, .as_head = role == ROLE_HEAD});
	}
	return true;
}

static bool to_people(struct env *env, struct lines *all, const struct dossier_due_before_row *d, struct err *e)
{
	enum role role;
	int64_t person = 0;
	bool late = d->due.ms < env->now.ms;
	if (d->assignee.v) {
		if (!present(env, all, d->assignee, &person, e))
			return false;
		add_line(all, (struct line){.person = person, .d = d});
	} else if (role_from_name(d->step_role, &role) && d->step_unit.v && !to_holders(env, all, d, role, d->step_unit, e)) {
		return false;
	}
	return !late || to_holders(env, all, d, ROLE_HEAD, d->settling_unit, e);
}

static int by_person(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	if (a->person != b->person)
		return a->person < b->person ? -1 : 1;
	if (a->d->due.ms != b->d->due.ms)
		return a->d->due.ms < b->d->due.ms ? -1 : 1;
	if (a->d != b->d)
		return a->d < b->d ? -1 : 1;
	return (int)a->as_head - (int)b->as_head;
}

static bool reader_of(struct env *env, int64_t person, struct str *to, enum lang *lang, struct err *e)
{
	struct official o = {0};
	struct account account = {0};
	bool found = false, has = false;
	if (!directory_person(env, (struct person_id){person}, &o, &found, e) || !account_of_person(env, (struct person_id){person}, &account, &has, e))
		return err_wrap(e, "whom to warn");
	*to = text_email_ok(o.email) ? o.email : has ? account.email : STR("");
	*lang = has ? account.lang : LANG_VI;
	return true;
}

static struct str line_text(struct env *env, enum lang lang, const struct line *x)
{
	enum msg_key key = x->d->due.ms < env->now.ms ? MSG_NOTIFY_DAILY_LATE : MSG_NOTIFY_DAILY_SOON;
	struct str args[] = {x->d->code, lang_instant(env->arena, lang, x->d->due)};
	struct str text = msg_fmt(env->arena, lang, key, args, ARRAY_LEN(args));
	return x->as_head ? str_fmt(env->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(msg(lang, MSG_NOTIFY_DAILY_HEAD))) : text;
}

static struct str number_in(struct env *env, enum lang lang, enum msg_key key, size_t n)
{
	struct str one = lang_number(env->arena, lang, (int64_t)n);
	return msg_fmt(env->arena, lang, key, &one, 1);
}

/* The lines of one person: v[0 … n - 1]. A dossier that is one's own and of one's unit stands there once. */
static bool write_mail(struct env *env, const struct line *v, size_t n, struct notice *out, struct err *e)
{
	enum lang lang = LANG_VI;
	struct buf b = buf_on(env->arena);
	size_t shown = 0, all = 0;
	*out = (struct notice){0};
	if (!reader_of(env, v->person, &out->to, &lang, e))
		return false;
	buf_put(&b, msg(lang, MSG_NOTIFY_DAILY_TEXT));
	buf_put(&b, STR("\n\n"));
	for (size_t i = 0; i < n; i++) {
		if (i && v[i].d == v[i - 1].d)
			continue;
		if (++all > LINES_MAX)
			continue;
		shown++;
		struct str line = line_text(env, lang, &v[i]);
		buf_fmt(&b, "%.*s\n", STR_ARG(line));
	}
	if (all > shown)
		buf_put(&b, number_in(env, lang, MSG_NOTIFY_DAILY_MORE, all - shown));
	struct str url = str_fmt(env->arena, "%.*s/ban-lam-viec", STR_ARG(notify_have()->public_url));
	buf_put(&b, STR("\n"));
	if (notify_have()->public_url.n)
		buf_put(&b, msg_fmt(env->arena, lang, MSG_NOTIFY_DAILY_LINK, &url, 1));
	struct str foot = msg(lang, MSG_NOTIFY_DAILY_FOOT);
	buf_fmt(&b, "\n\n%.*s", STR_ARG(foot));
	out->subject = number_in(env, lang, MSG_NOTIFY_DAILY, all);
	out->text = buf_str(&b);
	out->key = str_fmt(env->arena, "notify.daily:%d:%lld", date_of(env->now).day, (long long)v->person);
	return true;
}

bool daily_fn(struct job_run *run, struct err *e)
{
	struct env *env = &run->env;
	const struct law *law = notify_have()->law;
	struct dossier_due_before_rows rows = {0};
	struct lines all = {.a = env->arena};
	struct mails *mails = NEW(env->arena, struct mails);
	bool morning = time_of_day_ms(env->now) >= run->kind->at_ms; /* a program started at night owes yesterday's mails to nobody */
	if (!morning || !calendar_is_working_day(law->calendar, date_of(env->now)))
		return true;
	if (!q_dossier_due_before(env->db, env->arena, dossier_amber_until(law, env->now), DOSSIERS_MAX, &rows, e))
		return err_wrap(e, "what is due");
	for (size_t i = 0; i < rows.n; i++)
		if (!to_people(env, &all, &rows.v[i], e))
			return false;
	if (all.n)
		qsort(all.v, all.n, sizeof *all.v, by_person);
	mails->v = NEW_ARRAY(env->arena, all.n, struct notice);
	for (size_t from = 0, to; from < all.n; from = to) {
		for (to = from + 1; to < all.n && all.v[to].person == all.v[from].person;)
			to++;
		if (!write_mail(env, &all.v[from], to - from, &mails->v[mails->n++], e))
			return false;
	}
	run->state = mails;
	return true;
}

bool daily_finish(struct job_run *run, struct err *e)
{
	const struct mails *mails = run->state;
	for (size_t i = 0; mails && i < mails->n; i++) {
		const struct notice *m = &mails->v[i];
		if (text_email_ok(m->to) && !mail_queue(&run->env, m->to, m->subject, m->text, m->key, e))
			return err_wrap(e, "warning");
	}
	return true;
}
