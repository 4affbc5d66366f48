#!/usr/bin/env python3
"""The program from outside: its commands, their exit codes, and what `verify` finds. Ends in "N passed, N failed"."""
import json, os, re, shutil, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Server, Tests, copy_of, equal, root, run, source, true, writing

data = os.path.join(root, "data")
people = []


def version_and_usage():
    code, out, _ = run("version")
    equal((code, bool(re.match(r"motcua \d+\.\d+\.\d+$", out.strip()))), (0, True))
    equal(run("nonsense")[0], 2)
    equal(run()[0], 2)
    for command in "serve demo migrate verify backup restore export pack user erase key stop calendar routes logic version".split():
        code, out, _ = run(command, "--help")
        if code != 0 or command not in out:
            raise AssertionError(f"{command} --help: {code} {out}")
    settings = run("serve", "--help")[1]
    keys = re.findall(r"^#([a-z_0-9]+) =", settings, re.M)  # what config_help() prints is a file of settings, each in comment
    equal(("listen" in keys, "clamav_socket" in keys, len(keys) > 20, len(keys) == len(set(keys))), (True, True, True, True))


def bad_usage_is_named():
    place = ["--data", data]
    wrong = [["serve", "--nonsense"], ["serve", "extra"], ["demo", *place, "--dossiers", "x"], ["demo", *place, "--dossiers", "-1"], ["demo"], ["migrate", "--nonsense", *place],
             ["verify", *place, "extra"], ["verify", *place, "--listen", "x"], ["verify"], ["verify", "--data"], ["verify", "--receipt"], ["backup", *place],
             ["backup", *place, "--to"], ["restore", *place], ["export", *place], ["export", *place, "nonsense"], ["export", *place, "dossiers", "extra"],
             ["export", *place, "packs"], ["export", *place, "dossiers", "--to", "x"], ["export", "dossiers"], ["pack"], ["pack", "nonsense"], ["pack", "import"],
             ["pack", "import", "packs"], ["pack", "check", "a", "b"], ["user", "add", *place], ["user", "add", *place, "--login", "x", "--kind", "wizard", "--name", "y"],
             ["user", "add", "--login", "x", "--kind", "system", "--name", "y"], ["calendar"], ["calendar", "nonsense"], ["calendar", "due"],
             ["calendar", "due", "--nonsense", "x"], ["calendar", "due", "--cases", "/nowhere"], ["routes", "--nonsense"], ["routes", "extra"], ["logic", "extra"],
             ["version", "extra"], ["version", "--json"], ["verify", "--db", "nonsense", *place], ["verify", "--db", "postgres://a:secret@h/x", *place], ["-x"]]
    for args in wrong:
        code, out, err = run(*args, stdin="")
        if code != 2 or out or not err:
            raise AssertionError(f"{args}: {code} {out[:100]} {err[:200]}")
        if "secret" in err:
            raise AssertionError(f"{args}: {err}")
    equal("--nonsense" in run("migrate", "--nonsense", *place)[2], True)
    equal(os.path.exists(data), False)
    code, _, err = run("verify", *place)
    equal((code, "motcua demo" in err), (1, True))
    for flag in ("--help", "-h"):
        equal(run(flag)[0], 0)
        equal(run("verify", "--nonsense", flag)[0], 0)


def calendar_due():
    code, out, _ = run("calendar", "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day")
    equal((code, out.strip()), (0, "2026-04-29T17:00:00+07:00"))
    equal(run("calendar", "due", "--accepted", "yesterday", "--limit", "3 working_day")[0], 2)
    cases = os.path.join(source, "tests/fixtures/clock-cases.json")
    code, out, _ = run("calendar", "due", "--cases", cases)
    want = [c["due"] for c in json.load(open(cases, encoding="utf-8"))["cases"]]
    equal((code, out.split()), (0, want))


# F-120, F-032: the calendar as a command; cases without an answer keep the lines in step.
def calendar_cases_with_errors():
    cases = {"cases": [{"accepted": "2026-04-23T16:10:00+07:00", "limit": {"n": 3, "unit": "working_day"}}, {"accepted": "never", "limit": {"n": 3, "unit": "working_day"}}, 7,
                       {"accepted": "2026-04-23T16:10:00+07:00", "limit": {"n": 3, "unit": "calendar_day"}, "events": []}]}
    path = os.path.join(root, "cases.json")
    json.dump(cases, open(path, "w"))
    code, out, _ = run("calendar", "due", "--cases", path)
    lines = out.splitlines()
    equal((code, len(lines), lines[0], lines[1][:6], lines[2][:6]), (1, 4, "2026-04-29T17:00:00+07:00", "error:", "error:"))
    equal(lines[3][:11], "2026-04-28T")  # the 26th is a Sunday and a holiday, the 27th off in lieu
    code, out, _ = run("calendar", "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day", "--explain")
    equal((code, "2026-04-27" in out and "holiday" in out, out.splitlines()[-1]), (0, True, "2026-04-29T17:00:00+07:00"))


