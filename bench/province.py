"""Sample data of one size. Made once for each version of what makes them and kept in BUILD/bench-data; each run works on a copy."""
import glob, hashlib, json, os, shutil, sqlite3, subprocess, sys, time
from program import env, program
from bench.served import Served

MAKERS = ("migrations/*", "packs/**/*", "src/app/demo*", "src/sample/*")  # what the sample data come from
QUIET = 180  # seconds that a server gets to draw the papers of the sample dossiers before they are used as they are


def version_of(here):
    """The same digest: the same seed gave the same data."""
    sum_ = hashlib.sha256()
    for path in sorted({x for m in MAKERS for x in glob.glob(os.path.join(here, m), recursive=True) if os.path.isfile(x)}):
        with open(path, "rb") as f:
            sum_.update(path.removeprefix(here).encode() + b"\0" + hashlib.sha256(f.read()).digest())
    return sum_.hexdigest()[:12]


class Province:
    def __init__(self, rig, dossiers):
        self.rig, self.dossiers = rig, dossiers
        kept = os.path.join(rig.build, "bench-data", f"{version_of(rig.here)}-{dossiers}")
        if not os.path.exists(os.path.join(kept, "people.json")):
            self.make(kept)
        with open(os.path.join(kept, "people.json")) as f:
            self.people = {p["role"]: p for p in json.load(f)}
        self.data = os.path.join(kept, "data")
        if not (rig.in_place and dossiers == rig.sizes["many"]):
            self.data = rig.path(f"demo-{dossiers}")
            copy_tree(os.path.join(kept, "data"), self.data)

    def make(self, kept):
        """In a folder of another name until it is whole; data of older versions go."""
        for old in glob.glob(os.path.join(os.path.dirname(kept), f"*-{self.dossiers}")) + glob.glob(kept + ".part"):
            shutil.rmtree(old)
        self.data = os.path.join(kept + ".part", "data")
        os.makedirs(self.data)
        begin = time.time()
        out = subprocess.run([program, "demo", "--data", self.data, "--dossiers", str(self.dossiers), "--json"], stdout=subprocess.PIPE, text=True, check=True, env=env).stdout
        took = time.time() - begin
        self.rig.note(f"{self.dossiers} sample dossiers in {took:.1f} s: {self.dossiers / took:.0f}/s")
        self.people = {}
        self.rig.note(self.settle())
        with open(os.path.join(kept + ".part", "people.json"), "w") as f:
            f.write(out)
        os.rename(kept + ".part", kept)

    def settle(self):
        """Papers that are due are drawn by the server that finds them: what is measured after that is not this work."""
        begin, last, quiet = time.time(), None, 0
        with self.serve(log_level="warn"):
            while quiet < 12 and time.time() - begin < QUIET:
                now = self.rows("select count(*), sum(state = 'open' and due <= ?) from job", int(time.time() * 1000))[0]
                quiet = quiet + 1 if now == last and not now[1] else 0
                last = now
                time.sleep(0.5)
        return f"{'quiet' if quiet >= 12 else 'NOT QUIET: the server still worked for itself'} {time.time() - begin:.0f} s after its start, {last[0]} jobs"

    # ---- using it ----

    def serve(self, **settings):
        return Served(self.data, people=self.people, **settings)

    def rows(self, query, *args, first=""):
        """Read-only, which needs none of the program's own page checks. first: a statement of temporary tables."""
        db = sqlite3.connect(f"file:{self.data}/motcua.db?mode=ro", uri=True, timeout=60)
        try:
            db.executescript(first)
            return db.execute(query, args).fetchall()
        finally:
            db.close()

    def own_codes(self, login, where="true"):
        """Of the dossiers that this account filed, the newest first."""
        return [x for x, in self.rows(f"select d.code from dossier d join account a on a.id = d.applicant_account where a.login = ? and {where} order by d.id desc", login)]

    def count(self):
        return self.rows("select count(*) from dossier")[0][0]

    def wal_bytes(self):
        path = os.path.join(self.data, "motcua.db-wal")
        return os.path.getsize(path) if os.path.exists(path) else 0

    def database(self):
        """The file, of a stopped server: nothing is left in the log beside it."""
        if self.wal_bytes():
            raise SystemExit(f"{self.data}: {self.wal_bytes()} bytes of log stay behind the server")
        return os.path.join(self.data, "motcua.db")

    def copy_database(self, to):
        copy_file(self.database(), to)
        subprocess.run(["sync", to], check=True)
        return to


def copy_file(path, to):
    subprocess.run(["cp", "--reflink=auto", path, to], check=True)


def copy_tree(path, to):
    """Stored files are never written again: they may be the same ones."""
    os.makedirs(to, mode=0o700)
    for name in os.listdir(path):
        if not name.endswith(".sock"):
            same = ["-l"] if name == "blobs" and os.stat(path).st_dev == os.stat(os.path.dirname(to)).st_dev else []
            subprocess.run(["cp", "-a", "--reflink=auto", *same, os.path.join(path, name), to], check=True)
