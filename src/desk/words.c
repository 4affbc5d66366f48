/* words.c — how states, actions, steps and times are said. */
#include "desk/desk_internal.h"

struct word { const char *name; enum msg_key key; };

static enum msg_key look_up(const struct word *v, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_from(v[i].name)))
			return v[i].key;
	return MSG_UNKNOWN;
}

enum msg_key desk_state_word(struct str state)
{
	static const struct word v[] = {
		{"received", MSG_DESK_STATE_RECEIVED}, {"supplement", MSG_DESK_STATE_SUPPLEMENT}, {"fee", MSG_DESK_STATE_FEE},
		{"processing", MSG_DESK_STATE_PROCESSING}, {"signing", MSG_DESK_STATE_SIGNING}, {"done", MSG_DESK_STATE_DONE},
		{"returned", MSG_DESK_STATE_RETURNED}, {"refused", MSG_DESK_STATE_REFUSED}, {"stopped", MSG_DESK_STATE_STOPPED},
		{"withdrawn", MSG_DESK_STATE_WITHDRAWN}};
	return look_up(v, ARRAY_LEN(v), state);
}

enum msg_key desk_channel_word(struct str channel)
{
	static const struct word v[] = {
		{"online", MSG_DESK_CHANNEL_ONLINE}, {"counter", MSG_DESK_CHANNEL_COUNTER}, {"post", MSG_DESK_CHANNEL_POST},
		{"hired", MSG_DESK_CHANNEL_HIRED}, {"portal", MSG_DESK_CHANNEL_PORTAL}};
	return look_up(v, ARRAY_LEN(v), channel);
}

enum msg_key desk_role_word(struct str role)
{
	static const struct word v[] = {
		{"citizen", MSG_DESK_ROLE_APPLICANT}, {"business", MSG_DESK_ROLE_APPLICANT}, {"counter", MSG_DESK_ROLE_COUNTER},
		{"specialist", MSG_DESK_ROLE_SPECIALIST}, {"head", MSG_DESK_ROLE_HEAD}, {"director", MSG_DESK_ROLE_DIRECTOR},
		{"clerk", MSG_DESK_ROLE_CLERK}, {"inspector", MSG_DESK_ROLE_INSPECTOR}, {"system", MSG_DESK_ROLE_SYSTEM},
		{"admin", MSG_DESK_ROLE_ADMIN}};
	enum msg_key key = look_up(v, ARRAY_LEN(v), role);
	return key == MSG_UNKNOWN ? MSG_DESK_ROLE_SYSTEM : key;
}

enum msg_key desk_action_word(enum dossier_action a)
{
	static const enum msg_key v[ACT_COUNT] = {
		[ACT_ACCEPT] = MSG_DESK_ACT_ACCEPT, [ACT_ASK_SUPPLEMENT] = MSG_DESK_ACT_ASK_SUPPLEMENT, [ACT_REFUSE] = MSG_DESK_ACT_REFUSE,
		[ACT_SUPPLEMENT] = MSG_DESK_ACT_SUPPLEMENT, [ACT_WITHDRAW] = MSG_DESK_ACT_WITHDRAW, [ACT_ASSIGN] = MSG_DESK_ACT_ASSIGN,
		[ACT_FINISH] = MSG_DESK_ACT_FINISH, [ACT_SUBMIT] = MSG_DESK_ACT_SUBMIT, [ACT_APPROVE] = MSG_DESK_ACT_APPROVE,
		[ACT_SEND_BACK] = MSG_DESK_ACT_SEND_BACK, [ACT_ISSUE] = MSG_DESK_ACT_ISSUE, [ACT_HAND_OVER] = MSG_DESK_ACT_HAND_OVER,
		[ACT_ARCHIVE] = MSG_DESK_ACT_ARCHIVE, [ACT_DEMAND_FEE] = MSG_DESK_ACT_DEMAND_FEE, [ACT_CLAIM_PAID] = MSG_DESK_ACT_CLAIM_PAID,
		[ACT_CONFIRM_PAID] = MSG_DESK_ACT_CONFIRM_PAID, [ACT_ASK_OPINION] = MSG_DESK_ACT_ASK_OPINION,
		[ACT_ANSWER_OPINION] = MSG_DESK_ACT_ANSWER_OPINION, [ACT_APOLOGISE] = MSG_DESK_ACT_APOLOGISE,
		[ACT_REASSIGN] = MSG_DESK_ACT_REASSIGN, [ACT_TRANSFER] = MSG_DESK_ACT_TRANSFER, [ACT_TAKE_BACK] = MSG_DESK_ACT_TAKE_BACK, [ACT_STOP] = MSG_DESK_ACT_STOP,
		[ACT_RATE] = MSG_DESK_ACT_RATE, [ACT_CORRECT] = MSG_DESK_ACT_CORRECT, [ACT_TRANSCRIBE] = MSG_DESK_ACT_TRANSCRIBE};
	return v[a];
}

