/* mould.c — one dossier of a kind through the real acts, and what each of them left behind. */
#include "core/audit/audit_sql.h"
#include "core/text/text.h"
#include "dossier/fee.h"
#include "dossier/result.h"
#include "gen/tables.h"
#include "sample/internal.h"
#include <stdlib.h>
#include <string.h>

/* One dossier under way in the copy. */
struct taking {
	struct maker *m;
	struct env env;
	struct mould *x;
	const struct cast *cast;
	struct dossier_id id;
	struct key key;
	int64_t paper, fee, entry; /* the last of them */
	json_t *answers;
	size_t scanned, images_cap;
};

/* ---- what is asked ---- */

static size_t files_asked(struct maker *m, const struct life *l, struct date today, json_t **answers, json_t **files)
{
	const struct law_procedure *p = l->p;
	*answers = (l->organisation ? law_example_organisation : law_example)(m->scratch, m->c->law, p, today);
	*files = json_array();
	for (size_t i = 0; i < p->n_forms; i++) {
		struct str id = p->forms[i]->id;
		json_t *mine = p->n_forms > 1 ? json_object_getn(*answers, id.p, id.n) : *answers;
		eform_take_files(m->scratch, p->forms[i], p->n_forms > 1 ? str_cat(m->scratch, id, STR(".")) : STR_NONE, mine, *files);
	}
	if (l->channel != CHANNEL_ONLINE)
		json_array_clear(*files); /* they lie on the counter, as paper */
	return json_array_size(*files);
}

static uint64_t rules_on(const struct maker *m, struct date day)
{
	const struct eras *eras = &m->c->law->eras;
	struct rule_set at = era_resolve(eras, day);
	uint64_t h = 1;
	for (size_t c = 0; c < ERA_COMPONENTS; c++)
		h = mix(h ^ (uint64_t)(at.version[c] - eras->component[c].list));
	return h;
}

size_t files_of_kind(struct maker *m, const struct life *l, struct date today)
{
	uint64_t rules = rules_on(m, today);
	if (l->channel != CHANNEL_ONLINE)
		return 0;
	if (rules != m->files_rules)
		memset(m->files_n, -1, 2 * m->c->law->n * sizeof *m->files_n);
	m->files_rules = rules;
	size_t at = 2 * (size_t)(l->p - m->c->law->procedures) + l->organisation;
	if (m->files_n[at] < 0) {
		struct arena_mark mark = arena_mark(m->scratch);
		json_t *answers = NULL, *files = NULL;
		m->files_n[at] = (int)files_asked(m, l, today, &answers, &files);
		json_decref(answers);
		json_decref(files);
		arena_rewind(m->scratch, mark);
	}
	return (size_t)m->files_n[at];
}

static json_t *paper_of(const struct law_procedure *p)
{
	json_t *docs = json_array();
	for (size_t i = 0; i < p->p->documents_n && i < 12; i++)
		if (!p->p->documents[i].condition.n)
			json_array_append_new(docs, json_pack("{s:s%,s:b,s:i,s:i}", "document", p->p->documents[i].name.p, p->p->documents[i].name.n, "original_seen", 1, "pages", 2, "images", 0));
	return json_pack("{s:o}", "documents", docs);
}

/* ---- who does it ---- */

