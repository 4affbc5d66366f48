/* fonts.c — the embedded faces: the private font map for laying out, and their subsets in the file. */
#include "core/pdf/priv.h"
#include <fontconfig/fontconfig.h>
#include <hb-ot.h>
#include <hb-subset.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/pdf/font_data.h"

static const char *const ps_name[PDF_FACES] = {"MOTCUA+LiberationSerif", "MOTCUA+LiberationSerif-Bold",
                                               "MOTCUA+LiberationSerif-Italic", "MOTCUA+LiberationSerif-BoldItalic"};
static int font_fd[PDF_FACES] = {-1, -1, -1, -1};
static char font_path[PDF_FACES][32];
/* Names for libraries that know a font by its ending. */
static const char *const ttf_path[PDF_FACES] = {"/embedded/regular.ttf", "/embedded/bold.ttf", "/embedded/italic.ttf", "/embedded/bold-italic.ttf"};

int pdf_fonts_path(const char *path)
{
	for (int i = 0; i < PDF_FACES; i++)
		if (font_fd[i] >= 0 && (strcmp(path, font_path[i]) == 0 || strcmp(path, ttf_path[i]) == 0))
			return font_fd[i];
	return -1;
}

/* fontconfig reads fonts by path only; the path of a memory file serves. The files stay open for the process. */
static bool font_files(FcConfig *fc, struct err *e)
{
	for (int i = 0; i < PDF_FACES; i++) {
		const struct font_data *f = &font_data[i];
		if (font_fd[i] < 0) {
			font_fd[i] = memfd_create("font", MFD_CLOEXEC);
			if (font_fd[i] < 0 || write(font_fd[i], f->bytes, (size_t)(f->end - f->bytes)) != f->end - f->bytes)
				return err_set(e, ERR_INTERNAL, "no memory file for a font");
			snprintf(font_path[i], sizeof font_path[i], "/proc/self/fd/%d", font_fd[i]);
		}
		if (!FcConfigAppFontAddFile(fc, (const FcChar8 *)font_path[i]))
			return err_set(e, ERR_INTERNAL, "font %d cannot be loaded", i);
	}
	return true;
}

bool pdf_fonts_current(struct err *e)
{
	FcConfig *fc = FcConfigCreate();
	FcConfigSetRescanInterval(fc, 0);
	bool ok = font_files(fc, e);
	FcFontSet *all = ok ? FcConfigGetFonts(fc, FcSetApplication) : NULL;
	for (int i = 0; all && i < all->nfont && i < PDF_FACES; i++) {
		FcPatternDel(all->fonts[i], FC_FILE);
		FcPatternAddString(all->fonts[i], FC_FILE, (const FcChar8 *)ttf_path[i]);
	}
	ok = ok && (FcConfigSetCurrent(fc) || err_set(e, ERR_INTERNAL, "fontconfig"));
	FcConfigDestroy(fc); /* the library holds its own reference */
	return ok;
}

static void no_hints(FcPattern *p, gpointer unused)
{
	(void)unused;
	FcPatternDel(p, FC_HINTING);
	FcPatternAddBool(p, FC_HINTING, FcFalse);
	FcPatternDel(p, FC_DPI);
	FcPatternAddDouble(p, FC_DPI, 72);
}

static bool open_map(struct pdf_fonts *f, struct err *e)
{
	FcConfig *fc = FcConfigCreate();
	FcConfigSetRescanInterval(fc, 0);
	if (!font_files(fc, e)) {
		FcConfigDestroy(fc);
		return false;
	}
	f->map = pango_ft2_font_map_new();
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), fc);
	FcConfigDestroy(fc);
	pango_ft2_font_map_set_resolution(PANGO_FT2_FONT_MAP(f->map), 72, 72);
	pango_ft2_font_map_set_default_substitute(PANGO_FT2_FONT_MAP(f->map), no_hints, NULL, NULL);
	f->context = pango_font_map_create_context(f->map);
	pango_context_set_round_glyph_positions(f->context, FALSE);
	pango_context_set_language(f->context, pango_language_from_string("vi"));
	pango_context_set_base_dir(f->context, PANGO_DIRECTION_LTR);
	return true;
}

static void open_face(struct pdf_fonts *f, int i)
{
	f->blob[i] = hb_blob_create((const char *)font_data[i].bytes, (unsigned)(font_data[i].end - font_data[i].bytes), HB_MEMORY_MODE_READONLY, NULL, NULL);
	f->face[i] = hb_face_create(f->blob[i], 0);
	f->font[i] = hb_font_create(f->face[i]);
	int upem = (int)hb_face_get_upem(f->face[i]);
	hb_font_set_scale(f->font[i], upem, upem);
	f->unicode[i] = calloc(GLYPHS, sizeof *f->unicode[i]);
	CHECK(f->unicode[i]);
	hb_set_t *all = hb_set_create();
	hb_face_collect_unicodes(f->face[i], all);
	hb_codepoint_t g;
	for (hb_codepoint_t u = HB_SET_VALUE_INVALID; hb_set_next(all, &u);)
		if (hb_font_get_nominal_glyph(f->font[i], u, &g) && g < GLYPHS && !f->unicode[i][g])
			f->unicode[i][g] = u;
	hb_set_destroy(all);
}

/* Makes the libraries read each face now: after the lock-down no file opens. */
static void warm(struct pdf_fonts *f)
{
	static const char *const names[PDF_FACES] = {"Liberation Serif 12", "Liberation Serif Bold 12", "Liberation Serif Italic 12",
	                                             "Liberation Serif Bold Italic 12"};
	for (int i = 0; i < PDF_FACES; i++) {
		PangoLayout *l = pango_layout_new(f->context);
		PangoFontDescription *fd = pango_font_description_from_string(names[i]);
		pango_layout_set_font_description(l, fd);
		pango_layout_set_text(l, "Độc lập \xd9\x85\xf0\x9f\x98\x80", -1);
		pango_layout_get_pixel_size(l, NULL, NULL);
		pango_font_description_free(fd);
		g_object_unref(l);
	}
}

