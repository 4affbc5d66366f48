/* directory_test.c — the directory's rules on both engines. */
#include "core/db/db_testing.h"
#include "core/writer/writer_run.h"
#include "directory/directory_internal.h"


extern const struct db_schema db_schema;

static struct id_source ids;
static struct instant clock_at = {1795590000000}; /* 2026-11-25 14:00 in Vietnam */
static void test_now(void *ctx, struct instant *out) { (void)ctx; *out = clock_at; }

typedef bool act_fn(struct env *env, void *ctx, struct err *e);
struct act { act_fn *fn; void *ctx; };

static bool apply(struct write_job *job, struct err *e)
{
	struct act *x = job->ctx;
	return x->fn(job->env, x->ctx, e);
}

struct world { struct writer *w; struct env env; struct db *db; struct directory_demo demo; };

static bool run(struct world *w, act_fn *fn, void *ctx, struct err *e)
{
	struct act x = {fn, ctx};
	struct env env = {.arena = w->env.arena, .actor = &actor_program};
	struct write_job job = {.env = &env, .apply = apply, .ctx = &x};
	return writer_run(w->w, &job, e);
}

static bool do_demo(struct env *env, void *ctx, struct err *e) { return directory_demo(env, ctx, e); }

static struct world world_empty(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	struct world w = {.db = test_db(a, engine)};
	id_source_init(&ids, 1);
	struct writer_config cfg = writer_config_usual(engine, test_db_place());
	cfg.ids = &ids;
	cfg.now = test_now;
	EXPECT_OK(writer_start(&w.w, &cfg, &e), e);
	w.env = (struct env){.arena = a, .db = w.db, .actor = &actor_program, .now = clock_at, .ids = &ids};
	return w;
}

static struct world world_new(struct arena *a, enum db_engine engine)
{
	struct world w = world_empty(a, engine);
	struct err e = {0};
	EXPECT_OK(run(&w, do_demo, &w.demo, &e), e);
	return w;
}

static struct date day(int y, int m, int d) { return date_from_civil(y, m, d); }

TEST_BOTH(every_query_prepares) { test_db_prepares(test_db(a, engine), directory_sql); }

TEST_BOTH(the_tree_is_that_of_the_day)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct agencies before, after;
	EXPECT_OK(directory_agencies(&w.env, day(2025, 6, 30), &before, &e), e);
	EXPECT_OK(directory_agencies(&w.env, day(2025, 7, 1), &after, &e), e);
	int districts = 0, communes = 0;
	for (size_t i = 0; i < before.n; i++) {
		districts += before.v[i].kind == AGENCY_DISTRICT;
		communes += before.v[i].kind == AGENCY_COMMUNE;
	}
	EXPECT(districts == 1 && communes == 0);
	for (size_t i = 0; i < after.n; i++) {
		EXPECT(after.v[i].kind != AGENCY_DISTRICT);
		communes += after.v[i].kind == AGENCY_COMMUNE;
	}
	EXPECT_INT(communes, 1);
	writer_stop(w.w);
}

static bool do_around(struct env *env, void *ctx, struct err *e) { return directory_demo_around(env, ctx, e); }

/* Each of the twenty has somebody who leads, numbers and works in every division; counters stand below the hall and are held on every day. */
TEST_BOTH(a_province_stands_around_the_department)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct agencies all, before;
	struct units units;
	struct officers people;
	EXPECT_OK(directory_agencies(&w.env, day(2026, 1, 5), &before, &e), e);
	EXPECT_OK(run(&w, do_around, &w.demo, &e), e);
	EXPECT_OK(directory_agencies(&w.env, day(2026, 1, 5), &all, &e), e);
	EXPECT_INT((int64_t)(all.n - before.n), 20);
	EXPECT_OK(directory_people(&w.env, day(2026, 1, 5), &people, &e), e);
	EXPECT(people.n > 550 && people.n < 650);
	EXPECT_OK(directory_units(&w.env, (struct agency_id){0}, day(2026, 1, 5), &units, &e), e);
	int counters = 0;
	for (size_t i = 0; i < units.n; i++) {
		const struct unit *u = &units.v[i];
		struct officers heads = {0}, staff = {0}, receive = {0};
		bool other = u->code.n == 2 && u->code.p[0] == 'P' && u->kind == UNIT_DIVISION && !str_eq(u->name, STR("Văn phòng"));
		EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, u->id, day(2026, 1, 5), &heads, &e), e);
		EXPECT_OK(directory_holders(&w.env, ROLE_SPECIALIST, u->id, day(2026, 1, 5), &staff, &e), e);
		EXPECT(!other || (heads.n == 2 && staff.n == 4));
		if (u->agency.v != w.demo.centre.v || u->id.v == w.demo.reception.v || u->kind == UNIT_LEADERSHIP)
			continue;
		EXPECT(u->kind == UNIT_RECEPTION && u->parent.v == w.demo.reception.v);
		EXPECT_OK(directory_holders(&w.env, ROLE_COUNTER, u->id, day(2023, 2, 1), &receive, &e), e);
		EXPECT(receive.n >= 3);
		counters++;
	}
	EXPECT_INT(counters, 6);
}

