"""What the fault tests share: the program from outside, on either engine, its people, filings and acts, and looking into the database."""
import base64, glob, hashlib, hmac, http.client, json, os, re, shutil, signal, sqlite3, struct, subprocess, tempfile, threading, time, urllib.parse

PLAIN, WITH_FILE = "cg-cn-lac-hau", "bx-khai-bao-xquang"
CONF = "rate_sign_in = 10000\nrate_lookup = 10000\nrate_upload = 10000\nrate_page = 1000000\nrate_api = 1000000\nrate_account_page = 1000000\nrate_account_api = 1000000\n"


class World:
    def __init__(self, program, source, engine="sqlite", root=None, way=None):
        """way: from the folder of PostgreSQL's socket to the one that the program is told, when something stands between."""
        self.program, self.source, self.engine = os.path.abspath(program), source, engine
        self.root = root or tempfile.mkdtemp(prefix="motcua-faults-")
        self.data = os.path.join(self.root, "data")
        self.env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=0")
        self.place, self.database = ["--data", self.data], f"faults_{os.getpid()}"
        self.server = self.port = None
        self.tokens = {}
        if engine == "pg":
            self.host = self.postgres("createdb", self.database)
            self.place = ["--db", "postgres://motcua@/" + self.database + "?host=" + urllib.parse.quote(way(self.host) if way else self.host, safe="")] + self.place
        self.conf = os.path.join(self.root, "motcua.conf")
        with open(self.conf, "w") as f:
            f.write(CONF)

    # ---- the program ----

    def run(self, *words):
        p = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=600, env=self.env)
        return p.returncode, p.stdout, p.stderr

    def postgres(self, *words, text=None):
        server = subprocess.run([os.path.join(self.source, "scripts/pg-test"), "start"], capture_output=True, text=True, check=True).stdout
        host = re.search(r"host=(\S+)", server).group(1)
        tool = sorted(glob.glob("/usr/lib/postgresql/*/bin/" + words[0]))[-1]
        p = subprocess.run([tool, "-h", host, "-U", "motcua", *words[1:]], input=text, capture_output=True, text=True)
        if p.returncode:
            raise AssertionError(p.stderr)
        return p.stdout if text is not None else host

    def demo(self, n=6):
        code, out, err = self.run("demo", *self.place, "--dossiers", str(n), "--json")
        if code:
            raise AssertionError("demo: " + err)
        self.people = {p["role"]: p for p in json.loads(out)}

    def start(self, wait=True):
        """A process group of its own. Without wait the port may not be known yet."""
        self.log = os.path.join(self.root, "log")
        with open(self.log, "w") as out:
            self.server = subprocess.Popen([self.program, "serve", *self.place, "--config", self.conf, "--listen", "127.0.0.1:0"], stderr=out, env=self.env, start_new_session=True)
        self.port = None
        if wait and not self.look_for_port(120):
            raise AssertionError("the server does not start: " + open(self.log).read()[-2000:])

    def look_for_port(self, seconds):
        until = time.time() + seconds
        while time.time() < until and self.server.poll() is None:
            m = re.search(r"serves on port (\d+)", open(self.log).read())
            if m:
                self.port = int(m.group(1))
                return True
            time.sleep(0.01)
        return False

    def kill(self):
        try:
            os.killpg(self.server.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.server.wait()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(120)

    def done(self):
        if self.server and self.server.poll() is None:
            self.kill()
        if self.engine == "pg":
            self.postgres("dropdb", "--force", self.database)
        shutil.rmtree(self.root, ignore_errors=True)

    # ---- asking ----

    def ask(self, method, path, body=None, role=None, timeout=60, **headers):
        h = {k.replace("_", "-"): v for k, v in headers.items()}
        if isinstance(body, dict):
            body = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        if role:
            h["Authorization"] = "Bearer " + self.tokens[role]
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            c.request(method, path, body, h)
            r = c.getresponse()
            return r.status, r.read()
        finally:
            c.close()

    def sign_in(self, role):
        p = self.people[role]
        body = {"login": p["login"], "password": p["password"]}
        if p["totp_secret"]:
            s = p["totp_secret"]
            mac = hmac.new(base64.b32decode(s + "=" * (-len(s) % 8)), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
            at = mac[-1] & 15
            body["otp"] = f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"
        status, answer = self.ask("POST", "/api/v1/tokens", body)
        if status != 201:
            raise AssertionError(f"sign in of {role}: {status} {answer[:300]}")
        self.tokens[role] = json.loads(answer)["token"]

    def examples(self):
        self.example = {}
        for code in (PLAIN, WITH_FILE):
            self.example[code] = json.loads(self.ask("GET", f"/api/v1/procedures/{code}/form")[1])["example"]

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
        if self.engine == "pg":
            out = self.postgres("psql", "-d", self.database, "-At", "-F", "\x1f", text=sql)
            return [tuple(x.split("\x1f")) for x in out.splitlines()]
        db = sqlite3.connect(f"file:{self.data}/motcua.db?mode=ro", uri=True, timeout=60)
        try:
            return [tuple(str(x) for x in row) for row in db.execute(sql)]
        finally:
            db.close()

    def verify(self):
        code, out, err = self.run("verify", *self.place, "--json")
        report = json.loads(out) if out.strip() else {}
        if code or not report.get("ok") or report.get("first_fault"):
            raise AssertionError(f"verify: {code} {out} {err}")
        return report

    def no_lost_job(self):
        """Everything queued is done, nothing is dead, files have left quarantine, and each accepted dossier has its receipt."""
        end = time.time() + float(os.environ.get("FAULT_WAIT", "240"))
        while time.time() < end:
            left = self.query("select count(*) from job where state = 'open' and (kind like 'issue.%' or kind like 'mail.%') and kind not like '%.sweep'")[0][0]
            quarantined = self.query("select count(*) from dossier_file where state = 'quarantine'")[0][0]
            if left == quarantined == "0":
                break
            time.sleep(0.5)
        else:
            raise AssertionError(f"{left} jobs left, {quarantined} files in quarantine")
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


PDF = (b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
       b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]>>\nendobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n"
       b"0000000054 00000 n \n0000000105 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n173\n%%EOF\n")
