/* directory_demo.c — a sample province from packs/demo/agency.json, and what stands around its department from packs/demo/province.json
 * (see directory.h).
 *
 * The department of 2025 is made before that of 2017, so that units of 2017 can name their successors. An official of a
 * role in 2017 is the one who holds it in 2025: the n-th seat of a role is the same person in both. */
#include "core/pack/pack.h"
#include "directory/directory_internal.h"

#define POOL_MAX 96

struct maker {
	struct env *env;
	struct directory_demo *out;
	struct person_id pool[ROLE_COUNT][POOL_MAX];
	size_t used[ROLE_COUNT];  /* in the era being made */
	int n_people;
};

static const struct { enum role role; const char *name, *title, *mailbox; } named[] = {
	{ROLE_COUNTER, "Trần Thị Mẫu Tiếp Nhận", "Chuyên viên", "tiepnhan"},
	{ROLE_SPECIALIST, "Lê Văn Mẫu Thụ Lý", "Chuyên viên", "thuly"},
	{ROLE_HEAD, "Phạm Thị Mẫu Trưởng Phòng", "Trưởng phòng", "truongphong"},
	{ROLE_DIRECTOR, "Nguyễn Văn Mẫu Giám Đốc", "Giám đốc", "giamdoc"},
	{ROLE_CLERK, "Vũ Thị Mẫu Văn Thư", "Văn thư", "vanthu"},
	{ROLE_INSPECTOR, "Đỗ Văn Mẫu Thanh Tra", "Thanh tra viên", "thanhtra"},
};

static bool make_named(struct maker *m, struct err *e)
{
	struct directory_demo *d = m->out;
	struct person_id *place[] = {&d->counter, &d->specialist, &d->head, &d->director, &d->clerk, &d->inspector};
	for (size_t i = 0; i < ARRAY_LEN(named); i++) {
		struct official p = {.name = str_from(named[i].name), .title = str_from(named[i].title),
		                     .email = str_fmt(m->env->arena, "%s@so-khcn.example", named[i].mailbox), .phone = STR("0200 000 0002")};
		if (!directory_person_add(m->env, &p, e))
			return false;
		*place[i] = m->pool[named[i].role][0] = p.id;
	}
	return true;
}

