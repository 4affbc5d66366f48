#!/usr/bin/env python3
"""How `serve` locks itself in, tried from inside by a library that was loaded before it (tests/lib/intruder.c). Ends in "N passed, N failed"."""
import ctypes, errno, glob, os, re, shutil, signal, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import program
from program import Server, Tests, copy_of, demo, env, equal, root, run, true, until

base, people = demo("base", 2)
build = os.path.dirname(os.path.dirname(os.path.dirname(program.program)))
with open(program.program, "rb") as f:
    sanitized = b"__asan_init" in f.read()
made = 0


def fresh():
    global made
    made += 1
    return copy_of(base, f"data{made}")


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return dict(re.findall(r"^(\w+):\s+(\S+)", f.read(), re.M))


def threads(pid):
    return [int(x) for x in os.listdir(f"/proc/{pid}/task")]


def below(pid):
    """The processes that it began, and those that they began."""
    out = []
    for child in subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout.split():
        out += [int(child), *below(child)]
    return out


def landlock():
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(444, None, ctypes.c_size_t(0), 1)


def with_intruder(data, ports="9 25", **settings):
    beside = os.path.join(root, f"beside{made}")
    os.makedirs(beside)
    with open(f"{beside}/existing", "w", encoding="ascii") as f:
        f.write("x")
    old = dict(env)
    env.update(INTRUDER_DIR=data, INTRUDER_OUT=beside, INTRUDER_PORTS=ports, LD_PRELOAD=os.path.join(build, "src/app/libintruder.so"),
               ASAN_OPTIONS=env["ASAN_OPTIONS"] + ":verify_asan_link_order=0")
    try:
        return Server(data, people=people, **settings).start(), beside
    finally:
        env.clear()
        env.update(old)


def tries(s):
    s.process.send_signal(signal.SIGUSR1)
    until("what the intruder says", lambda: "intruder done" in s.said())
    return {k: int(v) for k, v in re.findall(r"^intruder (\S+)=(\d+)$", s.said(), re.M)}


def every_thread_is_held():
    with Server(fresh(), people=people) as s:
        equal(s.ask("GET", "/")[0], 200)
        for t in threads(s.process.pid):
            st = status(f"{s.process.pid}/task/{t}")
            equal((st["NoNewPrivs"], st["Seccomp"]), ("1", "2"), f"thread {t}")
        equal("sandbox" in s.ask("GET", "/readyz")[1].decode(), False, "nothing to warn of")


def what_an_intruder_may_do():
    s, beside = with_intruder(fresh())
    got = tries(s)
    for name in ("make-inside", "move-inside", "remove-inside"):
        equal(got[name], 0, name)
    for name in ("make-outside", "write-outside", "empty-outside", "remove-outside"):
        equal(got[name], errno.EACCES, name)
    refused = ["chroot", "bind", "raw-socket", "write-and-run", "run-what-was-written"] + ([] if sanitized else ["signal-another", "dumpable-again", "fork"])
    for name in refused:
        equal(got[name], errno.EPERM, name)
    equal((os.listdir(beside), os.path.getsize(f"{beside}/existing")), (["existing"], 1), "nothing changed outside")
    equal(s.ask("GET", "/")[0], 200, "and it serves on")
    s.process.send_signal(signal.SIGUSR2)
    equal(s.process.wait(30), -signal.SIGSYS, "whoever begins a program is killed")
    s.kill()


def connections_go_where_the_settings_say():
    """Ports of the settings and of names (53), each once tried by whoever runs code in the server; this kernel must have Landlock 4 to tell."""
    if landlock() < 4:
        return
    none = os.path.join(base, "pki/tsa/root.pem")
    cases = [(dict(smtp_url="smtp://127.0.0.1"), 25), (dict(smtp_url="smtps://127.0.0.1"), 465), (dict(smtp_url="smtp://127.0.0.1:2525"), 2525), (dict(outbox_url="https://[::1]/x"), 443),
             (dict(outbox_url="http://127.0.0.1:8081/a:9/b"), 8081), (dict(tsa_url="http://127.0.0.1:318/"), 318), ({}, 53)]
    for settings, port in cases:
        usual = dict(smtp_url="smtp://127.0.0.1:2500", tsa_url="http://127.0.0.1:2501/", tsa_ca_file=none)
        s, _ = with_intruder(fresh(), ports=f"9 {port}", **{**usual, **settings})
        got = tries(s)
        equal((got["connect-elsewhere"], got["connect-as-set"]), (errno.EACCES, errno.ECONNREFUSED), f"{settings}")
        if not settings: # moves between folders are another matter of Landlock's, and each of its layers has a say
            true(s.send_example("citizen", "bx-cap-phep-xquang"), "files come and are kept")
        equal("connections" in s.ask("GET", "/readyz")[1].decode(), False, "nothing to warn of")
        equal(s.stop(), 0)
    s, _ = with_intruder(fresh())  # its own services
    equal(tries(s)["connect-elsewhere"], errno.ECONNREFUSED, "a demonstration is not held")
    s.kill()


