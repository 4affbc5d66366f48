/* ui_gallery.c — see ui_gallery.h. */
#include "core/ui/ui_gallery.h"
#include "core/i18n/i18n.h"
#include "core/ui/chart.h"
#include "gen/assets.h"

#define LONG_TEXT "Cấp, gia hạn, sửa đổi, bổ sung giấy phép tiến hành công việc bức xạ và cấp giấy chứng nhận đăng ký hoạt động " \
		  "hỗ trợ ứng dụng năng lượng nguyên tử đối với cơ sở y tế có nhiều hơn một thiết bị X-quang chẩn đoán"

/* The data of the page being written. */
struct gallery { struct html_out *o; enum gallery_data data; };

static struct str t(const struct gallery *g, const char *usual)
{
	switch (g->data) {
	case GALLERY_EMPTY: return STR_NONE;
	case GALLERY_LONG: return STR(LONG_TEXT);
	case GALLERY_HOSTILE: return STR(GALLERY_HOSTILE_TEXT);
	case GALLERY_USUAL:
	case GALLERY_DATA_COUNT: break;
	}
	return str_from(usual);
}
static size_t n(const struct gallery *g, size_t usual) { return g->data == GALLERY_EMPTY ? 0 : usual; }
static struct str u(const struct gallery *g, const char *usual)
{
	return g->data == GALLERY_HOSTILE ? STR(GALLERY_HOSTILE_TEXT) : str_from(usual);
}
static struct instant at(int month, int day, int hour, int minute)
{
	return instant_at(date_from_civil(2026, month, day), (hour * 60 + minute) * 60000);
}

/* ---- citizens ---- */

static void front_cards(const struct gallery *g)
{
	struct ui_card cards[] = {
		{t(g, "An toàn bức xạ, hạt nhân"), t(g, "12 thủ tục: khai báo, cấp phép X-quang, chứng chỉ"), u(g, "/a")},
		{t(g, "Tiêu chuẩn, đo lường, chất lượng"), t(g, "15 thủ tục: hợp chuẩn, hợp quy, dấu định lượng"), u(g, "/b")},
		{t(g, "Hoạt động khoa học và công nghệ"), t(g, "22 thủ tục: đăng ký tổ chức, nhiệm vụ, kết quả"), u(g, "/c")},
		{t(g, "Chuyển giao công nghệ"), t(g, "3 thủ tục: đăng ký, gia hạn, sửa đổi"), u(g, "/d")},
		{t(g, "Sở hữu trí tuệ"), t(g, "3 thủ tục: giám định sở hữu công nghiệp"), u(g, "/e")},
		{t(g, "Bưu chính"), t(g, "7 thủ tục: giấy phép, xác nhận thông báo"), u(g, "/f")},
	};
	ui_section_begin(g->o, STR("Theo lĩnh vực"));
	ui_cards(g->o, cards, n(g, ARRAY_LEN(cards)));
	ui_section_end(g->o);
}

static void front_search(const struct gallery *g)
{
	struct ui_search s = {.action = STR("/thu-tuc"), .name = STR("q"), .value = t(g, ""), .label = STR("Tìm thủ tục"),
		.button = STR("Tìm thủ tục"), .placeholder = t(g, "may chup x quang"), .live = STR("results")};
	struct ui_crumb tries[] = {{t(g, "Giấy phép X-quang y tế"), u(g, "/1")}, {t(g, "Chứng chỉ nhân viên bức xạ"), u(g, "/2")},
		{t(g, "Công bố hợp quy"), u(g, "/3")}};
	struct ui_hero h = {STR("Ông/Bà cần làm thủ tục gì?"), t(g, "72 thủ tục của Sở. Gõ lời thường dùng cũng được, không cần dấu.")};
	ui_hero_begin(g->o, &h);
	ui_search(g->o, &s);
	ui_tries(g->o, tries, n(g, ARRAY_LEN(tries)));
	ui_hero_end(g->o);
}

static void front(const struct gallery *g)
{
	struct ui_page p = {.title = STR("Trang đầu"), .no_heading = true, .width = UI_FULL};
	struct ui_stat stats[] = {
		{t(g, "98,4 %"), t(g, "hồ sơ trả đúng hoặc sớm hạn, tháng 11/2026"), STR_NONE, false, UI_DRAFT},
		{t(g, "1.206"), t(g, "hồ sơ đã giải quyết từ đầu năm"), u(g, "/bang"), false, UI_DRAFT},
		{t(g, "87 %"), t(g, "nộp trực tuyến, tăng 9 điểm so với năm trước"), STR_NONE, false, UI_DRAFT},
		{t(g, "6 ngày"), t(g, "nửa số hồ sơ xong trong ngần ấy ngày làm việc"), STR_NONE, false, UI_DRAFT},
	};
	ui_page_begin(g->o, &p);
	front_search(g);
	ui_wrap_begin(g->o);
	ui_stats(g->o, stats, n(g, ARRAY_LEN(stats)));
	front_cards(g);
	ui_wrap_end(g->o);
	ui_page_end(g->o, &p);
}

