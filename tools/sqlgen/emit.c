/* emit.c — the C text: id types, table descriptors, query functions. */
#include "sqlgen.h"
#include <ctype.h>
#include <string.h>

#define HEAD "/* Made by sqlgen. */\n"

static const char *const type_enum[] = {[DB_ID] = "DB_ID", [DB_INT] = "DB_INT", [DB_BOOL] = "DB_BOOL", [DB_TEXT] = "DB_TEXT",
	[DB_BYTES] = "DB_BYTES", [DB_INSTANT] = "DB_INSTANT", [DB_DATE] = "DB_DATE", [DB_MONEY] = "DB_MONEY", [DB_JSON] = "DB_JSON",
	[DB_HASH] = "DB_HASH", [DB_PACKED] = "DB_PACKED", [DB_WORD] = "DB_WORD"};

struct str emit_ids(const struct catalogue *c)
{
	struct buf b = buf_on(c->a);
	buf_put(&b, STR(HEAD "#pragma once\n#include <stdint.h>\n\n"));
	for (struct table *t = c->tables; t; t = t->next)
		if (t->has_id)
			buf_fmt(&b, "struct %.*s_id { int64_t v; };\n", STR_ARG(t->name));
	return buf_str(&b);
}

struct str emit_tables_h(const struct catalogue *c, const char *prefix)
{
	struct buf b = buf_on(c->a);
	buf_fmt(&b, HEAD "#pragma once\n#include \"core/db/db.h\"\n#include \"%sids.h\"\n\n", prefix);
	for (struct table *t = c->tables; t; t = t->next)
		buf_fmt(&b, "extern const struct db_table table_%.*s;\n", STR_ARG(t->name));
	buf_put(&b, STR("extern const struct db_schema db_schema;\n"));
	return buf_str(&b);
}

struct str emit_log_tables(const struct catalogue *c)
{
	struct buf b = buf_on(c->a);
	buf_put(&b, STR(HEAD "/* Logged tables in the order in which migrations made them: their places are written into the log and never change. */\n#pragma once\n\nstatic const char *const log_tables[] = {\n"));
	for (struct table *t = c->tables; t; t = t->next)
		if (t->logged)
			buf_fmt(&b, "\t\"%.*s\",\n", STR_ARG(t->name));
	buf_put(&b, STR("};\n"));
	return buf_str(&b);
}

/* A C string literal, a piece per line of the text. */
static void put_string(struct buf *b, struct str s)
{
	buf_char(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\n')
			buf_put(b, i + 1 < s.n ? STR("\\n\"\n\t\"") : STR("\\n"));
		else if (c == '"' || c == '\\')
			buf_fmt(b, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f || c == '?')
			buf_fmt(b, "\\%03o", c);
		else
			buf_char(b, (char)c);
	}
	buf_char(b, '"');
}

/* A query of every column. The same text serves both engines. */
static void put_select(struct buf *b, const struct table *t, const char *name, const char *end, size_t n)
{
	buf_fmt(b, "static const char *const %s_text_%.*s[] = {\"select ", name, STR_ARG(t->name));
	for (struct column *col = t->columns; col; col = col->next)
		buf_fmt(b, "%.*s%s", STR_ARG(col->name), col->next ? ", " : "");
	buf_fmt(b, " from %.*s%s\"};\n", STR_ARG(t->name), end);
	bool one = strcmp(name, "by_id") == 0;
	buf_fmt(b, "static const struct db_query %s_%.*s = {\n\t.name = \"%.*s.%s\", .where = \"%.*s.%s\", .kind = %s,\n", name, STR_ARG(t->name),
	        STR_ARG(t->name), name, STR_ARG(t->name), name, one ? "DB_ONE" : "DB_EACH");
	buf_fmt(b, "\t.sqlite = %s_text_%.*s, .pg = %s_text_%.*s, .n_orders = 1,%s\n", name, STR_ARG(t->name), name, STR_ARG(t->name),
	        one ? " .params = id_param, .n_params = 1," : "");
	buf_fmt(b, "\t.columns = columns_%.*s, .n_columns = %zu, .row_size = %zu * sizeof(union db_cell),\n};\n", STR_ARG(t->name), n, n);
}

