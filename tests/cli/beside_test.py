#!/usr/bin/env python3
"""Commands beside a running server, erasure, rotation of keys, and the graceful stop. Ends in "N passed, N failed"."""
import base64, functools, glob, http.client, json, os, quopri, re, shutil, signal, socket, ssl, stat, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import PORTAL, Server, Tests, add_portal, copy_of, database, demo, engine, env, equal, free_port, leave, pdf, people_of, postgres, root, rows, run, source, true, unpacked, until, writing

base, people = demo("base") if engine == "sqlite" else (None, None)
made = 0


def fresh():
    global made
    made += 1
    return copy_of(base, f"data{made}")


def commands_go_through_the_server():
    data = fresh()
    with Server(data) as s:
        mode = os.stat(os.path.join(data, "control.sock")).st_mode
        equal((stat.S_ISSOCK(mode), stat.S_IMODE(mode)), (True, 0o600))
        add_portal("--data", data)
        s.new_token(PORTAL)
        code, _, err = run("user", "add", "--data", data, "--login", "portal", "--kind", "system", "--name", "Lần hai", stdin="mot mat khau dai\n")
        equal((code, bool(err)), (1, True), "the same login again")
        packs = os.path.join(root, "proposals")
        os.makedirs(os.path.join(packs, "procedures"))
        with open(os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "packs/procedures/bx-khai-bao-xquang.json"), encoding="utf-8") as f:
            changed = re.sub(r'("revision": )(\d+)', lambda m: m.group(1) + str(int(m.group(2)) + 1), f.read().replace("X-quang", "X quang", 1), 1)
        with open(os.path.join(packs, "procedures/bx-khai-bao-xquang.json"), "w", encoding="utf-8") as f:
            f.write(changed)
        code, out, err = run("pack", "import", packs, "--data", data)
        equal((code, out.splitlines()[-1]), (0, "1 proposed, 0 refused"), out + err)
        to = os.path.join(root, f"backup{made}")
        equal(run("backup", "--data", data, "--to", to)[0], 0)
        for command in (["migrate"], ["demo", "--dossiers", "1"]):
            code, _, err = run(*command, "--data", data)
            equal((code, "another motcua is using" in err), (1, True), f"{command}: {err}")
        equal(s.ask("GET", "/readyz")[0], 200)
    equal(s.code, 0)
    code, out, _ = run("restore", "--data", os.path.join(root, f"restored{made}"), "--from", to, "--key", os.path.join(data, "master.key"))
    equal((code, "restored and good" in out), (0, True))
    equal(len(rows(os.path.join(root, f"restored{made}"), "select 1 from account where login = 'portal'")), 1)
    true(not os.path.exists(os.path.join(data, "control.sock")), "the socket goes with the server")


def stop_returns_when_the_server_is_gone():
    data = fresh()
    code, _, err = run("stop", "--data", data)
    equal((code, "no server runs" in err), (1, True))
    with Server(data) as s:
        equal(run("stop", "--data", data)[0], 0)
        equal(s.process.poll() is not None or s.process.wait(1) == 0, True, "it is gone when the command returns")
        s.code = s.process.wait(5)
    equal(s.code, 0)
    equal(run("migrate", "--data", data)[0], 0)


def a_stale_socket_and_nonsense_do_no_harm():
    data = fresh()
    with Server(data) as s:
        s.stop(signal.SIGKILL)
    true(os.path.exists(os.path.join(data, "control.sock")), "a killed server leaves its socket")
    add_portal("--data", data)  # by itself
    with Server(data) as s:
        for junk in (b"", b"\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x05hello", b"\x00\x00\x00\x02[]", b"\x00\x00\x00\x0e{\"act\":\"none\"}"):
            with socket.socket(socket.AF_UNIX) as c:
                c.connect(os.path.join(data, "control.sock"))
                c.sendall(junk)
                c.shutdown(socket.SHUT_WR)
                c.settimeout(15)
                c.recv(1000)
        code, _, err = run("user", "add", "--data", data, "--login", "portal2", "--kind", "system", "--name", "Hai", stdin="mot mat khau dai\n")
        equal(code, 0, err)