static void procedure_side(const struct gallery *g)
{
	struct ui_fact facts[] = {
		{.label = STR("Thời hạn"), .value = t(g, "25 ngày")}, {.label = STR("Phí"), .value = t(g, "2.000.000 đồng / máy")},
		{.label = STR("Mức độ"), .value = t(g, "Toàn trình")},
		{.label = STR("Nơi giải quyết"), .value = t(g, "Phòng Quản lý chuyên ngành"), .url = u(g, "/don-vi")},
		{.label = STR("Mã quốc gia")},
	};
	struct ui_button file = {.label = STR("Nộp hồ sơ"), .url = u(g, "/nop"), .wide = true};
	ui_facts(g->o, facts, n(g, ARRAY_LEN(facts)));
	ui_button(g->o, &file);
}

static void procedure(const struct gallery *g)
{
	struct ui_crumb crumbs[] = {{STR("Dịch vụ công"), STR("/thu-tuc")}, {t(g, "An toàn bức xạ, hạt nhân"), u(g, "/x")}};
	struct ui_page p = {.title = t(g, "Cấp giấy phép sử dụng thiết bị X-quang chẩn đoán trong y tế"), .crumbs = crumbs, .no_heading = true,
		.n_crumbs = n(g, 2), .lead = t(g, "Dành cho cơ sở y tế có máy X-quang chẩn đoán. Ông/Bà nộp trực tuyến, qua bưu chính hoặc tại "
		"quầy; giấy phép được ký số và tải về được.")};
	struct ui_item items[] = {
		{.title = t(g, "Đơn đề nghị cấp giấy phép"), .hint = t(g, "Mẫu của Nghị định 142/2020/NĐ-CP, phụ lục IV"), .tag = t(g, "điền trực tuyến")},
		{.title = t(g, "Phiếu khai báo thiết bị X-quang"), .hint = t(g, "Mỗi máy một phiếu"), .tag = t(g, "điền trực tuyến"), .url = u(g, "/y")},
		{.title = t(g, "Phiếu khai báo nhân viên bức xạ, người phụ trách an toàn"), .tag = t(g, "1 bản chính")},
		{.title = t(g, "Báo cáo đánh giá an toàn"), .hint = t(g, "PDF, tối đa 200 MB"), .has_state = true, .state = UI_DONE},
	};
	ui_page_begin(g->o, &p);
	ui_columns_begin(g->o);
	ui_heading(g->o, &p);
	ui_section_begin(g->o, STR("Cần chuẩn bị"));
	ui_items(g->o, items, n(g, ARRAY_LEN(items)));
	ui_section_end(g->o);
	ui_details_begin(g->o, t(g, "Vì sao 25 ngày?"), g->data == GALLERY_LONG);
	h_put_html(g->o, h_from_lines(g->o, t(g, "Luật tính theo ngày lịch, từ lúc hồ sơ đầy đủ và phí đã nộp.\n\nNgày hẹn rơi vào ngày "
		"nghỉ thì chuyển sang ngày làm việc kế tiếp.")));
	ui_details_end(g->o);
	ui_columns_side(g->o);
	procedure_side(g);
	ui_columns_end(g->o);
	ui_page_end(g->o, &p);
}

static void days(const struct gallery *g, const char *kinds, int month, int day)
{
	struct ui_day_cell *v = NEW_ARRAY(g->o->b->a, 64, struct ui_day_cell);
	size_t count = 0;
	for (; kinds[count]; count++) {
		static const char letters[] = "?snvwod";
		struct date d = date_from_civil(2026, month, day);
		v[count] = (struct ui_day_cell){.day = {d.day + (int32_t)count}};
		for (size_t k = 0; k < sizeof letters - 1; k++)
			if (letters[k] == kinds[count])
				v[count].kind = (enum ui_day_kind)k;
	}
	if (count > 8)
		v[8].note = t(g, "Ngày Văn hóa Việt Nam");
	ui_days(g->o, v, n(g, count));
}

