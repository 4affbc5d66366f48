#!/usr/bin/env python3
"""Deadlines that pass: the sample province is made in October 2026 and served five weeks later, the program's wall clock set by the test.

usage: clock_test.py PROGRAM SOURCE_DIR [WORD]     Ends in "N passed, N failed". The tests build on each other, in the order of the list at the end.
"""
import datetime, email, email.policy, glob, os, re, shutil, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal, pdf, root, set_clock, source, true, until

VN = datetime.timezone(datetime.timedelta(hours=7))
FILED = datetime.datetime(2026, 10, 5, 9, 0, tzinfo=VN)   # a Monday; no day off until the next day below
SERVED = datetime.datetime(2026, 11, 10, 9, 0, tzinfo=VN)  # a Tuesday, after the morning's mails are due
MORNING = datetime.datetime(2026, 11, 11, 7, 20, tzinfo=VN)
XRAY = "bx-cap-phep-xquang"

set_clock(FILED)
s = Program(dossiers=12)
api, act = s.api, s.act
old = {}  # by step: codes of October
new = []  # codes of November


def page(path, role):
    status, body, _ = s.ask("GET", path, token=s.token(role))
    equal(status, 200, f"{role} {path}")
    return body.decode()


def codes(role, view):
    return set(re.findall(r'href="/ban-lam-viec/ho-so/(H99[^"/]+)"', page("/ban-lam-viec?xem=" + view, role)))


def count_of(role, view):
    """The number beside a list's name, on every page of the desk."""
    html = re.search(rf'href="/ban-lam-viec\?xem={view}"[^>]*>(.*?)</a>', page("/ban-lam-viec/so-theo-doi", role), re.S).group(1)
    return int((re.findall(r"\d+", re.sub(r"<[^>]+>", " ", html)) or ["0"])[-1])


def warnings(day):
    """To whom, and what stands in it: that morning's mails to officials."""
    found = {}
    for name in glob.glob(os.path.join(s.data, "mail", "*.eml")):
        with open(name, "rb") as f:
            m = email.message_from_bytes(f.read(), policy=email.policy.default)
        if "sắp đến hạn hoặc quá hạn" in m["Subject"] and m["Date"].datetime.astimezone(VN).date() == day.date():
            equal(found.setdefault(m["X-Sink-To"], m.get_content()), m.get_content(), "one mail a person")
    return found


def file(channel_out="online"):
    example = api("citizen", "GET", f"/procedures/{XRAY}/form")["example"]
    one = api("citizen", "POST", "/files?name=a.pdf", pdf(), 201, Content_Type="application/pdf")["id"]
    return api("citizen", "POST", "/dossiers", {"procedure": XRAY, "answers": example["answers"], "channel_out": channel_out,
                                               "files": [{"field": f["field"], "file": one} for f in example["files"]]}, 201)["code"]


def go_to(time):
    s.stop()
    set_clock(time)
    s.tokens.clear()
    s.start()


def five_weeks_pass():
    old["online"] = [file()]
    go_to(SERVED)
    for d in api("counter", "GET", "/dossiers?limit=50")["items"]:
        true(d["sent_at"].startswith("2026-10-05T09:0"), d)
        old.setdefault(d["step"], []).append(d["code"])
    equal(sorted(old), ["assign", "check", "decide", "examine", "online", "propose", "review"])


