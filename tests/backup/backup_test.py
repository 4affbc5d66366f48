#!/usr/bin/env python3
"""Backups while 64 connections file, and on SQLite back to any moment by the archive. Ends in "N passed, N failed".

usage: backup_test.py PROGRAM SOURCE_DIR [sqlite|pg] [WORD...]"""
import datetime, glob, os, shutil, sys, time, urllib.request
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import World
from load import Load
import program as p
from program import Server, Tests, engine, equal, root, rows, run, true, until

made = 0
archive = os.path.join(root, "archive")


def place(name):
    global made
    made += 1
    return os.path.join(root, f"{name}{made}")


def conf():
    path = os.path.join(root, "archive.conf")
    with open(path, "w") as f:
        f.write(f"archive = {archive}\n")
    return path


def restored(w, backup, *more):
    """Elsewhere, and found good: {name: files} of the filings in it, and what was said."""
    to = place("restored")
    words = ["restore", "--data", to, "--from", backup, "--key", os.path.join(w.data, "master.key"), *more]
    base, way = p.database() if engine == "pg" else (None, [])
    code, out, err = run(*words, *way)
    equal((code, "restored and good" in out), (0, True), out + err)
    ask = "select d.applicant_name, (select count(*) from dossier_file f where f.dossier = d.id and f.kind = 'attachment') from dossier d where d.applicant_name like 'Mẫu %'"
    if base:
        return {x.split("\x1f")[0]: int(x.split("\x1f")[1]) for x in p.postgres("psql", "-d", base, "-AtF", "\x1f", stdin=ask + ";")[1].split("\n")[:-1]}, to
    return {name: int(n) for name, n in rows(to, ask)}, to


def refused_restore(w, backup, why, *more):
    code, out, err = run("restore", "--data", place("refused"), "--from", backup, "--key", os.path.join(w.data, "master.key"), *more)
    true(code != 0 and why in err, f"{code}: {out} {err}")


def begin(**settings):
    folder = place("world")
    os.mkdir(folder)
    w = World(folder=folder, **settings)
    w.start()
    w.token("counter")
    w.examples()
    return w