struct pdf_fonts *pdf_fonts_get(struct err *e)
{
	static struct pdf_fonts *loaded;
	if (loaded)
		return loaded;
	struct pdf_fonts *f = calloc(1, sizeof *f);
	CHECK(f);
	if (!open_map(f, e)) {
		free(f);
		return NULL;
	}
	for (int i = 0; i < PDF_FACES; i++)
		open_face(f, i);
	warm(f);
	return loaded = f;
}

static bool is_used(const struct pdf *d, int face, unsigned g) { return d->used[face][g / 8] >> (g % 8) & 1; }

/* The face with the used glyphs only, under their old numbers, so that nothing drawn before changes. */
static struct str subset(struct pdf *d, int face)
{
	hb_subset_input_t *in = hb_subset_input_create_or_fail();
	CHECK(in);
	hb_set_t *glyphs = hb_subset_input_glyph_set(in);
	for (unsigned g = 0; g < GLYPHS; g++)
		if (is_used(d, face, g))
			hb_set_add(glyphs, g);
	hb_subset_input_set_flags(in, HB_SUBSET_FLAGS_RETAIN_GIDS | HB_SUBSET_FLAGS_NO_HINTING | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
	hb_set_t *drop = hb_subset_input_set(in, HB_SUBSET_SETS_DROP_TABLE_TAG);
	static const char layout[][5] = {"GSUB", "GPOS", "GDEF", "kern", "DSIG", "FFTM"};
	for (size_t i = 0; i < ARRAY_LEN(layout); i++)
		hb_set_add(drop, HB_TAG(layout[i][0], layout[i][1], layout[i][2], layout[i][3]));
	hb_face_t *cut = hb_subset_or_fail(d->fonts->face[face], in);
	CHECK(cut);
	hb_blob_t *blob = hb_face_reference_blob(cut);
	unsigned n;
	const char *p = hb_blob_get_data(blob, &n);
	struct str bytes = str_dup(d->life, (struct str){p, n});
	hb_blob_destroy(blob);
	hb_face_destroy(cut);
	hb_subset_input_destroy(in);
	return bytes;
}

static int em(const struct pdf *d, int face, int units) { return units * 1000 / (int)hb_face_get_upem(d->fonts->face[face]); }

static struct str widths(struct pdf *d, int face)
{
	struct buf b = buf_on(d->life);
	for (unsigned g = 0; g < GLYPHS; g++)
		if (is_used(d, face, g))
			buf_fmt(&b, "%u[%d]\n", g, em(d, face, hb_font_get_glyph_h_advance(d->fonts->font[face], g)));
	return buf_str(&b);
}

static struct str to_unicode(struct pdf *d, int face)
{
	struct buf b = buf_on(d->life);
	buf_put(&b, STR("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo << /Registry (Adobe) "
	                "/Ordering (UCS) /Supplement 0 >> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
	                "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"));
	for (unsigned g = 0; g < GLYPHS; g++) {
		uint32_t u = is_used(d, face, g) && d->fonts->unicode[face][g] ? d->fonts->unicode[face][g] : 0;
		if (u && u < 0x10000)
			buf_fmt(&b, "1 beginbfchar\n<%04X> <%04X>\nendbfchar\n", g, u);
	}
	buf_put(&b, STR("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"));
	return buf_str(&b);
}

static int write_face(struct pdf *d, int face)
{
	hb_font_extents_t x;
	hb_font_get_h_extents(d->fonts->font[face], &x);
	struct str bytes = subset(d, face);
	int file = pdf_object(d);
	pdf_stream(d, str_fmt(d->life, "/Length1 %zu", bytes.n).p, bytes, true);
	int map = pdf_object(d);
	pdf_stream(d, "", to_unicode(d, face), true);
	int descriptor = pdf_object(d);
	pdf_fmt(d, "<< /Type /FontDescriptor /FontName /%s /Flags %d /FontBBox [-200 -310 1100 990] /ItalicAngle %d /Ascent %d "
	        "/Descent %d /CapHeight 655 /StemV %d /FontFile2 %d 0 R >>\nendobj\n", ps_name[face], face & 2 ? 68 : 4,
	        face & 2 ? -16 : 0, em(d, face, x.ascender), em(d, face, x.descender), face & 1 ? 130 : 80, file);
	int cid = pdf_object(d);
	pdf_fmt(d, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
	        "/Supplement 0 >> /FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W [", ps_name[face], descriptor);
	pdf_put(d, widths(d, face));
	pdf_fmt(d, "] >>\nendobj\n");
	int font = pdf_object(d);
	pdf_fmt(d, "<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>"
	        "\nendobj\n", ps_name[face], cid, map);
	return font;
}

void pdf_fonts_write(struct pdf *d, int resources)
{
	static const uint8_t none[GLYPHS / 8];
	int font[PDF_FACES] = {0};
	for (int i = 0; i < PDF_FACES; i++)
		if (memcmp(d->used[i], none, sizeof none) != 0)
			font[i] = write_face(d, i);
	pdf_object_at(d, resources);
	pdf_fmt(d, "<< /ProcSet [/PDF /Text] /Font <<");
	for (int i = 0; i < PDF_FACES; i++)
		if (font[i])
			pdf_fmt(d, " /F%d %d 0 R", i, font[i]);
	pdf_fmt(d, " >> >>\nendobj\n");
}
