/* gallery OUTDIR — writes the pages of ui_gallery.h as NAME-DATA.html, to be looked at; scripts/gallery.mjs serves them. */
#include "core/ui/ui_gallery.h"
#include <stdio.h>

static bool write_file(const char *dir, size_t page, enum gallery_data d, struct str bytes)
{
	static const char *const data[] = {"usual", "empty", "long", "hostile"};
	char path[400];
	snprintf(path, sizeof path, "%s/%s-%s.html", dir, gallery_name(page), data[d]);
	FILE *f = fopen(path, "wb");
	if (!f)
		return false;
	bool ok = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
	return fclose(f) == 0 && ok;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: gallery OUTDIR\n", stderr);
		return 2;
	}
	for (size_t page = 0; page < GALLERY_PAGES; page++)
		for (int d = 0; d < GALLERY_DATA_COUNT; d++) {
			struct arena *a = arena_new(0);
			bool ok = write_file(argv[1], page, (enum gallery_data)d, gallery_write(a, page, (enum gallery_data)d, LANG_VI));
			arena_free(a);
			if (!ok) {
				perror(argv[1]);
				return 1;
			}
		}
	return 0;
}
