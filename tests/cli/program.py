"""The program from outside: running its commands, serving, asking. For the tests of this folder.

usage of each: X_test.py PROGRAM SOURCE_DIR [WORD]     WORD: only the tests with it in their name."""
import base64, hashlib, hmac, http.client, json, os, re, shutil, signal, struct, subprocess, sys, tempfile, threading, time, urllib.parse

program, source = os.path.abspath(sys.argv[1]), sys.argv[2]
root = tempfile.mkdtemp(prefix="motcua-cli-")
env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0:abort_on_error=0")
passed = failed = 0


def run(*args, stdin=None):
    p = subprocess.run([program, *args], input=stdin, capture_output=True, text=True, timeout=300, env=env)
    return p.returncode, p.stdout, p.stderr


def test(fn):
    global passed, failed
    if len(sys.argv) > 3 and sys.argv[3] not in fn.__name__:
        return
    try:
        fn()
        passed += 1
    except Exception as e:  # a failed assertion, or the program gone
        failed += 1
        print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}", flush=True)


def finish():
    shutil.rmtree(root, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def equal(got, want, what=""):
    if got != want:
        raise AssertionError(f"{what}{': ' if what else ''}{got!r}, not {want!r}")


def true(x, what):
    if not x:
        raise AssertionError(what)


def until(what, fn, seconds=120):
    """Waits until fn() gives something true, and gives it."""
    end = time.time() + seconds
    while time.time() < end:
        x = fn()
        if x:
            return x
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def totp(secret, step=None):
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step or int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


def demo(name, dossiers=3):
    """A sample province in a new folder: (folder, {role: sign-in})."""
    data = os.path.join(root, name)
    code, out, err = run("demo", "--data", data, "--dossiers", str(dossiers), "--json")
    equal(code, 0, err)
    return data, {p["role"]: p for p in json.loads(out)}


def copy_of(data, name):
    to = os.path.join(root, name)
    shutil.copytree(data, to, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
    return to


class Server:
    """with Server(data, node=3) as s: settings are keyword arguments; place: other arguments than --data."""

    def __init__(self, data=None, place=None, **settings):
        self.place = place or (["--data", data] if data else [])
        self.settings = {"rate_sign_in": 10000, "rate_page": 100000, "rate_api": 100000, **settings}

    def __enter__(self):
        config = os.path.join(root, f"motcua-{time.time_ns()}.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.writelines(f"{k} = {v}\n" for k, v in self.settings.items())
        self.log, self.code, self.port = [], None, None
        self.p = subprocess.Popen([program, "serve", *self.place, "--config", config, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True, env=env)
        for line in self.p.stderr:
            self.log.append(line)
            m = re.search(r"serves on port (\d+)", line)
            if m:
                self.port = int(m.group(1))
                break
        if not self.port:
            self.code = self.p.wait(60)
            raise AssertionError("the server does not start: " + "".join(self.log))
        self.reader = threading.Thread(target=lambda: self.log.extend(self.p.stderr), daemon=True)
        self.reader.start()
        return self

    def stop(self, how=signal.SIGTERM):
        self.p.send_signal(how)
        self.code = self.p.wait(60)
        self.reader.join(10)

    def __exit__(self, *a):
        if self.code is None:
            self.stop()

    def ask(self, method, path, body=None, headers=None, token=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=240)
        h = {"Accept": "*/*", **(headers or {})}
        if token:
            h["Authorization"] = "Bearer " + token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            h["Content-Type"] = "application/json"
        c.request(method, path, body, h)
        r = c.getresponse()
        answer = r.read(), {k.lower(): v for k, v in r.getheaders()}
        c.close()
        return r.status, *answer

    def hidden(self, page, cookie=None):
        """The hidden fields of a page's first form that acts: its action id, and the token of the session."""
        status, html, _ = self.ask("GET", page, headers={"Cookie": cookie} if cookie else {})
        equal(status, 200, page)
        found = re.findall(r'<input type="hidden" name="(_\w+)" value="([^"]*)"', html.decode())
        return dict(found)

    def form(self, path, cookie=None, **fields):
        """Sends a form as a browser does."""
        h = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}", **({"Cookie": cookie} if cookie else {})}
        return self.ask("POST", path, urllib.parse.urlencode(fields), h)

    def token(self, person):
        body = {"login": person["login"], "password": person["password"]}
        if person["totp_secret"]:
            body["otp"] = totp(person["totp_secret"])
        status, answer, _ = self.ask("POST", "/api/v1/tokens", body)
        equal(status, 201, answer.decode())
        return json.loads(answer)["token"]

    def sign_in(self, person):
        """The cookie of a browser that signed in; a one-time code counts once, so it waits for the next when it must."""
        status, _, h = self.form("/dang-nhap", login=person["login"], password=person["password"])
        equal(status, 303)
        cookie = h["set-cookie"].split(";")[0]
        if not person["totp_secret"]:
            return cookie
        for _ in range(70):
            status, _, h = self.form("/dang-nhap/ma", cookie, code=totp(person["totp_secret"]))
            if status == 303 and "set-cookie" in h:
                return h["set-cookie"].split(";")[0]
            time.sleep(1)
        raise AssertionError(f"{person['login']}: the code is refused: {status}")


def refused(data=None, place=None, **settings):
    """What the program says when it does not start with these settings."""
    try:
        with Server(data, place, **settings):
            pass
    except AssertionError as e:
        return str(e)
    raise AssertionError("the server starts")