static void course(const struct gallery *g)
{
	struct ui_crumb receipt = {t(g, "Tải giấy tiếp nhận, PDF đã ký"), u(g, "/m1.pdf")};
	struct ui_event events[] = {
		{.when = UI_NEXT, .title = t(g, "Ký số và trả kết quả"), .at_text = t(g, "dự kiến 07/12")},
		{.when = UI_NOW, .title = t(g, "Thẩm định"), .text = t(g, "Chuyên viên phụ trách đã nhận việc"), .at = at(11, 23, 8, 12), .has_at = true},
		{.title = t(g, "Ông/Bà đã bổ sung"), .text = t(g, "Báo cáo đánh giá an toàn, 14 trang"), .at = at(11, 20, 16, 40), .has_at = true},
		{.title = t(g, "Yêu cầu bổ sung (Mẫu 02)"), .at = at(11, 18, 15, 5), .has_at = true, .who = t(g, "chuyên viên")},
		{.title = t(g, "Tiếp nhận và hẹn trả (Mẫu 01)"), .at = at(11, 16, 9, 31), .has_at = true, .links = &receipt, .n_links = 1},
	};
	ui_timeline(g->o, events, n(g, ARRAY_LEN(events)));
}

static void tracking(const struct gallery *g)
{
	struct ui_page p = {.title = t(g, "Đang thẩm định tại Phòng Quản lý chuyên ngành"), .over = t(g, "Hồ sơ 000.00.12.H38-261116-0007"),
		.width = UI_READ};
	struct ui_file files[] = {{.name = t(g, "Giấy tiếp nhận hồ sơ và hẹn trả kết quả.pdf"), .url = u(g, "/1"), .note = t(g, "16/11/2026"), .size = 184320, .signed_ok = true,
		.below = h_from_lines(g->o, t(g, "Trang 1 trong 2"))},
		{.name = t(g, "Báo cáo đánh giá an toàn.pdf"), .url = u(g, "/2"), .size = 14680064}};
	ui_page_begin(g->o, &p);
	struct ui_state_line line = {UI_DOING, STR("Hẹn trả"), at(12, 7, 17, 0)};
	ui_state_line(g->o, &line);
	ui_section_begin(g->o, STR("Vì sao 07/12?"));
	days(g, "svvwwoononnnoonnnnnood", 11, 16);
	ui_section_end(g->o);
	ui_section_begin(g->o, STR("Đã diễn ra"));
	course(g);
	ui_section_end(g->o);
	ui_section_begin(g->o, STR("Giấy tờ"));
	ui_files(g->o, files, n(g, 2));
	ui_section_end(g->o);
	ui_page_end(g->o, &p);
}

static void fields_of_text(const struct gallery *g)
{
	struct ui_field v[] = {
		{.name = u(g, "ho_ten"), .label = STR("Họ và tên"), .value = t(g, "Nguyễn Thị Minh Khai"), .required = true, .autocomplete = "name", .max = 300},
		{.name = u(g, "so_dinh_danh"), .kind = UI_PERSONAL_ID, .label = STR("Số định danh cá nhân"), .value = t(g, "03120400061"),
		 .required = true, .error = t(g, "Số định danh cá nhân có 12 chữ số, in trên thẻ căn cước. Xin kiểm tra lại từng số."), .hint = t(g, "12 số trên thẻ căn cước")},
		{.name = u(g, "ngay"), .kind = UI_DATE, .label = STR("Ngày cấp"), .value = t(g, "31/02/2026"), .required = true, .error = t(g, "Xin viết ngày có thật, ví dụ 25/11/2026.")},
		{.name = u(g, "phone"), .kind = UI_PHONE, .label = STR("Điện thoại"), .value = t(g, "0912 345 678"), .required = true},
		{.name = u(g, "mail"), .kind = UI_EMAIL, .label = STR("Thư điện tử")},
		{.name = u(g, "tien"), .kind = UI_MONEY, .label = STR("Số tiền"), .value = t(g, "1.200.000"), .required = true},
		{.name = u(g, "kv"), .kind = UI_NUMBER, .label = STR("Điện áp đỉnh"), .unit = t(g, "kV"), .value = t(g, "125"), .required = true, .live = true},
		{.name = u(g, "thue"), .kind = UI_TAX_CODE, .label = STR("Mã số thuế"), .read_only = true, .value = t(g, "5700123456")},
		{.name = u(g, "ly_do"), .kind = UI_LONG_TEXT, .label = STR("Lý do"), .value = t(g, "\nDòng một\nDòng hai"), .max = 2000},
		{.name = u(g, "web"), .kind = UI_URL, .label = STR("Trang web"), .autofocus = false},
		{.name = u(g, "tep"), .kind = UI_FILE, .label = STR("Báo cáo đánh giá an toàn"), .accept = t(g, ".pdf"), .hint = t(g, "PDF, tối đa 200 MB"), .multiple = true, .required = true},
		{.name = u(g, "hien"), .kind = UI_SHOWN, .label = STR("Mã hồ sơ"), .value = t(g, "000.00.12.H38-261116-0007")},
		{.name = u(g, "an"), .kind = UI_HIDDEN, .value = t(g, "x")},
	};
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		ui_field(g->o, &v[i]);
}

