/* config_test.c — defaults, files, refusals, printing, secrets. */
#include "core/config/config.h"
#include "core/test/test.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *file_of(struct arena *a, struct str text, mode_t mode)
{
	const char *path = str_cat(a, test_temp_dir(a), STR("/file")).p;
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	EXPECT(fd >= 0 && (text.n == 0 || write(fd, text.p, text.n) == (ssize_t)text.n) && fchmod(fd, mode) == 0 && close(fd) == 0);
	return path;
}

TEST(defaults_are_in_their_limits_and_make_sense)
{
	struct config c;
	struct err e = {0};
	EXPECT_OK(config_load(a, NULL, &c, &e), e);
	EXPECT_OK(config_check(&c, &e), e);
	EXPECT_TEXT(str_from(c.db), "sqlite");
	EXPECT(c.origin == NULL && !c.https && c.upload_max == 20 * 1024 * 1024 && c.idle_ms == 30000 && c.smtp_starttls);
}

TEST(a_file_changes_what_it_names)
{
	struct config c;
	struct err e = {0};
	const char *path = file_of(a, STR("# ghi chú\n\n listen = [::1]:0 \r\nupload_max=1G\nuploads_max = 2G\nidle = 1500ms\nhttps = yes\n"
	                                  "origin = https://một-cửa.example.vn\nmail_from_name = Một = Cửa # 1"), 0644);
	EXPECT_OK(config_load(a, path, &c, &e), e);
	EXPECT_OK(config_check(&c, &e), e);
	EXPECT_TEXT(str_from(c.listen), "[::1]:0");
	EXPECT_TEXT(str_from(c.mail_from_name), "Một = Cửa # 1");
	EXPECT(c.upload_max == (int64_t)1 << 30 && c.idle_ms == 1500 && c.https);
}

TEST(what_is_wrong_stops_with_its_line)
{
	static const char *const bad[] = {"lisen = x", "listen", "= x", "listen = a\nlisten = b", "node = 64", "node = -1", "node = x", "node =", "node = 1K",
	                                  "upload_max = 1T", "upload_max = 99999999999999999999", "upload_max = 9223372036854775807G", "idle = 30", "idle = 1d",
	                                  "https = true", "log_level = loud", "log_level =", "data_dir = var", "origin = ftp://x", "origin = https://u:p@x",
	                                  "origin = https://", "smtp_url = http://x", "smtp_password = geheim", "listen =", "listen = a\tb", "listen = \xff",
	                                  "mail_from = a"};
	struct config c;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = {0};
		const char *path = file_of(a, str_cat(a, STR("\n"), str_from(bad[i])), 0644);
		if (config_load(a, path, &c, &e))
			FAIL("accepted: %s", bad[i]);
		EXPECT_INT(e.kind, ERR_INVALID);
		EXPECT(strstr(e.text, strchr(bad[i], '\n') ? "file:3: " : "file:2: ") != NULL);
	}
	struct err e = {0};
	EXPECT_ERR(config_load(a, "/nowhere/motcua.conf", &c, &e), e, ERR_INVALID);
	EXPECT_ERR(config_load(a, "/", &c, &e), e, ERR_INVALID);
	char *zeros = arena_alloc(a, 300000);
	EXPECT_ERR(config_load(a, file_of(a, (struct str){zeros, 300000}, 0644), &c, &e), e, ERR_INVALID);
	EXPECT_ERR(config_load(a, file_of(a, (struct str){"listen = a\0b", 12}, 0644), &c, &e), e, ERR_INVALID);
}

TEST(what_does_not_fit_together_is_refused)
{
	static const char *const bad[][2] = {{"https", "yes"}, {"origin", "https://x.vn"}, {"db", "host=x password=y"}, {"db", "postgresql://u:p@x/db"},
	                                     {"uploads_max", "1M"}, {"smtp_user", "u"}, {"mail_from", "mot cua"}, {"mail_from", "ü@x.vn"}, {"pkcs11_module", "/lib/p11.so"}, {"db", ""},
	                                     {"tsa_url", "https://tsa.example.vn"}, {"session_length", "1h"}, {"bank_bin", "970436"}};
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct config c;
		struct err e = {0};
		EXPECT_OK(config_default(a, &c, &e), e);
		EXPECT_OK(config_set(a, &c, str_from(bad[i][0]), str_from(bad[i][1]), &e), e);
		if (config_check(&c, &e))
			FAIL("accepted: %s = %s", bad[i][0], bad[i][1]);
	}
}

