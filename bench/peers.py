"""Other programs at the nearest work of theirs, on this machine with the same client: Request Tracker for tickets, Fossil for pages. For information.

Both come from Debian (scripts/peers installs them) and work on data of their own in this run's folder: Request Tracker with its standalone server of
as many processes as there are cores on SQLite, Fossil with its own server. What cannot be compared is said in docs/performance.md."""
import base64, html, json, os, re, shutil, subprocess, time, urllib.parse, urllib.request
from program import begun, free_port, until
from bench.course import FULL
from bench.filing import Filer
from bench.rig import middle
from bench.tools import Load, run

CONNECTIONS = 8
TICKETS = 200  # whose pages are opened in turn
RT = "/usr/share/request-tracker5/libexec/rt-server"
# load.c wants to know the length of an answer: what Request Tracker streams is gathered first.
PSGI = """use Plack::Builder; use Plack::Util;
my $app = Plack::Util::load_psgi('%s');
my $whole = sub { my $app = shift; sub {
	my $res = $app->(shift); return $res unless ref $res eq 'CODE';
	my ($out, @body);
	$res->(sub { my $r = shift; if (@$r == 3) { $out = $r; return } $out = [$r->[0], $r->[1], \\@body];
		return Plack::Util::inline_object(write => sub { push @body, $_[0] }, close => sub {}) });
	return $out } };
builder { enable 'ContentLength'; enable $whole; $app };
""" % RT
SETTINGS = """Set($rtname, 'peer'); Set($Organization, 'peer.invalid'); Set($DatabaseType, 'SQLite'); Set($DatabaseName, '%(dir)s/rt.db');
Set($WebDomain, '127.0.0.1'); Set($WebPort, %(port)d); Set($WebBaseURL, 'http://127.0.0.1:%(port)d'); Set($MailCommand, 'testfile');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'error'); Set($LogToFile, undef); Set($LogDir, '%(dir)s/log'); Set($VarPath, '%(dir)s');
Set($WebSessionClass, 'Apache::Session::File'); Set($MasonSessionDir, '%(dir)s/session'); Set($MasonDataDir, '%(dir)s/mason'); 1;
"""


class Peer:
    """A server of somebody else, in a folder of its own that goes with it."""

    def __init__(self, rig, name):
        self.rig, self.dir, self.port = rig, rig.path(name), free_port()
        os.makedirs(self.dir)
        self.env = dict(os.environ)

    @property
    def at(self):
        return f"127.0.0.1:{self.port}"

    def begin(self, words):
        with open(self.dir + "/server.log", "w") as out:
            self.process = subprocess.Popen(words, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.dir, env=self.env, start_new_session=True)
        begun.append(self.process)
        until("it answers", lambda: self.ask("/"), 300)

    def ask(self, path, data=None, headers=None):
        """(bytes, headers), or nothing while it does not listen."""
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://{self.at}{path}", data, headers or {}), timeout=120) as r:
                return r.read(), r.headers
        except (ConnectionError, urllib.error.URLError) as e:
            if isinstance(e, urllib.error.HTTPError):
                raise SystemExit(f"{path}: {e.code} {e.read()[:500]}")
            return None

    def __enter__(self):
        return self

    def __exit__(self, *a):
        os.killpg(self.process.pid, 15)
        self.process.wait(30)
        begun.remove(self.process)
        shutil.rmtree(self.dir, ignore_errors=True)


class RequestTracker(Peer):
    def __init__(self, rig):
        super().__init__(rig, "rt")
        for name in ("log", "session", "mason", "more"):
            os.makedirs(f"{self.dir}/{name}")
        self.write("site.pm", SETTINGS % {"dir": self.dir, "port": self.port})
        self.write("rt.psgi", PSGI)
        self.env.update(RT_SITE_CONFIG=self.dir + "/site.pm", RT_SITE_CONFIG_DIR=self.dir + "/more")
        made = subprocess.run(["rt-setup-database-5", "--action", "init", "--skip-create", "--dba", "", "--dba-password", ""], env=self.env, capture_output=True, text=True)
        if made.returncode:
            raise SystemExit("rt-setup-database-5: " + made.stderr[-2000:] + made.stdout[-500:])
        self.begin(["plackup", "-s", "Starlet", "-E", "deployment", f"--max-workers={os.cpu_count()}", "--max-keepalive-reqs=1000", "--host", "127.0.0.1", "-p", str(self.port), "rt.psgi"])
        self.basic = "Basic " + base64.b64encode(b"root:password").decode()

    def write(self, name, text):
        with open(f"{self.dir}/{name}", "w", encoding="utf-8") as f:
            f.write(text)

    def cookie(self):
        _, headers = self.ask("/NoAuth/Login.html", urllib.parse.urlencode({"user": "root", "pass": "password"}).encode())
        return headers["Set-Cookie"].split(";")[0]

    def create(self, text, **how):
        body = json.dumps({"Queue": "General", "Subject": "Đề nghị cấp phép @N@", "Content": text, "ContentType": "text/plain"}, ensure_ascii=False)
        return Load(self.rig, self.at, "/REST/2.0/ticket", CONNECTIONS, headers=["Authorization: " + self.basic, "Content-Type: application/json"], body=body, s=201, **how)

    def pages(self, cookie):
        return Load(self.rig, self.at, [f"/Ticket/Display.html?id={i}" for i in range(1, TICKETS + 1)], CONNECTIONS, headers=["Cookie: " + cookie])


