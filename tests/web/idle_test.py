#!/usr/bin/env python3
"""A server without visitors writes nothing to its database; what then happens is told within seconds.

usage: idle_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import glob, json, os, sqlite3, sys, time
sys.path.insert(0, __file__.rsplit("/", 1)[0])
from program import Program, Tests

QUIET, TOLD = 15, 12
p = Program(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "sqlite", dossiers=6)
tests = Tests()
watch = sqlite3.connect(f"file:{p.data}/motcua.db?mode=ro", uri=True) if p.engine == "sqlite" else None


def written():
    """Changes with each commit that writes. SQLite counts them for who asks; on PostgreSQL the next transaction number moves, and of
    our tables the counters of rows written (what the server does for itself is not ours)."""
    if watch:
        wal = p.data + "/motcua.db-wal"
        return watch.execute("pragma data_version").fetchone()[0], os.path.getsize(wal) if os.path.exists(wal) else 0
    p.rows("select pg_stat_clear_snapshot()")
    return p.rows("select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables")[0][0]


def quiet(seconds):
    first, end = written(), time.time() + seconds
    while time.time() < end:
        time.sleep(0.25)
        now = written()
        if watch and now[0] == first[0]:
            first = now[0], max(first[1], now[1]) if now[1] <= first[1] else first[1]
            if now[1] > first[1]:
                return False
        elif now != first:
            return False
    return True


def subjects():
    found = set()
    for name in glob.glob(os.path.join(p.data, "mail", "*.eml")):
        with open(name, "rb") as f:
            found.add(f.read())
    return found


def an_idle_server_writes_nothing():
    """The work of a start (files to scan, mails of the sample's acts) is done first; then a quarter of a minute without one write."""
    for _ in range(20):
        if quiet(QUIET):
            return
    raise AssertionError("the server goes on writing: " + str(p.rows("select kind, state, run_key from job order by made_at desc limit 12")))


def what_happens_then_is_told_within_seconds():
    token = {"Authorization": "Bearer " + p.token("counter")}
    _, answer, _ = p.ask("GET", "/api/v1/dossiers?limit=50", None, token)
    new = [d["code"] for d in json.loads(answer)["items"] if d["state"] == "received"]
    if not new:
        raise AssertionError(f"the sample has no received dossier: {answer[:400]}")
    before = subjects()
    status, answer, _ = p.ask("POST", f"/api/v1/dossiers/{new[0]}/actions", json.dumps({"action": "accept"}),
                              {**token, "Content-Type": "application/json", "Idempotency-Key": os.urandom(9).hex()})
    if status not in (200, 201):
        raise AssertionError(f"{status} {answer[:300]}")
    end = time.time() + TOLD
    while time.time() < end and subjects() == before:
        time.sleep(0.1)
    told = subjects() - before
    if not told:
        raise AssertionError(f"nothing was told in {TOLD} s")
    print(f"told after {TOLD - (end - time.time()):.1f} s")


def and_it_is_quiet_again():
    an_idle_server_writes_nothing()


def the_record_is_whole():
    code = p.stop()
    status, out, _ = p.run("verify", *p.place, "--json")
    if (code, status, json.loads(out)["first_fault"]) != (0, 0, None):
        raise AssertionError(out)


for t in (an_idle_server_writes_nothing, what_happens_then_is_told_within_seconds, and_it_is_quiet_again, the_record_is_whole):
    tests.run(t)
if watch:
    watch.close()
p.done()
sys.exit(tests.end())
