/* scan_test.c — types by content, and a small clamd of the test's own. */
#include "core/scan/scan_testing.h"
#include "core/test/test.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0"
#define PDF "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
/* In two parts, so that scanners on the developer's machine leave this file alone. */
#define EICAR "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" "ANTIVIRUS-TEST-FILE!$H+H*"

static int file_of(struct str bytes)
{
	int fd = memfd_create("f", MFD_CLOEXEC);
	EXPECT(fd >= 0 && (bytes.n == 0 || write(fd, bytes.p, bytes.n) == (ssize_t)bytes.n));
	return fd;
}

static struct scan_result scan(const struct scan_config *cfg, struct str bytes, const char *name, const char *const *endings)
{
	struct err e = {0};
	struct scan_result r;
	int fd = file_of(bytes);
	EXPECT_OK(scan_file(cfg, fd, str_from(name), endings, &r, &e), e);
	close(fd);
	return r;
}

TEST(content_must_be_what_the_name_says)
{
	static const char *const only_pdf[] = {"pdf", NULL};
	struct scan_config cfg = *scan_testing_open(a);
	EXPECT_INT(scan(&cfg, STR(PDF), "Đơn.PDF", NULL).verdict, SCAN_CLEAN);
	EXPECT_TEXT(str_from(scan(&cfg, STR(PDF), "a.pdf", only_pdf).mime), "application/pdf");
	EXPECT_INT(scan(&cfg, STR(PNG), "a.png", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(scan(&cfg, STR(PNG), "a.png", only_pdf).verdict, SCAN_TYPE_REFUSED);
	EXPECT_INT(scan(&cfg, STR(PNG), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff"), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("<!DOCTYPE html><html><script>alert(1)</script>"), "a.txt", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("#!/bin/sh\nrm -rf /\n"), "a.txt", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("Kính gửi Ông/Bà\n"), "a.txt", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(scan(&cfg, STR("\xEF\xBB\xBF\r\n" PDF), "a.pdf", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(scan(&cfg, STR("<html><script>alert(1)</script>\n" PDF), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("MZ" PDF), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR("FWS\11" PDF), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, STR(PDF), "a.exe", NULL).verdict, SCAN_TYPE_REFUSED);
	EXPECT_INT(scan(&cfg, STR(PDF), "pdf", NULL).verdict, SCAN_TYPE_REFUSED);
	EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf.", NULL).verdict, SCAN_TYPE_REFUSED);
	EXPECT_INT(scan(&cfg, STR(PDF), "", NULL).verdict, SCAN_TYPE_REFUSED);
	EXPECT_INT(scan(&cfg, STR(""), "a.pdf", NULL).verdict, SCAN_EMPTY);
	scan_testing_close();
}

TEST(a_document_written_as_a_plain_zip_is_known_by_its_parts)
{
	struct scan_config cfg = *scan_testing_open(a);
	static const char zip[] = "PK\3\4\24\0\0\0\0\0\374\101\170\135\206\246\020\066\5\0\0\0\5\0\0\0\5\0\0\0a.txthello, said the plain archive to the reader";
	struct str plain = {zip, sizeof zip - 1};
	EXPECT_INT(scan(&cfg, plain, "a.docx", NULL).verdict, SCAN_TYPE_LIES);
	EXPECT_INT(scan(&cfg, plain, "a.zip", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(scan(&cfg, str_cat(a, plain, STR("[Content_Types].xml word/document.xml")), "a.docx", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(scan(&cfg, str_cat(a, plain, STR("[Content_Types].xml word/document.xml")), "a.xlsx", NULL).verdict, SCAN_TYPE_LIES);
	scan_testing_close();
}

/* ---- a clamd ---- */

enum manner { HONEST, SILENT, HANGS_UP, TOO_LONG, NONSENSE };
struct clamd { char path[108]; int listener; enum manner manner; pthread_t thread; int64_t bytes; };

static bool recv_all(int fd, void *p, size_t n) { return recv(fd, p, n, MSG_WAITALL) == (ssize_t)n; }

/* Takes the stream and tells whether the signature was in it. */
static bool take_stream(struct clamd *c, int fd)
{
	static char all[1 << 20];
	size_t n = 0;
	unsigned char len[4];
	while (recv_all(fd, len, 4)) {
		size_t k = (size_t)len[0] << 24 | (size_t)len[1] << 16 | (size_t)len[2] << 8 | len[3];
		if (k == 0 || n + k > sizeof all || !recv_all(fd, all + n, k))
			break;
		n += k;
	}
	c->bytes = (int64_t)n;
	return str_find((struct str){all, n}, STR(EICAR)) >= 0;
}

static void serve(struct clamd *c, int fd)
{
	char command[16] = {0};
	size_t n = 0;
	while (n < sizeof command && recv_all(fd, command + n, 1) && command[n] != '\0')
		n++;
	const char *said = "UNKNOWN COMMAND";
	if (c->manner == HANGS_UP)
		return;
	if (strcmp(command, "zPING") == 0)
		said = "PONG";
	if (strcmp(command, "zINSTREAM") == 0)
		said = take_stream(c, fd) ? "stream: Win.Test.EICAR_HDB-1 FOUND" : "stream: OK";
	if (c->manner == TOO_LONG)
		said = "INSTREAM size limit exceeded. ERROR";
	if (c->manner == NONSENSE)
		said = "OK";
	if (c->manner == SILENT)
		usleep(400000);
	else
		send(fd, said, strlen(said) + 1, MSG_NOSIGNAL);
}

static void *clamd_main(void *arg)
{
	struct clamd *c = arg;
	for (int fd; (fd = accept(c->listener, NULL, NULL)) >= 0;) {
		serve(c, fd);
		close(fd);
	}
	return NULL;
}

static void clamd_start(struct arena *a, struct clamd *c)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	snprintf(c->path, sizeof c->path, "%s/clamd", str_cstr(a, test_temp_dir(a)));
	snprintf(at.sun_path, sizeof at.sun_path, "%s", c->path);
	c->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	EXPECT(bind(c->listener, (struct sockaddr *)&at, sizeof at) == 0 && listen(c->listener, 8) == 0);
	EXPECT(pthread_create(&c->thread, NULL, clamd_main, c) == 0);
}

static void clamd_stop(struct clamd *c)
{
	shutdown(c->listener, SHUT_RDWR);
	pthread_join(c->thread, NULL);
	close(c->listener);
}

TEST(the_scanner_is_asked_and_believed)
{
	static struct clamd c;
	struct err e = {0};
	const struct scan_config *types = scan_testing_open(a); /* it forks: before the thread */
	clamd_start(a, &c);
	struct scan_config cfg = {.render = types->render, .clamav_socket = c.path, .timeout_ms = 2000};
	EXPECT_OK(scan_ping(&cfg, &e), e);
	EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf", NULL).verdict, SCAN_CLEAN);
	EXPECT_INT(c.bytes, sizeof PDF - 1);
	struct scan_result r = scan(&cfg, STR(PDF EICAR), "a.pdf", NULL);
	EXPECT_INT(r.verdict, SCAN_INFECTED);
	EXPECT(strstr(r.found, "EICAR") != NULL);
	char *big = arena_alloc(a, 300000);
	memset(big, 'a', 300000);
	memcpy(big, PDF, sizeof PDF - 1);
	memcpy(big + 299000, EICAR, sizeof EICAR - 1);
	EXPECT_INT(scan(&cfg, (struct str){big, 300000}, "a.pdf", NULL).verdict, SCAN_INFECTED);
	EXPECT_INT(scan(&cfg, STR(EICAR), "a.pdf", NULL).verdict, SCAN_TYPE_LIES);
	clamd_stop(&c);
	scan_testing_close();
}

TEST(no_clear_answer_is_never_clean)
{
	static struct clamd c;
	struct err e = {0};
	const struct scan_config *types = scan_testing_open(a); /* it forks: before the thread */
	clamd_start(a, &c);
	struct scan_config cfg = {.render = types->render, .clamav_socket = c.path, .timeout_ms = 100};
	for (int m = SILENT; m <= NONSENSE; m++) {
		c.manner = (enum manner)m;
		EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf", NULL).verdict, SCAN_NO_ANSWER);
	}
	EXPECT_ERR(scan_ping(&cfg, &e), e, ERR_BUSY);
	c.manner = HONEST;
	cfg.timeout_ms = 2000;
	cfg.stream_max = 10;
	EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf", NULL).verdict, SCAN_NO_ANSWER);
	clamd_stop(&c);
	EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf", NULL).verdict, SCAN_NO_ANSWER);
	cfg.clamav_socket = "/nowhere/clamd";
	EXPECT_INT(scan(&cfg, STR(PDF), "a.pdf", NULL).verdict, SCAN_NO_ANSWER);
	scan_testing_close();
}
