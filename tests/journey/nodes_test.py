#!/usr/bin/env python3
"""Two nodes on one PostgreSQL database and one folder of files: whatever is done twice at the same moment is done once, and each number is given once.

usage: nodes_test.py PROGRAM SOURCE_DIR pg     The tests build on each other. Ends in "N passed, N failed".
"""
import os, re, shutil, sys, threading
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Server, Tests, equal, true, until

XRAY, OFFICIALS, MANY = "bx-cap-phep-xquang", ("counter", "specialist", "head", "director", "clerk"), 4
one = Program(dossiers=6, start=False, node=1)
codes = []


def second_node():
    """A folder of its own with the same keys and the same signing token, and the files of the first: a link leads out of its folder, so it is not
    locked in."""
    data = one.data + "2"
    shutil.copytree(one.data, data, ignore=shutil.ignore_patterns("blobs", "lock", "*.sock", "parts", "uploads"))
    os.symlink(os.path.join(one.data, "blobs"), os.path.join(data, "blobs"))
    conf = os.path.join(data, "pki/softhsm2.conf")
    with open(conf, encoding="utf-8") as f:
        text = f.read()
    with open(conf, "w", encoding="utf-8") as f:
        f.write(text.replace(one.data + "/", data + "/"))
    s = Server(place=[*one.place[:-1], data], people=one.people, node=2, sandbox="no")
    s.codes, s.tokens = one.codes, one.tokens
    return s


two = second_node()


def both_serve():
    one.start()
    two.start()
    for role in ("citizen", *OFFICIALS):
        one.token(role)
    true(one.alive() and two.alive(), "both live")


def at_once(*calls):
    """What each gave, begun at the same moment."""
    gate, out = threading.Barrier(len(calls)), [None] * len(calls)

    def run(i):
        gate.wait()
        try:
            out[i] = calls[i]()
        except Exception as e:  # counted as an answer: none is expected
            out[i] = (repr(e), b"")
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return [(x[0], x[1]) for x in out]


def act(node, role, code, action, key=None, **more):
    return node.ask("POST", f"/api/v1/dossiers/{code}/actions", {"action": action, **more}, token=one.tokens[role], Idempotency_Key=key or os.urandom(12).hex())


def once(role, code, action, **more):
    """On both nodes and twice on each: one takes hold, the others are told that somebody was first."""
    got = at_once(*[lambda n=n: act(n, role, code, action, **more) for n in (one, two, one, two)])
    status = sorted(x[0] for x in got)
    equal((status[0], all(x in (403, 409) for x in status[1:])), (200, True), f"{action} of {code}: {got}")


def entries(code, kind):
    """How often that act stands on the record."""
    return [x["kind"] for x in one.api("citizen", "GET", f"/dossiers/{code}/timeline")["items"]].count("dossier." + kind)


def filed_at_once_each_has_a_code():
    got = []
    calls = [lambda n=n: got.append(n.send_example("citizen", XRAY)) or (201, b"") for n in (one, two) * MANY]
    equal({x[0] for x in at_once(*calls)}, {201})
    equal(len(set(got)), 2 * MANY, f"{got}")
    codes.extend(got)
    numbers = sorted(int(c.rsplit("-", 1)[1]) for c in got)
    equal(numbers, list(range(numbers[0], numbers[0] + 2 * MANY)), "none is left out")


def the_same_key_on_both_is_one_dossier():
    example, files = one.api(None, "GET", f"/procedures/{XRAY}/form")["example"], []
    for f in example["files"]:
        files.append({"field": f["field"], "file": one.api("citizen", "POST", "/files?name=a.pdf", b"%PDF-1.4\n%%EOF\n", Content_Type="application/pdf")["id"]})
    body, before = {"procedure": XRAY, "answers": example["answers"], "files": files}, one.rows("select count(*) from dossier")
    got = at_once(*[lambda n=n: n.ask("POST", "/api/v1/dossiers", body, token=one.tokens["citizen"], Idempotency_Key="hai-nut-1") for n in (one, two) * 3])
    equal({x[0] for x in got} <= {201, 409, 503}, True, f"{got}")
    equal(len({x[1] for x in got if x[0] == 201}), 1, "one answer")
    equal(int(one.rows("select count(*) from dossier")[0][0]) - int(before[0][0]), 1)


def a_withdrawal_and_an_acceptance_exclude_each_other():
    for code in codes[:2]:
        got = at_once(*[lambda n=n, r=r, a=a: act(n, r, code, a, reason="Không cần nữa") for n, r, a in
                        ((one, "citizen", "withdraw"), (two, "citizen", "withdraw"), (one, "counter", "accept"), (two, "counter", "accept"))])
        true([x for x in got if x[0] == 200] and all(x[0] in (200, 403, 409) for x in got), f"{got}")
        equal((entries(code, "withdraw") <= 1, entries(code, "accept") <= 1), (True, True), f"{got}")


def specialist_of(code):
    return re.search(r'<option[^>]*value="(\d+)"[^>]*>\s*[^<]*Thụ Lý', one.ask("GET", "/ban-lam-viec/ho-so/" + code, token=one.tokens["head"])[1].decode()).group(1)


def each_step_is_done_once():
    for code in codes[2:]:
        once("counter", code, "accept")
        once("head", code, "assign", to=specialist_of(code))


