"""The program from outside, for every test in Python: a demonstration of its own, served, killed, asked. Standard library only.

usage of each: X_test.py PROGRAM SOURCE_DIR [sqlite|pg] [WORD...]
A WORD names the tests to run by a part of their name. Whatever happens, at the end no process, folder or database of ours stays."""
import atexit, base64, ctypes, functools, glob, hashlib, hmac, http.client, json, os, re, shutil, signal, socket, sqlite3, struct, subprocess, sys, tempfile, threading, time, urllib.parse

program, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
engine = "pg" if "pg" in sys.argv[3:] else "sqlite"
words = [x for x in sys.argv[3:] if x not in ("pg", "sqlite")]
root = tempfile.mkdtemp(prefix=f"motcua-{os.path.basename(sys.argv[0]).removesuffix('_test.py')}-")
env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=0", UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
# Tests ask as often as they can. What each limit does is shown in tests/cli/settings_test.py.
FREE = {f"rate_{x}": n for n, names in ((10000, "sign_in lookup upload heavy"), (1000000, "page api account_page account_api")) for x in names.split()}
PATIENCE = int(os.environ.get("TEST_PATIENCE", 240))  # seconds: machines may be slow; no test passes sooner or later for it
PORTAL = {"role": "system", "login": "portal", "password": "Mau-portal-1a2b3c4d", "totp_secret": None}
FORM = "application/x-www-form-urlencoded"


# ---- counting and comparing ----

class Tests:
    """Counts; a failed one is named and the others go on."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, *tests, after=None):
        """after: called when a test went well; what it raises counts against the test."""
        for fn in tests:
            if words and not any(w in fn.__name__ for w in words):
                continue
            begun = time.time()
            try:
                fn()
                if after:
                    after()
                self.passed += 1
            except Exception as e:  # a failed assertion, or the program gone
                self.failed += 1
                print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}", flush=True)
            if time.time() - begun > 10:
                print(f"# {fn.__name__}: {time.time() - begun:.0f} s", flush=True)

    def end(self):
        """Says the line that `make test` counts, and ends the process."""
        if found:
            self.failed += 1
            print(f"FAILED {len(found)} findings of a sanitizer:\n" + "".join(x for f in found for x in f), flush=True)
        if loud:
            self.failed += 1
            print(f"FAILED the sandbox refused what the program needs: {loud[:5]} (src/app/hold.c)", flush=True)
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed else 0)


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}{': ' if what else ''}{got!r}, not {want!r}")


def true(x, what):
    if not x:
        raise AssertionError(what() if callable(what) else what)


def until(what, look, seconds=PATIENCE):
    """Waits until look() gives something true, and gives it. what: words, or a function that gives them when it was in vain."""
    end = time.time() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.time() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)


# ---- what must not stay behind ----

begun, leave = [], []  # processes; functions to call
loud = []  # system calls that the sandbox of a server refused
found = []  # what a sanitizer said of a server, a list of lines a finding


@atexit.register
def tidy():
    for p in begun:
        try:
            os.killpg(p.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        p.wait()
    if os.environ.get("TEST_KEEP"):
        print("# kept: " + root)
        return
    for fn in reversed(leave):
        try:
            fn()
        except Exception as e:
            print(f"# left behind: {e}")
    shutil.rmtree(root, ignore_errors=True)


signal.signal(signal.SIGTERM, lambda *a: sys.exit(1))  # out of time: tidy() still runs


# ---- the clock ----

shift = 0  # seconds that the program's wall clock is before ours


def set_clock(at):
    """From now on commands and servers that are started live at that time (aware datetime), and go on from there."""
    global shift
    shift = round(at.timestamp() - time.time())
    build = os.path.dirname(os.path.dirname(os.path.dirname(program)))
    env.update(TEST_CLOCK=str(shift), LD_PRELOAD=os.path.join(build, "src/app/libclock.so"))
    env["ASAN_OPTIONS"] = env["ASAN_OPTIONS"].removesuffix(":verify_asan_link_order=0") + ":verify_asan_link_order=0"


def program_time():
    return time.time() + shift


# ---- commands, ports, files, people ----

def run(*args, stdin=None, timeout=600):
    """(exit code, what it said, what it complained)."""
    p = subprocess.run([program, *args], input=stdin, capture_output=True, text=True, timeout=timeout, env=env)
    return p.returncode, p.stdout, p.stderr


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def demo(name, dossiers=3):
    """A sample province in a new folder: (folder, {role: sign-in})."""
    data = os.path.join(root, name)
    return data, people_of("--data", data, dossiers=dossiers)


def people_of(*place, dossiers, as_of=None):
    """as_of: the sample's last day; else today, and then what it holds differs from day to day."""
    code, out, err = run("demo", *place, "--dossiers", str(dossiers), *(["--as-of", as_of] if as_of else []), "--json")
    equal(code, 0, "demo: " + err)
    return {p["role"]: p for p in json.loads(out)}