static void put_table(struct buf *b, const struct table *t)
{
	size_t n = 0;
	buf_fmt(b, "static const struct db_field columns_%.*s[] = {\n", STR_ARG(t->name));
	for (struct column *col = t->columns; col; col = col->next, n++)
		buf_fmt(b, "\t{\"%.*s\", %s, %s, %zu * sizeof(union db_cell)},\n", STR_ARG(col->name), type_enum[col->type.type],
		        col->type.nullable ? "true" : "false", n);
	buf_put(b, STR("};\n"));
	if (t->has_id) {
		put_select(b, t, "by_id", " where id = $1", n);
		put_select(b, t, "all", " order by id", n);
	}
	buf_fmt(b, "const struct db_table table_%.*s = {\n\t.name = \"%.*s\", .columns = columns_%.*s, .n_columns = %zu, .logged = %s, .has_id = %s,\n",
	        STR_ARG(t->name), STR_ARG(t->name), STR_ARG(t->name), n, t->logged ? "true" : "false", t->has_id ? "true" : "false");
	if (t->has_id)
		buf_fmt(b, "\t.by_id = &by_id_%.*s, .all = &all_%.*s,\n", STR_ARG(t->name), STR_ARG(t->name));
	buf_put(b, STR("};\n\n"));
}

struct str emit_tables_c(const struct catalogue *c, const char *prefix)
{
	struct buf b = buf_on(c->a);
	size_t tables = 0, migrations = 0;
	buf_fmt(&b, HEAD "#include \"%stables.h\"\n\n", prefix);
	bool ids = false;
	for (struct table *t = c->tables; t; t = t->next)
		ids |= t->has_id;
	if (ids)
		buf_put(&b, STR("static const struct db_field id_param[] = {{\"id\", DB_ID, false, 0}};\n\n"));
	for (struct table *t = c->tables; t; t = t->next, tables++)
		put_table(&b, t);
	buf_put(&b, STR("static const struct db_table *const tables[] = {\n"));
	for (struct table *t = c->tables; t; t = t->next)
		buf_fmt(&b, "\t&table_%.*s,\n", STR_ARG(t->name));
	buf_put(&b, STR("};\n\nstatic const struct db_migration migrations[] = {\n"));
	for (struct migration *m = c->migrations; m; m = m->next, migrations++) {
		buf_fmt(&b, "\t{.number = %d, .name = \"%.*s\", .sha256 = \"%.*s\",\n\t.sqlite = ", m->number, STR_ARG(m->name), STR_ARG(m->sha256));
		put_string(&b, m->sqlite);
		buf_put(&b, STR(",\n\t.pg = "));
		put_string(&b, m->pg);
		buf_put(&b, STR("},\n"));
	}
	buf_fmt(&b, "};\n\nconst struct db_schema db_schema = {migrations, %zu, tables, %zu};\n", migrations, tables);
	return buf_str(&b);
}

/* ---- queries ---- */

static size_t count(const struct named *n)
{
	size_t k = 0;
	for (; n; n = n->next)
		k++;
	return k;
}

static struct str c_type(struct arena *a, struct qtype t)
{
	static const char *const plain[] = {[DB_ID] = "int64_t", [DB_INT] = "int64_t", [DB_BOOL] = "bool", [DB_TEXT] = "struct str",
		[DB_BYTES] = "struct str", [DB_INSTANT] = "struct instant", [DB_DATE] = "struct date", [DB_MONEY] = "struct money", [DB_JSON] = "struct str",
		[DB_HASH] = "struct str", [DB_PACKED] = "struct str", [DB_WORD] = "struct str"};
	static const char *const opt[] = {[DB_ID] = "int64_t", [DB_INT] = "struct opt_int", [DB_BOOL] = "struct opt_bool", [DB_TEXT] = "struct str",
		[DB_BYTES] = "struct str", [DB_INSTANT] = "struct opt_instant", [DB_DATE] = "struct opt_date", [DB_MONEY] = "struct opt_money", [DB_JSON] = "struct str",
		[DB_HASH] = "struct str", [DB_PACKED] = "struct str", [DB_WORD] = "struct str"};
	if (t.ref.n)
		return str_fmt(a, "struct %.*s_id", STR_ARG(t.ref));
	return str_from(t.nullable ? opt[t.type] : plain[t.type]);
}

static void put_struct(struct buf *b, const struct query *q, const struct named *fields, const char *suffix)
{
	buf_fmt(b, "struct %.*s_%s {\n", STR_ARG(q->name), suffix);
	for (; fields; fields = fields->next)
		buf_fmt(b, "\t%.*s %.*s;%s\n", STR_ARG(c_type(b->a, fields->type)), STR_ARG(fields->name), fields->type.nullable ? " /* may be NULL */" : "");
	buf_put(b, STR("};\n"));
}

