/* config.c — the table of settings, and reading it. See config.h. */
#include "core/config/config.h"
#include "core/text/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)256 * 1024)
#define SECRET_MAX 4096

enum type { TEXT, PATH, SECRET, URL, CHOICE, NUMBER, SIZE, SPAN, TRUTH };

/* `limits`: schemes of a URL, values of a choice. min and max: bytes, milliseconds or a number. */
struct entry {
	const char *key;
	enum type type;
	size_t offset;
	const char *usual;
	int64_t min, max;
	const char *limits, *vi, *en;
};

#define AT(field) offsetof(struct config, field)
#define KB ((int64_t)1024)
#define MB (1024 * KB)
#define GB (1024 * MB)
#define SEC ((int64_t)1000)
#define MIN (60 * SEC)

static const struct entry entries[] = {
	{"data_dir", PATH, AT(data_dir), "", 0, 0, NULL, "thư mục dữ liệu; --data được ưu tiên", "folder of all data; --data wins"},
	{"db", TEXT, AT(db), "sqlite", 0, 500, NULL, "sqlite, hoặc chuỗi kết nối PostgreSQL (mật khẩu đặt trong passfile); --db được ưu tiên",
	 "sqlite, or a PostgreSQL conninfo (password in its passfile); --db wins"},
	{"node", NUMBER, AT(node), "0", 0, 63, NULL, "số của máy này, khác nhau giữa các máy cùng ghi một cơ sở dữ liệu",
	 "number of this process, unique among those that write to one database"},
	{"listen", TEXT, AT(listen), "127.0.0.1:8080", 1, 200, NULL, "địa chỉ nhận yêu cầu: máy:cổng, [::1]:cổng hoặc unix:/đường/dẫn",
	 "where to listen: host:port, [::1]:port or unix:/path"},
	{"listen_metrics", TEXT, AT(listen_metrics), "", 0, 200, NULL, "địa chỉ số liệu vận hành; để trống: không mở", "where metrics are; empty: nowhere"},
	{"origin", URL, AT(origin), "", 0, 300, "https http", "địa chỉ mà người dân gõ, ví dụ https://mot-cua.example.gov.vn",
	 "the address that people type, as https://mot-cua.example.gov.vn"},
	{"https", TRUTH, AT(https), "no", 0, 0, NULL, "người dùng vào qua TLS (máy chủ phía trước)", "people come over TLS, by a front"},
	{"proxies", TEXT, AT(proxies), "", 0, 1000, NULL, "địa chỉ máy chủ phía trước được tin X-Forwarded-For, cách nhau bằng dấu cách; \"unix\" cho socket",
	 "fronts whose X-Forwarded-For counts, with spaces between; \"unix\" for the socket"},
	{"log_level", CHOICE, AT(log_level), "info", 0, 0, "debug info warn error", "mức ghi nhật ký", "how much is logged"},
	{"sandbox", TRUTH, AT(sandbox), "yes", 0, 0, NULL, "tiến trình tự khóa mình: không chạy chương trình khác, chỉ ghi trong thư mục dữ liệu; \"no\" chỉ để tìm lỗi",
	 "the process locks itself in: it begins no program and writes in the data folder only; \"no\" only to look for a fault"},
	{"threads", NUMBER, AT(threads), "0", 0, 256, NULL, "số luồng xử lý; 0: bằng số bộ xử lý", "worker threads; 0: one per processor"},
	{"connections", NUMBER, AT(connections), "4096", 16, 100000, NULL, "số kết nối cùng lúc", "connections at once"},
	{"connections_per_address", NUMBER, AT(connections_per_address), "256", 1, 100000, NULL, "số kết nối cùng lúc từ một địa chỉ", "connections at once from one address"},
	{"idle", SPAN, AT(idle_ms), "30s", SEC, 10 * MIN, NULL, "đóng kết nối không nói gì sau", "a silent connection is closed after"},
	{"deadline", SPAN, AT(deadline_ms), "10s", SEC, 5 * MIN, NULL, "việc xếp hàng quá thời gian này thì không làm nữa", "an action that waited longer is not run"},
	{"slow_threads", NUMBER, AT(slow_threads), "2", 1, 16, NULL, "số luồng cho việc chậm (mật khẩu, ghi tệp)", "threads for slow work (passwords, files)"},
	{"slow_queue", NUMBER, AT(slow_queue), "64", 1, 10000, NULL, "số việc chậm được xếp hàng", "slow work waiting"},
	{"job_threads", NUMBER, AT(job_threads), "2", 1, 16, NULL, "số luồng việc nền", "threads for background jobs"},
	{"writer_queue", NUMBER, AT(writer_queue), "4096", 16, 1000000, NULL, "số việc ghi được xếp hàng", "write actions waiting"},
	{"writer_batch", NUMBER, AT(writer_batch), "64", 1, 256, NULL, "số việc ghi trong một lần xác nhận", "write actions per commit"},
	{"wal_max", SIZE, AT(wal_max), "1G", 16 * MB, 64 * GB, NULL, "SQLite: nhật ký ghi trước dài hơn mức này thì ngừng ghi cho đến khi người đọc lâu kết thúc",
	 "SQLite: past this size of the write-ahead log nothing is written until the long reader ends"},
	{"archive", PATH, AT(archive), "", 0, 0, NULL, "SQLite: thư mục giữ từng đoạn nhật ký ghi trước, để khôi phục về bất kỳ thời điểm nào; nên ở ổ đĩa khác; để trống: không giữ",
	 "SQLite: folder that keeps each piece of the write-ahead log, to restore to any moment; on another disk; empty: none"},
	{"archive_every", SPAN, AT(archive_every_ms), "1m", SEC, 60 * MIN, NULL, "khi có ghi thì giữ một đoạn ít nhất sau mỗi", "a piece at least so often while something is written"},
	{"archive_keep", SPAN, AT(archive_keep_ms), "35d", 24 * 60 * MIN, 3650 * 24 * 60 * MIN, NULL, "đoạn cũ hơn thì xóa; không ngắn hơn thời hạn giữ bản sao lưu",
	 "older pieces are removed; not shorter than backups are kept"},
	{"request_memory", SIZE, AT(arena_cap), "16M", 256 * KB, GB, NULL, "bộ nhớ cho một yêu cầu", "memory of one request"},
	{"form_max", SIZE, AT(form_max), "1M", 16 * KB, 64 * MB, NULL, "cỡ một biểu mẫu gửi lên, không kể tệp", "bytes of one form, without files"},
	{"json_max", SIZE, AT(json_max), "1M", 16 * KB, 64 * MB, NULL, "cỡ một yêu cầu JSON", "bytes of one JSON request"},
	{"upload_max", SIZE, AT(upload_max), "20M", 64 * KB, 2 * GB, NULL, "cỡ một tệp gửi lên", "bytes of one file"},
	{"uploads_max", SIZE, AT(uploads_max), "100M", 64 * KB, 8 * GB, NULL, "cỡ các tệp trong một lần gửi", "bytes of all files of one form"},
	{"unsent_max", SIZE, AT(unsent_max), "1G", MB, 1024 * GB, NULL, "cỡ các tệp mà một tài khoản đã gửi lên nhưng chưa nộp trong hồ sơ nào",
	 "bytes of files that an account sent and that stand in no filed dossier yet"},
	{"cache", SIZE, AT(cache_bytes), "64M", MB, 4 * GB, NULL, "bộ nhớ giữ các trang công khai", "memory for kept public pages"},
	{"rate_page", NUMBER, AT(rate_page), "600", 10, 10000000, NULL, "số trang mỗi phút từ một địa chỉ", "pages a minute from one address"},
	{"rate_sign_in", NUMBER, AT(rate_sign_in), "10", 1, 10000, NULL, "số lần thử đăng nhập mỗi phút từ một địa chỉ", "tries to sign in a minute from one address"},
	{"rate_lookup", NUMBER, AT(rate_lookup), "30", 1, 10000000, NULL, "số lần tra cứu mỗi phút từ một địa chỉ", "look-ups a minute from one address"},
	{"rate_upload", NUMBER, AT(rate_upload), "600", 1, 10000, NULL, "số lần gửi tệp mỗi phút từ một địa chỉ hay một tài khoản", "uploads a minute from one address or one account"},
	{"rate_api", NUMBER, AT(rate_api), "600", 1, 10000000, NULL, "số yêu cầu API mỗi phút từ một địa chỉ", "API requests a minute from one address"},
	{"rate_account_page", NUMBER, AT(rate_account_page), "1200", 10, 10000000, NULL, "số trang mỗi phút của một tài khoản", "pages a minute of one account"},
	{"rate_account_api", NUMBER, AT(rate_account_api), "3000", 1, 10000000, NULL, "số yêu cầu API mỗi phút của một tài khoản", "API requests a minute of one account"},
	{"rate_heavy", NUMBER, AT(rate_heavy), "20", 1, 10000, NULL, "số lần mỗi phút, từ một địa chỉ hay một tài khoản, lấy cả danh sách ra tệp hay sổ",
	 "whole lists as a file or a register, a minute from one address or one account"},
	{"sweep_wait", SPAN, AT(sweep_wait_ms), "7d", 2 * 24 * 60 * MIN, 365 * 24 * 60 * MIN, NULL, "tệp không còn ai dùng được xóa sau; phải dài hơn một lần sao lưu",
	 "files that nothing names are removed after; longer than a backup"},
	{"argon_memory", SIZE, AT(argon_memory), "64M", 8 * MB, GB, NULL, "bộ nhớ để băm một mật khẩu (argon2id); tăng lên thì băm lại khi đăng nhập",
	 "memory to hash a password (argon2id); when raised, passwords are hashed again at sign-in"},
	{"argon_passes", NUMBER, AT(argon_passes), "3", 1, 20, NULL, "số lượt băm mật khẩu", "passes to hash a password"},
	{"breached_passwords", PATH, AT(breached_passwords), "", 0, 0, NULL, "tệp mã băm SHA-1 của mật khẩu đã lộ (Have I Been Pwned), xếp theo mã băm; để trống: không tra",
	 "file of SHA-1 hashes of leaked passwords (Have I Been Pwned), sorted by hash; empty: none are looked up"},
	{"session_idle", SPAN, AT(session_idle_ms), "2h", SEC, 7 * 24 * 60 * MIN, NULL, "phiên đăng nhập không dùng thì hết sau", "a session that is not used ends after"},
	{"session_length", SPAN, AT(session_ms), "12h", SEC, 30 * 24 * 60 * MIN, NULL, "phiên đăng nhập hết sau, dù có dùng", "a session ends after, used or not"},
	{"master_key_file", SECRET, AT(master_key_file), "", 0, 0, NULL, "tệp khóa chính; để trống: trong thư mục dữ liệu", "file of the master keys; empty: in the data folder"},
	{"pkcs11_module", PATH, AT(pkcs11_module), "", 0, 0, NULL, "thư viện PKCS#11 của thiết bị ký", "PKCS#11 library of the signing token"},
	{"pkcs11_token", TEXT, AT(pkcs11_token), "", 0, 100, NULL, "nhãn của thiết bị ký", "label of the token"},
	{"pin_file", SECRET, AT(pin_file), "", 0, 0, NULL, "tệp chứa mã PIN", "file with its PIN"},
	{"pkcs11_dir", PATH, AT(pkcs11_dir), "", 0, 0, NULL, "thư mục có softhsm2.conf, khi thiết bị ký là phần mềm SoftHSM", "folder with softhsm2.conf, when the token is SoftHSM"},
	{"pkcs11_env", TEXT, AT(pkcs11_env), "", 0, 500, NULL, "tên các biến môi trường mà thư viện thiết bị ký cần, cách nhau bằng dấu cách",
	 "names of the environment variables that the token's library needs, with spaces between"},
	{"pkcs11_keys_file", PATH, AT(pkcs11_keys_file), "", 0, 0, NULL,
	 "tệp ghi khóa nào của ai: dòng \"person 123 = nhãn\", \"agency 123 = nhãn\"; để trống: nhãn là person-123, agency-123",
	 "whose key is which: lines \"person 123 = label\", \"agency 123 = label\"; empty: the labels are person-123, agency-123"},
	{"signer_ca_file", PATH, AT(signer_ca_file), "", 0, 0, NULL, "chứng thư gốc của những người ký", "root certificates of those who sign"},
	{"tsa_url", URL, AT(tsa_url), "", 0, 300, "https http", "dịch vụ cấp dấu thời gian (RFC 3161)", "time-stamp authority (RFC 3161)"},
	{"tsa_ca_file", PATH, AT(tsa_ca_file), "", 0, 0, NULL, "chứng thư gốc của dịch vụ đó", "its root certificate"},
	{"clamav_socket", PATH, AT(clamav_socket), "", 0, 0, NULL, "socket của ClamAV; để trống: không quét vi-rút", "socket of ClamAV; empty: no virus scan"},
	{"smtp_url", URL, AT(smtp_url), "", 0, 300, "smtps smtp", "máy chủ thư; để trống: thư nằm chờ", "mail server; empty: mails wait"},
	{"smtp_starttls", TRUTH, AT(smtp_starttls), "yes", 0, 0, NULL, "smtp:// phải chuyển sang TLS trước khi gửi", "smtp:// must turn to TLS before sending"},
	{"smtp_user", TEXT, AT(smtp_user), "", 0, 200, NULL, "tên đăng nhập máy chủ thư", "user at the mail server"},
	{"smtp_password_file", SECRET, AT(smtp_password_file), "", 0, 0, NULL, "tệp chứa mật khẩu máy chủ thư", "file with the password there"},
	{"smtp_ca_file", PATH, AT(smtp_ca_file), "", 0, 0, NULL, "chứng thư gốc của máy chủ thư", "root certificate of the mail server"},
	{"smtp_cert_file", PATH, AT(smtp_cert_file), "", 0, 0, NULL, "chứng thư TLS mà chương trình trình cho máy chủ thư (PEM)", "certificate that the program shows the mail server over TLS (PEM)"},
	{"smtp_key_file", SECRET, AT(smtp_key_file), "", 0, 0, NULL, "tệp khóa bí mật của chứng thư ấy (PEM)", "file with its private key (PEM)"},
	{"mail_from", TEXT, AT(mail_from), "mot-cua@localhost.localdomain", 3, 254, NULL, "hộp thư gửi đi", "mailbox that mails come from"},
	{"mail_from_name", TEXT, AT(mail_from_name), "Bộ phận Một cửa", 0, 200, NULL, "tên người gửi", "name of the sender"},
	{"mail_sink_port", NUMBER, AT(mail_sink_port), "0", 0, 65535, NULL, "cổng của máy chủ thư giả để trình diễn; 0: cổng bất kỳ", "port of the mail server for demonstration; 0: any"},
	{"outbox_url", URL, AT(outbox_url), "", 0, 300, "https http", "hệ thống nhận thay đổi trạng thái; để trống: nằm chờ", "receiver of state changes; empty: they wait"},
	{"outbox_token_file", SECRET, AT(outbox_token_file), "", 0, 0, NULL, "tệp chứa mã truy cập hệ thống đó", "file with the token for it"},
	{"outbox_ca_file", PATH, AT(outbox_ca_file), "", 0, 0, NULL, "chứng thư gốc của hệ thống đó", "its root certificate"},
	{"outbox_cert_file", PATH, AT(outbox_cert_file), "", 0, 0, NULL, "chứng thư TLS mà chương trình trình cho hệ thống đó (PEM)", "certificate that the program shows it over TLS (PEM)"},
	{"outbox_key_file", SECRET, AT(outbox_key_file), "", 0, 0, NULL, "tệp khóa bí mật của chứng thư ấy (PEM)", "file with its private key (PEM)"},
	{"packs_dir", PATH, AT(packs_dir), "", 0, 0, NULL, "thư mục gói quy định; tệp cùng tên thay tệp trong chương trình", "folder of more packs; a file of the same name takes the place of the program's"},
	{"bank_bin", TEXT, AT(bank_bin), "", 0, 6, NULL, "mã BIN 6 số của ngân hàng nhận phí; để trống: không chuyển khoản", "six digits of the bank that takes fees; empty: no transfer"},
	{"bank_account", TEXT, AT(bank_account), "", 0, 19, NULL, "số tài khoản", "account number"},
	{"bank_name", TEXT, AT(bank_name), "", 0, 100, NULL, "tên chủ tài khoản", "name of the account's holder"},
};

