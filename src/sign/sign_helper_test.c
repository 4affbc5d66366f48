#include "core/helper/helper.h"
#include "core/test/test.h"
#include "sign/demo_pki.h"
#include <openssl/x509.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct demo_person people[] = {
	{.label = "giam-doc", .name = "Nguyễn Văn Mẫu", .title = "Giám đốc", .organisation = "Sở Khoa học và Công nghệ tỉnh Mẫu"},
	{.label = "pho-giam-doc", .name = "Trần Thị Mẫu", .title = "Phó Giám đốc", .organisation = "Sở Khoa học và Công nghệ tỉnh Mẫu", .rsa = true},
	{.label = "con-dau", .name = "Sở Khoa học và Công nghệ tỉnh Mẫu", .organisation = "Sở Khoa học và Công nghệ tỉnh Mẫu"}};

struct bench { const char *dir; struct sign_client_spec spec; struct sign_client *client; };

static const char *probe(struct arena *a) { return str_fmt(a, "%s/src/sign/sign_helper_probe", getenv("MOTCUA_BUILD_DIR")).p; }

static struct bench bench_with(struct arena *a, size_t n)
{
	struct err e;
	struct bench b = {.dir = str_fmt(a, "%s/demo", test_temp_dir(a).p).p};
	EXPECT_OK(demo_pki_create(b.dir, people, n, &e), e);
	b.spec = demo_sign_spec(a, b.dir, probe(a), NULL);
	b.client = sign_client_open(&b.spec, &e);
	EXPECT(b.client);
	return b;
}

/* The first person alone: an RSA key of 3072 bits takes its time. */
static struct bench bench_new(struct arena *a) { return bench_with(a, 1); }

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	EXPECT(f && fputs(text, f) >= 0 && fclose(f) == 0);
}

static struct str sign(struct arena *a, const struct pades_key *k)
{
	struct err e;
	struct str signature;
	EXPECT_OK(k->sign(k->self, a, crypto_sha256(STR("attributes")), &signature, &e), e);
	return signature;
}

/* The client verifies each signature itself; so a signature given out is a good one. */
TEST(keys_of_both_kinds_sign_and_bring_their_certificates)
{
	struct bench b = bench_with(a, ARRAY_LEN(people));
	struct err e;
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		struct pades_key k;
		EXPECT_OK(sign_client_key(a, b.client, str_from(people[i].label), &k, &e), e);
		EXPECT(k.cert.n > 300 && k.issuer.n > 300);
		EXPECT(str_find(k.cert, str_from(people[i].name)) > 0);
		struct str signature = sign(a, &k);
		EXPECT(people[i].rsa ? signature.n == 384 : signature.n >= 60 && signature.n <= 72);
	}
	struct pades_key none;
	EXPECT_ERR(sign_client_key(a, b.client, STR("nobody"), &none, &e), e, ERR_NOT_FOUND);
	EXPECT_ERR(sign_client_key(a, b.client, STR(""), &none, &e), e, ERR_NOT_FOUND);
	EXPECT_ERR(sign_client_key(a, b.client, STR("x\ny"), &none, &e), e, ERR_NOT_FOUND);
	sign_client_close(b.client);
}

TEST(making_the_demonstration_again_changes_nothing_and_adds_people)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key before, after, added;
	struct demo_person more[] = {people[0], {.label = "moi", .name = "Lê Văn Mới", .organisation = "Sở Mẫu"}};
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &before, &e), e);
	struct str pin = test_read_file(a, str_fmt(a, "%s/pin", b.dir));
	EXPECT_OK(demo_pki_create(b.dir, more, 2, &e), e);
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &after, &e), e);
	EXPECT_STR(after.cert, before.cert);
	EXPECT_STR(after.issuer, before.issuer);
	EXPECT_STR(test_read_file(a, str_fmt(a, "%s/pin", b.dir)), pin);
	EXPECT_OK(sign_client_key(a, b.client, STR("moi"), &added, &e), e);
	sign(a, &added);
	struct stat st;
	for (size_t i = 0; i < 3; i++) {
		const char *secret[] = {"pin", "so-pin", "ca.key"};
		EXPECT(stat(str_fmt(a, "%s/%s", b.dir, secret[i]).p, &st) == 0);
		EXPECT_INT(st.st_mode & 077, 0);
	}
	more[1].name = NULL;
	EXPECT_ERR(demo_pki_create(b.dir, more, 2, &e), e, ERR_INVALID);
	EXPECT_ERR(demo_pki_create("/proc/nowhere", people, 1, &e), e, ERR_INTERNAL);
	sign_client_close(b.client);
}

