/* paper_data.c — the record as the statutory forms want it. Field names are those of packs/paper/README. */
#include "core/audit/audit.h"
#include "issue/internal.h"
#include <string.h>

void set_text(json_t *o, const char *key, struct str value)
{
	if (value.n)
		json_object_set_new(o, key, json_stringn(value.p, value.n));
}

json_t *lines_of(struct str text)
{
	json_t *list = json_array();
	struct str line;
	while (str_next(&text, '\n', &line)) {
		line = str_trim(line);
		if (line.n)
			json_array_append_new(list, json_stringn(line.p, line.n));
	}
	return list;
}

void set_time(struct env *env, json_t *o, const char *key, struct instant at) { set_text(o, key, instant_format(env->arena, at)); }
void set_day(struct env *env, json_t *o, const char *key, struct date d) { set_text(o, key, date_format(env->arena, d)); }

/* The part after the last of the words that name a kind of office: "Ủy ban nhân dân tỉnh Mẫu" gives "tỉnh Mẫu". */
static struct str after(struct str name, struct str words)
{
	ptrdiff_t at = str_find(name, words);
	return at < 0 ? STR_NONE : str_trim(str_sub(name, (size_t)at + words.n, name.n));
}

/* The place name of decree 30: the province's own, without the word for its kind. */
static struct str place_of(struct str parent)
{
	struct str area = after(parent, STR("nhân dân "));
	static const char *const kinds[] = {"tỉnh ", "thành phố ", "xã ", "phường ", "đặc khu ", "huyện "};
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_starts(area, str_from(kinds[i])))
			return str_sub(area, strlen(kinds[i]), area.n);
	return area;
}

static bool agency_and_parent(struct env *env, struct agency_id id, struct agency *x, struct agency *parent, struct err *e)
{
	bool found = false;
	*x = *parent = (struct agency){.kind = AGENCY_DEPARTMENT};
	if (!directory_agency(env, id, x, &found, e))
		return false;
	return !found || !x->parent.v || directory_agency(env, x->parent, parent, &found, e);
}

bool load_offices(struct env *env, struct unit_id receiving, struct agency_id settling, struct offices *o, struct err *e)
{
	struct unit u = {0};
	bool found = false;
	return directory_unit(env, receiving, &u, &found, e) && agency_and_parent(env, u.agency, &o->receiving, &o->receiving_parent, e) &&
	       agency_and_parent(env, settling, &o->settling, &o->settling_parent, e);
}

static void head_data(const struct agency *a, const struct agency *parent, json_t *out)
{
	bool centre = a->is_centre;
	struct str name = centre ? after(a->name, STR("hành chính công ")) : a->name;
	set_text(out, "co_quan_chu_quan", parent->name);
	set_text(out, "loai_don_vi", centre ? STR("TTPVHCC") : STR("BPTNTKQ"));
	set_text(out, "ten_don_vi", name.n ? name : a->name);
	set_text(out, "don_vi", a->name);
	set_text(out, "dia_danh", place_of(parent->name.n ? parent->name : a->name));
}

bool office_head(struct env *env, struct agency_id id, json_t *out, struct err *e)
{
	struct agency a, parent;
	if (!agency_and_parent(env, id, &a, &parent, e))
		return false;
	head_data(&a, &parent, out);
	return true;
}

void office_data(const struct offices *o, bool by_settling, json_t *out)
{
	if (by_settling)
		head_data(&o->settling, &o->settling_parent, out);
	else
		head_data(&o->receiving, &o->receiving_parent, out);
	set_text(out, "co_quan_giai_quyet", o->settling.name);
	set_text(out, "noi_nhan_ket_qua", o->receiving.name);
	set_text(out, "nguoi_lien_he", o->receiving.name);
	set_text(out, "dien_thoai_lien_he", o->receiving.phone);
}

/* What lay on the counter, when the dossier came on paper. */
static void paper_documents(const json_t *documents, json_t *out)
{
	json_t *list = json_array();
	size_t i;
	json_t *x;
	json_array_foreach(documents, i, x)
		json_array_append(list, json_object_get(x, "document"));
	if (json_array_size(list))
		json_object_set(out, "thanh_phan", list);
	json_decref(list);
}