static bool add_agency(struct env *env, void *ctx, struct err *e) { return directory_agency_add(env, ctx, e); }
struct called { struct agency_id id; struct str name; struct date from; };
static bool call(struct env *env, void *ctx, struct err *e)
{
	struct called *c = ctx;
	return directory_agency_rename(env, c->id, c->name, STR(""), c->from, e);
}
static struct agency_id founded(struct world *w, const char *code, const char *name, enum agency_kind kind, struct agency_id parent, struct date from)
{
	struct err e = {0};
	struct agency x = {.code = str_from(code), .name = str_from(name), .short_name = str_from(name), .kind = kind, .is_centre = kind == AGENCY_CENTRE, .parent = parent, .valid_from = from};
	EXPECT_OK(run(w, add_agency, &x, &e), e);
	return x.id;
}
static void masthead_is(struct world *w, struct date on, const char *name, const char *over)
{
	struct err e = {0};
	struct masthead m;
	EXPECT_OK(directory_masthead(&w->env, on, &m, &e), e);
	EXPECT_TEXT(m.name, name);
	EXPECT_TEXT(m.over, over);
}

/* The centre receives for twenty agencies and the commune: the pages are its own. A commune's own centre is not the province's. */
TEST_BOTH(pages_are_of_the_centre_where_one_receives_for_all)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct date on = day(2026, 1, 5);
	struct agency_id commune;
	bool found;
	struct agency x;
	EXPECT_OK(run(&w, do_around, &w.demo, &e), e);
	masthead_is(&w, on, "Trung tâm Phục vụ hành chính công tỉnh Mẫu", "Ủy ban nhân dân tỉnh Mẫu");
	struct agencies all;
	EXPECT_OK(directory_agencies(&w.env, on, &all, &e), e);
	commune.v = 0;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].kind == AGENCY_COMMUNE)
			commune = all.v[i].id;
	EXPECT(commune.v != 0);
	founded(&w, "TTX", "Trung tâm Phục vụ hành chính công xã", AGENCY_CENTRE, commune, on);
	masthead_is(&w, on, "Trung tâm Phục vụ hành chính công tỉnh Mẫu", "Ủy ban nhân dân tỉnh Mẫu");
	EXPECT_OK(run(&w, call, &(struct called){w.demo.centre, STR("Trung tâm Một cửa <mới>"), on}, &e), e);
	masthead_is(&w, on, "Trung tâm Một cửa <mới>", "Ủy ban nhân dân tỉnh Mẫu");
	masthead_is(&w, day(2026, 1, 4), "Trung tâm Phục vụ hành chính công tỉnh Mẫu", "Ủy ban nhân dân tỉnh Mẫu");
	EXPECT_OK(directory_agency(&w.env, w.demo.province, &x, &found, &e), e);
	founded(&w, "TT2", "Trung tâm thứ hai", AGENCY_CENTRE, w.demo.province, on); /* two doors: the province above them */
	masthead_is(&w, on, "Ủy ban nhân dân tỉnh Mẫu", "");
	writer_stop(w.w);
}

TEST_BOTH(pages_of_one_agency_bear_its_name)
{
	struct world w = world_empty(a, engine);
	struct date on = day(2026, 1, 5);
	masthead_is(&w, on, "", "");
	struct agency_id so = founded(&w, "SO", "Sở Một", AGENCY_DEPARTMENT, (struct agency_id){0}, day(2025, 3, 1));
	masthead_is(&w, on, "Sở Một", "");
	masthead_is(&w, day(2025, 2, 28), "", "");
	struct agency_id tinh = founded(&w, "UB", "Ủy ban nhân dân tỉnh", AGENCY_PROVINCE, (struct agency_id){0}, day(2025, 3, 1));
	masthead_is(&w, on, "Sở Một", "Ủy ban nhân dân tỉnh");
	founded(&w, "SO2", "Sở Hai", AGENCY_DEPARTMENT, tinh, on);
	masthead_is(&w, on, "Ủy ban nhân dân tỉnh", ""); /* no centre, many agencies */
	masthead_is(&w, day(2026, 1, 4), "Sở Một", "Ủy ban nhân dân tỉnh");
	EXPECT(so.v != 0);
	writer_stop(w.w);
}

TEST_BOTH(units_of_2017_have_successors)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct unit old, now;
	bool found = false;
	EXPECT_OK(directory_unit_by_code(&w.env, w.demo.department_2017, STR("QLCNG"), day(2025, 2, 28), &old, &found, &e), e);
	EXPECT(found);
	EXPECT_OK(directory_unit(&w.env, old.successor, &now, &found, &e), e);
	EXPECT(found && now.id.v == w.demo.division.v);
	EXPECT_STR(now.name, STR("Phòng Quản lý Chuyên ngành và An toàn bức xạ"));
	EXPECT_OK(directory_unit_by_code(&w.env, w.demo.department_2017, STR("QLCNG"), day(2025, 3, 1), &old, &found, &e), e);
	EXPECT(!found);
	struct agency ag;
	EXPECT_OK(directory_agency_by_code(&w.env, STR("H99.09"), day(2026, 1, 1), &ag, &found, &e), e);
	EXPECT(found && ag.id.v == w.demo.department.v);
	writer_stop(w.w);
}

