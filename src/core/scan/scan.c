/* scan.c — see scan.h. */
#include "core/scan/scan.h"
#include "core/scan/type_job.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define TYPE_MS 20000
#define STREAM_MAX ((int64_t)100 * 1024 * 1024)

#define OOXML "application/vnd.openxmlformats-officedocument."
/* A zip with the named part at its start is what some office programs write and libmagic calls a plain zip. */
const struct scan_type scan_types[] = {
	{"pdf", "application/pdf", {"application/pdf"}},
	{"jpg", "image/jpeg", {"image/jpeg"}},
	{"jpeg", "image/jpeg", {"image/jpeg"}},
	{"png", "image/png", {"image/png"}},
	{"webp", "image/webp", {"image/webp"}},
	{"tif", "image/tiff", {"image/tiff"}},
	{"tiff", "image/tiff", {"image/tiff"}},
	{"docx", OOXML "wordprocessingml.document", {OOXML "wordprocessingml.document", "zip:word/"}},
	{"xlsx", OOXML "spreadsheetml.sheet", {OOXML "spreadsheetml.sheet", "zip:xl/"}},
	{"odt", "application/vnd.oasis.opendocument.text", {"application/vnd.oasis.opendocument.text"}},
	{"ods", "application/vnd.oasis.opendocument.spreadsheet", {"application/vnd.oasis.opendocument.spreadsheet"}},
	{"doc", "application/msword", {"application/msword", "application/vnd.ms-office", "application/CDFV2"}},
	{"xls", "application/vnd.ms-excel", {"application/vnd.ms-excel", "application/vnd.ms-office", "application/CDFV2"}},
	{"txt", "text/plain", {"text/plain"}},
	{"csv", "text/csv", {"text/csv", "text/plain"}},
	{"xml", "application/xml", {"text/xml", "application/xml"}},
	{"edxml", "application/xml", {"text/xml", "application/xml"}},
	{"zip", "application/zip", {"application/zip"}},
	{"dwg", "image/vnd.dwg", {"image/vnd.dwg"}},
	{"mp3", "audio/mpeg", {"audio/mpeg"}},
	{"mp4", "video/mp4", {"video/mp4"}},
};
const size_t n_scan_types = ARRAY_LEN(scan_types);

const char *scan_verdict_name(enum scan_verdict v)
{
	static const char *const names[] = {"clean", "type-refused", "type-lies", "empty", "infected", "no-answer"};
	_Static_assert(ARRAY_LEN(names) == SCAN_VERDICT_COUNT, "a name for each verdict");
	return names[v];
}

/* ---- type ---- */

static struct str ending_of(struct str name)
{
	size_t i = name.n;
	while (i > 0 && name.p[i - 1] != '.')
		i--;
	return i == 0 ? STR_NONE : str_sub(name, i, name.n);
}

static const struct scan_type *type_of(struct str name, const char *const *allowed)
{
	struct str ending = ending_of(name);
	bool may = allowed == NULL;
	for (; allowed && *allowed; allowed++)
		may = may || str_eq_nocase(ending, str_from(*allowed));
	for (size_t i = 0; may && i < n_scan_types; i++)
		if (str_eq_nocase(ending, str_from(scan_types[i].ending)))
			return &scan_types[i];
	return NULL;
}

bool scan_ask_type(const struct scan_config *cfg, struct str head, struct arena *a, struct str *out, struct err *e)
{
	struct render_call c = {.lane = RENDER_NOW, .job = SCAN_TYPE_JOB, .payload = head, .fd = -1, .timeout_ms = TYPE_MS};
	return render_ask(cfg->render, &c, a, out, e);
}

static bool say(const struct scan_config *cfg, struct str head, struct scan_result *out, struct err *e)
{
	AUTO_ARENA a = arena_new(0);
	struct str said;
	if (!scan_ask_type(cfg, head, a, &said, e))
		return false;
	snprintf(out->found, sizeof out->found, "%.*s", STR_ARG(said));
	return true;
}

/* libmagic finds a PDF also behind a kilobyte of something else: a web page or a program that is a PDF as well. */
static bool begins_so(const struct scan_type *t, struct str head)
{
	static const struct str mark = {"\xEF\xBB\xBF", 3};
	if (!str_eq(str_from(t->ending), STR("pdf")))
		return true;
	if (str_starts(head, mark))
		head = str_sub(head, mark.n, head.n);
	return str_starts(str_trim(head), STR("%PDF-"));
}

static bool is_one_of(const struct scan_type *t, const char *said, struct str head)
{
	if (!begins_so(t, head))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(t->magic) && t->magic[i]; i++) {
		struct str want = str_from(t->magic[i]);
		if (str_eq(want, str_from(said)))
			return true;
		if (str_starts(want, STR("zip:")) && strcmp(said, "application/zip") == 0 && str_find(head, STR("[Content_Types].xml")) >= 0 &&
		    str_find(head, str_sub(want, 4, want.n)) >= 0)
			return true;
	}
	return false;
}

