#!/usr/bin/env python3
"""The demonstration's years of sample dossiers: the record holds, the same seed gives the same, figures are those of a province, and what was killed goes on as if it had not been.

usage: sample_test.py MOTCUA SOURCE_DIR"""
import datetime, hashlib, json, os, re, shutil, signal, sqlite3, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))

# fontconfig keeps what it loads until the process ends, and the demonstration draws its files.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
import program
from browser import Browser, form_of, text_of
from program import Program

program.env["ASAN_OPTIONS"] = program.env.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
motcua = sys.argv[1]
root = tempfile.mkdtemp(prefix="motcua-sample-")
N, AS_OF = 1500, "2026-10-30"
# Every installation has keys of its own: what is sealed or summed under them differs, and so does what is made from it.
OWN = {"dossier": {"sealed", "proposal", "identity_key", "phone_key"}, "dossier_key": {"wrapped"}, "dossier_file": {"name", "blob", "plain_hash", "size"}, "dossier_paper": {"body"}, "dossier_fee": {"detail"}, "dossier_rating": {"words"}}


def check(good, *what):
    if not good:
        raise SystemExit("FAILED: " + " ".join(map(str, what)))


def run(*args):
    p = subprocess.run([motcua, *args], capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


def demo(name, n=N, seed=1):
    data = os.path.join(root, name)
    code, out, err = run("demo", "--data", data, "--dossiers", str(n), "--seed", str(seed), "--as-of", AS_OF, "--json")
    check(code == 0, "demo", err[-2000:])
    check({"citizen", "counter", "specialist", "head", "director", "clerk", "inspector", "admin"} <= {p["role"] for p in json.loads(out)}, "roles")
    return data


def base(data):
    return sqlite3.connect(f"file:{data}/motcua.db?mode=ro", uri=True)


def one(db, sql, *args):
    return db.execute(sql, args).fetchone()[0]


# The last forty are made by the acts themselves, for whoever signs in: with secrets of chance.
POURED = "(select id from dossier where code like 'H99.90-%')"


def sums(data):
    """A sum of each table's rows, without what is an installation's own."""
    db, out = base(data), {}
    for table, own in OWN.items():
        columns = [r[1] for r in db.execute(f"pragma table_info({table})") if r[1] not in own]
        if table == "dossier_file":  # a signature is an installation's own, and so is what holds one
            columns += ["case when field = 'result:sealed' then 0 else size end"]
        where = "id" if table in ("dossier", "dossier_key") else "dossier"
        h = hashlib.sha256()
        for row in db.execute(f"select {', '.join(columns)} from {table} where {where} in {POURED} order by id"):
            h.update(repr(row).encode())
        out[table] = h.hexdigest()
    h = hashlib.sha256()
    for row in db.execute(f"select id, at, actor, person, unit, role, kind, subject, body from log_text where subject in {POURED} order by id"):
        h.update(repr([*row[:-1], program.unpacked(row[-1])]).encode())
    out["log_entry"] = h.hexdigest()
    return out


def whole(data):
    code, out, err = run("verify", "--data", data)
    check(code == 0 and out.startswith("good"), "verify", out, err)


def vn(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone(datetime.timedelta(hours=7)))


def plausible(data):
    db = base(data)
    check(one(db, "select count(*) from dossier") == N, "as many as were asked for")
    back = db.execute("select id, at from log_entry order by id").fetchall()
    check(all(a[1] <= b[1] for a, b in zip(back, back[1:])), "times in the log never go back")
    check(one(db, "select max(at) from log_entry") <= int(datetime.datetime.fromisoformat(AS_OF + "T16:00:01+07:00").timestamp() * 1000), "nothing is later than the day asked for")
    counter = [vn(r[0]) for r in db.execute(f"select sent_at from dossier where id in {POURED} and channel_in in ('counter', 'post')")]
    check(counter and all(7 <= t.hour < 18 for t in counter), "counters are open by day only")
    holidays = {(1, 1), (4, 30), (5, 1), (9, 2)}
    check(not [t for t in counter if (t.month, t.day) in holidays or t.weekday() == 6], "nobody files at a counter on a holiday")
    online = [vn(r[0]) for r in db.execute(f"select sent_at from dossier where id in {POURED} and channel_in = 'online'")]
    night = sum(t.hour >= 20 or t.hour < 6 for t in online) / len(online)
    check(0.05 < night < 0.25 and any(t.weekday() == 6 for t in online), "some file at night and on Sundays", night)
    accepted = [vn(r[0]) for r in db.execute(f"select accepted_at from dossier where id in {POURED} and accepted_at is not null")]
    check(not [t for t in accepted if (t.month, t.day) in holidays or t.weekday() == 6], "nobody accepts on a holiday")
    settled = one(db, "select count(*) from dossier where settled_at is not null and law_due is not null")
    late = one(db, "select count(*) from dossier where settled_at > law_due") / settled
    check(0.01 < late < 0.2, "share of late ones", late)
    check(one(db, "select count(*) from dossier where apologies > 0") > 3 and one(db, "select count(*) from dossier where supplements > 0") > N / 25, "apologies and supplements")
    check(not one(db, "select count(*) from dossier d join log_text e on e.subject = d.id where e.kind = 'dossier.apologise' and e.at > d.first_due"), "an apology leaves before its date")
    began = int(datetime.datetime.fromisoformat("2025-01-01T00:00:00+07:00").timestamp() * 1000) # packs/late/reasons.json
    late = "accepted_at is not null and outcome in ('result', 'refuse') and settled_at > law_due"
    check(not one(db, f"select count(*) from dossier where id in {POURED} and {late} and (late_reason is null) <> (settled_at < ?)", began), "whoever settles late says why, since there is a list")
    check(one(db, f"select count(*) from dossier where {late} and late_reason is null") > 0 and one(db, f"select count(distinct late_reason) from dossier where {late}") >= 5, "older ones say nothing, the others this and that")
    check(not one(db, f"select count(*) from dossier where id in {POURED} and late_reason is not null and apologies = 0 and not ({late})"), "and nobody else")
    told = [json.loads(program.unpacked(r[0])).get("late") for r in db.execute(f"select e.body from dossier d join log_text e on e.subject = d.id where e.kind = 'dossier.issue' and d.id in {POURED} and d.settled_at >= ? and d.settled_at > d.law_due", [began])]
    check(told and all(told) and not [1 for r in db.execute(f"select e.body from dossier d join log_text e on e.subject = d.id where e.kind = 'dossier.issue' and d.id in {POURED} and not d.settled_at > d.law_due") if "late" in json.loads(program.unpacked(r[0]))], "the log says it with the act")
    states = dict(db.execute("select state, count(*) from dossier group by state"))
    check({"received", "processing", "signing", "returned", "refused", "withdrawn"} <= set(states), states)
    check(one(db, "select count(distinct procedure) from dossier") > 40, "most procedures are there")
    check(not one(db, "select count(*) from dossier where applicant_name not like '%ẫu%'"), "every name says that it is a sample")
    check(one(db, "select count(*) = count(distinct applicant_name) from dossier"), "and has a word of its own")
    ended = one(db, "select id from agency where valid_to is not null and kind = 'department'")
    check(not one(db, "select count(*) from dossier where settling_agency = ? and state in ('received', 'supplement', 'fee', 'processing', 'signing')", ended), "a closed agency has nothing open")
    check(one(db, "select count(*) from dossier_file where field = 'result:sample'") > N / 2, "results are marked as samples")
    signed, newest = one(db, "select count(*) from dossier_file where field = 'result:sealed'"), one(db, "select min(at) from dossier_file where field = 'result:sealed'")
    check(120 < signed < 280, "about two hundred results are signed", signed)
    check(not one(db, "select count(*) from dossier_file where field = 'result:sample' and at > ?", newest), "the newest ones")
    check(one(db, "select count(*) from stat_delta") + one(db, "select count(*) from stat_roll") > 0, "statistics were counted")
    check(one(db, "select count(*) from agency where kind in ('department', 'commune') and valid_to is null") == 22 and 550 < one(db, "select count(*) from person") < 650, "a province around the department")
    halls = dict(db.execute("select u.code, count(*) from dossier d join unit u on u.id = d.receiving_unit group by u.code"))
    check(len(halls) == 7 and min(halls.values()) > N / 50 and halls["MC"] < N * 0.65, "several counters receive", halls)
    check(not one(db, "select count(*) from dossier d where accepted_at is not null and not exists (select 1 from log_text e where e.subject = d.id and e.kind = 'dossier.accept' and e.unit = d.receiving_unit)"), "whoever accepts sits where it was received")
    units = db.execute(f"select u.code, count(*), count(distinct d.officer) from dossier d join unit u on u.id = d.settling_unit where d.id in {POURED} group by u.id").fetchall()
    check(len(units) >= 10 and all(u[2] >= 2 for u in units if u[1] > 30), "divisions settle by field, with several specialists each", units)
    wrong = db.execute("select d.field, u.code from dossier d join unit u on u.id = d.settling_unit where d.procedure like 'bc-%' and u.code not in ('BCVT', 'KHTC', 'CNG', 'QLCNG')").fetchall()
    check(not wrong, "a field goes to its division", wrong[:3])
    opinions = one(db, "select count(*) from dossier_opinion o join unit u on u.id = o.unit join dossier d on d.id = o.dossier where u.agency <> d.settling_agency")
    check(opinions > N / 100, "other agencies are asked", opinions)
    check(not one(db, "select count(*) from dossier_opinion where answered_at < asked_at or due <= asked_at") and one(db, "select count(distinct due - asked_at) from dossier_opinion") > 1, "an answer is due by the calendar")
    waited = one(db, "select count(*) from dossier d where minutes_others > 0 and not exists (select 1 from dossier_opinion o where o.dossier = d.id)")
    check(one(db, "select count(*) from dossier where minutes_others > 0") > N / 50 and not waited, "co-ordinating time comes from opinions")
    mine = one(db, "select count(*) from dossier where applicant_account <> 0 and code like 'H99.90-%'")
    check(mine > 5, "the sample citizen has dossiers of earlier months", mine)


def pieces(data):
    """The record as it stands, bytes of seals and all, by table; a signature differs each time it is made, so what holds one is left out, and with it the log behind it."""
    db, out = base(data), {}
    first = one(db, "select coalesce(min(id), 1 << 62) from log_entry where subject in (select dossier from dossier_file where field = 'result:sealed')")
    for table in [*OWN, "log_entry"]:
        where = f"id < {first}" if table == "log_entry" else f"id in {POURED}" if table in ("dossier", "dossier_key") else f"dossier in {POURED}"
        where += " and field <> 'result:sealed'" if table == "dossier_file" else ""
        h, n = hashlib.sha256(), 0
        for row in db.execute(f"select * from {table} where {where} order by id"):
            h.update(repr(row).encode())
            n += 1
        out[table] = (n, h.hexdigest())
    return out


def order(data):
    return ["demo", "--data", data, "--dossiers", str(N), "--as-of", AS_OF, "--json"]


def poured(data):
    """How many dossiers are committed. Asked by a program of its own: what this one has mapped of a log whose writer was killed does not hold for the next writer."""
    ask = "import sqlite3, sys; print(sqlite3.connect(f'file:{sys.argv[1]}/motcua.db?mode=ro', uri=True).execute('select count(*) from dossier').fetchone()[0])"
    p = subprocess.run([sys.executable, "-c", ask, data], capture_output=True, text=True)
    return int(p.stdout or 0)


def cut(data, when):
    """Goes on with the making and kills it when `when(how many there are)` says so. False: it came to its end before."""
    p = subprocess.Popen([motcua, *order(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.time() + 240
    while p.poll() is None and time.time() < until and not when(poured(data)):
        time.sleep(0.01)
    p.send_signal(signal.SIGKILL)
    return p.wait() != 0


def killed():
    """What was stopped in the midst is refused by whoever would open it, and goes on as if it never had been stopped."""
    data, twin = os.path.join(root, "killed"), os.path.join(root, "twin")
    check(cut(data, lambda n: n > 0), "killed after its first commit")
    check(os.path.exists(os.path.join(data, "demo.part")) and 0 < poured(data) < N / 2, "it was not killed in time", poured(data))
    code, _, err = run("serve", "--data", data, "--listen", "127.0.0.1:0")
    check(code != 0 and "not whole" in err, "a half-made demonstration is served", code, err)
    code, _, err = run("demo", "--data", data, "--dossiers", str(N + 1), "--as-of", AS_OF)
    check(code != 0 and "ask for the same" in err, "others are asked for than were begun", code, err)
    shutil.copytree(data, twin)
    with open(os.path.join(data, "sample.part"), "r+", encoding="ascii") as f:
        kept = f.read()
        f.seek(0)
        f.write(kept[:40] + ("0" if kept[40] != "0" else "1"))
    code, _, err = run(*order(data))
    check(code != 0 and "no key" in err, "it does not go on with another key than it began with", code, err[-500:])
    with open(os.path.join(data, "sample.part"), "w", encoding="ascii") as f:
        f.write(kept)
    code, out, err = run(*order(data))
    check(code == 0 and "going on" in err and not os.path.exists(os.path.join(data, "demo.part")), "it goes on", code, err[-500:])
    check(json.loads(out)[0]["role"] == "citizen", "and tells the sign-ins")
    whole(data)
    want, people = pieces(data), out
    check(sums(data) == sums(os.path.join(root, "first")), "what was killed and went on is what was never killed")
    # The token of the demonstration knows its folder by name.
    shutil.rmtree(data)
    os.rename(twin, data)
    kills = 0
    for share in (0, 0.4, 0.8, 0.97):
        at = share * (N - 40)
        kills += cut(data, lambda n: n >= at if at else True)
    # In its last steps: those by hand are made, the statistics counted.
    kills += cut(data, lambda n: n >= N)
    check(kills >= 4, "too few kills came in time", kills)
    code, out, err = run(*order(data))
    check(code == 0 and out == people, "it goes on after each", code, err[-500:])
    whole(data)
    check(pieces(data) == want, "the same bytes, however often it was killed")
    check(not [f for f in os.listdir(data) if "part" in f and f != "parts" or "stage" in f], "nothing is left over", os.listdir(data))


def judged(p):
    """A result that left signed and sealed is what the verification page says it is."""
    code = p.rows("select d.code from dossier d join dossier_file f on f.dossier = d.id where f.field = 'result:sealed' and d.state = 'returned' and d.code like 'H99.90-%' order by d.id desc limit 1")[0][0]
    record = p.api("director", "GET", f"/dossiers/{code}")
    of = [f["id"] for f in record["files"] if f["name"] == f"ket-qua-{code}.pdf"]
    status, body, _ = p.ask("GET", f"/ban-lam-viec/ho-so/{code}/tep/{of[0]}", token=p.token("director"))
    check(status == 200 and b"/ByteRange" in body, code, "its result opens", status)
    who = Browser(p)
    hidden = [(f["name"], f["value"]) for f in form_of(who.page("/kiem-tra"), "/kiem-tra")["fields"] if f["type"] == "hidden"]
    status, html, headers = who.post("/kiem-tra", hidden, [("file", b"ket-qua.pdf", "application/pdf", body)])
    said = text_of(who.see(headers["Location"])[1] if status == 303 else html)
    check("Đúng là tệp do cơ quan phát hành và còn nguyên vẹn" in said and code in said, code, "the signature is good", said[:1500])


def tables_sent(p):
    """Table II.06a of each month, quarter and year that is over, as the director sends it: verify recomputes every figure, and tells a row that was altered."""
    year = int(AS_OF[:4])
    periods = [f"{y}-{m:02d}" for y in (year - 1, year) for m in range(1, 11 if y == year else 13)] + [f"{year - 1}-Q{q}" for q in range(1, 5)] + [str(year - 1)]
    for i, period in enumerate(periods):
        status, answer, _ = p.ask("POST", "/api/v1/board/report/sent", {"period": period}, {"Idempotency-Key": f"sent-{i}"}, p.token("director"))
        check(status in (200, 409), period, status, answer)
    kept = [json.loads(program.unpacked(r[0])) for r in base(p.data).execute("select body from sent_report")]
    overdue = [(row["n"][-1], row.get("overdue", [])) for x in kept for row in x["rows"] if "procedure" in row]
    check(len(kept) > 15 and sum(n for n, _ in overdue) > 3, "tables were sent, and some dossiers were overdue", len(kept), sum(n for n, _ in overdue))
    check(all(n == len(ids) for n, ids in overdue), "those overdue are kept with the table")
    return len(kept)


def altered(data, tables):
    code, out, _ = run("verify", "--data", data, "--json")
    said = json.loads(out)
    check(code == 0 and said["sent_tables"] == tables and said["sent_figures"] > 11 * tables and said["sent_otherwise"] == 0, "tables that were sent are recomputed", out)
    db = program.writing(data)
    db.execute("update sent_report set first_month = first_month - 1 where id = (select max(id) from sent_report)")
    db.commit()
    db.close()
    code, out, _ = run("verify", "--data", data, "--json")
    check(code != 0 and re.fullmatch(r"sent_report \d+: the row differs from what the log recorded", json.loads(out)["first_fault"]), "a table was altered", out)


def opened():
    """What was poured opens: answers, files and papers by whoever may read them; and the newest results are signed by the server."""
    p = Program(dossiers=300, as_of=AS_OF)
    codes = [r[0] for r in p.rows("select d.code from dossier d join unit u on u.id = d.receiving_unit where d.code like 'H99.90-%' and u.code = 'MC' order by row_number() over (partition by d.procedure order by d.id), d.id limit 40")]
    phones, dates = set(), set()
    for code in codes:
        page = p.ask("GET", f"/ban-lam-viec/ho-so/{code}", token=p.token("counter"))
        check(page[0] == 200 and " Mẫu " in page[1].decode(), code, "a record opens", page[0])
        record = p.api("counter", "GET", f"/dossiers/{code}")
        told = json.dumps(record["answers"], ensure_ascii=False)
        check("0912345678" not in told and "2020-01-15" not in told, code, "answers are the applicant's, not the form's example", told)
        phones |= set(re.findall(r'"(0900\d{6})"', told))
        dates |= set(re.findall(r'"(20\d\d-\d\d-\d\d)"', told))
        check(not [c for c in told if ord(c) < 32] and "\\u000" not in told, code, "a piece was left in the answers")
        for f in record["files"]:
            check(f["name"].endswith(".pdf"), code, "the name of a file opens", f["name"])
            got = p.ask("GET", f"/ban-lam-viec/ho-so/{code}/tep/{f['id']}", token=p.token("counter"))
            check(got[0] == 200 and got[1][:4] == b"%PDF", code, "a file opens", f["name"], got[0])
    check(len(phones) > 5 and len(dates) > 2, "telephones and dates differ from dossier to dossier", phones, dates)
    waiting = "select count(*) from dossier d where d.state = 'signing' and not exists (select 1 from dossier_file f where f.dossier = d.id and f.field = 'result:signed')"
    until = time.time() + 120
    while int(p.rows(waiting)[0][0]) and time.time() < until:
        time.sleep(0.5)
    check(not int(p.rows(waiting)[0][0]), "the newest results are signed by the server")
    judged(p)
    tables = tables_sent(p)
    p.ends_well()
    altered(p.data, tables)


first = demo("first")
whole(first)
plausible(first)
check(sums(first) == sums(demo("again")), "the same seed gives the same")
check(sums(first)["dossier"] != sums(demo("other", seed=2))["dossier"], "another seed gives another")
opened()
killed()
shutil.rmtree(root)
print("sample: good")
