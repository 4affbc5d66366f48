/* sheet.c — papers drawn when somebody asks: the control slip, the receipt of a fee, the application form, the register. */
#include "core/audit/audit.h"
#include "core/db/id.h"
#include "dossier/fee.h"
#include "form/form.h"
#include "issue/internal.h"
#include <string.h>

/* The set of forms for what is made today in a dossier received then. */
static bool is_old_set(const struct dossier_get_row *d, struct date today)
{
	return str_eq(era_resolve_open(&LAW->eras, date_of(d->sent_at), today).version[ERA_FORM_SET]->id, STR("TT01-2018"));
}

/* ---- the control slip (TT 01/2018 form 05, TT 03/2025 form 06) ---- */

static const struct node *step_of(const struct dossier_get_row *d, const json_t *body, const char *key)
{
	const struct process *p = law_process(LAW, d->process);
	return p ? workflow_node(p, str_from(json_string_value(json_object_get(body, key)))) : NULL;
}

static struct str unit_name(struct env *env, int64_t id)
{
	struct unit u = {0};
	struct err e = {0};
	bool found = false;
	return id && directory_unit(env, (struct unit_id){id}, &u, &found, &e) && found ? u.name : STR("");
}

/* From unit to unit and hand to hand; who acts next is who received. At the end nobody receives: that is no line of its own. */
static void hand_on(struct env *env, const struct dossier_get_row *d, const struct audit_entry *x, json_t *list)
{
	json_t *body = json_loadb(x->body.p, x->body.n, 0, NULL), *before = json_array_get(list, json_array_size(list) - 1);
	const struct node *from = step_of(d, body, "from"), *to = step_of(d, body, "to");
	struct str who = person_name(env, (struct person_id){x->person}), unit = unit_name(env, x->unit);
	bool moves = from && to && !str_eq(from->name, to->name);
	if (moves && before) {
		set_text(before, "nguoi_nhan", who);
		set_text(before, "ben_nhan", unit);
	}
	if (moves && (to->kind != NODE_END || !before)) {
		json_t *row = json_object();
		set_text(row, "ben_giao", unit.n ? unit : from->name);
		set_text(row, "ben_nhan", unit_name(env, d->step_unit.v));
		set_time(env, row, "luc", x->at);
		set_text(row, "nguoi_giao", who);
		set_text(row, "ghi_chu", str_fmt(env->arena, "%.*s → %.*s", STR_ARG(from->name), STR_ARG(to->name)));
		json_array_append_new(list, row);
	}
	json_decref(body);
}

/* Early, on the day, late: of the settlement, as statistics count it. */
static void timely_data(const struct dossier_get_row *d, json_t *list)
{
	json_t *last = json_array_get(list, json_array_size(list) - 1);
	struct opt_instant counts_from = dossier_law_due(d->due, d->law_due, d->first_due);
	if (!last || !d->settled_at.has || !counts_from.has)
		return;
	int32_t done = date_of(d->settled_at.v).day, due = date_of(counts_from.v).day;
	bool late = d->settled_at.v.ms > counts_from.v.ms;
	set_text(last, "ket_qua", msg(LANG_VI, late ? MSG_ISSUE_LATE : done < due ? MSG_ISSUE_EARLY : MSG_ISSUE_ON_TIME));
}

/* Units asked for an opinion. */
static bool helper_data(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	struct buf b = buf_on(env->arena);
	if (!q_dossier_opinion_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "opinions");
	for (size_t i = 0; i < rows.n; i++) {
		struct unit u = {0};
		bool found = false;
		if (!directory_unit(env, rows.v[i].unit, &u, &found, e))
			return false;
		if (found && str_find(buf_str(&b), u.name) < 0)
			buf_fmt(&b, "%s%.*s", b.n ? "; " : "", STR_ARG(u.name));
	}
	set_text(x, "co_quan_phoi_hop", b.n ? buf_str(&b) : msg(LANG_VI, MSG_ISSUE_NONE));
	return true;
}

/* It travels with the receipt and has its number. */
static bool receipt_number(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct dossier_paper_list_rows rows = {0};
	if (!q_dossier_paper_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "papers");
	for (size_t i = 0; i < rows.n; i++)
		if (str_eq(rows.v[i].form_code, STR("01")))
			set_text(x, "so", str_fmt(env->arena, "%02lld", (long long)rows.v[i].number));
	return true;
}

