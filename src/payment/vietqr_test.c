#include "payment/vietqr.h"
#include "core/test/test.h"

static struct str build(struct arena *a, struct vietqr q)
{
	struct err e = {0};
	struct str out;
	EXPECT_OK(vietqr_build(a, &q, &out, &e), e);
	EXPECT(vietqr_check(out));
	return out;
}

TEST(dynamic_code_with_amount_bill_and_purpose)
{
	struct vietqr q = {.bin = STR("970436"), .account = STR("0011001234567"), .amount = {150000}, .bill = STR("HS2026000123"),
	                   .purpose = STR("LE PHI HS2026000123")};
	EXPECT_TEXT(build(a, q), "00020101021238570010A00000072701270006970436011300110012345670208QRIBFTTA530370454061500005802VN"
	                         "62390112HS20260001230819LE PHI HS2026000123630463D3");
}

TEST(static_codes_to_account_and_card)
{
	struct vietqr q = {.bin = STR("970403"), .account = STR("0011012345678")};
	EXPECT_TEXT(build(a, q), "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F");
	q = (struct vietqr){.bin = STR("970403"), .account = STR("9704031101234567"), .to_card = true};
	EXPECT_TEXT(build(a, q), "00020101021138600010A00000072701300006970403011697040311012345670208QRIBFTTC53037045802VN63044F52");
}

TEST(what_cannot_be_written_is_refused)
{
	struct err e = {0};
	struct str out;
	struct vietqr good = {.bin = STR("970436"), .account = STR("123")}, q = good;
	q.bin = STR("97043");
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
	q = good, q.account = STR("12345678901234567890");
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
	q = good, q.amount.dong = -1;
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
	q = good, q.amount.dong = 10000000000000;
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
	q = good, q.purpose = STR("lệ phí");
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
	q = good, q.purpose = STR("AAAAAAAAAAAAAAAAAAAAAAAAAA");
	EXPECT_ERR(vietqr_build(a, &q, &out, &e), e, ERR_INVALID);
}

TEST(a_changed_code_fails_its_check)
{
	EXPECT(!vietqr_check(STR("")));
	EXPECT(!vietqr_check(STR("00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6E")));
}