static bool actor_of(struct taking *k, char who, struct actor *out, struct err *e)
{
	static const struct { char who; enum place_in in; } people[] = {{'c', IN_COUNTER}, {'h', IN_HEAD}, {'s', IN_SPECIALIST}, {'d', IN_DIRECTOR}, {'k', IN_CLERK}, {'o', IN_ADVISER}};
	const struct life *l = &k->x->life;
	struct actor_role *held = NULL;
	*out = who == 'p' ? actor_program : actor_stranger;
	if (who == 'p' || (who == 'a' && l->channel == CHANNEL_ONLINE && !l->account && !k->entry))
		return true;
	if (who == 'a' && l->account) {
		*out = (struct actor){.account = k->cast->v[IN_ACCOUNT], .roles = ROLE_BIT(l->organisation ? ROLE_BUSINESS : ROLE_CITIZEN)};
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		if (people[i].who == (who == 'a' ? 'c' : who))
			*out = (struct actor){.person = k->cast->v[people[i].in]};
	if (!directory_roles(&k->env, (struct person_id){out->person}, date_of(k->env.now), &held, &out->n_held, e))
		return err_wrap(e, "roles");
	out->held = held;
	for (size_t i = 0; i < out->n_held; i++)
		out->roles |= ROLE_BIT(held[i].role);
	return true;
}

/* ---- the acts ---- */

static struct str channel_name(enum channel c) { return c == CHANNEL_ONLINE ? STR("online") : c == CHANNEL_COUNTER ? STR("counter") : STR("post"); }

static bool send(struct taking *k, struct instant t, struct err *e)
{
	struct maker *m = k->m;
	const struct life *l = &k->x->life;
	struct dossier_file_new files[ACTS_MAX];
	struct dossier_sent sent;
	json_t *asked = NULL, *paper = l->channel == CHANNEL_ONLINE ? NULL : paper_of(l->p);
	struct person_made who = person_make(m->scratch, 0, k->x->key, l->organisation);
	size_t n = files_asked(m, l, date_of(t), &k->answers, &asked);
	for (size_t i = 0; i < n; i++) {
		const struct pool_file *f = &m->pool[i % m->n_pool];
		struct str field = str_from(json_string_value(json_object_get(json_array_get(asked, i), "field")));
		files[i] = (struct dossier_file_new){.field = str_dup(m->scratch, field), .name = str_fmt(m->scratch, "mau-%.*s.pdf", STR_ARG(field)), .blob = f->blob, .plain_hash = f->plain,
		                                     .type = STR("application/pdf"), .size = f->size, .pages = OPT_INT(f->pages)};
	}
	struct dossier_new x = {.procedure = l->p, .answers = k->answers, .paper = paper, .account = k->cast->v[IN_ACCOUNT], .channel_in = channel_name(l->channel),
	                        .channel_out = l->online_result ? STR("online") : STR("counter"), .receiving_unit = {k->cast->v[IN_RECEPTION]}, .settling_unit = {k->cast->v[IN_DIVISION]},
	                        .settling_agency = {k->cast->v[IN_AGENCY]}, .code_prefix = STR("H99.90"), .files = files, .n_files = n,
	                        .who = {.organisation = l->organisation, .name = who.name, .identity = who.identity, .phone = who.phone, .address = who.address}};
	dossier_begin(&k->env, m->c->law, &x.id, &k->key, &x.wrapped_key);
	k->id = x.id;
	bool ok = dossier_send(&k->env, m->c->law, &x, &sent, e);
	json_decref(asked);
	json_decref(paper);
	return ok;
}

/* What the answers tell of the rule's inputs; one of each, or a hundred million đồng, where they tell nothing. */
static bool fee_inputs(struct taking *k, json_t **out, struct err *e)
{
	const struct law_procedure *p = k->x->life.p;
	struct fee_bill bill = {0};
	bool told = false;
	if (!law_fee_told(k->env.arena, p, k->answers, out, &told, e))
		return false;
	bool good = law_fee_check(k->env.arena, k->m->c->law, p, *out, date_of(k->env.now), NULL).n == 0;
	if (good && !law_fee(k->env.arena, p, *out, &bill, e))
		return false;
	if (good && bill.total.dong > 0)
		return true;
	json_decref(*out);
	*out = json_object();
	for (size_t i = 0; i < p->fee->n; i++)
		json_object_setn_new(*out, p->fee->v[i].key.p, p->fee->v[i].key.n, json_integer(p->fee->v[i].money ? 100000000 : 1));
	return true;
}

/* The file row that waits for the scanner, oldest first. */
static bool scan(struct taking *k, struct err *e)
{
	struct dossier_file_list_rows rows = {0};
	if (!q_dossier_file_list(k->env.db, k->env.arena, k->id, &rows, e))
		return err_wrap(e, "files");
	CHECK(k->scanned < rows.n);
	return dossier_file_scanned(&k->env, rows.v[k->scanned++].id, true, e);
}

static bool keep(struct taking *k, bool result, struct err *e)
{
	const struct pool_file *f = result ? &k->m->result : &k->m->paper;
	struct dossier_file_id id;
	struct dossier_file_list_rows rows = {0};
	struct dossier_get_row d;
	struct dossier_paper_list_rows papers = {0};
	struct dossier_file_new x = {.name = STR("ket-qua-mau-chua-ky.pdf"), .field = STR("result:sample"), .blob = f->blob, .plain_hash = f->plain, .type = STR("application/pdf"), .size = f->size, .pages = OPT_INT(f->pages)};
	if (result && k->x->life.signed_result) {
		if (!dossier_load(&k->env, k->id, &d, e))
			return false;
		x = (struct dossier_file_new){.name = str_fmt(k->env.arena, "ket-qua-%.*s.pdf", STR_ARG(d.code)), .field = STR("result:sealed"), .blob = f->blob, .plain_hash = f->plain, .type = STR("application/pdf"), .size = f->size};
	}
	if (result)
		return dossier_signed(&k->env, k->m->c->law, k->id, &x, e);
	if (!dossier_load(&k->env, k->id, &d, e) || !q_dossier_paper_list(k->env.db, k->env.arena, k->id, &papers, e) || !q_dossier_file_list(k->env.db, k->env.arena, k->id, &rows, e))
		return err_wrap(e, "papers");
	for (size_t i = 0; i < papers.n; i++)
		if (papers.v[i].id.v == k->paper) {
			x.field = str_fmt(k->env.arena, "paper:%lld", (long long)k->paper);
			x.name = str_fmt(k->env.arena, "%.*s-%.*s-%.*s.pdf", STR_ARG(papers.v[i].form_set), STR_ARG(papers.v[i].form_code), STR_ARG(d.code));
			return dossier_keep_file(&k->env, k->m->c->law, k->id, dossier_paper_kind(papers.v[i].form_set, papers.v[i].form_code), &x, &id, e);
		}
	return err_set(e, ERR_INTERNAL, "no paper was made");
}

/* Reasons as officials write them. */
static struct str reason_of(int does)
{
	switch (does) {
	case ACT_ASK_SUPPLEMENT: return STR("Đề nghị bổ sung bản sao có chứng thực và số điện thoại liên hệ (mẫu)");
	case ACT_REFUSE: return STR("Hồ sơ không thuộc phạm vi tiếp nhận (mẫu)");
	case ACT_SEND_BACK: return STR("Đề nghị nêu rõ căn cứ pháp lý (mẫu)");
	case ACT_APOLOGISE: return STR("Cần thêm thời gian thẩm định thực tế (mẫu)");
	default: return STR_NONE;
	}
}

static bool later_due(struct taking *k, struct instant *out, struct err *e)
{
	struct dossier_get_row d;
	return dossier_load(&k->env, k->id, &d, e) && calendar_add_working_ms(k->m->c->law->calendar, d.due.v, (int64_t)5 * 8 * 3600000, out, e);
}

/* What the template of the result asks beyond what the record tells: as its form's example. */
static json_t *result_fields(struct taking *k, bool refuse)
{
	const struct law *law = k->m->c->law;
	const struct law_result *r = law_result_of(law, k->x->life.p, refuse);
	return r->fields ? eform_example(k->env.arena, r->fields, &(struct eform_context){.today = date_of(k->env.now), .units = law->units}) : NULL;
}

static struct str text_of(int does, bool refuse)
{
	switch (does) {
	case ACT_RATE: return STR_NONE;
	case ACT_ASK_OPINION: return STR("Đề nghị cho ý kiến về nội dung hồ sơ thuộc lĩnh vực quản lý (mẫu)");
	case ACT_ANSWER_OPINION: return STR("Thống nhất với đề xuất, không có ý kiến khác (mẫu)");
	default: return refuse ? STR("Không đủ điều kiện theo quy định (mẫu)") : STR("Đủ điều kiện (mẫu)");
	}
}

static bool question_of(struct taking *k, int64_t *out, struct err *e)
{
	struct dossier_opinion_list_rows rows = {0};
	if (!q_dossier_opinion_list(k->env.db, k->env.arena, k->id, &rows, e))
		return err_wrap(e, "opinions");
	*out = rows.n ? rows.v[rows.n - 1].id.v : 0;
	return rows.n || err_set(e, ERR_INTERNAL, "no opinion was asked for");
}

static bool do_act(struct taking *k, const struct act *a, struct err *e)
{
	static const int scores[] = {5, 5, 4, 5, 5, 4, 5, 3, 5, 4, 5, 5, 2, 4, 5, 5, 4, 5, 1, 5, 4, 5, 5};
	struct dossier_done done;
	json_t *inputs = NULL, *fields = NULL;
	int64_t question = 0;
	const struct life *l = &k->x->life;
	bool refuse = l->course == COURSE_REFUSED;
	if (a->does == ACT_ANSWER_OPINION && !question_of(k, &question, e))
		return false;
	struct dossier_act x = {.id = k->id, .action = (enum dossier_action)a->does, .reason = reason_of(a->does), .to = {k->cast->v[IN_SPECIALIST]}, .outcome = refuse ? STR("refuse") : STR("result"),
	                        .text = text_of(a->does, refuse), .item = a->does == ACT_ANSWER_OPINION ? question : k->fee, .unit = {k->cast->v[IN_ASKED]}, .method = STR("cash"), .late_reason = STR("inspection"),
	                        .score = scores[k->x->key % ARRAY_LEN(scores)], .receipt_seen = true, .collector = STR("Người nộp mẫu")};
	if ((a->does == ACT_DEMAND_FEE && !fee_inputs(k, &inputs, e)) || (a->does == ACT_APOLOGISE && !later_due(k, &x.new_due, e)))
		return false;
	x.fields = fields = a->does == ACT_SUBMIT ? result_fields(k, refuse) : NULL;
	x.inputs = inputs;
	bool ok = dossier_do(&k->env, k->m->c->law, &x, &done, e);
	json_decref(inputs);
	json_decref(fields);
	k->paper = done.paper.v ? done.paper.v : k->paper;
	k->fee = done.fee.v ? done.fee.v : k->fee;
	return ok || err_wrap(e, dossier_action_name(x.action));
}

/* ---- what it left ---- */

static size_t row_of(struct taking *k, const struct db_table *t, int64_t id, int act)
{
	struct mould *x = k->x;
	for (size_t i = 0; i < x->n_rows; i++)
		if (x->rows[i].table == t && x->rows[i].id == id)
			return i;
	CHECK(x->n_rows < ROWS_MAX);
	x->rows[x->n_rows] = (struct mould_row){.table = t, .id = id, .act = act, .attachment = t == &table_dossier_file && act == 0,
	                                         .signed_result = x->life.signed_result && t == &table_dossier_file && x->script.v[act].does == DO_RESULT};
	return x->n_rows++;
}

static const struct db_table *table_named(const struct db_schema *s, struct str name)
{
	for (size_t i = 0; i < s->n_tables; i++)
		if (str_eq(name, str_from(s->tables[i]->name)))
			return s->tables[i];
	return NULL;
}

static bool take_image(struct taking *k, const struct db_table *t, int64_t id, int act, struct err *e)
{
	struct mould *x = k->x;
	union db_cell *cells = NULL;
	bool found = false;
	if (!db_row_cells(k->env.db, k->m->arena, t, id, &cells, &found, e))
		return err_wrap(e, t->name);
	CHECK(found && x->n_images < k->images_cap);
	x->images[x->n_images++] = (struct image){.table = t, .row = (uint8_t)row_of(k, t, id, act), .cells = cells};
	return true;
}

/* The one entry that the act wrote, and the rows it lists. */
static bool take_entry(struct taking *k, int act, struct err *e)
{
	struct audit_entry r = {0};
	bool found = false;
	struct lane *l = k->env.lane;
	if (l->id != k->entry + 1 && k->entry)
		return err_set(e, ERR_INTERNAL, "act %d of a sample wrote %lld entries", act, (long long)(l->id - k->entry));
	k->entry = l->id;
	if (!audit_get(k->env.db, k->m->arena, l->id, &r, &found, e) || !found)
		return err_wrap(e, "entry of a sample");
	struct mould_act *out = &k->x->acts[act];
	*out = (struct mould_act){.at_unit = r.unit, .at_person = r.person, .actor = r.actor, .kind = r.kind, .role = r.role, .body = r.body, .first_image = k->x->n_images};
	struct str rest = r.touched, name;
	int64_t id = 0;
	struct digest d;
	while (rest.n) {
		if (!audit_touch_next(&rest, &name, &id, &d))
			return err_set(e, ERR_INTERNAL, "an entry's list of rows");
		if (!take_image(k, table_named(k->m->c->schema, name), id, act, e))
			return false;
	}
	out->n_images = k->x->n_images - out->first_image;
	return true;
}

static bool one_act(struct taking *k, size_t i, const struct instant *t, struct err *e)
{
	const struct act *a = &k->x->script.v[i];
	struct actor me;
	k->env.now = t[i];
	if (!actor_of(k, a->who, &me, e))
		return false;
	k->env.actor = &me;
	bool ok = a->does == DO_SEND ? send(k, t[0], e) : a->does == DO_SCAN ? scan(k, e) : a->does == DO_PAPER || a->does == DO_RESULT ? keep(k, a->does == DO_RESULT, e) : do_act(k, a, e);
	return ok && take_entry(k, (int)i, e);
}

/* A picture of its form joins the files that samples may have. */
static bool add_to_pool(struct taking *k, struct err *e)
{
	struct maker *m = k->m;
	struct dossier_get_row d;
	struct str pdf;
	struct blob_info info;
	struct pool_file had;
	size_t want = m->c->n < 20000 ? 12 : POOL_MAX;
	if (m->n_pool >= want || m->n_moulds >= 3 * POOL_MAX || !m->c->sheet)
		return true;
	if (again_file(m, &had)) {
		if (had.blob.n)
			m->pool[m->n_pool++] = had;
		return true;
	}
	if (!dossier_load(&k->env, k->id, &d, e) || !m->c->sheet(&k->env, &d, SHEET_FORM, 0, &pdf, e)) {
		*e = (struct err){0}; /* no printed form: no file */
		return again_keep(m, NULL, e);
	}
	if (!blob_store_bytes(m->c->blobs, pdf, &(struct blob_put){.key = &m->key}, &info, e))
		return err_wrap(e, "a sample file");
	m->pool[m->n_pool] = (struct pool_file){digest_hex(m->arena, info.address), digest_hex(m->arena, info.plain), info.size, 1};
	return again_keep(m, &m->pool[m->n_pool++], e);
}

static bool take(struct maker *m, struct mould *x, const struct instant *t, const struct cast *cast, struct err *e)
{
	AUTO_TX tx = {0};
	struct lane lane = m->stage_lane;
	struct taking k = {.m = m, .x = x, .cast = cast, .images_cap = ACTS_MAX * 8,
	                   .env = {.arena = m->scratch, .db = m->stage, .ids = &m->stage_ids, .lane = &lane, .actor = &actor_program}};
	x->images = NEW_ARRAY(m->scratch, k.images_cap, struct image);
	bool ok = db_savepoint(m->stage, &tx, e);
	for (size_t i = 0; ok && i < x->script.n; i++)
		ok = one_act(&k, i, t, e);
	ok = ok && mould_fix(m, x, t, cast, &k.key, e) && add_to_pool(&k, e);
	db_touched_clear(m->stage);
	db_rollback(&tx);
	json_decref(k.answers);
	crypto_wipe(&k.key, sizeof k.key);
	return ok;
}

/* ---- kept by kind ---- */

/* Which rules hold: a border of an era between two acts that print papers makes another kind of dossier. */
static uint64_t key_of(const struct maker *m, const struct life *l, const struct script *s, const struct instant *t)
{
	const struct eras *eras = &m->c->law->eras;
	uint64_t h = mix(rules_on(m, date_of(t[0])) ^ (l->procedure * 128 + l->course * 8 + l->channel));
	h = mix(h ^ ((uint64_t)l->account * 16 + l->organisation * 8U + l->online_result * 4U + l->signed_result * 2U + l->house * 64));
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].does < ACT_COUNT)
			h = mix(h ^ (uint64_t)(era_resolve_open(eras, date_of(t[0]), date_of(t[i])).version[ERA_FORM_SET] - eras->component[ERA_FORM_SET].list));
	return h;
}