class Fossil(Peer):
    def __init__(self, rig, words):
        super().__init__(rig, "fossil")
        self.env.update(HOME=self.dir, USER="peer")
        self.run("new", "peer.fossil")
        with open(self.dir + "/page.md", "w", encoding="utf-8") as f:
            f.write(words)
        self.run("wiki", "create", "Thu tuc", "page.md", "-M", "text/x-markdown", "-R", "peer.fossil")
        self.begin(["fossil", "server", "--localhost", "--port", str(self.port), "peer.fossil"])

    def run(self, *words):
        p = subprocess.run(["fossil", *words], cwd=self.dir, env=self.env, capture_output=True, text=True)
        if p.returncode:
            raise SystemExit(f"fossil {words[0]}: {p.stderr}{p.stdout}")

    def pages(self):
        return Load(self.rig, self.at, "/wiki?name=Thu+tuc", CONNECTIONS)


def words_of(page):
    """What stands in the main part of a page, headings and lists as Markdown."""
    main = re.search(r"<main.*?</main>", page, re.S).group(0)
    main = re.sub(r"<h([1-6])[^>]*>", lambda m: "\n\n" + "#" * int(m.group(1)) + " ", main)
    main = re.sub(r"<li[^>]*>", "\n * ", re.sub(r"</?(p|div|section|tr|dt|dd|ul|ol)\b[^>]*>", "\n\n", main))
    return re.sub(r"\n{3,}", "\n\n", html.unescape(re.sub(r"<[^>]+>", " ", main)))


def tickets(rig, s):
    """Creating and showing a case; ours with everything on: rules, sealing, the log, the reading recorded."""
    filer, codes = Filer(s), s.api("head", "GET", "/dossiers?limit=200")["items"]
    official = ["Cookie: " + s.sign_in("head")]
    records = ["/ban-lam-viec/ho-so/" + x["code"] for x in codes]
    with RequestTracker(rig) as rt:
        text = "Kính gửi Sở Khoa học và Công nghệ. " * 40
        cookie = rt.cookie()
        rt.create(text, n=TICKETS, seconds=600).run()  # those whose pages are opened
        filed, made = rig.alternate(lambda: filer.load(rig, s, CONNECTIONS).run()["rate"], lambda: rt.create(text).run()["rate"])
        ours, theirs = rig.alternate(lambda: Load(rig, s.at, records, CONNECTIONS, headers=official).run()["rate"], lambda: rt.pages(cookie).run()["rate"])
    rig.ratio("dossier filed over the API ÷ ticket created over Request Tracker's", f"{middle(filed)} ÷ {middle(made, '{:.1f}')}/s", filed, made)
    rig.ratio("official's record page ÷ Request Tracker's page of a ticket", f"{middle(ours)} ÷ {middle(theirs, '{:.1f}')}/s", ours, theirs)


def pages(rig, s):
    path, cookie = "/dich-vu-cong/" + FULL, s.sign_in("citizen")
    page = s.get(path, {"Cookie": cookie}).decode()
    with Fossil(rig, words_of(page)) as f:
        ours, theirs = rig.alternate(lambda: Load(rig, s.at, path, CONNECTIONS, headers=["Cookie: " + cookie]).run()["rate"], lambda: f.pages().run()["rate"])
    rig.ratio("full procedure page ÷ Fossil's wiki page of the same words", f"{middle(ours)} ÷ {middle(theirs)}/s", ours, theirs)


def peers(rig):
    for word in ("rt-setup-database-5", "plackup", "fossil"):
        if not shutil.which(word):
            raise SystemExit(f"{word} is not there: run scripts/peers, which installs it")
    for name, p in (("Request Tracker", "request-tracker5"), ("Fossil", "fossil")):
        rig.note(f"{name} {run(['dpkg-query', '-W', '-f', '${Version}', p])}")
    with rig.few().serve(log_level="warn") as s:
        tickets(rig, s)
        pages(rig, s)
