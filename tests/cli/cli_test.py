#!/usr/bin/env python3
"""The program from outside: its commands, their exit codes, and what `verify` finds. Ends in "N passed, N failed"."""
import json, os, re, shutil, sqlite3, subprocess
import program
from program import Server, equal, finish, root, run, source, test, totp


def version_and_usage():
    code, out, _ = run("version")
    equal((code, bool(re.match(r"motcua \d+\.\d+\.\d+$", out.strip()))), (0, True))
    equal(run("nonsense")[0], 2)
    equal(run()[0], 2)
    for command in "serve demo migrate verify backup restore export pack user calendar routes logic version".split():
        code, out, _ = run(command, "--help")
        if code != 0 or command not in out:
            raise AssertionError(f"{command} --help: {code} {out}")


def calendar_due():
    code, out, _ = run("calendar", "due", "--accepted", "2026-04-23T16:10:00+07:00", "--limit", "3 working_day")
    equal((code, out.strip()), (0, "2026-04-29T17:00:00+07:00"))
    equal(run("calendar", "due", "--accepted", "yesterday", "--limit", "3 working_day")[0], 2)
    cases = os.path.join(source, "tests/fixtures/clock-cases.json")
    code, out, _ = run("calendar", "due", "--cases", cases)
    want = [c["due"] for c in json.load(open(cases, encoding="utf-8"))["cases"]]
    equal((code, out.split()), (0, want))


def logic_lines():
    code, out, _ = run("logic", stdin='{"rule":{"+":[1,2]},"data":{}}\nnonsense\n{"rule":{"var":"a"},"data":{"a":"x"}}\n')
    lines = [json.loads(x) for x in out.splitlines()]
    equal((code, lines[0], "error" in lines[1], lines[2]), (0, {"result": 3}, True, {"result": "x"}))


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


data = os.path.join(root, "data")
people = []


def demo_makes_a_province():
    global people
    code, out, err = run("demo", "--data", data, "--dossiers", "12", "--json")
    equal((code, err if code else ""), (0, ""))
    people = json.loads(out)
    equal([p["role"] for p in people], ["citizen", "business", "counter", "specialist", "head", "director", "clerk", "inspector", "admin"])
    equal([p["role"] for p in people if p["totp_secret"] is None], ["citizen", "business"])
    equal(run("demo", "--data", data, "--dossiers", "1")[0], 1)


def verify_is_content():
    code, out, err = run("verify", "--data", data, "--json")
    report = json.loads(out)
    equal((code, report["ok"], report["first_fault"]), (0, True, None))
    if report["rows"] < 100 or report["entries"] < 12:
        raise AssertionError(report)


def tamper(table, column, change, words):
    copy = os.path.join(root, "tampered")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
    db = sqlite3.connect(os.path.join(copy, "motcua.db"))
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
    for column in ("body", "touched", "hash", "prev", "kind", "actor", "at"):
        tamper("log_entry", column, flip, "log_entry")


def a_row_taken_away_is_found():
    copy = os.path.join(root, "tampered")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(data, copy, ignore=lambda d, names: [n for n in names if n.endswith(".sock")])
    db = sqlite3.connect(os.path.join(copy, "motcua.db"))
    db.execute("pragma foreign_keys=off")
    db.execute("delete from dossier_clock where rowid = (select max(rowid) from dossier_clock)") if db.execute("select count(*) from dossier_clock").fetchone()[0] else db.execute("delete from dossier_paper where rowid = (select max(rowid) from dossier_paper)")
    db.commit()
    db.close()
    code, out, _ = run("verify", "--data", copy, "--json")
    equal((code, "gone" in json.loads(out)["first_fault"]), (1, True))


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
            body = {"login": p["login"], "password": p["password"]}
            if p["totp_secret"]:
                equal(s.ask("POST", "/api/v1/tokens", body)[0] >= 400, True)
                body["otp"] = totp(p["totp_secret"])
            status, answer, _ = s.ask("POST", "/api/v1/tokens", body)
            equal((p["role"], status in (200, 201), "token" in json.loads(answer)), (p["role"], True, True))
        status, answer, headers = s.ask("POST", "/api/v1/tokens", {"login": "citizen", "password": "wrong"})
        equal((status, headers["content-type"].split(";")[0]), (401, "application/problem+json"))


for fn in [version_and_usage, calendar_due, logic_lines, packs_are_sound, routes_are_golden, demo_makes_a_province, verify_is_content,
           one_bit_in_any_table_is_found, a_row_taken_away_is_found, backup_and_restore, serve_and_stop, tokens_by_password_and_code]:
    test(fn)
finish()