def others_are_not_answered():
    """Another user may not even connect; when the folder's rights were loosened, the kernel's word for who calls decides."""
    if os.geteuid() != 0:
        return
    data = fresh()
    with Server(data):
        os.chmod(root, 0o755)
        os.chmod(data, 0o755)
        path = os.path.join(data, "control.sock")
        ask = ("import socket,sys,os; os.setgid(65534); os.setuid(65534); c=socket.socket(socket.AF_UNIX); c.settimeout(5); c.connect(sys.argv[1]); "
               "\ntry: c.sendall(b'\\x00\\x00\\x00\\x0e' + b'{\"act\":\"stop\"}'); sys.exit(3 if c.recv(100) else 4)\nexcept ConnectionError: sys.exit(4)")
        equal(subprocess.run(["python3", "-c", ask, path], capture_output=True).returncode, 1, "connected")
        os.chmod(path, 0o666)
        equal(subprocess.run(["python3", "-c", ask, path], capture_output=True).returncode, 4, "answered a stranger")
        equal(run("stop", "--data", data)[0], 0)


def nothing_lies_open():
    """A folder made beforehand with loose rights and a loose umask: every file is its owner's alone, in a backup too. No core."""
    data, to = os.path.join(root, "loose"), os.path.join(root, "loose-backup")
    os.mkdir(data, 0o755)
    before = os.umask(0)
    try:
        equal(run("demo", "--data", data, "--dossiers", "1")[0], 0)
        env["PGPASSWORD"] = "mat-khau-trong-moi-truong"
        with Server(data) as s:
            equal(run("backup", "--data", data, "--to", to)[0], 0)
            open_ = [os.path.relpath(os.path.join(f, n), root) for d in (data, to) for f, _, names in os.walk(d) for n in names
                     if os.lstat(os.path.join(f, n)).st_mode & 0o077]
            equal(sorted(n for n in open_ if not n.endswith(".pem")), [])
            children = lambda pid: subprocess.run(["ps", "-o", "pid=", "--ppid", pid], capture_output=True, text=True).stdout.split()
            starters = children(str(s.process.pid))
            helpers = [h for pid in starters for h in children(pid)]
            for pid in [str(s.process.pid), *starters, *helpers]:
                with open(f"/proc/{pid}/limits", encoding="ascii") as f:
                    true(re.search(r"Max core file size +0 +0 ", f.read()), f"{pid} may leave a core file")
                with open(f"/proc/{pid}/coredump_filter", encoding="ascii") as f:
                    equal(int(f.read(), 16), 0, f"{pid}: memory in a piped core")
            if os.geteuid() == 0:  # others may not look: the helpers are not dumpable
                equal(len(helpers) >= 1, True, "the helper of the token; those for files run when a file comes")
                for pid in helpers:
                    with open(f"/proc/{pid}/environ", "rb") as f:
                        names = {x.split(b"=")[0].decode() for x in f.read().split(b"\0") if x}
                    equal(names - {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}, set(), f"helper {pid} sees")
                    equal(os.readlink(f"/proc/{pid}/fd/0"), "/dev/null")
                for pid in [*starters, *helpers]:
                    kinds = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
                    equal([x for x in kinds if x.startswith(data)], [], f"{pid}: open files of the server")
    finally:
        env.pop("PGPASSWORD", None)
        os.umask(before)


def the_front_writes_no_secret_into_its_log():
    """deploy/nginx.conf before the program: the secret of a QR code stands in the query, and must not stay in a log."""
    folder, tls, plain = os.path.join(root, "front"), free_port(), free_port()
    os.makedirs(folder)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=x",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/chain.pem"], check=True, capture_output=True)
    with open(os.path.join(source, "deploy/nginx.conf"), encoding="utf-8") as f:
        conf = re.sub(r"\n\tlisten \[::\].*|\n\tssl_stapling.*|\n\tresolver.*", "", f.read())
    with Server(fresh()) as s:
        for old, new in (("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen 443", f"listen 127.0.0.1:{tls}"), ("/etc/ssl/motcua/fullchain", f"{folder}/chain"),
                         ("/etc/ssl/motcua", folder), ("/var/log/nginx", folder), ("unix:/run/motcua/motcua.sock", f"127.0.0.1:{s.port}")):
            conf = conf.replace(old, new)
        with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as f:
            f.write(f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{ access_log {folder}/default.log;\n{conf}\n}}\n")
        p = subprocess.Popen(["nginx", "-c", f"{folder}/nginx.conf", "-p", folder], stderr=subprocess.PIPE)
        try:
            lax = ssl._create_unverified_context()
            def reach():
                try:
                    return urllib.request.urlopen(f"https://127.0.0.1:{tls}/healthz", context=lax, timeout=5).status == 200
                except (urllib.error.URLError, OSError):
                    return p.poll() is not None
            until("nginx", reach)
            for where, c in ((tls, http.client.HTTPSConnection("127.0.0.1", tls, context=lax)), (plain, http.client.HTTPConnection("127.0.0.1", plain))):
                c.request("GET", "/tra-cuu/H99-1?s=ZQXVSECRET", headers={"Referer": "https://x/?s=ZQXVREFERER"})
                true(c.getresponse().status in (404, 301), f"{where} answers")
            c = http.client.HTTPConnection("127.0.0.1", plain)
            c.request("GET", "/api/v1/procedures")
            equal(c.getresponse().status, 403, "a program that speaks in clear is not led on")
            s.stop()
            c = http.client.HTTPSConnection("127.0.0.1", tls, context=lax)
            c.request("GET", "/tra-cuu/H99-1?s=ZQXVGONE")
            equal(c.getresponse().status, 502, "the program is away")
        finally:
            p.terminate()
            p.wait(20)
    logs = "".join(open(os.path.join(folder, n), encoding="utf-8").read() for n in os.listdir(folder) if n.endswith(".log"))
    true("/tra-cuu/H99-1" in logs, "the request is logged")
    true("ZQXV" not in logs, "a secret in the log of nginx")


