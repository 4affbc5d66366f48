"""The program as it serves: tests/lib's Server with its log in a file, since reading it through a pipe would cost what is measured."""
import os, re, subprocess, time
from program import FREE, Server, begun, env, root

FAST = {**FREE, "connections_per_address": 20000, "connections": 20000, **{f"rate_{x}": 10000000 for x in "page api account_page account_api lookup".split()}}
TICK = os.sysconf("SC_CLK_TCK")


class Served(Server):
    """first: seconds from the start of the process until the first page had come."""

    def __init__(self, data=None, place=None, people=None, **settings):
        super().__init__(data, place, people, **{**FAST, **settings})
        self.first = None

    def start(self):
        begin, self.code, self.log_path = time.perf_counter(), None, os.path.join(root, f"log-{time.time_ns()}")
        with open(self.log_path, "w") as out:
            self.process = subprocess.Popen(self.command(), stdout=out, stderr=out, env=env, start_new_session=True)
        begun.append(self.process)
        while not self.port and time.perf_counter() - begin < 120 and self.alive():
            self.find_port()
            time.sleep(0.002)
        if not self.port:
            raise SystemExit("the server does not start: " + self.said()[-3000:])
        self.get("/")
        self.first = time.perf_counter() - begin
        return self

    def find_port(self):
        m = re.search(r"serves on port (\d+)", self.said())
        self.port = int(m.group(1)) if m else None

    def said(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def stop(self):
        self.process.terminate()
        self.code = self.process.wait(120)
        self.port = None
        begun.remove(self.process)
        if self.code:
            raise SystemExit(f"the server ended with {self.code}: {self.said()[-3000:]}")

    def kill(self):
        super().kill()
        self.code = -9

    # ---- asking ----

    @property
    def at(self):
        return f"127.0.0.1:{self.port}"

    def get(self, path, headers=None, token=None):
        """The bytes of a page that must come."""
        status, body, _ = self.ask("GET", path, headers=headers, token=token)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {body[:500]}")
        return body

    # ---- what it takes ----

    def pids(self, of=None):
        """The program, its helpers and what starts them."""
        pid = of or self.process.pid
        return [pid] + [x for child in read(f"/proc/{pid}/task/{pid}/children").split() for x in self.pids(int(child))]

    def memory(self):
        """MiB that the program and its helpers hold alone, pages that they share divided (PSS)."""
        return sum(int(x) for i in self.pids() for x in re.findall(r"^Pss:\s+(\d+)", read(f"/proc/{i}/smaps_rollup"), re.M)) / 1024

    def processor(self):
        """Seconds of processor so far, helpers included."""
        return sum(int(x) for i in self.pids() for x in read(f"/proc/{i}/stat").rpartition(")")[2].split()[11:13]) / TICK


def read(path):
    """Nothing of a process that has just ended."""
    try:
        with open(path) as f:
            return f.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""