/* The next person of the role in this era; made when nobody is left. Seat 0 is the one with a sign-in. */
static bool next_person(struct maker *m, enum role role, struct str title, bool key, struct person_id *out, struct err *e)
{
	static const char *const family[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ"};
	size_t i = key ? 0 : ++m->used[role];
	CHECK(i < POOL_MAX);
	if (m->pool[role][i].v == 0) {
		int n = ++m->n_people;
		struct official p = {.title = title, .phone = STR("0200 000 0002"),
		                     .name = str_fmt(m->env->arena, "%s %s Mẫu %d", family[n % 10], n % 2 ? "Văn" : "Thị", n),
		                     .email = str_fmt(m->env->arena, "mau%d@so-khcn.example", n)};
		if (!directory_person_add(m->env, &p, e))
			return false;
		m->pool[role][i] = p.id;
	}
	*out = m->pool[role][i];
	return true;
}

/* Seats of the post that get a person: three are enough to show lists, substitutes and shared work. */
static bool fill_post(struct maker *m, const struct unit *u, struct pack_node post, bool key_unit, struct err *e)
{
	enum role role = ROLE_STRANGER;
	int64_t seats = 1;
	struct str title = pack_text(post, "title", PACK_REQUIRED), word = pack_text(post, "role", PACK_MAY_BE_NULL);
	bool deputy = pack_bool(post, "deputy");
	pack_int(post, "seats", PACK_REQUIRED, &seats);
	bool has = word.p && role_from_name(word, &role);
	if (!directory_post_add(m->env, &(struct post_new){.unit = u->id, .title = title, .seats = seats, .role = has ? &role : NULL, .from = u->valid_from, .to = u->valid_to}, e))
		return false;
	for (int64_t i = 0; has && i < seats && i < 3; i++) {
		struct person_id p;
		struct role_held_id id;
		bool key = i == 0 && !deputy && (key_unit || (role != ROLE_SPECIALIST && role != ROLE_HEAD));
		const struct role_grant g = {.unit = u->id, .role = role, .title = title, .is_deputy = deputy, .from = u->valid_from, .to = u->valid_to};
		struct role_grant with = g;
		if (!next_person(m, role, title, key, &p, e))
			return false;
		with.person = p;
		if (!directory_role_grant(m->env, &with, &id, e))
			return false;
	}
	return true;
}

static bool fill_unit(struct maker *m, const struct unit *u, struct pack_node node, bool key_unit, struct err *e)
{
	size_t n = 0;
	struct pack_node posts = pack_list(node, "posts", &n);
	for (size_t i = 0; i < n; i++)
		if (!fill_post(m, u, pack_item(posts, i), key_unit, e))
			return false;
	return true;
}

static enum unit_kind unit_kind_of(struct pack_node node)
{
	static const char *const words[] = {"leadership", "division", "branch", "service", "reception", NULL};
	int k = pack_word(node, "kind", words);
	return k < 0 ? UNIT_DIVISION : (enum unit_kind)k;
}

/* The unit with that code in the agency, 0 when the key is null. */
static bool unit_named(struct maker *m, struct agency_id agency, struct str code, struct date day, struct unit_id *out, struct err *e)
{
	struct unit u = {0};
	bool found = false;
	*out = (struct unit_id){0};
	if (!code.p)
		return true;
	if (!directory_unit_by_code(m->env, agency, code, day, &u, &found, e))
		return false;
	*out = u.id;
	return found ? true : err_set(e, ERR_INVALID, "demo pack: no unit %.*s", STR_ARG(code));
}

static bool make_units(struct maker *m, const struct agency *a, struct pack_node dept, struct err *e)
{
	size_t n = 0;
	struct pack_node units = pack_list(dept, "units", &n);
	struct str key = pack_text(dept, "key_unit", PACK_REQUIRED);
	for (size_t i = 0; i < n; i++) {
		struct pack_node node = pack_item(units, i);
		struct unit u = {.agency = a->id, .code = pack_text(node, "code", PACK_REQUIRED), .name = pack_text(node, "name", PACK_REQUIRED),
		                 .kind = unit_kind_of(node), .valid_from = a->valid_from, .valid_to = a->valid_to};
		struct agency_id next = a->successor;
		struct str successor = next.v ? pack_text(node, "successor", PACK_REQUIRED) : STR_NONE;
		struct date after = {a->valid_to.has ? a->valid_to.v.day + 1 : 0};
		if (!unit_named(m, a->id, pack_text(node, "parent", PACK_MAY_BE_NULL), a->valid_from, &u.parent, e) ||
		    !unit_named(m, next, successor, after, &u.successor, e) || !directory_unit_add(m->env, &u, e) ||
		    !fill_unit(m, &u, node, str_eq(u.code, key), e))
			return false;
	}
	return true;
}

static bool make_agency(struct maker *m, struct pack_node node, struct agency *a, struct err *e)
{
	static const char *const optional[] = {"address", "phone", "email", "website"};
	struct str *place[] = {&a->address, &a->phone, &a->email, &a->website};
	a->code = pack_text(node, "code", PACK_REQUIRED);
	a->name = pack_text(node, "name", PACK_REQUIRED);
	a->short_name = pack_text(node, "short_name", PACK_REQUIRED);
	for (size_t i = 0; i < ARRAY_LEN(optional); i++)
		if (node.json && json_object_get(node.json, optional[i]))
			*place[i] = pack_text(node, optional[i], PACK_REQUIRED);
	if (!pack_day(node, "valid_from", false, &a->valid_from))
		return err_set(e, ERR_INVALID, "demo pack: valid_from is missing");
	if (json_object_get(node.json, "valid_to"))
		a->valid_to.has = pack_day(node, "valid_to", true, &a->valid_to.v);
	return directory_agency_add(m->env, a, e);
}

static bool make_departments(struct maker *m, struct pack_node root, struct err *e)
{
	size_t n = 0;
	struct pack_node list = pack_list(root, "departments", &n);
	struct agency_id later = {0};
	for (size_t i = n; i-- > 0;) {
		struct agency a = {.kind = AGENCY_DEPARTMENT, .parent = m->out->province, .successor = later};
		struct pack_node node = pack_item(list, i);
		if (!make_agency(m, node, &a, e))
			return false;
		for (size_t r = 0; r < ROLE_COUNT; r++)
			m->used[r] = 0;
		if (!make_units(m, &a, node, e))
			return false;
		*(i + 1 == n ? &m->out->department : &m->out->department_2017) = later = a.id;
	}
	return n == 2 ? true : err_set(e, ERR_INVALID, "demo pack: two departments");
}

/* Terms of 24 months one after the other since the centre opened, so that on every day somebody is posted. */
static bool post_for_ever(struct maker *m, struct person_id person, bool substitute, struct date from, struct err *e)
{
	for (int i = 0; i < 8; i++) {
		struct date to = {directory_months_later(from, 24).day - 1};
		struct posting_id id;
		const struct posting_new p = {.person = person, .unit = m->out->reception, .substitute = substitute,
		                              .field = STR("Khoa học và Công nghệ"), .from = from, .to = to};
		if (!directory_posting_add(m->env, &p, &id, e))
			return false;
		from = (struct date){to.day + 1};
	}
	return true;
}

static bool publish(struct maker *m, struct person_id person, const char *position, const char *title, struct date from, struct err *e)
{
	const struct public_officer x = {.unit = m->out->reception, .position = str_from(position), .title = str_from(title),
	                                 .field = STR("Khoa học và Công nghệ"), .phone = STR("0200 000 0001")};
	return directory_public_staff_add(m->env, person, x, from, e);
}

static bool make_centre(struct maker *m, struct pack_node root, struct err *e)
{
	struct agency a = {.kind = AGENCY_CENTRE, .parent = m->out->province, .is_centre = true};
	struct pack_node node = pack_get(root, "centre"), hall = pack_get(node, "unit");
	struct official chief = {.name = STR("Hoàng Văn Mẫu Trung Tâm"), .title = STR("Giám đốc Trung tâm"), .email = STR("giamdoc@hcc.example")};
	struct person_id second;
	if (!make_agency(m, node, &a, e))
		return false;
	m->out->centre = a.id;
	struct unit u = {.agency = a.id, .code = pack_text(hall, "code", PACK_REQUIRED), .name = pack_text(hall, "name", PACK_REQUIRED),
	                 .kind = UNIT_RECEPTION, .valid_from = a.valid_from};
	if (!directory_unit_add(m->env, &u, e) || !directory_person_add(m->env, &chief, e))
		return false;
	m->out->centre_head = chief.id;
	m->out->reception = u.id;
	m->used[ROLE_COUNTER] = 0;
	return next_person(m, ROLE_COUNTER, STR("Chuyên viên"), false, &second, e) &&
	       post_for_ever(m, m->out->counter, false, a.valid_from, e) && post_for_ever(m, second, true, a.valid_from, e) &&
	       publish(m, chief.id, "head", "Giám đốc Trung tâm", a.valid_from, e) &&
	       publish(m, m->out->counter, "official", "Chuyên viên", a.valid_from, e) &&
	       publish(m, second, "official", "Chuyên viên (dự phòng)", a.valid_from, e);
}

/* A leadership of one person, with the agency from its first day. */
static bool lead(struct maker *m, struct agency_id agency, struct person_id who, const char *title, struct err *e)
{
	struct agency a = {0};
	bool found = false;
	enum role role = ROLE_DIRECTOR;
	struct role_held_id id;
	if (!directory_agency(m->env, agency, &a, &found, e))
		return false;
	struct unit u = {.agency = agency, .code = STR("LD"), .name = STR("Lãnh đạo"), .kind = UNIT_LEADERSHIP, .valid_from = a.valid_from};
	return directory_unit_add(m->env, &u, e) &&
	       directory_post_add(m->env, &(struct post_new){.unit = u.id, .title = str_from(title), .seats = 1, .role = &role, .from = a.valid_from}, e) &&
	       directory_role_grant(m->env, &(struct role_grant){.person = who, .unit = u.id, .role = role, .title = str_from(title), .from = a.valid_from}, &id, e);
}

static bool make_leaders(struct maker *m, struct err *e)
{
	struct official p = {.name = STR("Trịnh Thị Mẫu Lãnh Đạo"), .title = STR("Phó Chủ tịch Ủy ban nhân dân tỉnh"), .email = STR("lanhdao@tinh.example")};
	if (!directory_person_add(m->env, &p, e))
		return false;
	m->out->province_head = p.id;
	return lead(m, m->out->centre, m->out->centre_head, "Giám đốc Trung tâm", e) && lead(m, m->out->province, p.id, "Phó Chủ tịch Ủy ban nhân dân tỉnh", e);
}

static bool make_all(struct maker *m, struct pack_node root, struct err *e)
{
	struct agency province = {.kind = AGENCY_PROVINCE}, district = {.kind = AGENCY_DISTRICT}, commune = {.kind = AGENCY_COMMUNE};
	if (!make_agency(m, pack_get(root, "province"), &province, e))
		return false;
	m->out->province = district.parent = commune.parent = province.id;
	if (!make_agency(m, pack_get(root, "district"), &district, e) || !make_agency(m, pack_get(root, "commune"), &commune, e) ||
	    !make_named(m, e) || !make_departments(m, root, e) || !make_centre(m, root, e) || !make_leaders(m, e))
		return false;
	struct agency d;
	bool found = false;
	if (!directory_agency(m->env, m->out->department, &d, &found, e))
		return false;
	return unit_named(m, d.id, STR("LD"), d.valid_from, &m->out->leadership, e) &&
	       unit_named(m, d.id, STR("VP"), d.valid_from, &m->out->office, e) &&
	       unit_named(m, d.id, STR("CNG"), d.valid_from, &m->out->division, e);
}

bool directory_demo(struct env *env, struct directory_demo *out, struct err *e)
{
	struct agency_count_row have = {0};
	struct pack packs = pack_embedded();
	const struct pack_file *file = pack_find(&packs, STR("demo/agency.json"));
	struct pack_node root;
	struct pack_report report = pack_report_on(env->arena);
	AUTO_PACK_JSON tree = NULL;
	bool found = false;
	if (!q_agency_count(env->db, env->arena, &have, &found, e))
		return false;
	if (have.n > 0)
		return err_set(e, ERR_CONFLICT, "there are agencies already: a demonstration fills an empty directory");
	if (!file || !pack_parse(&report, *file, 1, &tree, &root))
		return err_set(e, ERR_INTERNAL, "packs/demo/agency.json cannot be read");
	*out = (struct directory_demo){0};
	struct maker *m = NEW(env->arena, struct maker);
	m->env = env;
	m->out = out;
	if (!make_all(m, root, e))
		return false;
	return report.faults == 0 ? true : err_set(e, ERR_INTERNAL, "%.*s", STR_ARG(pack_report_text(env->arena, &report)));
}

/* ---- the other agencies, and the centre's counters ---- */

#define FIRST_OTHER 1000 /* numbers of the department's people are below */

static const enum agency_kind other_kinds[] = {AGENCY_DEPARTMENT, AGENCY_COMMUNE};

static bool add_person(struct maker *m, struct str title, struct str domain, struct person_id *out, struct err *e)
{
	static const char *const family[] = {"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô"};
	int n = FIRST_OTHER + m->n_people++;
	struct official p = {.title = title, .phone = STR("0200 000 0009"), .name = str_fmt(m->env->arena, "%s %s Mẫu %d", family[n % 11], n % 2 ? "Văn" : "Thị", n),
	                     .email = str_fmt(m->env->arena, "mau%d@%.*s", n, STR_ARG(domain))};
	bool ok = directory_person_add(m->env, &p, e);
	*out = p.id;
	return ok;
}

/* Each seat has its own person. */
static bool seat_post(struct maker *m, const struct unit *u, struct pack_node post, struct str domain, struct err *e)
{
	enum role role = ROLE_STRANGER;
	int64_t seats = 0;
	struct str title = pack_text(post, "title", PACK_REQUIRED);
	bool deputy = pack_bool(post, "deputy");
	pack_int(post, "seats", PACK_REQUIRED, &seats);
	if (!role_from_name(pack_text(post, "role", PACK_REQUIRED), &role))
		return err_set(e, ERR_INVALID, "demo pack: a post without a role");
	if (!directory_post_add(m->env, &(struct post_new){.unit = u->id, .title = title, .seats = seats, .role = &role, .from = u->valid_from}, e))
		return false;
	for (int64_t i = 0; i < seats; i++) {
		struct role_grant g = {.unit = u->id, .role = role, .title = title, .is_deputy = deputy, .from = u->valid_from};
		struct role_held_id id;
		if (!add_person(m, title, domain, &g.person, e) || !directory_role_grant(m->env, &g, &id, e))
			return false;
	}
	return true;
}

static bool seat_unit(struct maker *m, const struct agency *a, struct unit u, struct pack_node posts, struct str domain, struct err *e)
{
	size_t n = 0;
	const char *which = u.kind == UNIT_LEADERSHIP ? "leadership" : str_eq(u.code, STR("VP")) ? "office" : "division";
	struct pack_node list = pack_list(posts, which, &n);
	u.agency = a->id;
	u.valid_from = a->valid_from;
	if (!directory_unit_add(m->env, &u, e))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!seat_post(m, &u, pack_item(list, i), domain, e))
			return false;
	return true;
}