TEST_BOTH(every_division_can_settle)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct units units;
	struct date days[] = {day(2018, 7, 2), day(2025, 2, 28), day(2025, 3, 1), day(2026, 11, 25)};
	for (size_t d = 0; d < ARRAY_LEN(days); d++) {
		struct agency_id dept = d < 2 ? w.demo.department_2017 : w.demo.department;
		EXPECT_OK(directory_units(&w.env, dept, days[d], &units, &e), e);
		EXPECT(units.n > 10);
		for (size_t i = 0; i < units.n; i++) {
			struct officers heads, people;
			if (units.v[i].kind != UNIT_DIVISION)
				continue;
			EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, units.v[i].id, days[d], &heads, &e), e);
			EXPECT(heads.n > 0 && !heads.v[0].is_deputy);
			EXPECT_OK(directory_holders(&w.env, ROLE_SPECIALIST, units.v[i].id, days[d], &people, &e), e);
			EXPECT(people.n > 0 || str_eq(units.v[i].code, STR("TTR")));
		}
		EXPECT_OK(directory_holders_in_agency(&w.env, ROLE_DIRECTOR, dept, days[d], &(struct officers){0}, &e), e);
	}
	writer_stop(w.w);
}

TEST_BOTH(roles_follow_the_dates)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct actor_role *held;
	size_t n = 0;
	EXPECT_OK(directory_roles(&w.env, w.demo.head, day(2026, 11, 25), &held, &n, &e), e);
	EXPECT_INT(n, 1);
	EXPECT(held[0].role == ROLE_HEAD && held[0].unit == w.demo.division.v && held[0].agency == w.demo.department.v);
	EXPECT_OK(directory_roles(&w.env, w.demo.head, day(2014, 12, 31), &held, &n, &e), e);
	EXPECT_INT(n, 0);
	EXPECT_OK(directory_roles(&w.env, w.demo.counter, day(2026, 11, 25), &held, &n, &e), e);
	EXPECT_INT(n, 1);
	EXPECT(held[0].role == ROLE_COUNTER && held[0].unit == w.demo.reception.v);
	writer_stop(w.w);
}

static bool do_grant(struct env *env, void *ctx, struct err *e)
{
	struct role_held_id id;
	return directory_role_grant(env, ctx, &id, e);
}

TEST_BOTH(grants_that_do_not_fit_are_refused)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct role_grant g = {.person = w.demo.specialist, .unit = w.demo.division, .role = ROLE_HEAD, .title = STR("Phó Trưởng phòng"),
	                       .is_deputy = true, .from = day(2026, 11, 25)};
	struct role_grant x = g;
	x.role = ROLE_ADMIN;
	EXPECT_ERR(run(&w, do_grant, &x, &e), e, ERR_INVALID);
	x = g;
	x.to = OPT_DATE(day(2026, 11, 24));
	EXPECT_ERR(run(&w, do_grant, &x, &e), e, ERR_INVALID);
	x = g;
	x.from = day(2025, 2, 28); /* the unit did not exist */
	EXPECT_ERR(run(&w, do_grant, &x, &e), e, ERR_INVALID);
	x = g;
	x.person.v = 7;
	EXPECT_ERR(run(&w, do_grant, &x, &e), e, ERR_INVALID);
	EXPECT_OK(run(&w, do_grant, &g, &e), e);
	EXPECT_ERR(run(&w, do_grant, &g, &e), e, ERR_CONFLICT);
	struct officers heads;
	EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, w.demo.division, day(2026, 11, 25), &heads, &e), e);
	EXPECT(heads.n >= 2 && heads.v[0].person.v == w.demo.head.v);
	writer_stop(w.w);
}

struct end { struct role_held_id id; struct date last; struct person_id person; };
static bool do_end(struct env *env, void *ctx, struct err *e)
{
	struct end *x = ctx;
	return directory_role_end(env, x->id, x->last, &x->person, e);
}