static bool as_struct(const struct query *q) { return count(q->params) > 3; }

/* The head of the function: own arguments end in '_' so that no parameter's name meets them. */
static void put_head(struct buf *b, const struct query *q)
{
	buf_fmt(b, "bool q_%.*s(struct db *db_", STR_ARG(q->name));
	if (q->kind == DB_ONE || q->kind == DB_MANY)
		buf_put(b, STR(", struct arena *a_"));
	if (as_struct(q))
		buf_fmt(b, ", const struct %.*s_in *in_", STR_ARG(q->name));
	else
		for (const struct named *p = q->params; p; p = p->next)
			buf_fmt(b, ", %.*s %.*s", STR_ARG(c_type(b->a, p->type)), STR_ARG(p->name));
	if (q->orders)
		buf_fmt(b, ", enum %.*s_order order_", STR_ARG(q->name));
	switch (q->kind) {
	case DB_ONE: buf_fmt(b, ", struct %.*s_row *out_, bool *found_", STR_ARG(q->name)); break;
	case DB_MANY: buf_fmt(b, ", struct %.*s_rows *out_", STR_ARG(q->name)); break;
	case DB_EACH: buf_put(b, STR(", struct db_cursor *c_")); break;
	case DB_EXEC: buf_put(b, STR(", int64_t *changed_")); break;
	}
	buf_put(b, STR(", struct err *e_)"));
}

static void put_upper(struct buf *b, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_char(b, (char)toupper((unsigned char)s.p[i]));
}

static void put_query_h(struct buf *b, const struct query *q)
{
	buf_char(b, '\n');
	if (q->params)
		put_struct(b, q, q->params, "in");
	if (q->columns)
		put_struct(b, q, q->columns, "row");
	if (q->kind == DB_MANY)
		buf_fmt(b, "struct %.*s_rows { struct %.*s_row *v; size_t n; };\n", STR_ARG(q->name), STR_ARG(q->name));
	if (q->orders)
		buf_fmt(b, "enum %.*s_order {", STR_ARG(q->name));
	for (const struct order *o = q->orders; o; o = o->next) {
		buf_char(b, ' ');
		put_upper(b, q->name);
		buf_char(b, '_');
		put_upper(b, o->name);
		buf_put(b, o->next ? STR(",") : STR(" };\n"));
	}
	buf_fmt(b, "extern const struct db_query query_%.*s;\nMUST_CHECK ", STR_ARG(q->name));
	put_head(b, q);
	buf_put(b, STR(";\n"));
}

struct str emit_queries_h(const struct catalogue *c, const struct query *q, const char *prefix, struct str base)
{
	struct buf b = buf_on(c->a);
	buf_fmt(&b, HEAD "#pragma once\n#include \"core/db/db.h\"\n#include \"%sids.h\"\n", prefix);
	buf_fmt(&b, "\n/* Every query of the file, NULL at the end. */\nextern const struct db_query *const %.*s_sql[];\n", STR_ARG(base));
	for (; q; q = q->next)
		put_query_h(&b, q);
	return buf_str(&b);
}

static void put_fields(struct buf *b, const struct query *q, const struct named *fields, const char *suffix)
{
	if (!fields)
		return;
	buf_fmt(b, "static const struct db_field %.*s_%s_fields[] = {\n", STR_ARG(q->name), suffix);
	for (; fields; fields = fields->next)
		buf_fmt(b, "\t{\"%.*s\", %s, %s, offsetof(struct %.*s_%s, %.*s)},\n", STR_ARG(fields->name), type_enum[fields->type.type],
		        fields->type.nullable ? "true" : "false", STR_ARG(q->name), suffix, STR_ARG(fields->name));
	buf_put(b, STR("};\n"));
}

static void put_texts(struct buf *b, const struct query *q, enum db_engine engine)
{
	buf_fmt(b, "static const char *const %.*s_%s[] = {\n", STR_ARG(q->name), engine == DB_PG ? "pg" : "sqlite");
	const struct order *o = q->orders;
	do {
		buf_char(b, '\t');
		put_string(b, query_text(b->a, q, engine, o));
		buf_put(b, STR(",\n"));
		o = o ? o->next : NULL;
	} while (o);
	buf_put(b, STR("};\n"));
}