TEST(a_wrong_pin_is_tried_once_until_its_file_changes)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	struct str good = test_read_file(a, str_fmt(a, "%s/pin", b.dir));
	sign_client_close(b.client);
	write_text(b.spec.pin_file, "00000000");
	b.client = sign_client_open(&b.spec, &e);
	EXPECT_ERR(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e, ERR_BUSY);
	EXPECT(strstr(e.text, "the PIN is wrong"));
	for (int i = 0; i < 20; i++)
		EXPECT_ERR(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e, ERR_BUSY);
	EXPECT(strstr(e.text, "not tried again until that file changes"));
	usleep(20000);
	write_text(b.spec.pin_file, good.p);
	/* The old process may still be ending. */
	if (!sign_client_key(a, b.client, STR("giam-doc"), &k, &e))
		EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
	sign(a, &k);
	sign_client_close(b.client);
}

TEST(what_is_away_is_busy_with_its_reason)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	struct sign_client_spec bad[] = {b.spec, b.spec, b.spec, b.spec};
	const char *reason[] = {"the token elsewhere is away", "module cannot be opened", "No such file", "may be read by others"};
	bad[0].token = "elsewhere";
	bad[1].module = "/nonexistent.so";
	bad[2].pin_file = "/nonexistent";
	bad[3].pin_file = str_fmt(a, "%s/ca.pem", b.dir).p;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sign_client *c = sign_client_open(&bad[i], &e);
		EXPECT(c);
		EXPECT_ERR(sign_client_key(a, c, STR("giam-doc"), &k, &e), e, ERR_BUSY);
		if (!strstr(e.text, reason[i]))
			FAIL("%s", e.text);
		sign_client_close(c);
	}
	sign_client_close(b.client);
}

/* The folder of the token is moved away while the helper runs, and comes back: no restart needed. */
TEST(a_token_that_comes_back_signs_again)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	struct str signature;
	const char *at = str_fmt(a, "%s/tokens", b.dir).p, *away = str_fmt(a, "%s/away", b.dir).p;
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
	EXPECT(rename(at, away) == 0);
	kill(sign_client_pid(b.client), SIGKILL);
	usleep(50000);
	EXPECT_ERR(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e, ERR_BUSY);
	EXPECT(rename(away, at) == 0);
	if (!k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e))
		EXPECT_OK(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e);
	sign_client_close(b.client);
}

static void *kill_soon(void *pid)
{
	usleep(200000);
	kill(*(int *)pid, SIGKILL);
	return NULL;
}

TEST(a_helper_killed_in_the_middle_is_busy_and_the_retry_signs)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	struct str signature;
	pthread_t thread;
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
	int pid = sign_client_pid(b.client);
	kill(pid, SIGSTOP); /* so that the signature is surely in the middle */
	EXPECT(pthread_create(&thread, NULL, kill_soon, &pid) == 0);
	EXPECT_ERR(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e, ERR_BUSY);
	pthread_join(thread, NULL);
	EXPECT_OK(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e);
	EXPECT(sign_client_pid(b.client) != pid);
	sign_client_close(b.client);
}

