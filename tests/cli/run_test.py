#!/usr/bin/env python3
"""scripts/run, the second half of `make run`: what it makes, keeps, takes up after a kill and brings up to date. usage: run_test.py PROGRAM SOURCE_DIR   Ends in "N passed, N failed"."""
import glob, os, random, re, shutil, signal, socket, subprocess, sys, time, urllib.request
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Tests, begun, env, equal, program, root, source, true, until

tree = os.path.join(root, "tree")  # as scripts/run sees it: itself and what was built
data = os.path.join(tree, "data/demo")
DOSSIERS = "60"  # more than are made by hand: a stopped making goes on


def lay_tree():
    os.makedirs(os.path.join(tree, "scripts"))
    os.symlink(os.path.dirname(program), os.path.join(tree, "build"))
    shutil.copy(os.path.join(source, "scripts/run"), os.path.join(tree, "scripts"))


def begin(**more):
    p = subprocess.Popen([os.path.join(tree, "scripts/run")], stdout=open(os.path.join(root, "said"), "w"), stderr=subprocess.STDOUT, start_new_session=True,
                         env={**env, "MOTCUA_DOSSIERS": DOSSIERS, "MOTCUA_LISTEN": "127.0.0.1:0", **more})
    begun.append(p)
    return p


def said():
    with open(os.path.join(root, "said"), encoding="utf-8") as f:
        return f.read()


def serves(p):
    """What it told until then. Its front page answers, and at SIGTERM it ends well."""
    port = until(lambda: "it serves: " + said(), lambda: re.search(r"serves on port (\d+)", said()) or true(p.poll() is None, "it ended: " + said()))
    told = said()
    page = urllib.request.urlopen(f"http://127.0.0.1:{port.group(1)}/").read().decode()
    true("</html>" in page and "Trung tâm Phục vụ hành chính công tỉnh Mẫu" in page, page[:300])
    p.send_signal(signal.SIGTERM)
    equal(p.wait(60), 0, "its end: " + said()[-300:])
    begun.remove(p)
    return told


def sign_ins(told):
    return re.findall(r"^(\w+) +\w+ +(Mau-\S+)", told, re.M)


def lives(group):
    """Does a process of the group still hold anything? One that waits to be reaped does not."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                state, _, of = f.read().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == group and state != "Z":
            return True
    return False


def a_making_that_is_killed_is_brought_to_its_end():
    for seconds in (0.3, 1, 2, random.uniform(1, 6)):
        p = begin()
        time.sleep(seconds)
        true("serves on port" not in said() or seconds > 1, "it was quicker than its kill")
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        until("the others of its group are gone, and with them what they hold", lambda: not lives(p.pid))
        begun.remove(p)
    told = serves(begin())
    equal(len(sign_ins(told)), 11, told)
    equal(glob.glob(data + "*.part") + glob.glob(data + "/*.part"), [], "what is left of its making")


def the_next_time_it_is_as_it_was():
    before = os.stat(os.path.join(data, "master.key")).st_mtime_ns
    told = serves(begin())
    equal(len(sign_ins(told)), 11, told)
    equal(os.stat(os.path.join(data, "master.key")).st_mtime_ns, before, "the same province")
    true("migrat" not in told, told)


def a_province_of_the_last_release_is_brought_up_to_date():
    release = sorted(glob.glob(os.path.join(source, "tests/fixtures/release-*")))[-1]
    subprocess.run(["tar", "-xf", os.path.join(release, "sqlite.tar.xz"), "-C", root], check=True)
    told = serves(begin(MOTCUA_DATA=os.path.join(root, "data")))
    true(re.search(r"[1-9]\d* migrations applied", told) and "needs none" in told, told)


def a_port_that_is_taken_is_told_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as s:
        p = begin(MOTCUA_LISTEN=f"127.0.0.1:{s.getsockname()[1]}")
        equal(p.wait(60), 1, said())
        begun.remove(p)
        true("Address already in use; another program listens there" in said() and "--listen" in said(), said())


lay_tree()
tests = Tests()
tests.run(a_making_that_is_killed_is_brought_to_its_end, the_next_time_it_is_as_it_was, a_province_of_the_last_release_is_brought_up_to_date, a_port_that_is_taken_is_told_with_what_to_do)
tests.end()
