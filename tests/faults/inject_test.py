#!/usr/bin/env python3
"""The first, second, third … query, write, read, sync, name, commit or allocation of each act fails, until the act goes through untouched: every answer is a
clear error or the act, the same key again never doubles it, and the record is whole.

usage: inject_test.py PROGRAM SOURCE_DIR sqlite|pg [every|START] [calls|memory] [WORD...]     Ends in "N passed, N failed"; an act is one test. `list`: their names alone.
Some of the calls fail, others each day: START, a number, says which, and is told at the end. All of them with `every` (make faults), of the allocations
each that the act comes to by another way (tests/lib/faults.c); `calls` without them, `memory` they alone; those struck in runs before stand in the file INJECT_PLACES.
INJECT_UNTIL: seconds since 1970 when it stops, with code 75; what was good until then stands in INJECT_PLACES.
Acts whose work goes on in the background (signing, sealing, erasing) take a second a round: each position is two to four times the last there."""
import collections, http.client, json, os, random, sys, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import faulty
from program import PATIENCE, Tests, engine, equal, pdf, run, true, until, words
from world import World

XRAY = "bx-cap-phep-xquang"
every = "every" in words
start = next((int(x) for x in words if x.isdigit()), int(time.time()) // 86400)
chance = random.Random(start)
part = next((x for x in words if x in ("calls", "memory")), None)
words[:] = [x for x in words if x not in ("every", part) and not x.isdigit()]
FILES = ["write", "sync", "name", "read"]
CALLS = ["query", "commit"] + (["memory"] if every else [])
PARTS = {"calls": lambda kind: kind != "memory", "memory": lambda kind: kind == "memory", None: lambda kind: True}
KINDS = [x for x in (FILES if engine == "sqlite" else []) + CALLS if PARTS[part](x)]
CLEAR = {500, 503, 507}
if every:
    faulty.load_alike()
keep_places = faulty.keep_places(os.environ["INJECT_PLACES"]) if "INJECT_PLACES" in os.environ else lambda: None
stop_at = float(os.environ.get("INJECT_UNTIL", "inf"))
rounds, struck, ended = 0, collections.Counter(), 0  # struck: by kind
entries = {}  # code → kinds of log entries that stand there once


class TimeIsUp(BaseException):
    """Between two tries: all before held."""


def key():
    return os.urandom(12).hex()


def ask(role, path, body, k, **headers):
    begun = time.time()
    status, answer = w.call("POST", "/api/v1" + path, body, role, Idempotency_Key=k, **headers)
    if status == 503 and time.time() - begun > 10:  # the machine stood still and a deadline passed: the same again
        return w.call("POST", "/api/v1" + path, body, role, Idempotency_Key=k, **headers)
    return status, answer


def clear_error(what, status, answer):
    true(status in CLEAR and len(json.loads(answer).get("detail", "")) > 20, f"{what}: {status} {answer[:300]}")


def positions(after):
    """Which calls fail: 1, 2, 3 … with `every`, else 1 and what comes after each."""
    at = 1
    while True:
        yield at
        at = at + 1 if every else after(at)


def strike(kind, at):
    if time.time() > stop_at:
        raise TimeIsUp
    if kind == "memory":
        faulty.at_a_new_place("alloc")
    else:
        faulty.strike(kind, at)


def struck_down(kind, answered=True, meanwhile=lambda: None):
    """Nothing fails any more. Has something failed? What it killed serves again, and before that meanwhile()."""
    global rounds, ended
    hit = faulty.off()
    rounds += 1
    struck[kind] += bool(hit)
    end = time.time() + (0 if not hit or kind != "memory" else 0.02 if answered else 1)
    while w.alive() and time.time() < end:  # it may be dying of it
        time.sleep(0.01)
    if not w.alive():
        w.kill()
        meanwhile()
        w.start()
        ended += 1
        hit = hit or kind == "memory"  # of the one before, a little late
    return hit


def without_faults(fn):
    """What it gives; once more when the process was still dying of the fault before."""
    try:
        return fn()
    except (OSError, http.client.HTTPException):
        until("it dies", lambda: not w.alive(), 5)
        w.kill()
        w.start()
        return fn()


def last_words():
    """What the program complained of last."""
    time.sleep(0.1)
    return [x.strip() for x in w.log[-200:] if " info request " not in x][-3:]


def answer_of(send):
    """(status, answer); 0 when the process ended before a whole answer."""
    try:
        return send()
    except (OSError, http.client.HTTPException):
        return 0, b""


def under_faults(what, kind, new, look):
    """new() gives a try, which is sent again until it goes through; look(what it gave) checks that it is there once. Ends with a try that nothing struck."""
    send = new()
    for at in positions(lambda at: at + (1 if at < 3 else chance.randint(2, 8))):
        strike(kind, at)
        status, answer = answer_of(send)
        alive = w.alive()
        hit = struck_down(kind, status > 0)
        if not status:
            true(hit and kind == "memory", f"{what}, {kind} {at}: no answer, {'it lives' if alive else 'the process ended'}")
            status, answer = without_faults(send)  # at once: a second end would be held against the request (core/http/flight.h)
        if status in (200, 201):
            look(json.loads(answer))
            if not hit:
                return
            send = without_faults(new)
        else:
            true(hit, f"{what}: {status} {answer[:300]}, and nothing had failed")
            clear_error(f"{what}, {kind} {at}", status, answer)
        true(at < 2000, f"{what}: never untouched")


# ---- the acts of a dossier, each with what must be there before ----

def send_file(role, k=None):
    """(status, answer) of a file's upload."""
    return ask(role, "/files?name=a.pdf", pdf(k or key()), k or key(), Content_Type="application/pdf")


def new_file(role):
    status, answer = send_file(role)
    equal(status, 201, f"upload: {answer}, {last_words()}")
    return json.loads(answer)["id"]


def files_of(role):
    return [{"field": f["field"], "file": new_file(role)} for f in example["files"]]


def a_filing(role="citizen"):
    body, k = {"procedure": XRAY, "answers": example["answers"], "files": files_of(role)}, key()
    return lambda: ask(role, "/dossiers", body, k)


def specialist_of(code):
    [assign] = [a for a in w.api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    return next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"])


def fee_of(code):
    return w.api("citizen", "GET", f"/dossiers/{code}")["fees"][0]["id"]


COURSE = [  # name of the act, who, what else it says
    ("accept", "counter", lambda code: {}),
    ("assign", "head", lambda code: {"to": specialist_of(code)}),
    ("ask_supplement", "specialist", lambda code: {"reason": "Thiếu trang 2 của phiếu khai báo."}),
    ("supplement", "citizen", lambda code: {"files": [{"file": new_file("citizen")}]}),
    ("demand_fee", "specialist", lambda code: {"quantities": {"f6": 1}}),
    ("claim_paid", "citizen", lambda code: {"fee": fee_of(code)}),
    ("confirm_paid", "counter", lambda code: {"fee": fee_of(code), "method": "transfer", "amount": 5000000}),
    ("finish", "specialist", lambda code: {}),
    ("submit", "specialist", lambda code: {"outcome": "result", "text": "Đề nghị cấp giấy phép."}),
    ("approve", "head", lambda code: {}),
    ("approve", "director", lambda code: {}),
    ("issue", "clerk", lambda code: {}),
]


def act_of(code, i):
    action, role, more = COURSE[i]
    body, k = {"action": action, **more(code)}, key()
    return lambda: ask(role, f"/dossiers/{code}/actions", body, k)


def note(code, kind):
    entries.setdefault(code, []).append(kind)


def dossier_before(i):
    """A new one on which the first `i` acts were done."""
    status, answer = a_filing()()
    equal(status, 201, answer)
    code = json.loads(answer)["code"]
    note(code, "send")
    for k in range(i):
        if COURSE[k][0] == "issue":
            signed(code)
        status, answer = act_of(code, k)()
        equal(status, 200, f"{COURSE[k][0]}: {answer}")
        note(code, COURSE[k][0])
    return code


def once(code, action, times=1):
    n = w.query(f"select count(*) from log_text l join dossier d on d.id = l.subject where d.code = '{code}' and l.kind = 'dossier.{action}'")[0][0]
    equal(int(n), times, f"{action} of {code}")


def a_file_is_sent():
    def look(answer):
        equal(w.query(f"select count(*) from draft_file where id = {answer['id']}")[0][0], "1")
    for kind in filter(PARTS[part], FILES + CALLS):
        under_faults("upload", kind, lambda: (lambda k: lambda: send_file("citizen", k))(key()), look)


def a_dossier_is_filed():
    for kind in KINDS:
        under_faults("filing", kind, a_filing, lambda answer: once(answer["code"], "send"))


def test_of(i):
    action, role, _ = COURSE[i]

    def try_it():
        code = []
        def new():
            code[:] = [dossier_before(i)]
            if action == "issue":
                signed(code[0])
            return act_of(code[0], i)
        for kind in KINDS:
            under_faults(action, kind, new, lambda answer: once(code[0], action, 2 if (action, role) == ("approve", "director") else 1))
    try_it.__name__ = f"{action}_by_the_{role}"
    return try_it


# ---- what goes on in the background ----

LOST_LEASE = 10  # seconds after which a claim is taken for one that nobody has: its answer was what failed
WORK = "state = 'open' and (kind like 'issue.%' or kind like 'erase.%')"


def hold(kinds=WORK, claimed=""):
    """What is to be done in the background waits until release(), as if it had not been tried yet. Was there any?"""
    return w.change(f"update job set lease = 0, attempts = 0, due = 9000000000000 where {kinds} {claimed}") > 0


def release():
    w.change(f"update job set due = 1 where {WORK} and lease = 0")


def working():
    return w.query(f"select count(*) from job where {WORK} and lease <> 0")[0][0] != "0"


def try_is_over():
    """What was claimed is done or waits for its next try; a lease that nobody has is taken back."""
    end = time.time() + LOST_LEASE
    while working() and time.time() < end:
        time.sleep(0.05)


def papers(code, field):
    """How many clean papers of that field it has: looked up past the program, whose own reads would be struck."""
    return int(w.query(f"select count(*) from dossier_file f join dossier d on d.id = f.dossier where d.code = '{code}' and f.field = '{field}' and f.state = 'clean'")[0][0])


def signed(code):
    return until(lambda: f"{code} is signed; {last_words()}", lambda: papers(code, "result:signed"))


def struck_in_the_background(what, kind, at, x, done):
    """Something failed (True), or x was done without."""
    strike(kind, at)
    release()
    end = time.time() + PATIENCE
    while w.alive() and not faulty.hits() and not done(x):
        true(time.time() < end, f"{what}, {kind} {at}: nothing happens")
        time.sleep(0.02)
    return struck_down(kind, meanwhile=hold)


def comes_to_its_end(what, x, done, may_die=False):
    """may_die: of the fault before, however late a busy machine lets it."""
    end, taken_back = time.time() + PATIENCE, time.time() + LOST_LEASE
    while not done(x):
        if may_die and not w.alive():
            w.kill()
            w.start()
            may_die = False
        true(time.time() < end, lambda: f"{what}: not done; {w.query('select kind, state, attempts, last_error from job')[-5:]}, {last_words()}")
        if time.time() > taken_back:
            hold()
            taken_back = time.time() + LOST_LEASE
        release()
        time.sleep(0.2)


def in_the_background(what, begin, done, held=True):
    """begin() starts work, done(what it gave) tells whether it is finished: it is, however often something failed. held: begin() leaves a job, which
    can be kept from being done before the fault is there; with `every` one dossier bears them all."""
    for kind in KINDS:
        x, at = None, 1
        while True:
            if x is None:
                x = without_faults(begin)
                if held and not hold(claimed="and lease = 0"):  # it was quicker
                    comes_to_its_end(what, x, done)
                    x = None
                    continue
            hit = struck_in_the_background(f"{what}, {kind} {at}", kind, at, x, done)
            if every and held and not done(x):
                try_is_over()
            if done(x) or not (every and held) or not hold():  # what failed may have been somebody else's
                comes_to_its_end(f"{what} after {kind} {at}", x, done, may_die=hit and kind == "memory")
                x = None
            if not hit:
                break
            at = at + 1 if every else 2 * at + chance.randint(1, 2 * at + 1)


def a_decision_is_signed():
    def begin():
        code = dossier_before(10)
        equal(act_of(code, 10)()[0], 200)
        return code
    def done(code):
        return papers(code, "result:signed") == 1
    in_the_background("signing", begin, done)


def a_result_is_sealed():
    def begin():
        code = dossier_before(11)
        signed(code)
        equal(act_of(code, 11)()[0], 200)
        return code
    def done(code):
        return papers(code, "result:sealed") == 1
    in_the_background("sealing", begin, done)


def a_dossier_is_erased():
    def erase(code):
        return run("erase", *w.place, "--code", code, "--reason", "theo yêu cầu của người nộp")
    def begin():
        code = dossier_before(0)
        faulty.off()
        return [code, False]
    def done(x):
        if not x[1]:
            code, out, err = erase(x[0])
            true(code in (0, 1), err)
            x[1] = code == 0 or "erased before" in err  # it took hold, and the process ended before it could tell
            return False
        return w.query("select count(*) from job where kind = 'erase.clean' and state = 'open'")[0][0] == "0"
    in_the_background("erasing", begin, done, held=False)


# ---- memory: for want of it the process ends (core/base/arena.h), and the one that starts after it knows what was acknowledged ----

def memory_runs_out():
    """Some of a filing's; with `every` each act has come through all its own (KINDS)."""
    for at in [1, 3, 10, 30, 60, 100, 150, 200, 300, 500]:
        send = without_faults(a_filing)
        faulty.strike("alloc", at)
        status, answer = answer_of(send)
        if not struck_down("memory", status > 0):
            continue
        if status not in (0, 201):  # above all no 400 and no 422: what was not read for want of memory was sent all the same
            clear_error(f"allocation {at}", status, answer)
        if status != 201:
            status, answer = without_faults(send)
        equal(status, 201, f"sent again after allocation {at}: {answer[:300]}")
        once(json.loads(answer)["code"], "send")
    true(ended > 2, f"the process ended {ended} times")


def everything_is_whole():
    found = w.query("select d.code, l.kind, count(*) from log_text l join dossier d on d.id = l.subject group by d.code, l.kind")
    times = {(code, kind): int(n) for code, kind, n in found}
    for code, kinds in entries.items():
        for kind in set(kinds) - {"approve"}:
            equal(times.get((code, f"dossier.{kind}")), 1, f"{kind} of {code}")
    dead = w.query("select kind, last_error from job where state = 'dead' and kind <> 'file.preview'")  # a picture is tried three times
    equal(dead, [], "nothing was given up")
    true(not w.half_files(set()), "no half file")
    w.ends_well()


acts = [a_file_is_sent, a_dossier_is_filed, *[test_of(i) for i in range(len(COURSE))], a_decision_is_signed, a_result_is_sealed, a_dossier_is_erased]
if "list" in words:
    print("\n".join(x.__name__ for x in acts))
    sys.exit(0)
w = World()
w.start()
for role in ("counter", "citizen", "head", "specialist", "director", "clerk"):
    w.token(role)
w.examples()
example = w.api(None, "GET", f"/procedures/{XRAY}/form")["example"]
tests = Tests()
begun, stopped = time.time(), False
try:
    tests.run(*acts, *([] if every else [memory_runs_out]), everything_is_whole)
except TimeIsUp:
    stopped = True
    w.kill()  # it may be dying of the last one, however late a busy machine lets it
    w.start()
    tests.run(everything_is_whole)
print(f"# {engine} {'every' if every else f'from {start}'}: {sum(struck.values())} faults in {rounds} tries, {time.time() - begun:.0f} s: "
      + ", ".join(f"{kind} {n}" for kind, n in struck.items()) + f"; the process ended {ended} times")
if not tests.failed:
    keep_places()
    if stopped:
        sys.exit(75)
tests.end()