struct str desk_step_name(enum lang lang, struct str process, struct str step)
{
	const struct process *p = law_process(LAW, process);
	const struct node *n = p ? workflow_node(p, step) : NULL;
	return n && n->name.n ? n->name : msg(lang, MSG_UNKNOWN);
}

/* Working days from today to the day of `by`; negative when it has passed. Looks at most a year ahead. */
static int64_t days_left(struct date today, struct date by)
{
	int64_t n = 0;
	int32_t from = today.day < by.day ? today.day : by.day, to = today.day < by.day ? by.day : today.day;
	if (to - from > 366)
		return by.day - today.day;
	for (int32_t d = from + 1; d <= to; d++)
		n += calendar_is_working_day(LAW->calendar, (struct date){d});
	return today.day <= by.day ? n : -n;
}

static bool still_runs(struct str state)
{
	return str_eq(state, STR("received")) || str_eq(state, STR("processing")) || str_eq(state, STR("signing")) || str_eq(state, STR("fee"));
}

struct desk_due desk_due(struct env *env, struct str state, struct instant by, bool known)
{
	struct desk_due d = {.state = UI_DOING, .word = msg(env->lang, desk_state_word(state))};
	if (still_runs(state)) {
		if (!known)
			return d;
		d.counts = true;
		d.days = days_left(date_of(env->now), date_of(by));
		d.state = by.ms < env->now.ms ? UI_LATE : d.days <= 2 ? UI_SOON : UI_ON_TIME;
		if (d.state == UI_LATE && d.days == 0)
			d.counts = false, d.word = msg(env->lang, MSG_STATE_LATE);
		return d;
	}
	d.state = str_eq(state, STR("supplement")) ? UI_YOURS : str_eq(state, STR("refused")) ? UI_REFUSED
	        : str_eq(state, STR("stopped")) || str_eq(state, STR("withdrawn")) ? UI_STOPPED : UI_DONE;
	return d;
}

void desk_due_badge(struct html_out *o, const struct desk_due *d)
{
	if (d->counts)
		ui_badge_due(o, d->state, d->days);
	else
		ui_badge_word(o, d->state, d->word);
}

struct str desk_office_time(const struct request *r, int64_t ms)
{
	int64_t minutes = (ms + 30000) / 60000, hours = minutes / 60;
	int64_t n[] = {hours ? hours : minutes, minutes % 60};
	enum msg_key keys[] = {hours ? MSG_DESK_HOURS : MSG_DESK_MINUTES, MSG_DESK_HOURS_MINUTES};
	if (hours >= 8) {
		n[0] = hours / 8, n[1] = hours % 8;
		keys[0] = MSG_DESK_WORKING_DAYS, keys[1] = MSG_DESK_DAYS_HOURS;
	}
	bool two = hours && n[1];
	struct str words[] = {str_fmt(r->env.arena, "%lld", (long long)n[0]), str_fmt(r->env.arena, "%lld", (long long)n[1])};
	return msg_fmt(r->env.arena, r->env.lang, keys[two], words, two ? 2 : 1);
}

struct str desk_person_name(struct env *env, int64_t person)
{
	struct official p;
	struct err e = {0};
	bool found = false;
	if (!person || !directory_person(env, (struct person_id){person}, &p, &found, &e) || !found)
		return STR("");
	return p.name;
}

struct str desk_unit_name(struct env *env, int64_t unit)
{
	struct unit u;
	struct err e = {0};
	bool found = false;
	if (!unit || !directory_unit(env, (struct unit_id){unit}, &u, &found, &e) || !found)
		return STR("");
	return u.name;
}

void desk_put_encoded(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
		if (plain)
			buf_char(b, (char)c);
		else
			buf_fmt(b, "%%%02X", c);
	}
}