bool issue_control_data(struct env *env, const struct dossier_get_row *d, json_t **out, struct err *e)
{
	struct audit_entries all = {0};
	if (!dossier_timeline(env, d->id, &all, e) || !base_data(env, d, date_of(d->accepted_at.has ? d->accepted_at.v : d->sent_at), false, out, e))
		return false;
	json_t *list = json_array();
	for (size_t i = 0; i < all.n; i++)
		hand_on(env, d, &all.v[i], list);
	timely_data(d, list);
	json_object_set_new(*out, "giao_nhan", list);
	time_data(env, d, *out);
	if (helper_data(env, d, *out, e) && receipt_number(env, d, *out, e))
		return true;
	json_decref(*out);
	*out = NULL;
	return false;
}

static bool control_draw(struct env *env, const struct dossier_get_row *d, struct str *pdf, struct err *e)
{
	bool old = is_old_set(d, date_of(env->now));
	json_t *data = NULL;
	return issue_control_data(env, d, &data, e) && draw_with(env, old ? STR("TT01-2018") : STR("TT03-2025"), old ? STR("05") : STR("06"), data, env->now, pdf, e);
}

/* ---- the receipt of a fee ---- */

/* Each item by itself when they make up the sum; a sum that departs from the rule is one item. */
static json_t *paid_items(struct env *env, const struct key *key, const struct dossier_fee_list_row *f)
{
	json_t *detail = fee_detail(env->arena, key, false, f), *list = json_array();
	struct fee_bill bill = fee_detail_bill(env->arena, detail);
	bool whole = bill.n == 0 || bill.total.dong != f->amount.dong;
	for (size_t i = 0; i < bill.n && !whole; i++) {
		const struct fee_line *b = &bill.v[i];
		struct str name = b->quantity > 1 && b->each.dong ? str_fmt(env->arena, "%.*s (%lld × %.*s)", STR_ARG(b->name), (long long)b->quantity, STR_ARG(lang_money(env->arena, LANG_VI, b->each))) : b->name;
		json_array_append_new(list, json_pack("{s:s%,s:I}", "ten", name.p, name.n, "so_tien", (json_int_t)b->amount.dong));
	}
	if (whole)
		json_array_append_new(list, json_pack("{s:s%,s:I}", "ten", f->name.p, f->name.n, "so_tien", (json_int_t)f->amount.dong));
	json_decref(detail);
	return list;
}

static void paid_data(struct env *env, const struct key *key, const struct dossier_fee_list_row *f, json_t *x)
{
	set_text(x, "so", f->voucher);
	set_day(env, x, "ngay_lap", date_of(f->paid_at.v));
	set_text(x, "nguoi_thu", person_name(env, f->clerk));
	set_text(x, "hinh_thuc", msg(LANG_VI, str_eq(f->method, STR("cash")) ? MSG_ISSUE_IN_CASH : MSG_ISSUE_BY_TRANSFER));
	json_object_set_new(x, "khoan", paid_items(env, key, f));
	json_object_set_new(x, "tong", json_integer(f->amount.dong));
}

static bool fee_draw(struct env *env, const struct dossier_get_row *d, const struct key *key, int64_t fee, struct str *pdf, struct err *e)
{
	struct dossier_fee_list_rows rows = {0};
	json_t *x = NULL;
	if (!q_dossier_fee_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "fees");
	for (size_t i = 0; i < rows.n; i++) {
		const struct dossier_fee_list_row *f = &rows.v[i];
		if (f->id.v != fee || !str_eq(f->state, STR("paid")) || !f->paid_at.has)
			continue;
		if (!base_data(env, d, date_of(f->paid_at.v), false, &x, e))
			return false;
		paid_data(env, key, f, x);
		return draw_with(env, STR("bien-lai"), STR("phieu-thu"), x, f->paid_at.v, pdf, e);
	}
	return err_set(e, ERR_NOT_FOUND, "no such paid fee of this dossier");
}

/* ---- the application form, as the law prints it ---- */

static void sign_data(struct env *env, const json_t *base, struct instant at, json_t *flat)
{
	json_t *sign = json_object_get(flat, "sign");
	set_text(sign, "place", str_from(json_string_value(json_object_get(base, "dia_danh"))));
	set_day(env, sign, "date", date_of(at));
	set_text(sign, "name", str_from(json_string_value(json_object_get(base, "nguoi_nop"))));
	json_object_update_missing(flat, (json_t *)(uintptr_t)base);
}