def add_portal(*place):
    """An account for programs; sign in as PORTAL."""
    code, _, err = run("user", "add", *place, "--login", PORTAL["login"], "--kind", "system", "--name", "Cổng mẫu", stdin=PORTAL["password"] + "\n")
    equal(code, 0, err)


def copy_of(data, name):
    to = os.path.join(root, name)
    shutil.copytree(data, to, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
    return to


def writing(data, **how):
    """SQL past the program, as another process of it would write: with the checksums that it keeps in the pages (ADR 0012). What Python's
    own SQLite changes would be refused as damaged; a connection that can only read (mode=ro) needs none of this."""
    build = os.path.dirname(os.path.dirname(os.path.dirname(program)))
    pages = ctypes.CDLL(os.path.join(build, "src/core/db/libpages.so"))
    pages.pages_vfs.restype = ctypes.c_char_p
    return sqlite3.connect(f"file:{data}/motcua.db?vfs={pages.pages_vfs().decode()}", uri=True, **how)


SQUEEZE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "src", "core", "squeeze")
WORDS = re.findall(r'^\t"(.*)",$', open(os.path.join(SQUEEZE, "words.h"), encoding="utf-8").read(), re.M)


def unpacked(kept):
    """The text that a packed column or one of words keeps (src/core/squeeze); bytes that are no text as hexadecimal digits."""
    if isinstance(kept, str):
        return unpacked(bytes.fromhex(kept[2:])) if kept.startswith("\\x") else kept
    if not isinstance(kept, bytes):
        return kept
    if len(kept) == 1 and 0x80 <= kept[0] < 0x80 + len(WORDS):
        return WORDS[kept[0] - 0x80]
    if kept[:1] in (b"\x01", b"\x02"):
        lib = ctypes.CDLL("libzstd.so.1")
        for f in ("ZSTD_createDCtx", "ZSTD_decompress_usingDict"):
            getattr(lib, f).restype = ctypes.c_void_p if f == "ZSTD_createDCtx" else ctypes.c_size_t
        words = open(os.path.join(SQUEEZE, "dictionary-1.zdict"), "rb").read()
        frame = kept[1:] if kept[0] == 1 else b"\x20" + kept[1:2] + (len(kept) - 2 << 3 | 5).to_bytes(3, "little") + kept[2:]
        room, frame = ctypes.create_string_buffer(1 << 20), b"\x28\xb5\x2f\xfd" + frame
        context = ctypes.c_void_p(lib.ZSTD_createDCtx())
        n = lib.ZSTD_decompress_usingDict(context, room, ctypes.c_size_t(len(room)), frame, ctypes.c_size_t(len(frame)), words, ctypes.c_size_t(len(words)))
        lib.ZSTD_freeDCtx(context)
        if n <= len(room):
            return room.raw[:n].decode()
    try:
        return kept.decode()
    except UnicodeDecodeError:
        return kept.hex()


def rows(data, query, *args):
    """What stands in the embedded database of that folder."""
    db = writing(data, timeout=60)
    try:
        return db.execute(query, args).fetchall()
    finally:
        db.close()


# Papers that are not drawn, results that are not signed or sealed: no job stands for a sample's before the server first looked for them.
UNMADE = """select id from issue_paper p where not exists (select 1 from dossier_file f where f.dossier = p.dossier and f.field = 'paper:' || p.id)
    union all select id from issue_unsigned union all select id from issue_unsealed limit 1"""