def slowed(busy, quiet):
    """Others wait a little longer while a backup is made, never as long as it takes. As long a time with and without, in turns."""
    true(min(len(busy), len(quiet)) > 32, f"{len(busy)} and {len(quiet)} filings")
    p99, usual = (x[len(x) * 99 // 100] for x in (busy, quiet))
    print(f"# {engine}: others' p99 is {p99 * 1000:.0f} ms during a backup, {usual * 1000:.0f} ms without: {p99 / usual:.1f}")
    true(p99 < 5 * max(usual, 0.1), f"p99 of {p99:.2f} s during a backup, {usual:.2f} s without")


def a_backup_at_full_load_has_all_that_was_acknowledged():
    w = begin()
    with Load(w, 64, files=True) as load:
        until("the load runs", lambda: load.count() > 64)
        busy, quiet, during = [], [], 0
        for _ in range(3):
            before, start, to = dict(load.acked), time.time(), place("backup")
            code, out, err = run("backup", *w.place, "--to", to)
            equal(code, 0, out + err)
            busy.append((start, time.time()))
            during += load.count() - len(before)
            time.sleep(time.time() - start)
            quiet.append((busy[-1][1], time.time()))
        until("it goes on", lambda n=load.count(): load.count() > n + 64)
    took = sum(b - a for a, b in busy)
    slowed(load.waits(busy), load.waits(quiet))
    equal(load.odd, [])
    found, _ = restored(w, to)
    equal([x for x in before if x not in found], [], "acknowledged before the backup and not in it")
    true(during > 0, "nobody could file while the backup was made")
    print(f"# {engine}: {during} filings acknowledged while three backups of {took / 3:.1f} s were made")
    equal(run("backup", *w.place, "--to", to)[0], 1, "into a folder that is there")
    os.remove(os.path.join(to, "backup.txt"))
    code, _, err = run("restore", "--data", place("refused"), "--from", to, "--key", os.path.join(w.data, "master.key"), *(p.database()[1] if engine == "pg" else []))
    true(code != 0 and "no whole backup" in err, err)
    w.ends_well()


def nothing_in_clear(folder, *words):
    for path in glob.glob(os.path.join(folder, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                bytes_ = f.read()
            true(not any(x.encode() in bytes_ for x in words), f"{path} has it in clear")
            equal(os.stat(path).st_mode & 0o077, 0, path)


def stamp(t):
    return datetime.datetime.fromtimestamp(t, datetime.timezone(datetime.timedelta(hours=7))).isoformat(timespec="milliseconds")


def as_it_was(w, backup, load, t):
    """At that moment: all that was acknowledged before, nothing that was sent after."""
    found, to = restored(w, backup, "--at", stamp(t), "--archive", archive)
    sent, acked = dict(load.sent), dict(load.acked)
    equal([x for x in acked if acked[x] < t and x not in found], [], "acknowledged before and not there")
    equal([x for x in found if sent.get(x, t) >= t + 0.002], [], "sent afterwards and there")
    equal([x for x in found if x.split()[2] == "0" and load.files and found[x] == 0], [], "without its file")
    return found, to


def chains():
    return sorted(os.path.basename(x) for x in glob.glob(os.path.join(archive, "2*")))


def pieces():
    return sorted(glob.glob(os.path.join(archive, chains()[-1], "*.piece")))


def back_to_any_moment():
    w = begin(archive=archive, archive_every="1s")
    equal("no backup to begin from" in w.ask("GET", "/readyz")[1].decode(), True)
    moments = []
    load = Load(w, 6, files=True)
    load.__enter__()
    until("the load runs", lambda: load.count() > 5)
    backup = place("backup")
    early = time.time() - 3600
    equal(run("backup", *w.place, "--to", backup, "--config", conf())[0], 0)
    equal("no backup to begin from" in w.ask("GET", "/readyz")[1].decode(), False)

    def go_on():
        n, have = load.count(), len(pieces())
        until("more filings and pieces", lambda: load.count() > n + 10 and len(pieces()) > have)
        moments.append(time.time())
        n = load.count()
        until("more filings", lambda: load.count() > n + 10)
    go_on()
    w.kill()  # what was not archived yet is in the log, and is archived at the next start
    moments.append(time.time())
    w.start()
    go_on()
    load.__exit__()
    w.stop()
    w.start()
    equal(len(chains()), 1, "a kill and a stop, and the chain goes on")
    load.one("Mẫu cuối 1 1")
    w.stop()
    moments.append(time.time())
    equal(load.odd, [])
    for t in moments:
        found, to = as_it_was(w, backup, load, t)
    true("Mẫu cuối 1 1" in found, "the last act")
    nothing_in_clear(archive, "Mẫu cuối", "0912345678")
    nothing_in_clear(backup, "Mẫu ", "0912345678")
    with Server(to) as s:
        equal(s.ask("GET", "/readyz")[0], 200, "what was restored serves")
    refused_restore(w, backup, "take an older one", "--at", stamp(early), "--archive", archive)
    damage(w, backup, moments[-1])
    broken_chain(w)


def damage(w, backup, t):
    middle = pieces()[len(pieces()) // 2]
    with open(middle, "rb") as f:
        good = f.read()
    for bad, why in ((good[:len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1:], "do not open"), (good[:-40], "ends too soon")):
        with open(middle, "wb") as f:
            f.write(bad)
        refused_restore(w, backup, why, "--at", stamp(t), "--archive", archive)
    os.remove(middle)
    refused_restore(w, backup, "is missing", "--at", stamp(t), "--archive", archive)
    with open(middle, "wb") as f:
        f.write(good)


def broken_chain(w):
    """Somebody writes without the archive: from there on another chain, which wants a backup of its own."""
    before = chains()
    p.add_portal("--data", w.data)
    w.start()
    equal(len(chains()), len(before) + 1)
    true("no backup to begin from" in w.ask("GET", "/readyz")[1].decode(), "it says so")
    w.stop()


def gauge(port, name):
    text = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=60).read().decode()
    return next(float(x.split()[1]) for x in text.splitlines() if x.startswith(name + " "))


def an_archive_that_cannot_be_written_holds_the_log():
    shutil.rmtree(archive, ignore_errors=True)
    port = p.free_port()
    w = begin(archive=archive, archive_every="1s", wal_max="16M", listen_metrics=f"127.0.0.1:{port}")
    backup = place("backup")
    equal(run("backup", *w.place, "--to", backup, "--config", conf())[0], 0)
    chain = os.path.join(archive, chains()[0])
    os.rename(chain, chain + ".away")
    with open(chain, "w"):
        pass
    load = Load(w, 8)
    with load:
        until("it is said", lambda: "cannot be archived" in w.ask("GET", "/readyz")[1].decode())
        equal(gauge(port, "motcua_archive_failing"), 1)
        until("the log comes to its cap", lambda: w.call("POST", "/api/v1/dossiers", w.filing("Mẫu đầy 1 1"), "counter", Idempotency_Key=os.urandom(9).hex())[0] == 503)
        true(load.count() > 8, "until then people can file")
        os.remove(chain)
        os.rename(chain + ".away", chain)
        n = load.count()
        until("it goes on by itself", lambda: load.count() > n + 8)
    equal(load.odd, [])
    until("and says no more", lambda: "cannot be archived" not in w.ask("GET", "/readyz")[1].decode())
    equal(w.stop(), 0)
    equal(len(chains()), 1)
    as_it_was(w, backup, load, time.time())


tests = Tests()
tests.run(a_backup_at_full_load_has_all_that_was_acknowledged)
if engine == "sqlite":
    tests.run(back_to_any_moment, an_archive_that_cannot_be_written_holds_the_log)
tests.end()