static void fields_of_choice(const struct gallery *g)
{
	struct ui_option ways[] = {{t(g, "a"), t(g, "Trực tuyến"), t(g, "Kết quả là bản điện tử đã ký số"), true, false},
		{t(g, "b"), t(g, "Qua bưu chính"), STR_NONE, false, false}, {t(g, "c"), t(g, "Tại quầy"), STR_NONE, false, true}};
	struct ui_field v[] = {
		{.name = u(g, "nhan"), .kind = UI_RADIOS, .label = STR("Ông/Bà nhận kết quả thế nào?"), .options = ways, .n_options = n(g, 3), .required = true},
		{.name = u(g, "may"), .kind = UI_CHECKS, .label = STR("Loại máy"), .options = ways, .n_options = n(g, 2), .error = t(g, "Xin chọn một mục.")},
		{.name = u(g, "xa"), .kind = UI_SELECT, .label = STR("Xã, phường"), .options = ways, .n_options = n(g, 3), .required = true},
		{.name = u(g, "xa2"), .kind = UI_SELECT, .label = STR("Nhiều nơi"), .options = ways, .n_options = n(g, 3), .multiple = true, .plain = true},
		{.name = u(g, "dong_y"), .kind = UI_CHECK, .label = t(g, "Tôi cam đoan những điều khai trên là đúng"), .required = true,
		 .error = t(g, "Xin đánh dấu vào ô này để tiếp tục."), .checked = false},
		{.name = u(g, "mk"), .kind = UI_PASSWORD, .label = STR("Mật khẩu"), .value = STR("never-shown"), .plain = true},
		{.name = u(g, "ma"), .kind = UI_CODE, .label = STR("Mã gồm 6 số"), .plain = true},
		{.name = u(g, "q"), .kind = UI_SEARCH, .label = STR("Tìm"), .label_hidden = true},
	};
	ui_group_begin(g->o, t(g, "Cách nhận"), t(g, "Chọn cách thuận tiện cho Ông/Bà."));
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		ui_field(g->o, &v[i]);
	ui_group_end(g->o);
}

static void form_page(const struct gallery *g, bool staff)
{
	struct ui_page p = {.title = t(g, "Người nộp hồ sơ"), .width = UI_READ, .has_errors = true, .staff = staff};
	struct ui_error errors[] = {{u(g, "so_dinh_danh"), t(g, "Số định danh cá nhân có 12 chữ số.")},
		{u(g, "ngay"), t(g, "Xin viết ngày có thật, ví dụ 25/11/2026.")}, {STR_NONE, t(g, "Hồ sơ này đã có người sửa.")}};
	struct str labels[] = {t(g, "Người nộp"), t(g, "Thiết bị"), t(g, "Tệp"), t(g, "Kiểm tra")};
	struct ui_steps steps = {labels, n(g, 4), 1};
	struct ui_form f = {.action = u(g, "/nop"), .id = u(g, "nop"), .upload = true, .rules_url = u(g, "/mau/1"), .answers_url = t(g, ""), .today = t(g, "2026-11-24")};
	struct ui_button b[] = {{.label = STR("Tiếp tục")}, {.label = STR("Lưu lại"), .weight = UI_QUIET, .name = u(g, "luu"), .value = t(g, "1")},
		{.label = STR("Xóa bản nháp"), .weight = UI_DANGER, .icon = UI_ICON_TRASH}, {.label = STR("Thôi"), .weight = UI_LINK, .disabled = false}};
	ui_page_begin(g->o, &p);
	ui_steps(g->o, &steps);
	ui_error_summary(g->o, errors, n(g, 3));
	ui_form_begin(g->o, &f);
	fields_of_text(g);
	fields_of_choice(g);
	ui_buttons(g->o, b, ARRAY_LEN(b));
	ui_form_end(g->o);
	ui_page_end(g->o, &p);
}
static void form_citizen(const struct gallery *g) { form_page(g, false); }
static void form_staff(const struct gallery *g) { form_page(g, true); }

