#!/usr/bin/env python3
"""What goes wrong around a program that serves: clocks, disks, clients, helpers, mail and time-stamps, a stop under load. Every answer is clear, nothing
acknowledged is lost, and the service returns by itself.

usage: around_test.py PROGRAM SOURCE_DIR [sqlite] [WORD...]     Ends in "N passed, N failed". PostgreSQL away: lost_test.py."""
import email, errno, http.client, http.server, json, os, re, resource, signal, socket, socketserver, sqlite3, subprocess, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import faulty
import program
from program import Tests, env, equal, free_port, pdf, root, true, until, writing
from world import World

MANY, LIMIT = 10000, 10200
HOUR = 3600
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


# ---- a mail server and a time-stamp authority that can be away ----

class Sink:
    """SMTP on a port of its own. mails: (recipient, message). away: nobody listens. deaf: recipients that get "not now". at_end(): called when it
    has a mail to `watched` and did not say so yet; at_quit(): when the sender has heard it."""

    def __init__(self):
        self.port, self.mails, self.deaf, self.watched, self.at_end, self.at_quit, self.server = free_port(), [], set(), None, None, None, None
        self.listen()

    def listen(self):
        sink = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 sink")
                to = ""
                while line := self.line():
                    word = line.decode("latin-1").strip()
                    if word.upper().startswith("RCPT TO:"):
                        to = re.search(r"<(.*)>", word).group(1)
                        self.say("451 not now" if to in sink.deaf else "250 ok")
                    elif word.upper() == "DATA":
                        self.say("354 go on")
                        text = b"".join(iter(lambda: self.rfile.readline(), b".\r\n"))
                        sink.mails.append((to, email.message_from_bytes(text)))
                        if to == sink.watched:
                            self.call("at_end")
                        self.say("250 kept")
                    elif word.upper() == "QUIT":
                        if to == sink.watched:
                            self.call("at_quit")
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

            def line(self):
                try:
                    return self.rfile.readline()
                except OSError:  # the program was killed
                    return b""

            def call(self, name):
                hook = getattr(sink, name)
                setattr(sink, name, None)
                if hook:
                    hook()

            def say(self, text):
                try:
                    self.wfile.write(text.encode() + b"\r\n")
                except OSError:
                    pass

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address, daemon_threads = True, True
        self.server = Server(("127.0.0.1", self.port), Talk)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def away(self):
        self.server.shutdown()
        self.server.server_close()


class Authority:
    """RFC 3161 by openssl, with the demonstration's own key, on the program's clock."""

    def __init__(self, pki):
        self.pki, self.port, self.stamps = pki, free_port(), 0
        with open(os.path.join(root, "tsa.cnf"), "w") as f:
            f.write(f"[t]\nserial={root}/tsa.serial\nsigner_cert={pki}/tsa.pem\nsigner_key={pki}/tsa.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\n"
                    "accuracy=secs:1\nclock_precision_digits=0\n")
        self.listen()

    def answer(self, query):
        with open(os.path.join(root, "query.tsq"), "wb") as f:
            f.write(query)
        out = subprocess.run(["openssl", "ts", "-reply", "-config", f"{root}/tsa.cnf", "-section", "t", "-queryfile", f"{root}/query.tsq"], capture_output=True,
                             env={**os.environ, "LD_PRELOAD": os.path.join(os.path.dirname(program.program), "libclock.so"), "TEST_CLOCK": str(program.shift)})
        self.stamps += out.returncode == 0
        return out.stdout

    def listen(self):
        authority = self

        class Stamp(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                reply = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *a):
                pass
        self.server = http.server.HTTPServer(("127.0.0.1", self.port), Stamp)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def away(self):
        self.server.shutdown()
        self.server.server_close()


w = World()
sink, authority = Sink(), Authority(os.path.join(w.data, "pki/tsa"))
w.add_portal()
w.settings.update(smtp_url=f"smtp://127.0.0.1:{sink.port}", smtp_starttls="no", mail_from="mot-cua@example.gov.vn", tsa_url=f"http://127.0.0.1:{authority.port}/",
                  tsa_ca_file=os.path.join(w.data, "pki/tsa/root.pem"), connections=LIMIT, connections_per_address=LIMIT, idle="3s", listen_metrics=f"127.0.0.1:{free_port()}")