/* "Kính gửi: Sở Khoa học và Công nghệ …", "(Tên cơ quan …)": the form leaves a blank for who it goes to, which is known here. */
static void address_data(const json_t *base, json_t *flat)
{
	struct str to = str_from(json_string_value(json_object_get(flat, "kinh_gui"))), agency = str_from(json_string_value(json_object_get(base, "co_quan_giai_quyet")));
	if (str_find(to, STR("…")) >= 0 || str_starts(to, STR("(Tên")) || str_starts(to, STR("Tên")))
		set_text(flat, "kinh_gui", agency);
}

/* Answers given on paper lie with the papers: there is no form to print. */
static bool form_draw(struct env *env, const struct dossier_get_row *d, int64_t n, struct str *pdf, struct err *e)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *content = NULL, *base = NULL;
	if (!p || n < 0 || (size_t)n >= p->n_forms)
		return err_set(e, ERR_NOT_FOUND, "no such form of the procedure");
	if (!dossier_unseal(env, LAW, d, &content, e))
		return false;
	const json_t *answers = json_object_get(content, "answers");
	if (p->n_forms > 1)
		answers = json_object_getn(answers, p->forms[n]->id.p, p->forms[n]->id.n);
	bool any = json_object_size(answers) > 0;
	if (!any || !base_data(env, d, date_of(d->sent_at), false, &base, e)) {
		json_decref(content);
		return any ? false : err_set(e, ERR_NOT_FOUND, "no answers of that form");
	}
	json_t *flat = eform_print_json(p->forms[n], answers, &(struct eform_context){.today = date_of(d->sent_at), .units = LAW->units});
	address_data(base, flat);
	sign_data(env, base, d->sent_at, flat);
	json_decref(content);
	json_decref(base);
	return draw_with(env, STR("don"), STR("to-khai"), flat, d->sent_at, pdf, e);
}

bool issue_sheet_draw(struct env *env, const struct dossier_get_row *d, enum dossier_sheet what, int64_t item, struct str *pdf, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	if (!dossier_key(env, LAW, d->id, &key, &erased, e))
		return false;
	if (erased)
		return err_set(e, ERR_NOT_FOUND, "the dossier was erased");
	switch (what) {
	case SHEET_CONTROL: return control_draw(env, d, pdf, e);
	case SHEET_FEE: return fee_draw(env, d, &key, item, pdf, e);
	case SHEET_FORM: return form_draw(env, d, item, pdf, e);
	}
	return err_set(e, ERR_NOT_FOUND, "no such sheet");
}

/* ---- the register (TT 01/2018 form 06, TT 03/2025 form 07) ---- */

bool issue_register_rows(struct env *env, const struct issue_register *x, int64_t limit, struct issue_register_page *out, struct err *e)
{
	struct issue_register_list_rows rows = {0};
	struct issue_register_before_row before = {0};
	bool found = false;
	struct instant since = instant_at(x->from, 0), until = {instant_at(x->to, 0).ms + DAY_MS}, year = instant_at(date_from_civil(date_civil(x->from).year, 1, 1), 0);
	struct str field = x->field.n ? x->field : STR_NONE;
	struct issue_register_list_in in = {.reception = x->reception, .agency = x->agency, .since = since, .until = until, .field = field, .limit = limit};
	struct issue_register_before_in past = {.reception = x->reception, .agency = x->agency, .since = year, .until = since, .field = field};
	if (!q_issue_register_list(env->db, env->arena, &in, &rows, e) || !q_issue_register_before(env->db, env->arena, &past, &before, &found, e))
		return err_wrap(e, "register");
	struct dossier_id *v = NEW_ARRAY(env->arena, rows.n, struct dossier_id);
	for (size_t i = 0; i < rows.n; i++)
		v[i] = rows.v[i].id;
	*out = (struct issue_register_page){.v = v, .n = rows.n, .before = before.n};
	return true;
}

static struct str channel_word(struct str channel)
{
	static const struct { const char *channel; enum msg_key word; } words[] = {{"online", MSG_ISSUE_OUT_ONLINE}, {"counter", MSG_ISSUE_OUT_COUNTER},
		{"post", MSG_ISSUE_OUT_POST}, {"hired", MSG_ISSUE_OUT_HIRED}};
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(channel, str_from(words[i].channel)))
			return msg(LANG_VI, words[i].word);
	return STR("");
}

