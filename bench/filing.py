"""Filing and settling with everything on, against bare C that writes the very same rows from one thread, 64 a commit (bench/yard/rows.c)."""
import json, os
from bench.course import WITHOUT_FILES
from bench.rig import middle
from bench.tools import Load, run

CONNECTIONS, A_COMMIT = 64, 64
FOR_WAL = 2000   # filings whose log is counted: fewer than fill it once
A_ROUND = 1500   # dossiers that take a step in a round


class Bare:
    """The yardstick's own database: it begins as ours and is given, after each round, what ours got in it."""

    def __init__(self, rig, place):
        self.rig, self.place, self.base = rig, place, place.copy_database(rig.path("bare.db"))

    def write(self, acts):
        """(acts a second, WAL bytes an act, rows an act). The server is stopped."""
        rate, wal, rows = run([self.rig.yard("rows"), self.base, self.place.database(), str(acts), str(A_COMMIT)]).split()
        return float(rate), int(wal), float(rows)

    def end(self):
        os.remove(self.base)


class Filer:
    """Files over the API, with another key each time: the counter for another person each time, a citizen for herself."""

    def __init__(self, s, role="counter"):
        example = s.api(None, "GET", f"/procedures/{WITHOUT_FILES}/form")["example"]
        if example["files"]:
            raise SystemExit(WITHOUT_FILES + " asks for files now")
        who = {"name": "Người Nộp Mẫu @N@", "identity": "00119@N@", "phone": "0912345678", "address": "Phường Mẫu, tỉnh Mẫu"}
        order = {"procedure": WITHOUT_FILES, "answers": example["answers"], **({"applicant": who} if role == "counter" else {})}
        self.body = json.dumps(order, ensure_ascii=False)
        self.bearer, self.next = s.token(role), 0

    def load(self, rig, s, connections=CONNECTIONS, **how):
        """Numbers go on from one load to the next: no key twice."""
        self.next += 500000
        headers = ["Authorization: Bearer " + self.bearer, "Content-Type: application/json", f"Idempotency-Key: {id(self)}-@N@"]
        return Load(rig, s.at, "/api/v1/dossiers", connections, headers=headers, body=self.body, s=201, f=self.next, **how)


def file_some(rig, place, filer, **how):
    """(filings, filings a second, WAL bytes) with a server of its own."""
    before = place.count()
    with place.serve() as s:
        Load(rig, s.at, "/", 4, 1).run()
        rate = filer.load(rig, s, **how).run()["rate"]
        wal = place.wal_bytes()
    return place.count() - before, rate, wal


def plain_insert(rig, place, n):
    """WAL bytes of a dossier and two entries of the log, inserted by bare C with nothing else, 64 a commit."""
    base, sample = place.copy_database(rig.path("plain.db")), place.copy_database(rig.path("plain-after.db"))
    for table, rows in (("dossier", n), ("log_entry", 2 * n)):
        run(["sqlite3", base, f"pragma foreign_keys = off; delete from {table} where rowid in (select rowid from {table} order by rowid desc limit {rows})"])
    wal = run([rig.yard("rows"), base, sample, str(n), str(A_COMMIT)]).split()[1]
    os.remove(base), os.remove(sample)
    return int(wal)


def filing(rig):
    place = rig.many()
    with place.serve() as s:
        filer = Filer(s)
    bare = Bare(rig, place)
    n = min(FOR_WAL, place.dossiers)
    filed, _, wal = file_some(rig, place, filer, n=n, seconds=60)
    _, bare_wal, rows = bare.write(filed)
    ours, theirs = [], []
    for _ in range(rig.rounds):
        filed, rate, _ = file_some(rig, place, filer)
        ours.append(rate)
        theirs.append(bare.write(filed)[0])
    bare.end()
    rig.most_filings = max(ours)
    rig.ratio(f"filings over HTTP, 64 connections, at {place.dossiers} ÷ bare C, the same {rows:.0f} rows", f"{middle(ours)} ÷ {middle(theirs)}/s", ours, theirs, 0.5)
    each = f"{wal / n / 1024:.1f} KiB"
    rig.line("bytes to the WAL per filing ÷ 32 KiB", each, [wal / n / 32768], 1, "low")
    rig.line("bytes to the WAL per filing ÷ bare C with the same rows, 64 a commit", each, [wal / n / bare_wal])
    rig.line("bytes to the WAL per filing ÷ a plain insert of dossier + 2 events", each, [wal / n / plain_insert(rig, place, n)])


# ---- settling ----

def act_bodies(rig, s, codes, action, fields):
    """One act on each of these dossiers: (answers a second)."""
    headers = ["Authorization: Bearer " + s.token("counter"), "Content-Type: application/json", "Idempotency-Key: step-" + codes[0] + "-@N@"]
    paths = [f"/api/v1/dossiers/{x}/actions" for x in codes]
    return Load(rig, s.at, paths, CONNECTIONS, 60, headers, json.dumps({"action": action, **fields}, ensure_ascii=False), n=len(codes)).run()["rate"]


class Acceptances:
    """The step: the counter accepts a dossier, whose clock starts. Each round on dossiers that wait for it."""

    def __init__(self, rig, rounds):
        self.rig, self.place = rig, rig.few()
        self.n = min(A_ROUND, self.place.dossiers)
        with self.place.serve() as s:
            Filer(s).load(rig, s, n=self.n * rounds, seconds=120).run()
            self.tokens = s.tokens
        self.waiting = [x for x, in self.place.rows(f"select code from dossier where state = 'received' order by id desc limit {self.n * rounds}")]
        self.bare = Bare(rig, self.place)

    def round(self):
        """(ours a second, theirs, rows an act)."""
        codes, self.waiting = self.waiting[:self.n], self.waiting[self.n:]
        with self.place.serve() as s:
            s.tokens = self.tokens
            Load(self.rig, s.at, "/", 4, 1).run()
            rate = act_bodies(self.rig, s, codes, "accept", {})
        bare, _, rows = self.bare.write(self.n)
        return rate, bare, rows

    def draw(self):
        """The papers that are due are drawn, and the yardstick gets what that wrote."""
        self.place.settle()
        self.bare.write(self.n)


def settling(rig):
    """The step alone, every paper of earlier steps drawn before; then, for information, while those of the round before are drawn."""
    steps = Acceptances(rig, 2 * rig.rounds)
    alone = []
    for _ in range(rig.rounds):
        steps.draw()
        alone.append(steps.round())
    beside = [steps.round() for _ in range(rig.rounds)]
    steps.bare.end()
    for got, when, *limit in ((alone, "", 0.5), (beside, ", papers of as many drawn meanwhile")):
        ours, theirs, rows = zip(*got)
        rig.ratio(f"one step of settling over HTTP, 64 connections{when} ÷ bare C, the same {rows[-1]:.0f} rows", f"{middle(ours)} ÷ {middle(theirs)}/s", ours, theirs, *limit)
