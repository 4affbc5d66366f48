"""Readers at a fixed rate while others file: how late pages get, how long a commit takes, how long the log grows."""
import os, re, time, urllib.request
from program import free_port
from bench.course import FULL
from bench.filing import CONNECTIONS, Filer
from bench.rig import middle
from bench.tools import Load, Most

A_SECOND = 500
CAP = 1 << 30  # wal_max, as it is usually set


def sync_seconds(rig):
    """To write one megabyte into a new file and have it on the disk."""
    path, block = rig.path("sync"), os.urandom(1 << 20)
    begin = time.perf_counter()
    with open(path, "wb") as f:
        f.write(block)
        f.flush()
        os.fsync(f.fileno())
    took = time.perf_counter() - begin
    os.remove(path)
    return took


def longest_commit(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as r:
        return int(re.search(r"^motcua_writer_longest_commit_us (\d+)", r.read().decode(), re.M).group(1)) / 1e6


def readers(rig):
    place = rig.many()
    codes = place.own_codes("citizen")[:500]  # the same ones again and again: what people look at is what moved lately
    metrics = free_port()
    with place.serve(listen_metrics=f"127.0.0.1:{metrics}") as s, Most(place.wal_bytes, 0.02) as log:
        filer, cookie = Filer(s), ["Cookie: " + s.sign_in("citizen")]
        half = filer.load(rig, s).run()["rate"] / 2
        reading = lambda: Load(rig, s.at, ["/ho-so/" + x for x in codes], 64, headers=cookie, r=A_SECOND)

        def beside(other):
            reader, other = reading().begin(), other.begin()
            times = reader.end()
            other.end()
            return times["p99"]

        filed, kept = rig.alternate(lambda: beside(filer.load(rig, s, r=half)), lambda: beside(Load(rig, s.at, "/dich-vu-cong/" + FULL, CONNECTIONS, r=half)))
        commit = longest_commit(metrics)
    synced = [sync_seconds(rig) for _ in range(11)]
    rig.ratio(f"p99 of {A_SECOND} pages/s while {half:.0f} filings/s ÷ beside as many kept pages", middle(filed, "{:.1f}") + " ms", filed, kept, 2, "low")
    rig.line("longest commit meanwhile ÷ 100 × fsync of 1 MB", f"{commit * 1000:.0f} ms", [commit / 100 / x for x in synced], 1, "low")
    rig.line("longest write-ahead log meanwhile ÷ its cap", f"{log.most / (1 << 20):.0f} MiB", [log.most / CAP], 1, "low")