static const struct entry *entry_of(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		if (str_eq(key, str_from(entries[i].key)))
			return &entries[i];
	return NULL;
}

/* ---- values ---- */

/* A number and a unit of the table; a bare number counts as unit "". */
struct unit { const char *name; int64_t factor; };
static const struct unit sizes[] = {{"", 1}, {"K", KB}, {"M", MB}, {"G", GB}, {NULL, 0}};
static const struct unit spans[] = {{"ms", 1}, {"s", SEC}, {"m", MIN}, {"h", 60 * MIN}, {"d", 24 * 60 * MIN}, {NULL, 0}};
static const struct unit ones[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum type t) { return t == SIZE ? sizes : t == SPAN ? spans : ones; }

static bool parse_number(struct str s, const struct unit *u, int64_t *out)
{
	size_t digits = 0;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	struct str unit = str_sub(s, digits, s.n);
	for (; u->name; u++)
		if (str_eq(unit, str_from(u->name)))
			return digits > 0 && str_to_i64(str_sub(s, 0, digits), out) && !__builtin_mul_overflow(*out, u->factor, out);
	return false;
}

static struct str number_text(struct arena *a, int64_t v, const struct unit *u)
{
	struct unit best = u[0];
	for (; u->name; u++)
		if (v != 0 && v % u->factor == 0)
			best = *u;
	return str_fmt(a, "%lld%s", (long long)(v / best.factor), best.name);
}

