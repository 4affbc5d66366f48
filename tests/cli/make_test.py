#!/usr/bin/env python3
"""The Makefile and scripts/ as far as they run without installing: what each goal builds is there, and scripts/deps tells what it needs.

usage: make_test.py SOURCE_DIR BUILD_DIR      Ends in "N passed, N failed"."""
import os, re, shutil, subprocess, sys, tempfile

source, build = (os.path.abspath(x) for x in sys.argv[1:3])
failed = passed = 0


def true(x, what):
    global passed, failed
    passed, failed = passed + bool(x), failed + (not x)
    if not x:
        print("FAILED " + what)


def goals():
    """Those of the menu; `make -n` says what they would do."""
    with open(os.path.join(source, "Makefile"), encoding="utf-8") as f:
        return re.findall(r"^([a-z-]+):.*##", f.read(), re.M)


def built_for(goal):
    said = subprocess.run(["make", "-C", source, "-n", "--no-print-directory", goal], capture_output=True, text=True, env={**os.environ, "MAKEFLAGS": ""}).stdout
    return {t for words in re.findall(r'TARGETS="([^"]*)"', said) for t in words.split()}


def each_goal_builds_what_is_there():
    """A target that was renamed would be found out only by who runs `make faults` next."""
    known = {x.split(": ")[0] for x in subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], capture_output=True, text=True).stdout.splitlines()}
    wanted = {g: built_for(g) for g in goals()}
    true(len(known) > 100 and len(wanted) > 8, f"{len(known)} targets, {len(wanted)} goals")
    for goal in ("run", "bench", "peers", "faults", "soak", "gallery", "fuzz"):
        true(wanted.get(goal), f"make {goal} builds nothing")
    for goal, targets in wanted.items():
        true(not targets - known, f"make {goal}: no such target: {sorted(targets - known)}")


def run_as_somebody(folder, *words):
    """Not as root, and where there is no sudo."""
    tools = os.path.join(folder, "bin")
    os.makedirs(tools)
    for name in ("sh", "cat", "grep", "id", "dirname", "dpkg-query"):
        os.symlink(shutil.which(name), os.path.join(tools, name))
    who = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run([os.path.join(folder, "deps"), *words], capture_output=True, text=True, env={"PATH": tools}, **who)


def who_may_not_install_is_told_what_to_do():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        shutil.copy(os.path.join(source, "scripts/deps"), folder)
        with open(os.path.join(folder, "packages-run.txt"), "w", encoding="utf-8") as f:
            f.write("base-files\nno-such-package-of-ours\n")
        p = run_as_somebody(folder, "run")
        true(p.returncode == 1 and "installing: no-such-package-of-ours\n" in p.stdout, f"only what is missing is installed: {p}")
        true("As root: " in p.stderr and "deps run" in p.stderr, f"without sudo: {p.stderr}")


each_goal_builds_what_is_there()
if shutil.which("dpkg-query"):
    who_may_not_install_is_told_what_to_do()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