TEST_BOTH(a_role_ends_on_its_last_day)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct person_record rec;
	struct actor_role *held;
	size_t n = 0;
	EXPECT_OK(directory_person_record(&w.env, w.demo.head, &rec, &e), e);
	EXPECT_INT(rec.n_roles, 2);
	struct end x = {.id = {rec.roles[0].id}, .last = day(2026, 11, 25)};
	EXPECT_OK(run(&w, do_end, &x, &e), e);
	EXPECT_INT(x.person.v, w.demo.head.v);
	EXPECT_OK(directory_roles(&w.env, w.demo.head, day(2026, 11, 25), &held, &n, &e), e);
	EXPECT_INT(n, 1);
	EXPECT_OK(directory_roles(&w.env, w.demo.head, day(2026, 11, 26), &held, &n, &e), e);
	EXPECT_INT(n, 0);
	x.last = day(2026, 12, 1);
	EXPECT_ERR(run(&w, do_end, &x, &e), e, ERR_CONFLICT);
	x.id.v = 1;
	EXPECT_ERR(run(&w, do_end, &x, &e), e, ERR_NOT_FOUND);
	writer_stop(w.w);
}

static bool do_posting(struct env *env, void *ctx, struct err *e)
{
	struct posting_id id;
	return directory_posting_add(env, ctx, &id, e);
}

TEST_BOTH(a_posting_lasts_six_to_twenty_four_months)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct posting_new p = {.person = w.demo.specialist, .unit = w.demo.reception, .field = STR("Đo lường"), .from = day(2026, 8, 31),
	                        .to = day(2027, 2, 26)};
	EXPECT_ERR(run(&w, do_posting, &p, &e), e, ERR_INVALID); /* six months from 31/8 end on 27/2 */
	p.to = day(2028, 8, 31);
	EXPECT_ERR(run(&w, do_posting, &p, &e), e, ERR_INVALID);
	p.unit = w.demo.division;
	p.to = day(2027, 2, 27);
	EXPECT_ERR(run(&w, do_posting, &p, &e), e, ERR_INVALID); /* no centre */
	p.unit = w.demo.reception;
	EXPECT_OK(run(&w, do_posting, &p, &e), e);
	EXPECT_ERR(run(&w, do_posting, &p, &e), e, ERR_CONFLICT);
	p.from = day(2027, 2, 28);
	p.to = day(2029, 2, 27);
	EXPECT_OK(run(&w, do_posting, &p, &e), e);
	struct officers list;
	EXPECT_OK(directory_holders(&w.env, ROLE_COUNTER, w.demo.reception, day(2026, 11, 25), &list, &e), e);
	EXPECT_INT(list.n, 3);
	EXPECT(!list.v[0].is_substitute && list.v[0].by_posting && list.v[2].is_substitute);
	writer_stop(w.w);
}

static bool do_absence(struct env *env, void *ctx, struct err *e)
{
	struct absence_id id;
	return directory_absence_add(env, ctx, &id, e);
}

static void away(struct world *w, struct person_id who, struct person_id instead)
{
	struct err e = {0};
	struct absence_new x = {.person = who, .substitute = instead, .reason = STR("leave"), .first = day(2026, 11, 24), .last = day(2026, 11, 26)};
	EXPECT_OK(run(w, do_absence, &x, &e), e);
}

TEST_BOTH(substitutes_are_followed_and_circles_end)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct standing s;
	bool may = false;
	struct person_id instead;
	away(&w, w.demo.head, w.demo.specialist);
	EXPECT_OK(directory_standing(&w.env, w.demo.head, day(2026, 11, 25), &s, &e), e);
	EXPECT(s.absent && s.acting.v == w.demo.specialist.v && s.until.day == day(2026, 11, 26).day);
	EXPECT_OK(directory_standing(&w.env, w.demo.head, day(2026, 11, 27), &s, &e), e);
	EXPECT(!s.absent && s.acting.v == w.demo.head.v);
	EXPECT_OK(directory_may_act(&w.env, w.demo.specialist, ROLE_HEAD, w.demo.division, day(2026, 11, 25), &may, &instead, &e), e);
	EXPECT(may && instead.v == w.demo.head.v);
	EXPECT_OK(directory_may_act(&w.env, w.demo.specialist, ROLE_HEAD, w.demo.division, day(2026, 11, 27), &may, &instead, &e), e);
	EXPECT(!may && instead.v == 0);
	away(&w, w.demo.specialist, w.demo.clerk);
	EXPECT_OK(directory_standing(&w.env, w.demo.head, day(2026, 11, 25), &s, &e), e);
	EXPECT_INT(s.acting.v, w.demo.clerk.v);
	away(&w, w.demo.clerk, w.demo.head);
	EXPECT_OK(directory_standing(&w.env, w.demo.head, day(2026, 11, 25), &s, &e), e);
	EXPECT(s.absent && s.acting.v == 0 && s.acting_name.n == 0);
	EXPECT_OK(directory_may_act(&w.env, w.demo.head, ROLE_HEAD, w.demo.division, day(2026, 11, 25), &may, &instead, &e), e);
	EXPECT(may && instead.v == 0);
	struct absence_new self = {.person = w.demo.head, .substitute = w.demo.head, .reason = STR("leave"), .first = day(2026, 12, 1), .last = day(2026, 12, 1)};
	EXPECT_ERR(run(&w, do_absence, &self, &e), e, ERR_INVALID);
	struct absence_new word = {.person = w.demo.head, .reason = STR("holiday'); drop table person; --"), .first = day(2026, 12, 1), .last = day(2026, 12, 1)};
	EXPECT_ERR(run(&w, do_absence, &word, &e), e, ERR_CONFLICT);
	writer_stop(w.w);
}

