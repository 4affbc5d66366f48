"""Yardsticks and clients that are programs of their own."""
import http.client, json, os, subprocess, threading, time
from program import begun, env, free_port


class Most:
    """The largest that `measure` gave while this stood open, asked every so many seconds and at the end."""

    def __init__(self, measure, every):
        self.measure, self.every, self.most, self.ended = measure, every, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def watch(self):
        while not self.ended.wait(self.every):
            self.most = max(self.most, self.measure())

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *a):
        self.ended.set()
        self.thread.join()
        self.most = max(self.most, self.measure())


def run(words, **how):
    """What the command said; what it complained ends the bench."""
    p = subprocess.run(words, capture_output=True, text=True, env=env, **how)
    if p.returncode:
        raise SystemExit(f"{' '.join(words)[:300]}: {p.returncode}\n{p.stderr[-2000:]}{p.stdout[-500:]}")
    return p.stdout


class Load:
    """bench/yard/load.c: so many connections that ask for these paths in turn. headers: "Name: value"; tolerate: other answers than the wanted one;
    more: options of load.c by their letter."""

    def __init__(self, rig, at, paths, connections=16, seconds=None, headers=(), body=None, tolerate=False, **more):
        listed = rig.path(f"paths-{time.time_ns()}")
        with open(listed, "w") as f:
            f.writelines(p + "\n" for p in ([paths] if isinstance(paths, str) else paths))
        if body:
            more.update(m="POST", b=listed + ".body")
            with open(listed + ".body", "w", encoding="utf-8") as f:
                f.write(body)
        words = [rig.yard("load"), "-c", str(connections), "-t", str(seconds or rig.seconds)]
        words += [x for k, v in more.items() for x in (("-" + k,) if v is True else ("-" + k, str(v)))] + [x for h in headers for x in ("-H", h)]
        self.words = [*words, at, listed]
        self.process, self.tolerate = None, tolerate

    def begin(self):
        self.process = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        begun.append(self.process)
        return self

    def end(self):
        """The figures: answers, rate, p50, p99, max (ms)."""
        out, err = self.process.communicate(timeout=600)
        begun.remove(self.process)
        if self.process.returncode and not (self.tolerate and out):
            raise SystemExit(f"{' '.join(self.words)[:400]}: {err}")
        return json.loads(out)

    def run(self):
        return self.begin().end()

    def hold(self):
        """With k=True: the figures, when each connection had its answer; all stay open until let_go()."""
        return json.loads(self.begin().process.stdout.readline() or "null") or self.end()

    def let_go(self):
        self.process.communicate(timeout=60)
        begun.remove(self.process)


class Nginx:
    """Serves these bytes as /page.html, without access log."""

    def __init__(self, rig, page):
        self.folder = rig.path(f"nginx-{time.time_ns()}")
        os.makedirs(os.path.join(self.folder, "html"))
        os.chmod(self.folder, 0o755)
        with open(os.path.join(self.folder, "html", "page.html"), "wb") as f:
            f.write(page)
        self.port = free_port()
        self.at = f"127.0.0.1:{self.port}"

    def __enter__(self):
        conf, folder = os.path.join(self.folder, "nginx.conf"), self.folder
        with open(conf, "w") as f:
            f.write("user root;\n" * (os.getuid() == 0) + f"""worker_processes auto; daemon off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{ access_log off; sendfile on; tcp_nopush on; open_file_cache max=10; keepalive_requests 100000000; types {{ text/html html; }}
server {{ listen {self.at}; root {folder}/html; }} }}
""")
        self.process = subprocess.Popen(["nginx", "-c", conf, "-p", folder], stderr=subprocess.DEVNULL, start_new_session=True)
        begun.append(self.process)
        for _ in range(100):
            try:
                http.client.HTTPConnection("127.0.0.1", self.port, timeout=1).connect()
                return self
            except OSError:
                time.sleep(0.1)
        raise SystemExit("nginx does not start")

    def __exit__(self, *a):
        self.process.terminate()
        self.process.wait()
        begun.remove(self.process)
