#!/usr/bin/env python3
"""The demonstration's guided tours: each role enters by one press, each step opens and says what it is, closed stays closed; elsewhere there is none of it.

usage: tour_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import html, os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Server, Tests, equal, root, run, true
from browser import Browser, Page, form_of, text_of

STEPS = 5
p = Program(dossiers=12)
tests = Tests()


def words(lang):
    lines = open(os.path.join(sys.argv[2], f"messages/tour.{lang}"), encoding="utf-8").read().splitlines()
    return dict(x.split(" = ", 1) for x in lines if " = " in x)


SAY = words("vi")


def enter(role, visitor=None):
    """One press on the sign-in page: (browser, where to)."""
    b = visitor or Browser(p)
    form = form_of(b.page("/dang-nhap"), f"/thu-vai/{role}")
    status, _, headers = b.post(f"/thu-vai/{role}", {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})
    equal(status, 303, role)
    return b, headers["Location"]


def box_of(page):
    found = re.search(r'<aside class="tour".*?</aside>', page, re.S)
    return found.group(0) if found else ""


def steps_of(role):
    """The keys of the table in src/tour/steps.c, in order."""
    table = open(os.path.join(sys.argv[2], "src/tour/steps.c"), encoding="utf-8").read()
    part = table.split(f'{{"{role}",')[1].split("}},")[0]
    return re.findall(r"STEP\((\w+),", part)


# Everybody the demonstration knows has a card and five steps; each step is a page of that role with 200, named in its box.
def tour_of(role):
    def fn():
        keys = steps_of(role)
        equal(len(keys), STEPS, role)
        b, to = enter(role)
        status, page = b.see(to)
        true(status == 200 and SAY[f"TOUR_{role.upper()}"] in text_of(box_of(page)), f"{role} begins at {to}: {status}")
        for n, key in enumerate(keys, 1):
            status, _, headers = b.get(f"/thu-vai/buoc/{n}")
            equal(status, 303, f"{role} {n}")
            at = headers["Location"]
            status, page, _ = b.get(at)
            equal(status, 200, f"{role} step {n}: {at}")
            box = box_of(page)
            equal(re.findall(r'href="/thu-vai/buoc/([1-9])"[^>]*aria-current="step"', box), [str(n)], f"{role} {at}")
            true(SAY[f"TOUR_{key}_TRY"] in text_of(box), f"{role} {at} says {text_of(box)}")
            equal([f'/thu-vai/buoc/{n - 1}" rel="prev"' in box, f'/thu-vai/buoc/{n + 1}" rel="next"' in box], [n > 1, n < STEPS], f"{role} {at}")
    fn.__name__ = f"the_tour_of_{role}"
    return fn


def a_card_a_role():
    page = Browser(p).page("/dang-nhap")
    equal(sorted(f["action"] for f in page.forms if f["action"].startswith("/thu-vai/")), sorted("/thu-vai/" + r for r in p.people))
    for who in ("Trần Thị Mẫu Tiếp Nhận làm ở Bộ phận Một cửa", "Công ty TNHH Mẫu Kiểm Thử là tổ chức", "Trịnh Thị Mẫu Lãnh Đạo điều hành cả tỉnh"):
        true(who in text_of(page.text), who)
    english = Browser(p).see("/dang-nhap?lang=en")[1]
    true(words("en")["TOUR_LEAD"] in text_of(english), "in English")


# Back where one was, and not shown again: not on the next page, not after entering anew. Another role has its own.
def closed_stays_closed():
    b, to = enter("counter")
    way = html.unescape(re.search(r'class="tour-close" href="([^"]*)"', box_of(b.see("/ban-lam-viec")[1])).group(1))
    status, _, headers = b.get(way)
    equal((status, headers["Location"]), (303, "/ban-lam-viec"))
    equal(box_of(b.see("/quay")[1]), "")
    _, to = enter("counter", b)
    equal(box_of(b.see(to)[1]), "")
    _, to = enter("head", b)
    true(box_of(b.see(to)[1]), "the head has a tour")
    _, to = enter("counter", b)
    true("/thu-vai/buoc/1" in b.page("/dang-nhap").links, "it can be opened again")
    true(box_of(b.see("/thu-vai/buoc/1")[1]), "and is there")


def closing_leads_only_home():
    b, _ = enter("citizen")
    for bad in ("//evil.example", "https://evil.example", "/%5Cevil.example", "/thu-vai/buoc/0"):
        equal(b.get("/thu-vai/buoc/0?next=" + bad)[2]["Location"], "/dich-vu-cong?q=x+quag", bad)
    equal([b.get("/thu-vai/buoc/" + x)[0] for x in ("6", "-1", "x", "99999999999999999999")], [404] * 4)


# What a browser keeps is taken as nothing when it is not ours; who signs in by password is not led.
def cookies_of_others():
    for bad in ("9" * 11, "1" * 10, "1" * 12, "<script>123", "tour"):
        b, _ = enter("head")
        b.cookies["tour"] = bad
        equal(box_of(b.see("/ban-lam-viec")[1]), "", bad)
    equal(box_of(Browser(p, "head").see("/ban-lam-viec")[1]), "")
    b, _ = enter("head")
    true(re.fullmatch(r"[-0-5]{11}", b.cookies["tour"]), b.cookies["tour"])


def pressing_is_a_form_of_ours():
    body = {"Content-Type": "application/x-www-form-urlencoded"}
    true(p.ask("POST", "/thu-vai/admin", b"a=1", body)[0] == 403, "without an origin")
    true(p.ask("POST", "/thu-vai/admin", b"a=1", {**body, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"})[0] == 403, "from elsewhere")
    true(p.ask("GET", "/thu-vai/admin", None, {})[0] in (404, 405), "by a link")
    b, _ = enter("citizen")
    equal(b.post("/thu-vai/admin", {"a": "1"})[0], 403, "with a session, without its token")
    for nobody in ("system", "stranger", "nobody", "counter2"):
        equal(Browser(p).post("/thu-vai/" + nobody, {"a": "1"})[0], 404, nobody)


# The record says that it was a sample's one press; each is a session of its own, and the one before ended.
def it_is_recorded():
    count = lambda: int(p.rows("select count(*) from log_text where kind = 'account.sample_sign_in'")[0][0])
    before = count()
    b, _ = enter("head")
    old = dict(b.cookies)
    enter("director", b)
    equal(count() - before, 2)
    thief = Browser(p)
    thief.cookies = old
    equal(thief.get("/ban-lam-viec")[0], 303, "the session before is over")


def a_locked_sample_stays_out():
    account = p.rows("select id from account where login = 'inspector'")[0][0]
    admin, _ = enter("admin")
    page = admin.page(f"/quan-tri/tai-khoan/{account}")
    form = form_of(page, f"/quan-tri/tai-khoan/{account}/khoa")
    status, text, _ = admin.post(form["action"], {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})
    true(status == 303, f"{status} {text_of(text)[:300]}")
    b = Browser(p)
    form = form_of(b.page("/dang-nhap"), "/thu-vai/inspector")
    status, page, _ = b.post("/thu-vai/inspector", {"a": "1"})
    true(status == 404 and SAY["TOUR_GONE"] in text_of(page), f"{status} {text_of(page)[:200]}")


def elsewhere_there_is_none():
    data = os.path.join(root, "real")
    equal(run("migrate", "--data", data)[0], 0)
    with Server(data=data) as real:
        b = Browser(real)
        page = b.page("/dang-nhap")
        true("thu-vai" not in page.text and box_of(page.text) == "", "the sign-in page")
        true("thu-vai" not in b.page("/tro-nang").text, "the footer")
        for role in p.people:
            equal(b.post("/thu-vai/" + role, {"a": "1"})[0], 404, role)
        b.cookies["tour"] = "1" * 11
        for n in range(STEPS + 1):
            equal(b.get(f"/thu-vai/buoc/{n}")[0], 404, n)


tests.run(a_card_a_role, *[tour_of(role) for role in p.people], closed_stays_closed, closing_leads_only_home, cookies_of_others, pressing_is_a_form_of_ours, it_is_recorded,
          a_locked_sample_stays_out, elsewhere_there_is_none, p.ends_well)
tests.end()