static void grow(struct maker *m)
{
	struct mould **old = m->moulds;
	size_t cap = m->moulds_cap;
	m->moulds_cap = cap ? 2 * cap : 1024;
	m->moulds = NEW_ARRAY(m->arena, m->moulds_cap, struct mould *);
	for (size_t i = 0; i < cap; i++)
		if (old[i]) {
			size_t at = old[i]->key & (m->moulds_cap - 1);
			while (m->moulds[at])
				at = (at + 1) & (m->moulds_cap - 1);
			m->moulds[at] = old[i];
		}
}

bool mould_get(struct maker *m, const struct life *l, const struct script *s, const struct instant *t, const struct cast *cast, const struct mould **out, struct err *e)
{
	uint64_t key = key_of(m, l, s, t);
	if (2 * m->n_moulds >= m->moulds_cap)
		grow(m);
	size_t at = key & (m->moulds_cap - 1);
	while (m->moulds[at] && m->moulds[at]->key != key)
		at = (at + 1) & (m->moulds_cap - 1);
	if (!m->moulds[at]) {
		struct arena_mark mark = arena_mark(m->scratch);
		struct mould *x = NEW(m->arena, struct mould);
		*x = (struct mould){.key = key, .life = *l, .script = *s};
		bool ok = take(m, x, t, cast, e);
		arena_rewind(m->scratch, mark);
		if (!ok)
			return err_wrap(e, str_fmt(m->scratch, "%.*s, course %d", STR_ARG(l->p->p->id), (int)l->course).p);
		m->moulds[at] = x;
		m->n_moulds++;
		m->out->moulds++;
	}
	*out = m->moulds[at];
	return true;
}
