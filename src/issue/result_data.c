/* result_data.c — the result as a document in the layout of decree 30/2020, from the record and the draft that was approved. */
#include "dossier/result.h"
#include "issue/internal.h"
#include <string.h>

/* A deputy signs for the head of the agency: "KT. GIÁM ĐỐC" above the own title (decree 30, annex I, II.7). */
static bool signer_data(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct officers all = {0};
	if (!directory_holders_in_agency(env, ROLE_DIRECTOR, d->settling_agency, d->result_day.has ? d->result_day.v : date_of(env->now), &all, e))
		return err_wrap(e, "signer");
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].person.v != d->signer.v)
			continue;
		set_text(x, "nguoi_ky", all.v[i].name);
		set_text(x, "chuc_vu", all.v[i].title);
		if (all.v[i].is_deputy)
			set_text(x, "quyen_han", msg(LANG_VI, MSG_ISSUE_FOR_DIRECTOR));
		return true;
	}
	struct official o;
	bool found = false;
	if (!directory_person(env, d->signer, &o, &found, e))
		return false;
	if (found) {
		set_text(x, "nguoi_ky", o.name);
		set_text(x, "chuc_vu", o.title);
	}
	return true;
}

/* A text named again with its articles, and one of former times, are not cited. */
static bool cited(const struct procedure *p, size_t i)
{
	struct str s = p->legal_basis.p[i];
	for (size_t k = 0; k < p->legal_basis.n; k++)
		if (k != i && p->legal_basis.p[k].n > s.n && str_starts(p->legal_basis.p[k], s))
			return false;
	return str_find(s, STR("(trước")) < 0;
}

static void basis_data(struct env *env, const struct dossier_get_row *d, json_t *x)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *list = json_array();
	for (size_t i = 0; p && i < p->p->legal_basis.n; i++) {
		if (!cited(p->p, i))
			continue;
		struct str line = msg_fmt(env->arena, LANG_VI, MSG_ISSUE_BASIS, &p->p->legal_basis.p[i], 1);
		json_array_append_new(list, json_stringn(line.p, line.n));
	}
	json_object_set_new(x, "can_cu", list);
}

/* "01/GP-SKHCN"; a draft has no number yet. */
static void number_data(struct env *env, const struct dossier_get_row *d, struct str symbol, json_t *x)
{
	ptrdiff_t dash = str_find_char(symbol, '-');
	struct str number = d->result_number.has ? str_fmt(env->arena, "%02lld", (long long)d->result_number.v) : STR("…");
	set_text(x, "so", number);
	set_text(x, "ky_hieu", dash < 0 ? symbol : str_sub(symbol, (size_t)dash + 1, symbol.n));
	set_text(x, "so_ky_hieu", str_fmt(env->arena, "%.*s/%.*s", STR_ARG(number), STR_ARG(symbol)));
}

/* The day so many months later, or the last of its month (Bộ luật Dân sự 2015 Điều 148). */
static struct date months_after(struct date d, int64_t months)
{
	struct civil c = date_civil(d);
	int64_t m = (int64_t)c.year * 12 + c.month - 1 + months;
	int year = (int)(m / 12), month = (int)(m % 12) + 1, day = c.day;
	while (day > 28 && !date_is_civil(year, month, day))
		day--;
	return date_from_civil(year, month, day);
}

static struct str text_at(const json_t *x, const json_t *rule, const char *key)
{
	const char *name = json_string_value(json_object_get(rule, key));
	return name ? str_from(json_string_value(json_object_get(x, name))) : STR_NONE;
}

/* "periods" of a template: {"name": {"from": field or none (the day of the result), "months": field, "until": field}}. */
static void period_data(struct env *env, const struct law_result *t, struct date day, json_t *x)
{
	json_t *rule;
	const char *name;
	json_object_foreach(json_object_get(t->template, "periods"), name, rule) {
		struct date from = day, until;
		const json_t *months = json_object_get(x, json_string_value(json_object_get(rule, "months")) ? json_string_value(json_object_get(rule, "months")) : "");
		(void)date_parse(text_at(x, rule, "from"), &from);
		if (date_parse(text_at(x, rule, "until"), &until))
			from = until;
		else if (json_is_integer(months))
			from = months_after(from, json_integer_value(months));
		else if (json_object_get(rule, "months"))
			continue;
		set_text(x, name, date_format(env->arena, from));
	}
}

