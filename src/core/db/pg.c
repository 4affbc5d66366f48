/* pg.c — PostgreSQL through libpq, parameters and results in binary. */
#include "core/db/impl.h"
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OID_BOOL 16
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_INT2 21
#define OID_INT4 23
#define OID_TEXT 25
#define OID_VARCHAR 1043
#define OID_NUMERIC 1700

static enum err_kind kind_of(const char *state)
{
	if (strncmp(state, "40", 2) == 0 || strncmp(state, "53", 2) == 0 || strncmp(state, "55P03", 5) == 0 || strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0)
		return ERR_BUSY;
	if (strncmp(state, "23", 2) == 0 && strcmp(state, "23502") != 0)
		return ERR_CONFLICT;
	return ERR_INTERNAL;
}

static bool fail(struct db *db, const char *what, const PGresult *r, struct err *e)
{
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	enum err_kind kind = state ? kind_of(state) : PQstatus(db->pg) == CONNECTION_BAD ? ERR_BUSY : ERR_INTERNAL;
	db->gone = db->gone || PQstatus(db->pg) == CONNECTION_BAD || (state && (strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0));
	db->retryable = kind == ERR_BUSY && !(state && strncmp(state, "53", 2) == 0); /* no room: not by trying at once */
	/* The first line only: the DETAIL line quotes values, and values are personal data. */
	const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	return err_set(e, kind, "%s: %s", what, text ? text : PQerrorMessage(db->pg));
}

static bool run(struct db *db, const char *text, struct err *e)
{
	PGresult *r = PQexec(db->pg, text);
	ExecStatusType st = PQresultStatus(r);
	bool ok = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK || st == PGRES_EMPTY_QUERY;
	if (!ok)
		fail(db, "statement", r, e);
	PQclear(r);
	return ok;
}

static Oid oid_of(enum db_type t)
{
	return t == DB_BYTES || db_type_is_tight(t) ? OID_BYTEA : db_type_is_text(t) ? OID_TEXT : OID_INT8;
}

static bool prepare(struct db *db, struct db_stmt *s, const char *text, struct err *e)
{
	Oid *types = calloc(s->query->n_params + 1, sizeof *types);
	CHECK(types);
	for (size_t i = 0; i < s->query->n_params; i++)
		types[i] = oid_of(s->query->params[i].type);
	snprintf(s->pg_name, sizeof s->pg_name, "q%u", ++db->n_stmts);
	PGresult *r = PQprepare(db->pg, s->pg_name, text, (int)s->query->n_params, types);
	free(types);
	bool ok = PQresultStatus(r) == PGRES_COMMAND_OK || fail(db, s->query->where, r, e);
	PQclear(r);
	return ok;
}

/* Sends the bound statement; numbers go out big-endian from `ints`. */
static bool send(struct db *db, struct db_stmt *s, const struct value *values, int64_t *ints, const char **p, int *lengths, int *formats)
{
	for (size_t i = 0; i < s->query->n_params; i++) {
		formats[i] = 1;
		if (values[i].kind == VALUE_INT) {
			ints[i] = (int64_t)htobe64((uint64_t)values[i].i);
			p[i] = (const char *)&ints[i];
			lengths[i] = sizeof ints[i];
		} else if (values[i].kind != VALUE_NULL) {
			p[i] = values[i].s.p;
			lengths[i] = (int)values[i].s.n;
		}
	}
	return PQsendQueryPrepared(db->pg, s->pg_name, (int)s->query->n_params, p, lengths, formats, 1) == 1;
}

static bool start(struct db *db, struct db_stmt *s, const struct value *values, bool stream, struct err *e)
{
	if (db->streaming)
		return err_set(e, ERR_INTERNAL, "%s: a cursor is open on this connection", s->query->where);
	size_t n = s->query->n_params + 1;
	AUTO_ARENA a = arena_new(0);
	bool sent = send(db, s, values, NEW_ARRAY(a, n, int64_t), NEW_ARRAY(a, n, const char *), NEW_ARRAY(a, n, int), NEW_ARRAY(a, n, int));
	if (!sent)
		return fail(db, s->query->where, NULL, e);
	s->row = -1;
	s->stream = stream;
	db->streaming = true;
	if (stream)
		CHECK(PQsetSingleRowMode(db->pg) == 1);
	return true;
}