struct back { struct absence_id id; struct date day; struct person_id person; };
static bool do_back(struct env *env, void *ctx, struct err *e)
{
	struct back *x = ctx;
	return directory_absence_end(env, x->id, x->day, &x->person, e);
}

TEST_BOTH(coming_back_ends_an_absence)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct person_record rec;
	struct standing s;
	away(&w, w.demo.head, w.demo.specialist);
	EXPECT_OK(directory_person_record(&w.env, w.demo.head, &rec, &e), e);
	EXPECT_INT(rec.n_absences, 1);
	struct back x = {.id = {rec.absences[0].id}, .day = day(2026, 11, 25)};
	EXPECT_OK(run(&w, do_back, &x, &e), e);
	EXPECT_OK(directory_standing(&w.env, w.demo.head, day(2026, 11, 25), &s, &e), e);
	EXPECT(!s.absent);
	EXPECT_ERR(run(&w, do_back, &x, &e), e, ERR_CONFLICT);
	writer_stop(w.w);
}

TEST_BOTH(staff_is_published_and_every_act_is_in_the_log)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct public_officers staff;
	struct audit_verify v = {0};
	struct directory_demo again;
	EXPECT_OK(directory_public_staff(&w.env, (struct unit_id){0}, day(2026, 11, 25), &staff, &e), e);
	EXPECT_INT(staff.n, 3);
	EXPECT_STR(staff.v[0].position, STR("head"));
	for (size_t i = 0; i < staff.n; i++)
		EXPECT(str_find(staff.v[i].name, STR("Mẫu")) > 0 && staff.v[i].phone.n > 0);
	EXPECT_ERR(run(&w, do_demo, &again, &e), e, ERR_CONFLICT);
	writer_stop(w.w);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	EXPECT_OK(audit_verify(db, &db_schema, &v, &e), e);
	EXPECT_TEXT(str_from(v.first_fault), "");
	EXPECT(v.rows > 200);
}

/* ---- the tree that changes ---- */

struct naming { struct unit_id unit; struct agency_id agency; const char *name; struct date from; };

static bool do_rename(struct env *env, void *ctx, struct err *e)
{
	struct naming *x = ctx;
	return x->unit.v ? directory_unit_rename(env, x->unit, str_from(x->name), x->from, e)
	                 : directory_agency_rename(env, x->agency, str_from(x->name), STR(""), x->from, e);
}

static struct str unit_name_on(struct world *w, struct agency_id agency, struct unit_id unit, struct date d)
{
	struct err e = {0};
	struct units all;
	EXPECT_OK(directory_units(&w->env, agency, d, &all, &e), e);
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].id.v == unit.v)
			return all.v[i].name;
	return STR("");
}

TEST_BOTH(each_day_has_its_names)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct unit u;
	struct former_names names;
	bool found;
	EXPECT_OK(directory_unit(&w.env, w.demo.division, &u, &found, &e), e);
	struct str first = u.name;
	struct naming x = {.unit = w.demo.division, .name = "Phòng Bức xạ", .from = day(2026, 9, 1)};
	EXPECT_OK(run(&w, do_rename, &x, &e), e);
	struct naming y = {.unit = w.demo.division, .name = "Phòng Hạt nhân", .from = day(2026, 11, 25)};
	EXPECT_OK(run(&w, do_rename, &y, &e), e);
	EXPECT_STR(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 8, 31)), first);
	EXPECT_TEXT(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 9, 1)), "Phòng Bức xạ");
	EXPECT_TEXT(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 11, 24)), "Phòng Bức xạ");
	EXPECT_TEXT(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 11, 25)), "Phòng Hạt nhân");
	EXPECT_OK(directory_former_names(&w.env, (struct agency_id){0}, w.demo.division, &names, &e), e);
	EXPECT(names.n == 2 && names.v[1].from.day == u.valid_from.day && names.v[0].to.day == day(2026, 11, 24).day);
	struct { const char *name; struct date from; } bad[] = {{"Phòng X", day(2026, 11, 26)}, {"Phòng X", day(2026, 11, 25)}, {"Phòng X", day(2026, 9, 2)},
	                                                        {"Phòng Hạt nhân", day(2026, 11, 25)}, {"  ", day(2026, 11, 25)}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct naming z = {.unit = w.demo.division, .name = bad[i].name, .from = bad[i].from};
		EXPECT_ERR(run(&w, do_rename, &z, &e), e, ERR_INVALID);
	}
	struct naming dept = {.agency = w.demo.department, .name = "Sở Mới", .from = day(2026, 11, 20)};
	struct agencies all;
	EXPECT_OK(run(&w, do_rename, &dept, &e), e);
	EXPECT_OK(directory_agencies(&w.env, day(2026, 11, 19), &all, &e), e);
	for (size_t i = 0; i < all.n; i++)
		EXPECT(!str_eq(all.v[i].name, STR("Sở Mới")));
	struct naming nobody = {.unit = {77}, .name = "X", .from = day(2026, 11, 20)};
	EXPECT_ERR(run(&w, do_rename, &nobody, &e), e, ERR_NOT_FOUND);
	writer_stop(w.w);
}

