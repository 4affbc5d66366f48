/* mail_test.c — the message's form, the queue on both engines, and a real conversation with the sink. */
#include "core/mail/mail.h"
#include "core/job/job_testing.h"
#include "core/mail/mail_sql.h"
#include "core/text/text.h"
#include "gen/ids.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct job_bench bench;
static struct mail_sink *sink;
static struct mail_config cfg;
static struct job_kind kinds[1];

TEST(only_plain_mailboxes_are_addresses)
{
	static const char *const good[] = {"a@b.vn", "nguyen.van-a+x@mail.example.gov.vn", "o'brien@example.com"};
	static const char *const bad[] = {"", "a", "@b.vn", "a@", "a@b", "a@b.", "a@.vn", "a@b..vn", ".a@b.vn", "a.@b.vn", "a..c@b.vn", "a b@c.vn",
	                                  "a@b.vn\r\nBcc: x@y.vn", "a@b.vn,c@d.vn", "<a@b.vn>", "\"a\"@b.vn", "a@-b.vn", "a@b-.vn", "ă@b.vn", "a@b@c.vn",
	                                  "a@[127.0.0.1]", "a@b.vn>", "a\0@b.vn"};
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		EXPECT(text_email_ok(str_from(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (text_email_ok(str_from(bad[i])))
			FAIL("accepted: %s", bad[i]);
	EXPECT(!text_email_ok((struct str){"a\0b@c.vn", 8}));
}

static struct str build(struct arena *a, struct str subject, struct str text)
{
	return mail_build(a, &(struct mail_message){.from = STR("mot-cua@example.gov.vn"), .from_name = STR("Một Cửa"), .to = STR("a@b.vn"), .subject = subject,
	                                            .text = text, .id = STR("<x@example.gov.vn>"), .at = {1795590000000}});
}

static struct str header(struct str m, const char *name)
{
	ptrdiff_t at = str_find(m, str_from(name));
	EXPECT(at >= 0);
	struct str s = str_sub(m, (size_t)at + strlen(name), m.n);
	return str_sub(s, 0, (size_t)str_find(s, STR("\r\n")));
}

TEST(a_message_has_its_headers)
{
	struct str m = build(a, STR("Ho so 123"), STR("Xin chào\n"));
	EXPECT_TEXT(header(m, "Date: "), "Wed, 25 Nov 2026 14:00:00 +0700");
	EXPECT_TEXT(header(m, "From: "), "=?UTF-8?B?TeG7mXQgQ+G7rWE=?= <mot-cua@example.gov.vn>");
	EXPECT_TEXT(header(m, "To: "), "<a@b.vn>");
	EXPECT_TEXT(header(m, "Subject: "), "Ho so 123");
	EXPECT_TEXT(header(m, "Message-ID: "), "<x@example.gov.vn>");
	EXPECT(str_ends(m, STR("\r\n\r\nXin ch=C3=A0o\r\n")));
}

TEST(no_subject_can_add_a_header)
{
	static const char *const hostile[] = {"x\r\nBcc: e@f.vn", "x\nBcc: e@f.vn", "x\rBcc: e@f.vn", "=?UTF-8?Q?a?=\r\n\r\nbody", "\r\n\r\n.\r\nMAIL FROM:<e@f.vn>"};
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		struct str m = build(a, str_from(hostile[i]), STR("t"));
		struct str head = str_sub(m, 0, (size_t)str_find(m, STR("\r\n\r\n"))), line;
		int n = 0;
		while (str_next(&head, '\n', &line))
			n += line.n > 0 && line.p[0] != ' ';
		EXPECT_INT(n, 9);
		EXPECT(str_find(m, STR("Bcc")) < 0 && str_find(m, STR("MAIL")) < 0);
	}
}

TEST(long_words_are_cut_at_characters_and_lines_stay_short)
{
	struct buf subject = buf_on(a), text = buf_on(a);
	for (int i = 0; i < 80; i++) {
		buf_put(&subject, STR("ứ"));
		buf_put(&text, STR("Kính gửi Ông/Bà = "));
	}
	struct str m = build(a, buf_str(&subject), str_cat(a, buf_str(&text), STR(" \n.\nFrom x\n\tend\t"))), line, all = m;
	struct buf words = buf_on(a);
	while (str_next(&all, '\n', &line)) {
		EXPECT(line.n <= 77);
		ptrdiff_t at = str_find(line, STR("=?UTF-8?B?"));
		if (at >= 0 && str_find(line, STR("From:")) < 0) {
			struct str word = str_sub(line, (size_t)at + 10, line.n), plain;
			word.n = (size_t)str_find(word, STR("?="));
			EXPECT(base64_decode(a, word, &plain) && str_is_utf8(plain));
			buf_put(&words, plain);
		}
	}
	EXPECT_STR(buf_str(&words), buf_str(&subject));
	EXPECT(str_find(m, STR("=20\r\n=2E\r\n=46rom x\r\n\tend=09\r\n")) >= 0);
}

/* ---- queue ---- */

static void start(struct arena *a, enum db_engine engine)
{
	struct err e = {0};
	EXPECT_OK(mail_sink_start(&sink, 0, test_temp_dir(a), &e), e);
	cfg = (struct mail_config){.url = str_fmt(a, "smtp://127.0.0.1:%d", mail_sink_port(sink)).p, .from = "mot-cua@example.gov.vn", .from_name = "Một Cửa",
	                           .timeout_ms = 5000};
	kinds[0] = mail_kind(&cfg);
	job_bench_start(&bench, a, engine, kinds, 1);
}

static void stop(void)
{
	job_bench_stop(&bench);
	mail_sink_stop(sink);
}

struct letter { const char *to, *subject, *text, *key; };

static bool queue(struct env *env, void *ctx, struct err *e)
{
	struct letter *l = ctx;
	return mail_queue(env, str_from(l->to), str_from(l->subject), str_from(l->text), str_from(l->key), e);
}

static void put(const char *text, const char *key)
{
	struct err e = {0};
	EXPECT_OK(job_bench_act(&bench, queue, &(struct letter){"dan@example.com", "Hồ sơ của Ông/Bà", text, key}, &e), e);
}

static bool read_stats(struct env *env, void *ctx, struct err *e) { return mail_stats(env, ctx, e); }

static struct mail_stats stats(void)
{
	struct mail_stats s;
	job_bench_read(&bench, read_stats, &s);
	return s;
}

TEST(what_is_built_can_be_read_again)
{
	static const char *const texts[] = {"", "a", "Kính gửi Ông/Bà,\n\nHồ sơ H99.12 = xong. \n.một dấu chấm\nFrom trên dòng đầu", "Đường dẫn: https://mot-cua.example/ho-so/H99.12-261116-0001?a=b=3D"};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf subject = buf_on(a), text = buf_on(a);
		for (size_t k = 0; k <= i; k++) {
			buf_put(&subject, STR("Đã nhận hồ sơ H99.12-261116-0001 "));
			buf_put(&text, str_from(texts[i]));
		}
		struct mail_message m = {.from = STR("mot-cua@example.gov.vn"), .from_name = STR("Bộ phận Một cửa của tỉnh Mẫu"), .to = STR("a@b.vn"),
		                         .subject = str_trim(buf_str(&subject)), .text = buf_str(&text), .id = STR("<x@y.vn>")}, got;
		struct str kept = str_cat(a, STR("X-Sink-From: z@z.vn\r\nX-Sink-To: t@t.vn\r\n"), mail_build(a, &m));
		EXPECT(mail_parse(a, kept, &got));
		EXPECT_STR(got.subject, m.subject);
		EXPECT_STR(got.from_name, m.from_name);
		EXPECT_STR(got.from, m.from);
		EXPECT_STR(got.to, m.to);
		EXPECT_STR(got.id, m.id);
		EXPECT_STR(str_trim(got.text), str_trim(m.text));
	}
	struct mail_message none;
	EXPECT(!mail_parse(a, STR("nothing"), &none));
	EXPECT(!mail_parse(a, STR("From: <a@b.vn\r\nTo: x\r\n\r\n=?UTF-8?B?"), &none));
}

TEST_BOTH(queries_prepare) { test_db_prepares(test_db(a, engine), mail_sql); }

TEST_BOTH(a_mail_goes_out_once_and_is_emptied)
{
	start(a, engine);
	put("Dòng một\n.\n..hai\n", "k1");
	struct mail_outbox_id id = {id_new(&bench.ids, (struct instant){bench.now_ms}) - 2}; /* the one before the job's */
	put("khác", "k1");
	EXPECT_INT(stats().queued, 1);
	EXPECT_INT(job_bench_run(&bench), 1);
	put("khác", "k1");
	EXPECT_INT(job_bench_run(&bench), 0);
	EXPECT_INT(mail_sink_count(sink), 1);
	struct str m = test_read_file(a, str_cat(a, test_temp_dir(a), STR("/000001.eml")));
	EXPECT(str_starts(m, STR("X-Sink-From: mot-cua@example.gov.vn\r\nX-Sink-To: dan@example.com\r\nDate: ")));
	EXPECT(str_find(m, STR("D=C3=B2ng m=E1=BB=99t\r\n=2E\r\n=2E.hai\r\n")) >= 0);
	EXPECT(stats().queued == 0 && stats().failed == 0);
	AUTO_DB db = test_db_again(engine, DB_READ_ONLY);
	struct err e = {0};
	struct mail_get_row row = {0};
	bool found;
	EXPECT_OK(q_mail_get(db, a, id, &row, &found, &e), e);
	EXPECT(found && row.recipient.n == 0 && row.subject.n == 0 && row.body.n == 0);
	EXPECT_TEXT(row.state, "sent");
	stop();
}

TEST_BOTH(refusals_are_tried_again_with_the_same_id)
{
	start(a, engine);
	put("một", "k1");
	mail_sink_refuse(sink, 451, 2);
	for (int i = 0; i < 3; i++) {
		EXPECT_INT(job_bench_run(&bench), 1);
		job_bench_wait(&bench, 60000);
	}
	EXPECT_INT(mail_sink_count(sink), 1);
	struct str id = header(test_read_file(a, str_cat(a, test_temp_dir(a), STR("/000001.eml"))), "Message-ID: ");
	EXPECT(id.n > 30 && str_ends(id, STR("@example.gov.vn>")) && str_find(id, STR("k1")) < 0);
	mail_sink_refuse(sink, 550, 1);
	put("hai", "k2");
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(stats().failed == 1 && stats().queued == 0);
	stop();
}

TEST_BOTH(a_server_away_for_a_day_costs_no_mail_and_after_five_it_is_given_up)
{
	start(a, engine);
	mail_sink_refuse(sink, 451, 100000);
	put("một", "k1");
	for (int hours = 0; hours < 24; hours++) {
		EXPECT_INT(job_bench_run(&bench), 1);
		job_bench_wait(&bench, 3600000);
	}
	EXPECT(stats().queued == 1 && stats().failed == 0);
	mail_sink_refuse(sink, 0, 0);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(mail_sink_count(sink) == 1 && stats().queued == 0);
	mail_sink_refuse(sink, 451, 100000);
	put("hai", "k2");
	for (int days = 0; days < 7; days++) {
		EXPECT(stats().failed == 0);
		EXPECT_INT(job_bench_run(&bench), 1);
		job_bench_wait(&bench, DAY_MS);
	}
	EXPECT(stats().queued == 0 && stats().failed == 1);
	stop();
}

TEST_BOTH(without_a_server_mails_wait)
{
	start(a, engine);
	const char *url = cfg.url;
	cfg.url = NULL;
	put("một", "k1");
	for (int i = 0; i < 20; i++) {
		EXPECT_INT(job_bench_run(&bench), 1);
		job_bench_wait(&bench, 300000);
	}
	EXPECT(stats().queued == 1 && stats().failed == 0);
	cfg.url = url;
	cfg.starttls = true; /* the sink has none: nothing may go out in clear */
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(mail_sink_count(sink), 0);
	cfg.starttls = false;
	job_bench_wait(&bench, 900000);
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT_INT(mail_sink_count(sink), 1);
	stop();
}

TEST_BOTH(what_cannot_be_a_mail_is_refused)
{
	struct err e = {0};
	start(a, engine);
	EXPECT_ERR(job_bench_act(&bench, queue, &(struct letter){"a@b.vn\nx", "s", "t", "k"}, &e), e, ERR_INVALID);
	EXPECT_ERR(job_bench_act(&bench, queue, &(struct letter){"a@b.vn", "\xff", "t", "k"}, &e), e, ERR_INVALID);
	EXPECT_ERR(job_bench_act(&bench, queue, &(struct letter){"a@b.vn", "s", "t", ""}, &e), e, ERR_INVALID);
	EXPECT_INT(stats().queued, 0);
	stop();
}

static bool queue_unchecked(struct env *env, void *ctx, struct err *e)
{
	struct mail_outbox_id id = {id_new(env->ids, env->now)};
	const struct mail_add_in in = {.id = id, .mail_key = STR("old"), .recipient = str_from(ctx), .subject = STR("s"), .body = STR("t"), .made_at = env->now};
	return q_mail_add(env->db, &in, NULL, e) && job_add(env, &(struct job_new){.kind = "mail.send", .payload = str_fmt(env->arena, "%lld", (long long)id.v)}, e);
}

/* A row of before, or one that somebody typed into the database: it fails alone. */
TEST_BOTH(a_recipient_that_is_none_fails_and_the_others_go)
{
	struct err e = {0};
	start(a, engine);
	EXPECT_OK(job_bench_act(&bench, queue_unchecked, (void *)(uintptr_t)"ü@b.vn", &e), e);
	put("một", "k1");
	for (int i = 0; i < 3 && stats().queued; i++)
		job_bench_run(&bench);
	EXPECT(stats().failed == 1 && stats().queued == 0);
	EXPECT_INT(mail_sink_count(sink), 1);
	stop();
}

/* ---- the sink, spoken to badly ---- */

static int dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)mail_sink_port(sink)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	EXPECT(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
	return fd;
}