acked, number = {}, 0


# ---- filing and looking ----

def file_one(name=None, key=None):
    """(status, answer); what is acknowledged is remembered."""
    global number
    number += 1
    name = name or f"Mẫu {number}"
    status, answer = w.call("POST", "/api/v1/dossiers", w.filing(name), "counter", Idempotency_Key=key or f"k{number}")
    if status == 201:
        acked[name] = json.loads(answer)["code"]
    return status, answer


def file_with_mail(to):
    """A dossier whose applicant is told by mail; its code."""
    example = w.api(None, "GET", "/procedures/bx-cap-phep-xquang/form")["example"]
    files = [{"field": f["field"], "file": w.api("system", "POST", "/files?name=a.pdf", pdf(os.urandom(4).hex()), Content_Type="application/pdf")["id"]} for f in example["files"]]
    return w.api("system", "POST", "/dossiers", {"procedure": "bx-cap-phep-xquang", "answers": example["answers"], "files": files, "origin": "dvcqg",
                 "origin_code": f"000.00.00.H99-261124-{int.from_bytes(os.urandom(3), 'big'):08d}",
                 "applicant": {"name": "Trần Văn Mẫu", "identity": "001090012345", "phone": "0912345678", "email": to}})["code"]


def mails_to(to):
    return [m for t, m in sink.mails if t == to]


def clear(what, status, answer, want=(500, 503, 507)):
    true(status in want and len(json.loads(answer).get("detail", "")) > 20, f"{what}: {status} {answer[:300]}")


def served():
    until("it serves by itself", lambda: file_one()[0] == 201)
    equal(w.ask("GET", "/readyz")[0], 200)


def exactly_once():
    rows = [tuple(x) for x in w.query("select applicant_name, code from dossier where applicant_name like 'Mẫu %'")]
    equal(sorted(rows), sorted(acked.items()), "each acknowledged filing once, and nothing else")


def one(sql):
    return w.query(sql)[0][0]


def descriptors():
    return len(os.listdir(f"/proc/{w.process.pid}/fd"))


def back_to(base):
    """Every connection of the test is closed there, too."""
    until(lambda: f"{descriptors()} descriptors, {base} before", lambda: descriptors() <= base + 3)


def gauge(name):
    c = http.client.HTTPConnection(w.settings["listen_metrics"], timeout=60)
    c.request("GET", "/metrics")
    return int(re.search(rf"^{name} (\d+)", c.getresponse().read().decode(), re.M).group(1))


# ---- clients ----

def connect():
    return socket.create_connection(("127.0.0.1", w.port), timeout=240)


