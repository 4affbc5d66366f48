#!/usr/bin/env python3
"""From the data of each earlier release (tests/fixtures/release-*): the plan, the migration, the way on and the way back.

usage: upgrade_test.py PROGRAM SOURCE_DIR [sqlite|pg]     Ends in "N passed, N failed"."""
import glob, hashlib, json, os, re, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import program as p
from program import Server, Tests, engine, equal, root, run, source, true, until, writing


class Place:
    """What an earlier program left: its folder, its database, its people."""

    def __init__(self, release):
        self.release, self.folder = release, os.path.join(root, os.path.basename(release))
        os.makedirs(self.folder)
        subprocess.run(["tar", "-xJf", os.path.join(release, engine + ".tar.xz"), "-C", self.folder], check=True)
        self.data = os.path.join(self.folder, "data")
        self.move_token()
        with open(os.path.join(self.folder, "people.json"), encoding="utf-8") as f:
            told = json.load(f)
        self.dossier, self.people = told["dossier"], told["people"]
        self.base, self.place = None, ["--data", self.data]
        if engine == "pg":
            self.base, words = p.database()
            self.place = words + self.place
            p.postgres("psql", "-q", "-d", self.base, "-v", "ON_ERROR_STOP=1", "-f", os.path.join(self.folder, "database.sql"))

    def move_token(self):
        """The demonstration's token names its folder: here it is another one."""
        path = os.path.join(self.data, "pki/softhsm2.conf")
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"tokendir = .*", f"tokendir = {self.data}/pki/tokens", f.read())
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.sum_anew("softhsm2.conf")

    def sum_anew(self, end):
        """The list of the demonstration's keys says again what lies there under names that end so."""
        path = os.path.join(self.data, "pki/SHA256SUMS")
        with open(path, encoding="utf-8") as f:
            lines = [x.split("  ") for x in f.read().splitlines()]
        with open(path, "w", encoding="utf-8") as f:
            for sum_, name in lines:
                with open(os.path.join(self.data, "pki", name), "rb") as g:
                    f.write(f"{hashlib.sha256(g.read()).hexdigest() if name.endswith(end) else sum_}  {name}\n")

    def content(self, data=None, base=None):
        """Every row of every table, as text."""
        if engine == "pg":
            said = p.postgres("pg_dump", "-d", base or self.base, "--inserts", "--no-owner", "--no-privileges")[1]
            return sorted(x for x in said.splitlines() if not x.startswith(("\\restrict", "\\unrestrict")))
        db = writing(data or self.data)
        try:
            return sorted(db.iterdump())
        finally:
            db.close()


def upgrade(release):
    w = Place(release)
    before = w.content()
    true("migration" in p.refused(place=w.place), "the server refuses a schema that is not its own")
    code, out, err = run("migrate", *w.place, "--plan")
    equal((code, "down-time: " in out, bool(re.search(r"^\d{4} \w", out, re.M)), "to apply" in out), (0, True, True, True), out + err)
    equal(w.content(), before, "a plan changes nothing")
    code, out, err = run("migrate", *w.place)
    equal((code, "backed up into" in out), (0, True), out + err)
    [back] = glob.glob(os.path.join(w.data, "before-*"))
    code, out, _ = run("migrate", *w.place)
    equal((code, out.strip(), len(glob.glob(os.path.join(w.data, "before-*")))), (0, "0 migrations applied", 1), "once")
    equal(json.loads(run("verify", *w.place, "--json")[1])["ok"], True)
    goes_on(w)
    w.sum_anew("token.object")  # SoftHSM writes it anew at a sign-in
    report = json.loads(run("verify", *w.place, "--json")[1])
    equal((report["ok"], report.get("first_fault")), (True, None))
    goes_back(w, back, before)


def goes_on(w):
    """The dossier that the earlier program accepted is settled by this one, with its signature."""
    with Server(place=w.place, people=w.people) as s:
        [assign] = [a for a in s.api("head", "GET", f"/dossiers/{w.dossier}/actions")["items"] if a["action"] == "assign"]
        s.act("head", w.dossier, "assign", to=next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"]))
        s.act("specialist", w.dossier, "finish")
        s.act("specialist", w.dossier, "submit", outcome="result", text="Đề nghị của phòng.")
        s.act("head", w.dossier, "approve")
        s.act("director", w.dossier, "approve")
        until(lambda: "it is not signed: " + "".join(x for x in s.log if " request " not in x)[-1500:], lambda: any(a["action"] == "issue" for a in s.api("clerk", "GET", f"/dossiers/{w.dossier}/actions")["items"]))
        s.act("clerk", w.dossier, "issue")
    equal(s.code, 0)


def goes_back(w, back, before):
    """The backup that the migration took first is what was there: row for row, file for file, for the earlier program."""
    to = os.path.join(w.folder, "back")
    base, words = p.database() if engine == "pg" else (None, [])
    code, out, err = run("restore", *words, "--data", to, "--from", back, "--key", os.path.join(w.data, "master.key"))
    equal((code, "behind this program" in out), (0, True), out + err)
    equal(w.content(to, base), before, "what came back")
    def files(folder):
        return {os.path.relpath(x, folder) for x in glob.glob(os.path.join(folder, "*/*")) if len(os.path.basename(x)) == 64}
    given = files(os.path.join(back, "blobs"))
    true(len(given) >= 2, given)
    equal(files(os.path.join(to, "blobs")), given)
    linked = [x for x in given if os.stat(os.path.join(back, "blobs", x)).st_nlink > 1]
    equal(len(linked), len(given), "stored files lie there once")


def each_release():
    releases = sorted(glob.glob(os.path.join(source, "tests/fixtures/release-*")))
    true(releases, "no fixture of a release")
    for release in releases:
        upgrade(release)


tests = Tests()
tests.run(each_release)
tests.end()