# ---- erasure ----

CANARY = {"name": "Zqxvbnơ Kỳ Lạ Wfgh", "identity": "001190777313", "phone": "0987654123", "email": "zqxvbn.wfgh@canary.example"}
FILE_WORD, ANSWER_WORD = "tep-zqkjhw-mat", "Phố Vxzqk Hẻm Jwq 4717"
WORDS = [CANARY["name"], "zqxvbno", "Zqxvbn", CANARY["identity"], CANARY["phone"], CANARY["email"], FILE_WORD, ANSWER_WORD, "Vxzqk", "vxzqk"]


def written(word):
    """As it may stand in bytes: plain, in three encodings, escaped for JSON and addresses, as mails write it (base64 at each offset, quoted-printable), as hex."""
    u = word.encode()
    out = {word.encode(c) for c in ("utf-8", "utf-16-le", "utf-16-be")} | {json.dumps(word)[1:-1].encode(), urllib.parse.quote(word).encode(), urllib.parse.quote_plus(word).encode(),
                                                                          quopri.encodestring(u).strip(), u.hex().encode(), u.hex().upper().encode()}
    for offset in range(3):  # what does not depend on the bytes around it
        out.add(base64.b64encode(b"\0" * offset + u)[(4 if offset else 0) + (1 if offset == 2 else 0):][:-4])
    return [x for x in out if len(x) > 4]


def found(data):
    """Which canaries stand in which file of the data folder, written in whatever way."""
    hits, ways = [], {w: written(w) for w in WORDS}
    for folder, _, names in os.walk(data):
        for name in names:
            path = os.path.join(folder, name)
            try:
                if not stat.S_ISREG(os.lstat(path).st_mode):
                    continue
                with open(path, "rb") as f:
                    bytes_ = f.read()
            except FileNotFoundError:  # PostgreSQL takes files away while we look
                continue
            hits += [(w, os.path.relpath(path, data)) for w in WORDS if any(x in bytes_ for x in ways[w])]
    return hits


def file_dossier(s, token):
    """A dossier with a canary in each kind of data: applicant, answer, file, mail."""
    _, body, _ = s.ask("GET", "/api/v1/procedures/bx-cap-phep-xquang/form")
    example, files = json.loads(body)["example"], []
    for i, f in enumerate(example["files"]):
        status, body, _ = s.ask("POST", "/api/v1/files?name=" + urllib.parse.quote(f"{FILE_WORD}{i}.pdf"), pdf(f"{FILE_WORD} {i}"), {"Content-Type": "application/pdf", "Idempotency-Key": f"f{i}"}, token)
        equal(status, 201, body.decode())
        files.append({"field": f["field"], "file": json.loads(body)["id"]})

    def plant(x):
        if isinstance(x, dict):
            return {k: ANSWER_WORD if k in ("detail", "dia_chi") and isinstance(v, str) else plant(v) for k, v in x.items()}
        return [plant(v) for v in x] if isinstance(x, list) else x
    answers = plant(example["answers"])
    true(ANSWER_WORD in json.dumps(answers, ensure_ascii=False), f"no place for an answer in {json.dumps(answers, ensure_ascii=False)[:900]}")
    body = {"procedure": "bx-cap-phep-xquang", "answers": answers, "files": files, "applicant": CANARY, "origin": "dvcqg", "origin_code": "000.00.00.H99-261124-0007"}
    status, answer, _ = s.ask("POST", "/api/v1/dossiers", body, {"Idempotency-Key": "d1"}, token)
    equal(status, 201, answer.decode())
    return json.loads(answer)["code"]