TEST(nothing_leaves_in_clear_but_to_this_machine)
{
	static const struct { const char *key, *value; bool starttls, good; } cases[] = {
		{"outbox_url", "http://nhan.example.vn/in", true, false}, {"outbox_url", "http://localhost.example.vn/", true, false}, {"outbox_url", "http://1127.0.0.1/", true, false}, {"outbox_url", "http://127.example.vn/", true, false}, {"outbox_url", "http://127.0.0.1.example.vn/", true, false},
		{"outbox_url", "https://nhan.example.vn/in", true, true}, {"outbox_url", "http://127.0.0.1:8080/in", true, true}, {"outbox_url", "http://localhost:8080/in", true, true},
		{"outbox_url", "http://[::1]:8080/", true, true}, {"smtp_url", "smtp://thu.example.vn", false, false}, {"smtp_url", "smtp://thu.example.vn", true, true},
		{"smtp_url", "smtps://thu.example.vn", false, true}, {"smtp_url", "smtp://127.0.0.1:2525", false, true}, {"smtp_url", "smtp://localhost", false, true}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct config c;
		struct err e = {0};
		EXPECT_OK(config_default(a, &c, &e), e);
		EXPECT_OK(config_set(a, &c, str_from(cases[i].key), str_from(cases[i].value), &e), e);
		c.smtp_starttls = cases[i].starttls;
		if (config_check(&c, &e) != cases[i].good)
			FAIL("%s = %s", cases[i].key, cases[i].value);
	}
}

/* The printed help, with its comments taken off, is a file of the defaults. */
TEST(help_is_a_file_to_begin_with)
{
	for (int lang = LANG_VI; lang <= LANG_EN; lang++) {
		struct buf help = buf_on(a), real = buf_on(a), printed = buf_on(a), usual = buf_on(a);
		struct config c, d;
		struct err e = {0};
		config_help(&help, (enum lang)lang);
		struct str text = buf_str(&help), line;
		EXPECT(str_is_utf8(text));
		while (str_next(&text, '\n', &line))
			if (line.n > 1 && line.p[0] == '#' && line.p[1] != ' ') {
				buf_put(&real, str_sub(line, 1, line.n));
				buf_char(&real, '\n');
			}
		EXPECT_OK(config_load(a, file_of(a, buf_str(&real), 0644), &c, &e), e);
		EXPECT_OK(config_default(a, &d, &e), e);
		config_print(&printed, &c, false);
		config_print(&usual, &d, false);
		EXPECT_STR(buf_str(&printed), buf_str(&usual));
		EXPECT_STR(buf_str(&printed), buf_str(&real));
	}
}

TEST(only_changes_are_printed_and_can_be_read_again)
{
	struct config c;
	struct err e = {0};
	struct buf b = buf_on(a);
	EXPECT_OK(config_default(a, &c, &e), e);
	EXPECT_OK(config_set(a, &c, STR("idle"), STR("90s"), &e), e);
	EXPECT_OK(config_set(a, &c, STR("upload_max"), STR("1536K"), &e), e);
	EXPECT_OK(config_set(a, &c, STR("smtp_starttls"), STR("no"), &e), e);
	config_print(&b, &c, true);
	EXPECT_TEXT(buf_str(&b), "idle = 90s\nupload_max = 1536K\nsmtp_starttls = no\n");
}

TEST(secrets_are_the_owners_only)
{
	struct err e = {0};
	struct str s = STR("x");
	EXPECT_OK(config_secret(a, NULL, &s, &e), e);
	EXPECT(s.p == NULL);
	EXPECT_OK(config_secret(a, file_of(a, STR("mật khẩu\nnote\n"), 0600), &s, &e), e);
	EXPECT_TEXT(s, "mật khẩu");
	EXPECT_OK(config_secret(a, file_of(a, STR("x"), 0400), &s, &e), e);
	EXPECT_ERR(config_secret(a, file_of(a, STR("geheim"), 0640), &s, &e), e, ERR_INVALID);
	EXPECT(strstr(e.text, "geheim") == NULL);
	EXPECT_ERR(config_secret(a, file_of(a, STR("geheim"), 0604), &s, &e), e, ERR_INVALID);
	EXPECT_ERR(config_secret(a, file_of(a, STR("\nx"), 0600), &s, &e), e, ERR_INVALID);
	EXPECT_ERR(config_secret(a, file_of(a, STR(""), 0600), &s, &e), e, ERR_INVALID);
	EXPECT_ERR(config_secret(a, "/nowhere", &s, &e), e, ERR_INVALID);
}