struct closing { struct unit_id unit, next; struct date last; struct persons touched; };

static bool do_close(struct env *env, void *ctx, struct err *e)
{
	struct closing *x = ctx;
	return directory_unit_close(env, x->unit, x->last, x->next, &x->touched, e);
}

TEST_BOTH(a_closed_unit_keeps_its_history)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct officers heads;
	struct unit_people people;
	struct posts posts;
	struct unit u;
	bool found;
	struct closing self = {w.demo.division, w.demo.division, day(2026, 11, 30), {0}}, early = {w.demo.division, {0}, day(2001, 1, 1), {0}};
	EXPECT_ERR(run(&w, do_close, &self, &e), e, ERR_INVALID);
	EXPECT_ERR(run(&w, do_close, &early, &e), e, ERR_INVALID);
	struct closing x = {w.demo.division, w.demo.office, day(2026, 11, 30), {0}};
	EXPECT_OK(run(&w, do_close, &x, &e), e);
	EXPECT(x.touched.n > 1);
	EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, w.demo.division, day(2026, 11, 30), &heads, &e), e);
	EXPECT(heads.n > 0);
	EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, w.demo.division, day(2026, 12, 1), &heads, &e), e);
	EXPECT_INT(heads.n, 0);
	EXPECT_OK(directory_unit_people(&w.env, w.demo.division, day(2026, 12, 1), &people, &e), e);
	EXPECT_OK(directory_posts(&w.env, w.demo.division, day(2026, 12, 1), &posts, &e), e);
	EXPECT(people.n == 0 && posts.n == 0);
	EXPECT_OK(directory_unit(&w.env, w.demo.division, &u, &found, &e), e);
	EXPECT(found && u.valid_to.has && u.valid_to.v.day == day(2026, 11, 30).day && u.successor.v == w.demo.office.v);
	EXPECT(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 11, 30)).n > 0);
	EXPECT(unit_name_on(&w, w.demo.department, w.demo.division, day(2026, 12, 1)).n == 0);
	EXPECT_ERR(run(&w, do_close, &x, &e), e, ERR_CONFLICT);
	struct role_grant late = {.person = w.demo.head, .unit = w.demo.division, .role = ROLE_HEAD, .title = STR("x"), .from = day(2026, 12, 1)};
	EXPECT_ERR(run(&w, do_grant, &late, &e), e, ERR_INVALID);
	writer_stop(w.w);
}

static bool do_agency_close(struct env *env, void *ctx, struct err *e)
{
	return directory_agency_close(env, *(struct agency_id *)ctx, day(2026, 11, 30), (struct agency_id){0}, e);
}

static bool do_agency_add(struct env *env, void *ctx, struct err *e) { return directory_agency_add(env, ctx, e); }
static bool do_unit_add(struct env *env, void *ctx, struct err *e) { return directory_unit_add(env, ctx, e); }

TEST_BOTH(an_agency_closes_after_what_is_below_it)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct agency x = {.code = STR("H99.77"), .name = STR("Sở Thử"), .short_name = STR("Sở Thử"), .kind = AGENCY_DEPARTMENT, .parent = w.demo.province, .valid_from = day(2026, 1, 1)};
	EXPECT_OK(run(&w, do_agency_add, &x, &e), e);
	struct unit u = {.agency = x.id, .code = STR("P1"), .name = STR("Phòng Thử"), .kind = UNIT_DIVISION, .valid_from = day(2026, 2, 1)};
	EXPECT_OK(run(&w, do_unit_add, &u, &e), e);
	struct unit below = {.agency = x.id, .parent = u.id, .code = STR("P2"), .name = STR("Tổ Thử"), .kind = UNIT_DIVISION, .valid_from = day(2026, 2, 1)};
	EXPECT_OK(run(&w, do_unit_add, &below, &e), e);
	EXPECT_ERR(run(&w, do_agency_close, &x.id, &e), e, ERR_CONFLICT);
	EXPECT_ERR(run(&w, do_agency_close, &w.demo.province, &e), e, ERR_CONFLICT);
	struct closing c = {u.id, {0}, day(2026, 11, 30), {0}};
	EXPECT_ERR(run(&w, do_close, &c, &e), e, ERR_CONFLICT);
	c.unit = below.id;
	EXPECT_OK(run(&w, do_close, &c, &e), e);
	c.unit = u.id;
	EXPECT_OK(run(&w, do_close, &c, &e), e);
	EXPECT_OK(run(&w, do_agency_close, &x.id, &e), e);
	struct unit after = {.agency = x.id, .code = STR("P3"), .name = STR("Muộn"), .kind = UNIT_DIVISION, .valid_from = day(2026, 11, 1)};
	EXPECT_ERR(run(&w, do_unit_add, &after, &e), e, ERR_INVALID);
	writer_stop(w.w);
}