def searched_as_it_is_written():
    """The search itself: a canary in a file in each of the ways is found."""
    folder = os.path.join(root, "ways")
    os.makedirs(folder)
    name = CANARY["name"]
    mail = b"Subject: x\r\n\r\n" + base64.encodebytes(("ab" + "Kính gửi ông " + name + ", hồ sơ").encode())
    for i, text in enumerate([name.encode(), name.encode("utf-16-le"), json.dumps({"x": name}).encode(), urllib.parse.urlencode({"x": name}).encode(), mail.replace(b"\n", b"") , name.encode().hex().encode(),
                              quopri.encodestring(name.encode())]):
        with open(os.path.join(folder, "one"), "wb") as f:
            f.write(b"before " + text + b" after")
        true(name in [w for w, _ in found(folder)], f"the way {i} is not found")


def erased_means_found_nowhere():
    data = fresh()
    add_portal("--data", data)
    with Server(data) as s:
        portal, counter = s.new_token(PORTAL), s.new_token(people["counter"])
        code = file_dossier(s, portal)
        dossier = rows(data, "select id from dossier where code = ?", code)[0][0]
        until("the mail is caught", lambda: CANARY["email"] in [w for w, f in found(data) if f.startswith("mail/")])
        until("the files are scanned", lambda: not rows(data, "select 1 from dossier_file where dossier = ? and state = 'quarantine'", dossier))
        equal(s.ask("GET", "/api/v1/dossiers/" + code, token=counter)[0], 200)
        before = found(data)
        true({CANARY["name"], "zqxvbno"} <= {w for w, f in before if f.startswith("motcua.db")}, f"the name stands in the database before: {before}")
        db = writing(data, timeout=30)  # a supplement begun and not sent holds the same key
        wrapped = db.execute("select wrapped from dossier_key where id = ?", (dossier,)).fetchone()[0]
        db.execute("insert into draft (id, account, dossier, purpose, procedure, wrapped, sealed, made_at, updated_at) values (77, 5, ?, 'supplement', 'bx-cap-phep-xquang', ?, x'00', ?, ?)",
                   (dossier, wrapped, int(time.time() * 1000), int(time.time() * 1000)))
        db.commit()
        db.close()
        code_, out, err = run("erase", "--data", data, "--code", code, "--reason", "theo yêu cầu của người nộp")
        equal((code_, "erased" in out), (0, True), out + err)
        equal(found(data), [], "after erasing")
        key = bytes(wrapped)
        for folder, _, names in os.walk(data):
            for name in names:
                path = os.path.join(folder, name)
                if stat.S_ISREG(os.lstat(path).st_mode):
                    true(key not in open(path, "rb").read(), f"the wrapped key stands in {name}")
        status, body, _ = s.ask("GET", "/api/v1/dossiers/" + code, token=counter)
        true(status == 200 and CANARY["name"] not in body.decode(), f"{status} {body[:300]}")
        cookie = s.sign_in(people["counter"])
        for page in (f"/ban-lam-viec/ho-so/{code}", f"/ban-lam-viec/{code}", "/ban-lam-viec", f"/tra-cuu/{code}"):
            status, body, _ = s.ask("GET", page, headers={"Cookie": cookie})
            true(status < 500 and CANARY["name"] not in body.decode("utf-8", "replace"), f"{page}: {status}")
        code_, _, err = run("erase", "--data", data, "--code", code, "--reason", "nữa")
        equal((code_, "before" in err), (1, True), err)
        equal(run("erase", "--data", data, "--code", "H99.90-991231-9999", "--reason", "x")[0], 1)
        equal(run("erase", "--data", data, "--code", code)[0], 2)
        until("the cleaning job is done", lambda: rows(data, "select state from job where kind = 'erase.clean'") == [("done",)])
        reason = rows(data, "select body, role from log_text where kind = 'dossier.erase'")
        equal((json.loads(unpacked(reason[0][0]))["reason"], reason[0][1]), ("theo yêu cầu của người nộp", "program"))
        code_, out, _ = run("verify", "--data", data)
        equal((code_, out.startswith("good")), (0, True), out)
        said = "".join(s.log)
    equal([w for w in WORDS if w in said], [], "in the program's log")
    equal(found(data), [], "after the stop")
    equal(run("verify", "--data", data)[0], 0)
    equal(rows(data, "select count(*) from outbox where body like '%zqxv%' or body like '%' || ? || '%'", CANARY["identity"]), [(0,)], "in what another system is told")
    to = os.path.join(root, "after-erasure")
    equal(run("backup", "--data", data, "--to", to)[0], 0)
    equal(found(to), [], "in a backup made afterwards")


