#!/usr/bin/env python3
"""Two owners of a dossier: the account that filed it, and whoever it names by a number that an official compared with papers.

usage: owner_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed". The tests build on each other, in the order of the list at the end.
"""
import os, re, sys, urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import FORM, Program, Tests, equal, pdf, run, true
from browser import Browser

XRAY, NUMBER = "bx-cap-phep-xquang", "001190000001"  # the number of the demonstration's citizen
p = Program(dossiers=3)
tests = Tests()
codes = {}


def file(role, **more):
    example = p.api(role, "GET", f"/procedures/{XRAY}/form")["example"]
    one = p.api(role, "POST", "/files?name=a.pdf", pdf(), 201, Content_Type="application/pdf")["id"]
    body = {"procedure": XRAY, "answers": example["answers"], "files": [{"field": f["field"], "file": one} for f in example["files"]], **more}
    return p.api(role, "POST", "/dossiers", body, 201)["code"]


def listed(role):
    return [x["code"] for x in p.api(role, "GET", "/dossiers?limit=100")["items"]]


def sees(role, code, yes):
    for path in (f"/dossiers/{code}", f"/dossiers/{code}/timeline"):
        p.api(role, "GET", path, want=200 if yes else 404)
    equal(Browser(p, role).see("/ho-so/" + code)[0], 200 if yes else 404, f"{role} {code}")
    equal(code in listed(role), yes, f"{role} lists {code}")


# F-034: filed for another, online and on paper; both see it, one acts.
def filed_online_by_an_agent():
    codes["agent"] = code = file("business", applicant={"name": "Nguyễn Thị Mẫu Công Dân", "identity": NUMBER, "agent": {"name": "x", "paper": "GUQ 7"}})
    sees("business", code, True)
    sees("citizen", code, True)
    equal(p.api("citizen", "GET", f"/dossiers/{code}")["actions"], [])
    true("withdraw" in p.api("business", "GET", f"/dossiers/{code}")["actions"], "the agent acts")
    p.act("citizen", code, "withdraw", 403, reason="x")
    page = Browser(p, "citizen").see("/ho-so/" + code)[1]
    true("do tài khoản khác nộp" in page and " · Người nộp thay" in page, page[-3000:])
    true(" · Người nộp thay" in Browser(p, "counter").see("/ban-lam-viec/ho-so/" + code)[1], "the officials' page says who sent it")
    true("by" not in p.api("citizen", "GET", f"/dossiers/{file('citizen')}/timeline")["items"][0], "only where there are two")
    equal(p.api("citizen", "GET", f"/dossiers/{code}/timeline")["items"][0]["by"], "agent")


def brought_on_paper_by_an_agent():
    form = {"kind": "person", "identity": NUMBER, "name": "Phạm Thị Mẫu Tại Quầy", "phone": "0912345678", "address": "Phường Mẫu", "rep_name": "Vũ Văn Mẫu Thay",
            "rep_identity": "001090000002", "rep_paper": "Giấy uỷ quyền 12/UQ", "channel_in": "counter", "channel_out": "counter", "all_here": "1", "twin_seen": "1"}
    status, body, _ = p.ask("POST", f"/quay/nop/{XRAY}", urllib.parse.urlencode(form), {"Content-Type": FORM}, p.token("counter"))
    true(status in (200, 303), re.sub(r"<[^>]+>", " ", body.decode())[:1500])
    codes["counter"] = code = p.api("counter", "POST", "/dossiers/search", {"q": form["name"]})["items"][0]["code"]
    sees("citizen", code, True)
    sees("business", code, False)
    true("stop" in p.api("citizen", "GET", f"/dossiers/{code}")["actions"], "no account filed it: the applicant has it in hand")


def taken_back_and_given_again():
    account = p.rows("select id from account where login = 'citizen'")[0][0]
    admin = Browser(p, "admin")
    equal(admin.fill(f"/quan-tri/tai-khoan/{account}", f"/quan-tri/tai-khoan/{account}/bo-doi-chieu")[0], 303)
    p.tokens.pop("citizen")
    for code in codes.values():
        sees("citizen", code, False)
    sees("business", codes["agent"], True)
    equal(admin.fill(f"/quan-tri/tai-khoan/{account}", f"/quan-tri/tai-khoan/{account}/doi-chieu")[0], 303)
    for code in codes.values():
        sees("citizen", code, True)


def the_record_agrees():
    p.stop()
    code, out, err = run("verify", *p.place)
    equal(code, 0, out + err)


tests.run(filed_online_by_an_agent, brought_on_paper_by_an_agent, taken_back_and_given_again, the_record_agrees)
tests.end()
