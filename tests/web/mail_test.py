#!/usr/bin/env python3
"""What happens to a dossier is told, once and in order, also when the program is killed again and again while it happens.

usage: mail_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
Applicants file and the counter acts through the API while the program is killed (SIGKILL) and started; then the demonstration's caught mails and the
outbox are compared with the log.
"""
import email, email.policy, glob, html, http.client, json, os, re, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal, pdf, until
from browser import Browser

XRAY, KILLS, CLIENTS, EACH = "bx-cap-phep-xquang", 5, 3, 5
p = Program(dossiers=3)
tests = Tests()
codes, trouble = [], []
stop = threading.Event()


def call(role, method, path, body=None, want=(200, 201), name=""):
    """Asks until there is an answer: the same key makes a second try harmless."""
    headers = {"Authorization": "Bearer " + p.token(role), "Idempotency-Key": name or os.urandom(9).hex()}
    if isinstance(body, dict):
        body, headers["Content-Type"] = json.dumps(body), "application/json"
    elif body:
        headers["Content-Type"] = "application/pdf"
    for _ in range(400):
        try:
            status, answer, _ = p.ask(method, "/api/v1" + path, body, headers)
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)  # dead, or dying
            continue
        if status in (503, 429):
            time.sleep(0.2)
            continue
        if status not in want:
            raise AssertionError(f"{role} {method} {path}: {status} {answer[:300]}")
        return json.loads(answer)
    raise AssertionError("no answer")


def sign_everybody_in():
    p.add_portal()
    for role in ("citizen", "counter", "system"):
        p.token(role)


example = {}


def file_one(n, i):
    role = "system" if n == 0 else "citizen"
    files = [{"field": f["field"], "file": call(role, "POST", f"/files?name=f{k}.pdf", pdf())["id"]} for k, f in enumerate(example["files"])]
    body = {"procedure": XRAY, "answers": example["answers"], "files": files}
    if role == "system":
        body.update(applicant={"name": "Trần Văn Mẫu", "identity": "001090012345", "phone": "0912345678", "email": "tran.mau@dan.example"}, origin="dvcqg",
                    origin_code=f"000.00.00.H99-261124-{i + 1:04d}")
    code = call(role, "POST", "/dossiers", body, name=f"send-{n}-{i}")["code"]
    call("counter", "POST", f"/dossiers/{code}/actions", {"action": "accept"}, name=f"accept-{n}-{i}")
    codes.append((role, code))


def client(n):
    try:
        for i in range(EACH):
            file_one(n, i)
    except Exception as e:
        trouble.append(f"client {n}: {type(e).__name__}: {e}")


def everything_is_told():
    def told():
        unread = p.rows("select count(*) from log_entry e where not exists (select 1 from log_reader r where r.reader = 'notify' and r.lane = e.lane and r.seq >= e.seq)")
        waiting = p.rows("select count(*) from mail_outbox where state = 'queued'")
        return unread == waiting == [["0"]]
    until(lambda: "everything is told: " + p.said()[-500:], told)


def filed_and_accepted_while_killed():
    form = call("citizen", "GET", f"/procedures/{XRAY}/form")
    example.update(form["example"])
    clients = [threading.Thread(target=client, args=(n,)) for n in range(CLIENTS)]
    for c in clients:
        c.start()
    for k in range(KILLS):
        time.sleep(1.7 + 0.6 * k)
        p.kill()
        p.start()
    for c in clients:
        c.join()
    equal(trouble, [])
    equal(len(codes), CLIENTS * EACH)
    everything_is_told()


def caught():
    """By Message-ID: a mail that reached the server twice has the same one."""
    found = {}
    for name in sorted(glob.glob(os.path.join(p.data, "mail", "*.eml"))):
        m = email.message_from_bytes(open(name, "rb").read(), policy=email.policy.default)
        one = (m["X-Sink-To"], m["Subject"], m.get_content())
        equal(found.setdefault(m["Message-ID"], one), one, "one id, two mails")
    return list(found.values())


# F-093: a notice on every change. F-095: queue, retry, secrecy of content.
def each_applicant_is_told_once():
    mails = caught()
    for role, code in codes:
        to = "tran.mau@dan.example" if role == "system" else "citizen@mau.example"
        equal(sorted(s for t, s, _ in mails if code in s), [f"Đã nhận hồ sơ {code}", f"Đã tiếp nhận hồ sơ {code}"])
        equal({t for t, s, _ in mails if code in s}, {to})
        text = next(x for _, s, x in mails if s == f"Đã tiếp nhận hồ sơ {code}")
        if not re.search(r"Hẹn trả kết quả: Thứ \w+, \d\d/\d\d/20\d\d", text) or f"http://127.0.0.1:" not in text:
            raise AssertionError(text)
    everything = "".join(s + x for _, s, x in mails)
    for secret in ("Trần Văn Mẫu", "001090012345", "0912345678", "Nguyễn Thị Mẫu"):
        if secret in everything:
            raise AssertionError(f"{secret} stands in a mail")
    equal(p.rows("select mail_key, count(*) from mail_outbox group by mail_key having count(*) > 1"), [])


def the_portal_hears_each_state_once_in_order():
    for role, code in codes:
        rows = p.rows(f"select body from outbox where topic = 'dossier.state' and body like '%{code}%' order by id")
        equal([json.loads(r[0])["portal_state"] for r in rows], [1, 2] if role == "system" else [])


def the_mails_can_be_read_at_the_demonstrations_page():
    status, page = Browser(p).see("/thu-mau")
    equal(status, 200)
    link = re.search(r'href="(/thu-mau/\d+)"[^>]*>([^<]*tiếp nhận[^<]*)<', page)
    status, mail = Browser(p).see(link.group(1))
    equal((status, html.unescape(link.group(2)) in html.unescape(mail)), (200, True))
    equal([Browser(p).see("/thu-mau/" + x)[0] for x in ("0", "999999", "x", "..%2fmotcua")], [404, 404, 404, 400])


# A registration's code comes by the same way.
def a_code_reaches_its_mailbox():
    status, _, to = Browser(p).fill("/quen-mat-khau", login="citizen")
    equal(status, 303)
    until("the mail with the code", lambda: any("mật khẩu" in s.lower() for _, s, _ in caught()))


def the_record_is_whole():
    p.ends_well()


tests.run(sign_everybody_in, filed_and_accepted_while_killed, each_applicant_is_told_once, the_portal_hears_each_state_once_in_order,
          the_mails_can_be_read_at_the_demonstrations_page, a_code_reaches_its_mailbox, the_record_is_whole)
tests.end()