struct text { const char *name; struct str value; };
static void set_texts(json_t *out, const struct text *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		set_text(out, v[i].name, v[i].value);
}

/* The applicant is named on every paper; who came signs; the agent and the paper stand beside the one who gave the authority. */
void who_data(const struct applicant *w, json_t *out)
{
	const struct agent *g = &w->agent;
	const struct text named[] = {{"ten_nguoi_nop", w->name}, {"so_dinh_danh", w->identity}, {"dia_chi", w->address}, {"dien_thoai", w->phone},
		{"email", w->email}, {"nguoi_nop", g->name.n ? g->name : w->name}};
	const struct text principal[] = {{"ho_ten", w->name}, {"dia_chi", w->address}, {"so_dinh_danh", w->identity}, {"dien_thoai", w->phone},
		{"email", w->email}, {"giay_to", g->paper}};
	const struct text agent[] = {{"ho_ten", g->name}, {"so_dinh_danh", g->identity}};
	set_texts(out, named, ARRAY_LEN(named));
	if (!g->name.n)
		return;
	json_t *p = json_object(), *a = json_object();
	set_texts(p, principal, ARRAY_LEN(principal));
	set_texts(a, agent, ARRAY_LEN(agent));
	json_object_set_new(out, "uy_quyen", p);
	json_object_set_new(out, "nop_thay", a);
}

/* TT 03/2025 Mẫu 01: received from whom who filed, "thông tin của người ủy quyền" after it. Of the agent only name and number are known. */
static void from_agent(json_t *x)
{
	static const char *const unknown[] = {"dia_chi", "dien_thoai", "email"};
	const json_t *agent = json_object_get(x, "nop_thay");
	if (!agent)
		return;
	json_object_set(x, "ten_nguoi_nop", json_object_get(agent, "ho_ten"));
	json_object_set(x, "so_dinh_danh", json_object_get(agent, "so_dinh_danh"));
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		json_object_del(x, unknown[i]);
}

static bool applicant_data(struct env *env, const struct dossier_get_row *d, json_t *out, struct err *e)
{
	json_t *content = NULL;
	if (!dossier_unseal(env, LAW, d, &content, e))
		return false;
	struct applicant who = dossier_applicant(env->arena, content);
	who_data(&who, out);
	paper_documents(json_object_get(json_object_get(content, "paper"), "documents"), out);
	json_decref(content);
	return true;
}

void set_sets(struct str procedure, json_t *out)
{
	const struct law_procedure *p = law_find(LAW, procedure);
	if (p && p->p->document_sets > 0)
		json_object_set_new(out, "so_bo", json_integer(p->p->document_sets));
}

static void procedure_data(struct env *env, const struct dossier_get_row *d, json_t *out)
{
	const struct law_procedure *p = law_find(LAW, d->procedure);
	json_t *documents = json_array();
	for (size_t i = 0; p && i < p->p->documents_n; i++)
		if (!p->p->documents[i].condition.n)
			json_array_append_new(documents, json_stringn(p->p->documents[i].name.p, p->p->documents[i].name.n));
	json_object_set_new(out, "thanh_phan", documents);
	set_text(out, "noi_dung_yeu_cau", d->procedure_name);
	set_text(out, "linh_vuc", d->field);
	set_sets(d->procedure, out);
	if (p && p->p->deadline_number > 0)
		set_text(out, "thoi_gian_quy_dinh_ngay", str_fmt(env->arena, "%d", p->p->deadline_number));
}

bool base_data(struct env *env, const struct dossier_get_row *d, struct date on, bool by_settling, json_t **out, struct err *e)
{
	struct offices o;
	*out = NULL;
	if (!load_offices(env, d->receiving_unit, d->settling_agency, &o, e))
		return false;
	json_t *x = json_object();
	office_data(&o, by_settling, x);
	procedure_data(env, d, x);
	set_text(x, "ma_ho_so", d->code);
	set_day(env, x, "ngay_lap", on);
	set_text(x, "he_thong", era_resolve(&LAW->eras, on).version[ERA_SYSTEM_NAME]->id);
	if (issue_have()->public_url.n)
		set_text(x, "url_tra_cuu", str_fmt(env->arena, "%.*s/tra-cuu?ma=%.*s", STR_ARG(issue_have()->public_url), STR_ARG(d->code)));
	if (issue_have()->demo)
		json_object_set_new(x, "trinh_dien", json_true());
	if (!applicant_data(env, d, x, e)) {
		json_decref(x);
		return false;
	}
	*out = x;
	return true;
}