# F-035: an online dossier is to be answered within eight working hours; what was not is red at the counter, and counter and head are told by mail.
def answered_in_eight_hours_or_told():
    [late] = old["online"]
    equal(api("counter", "GET", f"/dossiers/{late}")["answer_due"][:16], "2026-10-06T09:00")
    new.append(file())
    equal(api("counter", "GET", f"/dossiers/{new[0]}")["answer_due"][:13], "2026-11-11T09")
    first = re.search(r"Cần trả lời trong 8 giờ làm việc</h2>.*?</section>", page("/quay", "counter"), re.S).group(0)
    by_code = {c: re.search(rf"{c}.*?</tr>", first, re.S).group(0) for c in (late, new[0])}
    true("quá 25 ngày" in by_code[late] and 'class="tag late"' not in by_code[new[0]], by_code)
    true(first.index(late) < first.index(new[0]), "the late one stands first")
    def told(of_unit):
        return [x for x in warnings(SERVED).values() for line in x.splitlines() if line.startswith(f"{late}: QUÁ HẠN") and ("(của đơn vị)" in line) == of_unit]
    until("the counter's mail", lambda: told(False))
    until("the head's mail", lambda: told(True))
    act("counter", new[0], "accept")
    act("counter", late, "refuse", reason="Không thuộc thẩm quyền của Sở.")
    [left] = [x for x in api("citizen", "GET", f"/dossiers/{new[0]}/timeline")["items"] if x["kind"] == "dossier.accept"]
    equal((left["limit_minutes"], left["late_minutes"]), (480, 0))
    [left] = [x for x in api("counter", "GET", f"/dossiers/{late}/timeline")["items"] if x["kind"] == "dossier.refuse"]
    true(left["limit_minutes"] == 480 and left["late_minutes"] == left["spent_minutes"] - 480 > 24 * 8 * 60, left)
    for view in ("cho-nhan", "qua-han", "sap-den-han"):
        equal(codes("counter", view) & {late}, set(), "answered: in no list any more")


# F-054: due soon, late and waiting, in the lists of each person, with their numbers on every page.
def lists_of_what_is_due():
    new.append(file())
    everything = {c for v in old.values() for c in v}
    true(new[1] in codes("counter", "sap-den-han") and new[1] not in codes("counter", "qua-han"), "due tomorrow")
    mine = set(old["examine"] + old["propose"])
    equal((codes("specialist", "cua-toi"), codes("specialist", "qua-han") >= mine), (mine, True))
    late = codes("head", "qua-han")
    true(late and late <= everything and new[0] not in late, late)
    for role in ("counter", "specialist", "head"):
        for view in ("cua-toi", "cho-nhan", "sap-den-han", "qua-han", "co-quan"):
            equal(count_of(role, view), len(codes(role, view)), f"{role} {view}")
    badge = re.search(rf'{old["examine"][0]}.*?</tr>', page("/ban-lam-viec?xem=qua-han", "specialist"), re.S).group(0)
    true("quá 21 ngày" in badge, badge)