static void tasks(const struct gallery *g)
{
	struct ui_page p = {.title = STR("Hồ sơ của Ông/Bà"), .width = UI_READ, .lead = t(g, "Làm lần lượt hay tùy ý; mọi phần đều được lưu.")};
	struct ui_task v[] = {
		{t(g, "Người nộp"), t(g, "Họ tên, địa chỉ"), u(g, "/1"), UI_TASK_DONE, STR_NONE}, {t(g, "Thiết bị X-quang"), STR_NONE, u(g, "/2"), UI_TASK_WRONG, STR_NONE},
		{t(g, "Nhân viên bức xạ"), STR_NONE, u(g, "/3"), UI_TASK_OPEN, STR_NONE}, {t(g, "Nộp"), t(g, "Khi các phần trên đã xong"), u(g, "/4"), UI_TASK_LOCKED, STR_NONE}};
	struct ui_fact a[] = {
		{.label = STR("Họ và tên"), .value = t(g, "Nguyễn Thị Minh Khai"), .change_url = u(g, "/1#ten")},
		{.label = STR("Địa chỉ"), .value = t(g, "Số 12, đường Mẫu\nPhường Mẫu, tỉnh Mẫu"), .change_url = u(g, "/1#dc")},
		{.label = STR("Số máy"), .change_url = u(g, "/2")}};
	ui_page_begin(g->o, &p);
	ui_tasks(g->o, v, n(g, ARRAY_LEN(v)));
	ui_section_begin(g->o, STR("Kiểm tra lại"));
	ui_answers(g->o, a, n(g, ARRAY_LEN(a)));
	ui_section_end(g->o);
	ui_page_end(g->o, &p);
}

static void notices(const struct gallery *g)
{
	for (enum ui_tone tone = UI_INFO; tone <= UI_BAD; tone++) {
		struct ui_notice v = {tone, t(g, "Cổng thanh toán đang bảo trì"), t(g, "Ông/Bà vẫn nộp hồ sơ được; phí nộp sau 14 giờ."), {{NULL, 0}}};
		ui_notice(g->o, &v);
	}
}

static void confirmation(const struct gallery *g)
{
	struct ui_page p = {.title = STR("Đã nộp"), .no_heading = true, .width = UI_READ};
	struct ui_confirm c = {STR("Hồ sơ đã nộp xong"), STR("Mã hồ sơ"), t(g, "000.00.12.H38-261116-0007"),
		t(g, "Chúng tôi sẽ báo trước 17 giờ ngày mai hồ sơ đã đủ hay chưa.")};
	struct ui_button b = {.label = STR("Nộp hồ sơ đầu tiên"), .url = u(g, "/thu-tuc"), .weight = UI_QUIET};
	struct ui_empty e = {t(g, "Chưa có hồ sơ nào"), t(g, "Hồ sơ Ông/Bà nộp sẽ hiện ở đây, kèm hạn trả và việc tiếp theo."), UI_ICON_INBOX, &b};
	ui_page_begin(g->o, &p);
	ui_confirm(g->o, &c);
	ui_section_begin(g->o, STR("Thông báo"));
	notices(g);
	ui_section_end(g->o);
	ui_empty(g->o, &e);
	for (enum ui_state s = UI_DRAFT; s < UI_STATE_COUNT; s++)
		ui_badge(g->o, s);
	ui_badge_due(g->o, UI_LATE, -3);
	ui_badge_due(g->o, UI_SOON, 0);
	ui_tag(g->o, t(g, "1 bản chính"));
	ui_money(g->o, (struct money){0});
	ui_date(g->o, date_from_civil(2026, 11, 25));
	ui_day(g->o, date_from_civil(2026, 11, 25));
	ui_time_short(g->o, at(11, 25, 14, 0));
	ui_act(g->o, u(g, "/xoa"), &(struct ui_button){.label = t(g, "Xóa"), .weight = UI_DANGER});
	ui_page_end(g->o, &p);
}

/* ---- officials ---- */