static bool make_other(struct maker *m, struct pack_node node, struct pack_node posts, struct err *e)
{
	static const char *const kinds[] = {"department", "commune", NULL};
	int kind = pack_word(node, "kind", kinds);
	struct agency a = {.kind = other_kinds[kind < 0 ? 0 : kind], .parent = m->out->province};
	struct str domain = pack_text(node, "domain", PACK_REQUIRED);
	size_t n = 0;
	const struct str *divisions = pack_texts(node, "divisions", &n);
	if (!make_agency(m, node, &a, e) || !seat_unit(m, &a, (struct unit){.code = STR("LD"), .name = STR("Lãnh đạo"), .kind = UNIT_LEADERSHIP}, posts, domain, e) ||
	    !seat_unit(m, &a, (struct unit){.code = STR("VP"), .name = STR("Văn phòng"), .kind = UNIT_DIVISION}, posts, domain, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct unit u = {.code = str_fmt(m->env->arena, "P%zu", i + 1), .name = divisions[i], .kind = UNIT_DIVISION};
		if (!seat_unit(m, &a, u, posts, domain, e))
			return false;
	}
	return true;
}

/* Below the hall, open as long as it. */
static bool make_counter(struct maker *m, struct pack_node node, struct date from, struct err *e)
{
	struct directory_demo *d = m->out;
	struct unit_id hall = d->reception;
	struct unit u = {.agency = d->centre, .parent = hall, .code = pack_text(node, "code", PACK_REQUIRED), .name = pack_text(node, "name", PACK_REQUIRED), .kind = UNIT_RECEPTION, .valid_from = from};
	int64_t people = 0;
	pack_int(node, "people", PACK_REQUIRED, &people);
	bool ok = directory_unit_add(m->env, &u, e);
	d->reception = u.id; /* where post_for_ever() posts to */
	for (int64_t i = 0; ok && i < people; i++) {
		struct person_id p = {0};
		ok = add_person(m, STR("Chuyên viên tiếp nhận"), STR("hcc.example"), &p, e) && post_for_ever(m, p, i > 1, from, e);
	}
	d->reception = hall;
	return ok;
}

static bool make_around(struct maker *m, struct pack_node root, struct err *e)
{
	size_t n = 0;
	struct agency centre = {0};
	bool found = false;
	struct pack_node agencies = pack_list(root, "agencies", &n), posts = pack_get(root, "posts");
	for (size_t i = 0; i < n; i++)
		if (!make_other(m, pack_item(agencies, i), posts, e))
			return false;
	if (!directory_agency(m->env, m->out->centre, &centre, &found, e))
		return false;
	struct pack_node counters = pack_list(root, "counters", &n);
	for (size_t i = 0; i < n; i++)
		if (!make_counter(m, pack_item(counters, i), centre.valid_from, e))
			return false;
	return true;
}

bool directory_demo_around(struct env *env, struct directory_demo *demo, struct err *e)
{
	struct pack packs = pack_embedded();
	const struct pack_file *file = pack_find(&packs, STR("demo/province.json"));
	struct pack_node root;
	struct pack_report report = pack_report_on(env->arena);
	AUTO_PACK_JSON tree = NULL;
	if (!file || !pack_parse(&report, *file, 1, &tree, &root))
		return err_set(e, ERR_INTERNAL, "packs/demo/province.json cannot be read");
	struct maker *m = NEW(env->arena, struct maker);
	m->env = env;
	m->out = demo;
	if (!make_around(m, root, e))
		return false;
	return report.faults == 0 ? true : err_set(e, ERR_INTERNAL, "%.*s", STR_ARG(pack_report_text(env->arena, &report)));
}