struct moving { struct person_id person; struct unit_id from, to; struct date day; };

static bool do_move(struct env *env, void *ctx, struct err *e)
{
	struct moving *x = ctx;
	return directory_move(env, x->person, x->from, x->to, x->day, e);
}

static bool holds_on(struct world *w, struct person_id who, enum role role, struct unit_id unit, struct date d)
{
	struct err e = {0};
	struct officers v;
	bool holds = false;
	EXPECT_OK(directory_holders(&w->env, role, unit, d, &v, &e), e);
	for (size_t i = 0; i < v.n; i++)
		holds = holds || v.v[i].person.v == who.v;
	return holds;
}

TEST_BOTH(who_moves_goes_on_elsewhere_from_that_day)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct moving x = {w.demo.specialist, w.demo.division, w.demo.office, day(2026, 12, 1)};
	EXPECT_OK(run(&w, do_move, &x, &e), e);
	EXPECT(holds_on(&w, w.demo.specialist, ROLE_SPECIALIST, w.demo.division, day(2026, 11, 30)));
	EXPECT(!holds_on(&w, w.demo.specialist, ROLE_SPECIALIST, w.demo.office, day(2026, 11, 30)));
	EXPECT(!holds_on(&w, w.demo.specialist, ROLE_SPECIALIST, w.demo.division, day(2026, 12, 1)));
	EXPECT(holds_on(&w, w.demo.specialist, ROLE_SPECIALIST, w.demo.office, day(2026, 12, 1)));
	EXPECT_ERR(run(&w, do_move, &x, &e), e, ERR_CONFLICT);
	struct moving same = {w.demo.specialist, w.demo.office, w.demo.office, day(2026, 12, 2)};
	EXPECT_ERR(run(&w, do_move, &same, &e), e, ERR_INVALID);
	writer_stop(w.w);
}

struct seat { struct post_new x; struct post_id id; struct unit_id unit; struct date last; };
static bool do_post(struct env *env, void *ctx, struct err *e) { return directory_post_add(env, ctx, e); }
static bool do_post_end(struct env *env, void *ctx, struct err *e)
{
	struct seat *s = ctx;
	return directory_post_end(env, s->id, s->unit, s->last, e);
}

TEST_BOTH(posts_have_days)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	struct posts before, after;
	struct post_new x = {.unit = w.demo.office, .title = STR("Kế toán"), .seats = 2, .from = day(2026, 10, 1)};
	struct post_new bad[] = {{.unit = w.demo.office, .title = STR("x"), .seats = 0, .from = day(2026, 10, 1)}, {.unit = w.demo.office, .title = STR(" "), .seats = 1, .from = day(2026, 10, 1)},
	                         {.unit = w.demo.office, .title = STR("x"), .seats = 1, .from = day(1990, 1, 1)}};
	EXPECT_OK(directory_posts(&w.env, w.demo.office, day(2026, 11, 25), &before, &e), e);
	EXPECT_OK(run(&w, do_post, &x, &e), e);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		EXPECT_ERR(run(&w, do_post, &bad[i], &e), e, ERR_INVALID);
	EXPECT_OK(directory_posts(&w.env, w.demo.office, day(2026, 11, 25), &after, &e), e);
	EXPECT_INT(after.n, before.n + 1);
	struct seat s = {.id = after.v[after.n - 1].id, .unit = w.demo.division, .last = day(2026, 11, 24)};
	EXPECT_STR(after.v[after.n - 1].title, x.title);
	EXPECT_ERR(run(&w, do_post_end, &s, &e), e, ERR_NOT_FOUND); /* of another unit */
	s.unit = w.demo.office;
	EXPECT_OK(run(&w, do_post_end, &s, &e), e);
	EXPECT_ERR(run(&w, do_post_end, &s, &e), e, ERR_CONFLICT);
	EXPECT_OK(directory_posts(&w.env, w.demo.office, day(2026, 11, 25), &after, &e), e);
	EXPECT_INT(after.n, before.n);
	writer_stop(w.w);
}

/* ---- kept lists ---- */

struct seen { struct units units; struct officers heads; struct unit unit; int64_t asked; };

/* As a page reads: of one moment, on a connection of its own. */
static struct seen look(struct world *w, struct db *reader)
{
	struct err e = {0};
	struct env env = w->env;
	struct seen out = {.asked = -db_asked(reader)};
	bool found = false;
	env.db = reader;
	db_moment(reader);
	EXPECT_OK(directory_units(&env, w->demo.department, day(2026, 11, 25), &out.units, &e), e);
	EXPECT_OK(directory_holders(&env, ROLE_HEAD, w->demo.division, day(2026, 11, 25), &out.heads, &e), e);
	EXPECT_OK(directory_unit(&env, w->demo.division, &out.unit, &found, &e) && found, e);
	db_moment_end(reader);
	out.asked += db_asked(reader);
	return out;
}