static enum step next_result(struct db *db, struct db_stmt *s, struct err *e)
{
	PQclear(s->result);
	s->result = PQgetResult(db->pg);
	s->row = 0;
	ExecStatusType st = PQresultStatus(s->result);
	if (st == PGRES_SINGLE_TUPLE)
		return STEP_ROW;
	if (st == PGRES_TUPLES_OK)
		return PQntuples(s->result) > 0 ? STEP_ROW : STEP_END;
	if (st == PGRES_COMMAND_OK)
		return STEP_END;
	fail(db, s->query->where, s->result, e);
	return STEP_FAILED;
}

static enum step step(struct db *db, struct db_stmt *s, struct err *e)
{
	enum step got = STEP_ROW;
	if (s->row < 0 || s->stream)
		got = next_result(db, s, e);
	else if (++s->row >= PQntuples(s->result))
		got = STEP_END;
	if (got == STEP_END)
		s->changed = s->query->writes ? atoll(PQcmdTuples(s->result)) : 0;
	return got;
}

/* An integer of sum() and the like: base 10,000 digits. False when it has a fraction or is too large. */
static bool numeric_to_i64(const char *p, int n, int64_t *out)
{
	uint16_t head[4], digit;
	if (n < 8)
		return false;
	memcpy(head, p, 8);
	int digits = be16toh(head[0]), weight = (int16_t)be16toh(head[1]), sign = be16toh(head[2]);
	if ((sign != 0 && sign != 0x4000) || digits > weight + 1 || weight > 4 || n < 8 + 2 * digits)
		return false;
	int64_t v = 0;
	for (int i = 0; i <= weight; i++) {
		if (i < digits)
			memcpy(&digit, p + 8 + 2 * i, 2);
		int64_t d = i < digits ? be16toh(digit) : 0;
		if (__builtin_mul_overflow(v, 10000, &v) || __builtin_add_overflow(v, sign ? -d : d, &v))
			return false;
	}
	*out = v;
	return true;
}

static struct value number(const char *p, int n, Oid type)
{
	struct value v = {.kind = VALUE_INT};
	uint64_t i8;
	uint32_t i4;
	uint16_t i2;
	if (type == OID_INT8 && n == 8)
		memcpy(&i8, p, 8), v.i = (int64_t)be64toh(i8);
	else if (type == OID_INT4 && n == 4)
		memcpy(&i4, p, 4), v.i = (int32_t)be32toh(i4);
	else if (type == OID_INT2 && n == 2)
		memcpy(&i2, p, 2), v.i = (int16_t)be16toh(i2);
	else if (type == OID_BOOL && n == 1)
		v.i = *p != 0;
	else if (type != OID_NUMERIC || !numeric_to_i64(p, n, &v.i))
		v.kind = VALUE_OTHER;
	return v;
}

static struct value get(struct db_stmt *s, size_t column, enum db_type want)
{
	(void)want;
	int i = (int)column, n = PQgetlength(s->result, s->row, i);
	if (PQgetisnull(s->result, s->row, i))
		return (struct value){.kind = VALUE_NULL};
	const char *p = PQgetvalue(s->result, s->row, i);
	Oid type = PQftype(s->result, i);
	if (type == OID_TEXT || type == OID_VARCHAR)
		return (struct value){.kind = VALUE_TEXT, .s = {p, (size_t)n}};
	if (type == OID_BYTEA)
		return (struct value){.kind = VALUE_BYTES, .s = {p, (size_t)n}};
	return number(p, n, type);
}

/* Reads away what is left; a cursor closed early is cancelled at the server first. */
static void finish(struct db *db, struct db_stmt *s)
{
	PQclear(s->result);
	s->result = NULL;
	if (!db->streaming)
		return;
	PGresult *r = PQgetResult(db->pg);
	if (r && s->stream) {
		PGcancel *c = PQgetCancel(db->pg);
		char why[256];
		if (c && !db->level) /* inside a transaction the cancel would fail it: read to the end there */
			PQcancel(c, why, sizeof why);
		PQfreeCancel(c);
	}
	for (; r; r = PQgetResult(db->pg))
		PQclear(r);
	db->streaming = false;
}

