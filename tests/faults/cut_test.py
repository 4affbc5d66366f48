#!/usr/bin/env python3
"""The power goes while the whole program serves: filing, files sent with it, accepting, assigning, asking for a supplement and giving it. What was on the
platter is served again: every acknowledged act and file is there once, the log holds, no half file. On a disk that lies about syncs it is found out.

usage: cut_test.py PROGRAM SOURCE_DIR [FIRST-LAST]     Ends in "N passed, N failed"; a cut is one test. The disk is tests/powercut/preload.c."""
import hashlib, http.client, json, os, shutil, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import program
from program import env, pdf, root, run, words
from world import World

first, last = (int(x) for x in words[0].split("-")) if words else (1, 30)
NO_DISK = "nothing was left of the disk"  # what made the cut is broken: no finding
CALLS = 1500  # a cut comes at one of so many of the disk's
build = os.path.dirname(os.path.dirname(os.path.dirname(program.program)))
sanitizer = env["ASAN_OPTIONS"]
w = World()
passed = failed = 0
acts = 0


class Round:
    def __init__(self, seed, lying):
        self.told, self.lock, self.seed, self.lying = [], threading.Lock(), seed, lying  # (name, code, kind)
        self.live, self.after = os.path.join(root, f"live{seed}-{lying}"), os.path.join(root, f"after{seed}-{lying}")

    def act(self, role, path, body, key, **headers):
        status, answer = w.call("POST", "/api/v1" + path, body, role, timeout=60, Idempotency_Key=key, **headers)
        if status not in (200, 201):
            raise AssertionError(f"{path}: {status} {answer[:200]}")
        return json.loads(answer)

    def tell(self, *what):
        with self.lock:
            self.told.append(what)

    def course(self, n, i):
        name, key = f"Mẫu cut {n} {i}", f"c{n}-{i}-"
        files = []
        if n:
            sent = pdf(f"{name} {self.seed}") + os.urandom(20000)
            files = [self.act("counter", "/files?name=a.pdf", sent, key + "f", Content_Type="application/pdf")["id"]]
        code = self.act("counter", "/dossiers", w.filing(name, files), key + "s")["code"]
        self.tell(name, code, "send", hashlib.sha256(sent).hexdigest() if n else None)
        self.act("counter", f"/dossiers/{code}/actions", {"action": "accept"}, key + "a")
        self.tell(name, code, "accept", None)
        self.act("head", f"/dossiers/{code}/actions", {"action": "assign", "to": specialist(code)}, key + "t")
        self.tell(name, code, "assign", None)
        self.act("specialist", f"/dossiers/{code}/actions", {"action": "ask_supplement", "reason": "Thiếu trang 2."}, key + "q")
        self.tell(name, code, "ask_supplement", None)

    def client(self, n):
        try:
            for i in range(100000):
                self.course(n, i)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the power is gone
        except AssertionError as e:
            if w.alive():
                self.tell(None, None, str(e), None)

    def until_the_cut(self):
        shutil.copytree(w.data, self.live, ignore=lambda d, names: [x for x in names if x.endswith(".sock")])
        platter = os.path.join(self.live, ".after")  # in its data: the sandbox lets the program write nowhere else
        os.mkdir(platter)
        at = 30 + self.seed * 2654435761 % 2**32 % CALLS
        env.update(LD_PRELOAD=os.path.join(build, "tests/powercut/libcut.so"), TEST_CUT=f"{self.live} {platter} {self.seed} {at} {int(self.lying)}",
                   ASAN_OPTIONS=sanitizer + ":verify_asan_link_order=0")
        w.place = ["--data", self.live]
        try:
            w.start(wait=False)
            if w.look_for_port():
                threads = [threading.Thread(target=self.client, args=(n,)) for n in range(3)]
                for t in threads:
                    t.start()
                for t in threads:
                    t.join()
            w.kill()
        finally:
            del env["LD_PRELOAD"], env["TEST_CUT"]
            env["ASAN_OPTIONS"] = sanitizer
        os.rename(platter, self.after)

    def fault(self):
        """What is missing after the cut; None: nothing."""
        for x in self.told:
            if x[0] is None:
                return x[2]
        w.place = ["--data", self.after]
        shown = os.path.join(self.after, "motcua.db")
        if not os.path.exists(shown):
            return f"{NO_DISK}: {w.said()[-1000:]}"
        code, out, err = run("verify", *w.place, "--json")
        if code:
            return (out + err)[-500:]
        rows = program.rows(self.after, "select d.code, d.applicant_name, l.kind, count(*) from dossier d join log_text l on l.subject = d.id where d.applicant_name like 'Mẫu cut%' group by 1, 2, 3")
        there = {(name, code, kind.removeprefix("dossier.")): n for code, name, kind, n in rows}
        kept = {x for (x,) in program.rows(self.after, "select plain_hash from dossier_file where plain_hash is not null")}
        for name, code, kind, sha in self.told:
            if there.get((name, code, kind)) != 1:
                return f"{kind} of {name}: {there.get((name, code, kind), 0)} times"
            if sha and not any(x and (x.hex() if isinstance(x, bytes) else x) == sha for x in kept):
                return f"the file of {name}"
        doubled = [x for x, n in there.items() if n != 1 and x[2] in ("send", "accept", "assign", "ask_supplement")]
        return f"twice: {doubled[:2]}" if doubled else self.served_again()

    def served_again(self):
        """It starts on what was on the platter, and its work in the background goes on."""
        w.data, before = self.after, w.data
        try:
            w.start()
            half = w.half_files(set())
            code = w.stop()
        finally:
            w.data = before
        return f"half files: {half[:2]}" if half else f"it ends with {code}" if code else None

    def gone(self):
        for path in (self.live, self.after):
            shutil.rmtree(path, ignore_errors=True)


def specialist(code):
    [assign] = [a for a in w.api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    return next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"])


def one(seed, lying=False):
    """(what is missing, how many acts were told)."""
    r = Round(seed, lying)
    try:
        r.until_the_cut()
        try:
            return r.fault(), len(r.told)
        except AssertionError as e:
            return str(e)[-400:], len(r.told)
    finally:
        r.gone()


w.start()
for role in ("counter", "head", "specialist"):
    w.token(role)
w.examples()
w.stop()
for seed in range(first, last + 1):
    missing, told = one(seed)
    acts += told
    passed, failed = passed + (missing is None), failed + (missing is not None)
    if missing:
        print(f"FAILED cut {seed}: {missing}", flush=True)
lost = sum(bool(missing) and not missing.startswith(NO_DISK) for missing, told in (one(seed, lying=True) for seed in range(1, 6)))
if lost < 4 or acts < last - first:
    failed += 1
    print(f"FAILED: {acts} acts; a disk that lies was found out {lost} times of 5")
print(f"# {acts} acts of the whole program acknowledged before {last - first + 1} cuts; a disk that lies was found out {lost} times of 5")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
