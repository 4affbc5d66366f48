/* intake.c — see intake.h. */
#include "core/intake/intake.h"
#include "core/i18n/i18n.h"
#include <string.h>
#include <unistd.h>

/* What people call what libmagic says; the longest beginning that fits counts. */
static const struct { const char *begins; enum msg_key word; } words[] = {
	{"application/pdf", MSG_FIELD_KIND_PDF}, {"image/", MSG_FIELD_KIND_PICTURE}, {"image/svg", MSG_FIELD_KIND_DRAWING},
	{"text/html", MSG_FIELD_KIND_WEB}, {"text/", MSG_FIELD_KIND_TEXT}, {"text/x-", MSG_FIELD_KIND_SCRIPT}, {"text/javascript", MSG_FIELD_KIND_SCRIPT},
	{"application/javascript", MSG_FIELD_KIND_SCRIPT}, {"application/zip", MSG_FIELD_KIND_ARCHIVE}, {"application/x-rar", MSG_FIELD_KIND_ARCHIVE},
	{"application/x-7z", MSG_FIELD_KIND_ARCHIVE}, {"application/gzip", MSG_FIELD_KIND_ARCHIVE}, {"application/x-dosexec", MSG_FIELD_KIND_PROGRAM},
	{"application/vnd.microsoft.portable", MSG_FIELD_KIND_PROGRAM}, {"application/x-executable", MSG_FIELD_KIND_PROGRAM},
	{"application/x-pie-executable", MSG_FIELD_KIND_PROGRAM}, {"application/x-sharedlib", MSG_FIELD_KIND_PROGRAM},
	{"application/vnd.openxmlformats", MSG_FIELD_KIND_OFFICE}, {"application/vnd.oasis", MSG_FIELD_KIND_OFFICE},
	{"application/vnd.ms-", MSG_FIELD_KIND_OFFICE}, {"application/msword", MSG_FIELD_KIND_OFFICE}, {"application/CDFV2", MSG_FIELD_KIND_OFFICE},
	{"audio/", MSG_FIELD_KIND_SOUND}, {"video/", MSG_FIELD_KIND_FILM},
};

static enum msg_key word_of(const char *found)
{
	size_t best = 0;
	enum msg_key word = MSG_FIELD_KIND_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strncmp(found, words[i].begins, strlen(words[i].begins)) == 0 && strlen(words[i].begins) > best) {
			best = strlen(words[i].begins);
			word = words[i].word;
		}
	return word;
}

/* What stands after the last dot, as it is written. */
static struct str ending(struct arena *a, struct str name)
{
	size_t i = name.n;
	while (i > 0 && name.p[i - 1] != '.')
		i--;
	return str_fmt(a, ".%.*s", STR_ARG(str_sub(name, i, 12)));
}

void intake_unwanted(struct request *r, const char *field) { form_error(r, field, MSG_FIELD_FILE_UNWANTED, STR_NONE, STR_NONE); }

bool intake_look(struct request *r, const char *field, const struct scan_config *cfg, const struct blob_writer *file, struct str name, const char **mime, struct err *e)
{
	struct scan_result x = {0};
	struct scan_config type_only = {.render = cfg->render};
	*mime = NULL;
	int fd = blob_writer_open(file, (int64_t)SCAN_HEAD, e);
	bool looked = fd >= 0 && scan_file(&type_only, fd, name, NULL, &x, e);
	if (fd >= 0)
		close(fd);
	if (!looked)
		return err_wrap(e, "type of a file");
	if (x.verdict == SCAN_CLEAN)
		*mime = x.mime;
	else if (x.verdict == SCAN_EMPTY)
		form_error(r, field, MSG_FIELD_FILE_EMPTY, STR_NONE, STR_NONE);
	else if (x.verdict == SCAN_TYPE_LIES)
		form_error(r, field, MSG_FIELD_FILE_LIES, ending(r->env.arena, name), msg(r->env.lang, word_of(x.found)));
	else
		intake_unwanted(r, field);
	return true;
}
