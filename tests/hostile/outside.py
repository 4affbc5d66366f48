"""The program from outside: a demonstration of its own, served, and people who use it by pages or by tokens. Standard library only."""
import base64, hashlib, hmac, html.parser, http.client, json, os, re, shutil, signal, struct, subprocess, tempfile, threading, time, urllib.parse

FORM = "application/x-www-form-urlencoded"


def totp(secret, step):
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


class Program:
    """Everything it says is kept in `said`; nothing of it may hold what a person typed."""

    def __init__(self, path, dossiers):
        self.path, self.root, self.said, self.port, self.server = path, tempfile.mkdtemp(prefix="motcua-hostile-"), [], None, None
        self.data = os.path.join(self.root, "data")
        self.env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=0", UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1")
        self.last_step = {}
        code, out, err = self.run("demo", "--data", self.data, "--dossiers", str(dossiers), "--json")
        if code:
            raise SystemExit("demo: " + err)
        self.people = {p["role"]: p for p in json.loads(out)}

    def run(self, *args, stdin=None, timeout=300):
        p = subprocess.run([self.path, *args], input=stdin, capture_output=True, text=True, timeout=timeout, env=self.env)
        return p.returncode, p.stdout, p.stderr

    def start(self, settings=""):
        config = os.path.join(self.root, "motcua.conf")
        with open(config, "w") as f:
            f.write("rate_sign_in = 10000\nrate_lookup = 10000\nrate_upload = 10000\nrate_page = 100000\nrate_api = 100000\n" + settings)
        self.server = subprocess.Popen([self.path, "serve", "--data", self.data, "--config", config, "--listen", "127.0.0.1:0"],
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=self.env)
        for line in self.server.stdout:
            self.said.append(line)
            m = re.search(r"serves on port (\d+)", line)
            if m:
                self.port = int(m.group(1))
                break
        if not self.port:
            raise SystemExit("the server does not start: " + "".join(self.said))
        threading.Thread(target=lambda: self.said.extend(self.server.stdout), daemon=True).start()

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        return self.server.wait(120)

    def clean(self):
        if self.server and self.server.poll() is None:
            self.server.kill()
            self.server.wait()
        shutil.rmtree(self.root, ignore_errors=True)

    def ask(self, method, path, body=None, headers=None, token=None):
        """Status, bytes, headers. Waits where the program asks to wait."""
        h = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            h.setdefault("Content-Type", "application/json")
        if token:
            h["Authorization"] = "Bearer " + token
        for _ in range(60):
            c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                c.request(method, path, body, h)
                r = c.getresponse()
                answer = r.read()
            finally:
                c.close()
            if r.status != 429:
                break
            time.sleep(int(r.headers.get("Retry-After", "1")))
        return r.status, answer, {**{k.lower(): v for k, v in r.getheaders()}, "set-cookie": "\n".join(r.headers.get_all("Set-Cookie") or [])}

    def otp(self, role):
        """A code counts once: the next of the steps just before, now and after."""
        while True:
            now = int(time.time()) // 30
            step = max(self.last_step.get(role, 0) + 1, now - 1)
            if step <= now + 1:
                self.last_step[role] = step
                return totp(self.people[role]["totp_secret"], step)
            time.sleep(1)

    def token(self, role):
        p = self.people[role]
        body = {"login": p["login"], "password": p["password"]}
        if p["totp_secret"]:
            body["otp"] = self.otp(role)
        status, answer, _ = self.ask("POST", "/api/v1/tokens", body)
        if status != 201:
            raise AssertionError(f"token of {role}: {status} {answer}")
        return json.loads(answer)["token"]


