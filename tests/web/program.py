"""A demonstration of the program from outside: making it, serving it, killing it, and people who sign in by its pages."""
import base64, glob, hashlib, hmac, html, http.client, json, os, re, shutil, signal, struct, subprocess, tempfile, threading, time, urllib.parse

env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=0")
RATES = "".join(f"rate_{x} = 100000\n" for x in ("page", "api")) + "".join(f"rate_{x} = 10000\n" for x in ("sign_in", "lookup", "upload"))
PAGE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


def totp(secret, step):
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Tests:
    """Counts; a failed one is named and the others go on."""
    def __init__(self):
        self.passed = self.failed = 0

    def run(self, fn):
        try:
            fn()
            self.passed += 1
        except Exception as e:  # a failed assertion, or the program gone
            self.failed += 1
            print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


class Program:
    def __init__(self, program, source, engine="sqlite", dossiers=12, settings=""):
        self.program, self.source, self.engine = os.path.abspath(program), source, engine
        self.root = tempfile.mkdtemp(prefix="motcua-web-")
        self.data = os.path.join(self.root, "data")
        self.place = ["--data", self.data]
        self.server = self.port = None
        self.last_step, self.database = {}, f"web_{os.getpid()}"
        if engine == "pg":
            host = self.postgres("createdb", self.database)
            self.place[:0] = ["--db", "postgres://motcua@/" + self.database + "?host=" + urllib.parse.quote(host, safe="")]
        code, out, err = self.run("demo", *self.place, "--dossiers", str(dossiers), "--json")
        if code:
            raise AssertionError(f"demo: {code} {err}")
        self.people = {p["role"]: p for p in json.loads(out)}
        self.config = os.path.join(self.root, "motcua.conf")
        with open(self.config, "w") as f:
            f.write(RATES + settings)
        self.start()

    def postgres(self, *words):
        server = subprocess.run([os.path.join(self.source, "scripts/pg-test"), "start"], capture_output=True, text=True, check=True).stdout
        self.host = re.search(r"host=(\S+)", server).group(1)
        tool = sorted(glob.glob("/usr/lib/postgresql/*/bin/" + words[0]))[-1]
        return self.host if subprocess.run([tool, "-h", self.host, "-U", "motcua", *words[1:]], check=True, capture_output=True) else None

    def run(self, *args, stdin=None):
        p = subprocess.run([self.program, *args], input=stdin, capture_output=True, text=True, timeout=300, env=env)
        return p.returncode, p.stdout, p.stderr

    def rows(self, query):
        """What the database says, as lists of texts; only where there is no page that says it."""
        if self.engine == "pg":
            tool = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
            out = subprocess.run([tool, "-h", self.host, "-U", "motcua", "-d", self.database, "-AtF", "\t", "-c", query], check=True, capture_output=True, text=True)
            return [x.split("\t") for x in out.stdout.splitlines()]
        import sqlite3
        db = sqlite3.connect(f"file:{self.data}/motcua.db?mode=ro", uri=True)
        try:
            return [["" if v is None else str(v) for v in row] for row in db.execute(query)]
        finally:
            db.close()

    def start(self):
        listen = f"127.0.0.1:{self.port or 0}"  # the same again: tokens and links stay good
        self.server = subprocess.Popen([self.program, "serve", *self.place, "--config", self.config, "--listen", listen], stderr=subprocess.PIPE, text=True, env=env)
        self.port, lines = None, []
        for line in self.server.stderr:
            lines.append(line)
            m = re.search(r"serves on port (\d+)", line)
            if m:
                self.port = int(m.group(1))
                break
        if not self.port:
            raise AssertionError("the server does not start: " + "".join(lines)[-600:])
        self.log = []
        threading.Thread(target=lambda s=self.server: [self.log.append(x) for x in s.stderr], daemon=True).start()

    def kill(self):
        """As a power failure would, for the process."""
        self.server.kill()
        self.server.wait()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(timeout=60)

    def done(self):
        if self.server and self.server.poll() is None:
            self.stop()
        if self.engine == "pg":
            self.postgres("dropdb", "--force", self.database)
        shutil.rmtree(self.root, ignore_errors=True)

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        c.request(method, path, body, headers or {})
        r = c.getresponse()
        answer = r.read()
        c.close()
        return r.status, answer, r.headers

    def code_of(self, role):
        """A one-time code that was not used yet; the clock allows the step before, this one and the next."""
        secret = self.people[role]["totp_secret"]
        if not secret:
            return None
        while True:
            now = int(time.time()) // 30
            step = max(self.last_step.get(role, 0) + 1, now - 1)
            if step <= now + 1:
                self.last_step[role] = step
                return totp(secret, step)
            time.sleep(1)

    def token(self, role):
        p = self.people[role]
        body = {"login": p["login"], "password": p["password"]}
        if p["totp_secret"]:
            body["otp"] = self.code_of(role)
        status, answer, _ = self.ask("POST", "/api/v1/tokens", json.dumps(body), {"Content-Type": "application/json"})
        if status != 201:
            raise AssertionError(f"{role}: {status} {answer}")
        return json.loads(answer)["token"]


class Visitor:
    """A browser without scripts: cookies, redirects of ours, forms."""
    def __init__(self, program, role=None):
        self.p, self.cookies, self.role = program, {}, role
        if role:
            self.sign_in()

    def ask(self, method, path, fields=None):
        headers = dict(PAGE)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, answer, got = self.p.ask(method, path, body, headers)
        for line in got.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if not value or "Max-Age=0" in line:
                self.cookies.pop(name, None)
        return status, answer, got

    def get(self, path, hops=5):
        status, answer, got = self.ask("GET", path)
        while status in (302, 303) and hops:
            hops -= 1
            status, answer, got = self.ask("GET", got["Location"])
        return status, answer.decode("utf-8", "replace")

    def form(self, path, action=None, **fields):
        """Fills the form at `path` (the one with that action) and sends it; (status, page, where to)."""
        status, page = self.get(path)
        if status != 200:
            raise AssertionError(f"{path}: {status}")
        action = action or path
        found = next((f for f in re.findall(r"<form\b.*?</form>", page, re.S) if f'action="{html.escape(action)}"' in f or f'action="{action}"' in f), None)
        if not found:
            raise AssertionError(f"{path}: no form to {action}")
        hidden = {html.unescape(m.group(1)): html.unescape(m.group(2)) for m in re.finditer(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found)}
        status, answer, got = self.ask("POST", action, {**hidden, **fields})
        return status, answer.decode("utf-8", "replace"), got["Location"]

    def sign_in(self):
        who = self.p.people[self.role]
        status, page, to = self.form("/dang-nhap", login=who["login"], password=who["password"])
        if who["totp_secret"]:
            status, page, to = self.form("/dang-nhap/ma", code=self.p.code_of(self.role))
        if status != 303 or "/dang-nhap" in to:
            raise AssertionError(f"{self.role} cannot sign in: {status} {to}")
