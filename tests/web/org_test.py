#!/usr/bin/env python3
"""The administrator changes the organisation by its pages: agencies, units, posts, names with their days, people who move, postings; and what is refused.

usage: org_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import datetime, html, json, os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal, until
from browser import Browser

ORG = "/quan-tri/to-chuc"
p = Program(dossiers=8)
tests = Tests()
people, place = {}, {}
today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date()


def has(page, *wanted):
    words = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))
    for w in wanted:
        if w not in words:
            raise AssertionError(f"{w!r} not in {words[:2500]}")


def day(n=0):
    return (today + datetime.timedelta(days=n)).strftime("%d/%m/%Y")


def link_to(page, name):
    return re.search(r'href="(/quan-tri/to-chuc/[^"]+)"[^>]*>\s*' + re.escape(html.escape(name)), page).group(1)


def sent(path, action, want=303, **fields):
    status, page, to = people["admin"].fill(path, action, **fields)
    equal(status, want, re.sub(r"<[^>]+>", " ", page)[-3000:] if status != want else "")
    return to if want == 303 else page


def option(page, name, select):
    part = re.search(rf'<select[^>]*name="{select}".*?</select>', page, re.S).group(0)
    return re.search(r'<option value="(\d+)"[^>]*>[^<]*' + re.escape(html.escape(name)), part).group(1)


def signed_in():
    for role in ("admin", "specialist"):
        people[role] = Browser(p, role)
    status, page = people["admin"].see(ORG)
    equal(status, 200)
    has(page, "Cơ cấu tổ chức", "Trung tâm Phục vụ hành chính công", "Phòng Quản lý Chuyên ngành và An toàn bức xạ")
    place["division"] = link_to(page, "Phòng Quản lý Chuyên ngành và An toàn bức xạ")
    place["reception"] = next(x for x in re.findall(r'href="(/quan-tri/to-chuc/don-vi/\d+)"', page) if "Cử đến Trung tâm" in people["admin"].see(x)[1])


def the_tree_is_that_of_the_day():
    has(people["admin"].see(ORG + "?ngay=30/06/2025")[1], "Cấp huyện")
    now = people["admin"].see(ORG + "?ngay=01/07/2025")[1].split("<main")[1]
    equal(now.count("Cấp huyện (đến hết 30/06/2025)"), 1, "only in the form of a new agency:")
    has(people["admin"].see(ORG + "?ngay=01/01/1990")[1], "Ngày này chưa có cơ quan nào")


def only_the_administrator():
    for who in (people["specialist"], Browser(p)):
        equal(who.ask("GET", ORG)[0] in (303, 403), True)
        equal(who.post(place["division"] + "/dong", {"last": day()})[0] in (303, 400, 401, 403), True)


def an_agency_with_units_and_posts():
    place["agency"] = sent(ORG, ORG + "/co-quan", kind="department", code="H99.88", name="Sở Thử nghiệm", short="Sở TN", **{"from": day(-40)})
    sent(ORG, ORG + "/co-quan", 422, kind="department", code="H99.88", name="Sở Hai", short="", **{"from": day(-10)})
    place["unit"] = sent(place["agency"], place["agency"] + "/don-vi", unit_kind="division", unit_code="P1", unit_name="Phòng <b>Một</b>", **{"from": day(-30)})
    sent(place["agency"], place["agency"] + "/don-vi", 422, unit_kind="division", unit_code="P2", unit_name="Phòng Hai", **{"from": day(-60)})
    sent(place["unit"], place["unit"] + "/vi-tri", post_title="Chuyên viên", seats="3", role="specialist", **{"from": day(-30)})
    page = people["admin"].see(place["unit"])[1]
    has(page, "Phòng <b>Một</b>", "Chuyên viên", "3")
    equal("<b>Một" in page, False)
    end = re.search(r'action="([^"]+/vi-tri/\d+/ket-thuc)"', page).group(1)
    sent(place["unit"], end)
    equal("/ket-thuc" in people["admin"].see(place["unit"])[1], False)


def a_name_has_its_days():
    sent(place["unit"], place["unit"] + "/ten", name="Phòng Mới", name_from=day(-5))
    has(people["admin"].see(place["unit"])[1], "Phòng Mới", "Tên trước đây", f"đến hết {day(-6)}")
    has(people["admin"].see(f"{ORG}?ngay={day(-6)}")[1], "Phòng <b>Một</b>")
    has(people["admin"].see(f"{ORG}?ngay={day(-5)}")[1], "Phòng Mới")
    has(sent(place["unit"], place["unit"] + "/ten", 422, name="Phòng Sau", name_from=day(1)), "không sau hôm nay")
    sent(place["agency"], place["agency"] + "/ten", name="Sở Đã đổi", short="", name_from=day())
    has(people["admin"].see(ORG)[1], "Sở Đã đổi")


def beside_the_emblem(who, path):
    """(the name, the line below it)"""
    page = who.see(path)[1]
    return tuple(html.unescape(x) for x in re.search(r'<a class="brand".*?<b>(.*?)</b>.*?<small>(.*?)</small>', page, re.S).groups())


def pages_bear_the_name_of_the_centre_as_it_is_now():
    """For strangers and applicants, on pages that are kept, too, and on errors; officials see their own agency's."""
    stranger, citizen = Browser(p), Browser(p, "citizen")
    centre, over = "Trung tâm Phục vụ hành chính công tỉnh Mẫu", "Ủy ban nhân dân tỉnh Mẫu · dữ liệu trình diễn"
    shown = [(stranger, "/"), (stranger, "/dich-vu-cong"), (stranger, "/dang-nhap"), (stranger, "/khong-co"), (citizen, "/"), (citizen, "/ho-so-cua-toi")]
    own = beside_the_emblem(people["specialist"], "/ban-lam-viec")
    equal(own[0].startswith("Sở Khoa học và Công nghệ"), True, own)
    for who, path in shown * 2:
        equal(beside_the_emblem(who, path), (centre, over), path)
    url = link_to(people["admin"].see(ORG)[1], centre)
    for name, since in (("Trung tâm <Một> cửa & mới", day(-1)), (centre, day())):
        sent(url, url + "/ten", name=name, short="", name_from=since)
        for who, path in shown:
            until(f"{path} says {name}", lambda: beside_the_emblem(who, path) == (name, over))
    equal(beside_the_emblem(people["specialist"], "/ban-lam-viec"), own)
    has(stranger.see("/")[1], centre)


