#!/usr/bin/env python3
"""A lost PostgreSQL comes back by itself: sessions ended by the server, answers to commits lost on the way, the server stopped and
started. Every acknowledged act is there exactly once, the program goes on without a restart, the log holds.

usage: lost_test.py PROGRAM SOURCE_DIR pg [SECONDS]     Each kind of loss for that long (5). Ends in "N passed, N failed".
The cluster is this test's own. Between it and the program stands a relay that can lose what a network can. Clients send again, with
the same key, what had 503 or no answer."""
import http.client, json, os, random, re, shutil, socket, subprocess, sys, tempfile, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import World
from program import PATIENCE, leave, source, until, words

cluster = tempfile.mkdtemp(prefix="motcua-lost-pg-")
os.environ["MOTCUA_PG_DIR"] = cluster
seconds = float(words[0]) if words else 5
luck = random.Random(int(os.environ.get("FAULT_SEED", str(int(time.time())))))
COMMIT = b"Q\x00\x00\x00\x0bcommit\x00"
lock = threading.Lock()
acked, again, strange = {}, {}, []  # name → code; name → how often it had to be sent again
waiting, accepted = [], set()
passed = failed = 0


class Relay:
    """Unix socket to Unix socket. `lose`: of the next commits, the request ("before") or the answer ("after") is lost with the connection."""

    def __init__(self, to):
        self.to, self.lose, self.lost, self.lock = to, [], {"before": 0, "after": 0}, threading.Lock()
        self.dir = tempfile.mkdtemp(prefix="motcua-relay-")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.dir + "/.s.PGSQL.5432")
        self.listener.listen(100)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.to + "/.s.PGSQL.5432")
            except OSError:
                client.close()
                continue
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def fate(self, bytes_):
        with self.lock:
            if bytes_ != COMMIT or not self.lose:
                return None
            how = self.lose.pop()
            self.lost[how] += 1
            return how

    def pump(self, source_, sink, from_client):
        try:
            while True:
                bytes_ = source_.recv(65536)
                how = self.fate(bytes_) if from_client else None
                if how:
                    source_.shutdown(socket.SHUT_RDWR)  # nothing reaches the program any more
                if not bytes_ or how == "before":
                    break
                sink.sendall(bytes_)
                if how == "after":
                    time.sleep(0.2)
                    break
        except OSError:
            pass
        for s in (source_, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def way(host):
    global relay
    relay = Relay(host)
    return relay.dir


def send(name, path, body, key, want, stop):
    """Until it is acknowledged, as the page of the 503 says."""
    while not stop.is_set():
        try:
            status, answer = w.call("POST", path, body, "counter", timeout=60, Idempotency_Key=key)
        except (OSError, http.client.HTTPException):
            status, answer = 0, b""
        if status == want:
            return json.loads(answer)
        if status not in (0, 503):
            with lock:
                strange.append(f"{name}: {status} {answer[:300]}")
            return None
        with lock:
            again[name] = again.get(name, 0) + 1
        time.sleep(0.05)
    return None


def client(kind, number, stop, give_up):
    n = 0
    while not stop.is_set():
        n += 1
        if number == 0:
            with lock:
                code = waiting.pop() if waiting else None
            if not code:
                time.sleep(0.02)
            elif send(code, f"/api/v1/dossiers/{code}/actions", {"action": "accept"}, f"a-{code}", 200, give_up):
                accepted.add(code)
            continue
        name = f"Mẫu {kind} {number} {n}"
        answer = send(name, "/api/v1/dossiers", w.filing(name), f"k-{kind}-{number}-{n}", 201, give_up)
        if answer:
            with lock:
                acked[name] = answer["code"]
                waiting.append(answer["code"])


def under_load(kind, lose):
    """Runs lose() beside three clients; gives how many acts had to be sent again."""
    stop, give_up = threading.Event(), threading.Event()
    again.clear()
    before = len(acked)
    threads = [threading.Thread(target=client, args=(kind, i, stop, give_up)) for i in range(3)]
    for t in threads:
        t.start()
    try:
        lose()
    finally:
        stop.set()
        for t in threads:
            t.join(60)
        give_up.set()
    check(len(acked) - before > 2, f"only {len(acked) - before} filings: no load")
    exactly_once()


def check(x, what):
    if not x:
        raise AssertionError(what)


def exactly_once():
    check(not strange, strange[:3])
    rows = w.query("select d.applicant_name, d.code, (select count(*) from log_text l where l.subject = d.id and l.kind = 'dossier.send'),"
                   " (select count(*) from log_text l where l.subject = d.id and l.kind = 'dossier.accept') from dossier d where d.applicant_name like 'Mẫu %'")
    found = {}
    for name, code, sends, accepts in rows:
        check(name not in found and sends == "1", f"{name}: filed twice ({code}, {found.get(name)}), {sends} entries")
        check(int(accepts) == (code in accepted), f"{code}: accepted {accepts} times, told {code in accepted}")
        found[name] = code
    check(found == acked, f"lost or other: {[n for n in acked if found.get(n) != acked[n]][:3]}; not told: {[n for n in found if n not in acked][:3]}")


def ready():
    return w.call("GET", "/readyz")[0] == 200


# ---- the tests ----

def sessions_ended_by_the_server():
    def lose():
        end = time.time() + seconds
        while time.time() < end:
            w.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
            time.sleep(luck.uniform(0.1, 0.5))
    under_load("ended", lose)
    until("ready", ready)


def commits_lost_on_the_way():
    def lose():
        end = time.time() + seconds
        while time.time() < end or (min(relay.lost.values()) < 3 and time.time() < end + PATIENCE):
            with relay.lock:
                relay.lose = [luck.choice(["before", "after"]) for _ in range(luck.randint(1, 3))]
            time.sleep(luck.uniform(0.1, 0.4))
        with relay.lock:
            relay.lose = []
    under_load("commit", lose)
    check(min(relay.lost.values()) >= 3, f"the relay lost {relay.lost}")
    # The entry in the log, or the key, tells within seconds: nobody was sent away.
    check(not again, f"sent away though the database was there: {dict(list(again.items())[:3])}")


def pg(*words):
    subprocess.run([os.path.join(source, "scripts/pg-test"), *words], check=True, capture_output=True)


def while_away():
    until("not ready", lambda: w.call("GET", "/readyz")[0] == 503)
    check(b"away" in w.call("GET", "/readyz")[1], "readyz does not say why")
    check(w.call("GET", "/healthz")[0] == 200, "the process itself is well")
    for path, words in (("/", "đợi một phút"), ("/?lang=en", "wait a minute"), ("/ban-lam-viec", "đợi một phút"), ("/dang-nhap", "đợi một phút")):
        status, page = w.call("GET", path)
        text = page.decode()
        check(status == 503 and words in text and "<h1" in text and "</html>" in text, f"{path}: {status} {text[:400]}")
    status, answer = w.call("POST", "/api/v1/dossiers", w.filing("Mẫu away 0 0"), "counter", Idempotency_Key="away")
    check(status == 503 and "đợi một phút" in json.loads(answer)["detail"], f"{status} {answer}")
    c = http.client.HTTPConnection("127.0.0.1", w.port, timeout=30)
    c.request("GET", "/")
    check(int(c.getresponse().getheader("Retry-After")) > 0, "no Retry-After")


def server_stopped_and_started():
    pid = w.process.pid
    def lose():
        for how in ("fast", "immediate"):
            time.sleep(1)
            pg("halt", how)
            try:
                while_away()
            finally:
                pg("resume")
            until("ready by itself", ready)
            time.sleep(seconds / 2)
    under_load("stopped", lose)
    check(w.process.poll() is None and w.process.pid == pid, "the program ended")


def pages_and_jobs_are_back():
    for path in ("/", "/dang-nhap", "/readyz"):
        check(w.call("GET", path)[0] == 200, path)
    w.no_lost_job()
    exactly_once()


def the_log_holds():
    check(w.verify()["entries"] > len(acked) + len(accepted), "entries")


leave.append(lambda: [pg("stop"), shutil.rmtree(cluster, ignore_errors=True), os.remove(cluster + ".lock")])
w = World(way=way)
leave.append(lambda: shutil.rmtree(relay.dir, ignore_errors=True))
try:
    w.start()
    w.token("counter")
    w.examples()
    for fn in (sessions_ended_by_the_server, commits_lost_on_the_way, server_stopped_and_started, pages_and_jobs_are_back, the_log_holds):
        try:
            fn()
            passed += 1
        except Exception as e:
            failed += 1
            print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}\n{w.said()[-1500:]}", flush=True)
            break
except Exception as e:
    failed += 1
    print(f"FAILED {type(e).__name__}: {e}\n{w.said()[-1500:]}", flush=True)
print(f"# {len(acked)} filings and {len(accepted)} acceptances, commits lost: {relay.lost}, sent again: {sum(again.values())}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