def pdf(say="x"):
    """A PDF of one page with these words; `say` makes its bytes its own."""
    drawn = b"BT /F1 12 Tf 20 40 Td (" + say.encode("ascii", "replace") + b") Tj ET"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
               b"<</Length %d>>stream\n" % len(drawn) + drawn + b"\nendstream"]
    out, at = b"%PDF-1.4\n% " + say.encode() + b"\n", []
    for i, x in enumerate(objects):
        at.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + x + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % x for x in at)
    return out + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


def totp(secret, step=None):
    """The one-time code of a step of 30 seconds, or of now."""
    step = int(program_time()) // 30 if step is None else step
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Codes:
    """One-time codes that were not used yet at a place. The program takes the step before, this one and the next, each later than those used of the
    three; what was used when its clock was ahead stays used."""

    everywhere, lock = {}, threading.Lock()

    def __init__(self, place):
        self.last = Codes.everywhere.setdefault(tuple(place), {})

    def of(self, person):
        secret = person["totp_secret"]
        if not secret:
            return None
        with Codes.lock:
            while True:
                now = int(program_time()) // 30
                old = now - 1 if program_time() % 30 < 10 else now  # the step before may be over when it arrives
                used = self.last.setdefault(secret, [])
                step = max([old] + [x + 1 for x in used if x <= now + 1])
                if step <= now + 1:
                    used.append(step)
                    return totp(secret, step)
                time.sleep(0.2)

    def used(self, person):
        """The one that was given out last."""
        return totp(person["totp_secret"], self.last[person["totp_secret"]][-1])


# ---- PostgreSQL ----

@functools.cache
def postgres_host():
    """Started once: keep_up() keeps it as long as this process has a database there."""
    server = subprocess.run([os.path.join(source, "scripts/pg-test"), "start"], capture_output=True, text=True, check=True).stdout
    return re.search(r"host=(\S+)", server).group(1)


def postgres(tool, *args, stdin=None):
    """A tool of PostgreSQL against the server of scripts/pg-test: (folder of its socket, what it said)."""
    host = postgres_host()
    path = sorted(glob.glob("/usr/lib/postgresql/*/bin/" + tool))[-1]
    p = subprocess.run([path, "-h", host, "-U", "motcua", *args], input=stdin, capture_output=True, text=True)
    equal(p.returncode, 0, f"{tool}: {p.stderr}")
    return host, p.stdout


def keep_up(host):
    """The server ends when nobody asked for it for five minutes; a test may take longer."""
    while os.path.exists(host + "/used"):
        os.utime(host + "/used")
        time.sleep(30)


def database(way=None):
    """An empty database, dropped at the end: (its name, the words that lead the program to it).
    way: from the socket's folder to the one that the program is told, when something stands between."""
    name = f"test_{os.getpid()}_{len(leave)}"
    host = postgres("createdb", name)[0]
    threading.Thread(target=keep_up, args=(host,), daemon=True).start()
    leave.append(lambda: postgres("dropdb", "--force", "--if-exists", name))
    return name, ["--db", f"postgres://motcua@/{name}?host=" + urllib.parse.quote(way(host) if way else host, safe="")]


# ---- the program that serves ----