static bool is_one_of(struct str list, struct str s)
{
	struct str one;
	while (str_next(&list, ' ', &one))
		if (str_eq(one, s))
			return true;
	return false;
}

/* An allowed scheme, a host, and no name or password in it. */
static bool url_ok(struct str s, const char *schemes)
{
	ptrdiff_t colon = str_find(s, STR("://"));
	return colon > 0 && is_one_of(str_from(schemes), str_sub(s, 0, (size_t)colon)) && s.n > (size_t)colon + 3 && str_find_char(s, '@') < 0 &&
	       str_find_char(s, ' ') < 0;
}

static bool text_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return str_is_utf8(s);
}

static bool set_number(const struct entry *x, struct config *c, struct str value, struct err *e)
{
	int64_t v = 0;
	if (!parse_number(value, units_of(x->type), &v))
		return err_set(e, ERR_INVALID, "%s: \"%.40s\" is not %s", x->key, value.p,
		               x->type == SIZE ? "a size like 64K, 10M, 1G" : x->type == SPAN ? "a time like 250ms, 30s, 5m, 2h, 7d" : "a number");
	if (v < x->min || v > x->max)
		return err_set(e, ERR_INVALID, "%s: %lld is not between %lld and %lld", x->key, (long long)v, (long long)x->min, (long long)x->max);
	memcpy((char *)c + x->offset, &v, sizeof v);
	return true;
}