# F-094: what is new raises a number on every page of who must act; what is due soon and late comes by mail, each morning, to the one who has it.
def officers_are_reminded():
    before = {role: count_of(role, view) for role, view in (("counter", "cho-nhan"), ("head", "cho-nhan"), ("specialist", "cua-toi"))}
    code = file()
    until("what others file is counted within five seconds", lambda: count_of("counter", "cho-nhan") == before["counter"] + 1)
    act("counter", code, "accept")
    equal((count_of("counter", "cho-nhan"), count_of("head", "cho-nhan")), (before["counter"], before["head"] + 1))
    [assign] = [a for a in api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    act("head", code, "assign", to=next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"]))
    equal((count_of("head", "cho-nhan"), count_of("specialist", "cua-toi")), (before["head"], before["specialist"] + 1))
    own = until("the specialist's mail", lambda: [x for x in warnings(SERVED).values()
                                                  if all(f"{c}: QUÁ HẠN" in x for c in old["examine"] + old["propose"]) and "(của đơn vị)" not in x])
    equal(len(own), 1, "the specialist's")
    equal([c for c in old["check"] + old["assign"] if c in own[0]], [], "what others have")
    go_to(MORNING)
    told = until("the next morning's mail", lambda: [x for x in warnings(MORNING).values() if f"{new[1]}: sắp đến hạn" in x])
    true(all(code not in x for x in told), "it is due in three weeks")
    until("the specialist is told again", lambda: [x for x in warnings(MORNING).values() if f"{old['examine'][0]}: QUÁ HẠN" in x and f"{new[1]}" not in x])


def packs_of_the_province():
    """The standard process with other steps under a name of its own, and a procedure that takes it."""
    packs = os.path.join(root, "packs")
    for folder in ("processes", "procedures"):
        os.makedirs(os.path.join(packs, folder))
    with open(os.path.join(source, "packs/processes/mot-cua-chuan.bpmn"), encoding="utf-8") as f:
        text = f.read()
    for was, becomes in (
            ('<process id="mot-cua-chuan"', '<process id="quy-trinh-tinh"'), ('bpmnElement="mot-cua-chuan"', 'bpmnElement="quy-trinh-tinh"'),
            ('name="Thẩm định hồ sơ" motcua:role="specialist"', 'name="Thẩm định tại cơ sở" motcua:role="specialist"'), ('motcua:percent="45"', 'motcua:percent="20"'),
            ('name="Trưởng phòng kiểm tra" motcua:role="head"', 'name="Phó giám đốc kiểm tra" motcua:role="director"')):
        true(was in text, was)
        text = text.replace(was, becomes)
    # A branch: what is refused goes to the decision without the review.
    text = text.replace('<sequenceFlow id="f_proposed" sourceRef="propose" targetRef="review"/>', """<sequenceFlow id="f_proposed" sourceRef="propose" targetRef="g_proposed"/>
    <exclusiveGateway id="g_proposed" default="f_to_review"><incoming>f_proposed</incoming><outgoing>f_to_review</outgoing><outgoing>f_short</outgoing></exclusiveGateway>
    <sequenceFlow id="f_to_review" sourceRef="g_proposed" targetRef="review"/>
    <sequenceFlow id="f_short" sourceRef="g_proposed" targetRef="decide" name="Từ chối">
      <conditionExpression xsi:type="tFormalExpression">{"==": [{"var": "outcome"}, "refuse"]}</conditionExpression>
    </sequenceFlow>""")
    review, decide = '<userTask id="review"', '<userTask id="decide"'
    text = re.sub(rf'({review}.*?)<incoming>f_proposed</incoming>', r"\1<incoming>f_to_review</incoming>", text, flags=re.S)
    text = re.sub(rf'({decide}[^>]*>)', r"\1<incoming>f_short</incoming>", text)
    with open(os.path.join(packs, "processes/quy-trinh-tinh.bpmn"), "w", encoding="utf-8") as f:
        f.write(text)
    with open(os.path.join(source, f"packs/procedures/{XRAY}.json"), encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(packs, f"procedures/{XRAY}.json"), "w", encoding="utf-8") as f:
        f.write(text.replace('"process": "mot-cua-chuan"', '"process": "quy-trinh-tinh"'))
    return packs


def settle(code, outcome):
    act("counter", code, "accept")
    [assign] = [a for a in api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    act("head", code, "assign", to=next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"]))
    act("specialist", code, "finish")
    return act("specialist", code, "submit", outcome=outcome, text="Đề nghị của phòng.")["step"]


# F-038: steps, roles, shares of the limit and branches are a file of the province over the same program; what runs goes on as it began.
def a_process_is_data():
    running = [file(), file()]
    limits = {}
    equal(settle(running[0], "refuse"), "review", "the standard process has no short way")
    limits["standard"] = limit_of(running[0])
    s.stop()
    s.settings["packs_dir"] = packs_of_the_province()
    s.start()
    act("director", running[0], "approve", 403)
    equal(act("head", running[0], "approve")["step"], "decide")
    code = file()
    equal(settle(code, "refuse"), "decide", "the branch")
    limits["province"] = limit_of(code)
    true(abs(limits["province"] / limits["standard"] - 20 / 45) < 0.02, limits)
    true("Thẩm định tại cơ sở" in page("/ban-lam-viec/ho-so/" + code, "specialist"), "the step's name")
    true("Thẩm định tại cơ sở" not in page("/ban-lam-viec/ho-so/" + running[0], "specialist"), "the running one's")
    code = file()
    equal(settle(code, "result"), "review")
    act("head", code, "approve", 403)
    equal(act("director", code, "approve")["step"], "decide", "another role")
    equal(settle(running[1], "refuse"), "review", "filed before, it goes the old way")


def limit_of(code):
    [left] = [x for x in api("specialist", "GET", f"/dossiers/{code}/timeline")["items"] if x["kind"] == "dossier.finish"]
    return left["limit_minutes"]


def the_record_is_whole():
    s.ends_well()


tests = Tests()
tests.run(five_weeks_pass, answered_in_eight_hours_or_told, lists_of_what_is_due, officers_are_reminded, a_process_is_data, the_record_is_whole)
tests.end()