def logic_lines():
    code, out, _ = run("logic", stdin='{"rule":{"+":[1,2]},"data":{}}\nnonsense\n{"rule":{"var":"a"},"data":{"a":"x"}}\n')
    lines = [json.loads(x) for x in out.splitlines()]
    equal((code, lines[0], "error" in lines[1], lines[2]), (0, {"result": 3}, True, {"result": "x"}))
    deep = '{"rule":' + '{"!":' * 3000 + "1" + "}" * 3000 + "}"
    given = ['{"rule":{"nope":[1]},"data":{}}', "[1]", '{"rule":' + "[" * 100000, '"x"', '{"rule":1', deep, '{"rule":{"var":"a"},"data":null}', '{"rule":{"cat":["ư","ơ"]},"data":{}}']
    code, out, err = run("logic", stdin="\n".join(given))
    lines = [json.loads(x) for x in out.splitlines()]
    equal((code, len(lines), err), (0, len(given), ""))
    equal([list(x) for x in lines[:5]], [["error"]] * 5)
    equal((lines[6], list(lines[7])), ({"result": None}, ["result"]))


def packs_are_sound():
    code, out, _ = run("pack", "check", os.path.join(source, "packs"))
    equal(code, 0)
    if "72 procedures, 0 faults" not in out:
        raise AssertionError(out[-300:])


def routes_are_golden():
    code, out, _ = run("routes")
    equal(code, 0)
    golden = os.path.join(source, "tests/golden/routes.txt")
    want = open(golden, encoding="utf-8").read()
    if out != want:
        new = os.path.join(root, "routes.txt")
        open(new, "w", encoding="utf-8").write(out)
        diff = subprocess.run(["diff", "-u", golden, new], capture_output=True, text=True).stdout
        raise AssertionError("routes × roles changed; look at it, then update tests/golden/routes.txt\n" + diff[:3000])
    rows = json.loads(run("routes", "--json")[1])
    equal(len(rows), len(want.splitlines()))



def demo_makes_a_province():
    global people
    code, out, err = run("demo", "--data", data, "--dossiers", "12", "--json")
    equal((code, err if code else ""), (0, ""))
    people = json.loads(out)
    equal([p["role"] for p in people], ["citizen", "business", "counter", "specialist", "head", "director", "clerk", "inspector", "admin", "centre", "province"])
    equal([p["role"] for p in people if p["totp_secret"] is None], ["citizen", "business"])
    equal(run("demo", "--data", data, "--dossiers", "1")[0], 1)


# F-122: what one province published goes to another as packs, byte for byte.
def packs_travel():
    to, other, back = (os.path.join(root, x) for x in ("packs", "other", "back"))
    code, out, err = run("export", "packs", "--to", to, "--data", data)
    equal((code, out, err), (0, "72 procedures\n", ""))
    names = sorted(os.listdir(os.path.join(to, "procedures")))
    equal(len(names), 72)
    for n in names:
        equal(open(os.path.join(to, "procedures", n), "rb").read(), open(os.path.join(source, "packs/procedures", n), "rb").read())
    equal(run("export", "packs", "--to", to, "--data", data)[0], 1)  # nothing is overwritten
    equal(run("pack", "import", to, "--data", data)[1].splitlines()[-1], "0 proposed, 0 refused")
    equal(run("migrate", "--data", other)[0], 0)
    equal(run("pack", "import", to, "--data", other)[1].splitlines()[-1], "72 proposed, 0 refused")
    equal(run("export", "packs", "--to", back, "--data", other)[1], "0 procedures\n")  # people review and publish them first
    path = os.path.join(to, "procedures", names[0])
    pack = json.load(open(path, encoding="utf-8"))
    pack["name"] += " (sửa)"
    json.dump(pack, open(path, "w", encoding="utf-8"), ensure_ascii=False)
    open(os.path.join(to, "procedures", names[1]), "w").write("{")
    code, out, _ = run("pack", "import", to, "--data", data)
    equal((code, out.splitlines()[-1]), (1, "1 proposed, 1 refused"))
    equal(run("verify", "--data", data)[0], 0)


def dossiers_as_csv():
    code, out, _ = run("export", "dossiers", "--data", data)
    lines = out.splitlines()
    equal((code, len(lines)), (0, 13))
    equal([x for x in ("applicant_name", "sealed", "Người nộp mẫu") if x in out], [])