bool unseal_paper(struct env *env, const struct dossier_paper_list_row *p, struct str *out, struct err *e)
{
	AUTO_KEY key = {0};
	bool erased = false;
	*out = STR("");
	if (!dossier_key(env, LAW, p->dossier, &key, &erased, e))
		return false;
	return erased || crypto_open_text(env->arena, &key, str_fmt(env->arena, "paper:%lld", (long long)p->id.v), p->body, out, e);
}

struct str person_name(struct env *env, struct person_id id)
{
	struct official o;
	struct err e = {0};
	bool found = false;
	return id.v && directory_person(env, id, &o, &found, &e) && found ? o.name : STR("");
}

/* The times that a form tells: acceptance, the date first given, the new one of an apology. */
void time_data(struct env *env, const struct dossier_get_row *d, json_t *x)
{
	set_time(env, x, "nhan_luc", d->accepted_at.has ? d->accepted_at.v : d->sent_at);
	set_day(env, x, "ngay_tiep_nhan", date_of(d->accepted_at.has ? d->accepted_at.v : d->sent_at));
	if (d->first_due.has)
		set_time(env, x, "hen_tra_luc", d->first_due.v);
	if (d->apologies && d->due.has)
		set_time(env, x, "hen_lai_luc", d->due.v);
}

static bool fee_data(struct env *env, const struct dossier_get_row *d, json_t *x, struct err *e)
{
	struct dossier_fee_list_rows rows = {0};
	int64_t sum = 0;
	if (!q_dossier_fee_list(env->db, env->arena, d->id, &rows, e))
		return err_wrap(e, "fees of a paper");
	for (size_t i = 0; i < rows.n; i++)
		sum += rows.v[i].amount.dong;
	if (sum)
		set_text(x, "phi_le_phi", lang_money(env->arena, LANG_VI, (struct money){sum}));
	return true;
}

bool issue_paper_data(struct env *env, const struct dossier_get_row *d, const struct dossier_paper_list_row *p, json_t **out, struct err *e)
{
	struct str said;
	bool apology = str_eq(p->form_code, STR("04"));
	if (!unseal_paper(env, p, &said, e) || !base_data(env, d, date_of(p->at), apology, out, e))
		return false;
	json_t *x = *out;
	if (str_eq(p->form_code, STR("01")) && str_eq(p->form_set, STR("TT03-2025")))
		from_agent(x);
	struct str official = person_name(env, p->official);
	set_text(x, "so", str_fmt(env->arena, "%02lld", (long long)p->number));
	set_text(x, "so_thu_tu", str_fmt(env->arena, "%lld", (long long)p->number));
	set_text(x, "so_quyen", str_fmt(env->arena, "%d", date_civil(date_of(p->at)).year));
	set_text(x, apology ? "thu_truong" : "nguoi_tiep_nhan", official);
	set_text(x, "nguoi_huong_dan", official);
	set_text(x, "ly_do", str_eq(p->form_code, STR("02")) ? msg(LANG_VI, MSG_ISSUE_INCOMPLETE) : said);
	json_object_set_new(x, "noi_dung_bo_sung", lines_of(said));
	set_day(env, x, "ngay_de_nghi", date_of(p->at));
	bool online = str_eq(d->channel_in, STR("online")) || str_eq(d->channel_in, STR("portal"));
	set_text(x, "hinh_thuc_de_nghi", msg(LANG_VI, online ? MSG_ISSUE_ASKED_ONLINE : MSG_ISSUE_ASKED_HERE));
	if (str_eq(p->form_set, STR("TT01-2018")) && str_eq(p->form_code, STR("01"))) { /* the agency's copy is the record itself */
		set_text(x, "lien", STR("2"));
		set_text(x, "ten_lien", msg(LANG_VI, MSG_ISSUE_COPY_TWO));
	}
	time_data(env, d, x);
	if (fee_data(env, d, x, e))
		return true;
	json_decref(x);
	*out = NULL;
	return false;
}