/* A register's dossiers come from few receptions and go to few agencies: each pair is looked up once. */
struct known_offices { struct unit_id receiving; struct agency_id settling; struct offices of; struct known_offices *next; };

static const struct offices *offices_of(struct env *env, const struct dossier_listed_row *d, struct known_offices **known, struct err *e)
{
	for (const struct known_offices *o = *known; o; o = o->next)
		if (o->receiving.v == d->receiving_unit.v && o->settling.v == d->settling_agency.v)
			return &o->of;
	struct known_offices *o = NEW(env->arena, struct known_offices);
	*o = (struct known_offices){.receiving = d->receiving_unit, .settling = d->settling_agency, .next = *known};
	if (!load_offices(env, d->receiving_unit, d->settling_agency, &o->of, e))
		return NULL;
	*known = o;
	return &o->of;
}

/* An erased dossier keeps its line: code, procedure, times; no name. */
static bool register_row(struct env *env, const struct dossier_listed_row *d, int64_t number, struct known_offices **known, json_t *list, struct err *e)
{
	struct applicant who = {0};
	const struct offices *o = offices_of(env, d, known, e);
	if (!o || !dossier_who_listed(env, LAW, d, &who, e))
		return false;
	json_t *x = json_object();
	json_array_append_new(list, x);
	office_data(o, false, x);
	who_data(&who, x);
	json_object_set_new(x, "stt", json_integer(number));
	set_text(x, "ma_ho_so", d->code);
	set_text(x, "ten_tthc", d->procedure_name);
	set_sets(d->procedure, x);
	set_time(env, x, "nhan_luc", d->accepted_at.v);
	if (d->due.has)
		set_time(env, x, "hen_tra_luc", d->due.v);
	if (d->returned_at.has)
		set_time(env, x, "tra_luc", d->returned_at.v);
	set_text(x, "phuong_thuc", channel_word(d->channel_out));
	return true;
}

/* One query, however many. */
static bool register_lines(struct env *env, const struct issue_register_page *page, json_t *list, struct err *e)
{
	struct dossier_listed_rows rows = {0};
	struct known_offices *known = NULL;
	struct buf ids = buf_on(env->arena);
	for (size_t i = 0; i < page->n; i++)
		id_list_add(&ids, page->v[i].v);
	bool ok = q_dossier_listed(env->db, env->arena, id_list(&ids), &rows, e) || err_wrap(e, "lines of the register");
	for (size_t i = 0; ok && i < rows.n; i++)
		ok = register_row(env, &rows.v[i], page->before + (int64_t)i + 1, &known, list, e);
	return ok;
}

static bool register_head(struct env *env, const struct issue_register *x, json_t *out, struct err *e)
{
	struct unit u = {0};
	bool found = false;
	struct agency_id id = x->agency;
	if (x->reception.v && !directory_unit(env, x->reception, &u, &found, e))
		return false;
	if (x->reception.v)
		id = u.agency;
	if (!office_head(env, id, out, e))
		return false;
	set_text(out, "linh_vuc", x->field.n ? x->field : msg(LANG_VI, MSG_ISSUE_ALL_FIELDS));
	set_text(out, "nam", str_fmt(env->arena, "%d", date_civil(x->from).year));
	set_day(env, out, "ngay_lap", date_of(env->now));
	set_text(out, "he_thong", era_resolve(&LAW->eras, x->to).version[ERA_SYSTEM_NAME]->id);
	if (issue_have()->demo)
		json_object_set_new(out, "trinh_dien", json_true());
	return true;
}

bool issue_register_draw(struct env *env, const struct issue_register *x, struct str *pdf, struct err *e)
{
	struct issue_register_page page = {0};
	json_t *data = json_object(), *list = json_array();
	bool old = str_eq(era_resolve(&LAW->eras, x->to).version[ERA_FORM_SET]->id, STR("TT01-2018"));
	json_object_set_new(data, "ho_so", list);
	if (!issue_register_rows(env, x, ISSUE_REGISTER_MAX, &page, e) || !register_head(env, x, data, e) || !register_lines(env, &page, list, e)) {
		json_decref(data);
		return false;
	}
	return draw_with(env, old ? STR("TT01-2018") : STR("TT03-2025"), old ? STR("06") : STR("07"), data, env->now, pdf, e);
}