def uploads_cut_in_the_middle():
    base = descriptors()
    body = pdf() + os.urandom(1 << 20)
    for i in range(60):
        s = connect()
        s.sendall((f"POST /api/v1/files?name=a.pdf HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {w.token('counter')}\r\nContent-Type: application/pdf\r\n"
                   f"Idempotency-Key: cut{i}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body[:len(body) * i // 60])
        s.close()
    back_to(base)
    until("nothing of them lies there", lambda: os.listdir(os.path.join(w.data, "blobs/tmp")) == [])
    equal(one("select count(*) from draft_file where state = 'kept' and name like '%cut%'"), "0")
    served()


def slow_clients_hold_up_nobody():
    """Heads and bodies byte by byte, and answers that nobody reads: others are served meanwhile, and when they say nothing more they are closed."""
    base, stop = descriptors(), threading.Event()
    heads, bodies, deaf = [connect() for _ in range(150)], [connect() for _ in range(150)], [connect() for _ in range(50)]
    for s in bodies:
        s.sendall(b"POST /dang-nhap HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n")
    for s in deaf:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.sendall(b"GET /dich-vu-cong HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40)
    line = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"x" * 5000

    def dribble():
        i = 0
        while not stop.wait(0.2):
            for s in heads + bodies:
                try:
                    s.send(line[i:i + 1])
                except OSError:
                    pass
            i += 1
    feeder = threading.Thread(target=dribble)
    feeder.start()
    try:
        until("all are there", lambda: descriptors() >= base + 300)
        for _ in range(20):
            equal(w.ask("GET", "/tra-cuu")[0], 200)
            equal(file_one()[0], 201)
    finally:
        stop.set()
        feeder.join()
    back_to(base)
    for s in heads + bodies + deaf:
        s.close()


def ten_thousand_connections():
    base = descriptors()
    true(resource.getrlimit(resource.RLIMIT_NOFILE)[0] > MANY + 500, f"this test needs {MANY} descriptors")
    w.settings["idle"] = "5m"  # they wait for each other
    w.stop()
    w.start()
    many = []
    for i in range(MANY):
        many.append(connect())
        many[-1].sendall(b"GET /tra-cuu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for s in many:
        true(s.recv(1 << 16).startswith(b"HTTP/1.1 200 "), "each has its page")
    equal(file_one()[0], 201, "others are served")
    for s in many[::100]:
        s.setblocking(False)
        try:
            while s.recv(1 << 16):
                pass
        except BlockingIOError:
            pass
        s.settimeout(240)
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        true(s.recv(1 << 16).startswith(b"HTTP/1.1 200 "), "and a second one on the same connection")
    more = [connect() for _ in range(LIMIT - MANY + 50)]  # past the limit: they wait outside or are closed, and nobody else feels it
    s = many[5]
    s.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    true(s.recv(1 << 16), "who is in is served")
    for s in many + more:
        s.close()
    back_to(base)
    served()
    w.settings["idle"] = "3s"
    w.stop()
    w.start()


# ---- the disk ----

def what_reads_is_served():
    for path in ("/", "/dich-vu-cong", "/tra-cuu", "/healthz"):
        equal(w.ask("GET", path)[0], 200, path)


def a_disk_that_became_read_only():
    sent = []
    faulty.for_long("write sync name", errno.EROFS)
    try:
        for i in range(5):
            sent.append((f"Mẫu ro {i}", f"ro{i}"))
            clear("a filing", *file_one(*sent[-1]))
            clear("a file", *w.call("POST", "/api/v1/files?name=a.pdf", pdf(f"ro {i}"), "counter", Content_Type="application/pdf", Idempotency_Key=f"rof{i}"))
        what_reads_is_served()
    finally:
        true(faulty.off() > 5, "it was felt")
    for name, key in sent:
        equal(file_one(name, key)[0], 201, "the same key again")
    served()
    exactly_once()


def a_database_file_that_is_gone_for_a_while():
    """SQLite: nothing can be read, written or opened. What stands in memory is served, the rest says so."""
    sent, pid = [], w.process.pid
    faulty.for_long("read write sync name", errno.EIO)
    try:
        for i in range(5):
            sent.append((f"Mẫu eio {i}", f"eio{i}"))
            clear("a filing", *file_one(*sent[-1]))
        equal(w.ask("GET", "/healthz")[0], 200)
        for path in ("/", "/tra-cuu", "/dich-vu-cong"):
            status, page, _ = w.ask("GET", path)
            true(status in (200, 500, 503) and b"<h1" in page and b"</html>" in page, f"{path}: {status}")
    finally:
        faulty.off()
    for name, key in sent:
        until("the same key again", lambda: file_one(name, key)[0] == 201)
    served()
    equal((w.alive(), w.process.pid), (True, pid))
    exactly_once()


# ---- the clock ----

def papers_are_drawn():
    until("jobs are done", lambda: one("select count(*) from job where state = 'open' and kind like 'issue.paper'") == "0")


def a_clock_that_steps():
    """Two days back, four forward, and back again: an event is never before the one before it, what waits in the background goes on, and people sign in."""
    served()
    base = program.shift
    for step in (-2 * 24 * HOUR, 2 * 24 * HOUR, 0):
        faulty.step_clock(base + step)
        w.tokens.clear()  # signed in again, at the time of the clock on the wall
        for _ in range(3):
            served()
        [status, answer] = w.call("POST", f"/api/v1/dossiers/{list(acked.values())[-1]}/actions", {"action": "accept"}, "counter", Idempotency_Key=f"clock{step}")
        equal(status, 200, answer)
        papers_are_drawn()
        entries = [(int(l), int(s), int(a)) for l, s, a in w.query("select lane, seq, at from log_entry order by lane, seq")]
        true(all(x[0] != y[0] or x[2] <= y[2] for x, y in zip(entries, entries[1:])), "the log goes forward")
    exactly_once()
    w.verify()


# ---- mail and time-stamps ----

def a_mail_after_a_crash_carries_the_same_id():
    to, over = "lan.mau@dan.example", threading.Event()
    lock = writing(w.data, timeout=60, check_same_thread=False)

    def die():  # it has heard that the mail is kept, and can commit nothing
        w.kill()
        lock.rollback()
        over.set()
    sink.watched, sink.at_end, sink.at_quit = to, lambda: lock.execute("begin immediate"), die
    file_with_mail(to)
    true(over.wait(240), "no mail came")
    equal(len(mails_to(to)), 1)
    equal(one(f"select count(*) from mail_outbox where recipient = '{to}' and state = 'queued'"), "1", "not noted as sent")
    w.start()
    until("it is sent again", lambda: len(mails_to(to)) == 2)
    first, second = mails_to(to)
    equal(second["Message-ID"], first["Message-ID"])
    equal(second.get_payload(), first.get_payload())
    until("noted as sent", lambda: one("select count(*) from mail_outbox where state = 'queued'") == "0")
    equal(len(mails_to(to)), 2)


def tried_and_waiting():
    now = int((time.time() + program.shift) * 1000)
    return one(f"select count(*) from job where state = 'open' and kind in ('mail.send', 'log.close_day') and due <= {now}") == "0"


def mail_and_time_stamps_away_for_a_day():
    to = "ngay.mau@dan.example"
    sink.away()
    authority.away()
    stamps = authority.stamps
    file_with_mail(to)
    until("the mail waits", lambda: one("select count(*) from mail_outbox where state = 'queued'") != "0")
    for hour in range(1, 26):
        faulty.step_clock(hour * HOUR)
        until("what is due was tried", tried_and_waiting)
    until("the day is closed", lambda: one("select count(*) from log_day where stamp is null") != "0")
    equal(w.query("select kind, last_error from job where state = 'dead'"), [], "nothing is given up")
    equal((w.ask("GET", "/")[0], mails_to(to)), (200, []))
    sink.listen()
    authority.listen()
    faulty.step_clock(26 * HOUR)
    until("the mail is sent", lambda: len(mails_to(to)) == 1 and one("select count(*) from mail_outbox where state = 'queued'") == "0")
    until("each day has its stamp", lambda: one("select count(*) from log_day where stamp is null") == "0")
    true(authority.stamps > stamps, "by this authority")
    w.tokens.clear()
    w.verify()


def a_job_that_always_fails_holds_up_nobody():
    """It is tried more and more seldom, others go on, and when it is given up an administrator sees it and sends it on."""
    bad, good = "hong.mau@dan.example", "tot.mau@dan.example"
    sink.deaf.add(bad)
    file_with_mail(bad)
    waits = []
    query = f"select j.due from job j join mail_outbox m on j.payload = cast(m.id as text) where m.recipient = '{bad}' and j.last_error is not null and j.state = 'open' and j.lease = 0"
    start = program.shift
    for i in range(6):
        now = (time.time() + program.shift) * 1000
        due = until("tried, and waiting", lambda: [int(x[0]) for x in w.query(query) if int(x[0]) > now])
        waits.append((due[0] - now) / 1000)
        faulty.step_clock(program.shift + int(waits[-1]) + 2)
    true(2 * max(waits[:2]) < waits[-1], f"waits grow: {waits}")
    file_with_mail(good)
    until("others go on", lambda: mails_to(good))
    equal(mails_to(bad), [])
    for day in range(1, 8):
        faulty.step_clock(start + day * 24 * HOUR)
        until("what is due was tried", tried_and_waiting)
    until("given up", lambda: one("select count(*) from job where state = 'dead' and kind = 'mail.send'") != "0")
    w.tokens.clear()
    cookie = w.sign_in("admin")
    page = w.ask("GET", "/quan-tri/viec-nen", headers={"Cookie": cookie})[1].decode()
    [retry] = set(re.findall(r'action="(/quan-tri/viec-nen/\d+/[a-z-]+)"', page)[:1])
    sink.deaf.clear()
    true("Gửi thư" in page and bad not in page, "the administrator sees it, and no address")
    status, text, _ = w.form(retry, cookie, **w.hidden("/quan-tri/viec-nen", cookie))
    equal(status, 303, text[:500])
    until("sent on", lambda: mails_to(bad))
    w.tokens.clear()


# ---- helpers ----

def helpers():
    """{pid: words} of what the program's starters started (src/core/helper/starter.h)."""
    parents, said = {}, {}
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            with open(f"/proc/{pid}/stat") as f:
                parents[pid] = int(f.read().rsplit(")", 1)[1].split()[1])
            with open(f"/proc/{pid}/cmdline") as f:
                said[pid] = f.read().replace("\0", " ")
        except OSError:  # it ended meanwhile
            pass
    return {pid: words_ for pid, words_ in said.items() if parents.get(parents[pid]) == w.process.pid}


def kill_helpers(word):
    n = 0
    for pid, words_ in helpers().items():
        if word in words_:
            try:
                os.kill(pid, signal.SIGKILL)
                n += 1
            except ProcessLookupError:
                pass
    return n


class Killer:
    """Ends each helper of that name as soon as it is seen, inside a with. killed: how many."""

    def __init__(self, word, pause):
        self.word, self.pause, self.killed, self.stop = word, pause, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stop.wait(self.pause):
            self.killed += kill_helpers(self.word)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *a):
        self.stop.set()
        self.thread.join()


def while_they_die(word, act, times=20):
    """act(i) at least so often, and until five helpers of that name were killed at their work."""
    i, end = 0, time.time() + program.PATIENCE
    with Killer(word, 0.05) as killer:
        while (i < times or killer.killed < 5) and time.time() < end:
            act(i)
            i += 1
    true(killer.killed >= 5, f"{word}: {killer.killed} died in {i} acts")
    print(f"# {word}: {killer.killed} died in {i} acts")


def decide(code):
    """From the counter to the director: its result is to be drawn and signed."""
    w.act("counter", code, "accept")
    [assign] = [a for a in w.api("head", "GET", f"/dossiers/{code}/actions")["items"] if a["action"] == "assign"]
    w.act("head", code, "assign", to=next(c["value"] for f in assign["fields"] if f["name"] == "to" for c in f["choices"] if "Thụ Lý" in c["label"]))
    w.act("specialist", code, "finish")
    w.act("specialist", code, "submit", outcome="result", text="Đề nghị cấp giấy phép.")
    w.act("head", code, "approve")
    w.act("director", code, "approve")


def helpers_that_die():
    """Under uploads, then under signing: each answer is clear, sent again it is kept, results are drawn and signed in the end."""
    late, codes = [], []

    def send(i):
        return w.call("POST", "/api/v1/files?name=a.pdf", pdf(f"helper {i}"), "counter", Content_Type="application/pdf", Idempotency_Key=f"help{i}")

    def send_once(i):
        status, answer = send(i)
        if status != 201:
            clear("a file", status, answer, (500, 502, 503))
            late.append(i)

    def decide_one(i):
        """Its result is drawn and signed."""
        code = file_with_mail(f"ky{i}.mau@dan.example")
        codes.append(code)
        decide(code)

    def signed():
        return int(one("select count(distinct dossier) from dossier_file where field = 'result:signed' and state = 'clean' and dossier in"
                       f" (select id from dossier where code in ({', '.join(repr(c) for c in codes)}))"))
    while_they_die("motcua-render", send_once)
    for i in late:
        equal(send(i)[0], 201)
    while_they_die("sign-helper", decide_one, 5)
    until(lambda: f"{signed()} of {len(codes)} signed; " + str(w.query("select kind, state, attempts, lease, due, last_error from job where state <> 'done' order by due limit 12")), lambda: signed() == len(codes))
    code = file_with_mail("ky.mau@dan.example")
    until("files are looked at", lambda: one("select count(*) from dossier_file where state = 'quarantine'") == "0")
    w.act("counter", code, "accept")
    kill_helpers("sign-helper")
    papers_are_drawn()
    kill_helpers("motcua-render")
    served()


def a_result_whose_drawing_dies_each_time_is_given_up():
    """Tried with growing waits and no more than ten times; the record says so to who decided, an administrator sees it by its code and asks for it again."""
    code, start = file_with_mail("ve.mau@dan.example"), program.shift
    until("files are looked at", lambda: one("select count(*) from dossier_file where state = 'quarantine'") == "0")
    job = f"select {{}} from job j join dossier d on j.run_key = cast(d.id as text) where d.code = '{code}' and j.kind = 'issue.sign'"

    def record():
        return w.ask("GET", f"/ban-lam-viec/ho-so/{code}", headers={"Cookie": w.sign_in("director")})[1].decode()
    with Killer("motcua-render papers", 0.002) as killer:
        decide(code)
        until("tried", lambda: w.query(job.format("j.attempts") + " and j.lease = 0 and j.last_error is not null"))
        true("Chưa lập và ký được kết quả" in record(), "the record says that it is tried again")
        while one(job.format("j.state")) == "open":
            tries, due = map(int, w.query(job.format("j.attempts, j.due"))[0])
            faulty.step_clock(int(due / 1000 - time.time()) + 2)
            until("tried again, or given up", lambda: w.query(job.format("1") + f" and j.lease = 0 and (j.attempts > {tries} or j.state = 'dead')"))
        true(killer.killed >= 10, f"{killer.killed} were killed")
    equal(w.query(job.format("j.state, j.attempts, j.hopeless")), [("dead", "10", "1")])
    true(program.shift - start < 3 * HOUR, "in the morning it is known in the afternoon")
    w.tokens.clear()
    page = record()
    true("Hệ thống đã dừng lập và ký kết quả" in page and "Đã thử 10 lần" in page and "Thử lại ngay" in page, "the record says what happened and whom to tell")
    equal(one(f"select count(*) from dossier_file f join dossier d on d.id = f.dossier where d.code = '{code}' and f.kind = 'result'"), "0", "nothing of it is kept")
    cookie = w.sign_in("admin")
    page = w.ask("GET", "/quan-tri/viec-nen", headers={"Cookie": cookie})[1].decode()
    row = next(x for x in page.split("<tr")[1:] if code in x)
    true("không tự thử lại" in row and "its process ended" in row, row)
    [retry] = re.findall(r'action="(/quan-tri/viec-nen/\d+/thu-lai)"', row)
    equal(w.form(retry, cookie, **w.hidden("/quan-tri/viec-nen", cookie))[0], 303)
    until("signed", lambda: one(f"select count(*) from dossier_file f join dossier d on d.id = f.dossier where d.code = '{code}' and f.field = 'result:signed' and f.state = 'clean'") == "1")
    true("Hệ thống đã dừng" not in record(), "and the record says no more of it")
    papers_are_drawn()


# ---- stopping ----

def answer_of(s):
    """(status, whole?) of what comes on a connection until it is closed."""
    got = b""
    try:
        while True:
            more = s.recv(1 << 16)
            if not more:
                break
            got += more
    except OSError:
        pass
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.I)
    return int(head[9:12] or 0), bool(length) and len(body) == int(length.group(1)), body


def five_hundred_in_the_queue_at_a_stop():
    lock = writing(w.data, timeout=60)
    lock.execute("begin immediate")
    sent = {}
    for i in range(500):
        name, key, s = f"Mẫu stop {i}", f"stop{i}", connect()
        body = json.dumps(w.filing(name)).encode()
        s.sendall((f"POST /api/v1/dossiers HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {w.token('counter')}\r\nContent-Type: application/json\r\n"
                   f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body)
        sent[name] = (key, s)
    until("they are all in", lambda: gauge("motcua_http_active") >= 500)
    w.process.send_signal(signal.SIGTERM)
    until("it stops", lambda: "motcua stops" in w.said())
    lock.rollback()
    lock.close()
    counts, again = {}, []
    for name, (key, s) in sent.items():
        status, whole, body = answer_of(s)
        counts[status] = counts.get(status, 0) + 1
        true(whole and status in (201, 503), f"{name}: {status} {body[:200]}")
        if status == 201:
            acked[name] = json.loads(body)["code"]
        else:
            clear(name, status, body)
            again.append((name, key))
        s.close()
    equal(w.process.wait(240), 0)
    w.start()
    exactly_once()
    for name, key in again:
        equal(file_one(name, key)[0], 201)
    exactly_once()
    print(f"# 500 in the queue at a stop: {counts}")


def a_request_that_breaks_the_program_twice_is_refused():
    """It waits for the database, a fault of the process ends it: twice. A third time it is refused with a sentence, others are served, and it is reported."""
    body, headers = w.filing("Mẫu poison"), {"Idempotency_Key": "poison", "token": w.token("counter")}
    for times in (1, 2):
        lock = writing(w.data, timeout=60)
        lock.execute("begin immediate")
        asked = threading.Thread(target=lambda: no_answer.append(catch(lambda: w.ask("POST", "/api/v1/dossiers", body, **headers))))
        no_answer = []
        asked.start()
        until("it is in hand", in_hand)
        os.kill(w.process.pid, signal.SIGSEGV)
        w.process.wait()
        w.kill()
        asked.join()
        lock.rollback()
        lock.close()
        true(no_answer[0] is None or no_answer[0][0] == 503, no_answer)  # while a sanitizer tells of it, for seconds on a busy machine, others go on
        w.start()
        true("broke another build" not in w.said(), "the program was built anew under its test")
        true(f"times={times}" in w.said(), w.said()[-2000:])
    status, answer, _ = w.ask("POST", "/api/v1/dossiers", body, **headers)
    equal(status, 500)
    true("hai lần" in json.loads(answer)["detail"], answer)
    served()
    true(b"broke the program twice" in w.ask("GET", "/readyz")[1] and gauge("motcua_poisoned_requests") == 1, "reported")
    equal(one("select count(*) from dossier where applicant_name = 'Mẫu poison'"), "0")
    equal(file_one("Mẫu poison, changed", "poison2")[0], 201)
    program.found[:] = [f for f in program.found if f"SEGV on unknown address {os.getpid():#014x}" not in f[0]]  # as the address of a signal its sender is told


def in_hand():
    """Does any request stand in the file of what is in hand? Its slots come after a head and the culprits (src/core/http/flight.c)."""
    with open(os.path.join(w.data, "in-hand.0"), "rb") as f:
        return any(f.read()[4 * 8 + 64 * 16:])


def catch(fn):
    try:
        return fn()
    except (OSError, http.client.HTTPException):
        return None


def everything_is_whole():
    exactly_once()
    true(not w.half_files(set()), "no half file")
    w.ends_well()


w.start()
for role in ("counter", "citizen", "system"):
    w.token(role)
w.examples()
tests = Tests()
tests.run(uploads_cut_in_the_middle, slow_clients_hold_up_nobody, ten_thousand_connections, a_disk_that_became_read_only, a_database_file_that_is_gone_for_a_while,
          helpers_that_die, five_hundred_in_the_queue_at_a_stop, a_mail_after_a_crash_carries_the_same_id, mail_and_time_stamps_away_for_a_day,
          a_job_that_always_fails_holds_up_nobody, a_result_whose_drawing_dies_each_time_is_given_up, a_request_that_breaks_the_program_twice_is_refused, a_clock_that_steps, everything_is_whole)
tests.end()
