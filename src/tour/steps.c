/* steps.c — each role's five steps. tests/web/tour_test.py opens every one of them as that role. */
#include "tour/internal.h"

#define STEP(KEY, url) {MSG_TOUR_##KEY, MSG_TOUR_##KEY##_TRY, url}
#define WORK "/ban-lam-viec"

const struct tour tours[TOURS] = {
	{"citizen", MSG_TOUR_CITIZEN, MSG_TOUR_CITIZEN_WHO, {
		STEP(CITIZEN_SEARCH, "/dich-vu-cong?q=x+quag"),
		STEP(CITIZEN_READ, "/dich-vu-cong/bx-cap-phep-xquang"),
		STEP(CITIZEN_FILE, "/nop-ho-so/bx-cap-phep-xquang"),
		STEP(CITIZEN_MINE, "/ho-so-cua-toi"),
		STEP(CITIZEN_MAIL, "/thu-mau"),
	}},
	{"business", MSG_TOUR_BUSINESS, MSG_TOUR_BUSINESS_WHO, {
		STEP(BUSINESS_MINE, "/ho-so-cua-toi"),
		STEP(BUSINESS_FIND, "/dich-vu-cong?tat-ca=1"),
		STEP(BUSINESS_PAY, "/thanh-toan"),
		STEP(BUSINESS_CHECK, "/kiem-tra"),
		STEP(BUSINESS_FIGURES, "/so-lieu"),
	}},
	{"counter", MSG_TOUR_COUNTER, MSG_TOUR_COUNTER_WHO, {
		STEP(COUNTER_FIND, "/quay/nop"),
		STEP(COUNTER_TAKE, "/quay/nop/bx-cap-phep-xquang"),
		STEP(COUNTER_ACCEPT, "/quay"),
		STEP(COUNTER_RECEIPT, WORK "?xem=co-quan"),
		STEP(COUNTER_REGISTER, WORK "/so-theo-doi"),
	}},
	{"specialist", MSG_TOUR_SPECIALIST, MSG_TOUR_SPECIALIST_WHO, {
		STEP(SPECIALIST_MINE, WORK "?xem=cua-toi"),
		STEP(SPECIALIST_SOON, WORK "?xem=sap-den-han"),
		STEP(SPECIALIST_WAIT, WORK "?xem=cho-bo-sung"),
		STEP(SPECIALIST_GAPS, "/quan-tri/thu-tuc/day-du"),
		STEP(SPECIALIST_DRAFT, "/quan-tri/thu-tuc/de-xuat"),
	}},
	{"head", MSG_TOUR_HEAD, MSG_TOUR_HEAD_WHO, {
		STEP(HEAD_ASSIGN, WORK "?xem=cho-nhan"),
		STEP(HEAD_REVIEW, WORK "?xem=cua-toi"),
		STEP(HEAD_LATE, WORK "?xem=qua-han"),
		STEP(HEAD_AWAY, "/quan-tri/vang-mat"),
		STEP(HEAD_BOARD, "/bang-dieu-hanh"),
	}},
	{"director", MSG_TOUR_DIRECTOR, MSG_TOUR_DIRECTOR_WHO, {
		STEP(DIRECTOR_DECIDE, WORK "?xem=cua-toi"),
		STEP(DIRECTOR_SIGN, WORK "?xem=cho-ky"),
		STEP(DIRECTOR_BOARD, "/bang-dieu-hanh"),
		STEP(DIRECTOR_INDEX, "/bang-dieu-hanh/chi-so"),
		STEP(DIRECTOR_REPORT, "/bang-dieu-hanh/bieu-ii-06a"),
	}},
	{"clerk", MSG_TOUR_CLERK, MSG_TOUR_CLERK_WHO, {
		STEP(CLERK_MINE, WORK "?xem=cua-toi"),
		STEP(CLERK_SIGN, WORK "?xem=cho-ky"),
		STEP(CLERK_CHECK, "/kiem-tra"),
		STEP(CLERK_REGISTER, WORK "/so-theo-doi"),
		STEP(CLERK_CATALOGUE, "/quan-tri/thu-tuc"),
	}},
	{"inspector", MSG_TOUR_INSPECTOR, MSG_TOUR_INSPECTOR_WHO, {
		STEP(INSPECTOR_ALL, WORK "?xem=co-quan"),
		STEP(INSPECTOR_LATE, WORK "?xem=qua-han"),
		STEP(INSPECTOR_BOARD, "/bang-dieu-hanh"),
		STEP(INSPECTOR_BEHIND, "/bang-dieu-hanh/ho-so?so=received"),
		STEP(INSPECTOR_REGISTER, WORK "/so-theo-doi"),
	}},
	{"admin", MSG_TOUR_ADMIN, MSG_TOUR_ADMIN_WHO, {
		STEP(ADMIN_ACCOUNTS, "/quan-tri/tai-khoan"),
		STEP(ADMIN_UNITS, "/quan-tri/to-chuc"),
		STEP(ADMIN_JOBS, "/quan-tri/viec-nen"),
		STEP(ADMIN_CATALOGUE, "/quan-tri/thu-tuc"),
		STEP(ADMIN_ERASE, "/quan-tri/xoa-ho-so"),
	}},
	{"centre", MSG_TOUR_CENTRE, MSG_TOUR_CENTRE_WHO, {
		STEP(CENTRE_BOARD, "/bang-dieu-hanh"),
		STEP(CENTRE_PROCEDURES, "/bang-dieu-hanh?xem=thu-tuc"),
		STEP(CENTRE_INDEX, "/bang-dieu-hanh/chi-so"),
		STEP(CENTRE_AWAY, "/quan-tri/vang-mat"),
		STEP(CENTRE_PEOPLE, "/can-bo"),
	}},
	{"province", MSG_TOUR_PROVINCE, MSG_TOUR_PROVINCE_WHO, {
		STEP(PROVINCE_BOARD, "/bang-dieu-hanh"),
		STEP(PROVINCE_AGENCIES, "/bang-dieu-hanh?xem=co-quan"),
		STEP(PROVINCE_MONTHS, "/bang-dieu-hanh?xem=thang"),
		STEP(PROVINCE_REPORT, "/bang-dieu-hanh/bieu-ii-06a"),
		STEP(PROVINCE_PUBLIC, "/so-lieu"),
	}},
};