def helpers_that_die_come_back():
    """What the server may not begin, its starters do: each helper is killed, and the work that needs it goes on."""
    s = Server(fresh(), people=people).start()
    starters = [p for p in below(s.process.pid) if status(p)["Name"] == "motcua-starter"]
    equal(len(starters), 5, "one for the token, three for files, one for papers")
    true(1 <= sum(bool(below(p)) for p in starters) <= 2, "those for files begin nothing before they are asked; papers may be due at once")
    true(s.send_example("citizen", "bx-cap-phep-xquang"), "a dossier with files")
    before = {p: below(p)[0] for p in starters if below(p)}
    true(len(before) >= 2, f"whoever files next does not wait for the process: {before}")
    for p in before.values():
        os.kill(p, signal.SIGKILL)
    until("they end", lambda: not [p for p in before.values() if os.path.exists(f"/proc/{p}") and status(p)["State"] != "Z"], 20)
    code = s.send_example("citizen", "bx-cap-phep-xquang")
    true(code, "another, whose files' types the helper told")
    now = {p: below(p) for p in starters}
    true(any(now[p] and now[p][0] != before[p] for p in before), f"none was begun anew: {before} {now}")
    equal(s.stop(), 0)
    for p in [*starters, *before.values(), *sum(now.values(), [])]:
        true(not os.path.exists(f"/proc/{p}") or status(p)["State"] == "Z", f"{p} stayed behind")


def a_server_that_is_killed_leaves_no_helper():
    s = Server(fresh(), people=people).start()
    below_it = below(s.process.pid)
    true(len(below_it) >= 5, f"{below_it}")
    s.process.kill()
    s.process.wait()
    until("the helpers end", lambda: not [p for p in below_it if os.path.exists(f"/proc/{p}") and status(p)["State"] != "Z"], 20)


def switched_off_it_warns():
    s, beside = with_intruder(fresh(), sandbox="no")
    got = tries(s)
    equal((got["make-outside"], got["bind"], got["fork"]), (0, 0, 0))
    code, said, _ = s.ask("GET", "/readyz")
    equal((code, "warning: the sandbox is off" in said.decode()), (200, True))
    equal(status(s.process.pid)["Seccomp"], "0")
    equal(s.stop(), 0)


def memory_is_closed_to_the_same_user():
    """Run by another user: what others of that user could read of a process (its memory, environment, open files) is root's."""
    if os.geteuid() != 0:
        return
    data = fresh()
    os.chmod(root, 0o755)
    for folder, _, names in os.walk(data):
        for path in [folder, *(os.path.join(folder, n) for n in names)]:
            os.chown(path, 65534, 65534, follow_symlinks=False)
    s = Server(data, people=people, user=65534).start()
    for pid in [s.process.pid, *below(s.process.pid)]:
        for name in ("environ", "mem", "maps"):
            equal(os.stat(f"/proc/{pid}/{name}").st_uid, 0, f"{status(pid)['Name']}: {name}")
    peek = f"import sys\ntry: open('/proc/{s.process.pid}/environ').read()\nexcept PermissionError: sys.exit(7)"
    equal(subprocess.run(["python3", "-c", peek], user=65534, group=65534, capture_output=True).returncode, 7)
    equal(s.stop(), 0)


def no_secret_in_arguments_or_environment():
    """The keys and the passwords of files are in no argument, no environment, no line of the log, of the server or whatever it began."""
    data = fresh()
    secrets = {}
    for name in ("smtp_password_file", "outbox_token_file"):
        path = os.path.join(root, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(f"canary-{name}\n")
        os.chmod(path, 0o600)
        secrets[name] = path
    with open(os.path.join(data, "master.key"), encoding="ascii") as f:
        words = [w for line in f.read().splitlines()[1:] for w in line.split() if len(w) == 64] + ["canary-"]
    with open(glob.glob(f"{data}/pki/**/pin", recursive=True)[0], encoding="ascii") as f:
        words.append(f.read().strip())
    true(len(words) >= 3 and all(len(w) > 3 for w in words), f"{len(words)} secrets")
    with Server(data, people=people, smtp_url="smtp://127.0.0.1:1", smtp_user="x", outbox_url="http://127.0.0.1:1/", **secrets) as s:
        s.sign_in("citizen")
        for pid in [s.process.pid, *below(s.process.pid)]:
            for name in ("cmdline", "environ"):
                with open(f"/proc/{pid}/{name}", "rb") as f:
                    text = f.read().decode("utf-8", "replace")
                equal([w for w in words if w in text], [], f"{status(pid)['Name']}: {name}")
    said = "".join(s.log)
    equal([w for w in [*words, people["citizen"]["password"]] if w in said], [], "in the log")


def a_password_in_the_environment_is_refused():
    env["PGPASSWORD"] = "canary"
    try:
        code, _, said = run("migrate", "--db", "postgres://nobody@127.0.0.1:1/none", "--data", fresh())
    finally:
        del env["PGPASSWORD"]
    equal((code != 0, "PGPASSFILE" in said, "canary" in said), (True, True, False), said)


def keys_lie_apart():
    """The page of the master keys is in no core that a debugger or a collector writes (VmFlags dd)."""
    with Server(fresh()) as s:
        with open(f"/proc/{s.process.pid}/smaps", encoding="ascii", errors="replace") as f:
            flags = re.findall(r"^VmFlags: (.*)$", f.read(), re.M)
        true(any(re.search(r"\brw\b|\brd wr\b", x) and " dd" in x for x in flags), "no memory is marked")


tests = Tests()
tests.run(every_thread_is_held, what_an_intruder_may_do, connections_go_where_the_settings_say, helpers_that_die_come_back, a_server_that_is_killed_leaves_no_helper, switched_off_it_warns,
          memory_is_closed_to_the_same_user, no_secret_in_arguments_or_environment, a_password_in_the_environment_is_refused, keys_lie_apart)
tests.end()
