#!/usr/bin/env python3
"""The disk is full while the program serves: every answer is clear, nothing acknowledged is lost, and it serves again by itself.

usage: disk_full_test.py PROGRAM SOURCE_DIR      Needs the right to mount a tmpfs; without it: a sentence and exit 77."""
import json, os, shutil, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import World, pdf
from program import leave

root = tempfile.mkdtemp(prefix="motcua-full-")
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", root], capture_output=True).returncode:
    os.rmdir(root)
    print("no right to mount a tmpfs here: the full disk was not tried")
    sys.exit(77)
leave.append(lambda: [subprocess.run(["umount", "-l", root], capture_output=True), os.rmdir(root)])
w = World(folder=root)
ballast = os.path.join(root, "ballast")
passed = failed = number = 0
acked, refused, clear = {}, [], {503, 507}


def check(what, good, detail=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAILED {what}: {detail}", flush=True)


def fill(leave):
    """A file that leaves so many bytes."""
    free = shutil.disk_usage(root).free - leave
    with open(ballast, "ab") as f:
        while free > 0:
            n = min(free, 1 << 20)
            try:
                f.write(b"x" * n)
                f.flush()
            except OSError:
                break
            free -= n


def file_one(with_file=False):
    """The status; what is acknowledged is remembered."""
    global number
    number += 1
    name, files = f"Mẫu đầy {number}", []
    if with_file:
        status, answer = w.call("POST", "/api/v1/files?name=a.pdf", pdf() + os.urandom(200000), "counter", Content_Type="application/pdf", Idempotency_Key=f"f{number}")
        if status != 201:
            return status, answer
        files = [json.loads(answer)["id"]]
    body = w.filing(name, files)
    status, answer = w.call("POST", "/api/v1/dossiers", body, "counter", Idempotency_Key=f"k{number}")
    if status == 201:
        acked[name] = json.loads(answer)["code"]
    else:
        refused.append((f"k{number}", name, body))
    return status, answer


def until_refused(with_file):
    for _ in range(4000):
        status, answer = file_one(with_file)
        if status != 201:
            return status, answer
    return 201, b""


def until_served(seconds=120):
    end = time.time() + seconds
    while time.time() < end:
        if file_one(True)[0] == 201:
            return True
        time.sleep(0.5)
    return False


def told_clearly(what, status, answer):
    text = answer.decode("utf-8", "replace")
    check(what, status in clear and json.loads(text).get("detail"), f"{status} {text[:300]}")


def a_full_disk():
    fill(6 << 20)
    told_clearly("a file when the disk is full", *until_refused(True))
    fill(1 << 20)
    told_clearly("a filing when the disk is full", *until_refused(False))
    fill(0)
    for i in range(20):
        with_file = i % 2 == 0
        status, answer = file_one(with_file)
        if with_file or status != 201:  # without a file it may find room in the database's log, which was begun anew meanwhile
            told_clearly("again", status, answer)
    for path in ("/", "/dich-vu-cong", "/healthz"):
        status, _ = w.call("GET", path)
        check(f"{path} is read while the disk is full", status == 200, status)
    found = w.call("GET", f"/api/v1/dossiers/{next(iter(acked.values()))}", role="citizen")[0]
    check("a record is asked for while the disk is full", found in (200, 404), found)
    check("still the same process", w.process.poll() is None, "")
    os.remove(ballast)
    check("it serves again by itself", until_served(), "")


def sent_again_with_the_same_key():
    for key, name, body in refused:
        status, answer = w.call("POST", "/api/v1/dossiers", body, "counter", Idempotency_Key=key)
        check("what was refused is accepted when sent again", status == 201, f"{status} {answer[:200]}")
        if status == 201:
            acked[name] = json.loads(answer)["code"]


def everything_once():
    rows = w.query("select applicant_name, code from dossier where applicant_name like 'Mẫu đầy %'")
    check("each acknowledged filing exactly once, nothing else", sorted(rows) == sorted(acked.items()), f"{len(rows)} rows, {len(acked)} told")
    check("no half file", not w.half_files(set()))
    report = w.verify()
    check("the log holds", report["entries"] > len(acked), report)


try:
    w.start()
    for role in ("counter", "citizen"):
        w.token(role)
    w.examples()
    check("it serves before", file_one(True)[0] == 201)
    for _ in range(2):
        a_full_disk()
        sent_again_with_the_same_key()
        refused.clear()
    everything_once()
    check("it stops in peace", w.stop() == 0)
    everything_once()
except Exception as e:
    failed += 1
    print(f"FAILED {type(e).__name__}: {e}\n{w.said()[-2000:]}")
print(f"# {len(acked)} filings around two full disks")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
