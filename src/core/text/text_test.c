#include "core/text/text.h"
#include "core/test/test.h"
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void expect_fold(struct arena *a, const char *from, const char *to) { EXPECT_TEXT(text_fold(a, str_from(from)), to); }

TEST(nfc_composes_whatever_order_the_marks_come_in)
{
	EXPECT_TEXT(text_nfc(a, STR("plain ASCII\n")), "plain ASCII\n");
	EXPECT_TEXT(text_nfc(a, STR("e\xcc\x82\xcc\xa3")), "ệ");
	EXPECT_TEXT(text_nfc(a, STR("e\xcc\xa3\xcc\x82")), "ệ");
	EXPECT_TEXT(text_nfc(a, STR("Giấy phép")), "Giấy phép");
	EXPECT_TEXT(text_nfc(a, STR("u\xcc\x9b\xcc\x81")), "ứ");
	EXPECT_INT(text_nfc(a, STR_NONE).n, 0);
}

/* What is taken for composed without a look is what the library leaves as it is: each letter alone, and all in a row. */
TEST(what_counts_as_composed_is_nfc)
{
	struct buf all = buf_on(a);
	size_t n = 0;
	for (utf8proc_int32_t c = 1; c < 0x3000; c++) {
		utf8proc_uint8_t bytes[4], *out = NULL;
		struct str one = {(const char *)bytes, (size_t)utf8proc_encode_char(c, bytes)};
		if (!str_is_composed(one))
			continue;
		utf8proc_ssize_t len = utf8proc_map(bytes, (utf8proc_ssize_t)one.n, &out, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
		EXPECT_STR(((struct str){(const char *)out, (size_t)len}), one);
		free(out);
		buf_put(&all, one);
		n++;
	}
	EXPECT_INT(n, 0x2FF + 0x1EF9 - 0x1EA0 + 1);
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)all.p, (utf8proc_ssize_t)all.n, &out, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	EXPECT_STR(((struct str){(const char *)out, (size_t)len}), buf_str(&all));
	EXPECT(str_is_composed(buf_str(&all)));
	free(out);
	static const char *const other[] = {"e\xcc\x82", "\xff", "\xe1\xbb", "\xe1\xbd\xb1", "\xe2\x84\xaa"};
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		EXPECT(!str_is_composed(str_from(other[i])));
}

