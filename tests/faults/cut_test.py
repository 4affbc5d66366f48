#!/usr/bin/env python3
"""The power goes while the whole program serves: filing, files sent with it, accepting, assigning, asking for a supplement and giving it. What was on the
platter is served again: every acknowledged act and file is there once, the log holds, no half file. On a disk that lies about syncs it is found out.

usage: cut_test.py PROGRAM SOURCE_DIR [FIRST-LAST] [backup]     Ends in "N passed, N failed"; a cut is one test. The disk is tests/powercut/preload.c.
backup: one `motcua backup` after the other is made meanwhile, and the power goes for both. Each folder that says it is a backup is restored and found good,
with all that was acknowledged before it was begun, and each that was told is one."""
import hashlib, http.client, json, os, shutil, sys, threading
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import program
from program import env, pdf, root, run, words
from world import World

with_backups = "backup" in words
words[:] = [x for x in words if x != "backup"]
first, last = (int(x) for x in words[0].split("-")) if words else (1, 30)
NO_DISK = "nothing was left of the disk"  # what made the cut is broken: no finding
CALLS = 5000 if with_backups else 1500  # a cut comes at one of so many of the disk's
NEWEST = 2  # of the backups of a round so many are restored
build = os.path.dirname(os.path.dirname(os.path.dirname(program.program)))
sanitizer = env["ASAN_OPTIONS"]
w = World()
passed = failed = 0
acts = backups = 0


class Round:
    def __init__(self, seed, lying):
        self.told, self.lock, self.seed, self.lying = [], threading.Lock(), seed, lying  # (name, code, kind)
        self.live, self.after, self.copies, self.count = (os.path.join(root, f"{x}{seed}-{lying}") for x in ("live", "after", "copies", "count"))
        self.at = 30 + (CALLS if lying and with_backups else seed * 2654435761 % 2**32 % CALLS)
        self.made = []  # (folder on the platter, what was told before it was begun, was it told)

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

    def disk(self, live, after):
        """The next process has this disk. All of a round count their calls together."""
        os.makedirs(after)
        env.update(LD_PRELOAD=os.path.join(build, "tests/powercut/libcut.so"), TEST_CUT=f"{live} {after} {self.seed} {self.at} {int(self.lying)} {self.count}",
                   ASAN_OPTIONS=sanitizer + ":verify_asan_link_order=0")

    def power_is_gone(self):
        with open(self.count, "rb") as f:
            return int.from_bytes(f.read(8), sys.byteorder) >= self.at

    def back_up(self, n):
        """On a disk of its own, that of another folder; one that comes to its end is cut just afterwards."""
        live = os.path.join(self.copies, str(n))
        after = os.path.join(live, ".after")
        self.disk(live, after)
        with self.lock:
            before = list(self.told)
        code, out, err = run("backup", "--data", self.live, "--to", os.path.join(live, "copy"))
        self.made.append((os.path.join(after, "copy"), before, "backed up into" in out))
        if code and not self.power_is_gone():
            self.tell(None, None, f"backup: {err}", None)

    def until_the_cut(self):
        shutil.copytree(w.data, self.live, ignore=lambda d, names: [x for x in names if x.endswith(".sock")])
        with open(self.count, "wb") as f:
            f.write(bytes(8))
        platter = os.path.join(self.live, ".after")  # in its data: the sandbox lets the program write nowhere else
        self.disk(self.live, platter)
        w.place = ["--data", self.live]
        try:
            w.start(wait=False)
            if w.look_for_port():
                threads = [threading.Thread(target=self.client, args=(n,)) for n in range(2 if with_backups else 3)]
                for t in threads:
                    t.start()
                for n in range(1000 if with_backups else 0):
                    if self.power_is_gone():
                        break
                    self.back_up(n)
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
        if not os.path.exists(os.path.join(self.after, "motcua.db")):
            return f"{NO_DISK}: {w.said()[-1000:]}"
        w.place = ["--data", self.after]
        code, out, err = run("verify", *w.place, "--json")
        return (out + err)[-500:] if code else missing(self.after, self.told) or self.fault_of_backups() or self.served_again()

    def fault_of_backups(self):
        says = [x for x in self.made if os.path.exists(os.path.join(x[0], "backup.txt"))]
        for folder, _, told in self.made:
            if told and not os.path.exists(os.path.join(folder, "backup.txt")):
                return f"{folder} was told and is no backup"
        for folder, before, _ in says[-NEWEST:]:
            to = folder + ".restored"
            code, out, err = run("restore", "--data", to, "--from", folder, "--key", os.path.join(self.live, "master.key"))
            lost = (out + err)[-500:] if code else missing(to, before)
            shutil.rmtree(to, ignore_errors=True)
            if lost:
                return f"{folder}: {lost}"
        return None

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
        for path in (self.live, self.after, self.copies):
            shutil.rmtree(path, ignore_errors=True)


def missing(data, told):
    """Which act or file that was told is not there once; None: none."""
    found = program.rows(data, "select d.code, d.applicant_name, l.kind, count(*) from dossier d join log_text l on l.subject = d.id where d.applicant_name like 'Mẫu cut%' group by 1, 2, 3")
    there = {(name, code, kind.removeprefix("dossier.")): n for code, name, kind, n in found}
    kept = {x.hex() if isinstance(x, bytes) else x for (x,) in program.rows(data, "select plain_hash from dossier_file where plain_hash is not null")}
    for name, code, kind, sha in told:
        if there.get((name, code, kind)) != 1:
            return f"{kind} of {name}: {there.get((name, code, kind), 0)} times"
        if sha and sha not in kept:
            return f"the file of {name}"
    doubled = [x for x, n in there.items() if n != 1 and x[2] in ("send", "accept", "assign", "ask_supplement")]
    return f"twice: {doubled[:2]}" if doubled else None


def specialist(code):
    [assign] = [a for a in w.api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    return next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"])


def one(seed, lying=False):
    """(what is missing, how many acts were told, how many backups)."""
    r = Round(seed, lying)
    try:
        r.until_the_cut()
        try:
            lost = r.fault_of_backups() if lying and with_backups else r.fault()
        except AssertionError as e:
            lost = str(e)[-400:]
        return lost, len(r.told), sum(told for _, _, told in r.made)
    finally:
        r.gone()


w.start()
for role in ("counter", "head", "specialist"):
    w.token(role)
w.examples()
w.stop()
for seed in range(first, last + 1):
    lost, told, copies = one(seed)
    acts, backups = acts + told, backups + copies
    passed, failed = passed + (lost is None), failed + (lost is not None)
    if lost:
        print(f"FAILED cut {seed}: {lost}", flush=True)
LIES = 3 if with_backups else 5
found = sum(bool(lost) and not lost.startswith(NO_DISK) for lost, _, _ in (one(seed, lying=True) for seed in range(1, LIES + 1)))
if found < LIES - 1 or acts < last - first or (with_backups and not backups):
    failed += 1
    print(f"FAILED: {acts} acts, {backups} backups; a disk that lies was found out {found} times of {LIES}")
print(f"# {acts} acts of the whole program {f'and {backups} backups ' if with_backups else ''}acknowledged before {last - first + 1} cuts; a disk that lies was found out {found} times of {LIES}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