TEST(a_helper_that_hangs_is_late_and_replaced)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	struct str signature;
	sign_client_close(b.client);
	b.spec.timeout_ms = 3000;
	b.client = sign_client_open(&b.spec, &e);
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
	kill(sign_client_pid(b.client), SIGSTOP);
	EXPECT_ERR(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e, ERR_BUSY);
	EXPECT_OK(k.sign(k.self, a, crypto_sha256(STR("x")), &signature, &e), e);
	sign_client_close(b.client);
}

static struct str run(struct arena *a, const char *command)
{
	char text[4096];
	FILE *p = popen(command, "r");
	EXPECT(p);
	size_t n = fread(text, 1, sizeof text, p);
	pclose(p);
	return str_dup(a, (struct str){text, n});
}

TEST(the_helper_is_locked_in)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
	struct str status = run(a, str_fmt(a, "grep -E '^(Seccomp|NoNewPrivs):' /proc/%d/status", sign_client_pid(b.client)).p);
	EXPECT(str_find(status, STR("NoNewPrivs:\t1")) >= 0 && str_find(status, STR("Seccomp:\t2")) >= 0);
	const char *outside = str_fmt(a, "%s/outside", test_temp_dir(a).p).p;
	write_text(outside, "x");
	/* Inside its folder it reads; outside nothing; no sockets, no fork. */
	EXPECT_TEXT(run(a, str_fmt(a, "%s escape %s %s/softhsm2.conf %s", probe(a), b.dir, b.dir, outside).p), "1000000");
	/* A hardware token: Unix sockets only. /etc/passwd may be read but not written. */
	EXPECT_TEXT(run(a, str_fmt(a, "%s escape hardware %s /etc/passwd", probe(a), outside).p), "0010100");
	sign_client_close(b.client);
}

/* SoftHSM empties the token's file and writes it again at each sign-in: a helper killed between the two would leave no token at all. */
TEST(a_signature_leaves_the_token_as_it_was)
{
	struct bench b = bench_new(a);
	struct err e;
	struct pades_key k;
	const char *look = str_fmt(a, "cd %s && find tokens -name '*.object' -printf '%%p %%C@\\n' | sort && sha256sum tokens/*/*", b.dir).p;
	struct str before = run(a, look);
	for (int i = 0; i < 3; i++) {
		EXPECT_OK(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e);
		sign(a, &k);
		kill(sign_client_pid(b.client), SIGKILL);
		usleep(50000);
	}
	sign_client_close(b.client);
	write_text(b.spec.pin_file, "00000000");
	b.client = sign_client_open(&b.spec, &e);
	EXPECT_ERR(sign_client_key(a, b.client, STR("giam-doc"), &k, &e), e, ERR_BUSY);
	sign_client_close(b.client);
	EXPECT_STR(run(a, look), before);
}

static void ask_raw(struct arena *a, struct helper *h, struct str question, const char *begins)
{
	struct err e;
	struct str answer;
	EXPECT_OK(helper_call(h, question, NULL, 10000, a, &answer, &e), e);
	if (!str_starts(answer, str_from(begins)))
		FAIL("%.*s", STR_ARG(answer));
}

TEST(nonsense_is_answered_and_the_helper_lives)
{
	struct bench b = bench_new(a);
	struct err e;
	const char *argv[] = {probe(a), b.spec.module, b.spec.token, b.spec.pin_file, b.spec.dir, NULL};
	struct helper *h = helper_open(&(struct helper_spec){.name = "sign", .argv = argv}, &e);
	EXPECT(h);
	ask_raw(a, h, STR(""), "invalid\n");
	ask_raw(a, h, STR("sign"), "invalid\n");
	ask_raw(a, h, STR("sign\n00ff\ngiam-doc"), "invalid\n");
	ask_raw(a, h, STR("sign\nzz\n"), "invalid\n");
	ask_raw(a, h, STR("key"), "missing\n");
	ask_raw(a, h, STR("key\n\xff\xfe\0\1"), "missing\n");
	ask_raw(a, h, STR("key\ngiam-doc"), "ok\n");
	helper_close(h);
	sign_client_close(b.client);
}