static bool set_truth(const struct entry *x, struct config *c, struct str value, struct err *e)
{
	bool v = str_eq(value, STR("yes"));
	if (!v && !str_eq(value, STR("no")))
		return err_set(e, ERR_INVALID, "%s: say yes or no", x->key);
	memcpy((char *)c + x->offset, &v, sizeof v);
	return true;
}

/* Empty texts are NULL: not set. */
static bool set_text(struct arena *a, const struct entry *x, struct config *c, struct str value, struct err *e)
{
	if (!text_ok(value) || (x->max && (int64_t)value.n > x->max) || (x->type != CHOICE && (int64_t)value.n < x->min))
		return err_set(e, ERR_INVALID, "%s: too short, too long, or not plain UTF-8", x->key);
	if (value.n && x->type == URL && !url_ok(value, x->limits))
		return err_set(e, ERR_INVALID, "%s: not an address of %s without user and password", x->key, x->limits);
	if (x->type == CHOICE && !is_one_of(str_from(x->limits), value))
		return err_set(e, ERR_INVALID, "%s: one of %s", x->key, x->limits);
	if (value.n && (x->type == PATH || x->type == SECRET) && value.p[0] != '/')
		return err_set(e, ERR_INVALID, "%s: the path must begin with /", x->key);
	const char *text = value.n ? str_cstr(a, str_dup(a, value)) : NULL;
	memcpy((char *)c + x->offset, &text, sizeof text);
	return true;
}