class Page(html.parser.HTMLParser):
    """Forms with their fields, ids, links and what describes what."""

    VOID = {"input", "img", "br", "hr", "meta", "link", "source", "wbr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.forms, self.ids, self.links, self.tags, self.text = [], {}, [], [], text
        self.outside, self.form, self.select, self.area = [], None, None, None
        self.feed(text)
        for form_id, field in self.outside:
            for f in self.forms:
                if f["id"] == form_id:
                    f["fields"].append(field)

    def handle_starttag(self, tag, attrs):
        a = {k: v if v is not None else "" for k, v in attrs}
        self.tags.append((tag, a))
        if "id" in a:
            self.ids[a["id"]] = (tag, a)
        if tag == "a":
            self.links.append(a.get("href", ""))
        if tag == "form":
            self.form = {"action": a.get("action", ""), "method": a.get("method", "get").lower(), "id": a.get("id"), "enctype": a.get("enctype", FORM), "fields": []}
            self.forms.append(self.form)
        if tag in ("input", "textarea", "select", "button") and "name" in a:
            field = {"tag": tag, "name": a["name"], "type": a.get("type", "text" if tag == "input" else tag), "value": a.get("value", ""), "id": a.get("id"),
                     "checked": "checked" in a, "options": [], "a": a}
            if a.get("form") and not self.form:
                self.outside.append((a["form"], field))
            elif self.form:
                self.form["fields"].append(field)
            if tag == "select":
                self.select = field
            if tag == "textarea":
                self.area, field["first"] = field, True
        if tag == "option" and self.select is not None:
            self.select["options"].append(a.get("value", ""))
            if "selected" in a:
                self.select["value"] = a.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area is not None:
            if self.area.pop("first", False) and data.startswith("\n"):
                data = data[1:]
            self.area["value"] += data


def usual(form, press=False):
    """What a browser would send when nobody touches the form: pairs in order; with the first button that has a name, when pressed."""
    out = []
    named = [f for f in form["fields"] if f["tag"] == "button"]
    if press and named:
        out.append((named[0]["name"], named[0]["value"]))
    for f in form["fields"]:
        if f["tag"] == "button" or f["type"] == "file":
            continue
        if f["type"] in ("checkbox", "radio") and not f["checked"]:
            continue
        out.append((f["name"], f["value"] if f["type"] not in ("checkbox", "radio") else f["value"] or "on"))
    return out


def multipart(pairs, files=()):
    """files: (field, file name as bytes, content type, bytes)."""
    edge = b"e" + os.urandom(12).hex().encode()
    out = b""
    for name, value in pairs:
        v = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
        out += b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + v + b"\r\n"
    for name, file, kind, content in files:
        out += b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"; filename="' + file + b'"\r\nContent-Type: ' + kind.encode() + b"\r\n\r\n" + content + b"\r\n"
    return out + b"--" + edge + b"--\r\n", "multipart/form-data; boundary=" + edge.decode()


class Browser:
    """One person with cookies; forms are sent as a browser without scripts sends them."""

    def __init__(self, program, role=None):
        self.p, self.role, self.cookies, self.here = program, role, {}, "/"
        if role:
            self.sign_in()

    def headers(self, more=None):
        h = {"Origin": f"http://127.0.0.1:{self.p.port}", "Referer": f"http://127.0.0.1:{self.p.port}{self.here}"}
        if self.cookies:
            h["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return {**h, **(more or {})}

    def ask(self, method, path, body=None, more=None):
        status, answer, headers = self.p.ask(method, path, body, self.headers(more))
        for line in filter(None, headers["set-cookie"].split("\n")):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return status, answer, headers

    def get(self, path):
        status, answer, headers = self.ask("GET", path)
        self.here = path.encode("ascii", "replace").decode()
        return status, answer.decode("utf-8", "replace"), headers

    def page(self, path):
        status, text, headers = self.get(path)
        if status != 200:
            raise AssertionError(f"{self.role} GET {path}: {status}")
        return Page(text)

    def post(self, path, pairs, files=None, more=None):
        if files is not None:
            body, kind = multipart(pairs, files)
        else:
            body, kind = urllib.parse.urlencode([(k, v) for k, v in pairs], errors="surrogateescape").encode(), FORM
        status, answer, headers = self.ask("POST", path, body, {"Content-Type": kind, **(more or {})})
        return status, answer.decode("utf-8", "replace"), headers

    def sign_in(self):
        p = self.p.people[self.role]
        form = Page(self.get("/dang-nhap")[1]).forms[-1]
        status, text, headers = self.post("/dang-nhap", [("login", p["login"]), ("password", p["password"])])
        if p["totp_secret"]:
            where = headers.get("location", "/dang-nhap/ma")
            for _ in range(3):
                form = [f for f in Page(self.get(where)[1]).forms if any(x["name"] in ("code", "ma", "otp") for x in f["fields"])][0]
                name = [x["name"] for x in form["fields"] if x["name"] in ("code", "ma", "otp")][0]
                status, text, headers = self.post(form["action"], [(k, self.p.otp(self.role) if k == name else v) for k, v in usual(form)])
                if status == 303:
                    break
        if status != 303:
            raise AssertionError(f"{self.role} cannot sign in: {status} {text[:300]}")