TEST(nfc_replaces_what_is_not_utf8)
{
	EXPECT_TEXT(text_nfc(a, STR("a\xff" "b")), "a\xef\xbf\xbd" "b");
	EXPECT_TEXT(text_nfc(a, STR("\xe1\xba")), "\xef\xbf\xbd\xef\xbf\xbd");
	EXPECT_TEXT(text_nfc(a, STR("\xed\xa0\x80")), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	EXPECT_TEXT(text_nfc(a, (struct str){"x\0y", 3}), "x\xef\xbf\xbdy");
}

TEST(fold_takes_marks_case_and_punctuation_away)
{
	expect_fold(a, "CẤP GIẤY PHÉP tiến hành công việc bức xạ", "cap giay phep tien hanh cong viec buc xa");
	expect_fold(a, "Đăng ký đường Đỗ", "dang ki duong do");
	expect_fold(a, "  máy -- X-quang, (chẩn đoán)/y tế!! ", "may x quang chan doan y te");
	expect_fold(a, "Số 61/2018/NĐ-CP", "so 61 2018 nd cp");
	expect_fold(a, "", "");
	expect_fold(a, "…—“”", "");
}

TEST(fold_gives_the_same_for_nfc_nfd_and_wide_forms)
{
	struct str composed = text_fold(a, STR("Thử nghiệm ở Huế"));
	EXPECT_STR(text_fold(a, STR("Thu\xcc\x9b\xcc\x89 nghie\xcc\x82\xcc\xa3m o\xcc\x9b\xcc\x89 Hue\xcc\x82\xcc\x81")), composed);
	expect_fold(a, "ＡＢＣ１２", "abc12");
	expect_fold(a, "ﬁle", "file");
	expect_fold(a, "so\xc2\xad" "ft\xe2\x80\x8bly", "softly");
	expect_fold(a, "STRASSE Straße", "strasse strasse");
	expect_fold(a, "Привет 日本", "привет 日本");
}

TEST(fold_unifies_i_and_y_only_where_they_are_one_word)
{
	expect_fold(a, "kỹ thuật, kĩ thuật", "ki thuat ki thuat");
	expect_fold(a, "quý, quí", "qui qui");
	expect_fold(a, "giấy, giai", "giay giai");
	expect_fold(a, "thúy thúi", "thuy thui");
	expect_fold(a, "y tế yêu", "y te yeu");
	expect_fold(a, "giaasy company", "giaasy company");
}

TEST(fold_survives_hostile_bytes)
{
	expect_fold(a, "gi\xe1\xba", "gi");
	expect_fold(a, "a\xc0\x80" "b", "a b");
	expect_fold(a, "\xf5\x80\x80\x80ok\xfe\xff", "ok");
	EXPECT_TEXT(text_fold(a, (struct str){"a\0b", 3}), "a b");
	/* U+FDFA is one point that becomes eighteen. */
	EXPECT(text_fold(a, STR("\xef\xb7\xba\xef\xb7\xba")).n > 20);
	char junk[4096];
	for (size_t i = 0; i < sizeof junk; i++)
		junk[i] = (char)(i * 131 + i / 7);
	struct str once = text_fold(a, (struct str){junk, sizeof junk});
	EXPECT(str_is_utf8(once));
	EXPECT_STR(text_fold(a, once), once);
}

static void expect_untyped(struct arena *a, const char *from, const char *to)
{
	EXPECT_TEXT(text_untype(a, text_fold(a, str_from(from))), to);
}

TEST(raw_telex_is_read)
{
	expect_untyped(a, "giaays pheps", "giay phep");
	expect_untyped(a, "giaasy pheesp", "giay phep");
	expect_untyped(a, "Thur nghieemj chaats luwowngj", "thu nghiem chat luong");
	expect_untyped(a, "ddawng kys", "dang ki");
	expect_untyped(a, "buwcs xaj", "buc xa");
	expect_untyped(a, "chuyeenr giao coong ngheej", "chuyen giao cong nghe");
	expect_untyped(a, "trwowngf twf", "truong tu");
	expect_untyped(a, "tieengs vieetj", "tieng viet");
	expect_untyped(a, "chuyene giayas", "chuyen giay");
	expect_untyped(a, "dang did", "dang di");
	expect_untyped(a, "quyeets ddinhj", "quyet dinh");
	expect_untyped(a, "gias", "gia");
	expect_untyped(a, "nghieengs", "nghieng");
}

TEST(raw_vni_is_read)
{
	expect_untyped(a, "giay61 phep1", "giay phep");
	expect_untyped(a, "d9ang8 ky1", "dang ki");
	expect_untyped(a, "bu71c xa5", "buc xa");
	expect_untyped(a, "nghie65m", "nghiem");
	expect_untyped(a, "du7o7ng2", "duong");
}

TEST(other_words_have_no_reading)
{
	const char *plain[] = {"giay phep", "ngoeo", "software", "x", "covid19", "h58", "2025", "windows", "", "dddd", "wwwwwwwwwwww",
		"sssssssss", "123456789012345678901234567890", "class", "zzz"};
	for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
		struct str got = text_untype(a, text_fold(a, str_from(plain[i])));
		if (got.n)
			FAIL("%s was read as %.*s", plain[i], STR_ARG(got));
	}
}

TEST(no_sequence_of_keys_breaks_the_reader)
{
	const char keys[] = "awdesoj91nq";
	char word[12];
	for (unsigned seed = 0; seed < 50000; seed++) {
		unsigned v = seed * 2654435761u;
		size_t n = 1 + seed % sizeof word;
		for (size_t i = 0; i < n; i++, v = v * 1664525u + 1013904223u)
			word[i] = keys[(v >> 16) % (sizeof keys - 1)];
		struct arena_mark m = arena_mark(a);
		struct str got = text_untype_word(a, (struct str){word, n});
		EXPECT(got.n <= n);
		arena_rewind(a, m);
	}
}

static void expect_order(struct arena *a, struct str key(struct arena *, struct str), const char *const *names, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (str_cmp(key(a, str_from(names[i])), key(a, str_from(names[i + 1]))) >= 0)
			FAIL("%s does not come before %s", names[i], names[i + 1]);
}

TEST(sort_key_follows_alphabet_then_tone)
{
	const char *const words[] = {"", "1", "2", "a", "à", "ả", "ã", "á", "ạ", "an", "ăn", "ân", "ba", "bà", "bà nội", "bá", "ban", "ca", "da",
		"đa", "đá", "e", "ê", "ga", "o", "ô", "ơ", "pa", "u", "ư", "va", "wa", "xa", "ya", "za", "日本"};
	expect_order(a, text_sort_key, words, ARRAY_LEN(words));
}

TEST(sort_key_ignores_case_form_and_punctuation)
{
	struct str key = text_sort_key(a, STR("Đặng Thị Hiền"));
	EXPECT_STR(text_sort_key(a, STR("ĐẶNG  thị-hiền.")), key);
	EXPECT_STR(text_sort_key(a, STR("\xc4\x90\x61\xcc\xa3\xcc\x86ng Thi\xcc\xa3 Hi\x65\xcc\x82\xcc\x80n")), key);
	for (size_t i = 0; i < key.n; i++)
		EXPECT(key.p[i] >= ' ' && key.p[i] <= '~' && key.p[i] != '"');
	EXPECT(str_is_utf8(text_sort_key(a, STR("\xff\xfe\xcc\x81 x\xe1"))));
}