static bool read_head(int fd, char *head, size_t *n, struct err *e)
{
	for (*n = 0; *n < SCAN_HEAD;) {
		ssize_t got = pread(fd, head + *n, SCAN_HEAD - *n, (off_t)*n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, ERR_INTERNAL, "scan: %s", strerror(errno));
		if (got == 0)
			break;
		*n += (size_t)got;
	}
	return true;
}

static bool check_type(const struct scan_config *cfg, int fd, struct str name, const char *const *endings, struct scan_result *out, struct err *e)
{
	const struct scan_type *t = type_of(name, endings);
	out->verdict = SCAN_TYPE_REFUSED;
	if (!t)
		return true;
	char *head = malloc(SCAN_HEAD);
	CHECK(head != NULL);
	size_t n = 0;
	bool ok = read_head(fd, head, &n, e);
	if (ok && n == 0)
		out->verdict = SCAN_EMPTY;
	if (ok && n > 0 && (ok = say(cfg, (struct str){head, n}, out, e))) {
		out->verdict = is_one_of(t, out->found, (struct str){head, n}) ? SCAN_CLEAN : SCAN_TYPE_LIES;
		out->mime = t->mime;
	}
	free(head);
	return ok;
}

/* ---- ClamAV ---- */

static int dial(const struct scan_config *cfg)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int ms = cfg->timeout_ms ? cfg->timeout_ms : 30000;
	struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
	if (strlen(cfg->clamav_socket) >= sizeof to.sun_path)
		return -1;
	snprintf(to.sun_path, sizeof to.sun_path, "%s", cfg->clamav_socket);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool send_all(int fd, const void *p, size_t n)
{
	for (const char *at = p; n > 0;) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		at += k;
		n -= (size_t)k;
	}
	return true;
}

/* The answer up to its NUL. */
static bool answer(int sock, char *out, size_t size)
{
	for (size_t n = 0; n < size; n++) {
		ssize_t k = recv(sock, out + n, 1, 0);
		if (k < 0 && errno == EINTR) {
			n--;
			continue;
		}
		if (k <= 0)
			return false;
		if (out[n] == '\0')
			return true;
	}
	return false;
}

static bool stream(int sock, int fd, int64_t max)
{
	char part[4 + 64 * 1024];
	int64_t at = 0;
	if (!send_all(sock, "zINSTREAM", sizeof "zINSTREAM"))
		return false;
	for (;;) {
		ssize_t n = pread(fd, part + 4, sizeof part - 4, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || at + n > max)
			return false;
		for (int i = 0; i < 4; i++)
			part[i] = (char)((uint32_t)n >> (24 - 8 * i));
		if (!send_all(sock, part, 4 + (size_t)n))
			return false;
		if (n == 0)
			return true;
		at += n;
	}
}

static void ask_clamav(const struct scan_config *cfg, int fd, struct scan_result *out)
{
	char said[256];
	int sock = dial(cfg);
	/* clamd answers and closes when it has seen enough: an answer counts also when sending broke off. */
	bool sent = sock >= 0 && stream(sock, fd, cfg->stream_max ? cfg->stream_max : STREAM_MAX);
	bool heard = sock >= 0 && answer(sock, said, sizeof said);
	struct str s = heard ? str_from(said) : STR_NONE;
	if (sock >= 0)
		close(sock);
	if (str_ends(s, STR(" FOUND")))
		out->verdict = SCAN_INFECTED;
	else if (!sent || !str_eq(s, STR("stream: OK")))
		out->verdict = SCAN_NO_ANSWER;
	out->away = out->verdict == SCAN_NO_ANSWER && !heard;
	if (out->verdict != SCAN_CLEAN)
		snprintf(out->found, sizeof out->found, "%.*s", STR_ARG(str_sub(heard ? s : STR("clamd does not answer"), 0, sizeof out->found - 1)));
}

bool scan_file(const struct scan_config *cfg, int fd, struct str name, const char *const *endings, struct scan_result *out, struct err *e)
{
	*out = (struct scan_result){0};
	if (!check_type(cfg, fd, name, endings, out, e))
		return false;
	if (out->verdict == SCAN_CLEAN && cfg->clamav_socket)
		ask_clamav(cfg, fd, out);
	return true;
}

void scan_virus(const struct scan_config *cfg, int fd, struct scan_result *out)
{
	*out = (struct scan_result){.verdict = SCAN_CLEAN};
	if (cfg->clamav_socket)
		ask_clamav(cfg, fd, out);
}

bool scan_ping(const struct scan_config *cfg, struct err *e)
{
	char said[64];
	int sock = dial(cfg);
	bool ok = sock >= 0 && send_all(sock, "zPING", sizeof "zPING") && answer(sock, said, sizeof said) && strcmp(said, "PONG") == 0;
	if (sock >= 0)
		close(sock);
	return ok || err_set(e, ERR_BUSY, "clamd does not answer on %s", cfg->clamav_socket);
}
