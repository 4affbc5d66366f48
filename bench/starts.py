"""From the start of the process to the first page: with many dossiers and few, against `motcua version`, and after a kill with the log at its cap."""
import sqlite3, subprocess, time
from program import program
from bench.filing import Filer
from bench.rig import middle

CAP = 64 << 20  # of the log, for the run that is killed


def version_seconds():
    def once():
        begin = time.perf_counter()
        subprocess.run([program, "version"], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin
    return min(once() for _ in range(5))


def first_page(place):
    with place.serve() as s:
        return s.first


def after_a_kill(rig, place):
    """Seconds to the first page when the log that the killed program left is as large as it may be: a reader kept it from being begun anew."""
    with place.serve() as s:
        filer = Filer(s)
    reader = sqlite3.connect(f"file:{place.data}/motcua.db?mode=ro", uri=True, isolation_level=None)
    s = place.serve(wal_max=f"{CAP >> 20}M").start()
    reader.execute("begin")
    reader.execute("select count(*) from agency").fetchone()
    for _ in range(60):
        filer.load(rig, s, n=500, seconds=60, tolerate=True).run()
        if place.wal_bytes() > 0.95 * CAP:
            break
    s.kill()
    reader.close()
    left = place.wal_bytes()
    return left, first_page(place)


def starts(rig):
    few, many, version = rig.alternate(lambda: first_page(rig.few()), lambda: first_page(rig.many()), version_seconds)
    rig.ratio(f"start to first page at {rig.sizes['many']} ÷ at {rig.sizes['few']} dossiers", middle([x * 1000 for x in many]) + " ms", many, few, 1.2, "low")
    rig.ratio(f"start to first page at {rig.sizes['many']} dossiers ÷ `motcua version`", middle([x * 1000 for x in many]) + " ms", many, version, 10, "low")
    left, seconds = after_a_kill(rig, rig.few())
    rig.line(f"start to first page after kill -9 with a log of {left >> 20} MiB ÷ start at rest", f"{seconds * 1000:.0f} ms", [seconds / x for x in few])
