"""What the program and its helpers hold: idle, with many dossiers under load, while many sign in, with many silent connections."""
import resource, time, urllib.parse
from program import FORM
from bench.course import FULL
from bench.filing import Filer
from bench.tools import Load, Most

OPEN = 10000  # connections; not more than there are dossiers in the smaller province, so that a small trial is small


def tell(rig, name, mib, limit):
    rig.line(f"{name} ÷ {limit} MiB", f"{mib:.1f} MiB", [mib / limit], 1, "low")


def idle(rig):
    with rig.few().serve() as s:
        time.sleep(2)
        tell(rig, "memory idle", s.memory(), 40)


def under_load(rig):
    """Half of the connections file, half read: lists, records, pages."""
    place = rig.many()
    codes = [x for x, in place.rows("select code from dossier where state = 'processing' order by id desc limit 500")]
    paths = [p for x in codes for p in ("/ban-lam-viec/ho-so/" + x, "/ban-lam-viec?xem=co-quan", "/dich-vu-cong/" + FULL)]
    with place.serve() as s:
        filer, cookie = Filer(s), "Cookie: " + s.sign_in("head")
        with Most(s.memory, 0.1) as peak:
            reading = Load(rig, s.at, paths, 32, headers=[cookie]).begin()
            filer.load(rig, s, connections=32).run()
            reading.end()
    tell(rig, f"memory with {place.dossiers} dossiers under 64 connections", peak.most, 192)


def signing_in(rig):
    place = rig.few()
    who = place.people["citizen"]
    with place.serve(rate_sign_in=10000) as s:
        form = urllib.parse.urlencode({"login": who["login"], "password": who["password"]})
        load = Load(rig, s.at, "/dang-nhap", 64, 120, ["Content-Type: " + FORM, "Origin: http://" + s.at], form, n=64, s=303)
        with Most(s.memory, 0.1) as peak:
            load.run()
    tell(rig, "memory while 64 sign in at once", peak.most, 192)


def silent(rig):
    """Each connection fetched a page and stays."""
    n = min(OPEN, rig.sizes["few"])
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(limits[0], 2 * n), max(limits[1], 2 * n)))
    except (ValueError, OSError):
        rig.missing(f"memory with {n} keep-alive connections", 1, f"this machine allows {limits[1]} open files", "low")
        return
    with rig.few().serve(idle="10m", log_level="warn") as s:
        load = Load(rig, s.at, "/", n, k=True)
        load.hold()
        held = s.memory()
        load.let_go()
    tell(rig, f"memory with {n} keep-alive connections that each fetched a page", held, 160)


def memory(rig):
    idle(rig)
    under_load(rig)
    signing_in(rig)
    silent(rig)