def demanded(code):
    return {f["id"]: f["amount"] for f in one.api("citizen", "GET", "/dossiers/" + code)["fees"] if f["state"] in ("demanded", "claimed")}


def the_last_two_fees_are_paid_at_the_same_moment():
    """Each confirmation sees the other's fee still open, unless they come one after the other: the dossier would wait for ever."""
    for code in codes[2:]:
        for _ in range(2):
            equal(act(one, "specialist", code, "demand_fee", quantities={"f6": 1})[0], 200)
        fees = demanded(code)
        equal(len(fees), 2)
        nodes = dict(zip(fees, (one, two)))
        got = at_once(*[lambda i=i: act(nodes[i], "counter", code, "confirm_paid", fee=i, method="transfer", amount=fees[i]) for i in fees])
        equal([x[0] for x in got], [200, 200])
        equal((demanded(code), one.api("specialist", "GET", "/dossiers/" + code)["state"]), ({}, "processing"), code)
    vouchers = [v[0] for v in one.rows("select voucher from dossier_fee where state = 'paid' and voucher is not null")]
    equal(len(set(vouchers)), len(vouchers), "a voucher is of one fee")


def a_fee_that_comes_while_the_last_is_paid_is_waited_for():
    for code in codes[2:]:
        equal(act(one, "specialist", code, "demand_fee", quantities={"f6": 1})[0], 200)
        [(fee, amount)] = demanded(code).items()
        got = at_once(lambda: act(one, "counter", code, "confirm_paid", fee=fee, method="transfer", amount=amount), lambda: act(two, "specialist", code, "demand_fee", quantities={"f6": 1}))
        equal([x[0] for x in got], [200, 200], f"{got}")
        equal(one.api("specialist", "GET", "/dossiers/" + code)["state"], "fee", f"{code}: a fee is open")
        [(fee, amount)] = demanded(code).items()
        equal(act(two, "counter", code, "confirm_paid", fee=fee, method="transfer", amount=amount)[0], 200)
        equal(one.api("specialist", "GET", "/dossiers/" + code)["state"], "processing")


def decided_once():
    for code in codes[2:]:
        once("specialist", code, "finish")
        once("specialist", code, "submit", outcome="result", text="Đề nghị cấp giấy phép.")
        once("head", code, "approve")
        once("director", code, "approve")


def signed(code):
    return [f for f in one.api("clerk", "GET", "/dossiers/" + code)["files"] if f["kind"] == "result" and f["state"] == "clean"]


def results_are_issued_once():
    """All at the same moment, each on both nodes; the number of each is its own."""
    for code in codes[2:]:
        until(f"{code} is signed", lambda: signed(code))
        equal(len(signed(code)), 1, "signed once")
    got = at_once(*[lambda n=n, c=c: act(n, "clerk", c, "issue") for c in codes[2:] for n in (one, two)])
    equal([x[0] for x in got].count(200), len(codes[2:]), f"{got}")
    numbers = [r[0] for r in one.rows("select result_number from dossier where result_number is not null and code in (%s)" % ",".join(f"'{c}'" for c in codes[2:]))]
    equal((len(numbers), len(set(numbers))), (len(codes[2:]), len(codes[2:])), f"{numbers}")


def handed_over_and_rated_at_the_same_moment():
    """What both add to the statistics is added once (the_record_is_whole)."""
    for code in codes[2:]:
        until("done", lambda: one.api("citizen", "GET", "/dossiers/" + code)["state"] == "done")
        got = at_once(lambda: act(one, "counter", code, "hand_over", collector="Nguyễn Thị Mẫu Công Dân", receipt_seen=True), lambda: act(two, "citizen", code, "rate", score=5, text="Nhanh."),
                      lambda: act(one, "citizen", code, "rate", score=1, text="Chậm."))
        true(got[0][0] == 200 and all(x[0] in (200, 409) for x in got), f"{got}")
        equal(entries(code, "rate") <= 1, True)


def a_session_that_ended_on_one_acts_on_neither():
    cookie = one.sign_in("citizen")
    read = lambda node: node.ask("GET", "/tai-khoan", headers={"Cookie": cookie})
    equal((read(one)[0], read(two)[0]), (200, 200), "known on both")
    token = re.search(r'name="_csrf" value="([^"]*)"', read(two)[1].decode()).group(1)
    lang = lambda node: node.form("/tai-khoan/ngon-ngu", cookie, lang="vi", _csrf=token)[0]
    equal((lang(one), lang(two)), (303, 303))
    equal(one.form("/dang-xuat", cookie, _csrf=token)[0], 303)
    equal(lang(two), 401, "known still, and nothing can be done with it")
    equal(lang(one) in (303, 401), True)


def the_record_is_whole():
    equal((two.stop(), one.stop()), (0, 0))
    one.verify()


tests = Tests()
tests.run(both_serve, filed_at_once_each_has_a_code, the_same_key_on_both_is_one_dossier, a_withdrawal_and_an_acceptance_exclude_each_other, each_step_is_done_once,
          the_last_two_fees_are_paid_at_the_same_moment, a_fee_that_comes_while_the_last_is_paid_is_waited_for, decided_once, results_are_issued_once,
          handed_over_and_rated_at_the_same_moment, a_session_that_ended_on_one_acts_on_neither, the_record_is_whole)
tests.end()