static bool set(struct arena *a, const struct entry *x, struct config *c, struct str value, struct err *e)
{
	switch (x->type) {
	case NUMBER:
	case SIZE:
	case SPAN: return set_number(x, c, value, e);
	case TRUTH: return set_truth(x, c, value, e);
	case TEXT:
	case PATH:
	case SECRET:
	case URL:
	case CHOICE: break;
	}
	return set_text(a, x, c, value, e);
}

bool config_set(struct arena *a, struct config *c, struct str key, struct str value, struct err *e)
{
	const struct entry *x = entry_of(key);
	if (!x)
		return err_set(e, ERR_INVALID, "there is no setting \"%.*s\"", STR_ARG(str_sub(key, 0, 60)));
	return set(a, x, c, str_dup(a, value), e);
}

bool config_default(struct arena *a, struct config *out, struct err *e)
{
	*out = (struct config){0};
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		if (!set(a, &entries[i], out, str_from(entries[i].usual), e))
			return err_wrap(e, "default");
	return true;
}

/* ---- the file ---- */

static bool read_all(struct arena *a, const char *path, size_t max, struct str *out, struct stat *st, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
		err_set(e, ERR_INVALID, "%s: %s", path, fd < 0 ? strerror(errno) : "not a file");
		if (fd >= 0)
			close(fd);
		return false;
	}
	char *p = arena_alloc(a, max + 1);
	size_t n = 0;
	ssize_t got;
	while (n <= max && (got = read(fd, p + n, max + 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	*out = (struct str){p, n};
	return n <= max || err_set(e, ERR_INVALID, "%s: longer than %zu bytes", path, max);
}

static bool read_line(struct arena *a, struct config *c, bool seen[], struct str line, struct err *e)
{
	line = str_trim(line);
	if (line.n == 0 || line.p[0] == '#')
		return true;
	ptrdiff_t eq = str_find_char(line, '=');
	if (eq < 0)
		return err_set(e, ERR_INVALID, "not \"key = value\"");
	struct str key = str_trim(str_sub(line, 0, (size_t)eq)), value = str_trim(str_sub(line, (size_t)eq + 1, line.n));
	const struct entry *x = entry_of(key);
	if (x && seen[x - entries])
		return err_set(e, ERR_INVALID, "%s stands here a second time", x->key);
	if (x)
		seen[x - entries] = true;
	return config_set(a, c, key, value, e);
}

bool config_load(struct arena *a, const char *path, struct config *out, struct err *e)
{
	bool seen[ARRAY_LEN(entries)] = {0};
	struct str text, line;
	struct stat st;
	if (!config_default(a, out, e) || !path)
		return path == NULL && e->kind == ERR_NONE;
	if (!read_all(a, path, FILE_MAX, &text, &st, e))
		return false;
	for (int n = 1; str_next(&text, '\n', &line); n++)
		if (!read_line(a, out, seen, line, e)) {
			char where[300];
			snprintf(where, sizeof where, "%.200s:%d", path, n);
			return err_wrap(e, where);
		}
	return true;
}

static bool check_bank(const struct config *c, struct err *e)
{
	int given = (c->bank_bin != NULL) + (c->bank_account != NULL) + (c->bank_name != NULL);
	if (given != 0 && given != 3)
		return err_set(e, ERR_INVALID, "bank_bin, bank_account and bank_name go together");
	return given == 0 || (strlen(c->bank_bin) == 6 && strspn(c->bank_bin, "0123456789") == 6) || err_set(e, ERR_INVALID, "bank_bin: six digits");
}

/* "http://127.0.0.1:8080/in": this machine by its address or the name of it. */
static bool stays_here(struct str url, struct str scheme)
{
	struct str host = str_sub(url, scheme.n, url.n);
	if (str_starts(host, STR("[::1]")))
		return true;
	host.n = strcspn(host.p, ":/");
	return str_eq(host, STR("localhost")) || (str_starts(host, STR("127.")) && strspn(host.p, "0123456789.") == host.n);
}

/* Time-stamps may go in clear: what is asked is a digest, the answer is signed. */
static bool check_clear(const struct config *c, struct err *e)
{
	struct str changes = str_from(c->outbox_url), mail = str_from(c->smtp_url);
	if (str_starts(changes, STR("http://")) && !stays_here(changes, STR("http://")))
		return err_set(e, ERR_INVALID, "outbox_url: https:// to another machine, or changes and the token leave in clear");
	if (str_starts(mail, STR("smtp://")) && !c->smtp_starttls && !stays_here(mail, STR("smtp://")))
		return err_set(e, ERR_INVALID, "smtp_starttls = no: only to this machine, or mails leave in clear");
	return true;
}

bool config_check(const struct config *c, struct err *e)
{
	if (!check_clear(c, e))
		return false;
	struct str origin = str_from(c->origin), db = str_from(c->db);
	if (!c->db)
		return err_set(e, ERR_INVALID, "db: sqlite, or a PostgreSQL conninfo");
	if (c->https && !str_starts(origin, STR("https://")))
		return err_set(e, ERR_INVALID, "https = yes needs an origin that begins with https://");
	if (!c->https && str_starts(origin, STR("https://")))
		return err_set(e, ERR_INVALID, "an origin with https:// needs https = yes, or cookies leave in clear");
	if (str_find(db, STR("password")) >= 0 || (str_find(db, STR("://")) >= 0 && str_find_char(db, '@') >= 0))
		return err_set(e, ERR_INVALID, "db: no user and password here; name a passfile");
	if (c->uploads_max < c->upload_max)
		return err_set(e, ERR_INVALID, "uploads_max is below upload_max");
	if (!text_email_ok(str_from(c->mail_from)))
		return err_set(e, ERR_INVALID, "mail_from: one mailbox, as mot-cua@example.gov.vn");
	if (c->smtp_user && !c->smtp_password_file)
		return err_set(e, ERR_INVALID, "smtp_user needs smtp_password_file");
	if (!c->smtp_cert_file != !c->smtp_key_file)
		return err_set(e, ERR_INVALID, "smtp_cert_file and smtp_key_file go together");
	if (c->pkcs11_module && (!c->pin_file || !c->pkcs11_token || !c->signer_ca_file))
		return err_set(e, ERR_INVALID, "pkcs11_module needs pkcs11_token, pin_file and signer_ca_file");
	if (!c->outbox_cert_file != !c->outbox_key_file)
		return err_set(e, ERR_INVALID, "outbox_cert_file and outbox_key_file go together");
	if (c->tsa_url && !c->tsa_ca_file)
		return err_set(e, ERR_INVALID, "tsa_url needs tsa_ca_file");
	if (c->session_ms < c->session_idle_ms)
		return err_set(e, ERR_INVALID, "session_length is below session_idle");
	return check_bank(c, e);
}

/* ---- printing ---- */

static void put_limits(struct buf *b, const struct entry *x)
{
	if (x->type == NUMBER || x->type == SIZE || x->type == SPAN) {
		struct str min = number_text(b->a, x->min, units_of(x->type)), max = number_text(b->a, x->max, units_of(x->type));
		buf_fmt(b, " (%.*s … %.*s)", STR_ARG(min), STR_ARG(max));
	}
	if (x->limits)
		buf_fmt(b, " (%s)", x->limits);
	if (x->type == TRUTH)
		buf_put(b, STR(" (yes, no)"));
}

void config_help(struct buf *b, enum lang lang)
{
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		const struct entry *x = &entries[i];
		buf_fmt(b, "# %s", lang == LANG_VI ? x->vi : x->en);
		put_limits(b, x);
		buf_fmt(b, "\n#%s =%s%s\n\n", x->key, *x->usual ? " " : "", x->usual);
	}
}

static struct str value_text(struct arena *a, const struct config *c, const struct entry *x)
{
	const char *at = (const char *)c + x->offset;
	if (x->type == NUMBER || x->type == SIZE || x->type == SPAN) {
		int64_t v;
		memcpy(&v, at, sizeof v);
		return number_text(a, v, units_of(x->type));
	}
	if (x->type == TRUTH)
		return *(const bool *)at ? STR("yes") : STR("no");
	const char *text;
	memcpy(&text, at, sizeof text);
	return text ? str_from(text) : STR("");
}

void config_print(struct buf *b, const struct config *c, bool changed_only)
{
	struct config usual;
	struct err e = {0};
	CHECK(config_default(b->a, &usual, &e));
	for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
		struct str v = value_text(b->a, c, &entries[i]);
		if (!changed_only || !str_eq(v, value_text(b->a, &usual, &entries[i])))
			buf_fmt(b, "%s =%s%.*s\n", entries[i].key, v.n ? " " : "", STR_ARG(v));
	}
}

/* ---- secrets ---- */

bool config_secret(struct arena *a, const char *path, struct str *out, struct err *e)
{
	struct stat st;
	struct str text, line;
	*out = STR_NONE;
	if (!path)
		return true;
	if (!read_all(a, path, SECRET_MAX, &text, &st, e))
		return false;
	if (st.st_mode & 077)
		return err_set(e, ERR_INVALID, "%s: readable by others than its owner (mode %04o); chmod 600", path, (unsigned)st.st_mode & 07777);
	if (!str_next(&text, '\n', &line))
		line = STR_NONE;
	line = str_trim(line);
	if (line.n == 0)
		return err_set(e, ERR_INVALID, "%s: its first line is empty", path);
	*out = str_dup(a, line);
	return true;
}