static void same_units(const struct units *x, const struct units *y)
{
	EXPECT_INT((int64_t)x->n, (int64_t)y->n);
	for (size_t i = 0; i < x->n; i++)
		EXPECT(x->v[i].id.v == y->v[i].id.v && str_eq(x->v[i].name, y->v[i].name) && str_eq(x->v[i].code, y->v[i].code) && x->v[i].kind == y->v[i].kind && x->v[i].agency.v == y->v[i].agency.v);
}

static void same_heads(const struct officers *x, const struct officers *y)
{
	EXPECT_INT((int64_t)x->n, (int64_t)y->n);
	for (size_t i = 0; i < x->n; i++) {
		const struct officer *a = &x->v[i], *b = &y->v[i];
		EXPECT(a->person.v == b->person.v && a->is_deputy == b->is_deputy && a->absent == b->absent && a->acting.v == b->acting.v);
		EXPECT(str_eq(a->name, b->name) && str_eq(a->title, b->title) && str_eq(a->acting_name, b->acting_name) && (a->acting_name.p == NULL) == (b->acting_name.p == NULL));
	}
}

static bool rename_division(struct env *env, void *ctx, struct err *e)
{
	const struct directory_demo *demo = ctx;
	return directory_unit_rename(env, demo->division, STR("Phòng Đổi Tên"), date_of(env->now), e);
}

TEST_BOTH(what_is_kept_is_what_would_be_read)
{
	struct world w = world_new(a, engine);
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	struct seen plain = look(&w, reader);
	EXPECT_INT(plain.asked, 3);
	directory_keep_open(DIRECTORY_KEPT_BYTES);
	struct seen first = look(&w, reader), kept = look(&w, reader);
	EXPECT_INT(first.asked, 4); /* and the mark */
	EXPECT_INT(kept.asked, 1);
	EXPECT_INT((int64_t)directory_kept(), 3);
	same_units(&kept.units, &plain.units), same_heads(&kept.heads, &plain.heads);
	EXPECT(kept.unit.id.v == w.demo.division.v && str_eq(kept.unit.name, plain.unit.name) && plain.heads.n > 1);
	kept.units.v[0].name = STR("of this page alone");
	same_units(&(struct units){look(&w, reader).units.v, plain.units.n}, &plain.units);
	directory_keep_close();
	writer_stop(w.w);
}

static void first_head_goes_away(struct world *w, struct db *reader)
{
	struct err e = {0};
	struct absence_new x = {.person = look(w, reader).heads.v[0].person, .reason = STR("leave"), .first = day(2026, 11, 24), .last = day(2026, 11, 26)};
	EXPECT_OK(run(w, do_absence, &x, &e), e);
}

TEST_BOTH(what_is_kept_falls_with_the_next_act)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	directory_keep_open(DIRECTORY_KEPT_BYTES);
	EXPECT(!look(&w, reader).heads.v[0].absent);
	first_head_goes_away(&w, reader);
	EXPECT(look(&w, reader).heads.v[0].absent);
	EXPECT_OK(run(&w, rename_division, &w.demo, &e), e);
	struct seen now = look(&w, reader);
	EXPECT(now.heads.v[0].absent && str_eq(now.unit.name, STR("Phòng Đổi Tên")));
	EXPECT_INT(look(&w, reader).asked, 1);
	struct officers read; /* outside of a moment nothing is taken from memory */
	int64_t asked = db_asked(w.env.db);
	EXPECT_OK(directory_holders(&w.env, ROLE_HEAD, w.demo.division, day(2026, 11, 25), &read, &e), e);
	EXPECT(db_asked(w.env.db) > asked);
	same_heads(&read, &now.heads);
	directory_keep_close();
	writer_stop(w.w);
}

/* Filed by day: who is away today is there tomorrow, and what does not fit leaves. */
TEST_BOTH(each_day_is_kept_for_itself_within_the_bound)
{
	struct world w = world_new(a, engine);
	struct err e = {0};
	AUTO_DB reader = test_db_again(engine, DB_READ_ONLY);
	struct env env = w.env;
	first_head_goes_away(&w, reader);
	directory_keep_open(2000);
	env.db = reader;
	for (int i = 0; i < 4; i++) {
		struct officers heads;
		struct units units;
		db_moment(reader);
		EXPECT_OK(directory_holders(&env, ROLE_HEAD, w.demo.division, day(2026, 11, i % 2 ? 27 : 25), &heads, &e), e);
		EXPECT_OK(directory_units(&env, (struct agency_id){0}, day(2026, 11, 25), &units, &e), e);
		db_moment_end(reader);
		EXPECT_INT(heads.v[0].absent, i % 2 == 0);
	}
	EXPECT(directory_kept() <= 2);
	directory_keep_close();
	writer_stop(w.w);
}
