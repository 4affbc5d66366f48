#!/usr/bin/env python3
"""Follows docs/guide/add-a-page.md on a copy of the tree: writes its files, makes its changes, builds, runs the slice's test and asks the page by HTTP.

usage: guide_test.py SOURCE_DIR     Ends in "N passed, N failed". With ccache the copy's build takes seconds; without, a few minutes."""
import os, re, shutil, subprocess, sys, tempfile

source = os.path.abspath(sys.argv[1])
root = tempfile.mkdtemp(prefix="motcua-guide-")
tree, build = os.path.join(root, "tree"), os.path.join(root, "tree/build")
sys.argv[1:] = [os.path.join(build, "src/app/motcua"), source]
sys.path.insert(0, os.path.join(source, "tests/lib"))
from program import Server, demo, leave, program

leave.append(lambda: shutil.rmtree(root, ignore_errors=True))
env = {k: v for k, v in os.environ.items() if k not in ("MOTCUA_SOURCE_DIR", "MOTCUA_BUILD_DIR", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
env.update(CCACHE_BASEDIR=root, CCACHE_NOHASHDIR="1", MOTCUA_ENGINES="sqlite")
if os.path.isdir("/usr/lib/ccache"):
    env["PATH"] = "/usr/lib/ccache:" + env["PATH"]
passed = failed = 0


def run(*args, cwd=tree, timeout=1500):
    p = subprocess.run(args, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout)
    if p.returncode != 0:
        raise AssertionError(f"{' '.join(args)}: {p.returncode}\n{(p.stdout + p.stderr)[-3000:]}")
    return p.stdout


def step(fn):
    """Each builds on the one before."""
    global passed, failed
    if failed:
        return
    try:
        fn()
        passed += 1
    except Exception as e:
        failed += 1
        print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}", flush=True)


def copy_the_tree():
    def unwanted(folder, names):
        return [n for n in names if n.startswith("build") and os.path.exists(os.path.join(folder, n, "build.ninja")) or n in (".git", "node_modules", "__pycache__") or (n == "data" and folder == source)]
    shutil.copytree(source, tree, ignore=unwanted, symlinks=True)
    os.symlink(os.path.join(source, "web/node_modules"), os.path.join(tree, "web/node_modules"))


def blocks():
    text = open(os.path.join(source, "docs/guide/add-a-page.md"), encoding="utf-8").read()
    found = re.findall(r"^`([^`\n]+)`\n\n```(\w+)\n(.*?)^```$", text, re.M | re.S)
    if len(found) != text.count("\n```\n") or len(found) < 12:
        raise AssertionError(f"{len(found)} blocks with the name of a file, {text.count(chr(10) + '```' + chr(10))} in all")
    return found


def change(path, body):
    """A run of `-` lines is a piece of the file, found once; the `+` lines after it take its place."""
    text = open(path, encoding="utf-8").read()
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)+)", body, re.M):
        old, new = ("\n".join(x[1:] for x in part.rstrip("\n").split("\n")) for part in (old, new))
        if text.count(old) != 1:
            raise AssertionError(f"{path}: {old!r} stands there {text.count(old)} times")
        text = text.replace(old, new)
    open(path, "w", encoding="utf-8").write(text)


def do_what_the_guide_says():
    for name, kind, body in blocks():
        path = os.path.join(tree, name)
        if kind == "diff":
            change(path, body)
            continue
        if os.path.exists(path):
            raise AssertionError(f"{name} is there already")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w", encoding="utf-8").write(body)


def it_builds():
    run("meson", "setup", build, "-Dbuildtype=debug", "-Doptimization=0", "-Ddebug=false")
    out = run("nice", "ninja", "-C", build, "src/notice/notice_test", "src/app/motcua", "src/render/motcua-render")
    if "notice/" in "".join(re.findall(r"^.*warning:.*$", out, re.M)):
        raise AssertionError(out[-3000:])


def the_lints_agree():
    run(os.path.join(tree, "scripts/lint"))


def the_slices_test_passes():
    env.update(MOTCUA_SOURCE_DIR=tree, MOTCUA_BUILD_DIR=build)
    out = run(os.path.join(build, "src/notice/notice_test"), cwd=build)
    if not re.search(r"^2 passed, 0 failed", out, re.M):
        raise AssertionError(out[-2000:])


def the_page_answers():
    if "GET /thong-bao everyone\nPOST /thong-bao admin\n" not in run(program, "routes"):
        raise AssertionError("the routes are not listed")
    with Server(demo("data", 1)[0]) as s:
        for query, words in (("", "Không có lịch tạm ngừng"), ("?lang=en", "No downtime is planned")):
            status, body, _ = s.ask("GET", "/thong-bao" + query)
            if status != 200 or words not in body.decode():
                raise AssertionError(f"{status} {body[:500]}")


for fn in (copy_the_tree, do_what_the_guide_says, it_builds, the_lints_agree, the_slices_test_passes, the_page_answers):
    step(fn)
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