def a_unit_with_dossiers_stays():
    page = people["admin"].see(place["division"])[1]
    n = int(re.search(r"(\d+) hồ sơ chưa xong do đơn vị", page).group(1))
    codes = re.findall(r'href="/tra-cuu/([^"]+)"', page)
    equal((n > 0, len(set(codes)) == min(n, 20)), (True, True), f"{n} {codes}")
    equal(Browser(p).see("/tra-cuu/" + codes[0])[0], 200)
    has(sent(place["division"], place["division"] + "/dong", 422, last=day()), f"Còn {n} hồ sơ chưa xong")


def who_moves_is_signed_out_and_goes_on_elsewhere():
    page = people["admin"].see(place["division"])[1]
    name = "Lê Văn Mẫu Thụ Lý"
    person, to = option(page, name, "move_person"), option(page, "Phòng Mới", "move_to")
    equal(people["specialist"].see("/ban-lam-viec")[0], 200)
    sent(place["division"], place["division"] + "/chuyen", move_person=person, move_to=to, move_from=day())
    equal(people["specialist"].ask("GET", "/ban-lam-viec")[0], 303, "signed out")
    has(people["admin"].see(place["unit"])[1], name, "Chuyên viên thụ lý")
    has(sent(place["unit"], place["unit"] + "/chuyen", 422, move_person=person, move_to=to, move_from=day()), "nơi đến phải là đơn vị khác")
    back = option(people["admin"].see(place["unit"])[1], "Phòng Quản lý Chuyên ngành", "move_to")
    sent(place["unit"], place["unit"] + "/chuyen", move_person=person, move_to=back, move_from=day())


def a_posting_lasts_six_to_twenty_four_months():
    page = people["admin"].see(place["reception"])[1]
    has(page, "Nghị định 61/2018/NĐ-CP Điều 11 khoản 4")
    person = option(page, "Lê Văn Mẫu Thụ Lý", "person")
    form = dict(person=person, field="An toàn bức xạ", decision="12/QĐ-SKHCN", posting_from=day())
    has(sent(place["reception"], place["reception"] + "/biet-phai", 422, posting_to=day(150), **form), "từ 6 đến 24 tháng")
    sent(place["reception"], place["reception"] + "/biet-phai", 422, posting_to=day(800), **form)
    sent(place["reception"], place["reception"] + "/biet-phai", posting_to=day(300), **form)
    sent(place["reception"], place["reception"] + "/biet-phai", 422, posting_to=day(300), **form)
    sent(place["reception"], place["reception"] + "/biet-phai", posting_to=day(300), substitute="1", **form)
    has(people["admin"].see(place["reception"])[1], "Biệt phái, Chính thức", "Biệt phái, Dự phòng")


def closing_from_below():
    sent(place["agency"], place["agency"] + "/dong", 422, last=day())
    sent(place["unit"], place["unit"] + "/dong", last=day())
    page = people["admin"].see(place["unit"])[1]
    has(page, f"đến hết {day()}", "Tên trước đây")
    equal("/dong" in page, False)
    sent(place["agency"], place["agency"] + "/dong", last=day())
    has(people["admin"].see(f"{ORG}?ngay={day()}")[1], "Sở Đã đổi")
    equal("Sở Đã đổi" in people["admin"].see(f"{ORG}?ngay={day(1)}")[1].split("</form>")[-1], False)


def every_act_is_in_the_log_and_the_record_is_whole():
    kinds = {r[0] for r in p.rows("select distinct kind from log_text e where role = 'admin' and kind like 'directory.%'")}
    equal(kinds >= {"directory." + x for x in ("agency_add", "unit_add", "post_add", "post_end", "unit_rename", "agency_rename", "role_end", "role_grant",
                                               "posting_add", "unit_close", "agency_close")}, True, str(kinds))
    p.ends_well()


tests.run(signed_in, the_tree_is_that_of_the_day, only_the_administrator, an_agency_with_units_and_posts, a_name_has_its_days, pages_bear_the_name_of_the_centre_as_it_is_now, a_unit_with_dossiers_stays,
          who_moves_is_signed_out_and_goes_on_elsewhere, a_posting_lasts_six_to_twenty_four_months, closing_from_below, every_act_is_in_the_log_and_the_record_is_whole)
tests.end()
