#!/usr/bin/env python3
"""A list asked for as a workbook: what is in the file, who may fetch it, what is recorded, and that it goes.

usage: workbook_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import datetime, glob, io, json, os, re, sys, xml.etree.ElementTree as ET, zipfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, engine, equal, run, set_clock, true, until, writing
from browser import Browser, Page, form_of, text_of

p = Program(dossiers=40)
tests = Tests()
people, kept = {}, {}
PAGE = "/ban-lam-viec/tep"
ZONE = datetime.timezone(datetime.timedelta(hours=7))
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet(book, number=1):
    """Rows of cells: texts as str, numbers as float, what is empty as None."""
    out = []
    for row in ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(X + "row"):
        cells = {}
        for c in row.iter(X + "c"):
            column = re.match(r"[A-Z]+", c.get("r")).group(0)
            inline, v = c.find(X + "is"), c.find(X + "v")
            cells[ord(column) - 65] = "".join(t.text or "" for t in inline.iter(X + "t")) if inline is not None else float(v.text) if v is not None else None
        out.append([cells.get(i) for i in range(max(cells) + 1)])
    return out


def when(serial):
    return datetime.datetime(1899, 12, 30, tzinfo=ZONE) + datetime.timedelta(days=serial)


def ask(who, query):
    """Presses the button of the list; the address of the newest file, once it is there."""
    b = people[who]
    page = b.page("/ban-lam-viec" + query)
    form = form_of(page, "/ban-lam-viec/xuat.xlsx")
    status, _, headers = b.post(form["action"], {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})
    equal((status, headers["Location"]), (303, PAGE))
    return until("the file is made", lambda: "data-again" not in b.see(PAGE)[1] and newest(who))


def newest(who):
    links = [x for x in people[who].page(PAGE).links if re.fullmatch(PAGE + r"/\d+", x)]
    return links[0] if links else None


def sign_in():
    for role in ("head", "specialist", "citizen"):
        people[role] = Browser(p, role)


def what_was_asked_for_is_in_it():
    kept["url"] = ask("head", "?xem=co-quan&kenh=online")
    status, content, headers = people["head"].ask("GET", kept["url"])
    equal((status, headers["Content-Type"]), (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
    true(re.search(r'attachment; filename="danh-sach-ho-so-20\d\d-\d\d-\d\d.xlsx"', headers["Content-Disposition"]), headers["Content-Disposition"])
    kept["file"] = content
    head, *lines = sheet(zipfile.ZipFile(io.BytesIO(content)))
    equal(head[:4], ["Mã hồ sơ", "Thủ tục", "Người nộp hồ sơ", "Tình trạng"])
    agency = p.rows("select settling_agency from dossier group by 1 order by count(*) desc limit 1")[0][0]
    want = p.rows("select code, procedure_name, applicant_name, sent_at, due, id from dossier_desk where channel_in = 'online' and settling_agency = %d and state in "
                  "('received', 'supplement', 'fee', 'processing', 'signing', 'done') order by by_due, id" % int(agency))
    true(len(want) > 5, "a list to speak of")
    kept["ids"] = [x[5] for x in want]
    equal([x[:3] for x in lines], [list(x[:3]) for x in want])
    for line, x in zip(lines, want):  # days and times are numbers of the format, in Vietnam
        equal(abs(when(line[7]).timestamp() * 1000 - int(x[3])) < 1000, True, f"{when(line[7])} {x[3]}")
        equal(len(line) < 11 or line[10] is None if not x[4] else abs(when(line[10]).timestamp() * 1000 - int(x[4])) < 1000, True, "due")
    equal({x[6] for x in lines}, {"Trực tuyến"})


def days_are_shown_as_people_here_write_them():
    book = zipfile.ZipFile(io.BytesIO(kept["file"]))
    formats = {f.get("numFmtId"): f.get("formatCode") for f in ET.fromstring(book.read("xl/styles.xml")).iter(X + "numFmt")}
    styles = [formats.get(x.get("numFmtId")) for x in ET.fromstring(book.read("xl/styles.xml")).find(X + "cellXfs")]
    cells = [c for c in ET.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(X + "c") if re.fullmatch(r"H\d+", c.get("r")) and c.get("r") != "H1"]
    equal({styles[int(c.get("s"))] for c in cells}, {"dd/mm/yyyy hh:mm"})


def each_dossier_in_it_is_recorded_as_read():
    number = kept["url"].rsplit("/", 1)[1]
    found = [(r[0], json.loads(r[1])) for r in p.rows("select e.person, e.body from log_text e where e.kind = 'dossier.list' order by e.id")]
    mine = [(who, x) for who, x in found if x.get("workbook") == number]
    equal([i for _, x in mine for i in x["ids"]], kept["ids"])
    equal({x["filter"] for _, x in mine}, {"xem=co-quan&kenh=online"})
    person = p.rows("select person from account where login = '%s'" % p.people["head"]["login"])[0][0]
    equal({int(who) for who, _ in mine}, {int(person)})


def nobody_else_fetches_it():
    other = people["specialist"]
    equal(other.get(kept["url"])[0], 404)
    equal(kept["url"] in other.see(PAGE)[1], False)
    hidden = p.hidden("/ban-lam-viec", "; ".join(f"{k}={v}" for k, v in other.cookies.items()))
    equal(other.post(kept["url"] + "/xoa", hidden)[0], 404)
    equal(people["citizen"].get(kept["url"])[0], 403)
    status, _, headers = p.ask("GET", kept["url"], headers={"Accept": "text/html"})
    equal((status, headers["Location"].split("?")[0]), (303, "/dang-nhap"))
    equal(people["head"].get(kept["url"])[0], 200)


def the_dossiers_behind_a_figure_too():
    people["director"] = b = Browser(p, "director")
    form = form_of(b.page("/bang-dieu-hanh/ho-so?so=received&ky=36-thang"), "/bang-dieu-hanh/ho-so.xlsx")
    equal(b.post(form["action"], {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})[0], 303)
    until("the file is made", lambda: "data-again" not in b.see(PAGE)[1])
    status, content, _ = b.ask("GET", newest("director"))
    equal(status, 200)
    head, *lines = sheet(zipfile.ZipFile(io.BytesIO(content)))
    agency = p.rows("select settling_agency from dossier group by 1 order by count(*) desc limit 1")[0][0]
    equal([x[0] for x in lines], [x[0] for x in p.rows(f"select code from dossier where settling_agency = {agency} order by id")])
    equal({type(x[4]) for x in lines}, {float})
    names = [x[0] for x in p.rows("select distinct applicant_name from dossier") if len(x[0]) > 8]
    equal([n for n in names if any(n in str(c) for x in lines for c in x)], [], "names of people")


def figures_of_boards_are_numbers():
    b = people["director"]

    def book(path):
        status, content, _ = b.ask("GET", path)
        equal(status, 200, path)
        return sheet(zipfile.ZipFile(io.BytesIO(content)))

    head, *lines = book("/bang-dieu-hanh/bieu-ii-06a.xlsx?ky=36-thang")
    equal({type(c) for x in lines for c in x[2:]}, {float})
    for x in lines:  # the columns' own sums: (3) = (4) + (5) + (6), (7) = (8) + (9) + (10)
        equal((x[2], x[6]), (sum(x[3:6]), sum(x[7:10])))
    shares = [x[1] for x in book("/bang-dieu-hanh/so-lieu.xlsx?bieu-do=truc-tuyen&ky=36-thang")[1:] if len(x) > 1 and x[1] is not None]
    true(shares and all(isinstance(x, float) and 0 <= x <= 1 for x in shares), shares)
    points = [x[2] for x in book("/bang-dieu-hanh/chi-so.xlsx?bo=qd766-2022")[1:]]
    true(any(isinstance(x, float) for x in points), points)


def an_english_page_has_english_numbers_and_keeps_its_filter():
    b = people["director"]
    page = b.page("/bang-dieu-hanh?ky=36-thang&xem=thu-tuc")
    [to] = {x for x in page.links if "lang=" in x}
    equal(to, "/bang-dieu-hanh?ky=36-thang&xem=thu-tuc&lang=en")
    text = text_of(b.see(to)[1])
    equal(re.findall(r"\d,\d\s?%|\d\u00a0%", text), [])
    true(re.search(r"\d%", text), "a share")
    equal("thu-tuc" in b.see(to)[1] and 'lang="en"' in b.see(to)[1], True)
    b.see("/bang-dieu-hanh?lang=vi")


def it_lies_sealed():
    equal(b"xl/workbook.xml" in kept["file"], True)
    for path in glob.glob(p.data + "/blobs/**/*", recursive=True) + glob.glob(p.data + "/uploads/*"):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                equal(b"xl/workbook.xml" in f.read(), False, path)


def who_asked_is_told_by_mail():
    def mail():
        for path in glob.glob(p.data + "/mail/*.eml"):
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read()
            if "To: " + p.rows("select email from account where login = '%s'" % p.people["head"]["login"])[0][0] in text and "Excel" in text.replace("=\n", ""):
                return text
        return None
    email = p.rows("select email from account where login = '%s'" % p.people["head"]["login"])[0][0]
    if not email:
        raise AssertionError("the sample's head has no address")
    until("a mail", mail)


def the_same_pressed_twice_is_one_file():
    before = len(re.findall(PAGE + r"/\d+\"", people["head"].see(PAGE)[1]))
    page = people["head"].page("/ban-lam-viec?xem=co-quan")
    form = form_of(page, "/ban-lam-viec/xuat.xlsx")
    hidden = {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"}
    for _ in range(3):  # one act, three clicks
        equal(people["head"].post(form["action"], hidden)[0], 303)
    until("made", lambda: "data-again" not in people["head"].see(PAGE)[1])
    equal(len(re.findall(PAGE + r"/\d+\"", people["head"].see(PAGE)[1])), before + 1)


def ten_files_are_enough():
    while len(re.findall(PAGE + r"/\d+\"", people["head"].see(PAGE)[1])) < 10:
        ask("head", "?xem=cua-toi")
    form = form_of(people["head"].page("/ban-lam-viec?xem=qua-han"), "/ban-lam-viec/xuat.xlsx")
    status, text, _ = people["head"].post(form["action"], {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})
    equal((status, "đang giữ 10 tệp" in text_of(text)), (409, True))
    status, _, _ = people["head"].fill(PAGE, newest("head") + "/xoa")
    equal(status, 303)
    ask("head", "?xem=qua-han")


def who_lost_a_role_fetches_no_more():
    """As if a role had gone since: the file was made with one more than the head holds."""
    if engine == "pg":
        return
    equal(people["head"].get(kept["url"])[0], 200)
    with writing(p.data) as db:
        db.execute("update workbook set rights = rights || ' clerk:1:1'")
    db.close()
    status, text = people["head"].see(kept["url"])[:2]
    equal((status, "Vai trò của Ông/Bà đã thay đổi" in text_of(text)), (403, True))
    with writing(p.data) as db:
        db.execute("update workbook set rights = replace(rights, ' clerk:1:1', '')")
    db.close()
    equal(people["head"].get(kept["url"])[0], 200)


def an_erasure_takes_them_all():
    code = p.rows("select code from dossier where channel_in = 'online' order by id limit 1")[0][0]
    equal(run("erase", *p.place, "--code", code, "--reason", "Theo yêu cầu")[0], 0)
    equal(people["head"].get(kept["url"])[0], 404)
    true("Chưa có tệp nào" in people["head"].see(PAGE)[1], "no file is left")


def after_a_day_it_is_gone():
    url = ask("head", "?xem=co-quan")
    blob = p.rows("select blob from workbook order by id desc limit 1")[0][0]
    path = f"{p.data}/blobs/{blob[:2]}/{blob}"
    equal(os.path.exists(path), True)
    equal(p.stop(), 0)
    set_clock(datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=25))
    p.start()
    people["head"] = Browser(p, "head")
    equal(people["head"].get(url)[0], 404)
    until("the row is gone", lambda: not p.rows("select id from workbook"))
    until("the file is gone", lambda: not os.path.exists(path))


tests.run(sign_in, what_was_asked_for_is_in_it, days_are_shown_as_people_here_write_them, each_dossier_in_it_is_recorded_as_read, nobody_else_fetches_it, the_dossiers_behind_a_figure_too, figures_of_boards_are_numbers, an_english_page_has_english_numbers_and_keeps_its_filter, it_lies_sealed, who_asked_is_told_by_mail,
          the_same_pressed_twice_is_one_file, ten_files_are_enough, who_lost_a_role_fetches_no_more, an_erasure_takes_them_all, after_a_day_it_is_gone)
tests.run(p.ends_well)
tests.end()
