"""What the fault tests share: filings and acts of the program's people on either engine, and looking into the database and the files."""
import glob, hashlib, json, os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import PATIENCE, Program, engine, equal, pdf, postgres, until, writing

PLAIN, WITH_FILE = "cg-cn-lac-hau", "bx-khai-bao-xquang"


class World(Program):
    def __init__(self, folder=None, way=None, **settings):
        """folder: for the data; way: from the folder of PostgreSQL's socket to the one that the program is told, when something stands between."""
        super().__init__(dossiers=6, start=False, folder=folder, way=way, **settings)

    def call(self, method, path, body=None, role=None, timeout=PATIENCE, **headers):
        """(status, answer)."""
        return self.ask(method, path, body, token=self.token(role) if role else None, timeout=timeout, **headers)[:2]

    def examples(self):
        self.example = {}
        for code in (PLAIN, WITH_FILE):
            self.example[code] = self.api(None, "GET", f"/procedures/{code}/form")["example"]

    def filing(self, name, files=()):
        """The body of a filing for a person of that name; each name is one filing."""
        code = WITH_FILE if files else PLAIN
        slots = [x["field"] for x in self.example[code]["files"]]
        who = {"name": name, "identity": f"001190{int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 ** 6:06d}", "phone": "0912345678"}
        return {"procedure": code, "answers": self.example[code]["answers"], "applicant": who,
                "files": [{"field": field, "file": f} for field, f in zip(slots, files)]}

    # ---- the database ----

    def query(self, sql):
        """Rows as tuples of text."""
        return [tuple(x) for x in self.rows(sql)]

    def change(self, sql):
        """Past the program. How many rows it was."""
        if engine == "pg":
            return int(postgres("psql", "-d", self.database, "-At", stdin=f"with x as ({sql} returning 1) select count(*) from x;")[1])
        db = writing(self.data, timeout=60, isolation_level=None)
        try:
            return db.execute(sql).rowcount
        finally:
            db.close()

    def no_lost_job(self):
        """Everything queued is done, nothing is dead, files have left quarantine, and each accepted dossier has its receipt."""
        def left():
            return (self.query("select count(*) from job where state = 'open' and (kind like 'issue.%' or kind like 'mail.%') and kind not like '%.sweep'")[0][0],
                    self.query("select count(*) from dossier_file where state = 'quarantine'")[0][0])
        until(lambda: "jobs left and files in quarantine: %s, %s" % left(), lambda: left() == ("0", "0"))
        dead = self.query("select kind, last_error from job where state = 'dead'")
        if dead:
            raise AssertionError(f"dead: {dead[:2]}")
        bare = self.query("select d.code from dossier d where d.applicant_name like 'Mẫu %' and d.accepted_at is not null"
                          " and not exists (select 1 from dossier_file f where f.dossier = d.id and f.kind = 'receipt')")
        if bare:
            raise AssertionError(f"{len(bare)} accepted without a receipt: {bare[:3]}")

    def half_files(self, seen):
        """Files whose bytes are not those of their name, among those not looked at before."""
        bad = []
        for path in glob.glob(os.path.join(self.data, "blobs", "*", "*")):
            name = os.path.basename(path)
            if len(name) != 64 or path in seen or path.split(os.sep)[-2] == "tmp":
                continue
            try:
                with open(path, "rb") as f:
                    if hashlib.sha256(f.read()).hexdigest() != name:
                        bad.append(path)
            except FileNotFoundError:  # it left quarantine meanwhile
                continue
            seen.add(path)
        return bad