def erased_on_postgresql_after_vacuum():
    """Its files hold dead rows until they are written anew (docs/operations.md, Erasure): after that the words are in none of the database's files."""
    name, words = database()
    data = os.path.join(root, "pg-data")
    place = [*words, "--data", data]
    sign_ins = people_of(*place, dossiers=3)
    add_portal(*place)
    sql = lambda q: postgres("psql", "-d", name, "-At", stdin=q)[1].strip()
    cluster, oid = sql("show data_directory;"), sql(f"select oid from pg_database where datname = '{name}';")
    files = os.path.join(cluster, "base", oid)
    with Server(place=place, people=sign_ins) as s:
        code = file_dossier(s, s.new_token(PORTAL))
        until("the mail is caught", lambda: CANARY["email"] in [w for w, f in found(data) if f.startswith("mail/")])
        until("the files are scanned", lambda: sql("select count(*) from dossier_file where state = 'quarantine';") == "0")
        sql("checkpoint;")
        true({CANARY["name"], "zqxvbno"} <= {w for w, _ in found(files)}, f"the name stands in the database before: {found(files)}")
        key = bytes.fromhex(sql(f"select encode(k.wrapped, 'hex') from dossier_key k join dossier d on d.id = k.id where d.code = '{code}';"))
        holds_key = lambda: [n for n in os.listdir(files) if key in open(os.path.join(files, n), "rb").read()]
        true(len(key) > 30 and holds_key(), "the wrapped key stands there before")
        equal(run("erase", *place, "--code", code, "--reason", "theo yêu cầu của người nộp")[0], 0)
        until("the cleaning job is done", lambda: sql("select state from job where kind = 'erase.clean';") == "done")
        equal(found(data), [], "in the data folder")
        tables = re.search(r"`vacuum full ([a-z_, ]+)`", open(os.path.join(source, "docs/operations.md"), encoding="utf-8").read()).group(1)
        name_of = lambda file: sql(f"select coalesce(pg_filenode_relation(0, {file})::text, '?');") if file.isdigit() else file

        def written_anew():  # rows that somebody may still see are kept: whoever reads at that moment, a job among them
            sql(f"vacuum full {tables}; checkpoint;")
            left[:] = found(files)
            return not left
        left = []
        until(lambda: f"the words are in no file of the database, after what docs/operations.md says, but {[(w, name_of(f)) for w, f in left]}", written_anew, 60)
        equal(holds_key(), [], "the wrapped key, after that")
        equal(run("verify", *place)[0], 0)


