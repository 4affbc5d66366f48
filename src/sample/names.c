/* names.c — chance, and people who plainly do not exist. */
#include "core/text/text.h"
#include "sample/internal.h"

uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15ULL;
	x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
	x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
	return x ^ (x >> 31);
}

uint64_t draw(uint64_t *state) { return *state = mix(*state); }
int64_t between(uint64_t *state, int64_t lo, int64_t hi) { return hi <= lo ? lo : lo + (int64_t)(draw(state) % (uint64_t)(hi - lo + 1)); }
double share(uint64_t *state) { return (double)(draw(state) >> 11) / 9007199254740992.0; }

static const char *const family[] = {"Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"};
static const char *const women[] = {"Anh", "Bích", "Chi", "Dung", "Giang", "Hà", "Hạnh", "Hiền", "Hoa", "Hương", "Lan", "Linh", "Mai", "Nga", "Ngọc", "Nhung", "Phương", "Thảo", "Thu", "Yến"};
static const char *const men[] = {"An", "Bình", "Cường", "Dũng", "Đức", "Hải", "Hiếu", "Hùng", "Khoa", "Long", "Minh", "Nam", "Phong", "Quang", "Sơn", "Thành", "Thắng", "Trung", "Tuấn", "Việt"};
static const char *const firms[] = {"Công ty TNHH", "Công ty Cổ phần", "Phòng khám Đa khoa", "Bệnh viện", "Trung tâm Kiểm định", "Hợp tác xã", "Doanh nghiệp tư nhân", "Viện Nghiên cứu"};
static const char *const streets[] = {"Hoa Sen", "Cây Đa", "Bến Nước", "Đồi Chè", "Sông Xanh", "Cổng Chợ", "Lúa Mới", "Giếng Làng"};

#define PICK(list, x) list[(x) % ARRAY_LEN(list)]

struct person_made person_make(struct arena *a, int64_t number, uint64_t chance, bool organisation)
{
	uint64_t c = chance;
	struct person_made out = {.phone = str_fmt(a, "0900%06lld", (long long)(number % 1000000)),
	                          .address = str_fmt(a, "Số %d đường Mẫu %s, xã Mẫu Hạ, tỉnh Mẫu", (int)(draw(&c) % 240 + 1), PICK(streets, draw(&c)))};
	bool woman = draw(&c) & 1;
	if (organisation) {
		out.name = str_fmt(a, "%s Mẫu %s %s %07lld", PICK(firms, draw(&c)), PICK(family, draw(&c)), PICK(men, draw(&c)), (long long)number);
		out.identity = str_fmt(a, "99%08lld", (long long)(number % 100000000));
		return out;
	}
	const char *given = woman ? PICK(women, draw(&c)) : PICK(men, draw(&c));
	out.name = str_fmt(a, "%s %s Mẫu %s %07lld", PICK(family, draw(&c)), woman ? "Thị" : "Văn", given, (long long)number);
	out.identity = str_fmt(a, "099%d%02d%06lld", woman, (int)(60 + draw(&c) % 40), (long long)(number % 1000000)); /* no province has 099 */
	return out;
}
