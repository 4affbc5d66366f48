#!/usr/bin/env python3
"""A server without visitors writes nothing to its database; what then happens is told within seconds.

usage: idle_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import glob, os, sqlite3, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, engine, true, until

QUIET, TOLD = 15, 45  # seconds; the slowest periodic work comes once a minute
p = Program(dossiers=6)
tests = Tests()
watch = sqlite3.connect(f"file:{p.data}/motcua.db?mode=ro", uri=True) if engine == "sqlite" else None


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
    new = [d["code"] for d in p.api("counter", "GET", "/dossiers?limit=50")["items"] if d["state"] == "received"]
    true(new, "the sample has a received dossier")
    before, begun = subjects(), time.time()
    p.act("counter", new[0], "accept")
    until("it is told", lambda: subjects() - before, TOLD)
    print(f"# told after {time.time() - begun:.1f} s")


def and_it_is_quiet_again():
    an_idle_server_writes_nothing()


def the_record_is_whole():
    p.ends_well()


tests.run(an_idle_server_writes_nothing, what_happens_then_is_told_within_seconds, and_it_is_quiet_again, the_record_is_whole)
if watch:
    watch.close()
tests.end()
