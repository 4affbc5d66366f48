#!/usr/bin/env python3
"""Every setting acts: each key, seen from outside the running program. Ends in "N passed, N failed"."""
import base64, hashlib, http.server, json, os, shutil, socket, socketserver, ssl, subprocess, sys, threading, time, urllib.request
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Server, Tests, copy_of, demo, equal, free_port, pdf, refused, root, rows, run, source, true, until, writing

base, people = demo("base")
made = 0


def fresh():
    global made
    made += 1
    return copy_of(base, f"data{made}")


def file(name, text, mode=0o600):
    path = os.path.join(root, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def metrics(port):
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read().decode()
    return {k: float(v) for k, v in (line.rsplit(" ", 1) for line in text.splitlines() if line and line[0] != "#")}


def the_place_stands_in_the_file():
    data = fresh()
    with Server(place=[], data_dir=data) as s:
        equal(s.ask("GET", "/readyz")[0], 200)
    conf = file("place.conf", f"data_dir = {data}\ndb = sqlite\n")
    code, out, err = run("verify", "--config", conf)
    equal((code, out.startswith("good")), (0, True), err)
    equal(run("verify", "--config", conf, "--data", os.path.join(root, "nowhere"))[0], 1, "--data wins")
    equal(run("verify")[0], 2)
    true("no user and password" in refused(data, db="postgresql://u:p@127.0.0.1/x"), "a password in db")
    true("127.0.0.1" in refused(data, db="host=127.0.0.1 port=1 dbname=x connect_timeout=2"), "db is used")


def ids_carry_the_node():
    data = fresh()
    before = {r[0] for r in rows(data, "select id from account")}
    conf = file("node.conf", "node = 37\nargon_memory = 8M\nargon_passes = 1\n")
    code, _, err = run("user", "add", "--data", data, "--config", conf, "--login", "quantri2", "--kind", "admin", "--name", "Quản trị viên Hai", stdin="mot mat khau dai\n")
    equal(code, 0, err)
    new = [r for r in rows(data, "select id, password from account") if r[0] not in before]
    equal([(r[0] >> 14 & 255, r[1].split("$")[3]) for r in new], [(37, "m=8192,t=1,p=1")])


def the_writer_has_its_queue_and_batch():
    """While another program holds the database's write lock, what does not fit into the queue is refused; commits hold one action each."""
    data, port = fresh(), free_port()
    with Server(data, writer_queue=16, writer_batch=1, listen_metrics=f"127.0.0.1:{port}", argon_memory="8M", argon_passes=1, slow_threads=8, slow_queue=1000) as s:
        lock = writing(data, isolation_level=None, timeout=30)
        lock.execute("begin immediate")
        codes = []
        threads = [threading.Thread(target=lambda: codes.append(s.form("/dang-nhap", login="citizen", password=people["citizen"]["password"])[0])) for _ in range(60)]
        for t in threads:
            t.start()
        until("the queue is full", lambda: metrics(port)["motcua_writer_refused"] > 10)
        true(metrics(port)["motcua_writer_queued"] <= 16, "more are queued than may be")
        lock.execute("rollback")
        for t in threads:
            t.join(240)
        equal(sorted(set(codes)), [303, 503])
        true(codes.count(303) >= 16, f"too few are done: {codes.count(303)}")
        m = metrics(port)
        true(m["motcua_writer_batches"] >= codes.count(303), f"{m['motcua_writer_batches']} commits for {codes.count(303)} actions")
        true(m["motcua_wal_bytes"] > 0, "the log has bytes")


def the_log_has_its_cap():
    """A reader that stays makes the write-ahead log grow: at the cap the program writes nothing, says so, and goes on when it has left."""
    data, port = fresh(), free_port()
    with Server(data, wal_max="16M", listen_metrics=f"127.0.0.1:{port}", argon_memory="8M", argon_passes=1, upload_max="20M") as s:
        token = s.new_token(people["citizen"])
        reader = writing(data, isolation_level=None)
        reader.execute("begin")
        reader.execute("select count(*) from dossier").fetchone()
        writes = writing(data, isolation_level=None, timeout=30)
        writes.execute("pragma wal_autocheckpoint=0")
        writes.execute("create table filler (x blob)")
        for _ in range(18):
            writes.execute("insert into filler values (zeroblob(1000000))")
        writes.execute("drop table filler")
        until("the writer is full", lambda: s.ask("POST", "/api/v1/tokens", {"login": "citizen", "password": people["citizen"]["password"]})[0] == 503 and metrics(port)["motcua_wal_full"] == 1)
        true("write-ahead log" in s.ask("GET", "/readyz")[1].decode(), "readyz says so")
        equal(s.ask("GET", "/api/v1/dossiers", token=token)[0], 200, "reading goes on")
        reader.execute("rollback")
        until("writing goes on", lambda: s.ask("POST", "/api/v1/tokens", {"login": "citizen", "password": people["citizen"]["password"]})[0] == 201)
        equal(metrics(port)["motcua_wal_full"], 0)
        reader.close()
        writes.close()
    equal(run("verify", "--data", data)[0], 0)


def jobs_have_their_threads():
    def threads(n):
        with Server(fresh(), job_threads=n) as s:
            return len(os.listdir(f"/proc/{s.process.pid}/task"))
    equal(threads(9) - threads(2), 7)


# F-145: keys and passwords lie in files of their own, outside code and configuration.
def the_master_key_may_lie_elsewhere():
    data = fresh()
    key = os.path.join(root, "elsewhere.key")
    shutil.move(os.path.join(data, "master.key"), key)
    said = refused(data)
    true("the master key is not there" in said, said)
    true(not os.path.exists(os.path.join(data, "master.key")), "no new key is made beside old data")
    with Server(data, master_key_file=key) as s:
        s.new_token(people["head"])  # the second factor is sealed under it
    os.chmod(key, 0o640)
    said = refused(data, master_key_file=key)
    true("chmod 600" in said, said)


class Smtp(socketserver.StreamRequestHandler):
    """A mail server that wants a password."""

    def handle(self):
        out, server = lambda s: self.wfile.write(s.encode() + b"\r\n"), self.server
        out("220 test")
        for line in self.rfile:
            word = line.decode().strip()
            verb = word.upper().split(" ")[0]
            if verb == "EHLO":
                out("250-test")
                out("250 AUTH PLAIN")
            elif verb == "AUTH":
                out("334 ")
                server.auth.append(self.rfile.readline().decode().strip())
                out("235 ok")
            elif verb == "DATA":
                out("354 go")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
                server.mails += 1
                out("250 kept")
            elif verb == "QUIT":
                out("221 bye")
                return
            else:
                out("250 ok")


def mail_goes_with_its_password():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    server.auth, server.mails = [], 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    password = file("smtp", "bí mật của thư\n")
    settings = dict(smtp_url=f"smtp://127.0.0.1:{server.server_address[1]}", smtp_starttls="no", smtp_user="mot-cua", smtp_password_file=password)
    with Server(fresh(), **settings) as s:
        equal(s.form("/quen-mat-khau", login="citizen")[0], 303, "the code is asked for")
        until("the mail is sent", lambda: server.mails)
        equal(base64.b64decode(server.auth[0]).decode(), "\0mot-cua\0bí mật của thư")
        true("bí mật" not in "".join(s.log) and "bí mật" not in open(f"/proc/{s.process.pid}/cmdline", encoding="utf-8").read(), "a secret is told")
    server.shutdown()
    os.chmod(password, 0o644)
    true("chmod 600" in refused(fresh(), **settings), "a password that others may read")
    true("smtp_password_file" in refused(fresh(), smtp_user="x"), "a user without a password")


def the_sink_has_its_port():
    port = free_port()
    with Server(fresh(), mail_sink_port=port):
        with socket.create_connection(("127.0.0.1", port), 10) as c:
            true(c.recv(100).startswith(b"220"), "a mail server answers")


def made_certificate(name):
    """A key and a certificate of its own: its paths."""
    key, cert = os.path.join(root, f"{name}.key"), os.path.join(root, f"{name}.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return key, cert


def receiver(key, cert, asks_for=None):
    """A system that takes changes over TLS, from whoever shows the certificate asked for; what it got, its address, and how to end it."""
    got = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.headers["Authorization"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *a):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if asks_for:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(asks_for)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *a: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return got, f"https://127.0.0.1:{server.server_address[1]}/thay-doi", server.shutdown


def one_change(data):
    """One change is waiting, as if nothing had been tried yet."""
    now = int(time.time() * 1000)
    db = writing(data)
    db.execute("delete from outbox")
    db.execute("delete from job where kind = 'outbox.deliver'")
    db.execute("insert into outbox (id, topic, subject_key, body, state, made_at, due) values (1, 'dossier.state', 'H99', '{\"state\":\"accepted\"}', 'queued', ?, ?)", (now, now))
    db.commit()
    db.close()
    return data


def changes_go_with_their_token_over_tls():
    key, cert = made_certificate("tls")
    got, url, end = receiver(key, cert)
    data, token = one_change(fresh()), file("token", "ma-truy-cap-7\n")
    with Server(data, outbox_url=url, outbox_token_file=token):
        time.sleep(4)
    equal(got, [], "a server with a certificate of nobody gets nothing")
    with Server(one_change(data), outbox_url=url, outbox_token_file=token, outbox_ca_file=cert):
        until("the change is delivered", lambda: got)
    equal((got[0][0], got[0][1]["key"]), ("Bearer ma-truy-cap-7", "H99"))
    end()


def the_receiver_may_ask_for_a_certificate():
    key, cert = made_certificate("receiver")
    own_key, own = made_certificate("mot-cua")
    other_key, other = made_certificate("another")
    got, url, end = receiver(key, cert, own)
    data = fresh()
    for settings in ({}, dict(outbox_cert_file=other, outbox_key_file=other_key)):
        with Server(one_change(data), outbox_url=url, outbox_ca_file=cert, **settings) as s:
            until("it was tried", lambda: rows(data, "select attempts from outbox")[0][0] > 0)
        equal(got, [], f"{settings}")
    with Server(one_change(data), outbox_url=url, outbox_ca_file=cert, outbox_cert_file=own, outbox_key_file=own_key):
        until("the change is delivered", lambda: got)
    true("go together" in refused(fresh(), outbox_cert_file=own), "half of it")
    os.chmod(own_key, 0o644)
    true("chmod 600" in refused(fresh(), outbox_url=url, outbox_cert_file=own, outbox_key_file=own_key), "a key that others may read")
    end()


def the_mail_server_may_ask_for_a_certificate():
    """And no password then: RFC 4954 leaves it to TLS who the client is."""
    key, cert = made_certificate("mail-server")
    own_key, own = made_certificate("mot-cua-mail")
    other_key, other = made_certificate("another-mail")
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
    server.auth, server.mails, server.handle_error = [], 0, lambda *a: None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(own)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = dict(smtp_url=f"smtps://127.0.0.1:{server.server_address[1]}", smtp_ca_file=cert)
    data = fresh()
    with Server(data, **place, smtp_cert_file=other, smtp_key_file=other_key) as s:
        equal(s.form("/quen-mat-khau", login="citizen")[0], 303, "the code is asked for")
        until("it was tried", lambda: rows(data, "select attempts from job where kind = 'mail.send' and attempts > 0"))
    equal(server.mails, 0)
    with Server(fresh(), **place, smtp_cert_file=own, smtp_key_file=own_key) as s:
        s.form("/quen-mat-khau", login="citizen")
        until("the mail is sent", lambda: server.mails)
    equal(server.auth, [])
    server.shutdown()
    true("go together" in refused(fresh(), smtp_key_file=own_key), "half of it")
    os.chmod(own_key, 0o644)
    true("chmod 600" in refused(fresh(), **place, smtp_cert_file=own, smtp_key_file=own_key), "a key that others may read")


def leaked_passwords_are_refused():
    """Through the page, by a file as the downloader leaves it; one that is none stops the start."""
    leaked = ["mùa xuân nho nhỏ năm nào", "tiếng gà trưa bên xóm nhỏ"]
    lines = sorted(hashlib.sha1(x.encode()).hexdigest().upper() + f":{i + 1}" for i, x in enumerate(leaked + [f"khac {i}" for i in range(500)]))
    path = file("pwned", "\r\n".join(lines) + "\r\n")
    with Server(fresh(), breached_passwords=path) as s:
        for password, status in ((leaked[0], 422), (leaked[1], 422), ("mùa xuân nho nhỏ năm nay", 303)):
            said = s.form("/dang-ky", kind="citizen", name="Nguyễn Thị Lộ", email="lo@example.invalid", number="001190000077", agree="1", password=password, again=password, phone="0912000077")
            equal((said[0], "đã bị lộ" in said[1].decode()), (status, status == 422), password)
    true("not sorted" in refused(fresh(), breached_passwords=file("unsorted", "\n".join(reversed(lines)) + "\n")), "not sorted")
    true("breached_passwords" in refused(fresh(), breached_passwords=file("words", "mat khau\n" * 50)), "words")
    true("breached_passwords" in refused(fresh(), breached_passwords="/nowhere/pwned.txt"), "no file")


def packs_lie_over_the_programs():
    packs = os.path.join(root, "packs")
    os.makedirs(os.path.join(packs, "forms"))
    with open(os.path.join(source, "packs/forms/don-chung.json"), encoding="utf-8") as f:
        text = f.read()
    title = json.loads(text)["title"]
    with open(os.path.join(packs, "forms/don-chung.json"), "w", encoding="utf-8") as f:
        f.write(text.replace(title, "ĐƠN CỦA TỈNH MẪU"))
    with Server(fresh(), packs_dir=packs) as s:
        true("ĐƠN CỦA TỈNH MẪU" in s.ask("GET", "/api/v1/procedures/bx-cap-lai-xquang/form")[1].decode(), "the province's form is asked")
    with Server(fresh()) as s:
        true(title in s.ask("GET", "/api/v1/procedures/bx-cap-lai-xquang/form")[1].decode(), "without the folder the program's")
    with open(os.path.join(packs, "forms/don-chung.json"), "w") as f:
        f.write('{"format": 1, "id": ')
    said = refused(fresh(), packs_dir=packs)
    true("forms/don-chung.json" in said, said)
    true("packs_dir" in refused(fresh(), packs_dir=os.path.join(root, "no-such-folder")), "a folder that is not there")


def passwords_follow_their_cost():
    data = fresh()
    cost = lambda: rows(data, "select password from account where login = 'citizen'")[0][0].split("$")[3]
    equal(cost(), "m=65536,t=3,p=1")
    with Server(data, argon_memory="96M", argon_passes=4) as s:
        s.new_token(people["citizen"])
        s.new_token(people["citizen"])
    equal(cost(), "m=98304,t=4,p=1")
    equal(run("verify", "--data", data)[0], 0)


# F-141: sessions end by themselves.
def sessions_end():
    home = "/tai-khoan"
    with Server(fresh(), session_idle="6s", session_length="12s") as s:
        used, idle = s.sign_in(people["citizen"]), s.sign_in(people["citizen"])
        equal(s.ask("GET", home, headers={"Cookie": used})[0], 200)
        out = lambda cookie: s.ask("GET", home, headers={"Cookie": cookie})[0] != 200
        time.sleep(11.5)  # a session read before is believed for five seconds
        true(out(idle), "a session that was not used goes on")
        until("a session ends though it is used", lambda: out(used))
    true("session_length" in refused(fresh(), session_idle="2h", session_length="1h"), "shorter than idle")


def whole_lists_have_their_limit():
    """By address; other pages go on."""
    with Server(fresh(), rate_heavy=2) as s:
        token = s.new_token(people["head"])
        got = [s.ask("GET", "/ban-lam-viec/xuat.csv", token=token) for _ in range(12)]
        codes = [status for status, _, _ in got]
        equal((codes[:2], set(codes)), ([200, 200], {200, 429}), codes)
        true(all(int(h["retry-after"]) > 0 for status, _, h in got if status == 429), "it says when")
        equal(s.ask("GET", "/ban-lam-viec", token=token)[0], 200)


class Scanner:
    """A clamd of the test's own on a socket: silent (it hangs up) while `well` is unset, and about files that it does not bear."""

    def __init__(self, path):
        self.asked, self.well, self.unborne = [], False, None
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(50)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            c, _ = self.listener.accept()
            with c:
                f = c.makefile("rb")
                if f.read(10) != b"zINSTREAM\0":
                    continue
                got = b""
                while (n := int.from_bytes(f.read(4), "big")) > 0:
                    got += f.read(n)
                self.asked.append(got)
                if self.well and not (self.unborne and self.unborne in got):
                    c.sendall(b"stream: OK\0")


def a_silent_scanner_ends_the_round():
    """One question a round while it is silent, not one for each waiting file; and a file that it does not bear holds up no other."""
    data, where = fresh(), os.path.join(root, "clamd.sock")
    scanner = Scanner(where)
    waiting = lambda: rows(data, "select count(*) from dossier_file where state = 'quarantine'")[0][0]
    with Server(data, people=people, clamav_socket=where) as s:
        token = s.token("citizen")
        example = json.loads(s.ask("GET", "/api/v1/procedures/bx-cap-phep-xquang/form")[1])["example"]
        files = []
        for i, f in enumerate(example["files"]):
            status, body, _ = s.ask("POST", f"/api/v1/files?name=t{i}.pdf", pdf(f"tep {i} cua ho so"), {"Content-Type": "application/pdf", "Idempotency-Key": f"sc{i}"}, token)
            equal(status, 201, body)
            files.append({"field": f["field"], "file": json.loads(body)["id"]})
        true(len(files) >= 3, "files enough to tell rounds")
        status, body, _ = s.ask("POST", "/api/v1/dossiers", {"procedure": "bx-cap-phep-xquang", "answers": example["answers"], "files": files}, {"Idempotency-Key": "sc"}, token)
        equal(status, 201, body)
        until("the scanner is asked", lambda: scanner.asked)
        begun, before = time.time(), len(scanner.asked)
        time.sleep(7)
        rounds = (time.time() - begun) / 2 + 2
        true(len(scanner.asked) - before <= rounds, f"{len(scanner.asked) - before} questions in {rounds:.0f} rounds")
        n = waiting()
        equal(n, len(files), "nothing is taken for clean")
        scanner.unborne, scanner.well = b"tep 0 cua ho so", True
        until("the others are clean", lambda: waiting() == 1)
        scanner.unborne = None
        until("and the last", lambda: waiting() == 0)


def files_that_nothing_names_are_swept():
    """After sweep_wait; what a row names stays whatever its age, and so does what is younger. Abandoned pieces of uploads go, too."""
    data, days = fresh(), 86400
    named = rows(data, "select distinct lower(hex(blob)) from dossier_file where length(blob) = 32 limit 3") + [("d" * 64,)]
    blob = lambda hex_: os.path.join(data, "blobs", hex_[:2], hex_)

    def plant(hex_, age):
        os.makedirs(os.path.dirname(blob(hex_)), exist_ok=True)
        with open(blob(hex_), "wb") as f:
            f.write(b"x")
        os.utime(blob(hex_), (time.time() - age * days,) * 2)
    for hex_, age in (("a" * 64, 10), ("b" * 64, 4), ("c" * 64, 1)):
        plant(hex_, age)
    for (hex_,) in named:
        plant(hex_, 400)
    now, part = int(time.time() * 1000), lambda n: os.path.join(data, "parts", str(n))
    db = writing(data)
    db.execute("insert into draft (id, account, purpose, procedure, wrapped, sealed, made_at, updated_at) values (900, 5, 'new', 'bx-cap-phep-xquang', x'00', x'00', ?, ?)", (now, now))
    for i in (901, 902):
        db.execute("insert into draft_file (id, draft, field, name, type, size, state, at) values (?, 900, 'f', x'00', 'application/pdf', 10, 'uploading', ?)", (i, now))
    db.execute("insert into draft_file (id, draft, field, name, type, size, state, at, blob, plain_hash) values (904, 900, 'f', x'00', 'application/pdf', 1, 'kept', ?, ?, 'x')", (now, "d" * 64))
    db.commit()
    db.close()
    for n, age in ((901, 0), (902, 2), (903, 0)):  # under way; left for two days; of a draft that is gone
        with open(part(n), "wb") as f:
            f.write(b"half")
        os.utime(part(n), (time.time() - age * days,) * 2)
    with Server(data):
        until("what is old enough is removed", lambda: not os.path.exists(blob("a" * 64)) and not os.path.exists(part(902)) and not os.path.exists(part(903)))
        time.sleep(1)
    there = lambda: [os.path.exists(blob(c * 64)) for c in "abc"] + [os.path.exists(blob(h)) for (h,) in named] + [os.path.exists(part(901))]
    equal(there(), [False, True, True] + [True] * len(named) + [True], "the usual week")
    db = writing(data)
    db.execute("delete from job where kind = 'blob.sweep'")
    db.commit()
    db.close()
    with Server(data, sweep_wait="2d"):
        until("what is three days old is removed", lambda: not os.path.exists(blob("b" * 64)))
        time.sleep(1)
    equal(there(), [False, False, True] + [True] * len(named) + [True], "two days")
    true("sweep_wait" in refused(fresh(), sweep_wait="1d"), "shorter than a backup may take")


def a_bank_is_named_whole():
    true("go together" in refused(fresh(), bank_bin="970436"), "half a bank")
    true("six digits" in refused(fresh(), bank_bin="97043x", bank_account="1", bank_name="SO KHCN"), "a bank without a number")


def a_token_is_named_whole():
    true("signer_ca_file" in refused(fresh(), pkcs11_module="/usr/lib/softhsm/libsofthsm2.so"), "half a token")
    keys = file("keys", "person x = director\n")
    pki = os.path.join(base, "pki")
    said = refused(fresh(), pkcs11_module="/usr/lib/softhsm/libsofthsm2.so", pkcs11_token="motcua-demo", pin_file=os.path.join(pki, "pin"),
                   signer_ca_file=os.path.join(pki, "anchors.pem"), pkcs11_keys_file=keys)
    true("keys:1" in said, said)


tests = Tests()
tests.run(the_place_stands_in_the_file, a_silent_scanner_ends_the_round, ids_carry_the_node, the_writer_has_its_queue_and_batch, the_log_has_its_cap, jobs_have_their_threads,
          the_master_key_may_lie_elsewhere, mail_goes_with_its_password, the_sink_has_its_port, changes_go_with_their_token_over_tls, the_receiver_may_ask_for_a_certificate,
          the_mail_server_may_ask_for_a_certificate, leaked_passwords_are_refused,
          packs_lie_over_the_programs, passwords_follow_their_cost, sessions_end, whole_lists_have_their_limit, files_that_nothing_names_are_swept, a_bank_is_named_whole, a_token_is_named_whole)
tests.end()