static void holder_data(json_t *x)
{
	json_t *holder = json_object();
	static const struct { const char *from, *to; } parts[] = {{"ten_nguoi_nop", "ten"}, {"dia_chi", "dia_chi"}, {"dien_thoai", "dien_thoai"}};
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		if (json_object_get(x, parts[i].from))
			json_object_set(holder, parts[i].to, json_object_get(x, parts[i].from));
	json_object_set_new(x, "to_chuc", holder);
	json_object_set(x, "kinh_gui", json_object_get(x, "ten_nguoi_nop"));
}

/* The notice of a refusal: the reasons of the proposal. */
static void refusal_data(struct env *env, const struct dossier_get_row *d, struct str reasons, json_t *x)
{
	json_t *lines = lines_of(reasons);
	if (json_array_size(lines) == 0)
		json_array_append_new(lines, json_string(msg(LANG_VI, MSG_ISSUE_REFUSED_PLAIN).p));
	set_text(x, "trich_yeu", msg_fmt(env->arena, LANG_VI, MSG_ISSUE_ABOUT_REFUSAL, &d->procedure_name, 1));
	json_object_set_new(x, "noi_dung", lines);
}

static void office_words(struct env *env, json_t *x)
{
	struct str office = str_from(json_string_value(json_object_get(x, "don_vi")));
	set_text(x, "tham_quyen", msg_fmt(env->arena, LANG_VI, MSG_ISSUE_DIRECTOR_OF, &office, 1));
	json_object_set_new(x, "noi_nhan", json_pack("[s,s]", msg(LANG_VI, MSG_ISSUE_AS_ABOVE).p, msg(LANG_VI, MSG_ISSUE_COPY_COUNTER).p));
}

/* Fields first: what the record itself says is not theirs to overwrite. */
static bool fill_result(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, struct date day, json_t *x, struct err *e)
{
	bool refuse = str_eq(d->outcome, STR("refuse"));
	const struct law_result *t = law_result_of(LAW, law_find(LAW, d->procedure), refuse);
	json_object_update_missing(x, p->fields);
	office_words(env, x);
	number_data(env, d, t->symbol, x);
	basis_data(env, d, x);
	holder_data(x);
	period_data(env, t, day, x);
	if (refuse)
		refusal_data(env, d, p->text, x);
	return !d->signer.v || signer_data(env, d, x, e);
}

static bool with_proposal(struct env *env, const struct dossier_get_row *d, struct date day, json_t *x, struct err *e)
{
	struct dossier_proposal p;
	if (!dossier_proposal(env, LAW, d, str_eq(d->outcome, STR("refuse")), &p, e))
		return false;
	bool ok = fill_result(env, d, &p, day, x, e);
	json_decref(p.fields);
	return ok;
}

/* The foot of each page: the code by which anybody looks the result up and, when our address is known, where. */
static void look_up(struct env *env, const struct dossier_get_row *d, json_t *x)
{
	struct str at[] = {d->code, issue_have()->public_url};
	set_text(x, "chan_trang", msg_fmt(env->arena, LANG_VI, at[1].n ? MSG_ISSUE_LOOK_UP : MSG_ISSUE_LOOK_UP_CODE, at, at[1].n ? 2 : 1));
}

bool issue_result_data(struct env *env, const struct dossier_get_row *d, const struct dossier_proposal *p, json_t **out, struct err *e)
{
	struct date day = d->result_day.has ? d->result_day.v : date_of(env->now);
	json_t *x = NULL;
	*out = NULL;
	if (!base_data(env, d, day, true, &x, e))
		return false;
	if (!(p ? fill_result(env, d, p, day, x, e) : with_proposal(env, d, day, x, e))) {
		json_decref(x);
		return false;
	}
	look_up(env, d, x);
	*out = x;
	return true;
}
