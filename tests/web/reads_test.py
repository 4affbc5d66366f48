#!/usr/bin/env python3
"""Who read a dossier: each official once in ten minutes with a count, shown to its owner; nothing is lost when the program is killed.

usage: reads_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import html, json, os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal
from browser import Browser

p = Program(dossiers=6)
tests = Tests()
people, place = {}, {}


def entries(kind):
    rows = p.rows(f"select e.person, e.role, e.body from log_text e join dossier d on d.id = e.subject where e.kind = '{kind}' and d.code = '{place['code']}' order by e.id")
    return [(r[0], r[1], json.loads(r[2])) for r in rows]


def sign_in():
    for role in ("citizen", "business", "specialist", "head", "inspector"):
        people[role] = Browser(p, role)
    mine = people["citizen"].see("/ho-so-cua-toi")[1]
    place["code"] = re.search(r'href="/ho-so/([^"/?#]+)"', mine).group(1)
    place["staff"] = "/ban-lam-viec/ho-so/" + place["code"]
    place["before"] = len(entries("dossier.read"))


# F-152: the access log, and the subject's view of it.
def many_looks_are_one_record_each():
    for role, times in (("specialist", 4), ("head", 1), ("inspector", 2)):
        for _ in range(times):
            equal(people[role].see(place["staff"])[0], 200, role)
    new = entries("dossier.read")[place["before"]:]
    equal([(role, body["purpose"]) for _, role, body in new], [("specialist", new[0][2]["purpose"]), ("head", "lead"), ("inspector", "inspect")])
    equal(new[0][2]["purpose"] in ("work", "office"), True)
    equal(entries("dossier.read_count"), [])


def counts_are_told_when_the_program_stops():
    equal(p.stop(), 0)
    p.start()
    counts = entries("dossier.read_count")
    equal(sorted((role, body["count"]) for _, role, body in counts), [("inspector", 2), ("specialist", 4)])
    firsts = {e[0] for e in p.rows("select e.id from log_text e where e.kind = 'dossier.read'")}
    equal(all(body["first"] in firsts for _, _, body in counts), True)


def the_owner_sees_unit_post_time_purpose_and_count():
    page = html.unescape(people["citizen"].see("/ho-so/" + place["code"])[1])
    readers = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("Ai đã xem hồ sơ này"):]))
    for words in ("4 lần trong mười phút", "2 lần trong mười phút", "lãnh đạo, điều hành việc giải quyết", "thanh tra, kiểm tra"):
        if words not in readers:
            raise AssertionError(f"{words!r} not in {readers[:900]}")
    if not re.search(r"\d\d/\d\d/20\d\d, \d\d:\d\d", readers):
        raise AssertionError("no time")
    equal(people["business"].see("/ho-so/" + place["code"])[0], 404, "another's")


# Only what is durable leaves: after the page nothing that happens to the process can undo the record.
def a_read_and_its_count_survive_a_kill():
    before, counted = len(entries("dossier.read")), len(entries("dossier.read_count"))
    for _ in range(3):
        equal(people["specialist"].see(place["staff"])[0], 200)
    p.kill()
    equal((len(entries("dossier.read")), len(entries("dossier.read_count"))), (before + 1, counted))
    p.start()
    equal(people["specialist"].see(place["staff"])[0], 200)
    equal(len(entries("dossier.read")), before + 1, "the new process goes on counting")
    equal(p.stop(), 0)
    p.start()
    equal([(role, body["count"]) for _, role, body in entries("dossier.read_count")[counted:]], [("specialist", 4)])


def counts_of_another_run_of_the_kernel_are_forgotten():
    """Of a power cut anything may be left in that file."""
    counted = len(entries("dossier.read_count"))
    for _ in range(2):
        equal(people["specialist"].see(place["staff"])[0], 200)
    p.kill()
    with open(os.path.join(p.data, "looks.0"), "r+b") as f:
        f.seek(16)  # the boot's own number
        f.write(b"another")
        f.seek(56)
        f.write(os.urandom(20000))
    p.start()
    equal(people["specialist"].see(place["staff"])[0], 200)
    equal(p.stop(), 0)
    p.start()
    equal(len(entries("dossier.read_count")), counted)


def a_list_is_one_record_with_its_filter():
    """What was searched for may be a name: it is not in the record."""
    before = len(p.rows("select id from log_text where kind = 'dossier.list'"))
    equal(people["head"].see("/ban-lam-viec?xem=co-quan")[0], 200)
    status, _, to = people["head"].fill("/ban-lam-viec?xem=co-quan", "/ban-lam-viec/tim", tim="Mẫu")
    equal((status, "Mẫu" in to, "M%E1%BA%ABu" in to), (303, False, False), to)
    equal(people["head"].see(to)[0], 200)
    rows = p.rows("select body from log_text where kind = 'dossier.list' order by id desc")
    found, listed = json.loads(rows[0][0]), json.loads(rows[1][0])
    equal((len(rows), listed["filter"], found["filter"], len(found["ids"]) > 0, "tim" in rows[0][0]), (before + 3, "xem=co-quan", "", True, False))


def the_record_is_whole():
    p.ends_well()


tests.run(sign_in, many_looks_are_one_record_each, counts_are_told_when_the_program_stops, the_owner_sees_unit_post_time_purpose_and_count,
          a_read_and_its_count_survive_a_kill, counts_of_another_run_of_the_kernel_are_forgotten, a_list_is_one_record_with_its_filter, the_record_is_whole)
tests.end()
