#!/usr/bin/env python3
"""PostgreSQL back to a moment by its own archive, as docs/operations.md says: base backup, archived log, recovery_target_time, verify.

usage: pg_moment_test.py PROGRAM SOURCE_DIR pg     Its clusters are its own. Ends in "N passed, N failed"."""
import datetime, os, shutil, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
first, second = tempfile.mkdtemp(prefix="motcua-moment-pg-"), tempfile.mkdtemp(prefix="motcua-moment-pg-")
os.environ["MOTCUA_PG_DIR"] = first
from world import World
import glob, json, urllib.parse
from program import Tests, equal, leave, postgres, run, source, true, until

bin_ = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
kept = os.path.join(first, "archive")
whose = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []


def cluster(verb, folder=first):
    p = subprocess.run([os.path.join(source, "scripts/pg-test"), verb], env={**os.environ, "MOTCUA_PG_DIR": folder}, capture_output=True, text=True)
    equal(p.returncode, 0, f"pg-test {verb}: {p.stdout}{p.stderr}")


for d in (first, second):
    leave.append(lambda d=d: subprocess.run([os.path.join(source, "scripts/pg-test"), "stop"], env={**os.environ, "MOTCUA_PG_DIR": d}, capture_output=True))
    leave.append(lambda d=d: os.path.exists(d + ".lock") and os.remove(d + ".lock"))


def owned(path):
    if os.getuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def settings(folder, **lines):
    with open(os.path.join(folder, "data/postgresql.auto.conf"), "a", encoding="utf-8") as f:
        f.writelines(f"{k} = '{v}'\n" for k, v in lines.items())


def file_one(w, name):
    status, answer = w.call("POST", "/api/v1/dossiers", w.filing(name), "counter", Idempotency_Key=os.urandom(9).hex())
    equal(status, 201, answer)


def back_to_a_moment():
    cluster("start")
    os.mkdir(kept)
    owned(kept)
    settings(first, wal_level="replica", archive_mode="on", archive_timeout="60",
             archive_command=f"test ! -f {kept}/%f && cp %p {kept}/%f.part && sync {kept}/%f.part && mv {kept}/%f.part {kept}/%f")
    cluster("halt")
    cluster("resume")
    w = World()
    w.start()
    w.token("counter")
    w.examples()
    file_one(w, "Mẫu trước bản chép")
    base = os.path.join(first, "base")
    p = subprocess.run([*whose, f"{bin_}/pg_basebackup", "-h", first, "-U", "motcua", "-D", base, "-X", "none", "-c", "fast"], capture_output=True, text=True, cwd="/")
    equal(p.returncode, 0, p.stderr)
    file_one(w, "Mẫu sau bản chép")
    moment = float(postgres("psql", "-d", w.database, "-Atc", "select extract(epoch from clock_timestamp())")[1])
    time.sleep(0.01)
    file_one(w, "Mẫu sau thời điểm")
    w.stop()
    last = postgres("psql", "-d", w.database, "-Atc", "select pg_walfile_name(pg_switch_wal())")[1].strip()
    until("the log is archived", lambda: os.path.exists(os.path.join(kept, last)))
    cluster("halt")
    os.chmod(second, 0o711)
    owned(second)
    os.rename(base, os.path.join(second, "data"))
    at = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).isoformat(sep=" ")
    settings(second, restore_command=f"cp {kept}/%f %p", recovery_target_time=at, recovery_target_action="promote")
    with open(os.path.join(second, "data/recovery.signal"), "w", encoding="utf-8"):
        pass
    owned(os.path.join(second, "data/recovery.signal"))
    with open(os.path.join(second, "used"), "w", encoding="utf-8"):
        pass
    cluster("resume", second)
    ask = [f"{bin_}/psql", "-h", second, "-U", "motcua", "-d", w.database, "-Atc"]
    until("it is at the moment", lambda: subprocess.run([*ask, "select pg_is_in_recovery()"], capture_output=True, text=True).stdout.strip() == "f")
    names = subprocess.run([*ask, "select applicant_name from dossier where applicant_name like 'Mẫu %' order by id"], capture_output=True, text=True).stdout.split("\n")[:-1]
    equal([x for x in names if x.endswith(("bản chép", "thời điểm"))], ["Mẫu trước bản chép", "Mẫu sau bản chép"])
    code, out, err = run("verify", "--data", w.data, "--db", f"postgres://motcua@/{w.database}?host=" + urllib.parse.quote(second, safe=""), "--json")
    equal((code, json.loads(out)["ok"]), (0, True), out + err)


tests = Tests()
tests.run(back_to_a_moment)
tests.end()