class Server:
    """One process. `with Server(data, node=3) as s:`, or start() and stop(). place: other arguments than --data; settings: by name.
    Everything it says is kept in `log`. tokens: of the people, by role, as they were first needed."""

    def __init__(self, data=None, place=None, people=None, **settings):
        self.place = place if place is not None else (["--data", data] if data else [])
        self.people, self.settings, self.codes, self.tokens = people or {}, {**FREE, **settings}, Codes(self.place), {}
        self.process = self.port = self.code = None
        self.log, self.patient = [], False
        self.user = self.settings.pop("user", None)  # a number: who runs it

    # Starting and ending.

    def command(self):
        """The words that start it, its settings written into a file."""
        config = os.path.join(root, f"motcua-{time.time_ns()}.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.writelines(f"{k} = {v}\n" for k, v in self.settings.items())
        return [program, "serve", *self.place, "--config", config, "--listen", "127.0.0.1:0"]

    def start(self, wait=True):
        """On a free port. Without wait it may not be known yet."""
        self.port = None
        self.code, self.told, self.serves = None, len(self.log), threading.Event()
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=env, start_new_session=True,
                                        user=self.user, group=self.user)
        self.process.intruder = "INTRUDER_DIR" in env
        begun.append(self.process)
        self.reader = threading.Thread(target=self.listen_to, args=(self.process, self.serves), daemon=True)
        self.reader.start()
        if wait and not self.look_for_port():
            if self.process.poll() is None:
                self.kill()
            self.code = self.process.wait()
            self.reader.join(10)
            raise AssertionError("the server does not start: " + self.said()[-3000:])
        return self

    def listen_to(self, process, serves):
        finding = None
        for line in process.stdout:
            self.log.append(line)
            if re.search("(WARNING|ERROR): .*Sanitizer", line):
                found.append(finding := [])
            if finding is not None and len(finding) < 100:
                finding.append(line)
            if line.startswith("SUMMARY:"):
                finding = None
            if line.startswith("sandbox: system call") and not process.intruder:
                loud.append(line.strip())
            m = re.search(r"serves on port (\d+)", line)
            if m:
                self.port = int(m.group(1))
                serves.set()

    def look_for_port(self, seconds=PATIENCE):
        """Whether it serves, within that time and while it lives."""
        end = time.time() + seconds
        while not self.serves.wait(0.01) and time.time() < end and (self.process.poll() is None or self.reader.is_alive()):
            pass
        return self.serves.is_set()

    def said(self):
        """Since it was started last."""
        return "".join(self.log[self.told:])

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        """The exit code."""
        if self.alive():
            self.process.send_signal(how)
        self.code = self.process.wait(PATIENCE)
        self.port = None
        self.reader.join(10)
        return self.code

    def kill(self):
        """With its helpers, as a power failure would."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.port = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *a):
        if self.code is None:
            self.stop()

    # Asking.

    def ask(self, method, path, body=None, headers=None, token=None, timeout=PATIENCE, **more):
        """(status, bytes, headers). A dict or list goes as JSON; more: headers by name, with _ for -. When `patient`, a 429 is waited for."""
        h = {"Accept": "*/*", **(headers or {}), **{k.replace("_", "-"): v for k, v in more.items()}}
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        if token:
            h["Authorization"] = "Bearer " + token
        for _ in range(60):
            if self.port is None:  # not that of somebody else who has it now
                raise ConnectionRefusedError("it does not serve")
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            try:
                c.request(method, path, body, h)
                r = c.getresponse()
                answer = r.read()
            finally:
                c.close()
            if r.status != 429 or not self.patient:
                break
            time.sleep(int(r.headers.get("Retry-After", "1")))
        return r.status, answer, r.headers

    def form(self, path, cookie=None, **fields):
        """Sends a form as a browser does."""
        h = {"Content-Type": FORM, "Origin": f"http://127.0.0.1:{self.port}", **({"Cookie": cookie} if cookie else {})}
        return self.ask("POST", path, urllib.parse.urlencode(fields), h)

    def hidden(self, page, cookie=None):
        """The hidden fields of a page's forms that act: its action id, and the token of the session."""
        status, html, _ = self.ask("GET", page, headers={"Cookie": cookie} if cookie else {})
        equal(status, 200, page)
        return dict(re.findall(r'<input type="hidden" name="(_\w+)" value="([^"]*)"', html.decode()))

    # Signing in.

    def who(self, person):
        return self.people[person] if isinstance(person, str) else person

    def new_token(self, person):
        p = self.who(person)
        body = {"login": p["login"], "password": p["password"]}
        if p["totp_secret"]:
            body["otp"] = self.codes.of(p)
        status, answer, _ = self.ask("POST", "/api/v1/tokens", body)
        equal(status, 201, f"{p['login']}: {answer.decode()}")
        return json.loads(answer)["token"]

    def token(self, role):
        """Signed in once; kept as long as the object lives."""
        if role not in self.tokens:
            self.tokens[role] = self.new_token(role)
        return self.tokens[role]

    def sign_in(self, person):
        """The cookie of a browser that signed in."""
        p = self.who(person)
        status, _, h = self.form("/dang-nhap", login=p["login"], password=p["password"])
        equal(status, 303, p["login"])
        cookie = cookies_of(h)
        if p["totp_secret"]:
            status, _, h = self.form("/dang-nhap/ma", cookie, code=self.codes.of(p))
            equal((status, "set-cookie" in h), (303, True), f"{p['login']}: the code is refused")
            cookie = cookies_of(h)
        return cookie

    def api(self, role, method, path, body=None, want=(200, 201), **headers):
        """The tree of the answer (or its bytes, when it is none). role: None for a stranger; want: the status, or several."""
        if method != "GET":
            headers.setdefault("Idempotency_Key", os.urandom(12).hex())
        status, answer, _ = self.ask(method, "/api/v1" + path, body, token=self.token(role) if role else None, **headers)
        said = answer[:600].decode("utf-8", "replace")
        true(status in (want if isinstance(want, tuple) else (want,)), f"{role} {method} {path}: {status}, not {want}; {said}")
        return json.loads(answer) if answer[:1] in (b"{", b"[") else answer or None

    def send_example(self, role, procedure, content=None):
        """The code of a dossier that was filed so."""
        return self.file_example(role, procedure, content)["code"]

    def file_example(self, role, procedure, content=None):
        """A dossier with the answers that the procedure's form gives as its example, and a file in each place; content: of each file. What the API answers: code, secret, …"""
        example, files = self.api(None, "GET", f"/procedures/{procedure}/form")["example"], []
        for i, f in enumerate(example["files"]):
            kept = self.api(role, "POST", f"/files?name=t{i}.pdf", content or pdf(f"tep {i}"), Content_Type="application/pdf")
            files.append({"field": f["field"], "file": kept["id"]})
        return self.api(role, "POST", "/dossiers", {"procedure": procedure, "answers": example["answers"], "files": files})

    def choice(self, role, code, action, field, word):
        """The value of what may be named in that field of an act, by a word of its label."""
        [a] = [a for a in self.api(role, "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == action]
        [f] = [f for f in a["fields"] if f["name"] == field]
        return next(c["value"] for c in f["choices"] if word in c["label"])

    def act(self, role, code, action, want=200, **more):
        return self.api(role, "POST", f"/dossiers/{code}/actions", {"action": action, **more}, want)


def cookies_of(headers):
    """What a browser sends back."""
    return "; ".join(x.split(";")[0] for x in headers.get_all("Set-Cookie") or [])


def refused(data=None, place=None, **settings):
    """What the program says when it does not start with these settings."""
    try:
        with Server(data, place, **settings):
            pass
    except AssertionError as e:
        return str(e)
    raise AssertionError("the server starts")


class Program(Server):
    """A demonstration on the engine that was asked for, and the server over it."""

    def __init__(self, dossiers=12, as_of=None, start=True, folder=None, way=None, **settings):
        self.data = os.path.join(folder or root, "data")
        place = ["--data", self.data]
        if engine == "pg":
            self.database, words_ = database(way)
            place = words_ + place
        super().__init__(place=place, people=people_of(*place, dossiers=dossiers, as_of=as_of) if dossiers is not None else {}, **settings)
        if start:
            self.start()

    def add_portal(self):
        add_portal(*self.place)
        self.people["system"] = PORTAL

    def rows(self, query):
        """What the database says, as lists of texts; only where there is no page that says it."""
        if engine == "pg":
            out = postgres("psql", "-d", self.database, "-AtF", "\x1f", stdin=query + ";")[1]
            return [[unpacked(v) for v in x.split("\x1f")] for x in out.split("\n")[:-1]]
        db = sqlite3.connect(f"file:{self.data}/motcua.db?mode=ro", uri=True, timeout=60)
        try:
            return [["" if v is None else str(unpacked(v)) for v in row] for row in db.execute(query)]
        finally:
            db.close()

    def verify(self):
        """The report of `motcua verify`, which found no fault."""
        code, out, err = run("verify", *self.place, "--json")
        report = json.loads(out) if out.strip() else {}
        equal((code, report.get("ok"), report.get("first_fault")), (0, True, None), err)
        return report

    def ends_well(self):
        """Stops, and the record is whole."""
        code = self.stop()
        equal(code, 0, "the program ends well" + (f", which said {self.said()[-1000:]}" if code else ""))
        return self.verify()