TEST(people_sort_by_given_middle_family)
{
	const char *const names[] = {"An", "Lê An", "Nguyễn An", "Nguyễn Ngọc An", "Đặng Văn An", "Nguyễn Văn An", "Trần Văn An", "Lê Thị Ánh",
		"Lê Hà", "Vũ Thị Hà", "Bùi Hạ", "Phạm Thị Minh Tâm", "Phạm Văn Tâm"};
	expect_order(a, text_person_sort_key, names, ARRAY_LEN(names));
	EXPECT_STR(text_person_sort_key(a, STR("  Lê   Hà ")), text_person_sort_key(a, STR("Lê Hà")));
	EXPECT(text_person_sort_key(a, STR("")).n <= 2);
	EXPECT(text_person_sort_key(a, STR(" \xff ")).n > 0);
}

/* The textbook recurrence, as slow as it comes. */
static int plain_distance(struct str x, struct str y)
{
	if (!x.n || !y.n)
		return (int)(x.n + y.n);
	struct str x1 = {x.p, x.n - 1}, y1 = {y.p, y.n - 1};
	int best = plain_distance(x1, y1) + (x.p[x.n - 1] != y.p[y.n - 1]);
	int other[] = {plain_distance(x1, y) + 1, plain_distance(x, y1) + 1, 99};
	if (x.n > 1 && y.n > 1 && x.p[x.n - 1] == y.p[y.n - 2] && x.p[x.n - 2] == y.p[y.n - 1])
		other[2] = plain_distance((struct str){x.p, x.n - 2}, (struct str){y.p, y.n - 2}) + 1;
	for (size_t i = 0; i < ARRAY_LEN(other); i++)
		best = other[i] < best ? other[i] : best;
	return best;
}

TEST(distance_agrees_with_the_textbook)
{
	for (unsigned seed = 0; seed < 3000; seed++) {
		char w[2][5];
		size_t n[2] = {seed % 6 % 6, seed / 6 % 6};
		unsigned v = seed * 2654435761u;
		for (size_t k = 0; k < 2; k++)
			for (size_t i = 0; i < n[k]; i++, v = v * 1664525u + 1013904223u)
				w[k][i] = (char)('a' + (v >> 20) % 3);
		struct str x = {w[0], n[0]}, y = {w[1], n[1]};
		int want = plain_distance(x, y);
		for (int limit = 0; limit <= TEXT_DISTANCE_MAX; limit++)
			EXPECT_INT(text_distance(x, y, limit), want <= limit ? want : limit + 1);
	}
}

TEST(distance_of_words_people_mistype)
{
	EXPECT_INT(text_distance(STR("phep"), STR("phpe"), 2), 1);
	EXPECT_INT(text_distance(STR("giay"), STR("gay"), 1), 1);
	EXPECT_INT(text_distance(STR("xquang"), STR("xqang"), 2), 1);
	EXPECT_INT(text_distance(STR("giay"), STR("chung"), 2), 3);
	EXPECT_INT(text_prefix_distance(STR("ngh"), STR("nghiem"), 1), 0);
	EXPECT_INT(text_prefix_distance(STR("nhg"), STR("nghiem"), 1), 1);
	EXPECT_INT(text_prefix_distance(STR("abc"), STR("nghiem"), 1), 2);
	char longest[100];
	memset(longest, 'a', sizeof longest);
	EXPECT_INT(text_distance((struct str){longest, 100}, (struct str){longest, 100}, 3), 4);
}

TEST(trigrams_are_a_sorted_set)
{
	uint32_t x[TEXT_TRIGRAMS_MAX], y[TEXT_TRIGRAMS_MAX];
	EXPECT_INT(text_trigrams(STR(""), x), 0);
	EXPECT_INT(text_trigrams(STR("a"), x), 2);
	EXPECT_INT(x[1], (' ' << 16) | ('a' << 8) | ' ');
	size_t nx = text_trigrams(STR("nghiem"), x), ny = text_trigrams(STR("nghiem"), y);
	EXPECT_INT(nx, 7);
	for (size_t i = 1; i < nx; i++)
		EXPECT(x[i - 1] < x[i]);
	EXPECT_INT(text_trigram_similarity(x, nx, y, ny), 1000);
	ny = text_trigrams(STR("nghiep"), y);
	EXPECT_INT(text_trigram_similarity(x, nx, y, ny), 5 * 1000 / 9);
	EXPECT_INT(text_trigram_similarity(x, nx, y, text_trigrams(STR("uc"), y)), 0);
	EXPECT_INT(text_trigram_similarity(x, 0, y, 0), 0);
	char longest[300];
	for (size_t i = 0; i < sizeof longest; i++)
		longest[i] = (char)(i * 7);
	EXPECT(text_trigrams((struct str){longest, sizeof longest}, x) <= TEXT_TRIGRAMS_MAX);
}
