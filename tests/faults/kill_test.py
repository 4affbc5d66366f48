#!/usr/bin/env python3
"""kill -9 at random under load: every acknowledged act is there exactly once, the log holds, no half file, no lost job.

usage: kill_test.py PROGRAM SOURCE_DIR sqlite|pg [ROUNDS [SECONDS]]     Ends in "N passed, N failed"; a round is one test.
Three clients file, file with an attachment, and accept, while the program is killed with its helper at a random moment, also while it
starts. After each kill it starts again, and what had no answer is sent again with the same key."""
import json, os, random, sys, threading, time
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from world import World, pdf
from program import engine, words

rounds = int(words[0]) if words else 20
until = time.time() + (float(words[1]) if len(words) > 1 else 1e9)
seed = int(os.environ.get("FAULT_SEED", str(int(time.time()))))
luck = random.Random(seed)
w = World()
lock = threading.Lock()
acked, accepted, unsure, strange = {}, set(), [], []  # name → code; codes; (kind, name, path, body, key); surprises
waiting = []                                          # codes to accept
passed = failed = told = 0


def send(kind, name, path, body, key):
    """One act. No answer: it is sent again after the next start."""
    try:
        status, answer = w.call("POST", path, body, "counter", timeout=20, Idempotency_Key=key)
    except OSError:
        with lock:
            unsure.append((kind, name, path, body, key))
        return
    except Exception:  # half an answer
        with lock:
            unsure.append((kind, name, path, body, key))
        return
    with lock:
        if kind == "file" and status == 201:
            acked[name] = json.loads(answer)["code"]
            waiting.append(acked[name])
        elif kind == "accept" and status == 200:
            accepted.add(name)
        elif status == 503:
            unsure.append((kind, name, path, body, key))
        else:
            strange.append(f"{kind} {name}: {status} {answer[:300]}")


def client(number, stop, with_file, accepts):
    n = 0
    while not stop.is_set():
        n += 1
        name = f"Mẫu {round_number} {number} {n}"
        if accepts:
            with lock:
                code = waiting.pop() if waiting else None
            if not code:
                time.sleep(0.02)
                continue
            send("accept", code, f"/api/v1/dossiers/{code}/actions", {"action": "accept"}, f"a-{code}")
            continue
        files = []
        if with_file:
            try:
                status, answer = w.call("POST", "/api/v1/files?name=a.pdf", pdf(name), "counter", timeout=20, Content_Type="application/pdf", Idempotency_Key=f"f-{name.replace(' ', '-').replace('ẫ', 'a')}")
                files = [json.loads(answer)["id"]] if status == 201 else []
                if status not in (201, 503):
                    raise AssertionError(f"a file: {status} {answer[:300]}")
            except AssertionError as e:
                strange.append(str(e))
            except Exception:  # no answer: the file is nobody's, and swept
                pass
            if not files:
                continue
        send("file", name, "/api/v1/dossiers", w.filing(name, files), f"k-{round_number}-{number}-{n}")


def load_until(seconds):
    end = time.time() + seconds
    if not w.look_for_port(seconds):
        return
    stop = threading.Event()
    threads = [threading.Thread(target=client, args=(i, stop, i == 1, i == 2)) for i in range(3)]
    for t in threads:
        t.start()
    time.sleep(max(0.0, end - time.time()))
    w.kill()
    stop.set()
    for t in threads:
        t.join()


def send_again():
    again, unsure[:] = list(unsure), []
    for x in again:
        send(*x)
    if unsure:
        raise AssertionError(f"no answer again: {unsure[0][:3]}")


def check_acts():
    """Each act told, and each sent again, exactly once; nothing else."""
    rows = w.query("select d.applicant_name, d.code, (select count(*) from log_text l where l.subject = d.id and l.kind = 'dossier.send'),"
                   " (select count(*) from log_text l where l.subject = d.id and l.kind = 'dossier.accept'), d.state from dossier d where d.applicant_name like 'Mẫu %'")
    found = {}
    for name, code, sends, accepts, state in rows:
        if name in found or sends != "1":
            raise AssertionError(f"{name}: filed twice ({code}, {found.get(name)}), {sends} entries")
        found[name] = code
        if int(accepts) != (code in accepted):
            raise AssertionError(f"{code}: accepted {accepts} times in the log, told {code in accepted}")
        if (state == "received") == (code in accepted):
            raise AssertionError(f"{code}: {state}, though accepted is {code in accepted}")
    if found != acked:
        lost = [n for n in acked if found.get(n) != acked[n]]
        raise AssertionError(f"lost or other: {lost[:3]}; not told: {[n for n in found if n not in acked][:3]}")
    if strange:
        raise AssertionError(strange[0])


def one_round(number, last):
    global told
    w.start(wait=False)
    load_until(luck.uniform(0, start_s) if luck.random() < 0.15 else start_s + luck.uniform(0.3, 1.7))
    w.kill()
    w.start()
    send_again()
    check_acts()
    bad = w.half_files(seen)
    if bad:
        raise AssertionError(f"half files: {bad[:2]}")
    if last or number % 10 == 0:
        w.verify()
    if last:
        w.no_lost_job()
        check_acts()
        w.verify()
    told = len(acked) + len(accepted)
    w.kill() if not last else w.stop()


seen, round_number = set(), 0
try:
    start_s = time.time()
    w.start()
    start_s = time.time() - start_s
    w.token("counter")
    w.examples()
    w.stop()
    for round_number in range(1, rounds + 1):
        last = round_number == rounds or time.time() > until
        try:
            one_round(round_number, last)
            passed += 1
        except Exception as e:
            failed += 1
            print(f"FAILED round {round_number} (FAULT_SEED={seed}): {type(e).__name__}: {e}\n{w.said()[-1500:]}", flush=True)
            break
        if last:
            break
except Exception as e:
    failed += 1
    print(f"FAILED {type(e).__name__}: {e}")
if not failed and told < 2 * passed:
    failed += 1
    print(f"FAILED: only {told} acts in {passed} rounds: no load")
print(f"# {engine}: {passed} kills, {len(acked)} filings and {len(accepted)} acceptances acknowledged, {len(seen)} files")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