def verify_is_content():
    code, out, err = run("verify", "--data", data, "--json")
    report = json.loads(out)
    equal((code, report["ok"], report["first_fault"]), (0, True, None))
    if report["rows"] < 100 or report["entries"] < 12:
        raise AssertionError(report)


def fresh_copy():
    shutil.rmtree(os.path.join(root, "tampered"), ignore_errors=True)
    return copy_of(data, "tampered")


def tamper(table, column, change, words):
    copy = fresh_copy()
    db = writing(copy)
    db.execute("pragma foreign_keys=off")
    row = db.execute(f"select rowid, {column} from {table} where {column} is not null limit 1").fetchone()
    if row is None:
        raise AssertionError(f"the sample province has no row in {table}")
    db.execute(f"update {table} set {column} = ? where rowid = ?", (change(row[1]), row[0]))
    db.commit()
    db.close()
    code, out, _ = run("verify", "--data", copy, "--json")
    report = json.loads(out)
    equal((code, report["ok"]), (1, False))
    if words not in report["first_fault"]:
        raise AssertionError(f"{table}.{column}: {report['first_fault']}")


def flip(v):
    if isinstance(v, int):
        return v ^ 1
    if isinstance(v, str):
        return v[:-1] + chr(ord(v[-1]) ^ 1) if v else "x"
    return bytes([v[0] ^ 1]) + v[1:]


def one_bit_in_any_table_is_found():
    for table, column in [("dossier", "procedure_name"), ("dossier", "sealed"), ("dossier_key", "wrapped"), ("agency", "name"),
                          ("unit", "sort_key"), ("person", "name"), ("role_held", "title"), ("account", "name"), ("dossier_paper", "body")]:
        tamper(table, column, flip, table)
    for column in ("body", "touched", "hash", "kind", "actor", "at"):
        tamper("log_entry", column, flip, "log_entry")


def a_row_taken_away_is_found():
    copy = fresh_copy()
    db = writing(copy)
    db.execute("pragma foreign_keys=off")
    db.execute("delete from dossier_clock where rowid = (select max(rowid) from dossier_clock)") if db.execute("select count(*) from dossier_clock").fetchone()[0] else db.execute("delete from dossier_paper where rowid = (select max(rowid) from dossier_paper)")
    db.commit()
    db.close()
    code, out, _ = run("verify", "--data", copy, "--json")
    equal((code, "gone" in json.loads(out)["first_fault"]), (1, True))


# F-086: a backup is whole, without the key, and restores to a good record.
def backup_and_restore():
    to, new = os.path.join(root, "backup"), os.path.join(root, "restored")
    code, _, err = run("backup", "--data", data, "--to", to)
    equal((code, err), (0, ""))
    equal(os.path.exists(os.path.join(to, "master.key")), False)
    code, out, err = run("restore", "--data", new, "--from", to, "--key", os.path.join(data, "master.key"))
    equal((code, "restored and good" in out), (0, True))
    equal(run("backup", "--data", data, "--to", to)[0], 1)


def serve_and_stop():
    with Server(data) as s:
        equal(s.ask("GET", "/healthz")[0], 200)
        equal(s.ask("GET", "/readyz")[0], 200)
        status, body, headers = s.ask("GET", "/")
        equal(status, 200)
        if "default-src" not in headers.get("content-security-policy", ""):
            raise AssertionError(headers)
        equal(s.ask("GET", "/khong-co-trang-nay")[0], 404)
        equal(run("demo", "--data", data, "--dossiers", "1")[0], 1)
        equal(run("verify", "--data", data)[0], 0)
    equal(s.code, 0)


def tokens_by_password_and_code():
    with Server(data) as s:
        for p in people:
            if p["totp_secret"]:
                equal(s.ask("POST", "/api/v1/tokens", {"login": p["login"], "password": p["password"]})[0] >= 400, True)
            true(s.new_token(p), p["role"])
        status, answer, headers = s.ask("POST", "/api/v1/tokens", {"login": "citizen", "password": "wrong"})
        equal((status, headers["content-type"].split(";")[0]), (401, "application/problem+json"))


tests = Tests()
tests.run(version_and_usage, bad_usage_is_named, calendar_due, calendar_cases_with_errors, logic_lines, packs_are_sound, routes_are_golden,
          demo_makes_a_province, packs_travel, dossiers_as_csv, verify_is_content,
          one_bit_in_any_table_is_found, a_row_taken_away_is_found, backup_and_restore, serve_and_stop, tokens_by_password_and_code)
tests.end()