static void work_rows(const struct gallery *g, const struct ui_table *tb)
{
	static const struct { const char *code, *what, *who, *due; enum ui_state s; int days; } v[] = {
		{"H38-261116-0007", "Cấp giấy phép X-quang chẩn đoán", "Bệnh viện Đa khoa mẫu số 1", "07/12", UI_ON_TIME, 9},
		{"H38-261112-0031", "Chứng chỉ nhân viên bức xạ", "Phòng khám mẫu Hòa Bình", "23/11", UI_LATE, -1},
		{"H38-261118-0002", "Công bố hợp quy thép cốt bê tông", "Công ty mẫu Thép Việt", "", UI_YOURS, 0},
		{"H38-261119-0014", "Gia hạn giấy phép X-quang", "Trung tâm Y tế mẫu", "10/12", UI_ON_TIME, 12},
		{"H38-261120-0005", "Đăng ký tổ chức KH&CN", "Viện mẫu Nông nghiệp sạch", "11/12", UI_ON_TIME, 13},
		{"H38-261120-0009", "Điều chỉnh dấu định lượng", "Công ty mẫu Nước uống", "26/11", UI_SOON, 2},
		{"H38-261123-0001", "Khai báo thiết bị X-quang", "Nha khoa mẫu An Tâm", "01/12", UI_ON_TIME, 5},
	};
	for (size_t i = 0; i < n(g, ARRAY_LEN(v)); i++) {
		ui_row_begin(g->o, tb, &(struct ui_row){.url = u(g, "/ho-so/7"), .select_value = t(g, v[i].code), .select_label = t(g, v[i].code), .here = i == 0, .chosen = i == 1});
		ui_cell(g->o, tb, 0, t(g, v[i].code));
		ui_cell_main(g->o, tb, 1, (struct ui_crumb){t(g, v[i].what), u(g, "/ho-so/7")}, t(g, v[i].who));
		ui_cell_begin(g->o, tb, 2);
		if (v[i].s == UI_YOURS)
			ui_badge_word(g->o, v[i].s, t(g, "chờ bổ sung"));
		else
			ui_badge_due(g->o, v[i].s, v[i].days);
		ui_cell_end(g->o);
		ui_cell(g->o, tb, 3, t(g, v[i].due));
		ui_row_end(g->o);
	}
}

static void work_table(const struct gallery *g)
{
	struct ui_column c[] = {{.head = STR("Mã hồ sơ"), .kind = UI_CELL_CODE}, {.head = STR("Thủ tục và người nộp"), .sort_url = u(g, "?xep=tt")},
		{.head = STR("Tình trạng")}, {.head = STR("Hạn"), .kind = UI_CELL_NUMBER, .sort_url = u(g, "?xep=han"), .sorted = 1}};
	struct ui_table tb = {.caption = t(g, "Việc của tôi"), .caption_hidden = true, .columns = c, .n_columns = ARRAY_LEN(c),
		.select = u(g, "id"), .select_form = u(g, "bulk"), .keys = true};
	struct ui_bulk_act bulk[] = {{{.label = STR("Phân công"), .name = u(g, "action"), .value = u(g, "giao")}, 2}, {{.label = STR("Chuyển"), .weight = UI_QUIET, .name = u(g, "action"), .value = u(g, "chuyen")}, 3}};
	struct ui_tab chips[] = {{STR("Đang giải quyết"), u(g, "?a"), 7, true, true}, {t(g, "Lĩnh vực"), u(g, "?b"), 0, false, false},
		{t(g, "Hạn trước…"), u(g, "?c"), 0, false, false}};
	struct ui_pager pager = {u(g, "?truoc=1"), u(g, "?sau=1"), 51, 100, 1000, true, false};
	ui_chips(g->o, STR("Lọc"), chips, ARRAY_LEN(chips));
	ui_table_begin(g->o, &tb);
	work_rows(g, &tb);
	ui_table_end(g->o);
	ui_bulk(g->o, &(struct ui_bulk){u(g, "bulk"), u(g, "/viec/nhieu"), bulk, ARRAY_LEN(bulk)});
	ui_pager(g->o, &pager);
}

static void work_record(const struct gallery *g)
{
	struct ui_button acts[] = {{.label = STR("Đề xuất cấp"), .key = "d"}, {.label = STR("Yêu cầu bổ sung"), .key = "b", .weight = UI_QUIET},
		{.label = STR("Chuyển"), .key = "c", .weight = UI_QUIET, .url = u(g, "/chuyen")}};
	struct ui_fact f[] = {{.label = STR("Người nộp"), .value = t(g, "Bệnh viện Đa khoa mẫu số 1")}, {.label = STR("Kênh"), .value = t(g, "Trực tuyến, trả trực tuyến")},
		{.label = STR("Phí"), .value = t(g, "2.000.000 đồng, đã thu 16/11")}, {.label = STR("Hạn"), .value = t(g, "Thứ Hai, 07/12, 17:00 · bước này 26/11")}};
	ui_section_begin(g->o, t(g, "Cấp giấy phép sử dụng thiết bị X-quang chẩn đoán trong y tế"));
	ui_buttons(g->o, acts, ARRAY_LEN(acts));
	ui_section_end(g->o);
	ui_section_begin(g->o, STR("Hồ sơ"));
	ui_facts(g->o, f, n(g, ARRAY_LEN(f)));
	days(g, "nonnnoon", 11, 23);
	course(g);
	ui_section_end(g->o);
}

