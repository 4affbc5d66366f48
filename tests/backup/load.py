"""Filings by many connections at once, each told with when it was sent and when it was acknowledged."""
import json, os, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
from program import pdf


class Load:
    def __init__(self, world, connections, files=False):
        self.world, self.files = world, files
        self.acked, self.sent, self.odd, self.lock, self.over = {}, {}, [], threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.client, args=(i,), daemon=True) for i in range(connections)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *a):
        self.over.set()
        for t in self.threads:
            t.join()

    def client(self, i):
        n = 0
        while not self.over.is_set():
            n += 1
            self.one(f"Mẫu {id(self) % 10000} {i} {n}", self.files and i == 0)

    def one(self, name, with_file=False):
        """What had no answer, or no clear one, may have happened or not."""
        w, files = self.world, []
        with self.lock:
            self.sent[name] = time.time()
        try:
            if with_file:
                status, answer = w.call("POST", "/api/v1/files?name=a.pdf", pdf(str(self.sent[name])), "counter", Content_Type="application/pdf", Idempotency_Key=os.urandom(12).hex())
                if status != 201:
                    return None
                files = [json.loads(answer)["id"]]
            status, answer = w.call("POST", "/api/v1/dossiers", w.filing(name, files), "counter", Idempotency_Key=os.urandom(12).hex())
        except Exception:  # the server was killed
            time.sleep(0.02)
            return None
        with self.lock:
            if status == 201:
                self.acked[name] = time.time()
            elif status != 503:
                self.odd.append(f"{name}: {status} {answer[:200]}")
        return status

    def waits(self, spans):
        """Seconds from sending to the acknowledgement of what was sent in one of the spans (from, to), files apart."""
        with self.lock:
            return sorted(self.acked[x] - t for x, t in self.sent.items() if x in self.acked and not x.split()[2] == "0" and any(a <= t < b for a, b in spans))

    def count(self):
        with self.lock:
            return len(self.acked)