static struct str shown_path(const char *path)
{
	struct str s = str_from(path);
	while (str_starts(s, STR("../")))
		s = str_sub(s, 3, s.n);
	return s;
}

static void put_descriptor(struct buf *b, const struct query *q)
{
	static const char *const kinds[] = {[DB_ONE] = "DB_ONE", [DB_MANY] = "DB_MANY", [DB_EACH] = "DB_EACH", [DB_EXEC] = "DB_EXEC"};
	size_t orders = q->orders ? 0 : 1;
	for (const struct order *o = q->orders; o; o = o->next)
		orders++;
	buf_fmt(b, "const struct db_query query_%.*s = {\n\t.name = \"%.*s\", .where = \"%.*s:%d\", .kind = %s, .writes = %s,\n", STR_ARG(q->name),
	        STR_ARG(q->name), STR_ARG(shown_path(q->file)), q->line, kinds[q->kind], q->writes ? "true" : "false");
	buf_fmt(b, "\t.sqlite = %.*s_sqlite, .pg = %.*s_pg, .n_orders = %zu,\n", STR_ARG(q->name), STR_ARG(q->name), orders);
	if (q->params)
		buf_fmt(b, "\t.params = %.*s_in_fields, .n_params = %zu,\n", STR_ARG(q->name), count(q->params));
	if (q->columns)
		buf_fmt(b, "\t.columns = %.*s_row_fields, .n_columns = %zu, .row_size = sizeof(struct %.*s_row),\n", STR_ARG(q->name), count(q->columns), STR_ARG(q->name));
	if (q->touches)
		buf_fmt(b, "\t.touches = &table_%.*s, .touch_param = %zu,\n", STR_ARG(q->touches->name), q->touch_param);
	buf_put(b, STR("};\n"));
}

static void put_function(struct buf *b, const struct query *q)
{
	put_head(b, q);
	buf_put(b, STR("\n{\n"));
	if (q->params && !as_struct(q)) {
		buf_fmt(b, "\tstruct %.*s_in in_ = {", STR_ARG(q->name));
		for (const struct named *p = q->params; p; p = p->next)
			buf_fmt(b, ".%.*s = %.*s%s", STR_ARG(p->name), STR_ARG(p->name), p->next ? ", " : "};\n");
	}
	const char *in = !q->params ? "NULL" : as_struct(q) ? "in_" : "&in_", *order = q->orders ? "(size_t)order_" : "0";
	switch (q->kind) {
	case DB_ONE: buf_fmt(b, "\treturn db_one(db_, a_, &query_%.*s, %s, out_, found_, e_);\n", STR_ARG(q->name), in); break;
	case DB_MANY:
		buf_fmt(b, "\tvoid *rows_ = NULL;\n\tbool ok_ = db_many(db_, a_, &query_%.*s, %s, %s, &rows_, &out_->n, e_);\n\tout_->v = rows_;\n\treturn ok_;\n",
		        STR_ARG(q->name), order, in);
		break;
	case DB_EACH: buf_fmt(b, "\treturn db_each(db_, &query_%.*s, %s, %s, c_, e_);\n", STR_ARG(q->name), order, in); break;
	case DB_EXEC: buf_fmt(b, "\treturn db_exec(db_, &query_%.*s, %s, changed_, e_);\n", STR_ARG(q->name), in); break;
	}
	buf_put(b, STR("}\n"));
}

struct str emit_queries_c(const struct catalogue *c, const struct query *first, const char *prefix, struct str base)
{
	struct buf b = buf_on(c->a);
	buf_fmt(&b, HEAD "#include \"%.*s_sql.h\"\n#include \"%stables.h\"\n#include <stddef.h>\n", STR_ARG(base), prefix);
	for (const struct query *q = first; q; q = q->next) {
		buf_char(&b, '\n');
		put_fields(&b, q, q->params, "in");
		put_fields(&b, q, q->columns, "row");
		put_texts(&b, q, DB_SQLITE);
		put_texts(&b, q, DB_PG);
		put_descriptor(&b, q);
		put_function(&b, q);
	}
	buf_fmt(&b, "\nconst struct db_query *const %.*s_sql[] = {\n", STR_ARG(base));
	for (const struct query *q = first; q; q = q->next)
		buf_fmt(&b, "\t&query_%.*s,\n", STR_ARG(q->name));
	buf_put(&b, STR("\tNULL,\n};\n"));
	return buf_str(&b);
}