static void worklist(const struct gallery *g)
{
	struct h_capture c = h_capture_begin(g->o);
	ui_button(g->o, &(struct ui_button){.label = STR("Xuất danh sách"), .weight = UI_QUIET, .url = STR("/xuat"), .icon = UI_ICON_DOWNLOAD, .download = true});
	struct ui_page p = {.title = STR("Việc của tôi"), .staff = true, .width = UI_FULL, .actions = h_capture_end(g->o, c)};
	ui_page_begin(g->o, &p);
	ui_columns_acts_begin(g->o);
	ui_section_begin(g->o, STR("Việc cần làm"));
	ui_buttons(g->o, &(struct ui_button){.label = STR("Đồng ý"), .key = "d"}, 1);
	ui_section_end(g->o);
	ui_columns_acts_end(g->o);
	work_table(g);
	ui_columns_side(g->o);
	work_record(g);
	ui_columns_end(g->o);
	ui_page_end(g->o, &p);
}

static void months(const struct gallery *g, enum chart_kind kind, const int64_t v[12][2], struct chart c)
{
	struct chart_series series[] = {{t(g, "Đúng hạn"), CHART_MAIN}, {t(g, "Quá hạn"), CHART_BAD}};
	struct chart_point p[12] = {{.label = STR_NONE}};
	for (int i = 0; i < 12; i++)
		p[i] = (struct chart_point){.label = str_fmt(g->o->b->a, "Tháng %d/2026", i + 1), .tick = str_fmt(g->o->b->a, "%d", i + 1),
			.v = {{.value = v[i][0], .url = u(g, "/m")}, {.value = v[i][1], .none = i == 3}}};
	c.kind = kind;
	c.label_head = STR("Tháng");
	c.series = series, c.n_series = kind == CHART_LINES ? 1 : 2;
	c.points = p, c.n_points = n(g, 12);
	c.as_of = t(g, "Số liệu lúc 08:30, 24/11/2026");
	c.csv_url = u(g, "/c.csv"), c.xlsx_url = u(g, "/c.xlsx");
	ui_chart(g->o, &c);
}

static void charts(const struct gallery *g)
{
	static const int64_t counts[12][2] = {{210, 4}, {150, 9}, {260, 2}, {281, 0}, {300, 7}, {322, 3}, {310, 12}, {298, 1}, {340, 2}, {366, 31}, {372, 5}, {390, 6}};
	static const int64_t shares[12][2] = {{981}, {943}, {992}, {1000}, {977}, {990}, {962}, {996}, {994}, {921}, {986}, {984}};
	struct chart_series parts[] = {{t(g, "Đúng hạn"), CHART_MAIN}, {t(g, "Quá hạn"), CHART_BAD}, {t(g, "Chờ công dân"), CHART_YOU}};
	struct chart_point units[] = {{.label = t(g, "Phòng Quản lý chuyên ngành"), .url = u(g, "/1"), .v = {{480, false, u(g, "/2")}, {31, false, u(g, "/3")}, {12, false, STR_NONE}}},
		{.label = t(g, "Chi cục Tiêu chuẩn Đo lường Chất lượng"), .v = {{310, false, STR_NONE}, {0, false, STR_NONE}, {3, false, STR_NONE}}}};
	struct chart rods = {.kind = CHART_BARS, .id = STR("units"), .title = t(g, "Phòng Quản lý chuyên ngành có tất cả hồ sơ quá hạn"), .label_head = STR("Đơn vị"),
		.series = parts, .n_series = 3, .points = units, .n_points = n(g, 2), .csv_url = u(g, "/u.csv")};
	chart_patterns(g->o);
	months(g, CHART_COLUMNS, counts, (struct chart){.id = STR("settled"), .title = t(g, "Tháng 10 có 31 hồ sơ quá hạn, nhiều nhất trong 12 tháng"), .mark = 10});
	months(g, CHART_LINES, shares, (struct chart){.id = STR("on-time"), .title = t(g, "Tháng 10: 92,1 % đúng hạn, thấp nhất trong 12 tháng"), .mark = 10, .top = 1000, .bottom = 900, .say = chart_permille});
	ui_chart(g->o, &rods);
	ui_spark(g->o, (int64_t[]){3, 4, 9, 2}, 4);
}

