/* assets — build tool: embeds files into the program. assets MANIFEST OUT.h OUT.c OUT.S
 *
 * Lines of the manifest: KEY, file, url, type, with tabs between them, sorted (web/scripts/build.mjs). Texts are kept as gzip
 * and brotli too, beside the file; the program never compresses them again. The header holds enum asset_id, whose names
 * change only with the set of files, and the table of struct asset. */
#include "core/html/asset.h"
#include "tools/common/tool.h"
#include <brotli/encode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct line { struct str key, file, url, type, etag; bool packed; };
struct out { struct buf h, c, s; };

static struct str pack_gzip(struct arena *a, struct str in)
{
	z_stream z = {0};
	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		tool_die("gzip does not start");
	size_t room = deflateBound(&z, in.n);
	char *p = arena_alloc(a, room);
	z.next_in = (Bytef *)(uintptr_t)in.p;
	z.avail_in = (uInt)in.n;
	z.next_out = (Bytef *)p;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		tool_die("gzip fails");
	size_t n = room - z.avail_out;
	deflateEnd(&z);
	return (struct str){p, n};
}

static struct str pack_brotli(struct arena *a, struct str in)
{
	size_t n = BrotliEncoderMaxCompressedSize(in.n);
	uint8_t *p = arena_alloc(a, n);
	if (!BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT, in.n, (const uint8_t *)in.p, &n, p))
		tool_die("brotli fails");
	return (struct str){(const char *)p, n};
}

static bool is_text(struct str type) { return str_starts(type, STR("text/")) || str_starts(type, STR("image/svg")); }

/* The part of the name that holds the hash: "app.3fa9c1.css" gives "3fa9c1". */
static struct str etag_of(struct arena *a, struct str url)
{
	struct str rest = url, part, last = STR_NONE, before = STR_NONE;
	while (str_next(&rest, '.', &part)) {
		before = last;
		last = part;
	}
	if (before.n == 0)
		tool_die("%.*s: the name holds no hash", STR_ARG(url));
	return str_dup(a, before);
}

static void put_bytes(struct buf *s, struct str key, const char *kind, struct str file)
{
	buf_fmt(s, "\t.global asset_%.*s_%s\n\t.balign 16\nasset_%.*s_%s:\n\t.incbin \"%.*s\"\n\t.byte 0\n", STR_ARG(key), kind,
		STR_ARG(key), kind, STR_ARG(file));
}

static void put_kind(struct out *o, const struct line *l, const char *kind, struct str file)
{
	put_bytes(&o->s, l->key, kind, file);
	buf_fmt(&o->c, "extern const unsigned char asset_%.*s_%s[];\n", STR_ARG(l->key), kind);
}

static void put_row(struct arena *a, struct buf *rows, const struct line *l, size_t n, size_t n_gzip, size_t n_brotli)
{
	struct str k = l->key;
	struct str gz = l->packed ? str_fmt(a, "asset_%.*s_gz, %zu", STR_ARG(k), n_gzip) : STR("NULL, 0");
	struct str br = l->packed ? str_fmt(a, "asset_%.*s_br, %zu", STR_ARG(k), n_brotli) : STR("NULL, 0");
	buf_fmt(rows, "\t{\"%.*s\", \"%.*s\", asset_%.*s_id, %zu, %.*s, %.*s, \"%.*s\", true},\n", STR_ARG(l->url), STR_ARG(l->type),
		STR_ARG(k), n, STR_ARG(gz), STR_ARG(br), STR_ARG(l->etag));
}

static void embed(struct arena *a, struct out *o, struct buf *rows, struct line *l)
{
	struct str bytes = tool_read(a, str_cstr(a, l->file)), gz = STR_NONE, br = STR_NONE;
	l->packed = is_text(l->type);
	put_kind(o, l, "id", l->file);
	if (l->packed) {
		struct str gz_file = str_cat(a, l->file, STR(".gz")), br_file = str_cat(a, l->file, STR(".br"));
		gz = pack_gzip(a, bytes);
		br = pack_brotli(a, bytes);
		tool_write(str_cstr(a, gz_file), gz);
		tool_write(str_cstr(a, br_file), br);
		put_kind(o, l, "gz", gz_file);
		put_kind(o, l, "br", br_file);
	}
	put_row(a, rows, l, bytes.n, gz.n, br.n);
	buf_fmt(&o->h, "\tASSET_%.*s,\n", STR_ARG(l->key));
}

static struct line read_line(struct arena *a, struct str text)
{
	struct line l = {0};
	if (!str_next(&text, '\t', &l.key) || !str_next(&text, '\t', &l.file) || !str_next(&text, '\t', &l.url) || text.n == 0)
		tool_die("a line of the manifest is not KEY, file, url, type");
	l.type = text;
	l.etag = etag_of(a, l.url);
	return l;
}

static void begin(struct out *o)
{
	buf_put(&o->h, STR("/* Made from web/ by tools/assets. */\n#pragma once\n#include \"core/html/asset.h\"\n\n"
			   "enum asset_id {\n\tASSET_NONE,\n"));
	buf_put(&o->c, STR("#include \"gen/assets.h\"\n#include \"core/base/check.h\"\n"));
	buf_put(&o->s, STR("\t.section .rodata\n"));
}

static void end(struct out *o, struct buf *rows)
{
	buf_put(&o->h, STR("\tASSET_COUNT\n};\n\n/* ASSET_COUNT - 1 of them, in the order of the enum. */\n"
			   "extern const struct asset assets[];\nextern const size_t n_assets;\n"
			   "/* The path of the file; `id` is an enum asset_id, not ASSET_NONE. */\nconst char *asset_url(int id);\n"));
	buf_fmt(&o->c, "const struct asset assets[] = {\n%.*s};\nconst size_t n_assets = sizeof assets / sizeof *assets;\n"
		       "const char *asset_url(int id)\n{\n\tCHECK(id > ASSET_NONE && id < ASSET_COUNT);\n\treturn assets[id - 1].path;\n}\n",
		STR_ARG(buf_str(rows)));
	buf_put(&o->s, STR("\t.section .note.GNU-stack,\"\",%progbits\n"));
}

int main(int argc, char **argv)
{
	if (argc != 5)
		tool_die("usage: assets MANIFEST OUT.h OUT.c OUT.S");
	AUTO_ARENA a = arena_new(0);
	struct out o = {buf_on(a), buf_on(a), buf_on(a)};
	struct buf rows = buf_on(a);
	struct str rest = tool_read(a, argv[1]), text;
	begin(&o);
	while (str_next(&rest, '\n', &text)) {
		if (text.n == 0)
			continue;
		struct line l = read_line(a, text);
		embed(a, &o, &rows, &l);
	}
	end(&o, &rows);
	tool_write(argv[2], buf_str(&o.h));
	tool_write(argv[3], buf_str(&o.c));
	tool_write(argv[4], buf_str(&o.s));
	return 0;
}