def our_address():
    """Of this machine towards others; None when it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


def made_certificate(key, cert, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *more, "-keyout", key, "-out", cert], check=True, capture_output=True)


def cluster_with_tls(folder, address):
    """PostgreSQL of its own on that address, with a certificate for it; the user `proved` is whoever has the key of client.pem: (port, file of the certificate)."""
    pg_test, port = os.path.join(source, "scripts/pg-test"), free_port()
    mine = dict(os.environ, MOTCUA_PG_DIR=folder)
    for act in ("start", "halt"):
        subprocess.run([pg_test, act], env=mine, check=True, capture_output=True)
    leave.append(lambda: subprocess.run([pg_test, "stop"], env=mine, check=True, capture_output=True))
    key, cert = f"{folder}/data/server.key", f"{folder}/data/server.crt"
    made_certificate(key, cert, "-subj", "/CN=pg", "-addext", f"subjectAltName=IP:{address}")
    made_certificate(os.path.join(root, "client.key"), os.path.join(root, "client.pem"), "-subj", "/CN=proved")
    shutil.copy(os.path.join(root, "client.pem"), f"{folder}/data/clients.crt")
    owner = os.stat(f"{folder}/data")
    for path in (key, cert, f"{folder}/data/clients.crt"):
        os.chown(path, owner.st_uid, owner.st_gid)
        os.chmod(path, 0o600)
    with open(f"{folder}/data/pg_hba.conf", "a", encoding="ascii") as f:
        f.write("hostssl all proved all cert\nhost all all all trust\n")
    tool = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))[-1]
    who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    subprocess.run([*who, tool, "-D", f"{folder}/data", "-w", "-l", f"{folder}/server.log", "-o", f"-c listen_addresses={address} -c port={port} -c unix_socket_directories={folder} -c ssl=on -c ssl_ca_file=clients.crt", "start"],
                   check=True, capture_output=True, cwd="/")
    return port, cert


@functools.cache
def on_another_machine():
    """(folder of its socket, "address:port", file of the certificate to trust); None where this machine has no address."""
    address = our_address()
    if not address:
        print("# no address of this machine but loopback: not tried")
        return None
    above = tempfile.mkdtemp(prefix="motcua-pg-tls-")
    leave.append(lambda: shutil.rmtree(above, ignore_errors=True))
    os.chmod(above, 0o755)
    folder = os.path.join(above, "pg")
    port, cert = cluster_with_tls(folder, address)
    root_cert = os.path.join(root, "pg-root.pem")
    shutil.copy(cert, root_cert)
    return folder, f"{address}:{port}", root_cert


def another_machine_is_reached_by_tls_only():
    if not on_another_machine():
        return
    _, at, root_cert = on_another_machine()
    base_, data = f"postgres://motcua@{at}/postgres", os.path.join(root, "pg-tls-data")
    for query in ("", "?sslmode=disable", "?sslmode=require"):
        code, _, err = run("migrate", "--db", base_ + query, "--data", data)
        true(code == 1 and "sslmode=verify-full" in err, f"{query}: {code} {err}")
    code, _, err = run("migrate", "--db", f"{base_}?sslmode=verify-full&sslrootcert={root_cert}", "--data", data)
    equal(code, 0, err)


def postgresql_may_ask_for_a_certificate():
    """A user of the database is whoever shows the certificate that names it: no password anywhere."""
    if not on_another_machine():
        return
    folder, at, root_cert = on_another_machine()
    psql = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
    for query in ("create role proved login", "create database proved owner proved"):
        subprocess.run([psql, "-h", folder, "-p", at.rpartition(":")[2], "-U", "motcua", "-d", "postgres", "-c", query], check=True, capture_output=True)
    other, place = os.path.join(root, "other-client"), f"postgres://proved@{at}/proved?sslmode=verify-full&sslrootcert={root_cert}"
    made_certificate(other + ".key", other + ".pem", "-subj", "/CN=proved")
    shown = [("", 1), (f"&sslcert={other}.pem&sslkey={other}.key", 1), (f"&sslcert={root}/client.pem&sslkey={root}/client.key", 0)]
    for more, want in shown:
        code, _, err = run("migrate", "--db", place + more, "--data", os.path.join(root, "pg-cert-data"))
        equal(code, want, more + err)


def an_administrator_erases_with_a_code():
    data = fresh()
    code = rows(data, "select code from dossier where sealed is not null order by id limit 1")[0][0]
    name = rows(data, "select applicant_name from dossier where code = ?", code)[0][0]
    page = "/quan-tri/xoa-ho-so"
    with Server(data) as s:
        admin = s.sign_in(people["admin"])
        used = s.codes.used(people["admin"])
        send = lambda **f: s.form(page, admin, **{**s.hidden(page, admin), "code": code, "reason": "hết thời hạn", "sure": "1", **f})
        equal(s.ask("GET", page, headers={"Cookie": s.sign_in(people["citizen"])})[0], 403)
        erased = lambda: rows(data, "select 1 from dossier where code = ? and sealed is null", code) != []
        for bad in ({"otp": "000000"}, {"otp": used}, {"otp": used, "reason": ""}, {"otp": used, "sure": ""}):
            status, body, _ = send(**bad)
            equal((status, erased()), (422, False), f"{bad}")
            true(code in body.decode(), "what was typed comes back")
        status, body, _ = send(otp=s.codes.of(people["admin"]), code="H99.90-991231-9999")
        equal(status, 422)
        true("Không có hồ sơ nào mang mã này" in body.decode(), "an unknown code is named")
        status, _, h = send(otp=s.codes.of(people["admin"]))
        equal((status, h.get("location"), erased()), (303, f"{page}?xong={code}", True))
        true("Đã xóa dữ liệu cá nhân" in s.ask("GET", h["location"], headers={"Cookie": admin})[1].decode(), "it says so")
        entry = rows(data, "select role, actor, body from log_text where kind = 'dossier.erase'")[0]
        equal((entry[0], entry[1] != 0, json.loads(unpacked(entry[2]))["reason"]), ("admin", True, "hết thời hạn"))
        until("the job has cleaned", lambda: rows(data, "select state from job where kind = 'erase.clean'") == [("done",)])
        true(os.path.getsize(os.path.join(data, "motcua.db-wal")) < 200000, "the log was emptied")
    equal(run("verify", "--data", data)[0], 0)
    true(name, "there was a name")


# ---- keys ----

def keys_are_rotated_while_it_serves():
    data = fresh()
    wrapped = lambda: [r[0][:4] for r in rows(data, "select wrapped from dossier_key union all select key from account where key is not null")]
    lines = lambda: open(os.path.join(data, "master.key"), encoding="utf-8").read().split("\n")[1:-1]
    old = lines()
    with Server(data) as s:
        code, out, err = run("key", "rotate", "--data", data)
        equal(code, 0, err)
        equal((len(lines()), lines()[1:]), (2, old), "the new key is in front")
        equal(set(wrapped()), {bytes.fromhex(lines()[0][:8])}, out)
        true(f"dossiers: {len(rows(data, 'select 1 from dossier_key'))} keys" in out, out)
        head = s.new_token(people["head"])  # the second factor is sealed under a key that was wrapped again
        code_of = rows(data, "select code from dossier order by id limit 1")[0][0]
        equal(s.ask("GET", "/api/v1/dossiers/" + code_of, token=s.new_token(people["citizen"]))[0], 200)
        add_portal("--data", data)  # a new account is wrapped by the new key
        equal(set(wrapped()), {bytes.fromhex(lines()[0][:8])})
        true(head, "a token")
    equal(run("verify", "--data", data)[0], 0)
    equal(run("key", "rotate", "--data", data)[0], 0, "without a server")
    equal((len(lines()), set(wrapped())), (3, {bytes.fromhex(lines()[0][:8])}))
    code, out, _ = run("key", "rotate", "--go-on", "--data", data)
    equal((code, "dossiers: 0 keys" in out, len(lines())), (0, True, 3), "going on makes no new key")
    # Only the newest and the oldest line: all opens, and people are found by their numbers.
    kept = open(os.path.join(data, "master.key"), encoding="utf-8").read().split("\n")
    with open(os.path.join(data, "master.key"), "w", encoding="utf-8") as f:
        f.write("\n".join([kept[0], kept[1], kept[3], ""]))
    with Server(data) as s:
        s.new_token(people["director"])
        s.new_token({**people["citizen"], "login": "001190000001"})


# ---- the search index ----

def malformed(data):
    """Past what the program may do, as a fault of the library would leave it."""
    with writing(data) as db:
        db.execute("update dossier_search_data set block = x'00' where id = 10")
    code, out, _ = run("verify", "--data", data)
    true(code == 1 and "search table dossier_search" in out, out)


def a_malformed_search_index_refuses_no_filing():
    data = fresh()
    malformed(data)
    code, out, err = run("rebuild", "search", "--data", data)
    equal((code, ", 0 of them put right" in out), (0, True), out + err)
    equal(run("verify", "--data", data)[0], 0, "made anew without a server")
    malformed(data)
    with Server(data) as s:
        file_dossier(s, s.new_token(people["citizen"]))
        until("the job made it anew", lambda: rows(data, "select state from job where kind = 'dossier.search'") == [("done",)])
        file_dossier(s, s.new_token(people["citizen"]))
        missing = "select count(*) from dossier where id not in (select rowid from dossier_search)"
        equal(rows(data, missing), [(0,)], "the one filed meanwhile is found, too")
        code, out, err = run("rebuild", "search", "--data", data)
        equal((code, ", 0 of them put right" in out), (0, True), out + err)
    equal(run("verify", "--data", data)[0], 0, "beside the server")


# ---- statistics ----

def statistics_are_counted_again_while_it_serves():
    """One count more than there are dossiers: verify names it, rebuild puts it right beside the server, which goes on filing."""
    data = fresh()
    wrong = lambda: run("verify", "--data", data)
    equal(wrong()[0], 0, "before anything was folded")
    equal(run("rebuild", "stat", "--data", data)[1].splitlines()[0].endswith(", 0 put right"), True, "it folds")
    (cells,), = rows(data, "select cells from stat_roll where level = 2 and agency > 0 order by period limit 1")
    equal((cells[0], cells[1] % 2), (0, 0), "the first cell is received_online, and its count is not negative")
    with writing(data) as db:
        db.execute("update stat_roll set cells = ? where level = 2 and cells = ?", (bytes([cells[0], cells[1] + 2]) + cells[2:], cells))
    code, out, _ = wrong()
    n = cells[1] // 2
    true(code == 1 and "first fault: statistics: month " in out and f"received_online: kept {n + 1}, counted {n}" in out, out)
    with Server(data) as s:
        file_dossier(s, s.new_token(people["citizen"]))
        code, out, err = run("rebuild", "stat", "--data", data)
        equal((code, ", 1 put right" in out, "received_online: kept " in out), (0, True, True), out + err)
        file_dossier(s, s.new_token(people["citizen"]))
        code, out, err = run("rebuild", "stat", "--data", data)
        equal((code, "0 put right" in out), (0, True), out + err)
    equal(wrong()[0], 0)
    equal(run("rebuild", "all", "--data", data)[0], 2)
    with writing(data) as db:
        db.execute("delete from stat_roll")
    equal(run("rebuild", "stat", "--data", data)[0], 0, "without a server")
    equal(wrong()[0], 0)


# ---- stopping ----

def what_was_begun_is_answered_when_it_stops():
    """500 actions wait for the writer; the stop closes the door, every one of them is answered, and each answer 'done' is kept."""
    data, port = fresh(), free_port()
    with Server(data, connections_per_address=2000, deadline="60s", listen_metrics=f"127.0.0.1:{port}") as s:
        lock = writing(data, isolation_level=None, timeout=30)
        watcher = http.client.HTTPConnection("127.0.0.1", s.port, timeout=60)
        watcher.request("GET", "/readyz")
        equal(watcher.getresponse().read() is not None, True)
        lock.execute("begin immediate")
        answers = []

        def one(i):
            c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=100)
            h = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{s.port}"}
            c.request("POST", "/quen-mat-khau", f"login=khong-co-{i}", h)
            r = c.getresponse()
            answers.append((r.status, r.read()))

        threads = [threading.Thread(target=one, args=(i,)) for i in range(500)]
        for t in threads:
            t.start()
        queued = lambda: int(re.search(r"motcua_http_active (\d+)", urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read().decode()).group(1))
        until("500 wait", lambda: queued() >= 500)
        s.process.send_signal(signal.SIGTERM)

        def closing():
            watcher.request("GET", "/readyz")
            r = watcher.getresponse()
            return r.read() is not None and r.status == 503 and r
        equal(until("it says that it closes", closing).getheader("Connection"), "close")
        lock.execute("rollback")
        for t in threads:
            t.join(100)
        s.code = s.process.wait(60)
        codes = [a[0] for a in answers]
        equal((len(codes), s.code), (500, 0))
        true(set(codes) <= {303, 503}, f"{set(codes)}")
        true(codes.count(303) > 400, f"only {codes.count(303)} were done")
    equal(len(rows(data, "select 1 from recovery")), codes.count(303), "what was answered is kept, and nothing else")
    equal(run("verify", "--data", data)[0], 0)


def metrics_have_their_own_address():
    port = free_port()
    with Server(fresh(), listen_metrics=f"127.0.0.1:{port}") as s:
        text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30).read().decode()
        for name in ("motcua_http_requests_total", "motcua_writer_queued", "motcua_wal_bytes", "motcua_wal_full", "motcua_jobs_done"):
            true(re.search(rf"^{name}\b.* \d", text, re.M) or name == "motcua_http_requests_total", name)
        equal(s.ask("GET", "/metrics")[0], 404, "not where people come")
        for path in ("/", "/healthz"):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30)
                raise AssertionError(f"{path} is answered beside the metrics")
            except urllib.error.HTTPError as e:
                equal(e.code, 404)


tests = Tests()
tests.run(*[erased_on_postgresql_after_vacuum, another_machine_is_reached_by_tls_only, postgresql_may_ask_for_a_certificate] if engine == "pg" else [commands_go_through_the_server, stop_returns_when_the_server_is_gone, a_stale_socket_and_nonsense_do_no_harm, others_are_not_answered, nothing_lies_open, the_front_writes_no_secret_into_its_log,
          searched_as_it_is_written, erased_means_found_nowhere, an_administrator_erases_with_a_code, keys_are_rotated_while_it_serves, a_malformed_search_index_refuses_no_filing, statistics_are_counted_again_while_it_serves, what_was_begun_is_answered_when_it_stops,
          metrics_have_their_own_address])
tests.end()