static void board(const struct gallery *g)
{
	struct ui_crumb crumbs[] = {{STR("Bảng điều hành"), STR("/bang")}};
	struct ui_page p = {.title = t(g, "Phòng Quản lý chuyên ngành"), .style = ASSET_CHART_CSS, .staff = true, .crumbs = crumbs, .n_crumbs = 1};
	struct ui_tab tabs[] = {{STR("Tháng này"), u(g, "?t=1"), 0, false, true}, {STR("Quý"), u(g, "?t=2"), 0, false, false}, {STR("Quá hạn"), u(g, "?t=3"), 4, true, false}};
	struct ui_stat s[] = {{t(g, "98,4 %"), t(g, "đúng hoặc sớm hạn"), u(g, "/x"), true, UI_DONE}, {t(g, "4"), t(g, "quá hạn lúc này"), u(g, "/y"), true, UI_LATE},
		{t(g, "12"), t(g, "đến hạn trong 3 ngày"), u(g, "/z"), true, UI_SOON}, {t(g, "6 ngày"), t(g, "trung vị thời gian xử lý"), STR_NONE, false, UI_DRAFT}};
	struct ui_bar bars[] = {{t(g, "An toàn bức xạ"), t(g, "48"), u(g, "/1"), 48, 3}, {t(g, "Tiêu chuẩn, đo lường"), t(g, "31"), u(g, "/2"), 31, 0},
		{t(g, "Hoạt động khoa học"), t(g, "22"), u(g, "/3"), 22, 1}, {t(g, "Sở hữu trí tuệ"), t(g, "2"), STR_NONE, 2, 0}};
	struct ui_bars b = {t(g, "An toàn bức xạ có ba trong bốn hồ sơ quá hạn"), STR("Lĩnh vực"), STR("Hồ sơ"), t(g, "Số liệu lúc 08:30, 24/11/2026"), bars, n(g, ARRAY_LEN(bars))};
	ui_page_begin(g->o, &p);
	ui_tabs(g->o, tabs, ARRAY_LEN(tabs));
	ui_stats(g->o, s, n(g, ARRAY_LEN(s)));
	ui_bars(g->o, &b);
	charts(g);
	ui_page_end(g->o, &p);
}

static void problem(const struct gallery *g)
{
	struct ui_problem p = {t(g, "Không tìm thấy"), t(g, "Không có trang hoặc hồ sơ nào ở địa chỉ này. Xin kiểm tra lại mã hoặc tìm từ trang đầu."), false, u(g, "/thu-lai")};
	ui_problem_page(g->o, &p);
}

/* ---- the list ---- */

static const struct { const char *name; void (*write)(const struct gallery *g); bool signed_in; } pages[GALLERY_PAGES] = {
	{"front", front, false}, {"procedure", procedure, false}, {"tracking", tracking, true}, {"form", form_citizen, true},
	{"tasks", tasks, true}, {"confirmation", confirmation, true}, {"worklist", worklist, true}, {"board", board, true},
	{"problem", problem, false}, {"form-staff", form_staff, true},
};

const char *gallery_name(size_t page) { return pages[page].name; }

void gallery_page(struct html_out *o, size_t page, enum gallery_data data)
{
	struct gallery g = {o, data};
	pages[page].write(&g);
}

static struct str action_id(void *ctx) { return *(const struct str *)ctx; }

struct str gallery_write(struct arena *a, size_t page, enum gallery_data data, enum lang lang)
{
	struct buf b = buf_on(a);
	struct html_out o = {.b = &b, .lang = lang};
	struct gallery g = {&o, data};
	struct nav_item side[] = {
		{t(&g, "Việc của tôi"), u(&g, "/viec"), 7, true, true}, {t(&g, "Chờ phân công"), u(&g, "/cho"), 3, true, false},
		{t(&g, "Sắp đến hạn"), u(&g, "/sap"), 2, true, false}, {t(&g, "Quá hạn"), u(&g, "/qua"), 1206, true, false},
		{t(&g, "Bộ lọc đã lưu"), STR_NONE, 0, false, false}, {t(&g, "X-quang, chưa thẩm định"), u(&g, "/loc/1"), 0, false, false},
		{t(&g, "Nhận tại quầy hôm nay"), u(&g, "/loc/2"), 0, false, false}, {t(&g, "Bảng điều hành"), u(&g, "/bang"), 0, false, false}};
	struct str act = u(&g, "action-17");
	struct page_facts f = {.agency = t(&g, "Sở Khoa học và Công nghệ"), .agency_note = t(&g, "Tỉnh mẫu"), .hotline = t(&g, "0200 000 000"),
		.user = pages[page].signed_in ? t(&g, "Nguyễn Thị Minh Khai") : STR_NONE, .path = u(&g, "/thu-tuc"), .nav = NAV_SERVICES,
		.staff = pages[page].signed_in, .demo = true, .side = side, .n_side = n(&g, ARRAY_LEN(side)), .csrf = u(&g, "masked"),
		.action_id = action_id, .ctx = &act};
	o.facts = &f;
	gallery_page(&o, page, data);
	return buf_str(&b);
}