static void drop(struct db *db, struct db_stmt *s)
{
	(void)db;
	PQclear(s->result);
}

static void close_db(struct db *db) { PQfinish(db->pg); }

static bool lost(struct db *db)
{
	bool read = db->gone || db->streaming || PQconsumeInput(db->pg) == 1;
	if (!db->gone && !db->streaming && read)
		PQisBusy(db->pg); /* hands what was read to on_notice() */
	return !read || db->gone || PQstatus(db->pg) == CONNECTION_BAD;
}

static bool open_tx(const struct db *db) { return !db->gone && PQstatus(db->pg) != CONNECTION_BAD && PQtransactionStatus(db->pg) != PQTRANS_IDLE; }

const struct engine engine_pg = {prepare, start, step, get, finish, drop, run, close_db, lost, open_tx};

static bool check_durable(struct db *db, const char *name, struct err *e)
{
	char text[64];
	snprintf(text, sizeof text, "show %s", name);
	PGresult *r = PQexec(db->pg, text);
	bool told = PQresultStatus(r) == PGRES_TUPLES_OK || fail(db, "PostgreSQL", r, e);
	bool ok = told && strcmp(PQgetvalue(r, 0, 0), "off") != 0;
	PQclear(r);
	if (!told)
		return false;
	return ok || err_set(e, ERR_INTERNAL, "PostgreSQL runs with %s off: what is acknowledged could be lost; switch it on", name);
}

/* What the server says unasked; by itself the library would write it to the standard error output. Its last words on an idle
 * connection come so. */
static void on_notice(void *ctx, const PGresult *r)
{
	struct db *db = ctx;
	const char *how = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
	db->gone = db->gone || (how && (strcmp(how, "FATAL") == 0 || strcmp(how, "PANIC") == 0));
}

static bool is_here(const char *host, const char *address)
{
	bool socket = !host || !*host || *host == '/' || *host == '@';
	return socket || (address && (strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0));
}

static bool checks_certificate(PGconn *c)
{
	PQconninfoOption *all = PQconninfo(c);
	bool checks = false;
	for (PQconninfoOption *o = all; o && o->keyword; o++)
		checks = checks || (strcmp(o->keyword, "sslmode") == 0 && o->val && strncmp(o->val, "verify-", 7) == 0);
	PQconninfoFree(all);
	return checks;
}

/* By itself the library takes TLS when the server offers it, asks for no certificate, and else goes on in clear. */
static bool check_private(struct db *db, struct err *e)
{
	if (is_here(PQhost(db->pg), PQhostaddr(db->pg)) || (PQsslInUse(db->pg) && checks_certificate(db->pg)))
		return true;
	return err_set(e, ERR_DENIED, "PostgreSQL on another machine (%s) is reached without TLS, or its certificate is not checked: add sslmode=verify-full, and sslrootcert when the authority is your own", PQhost(db->pg));
}

static bool configure(struct db *db, struct err *e)
{
	PQsetNoticeReceiver(db->pg, on_notice, db);
	PQsetErrorVerbosity(db->pg, PQERRORS_DEFAULT);
	if (PQstatus(db->pg) != CONNECTION_OK)
		return fail(db, "PostgreSQL", NULL, e);
	if (!check_private(db, e))
		return false;
	if (!check_durable(db, "fsync", e) || !check_durable(db, "synchronous_commit", e))
		return false;
	if (!run(db, "set client_encoding = 'UTF8'; set client_min_messages = warning; set timezone = 'UTC'", e))
		return false;
	return !(db->flags & DB_READ_ONLY) || run(db, "set session characteristics as transaction read only", e);
}

struct db *db_open_pg(struct str conninfo, unsigned flags, struct err *e)
{
	struct db *db = db_new(DB_PG, flags);
	/* What conninfo says comes last, and so over these. */
	const char *const names[] = {"connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "dbname", NULL};
	const char *const values[] = {"5", "10", "5", "3", "25000", str_cstr(db->touch_arena, conninfo), NULL};
	db->pg = PQconnectdbParams(names, values, 1);
	if (configure(db, e))
		return db;
	db_close(db);
	return NULL;
}