TEST(the_sink_bears_bad_clients)
{
	struct err e = {0};
	char said[2000] = "";
	EXPECT_OK(mail_sink_start(&sink, 0, test_temp_dir(a), &e), e);
	int fd = dial();
	struct buf b = buf_on(a);
	buf_put(&b, STR("NONSENSE\r\nDATA\r\nRCPT TO:<a@b.vn>\r\nMAIL FROM:nobody\r\nMAIL FROM:<a@b.vn>\r\nRCPT TO:<../../x>\r\n"));
	for (int i = 0; i < 3000; i++)
		buf_char(&b, 'x');
	buf_put(&b, STR("\r\nQUIT\r\n"));
	EXPECT(write(fd, b.p, b.n) == (ssize_t)b.n);
	for (size_t n = 0; n < sizeof said - 1;) {
		ssize_t k = read(fd, said + n, sizeof said - 1 - n);
		if (k <= 0)
			break;
		n += (size_t)k;
	}
	EXPECT_TEXT(str_from(said), "220 sink\r\n500 5.5.2 Unknown command\r\n503 5.5.1 MAIL and RCPT first\r\n503 5.5.1 MAIL first\r\n"
	                            "501 5.5.4 MAIL FROM:<address>\r\n250 2.1.0 OK\r\n553 5.1.3 Not a mailbox\r\n500 5.5.2 Line too long\r\n221 2.0.0 Bye\r\n");
	close(fd);
	fd = dial(); /* says nothing: stopping does not wait for it */
	usleep(20000);
	mail_sink_stop(sink);
	close(fd);
	EXPECT(access(str_cat(a, test_temp_dir(a), STR("/000001.eml")).p, F_OK) != 0);
}

TEST(the_sink_goes_on_after_what_it_has)
{
	struct err e = {0};
	start(a, DB_SQLITE);
	put("một", "k1");
	EXPECT_INT(job_bench_run(&bench), 1);
	mail_sink_stop(sink);
	EXPECT_OK(mail_sink_start(&sink, 0, test_temp_dir(a), &e), e);
	cfg.url = str_fmt(a, "smtp://127.0.0.1:%d", mail_sink_port(sink)).p;
	put("hai", "k2");
	EXPECT_INT(job_bench_run(&bench), 1);
	EXPECT(access(str_cat(a, test_temp_dir(a), STR("/000001.eml")).p, F_OK) == 0);
	EXPECT(access(str_cat(a, test_temp_dir(a), STR("/000002.eml")).p, F_OK) == 0);
	stop();
}
