"""Pages: one rendered for its reader, a kept one and a tracking page against nginx with the same bytes; an official's record page against its owner's."""
import re
from program import cookies_of
from bench.course import FULL, twelve_events
from bench.filing import Filer
from bench.rig import middle
from bench.tools import Load, Nginx

A_ROUND = 2000  # records that an official opens in a round, each for the first time


def procedure_pages(rig):
    path = "/dich-vu-cong/" + FULL
    with rig.few().serve(log_level="warn") as s:
        cookie = s.sign_in("citizen")
        page = s.get(path, {"Cookie": cookie})
        if page == s.get(path):
            raise SystemExit("the full page is a visitor's, and may be a kept one")
        with Nginx(rig, page) as front:
            full, nginx, kept = rig.alternate(*[lambda x=x: x.run()["rate"] for x in (
                Load(rig, s.at, path, headers=["Cookie: " + cookie]), Load(rig, front.at, "/page.html"), Load(rig, s.at, path))])
    rig.ratio(f"full procedure page ({len(page) / 1024:.0f} KiB) ÷ nginx, same bytes", middle(full) + "/s", full, nginx, 0.5)
    rig.ratio("kept procedure page ÷ the same", middle(kept) + "/s", kept, nginx, 1.0)


def tracked(s):
    """(address, cookie, bytes) of a look-up with its secret."""
    code, secret = twelve_events(s)
    path = "/tra-cuu/" + code
    cookie = cookies_of(s.ask("GET", f"{path}?s={secret}")[2])
    page = s.get(path, {"Cookie": cookie})
    shown = len(re.findall(r"<time", re.search(r'<ol class="tl">(.*?)</ol>', page.decode(), re.S).group(1)))
    if shown < 12:
        raise SystemExit(f"the tracking page shows {shown} events")
    return path, cookie, page


def tracking_page(rig):
    with rig.few().serve(log_level="warn") as s:
        path, cookie, page = tracked(s)
        with Nginx(rig, page) as front:
            ours, nginx = rig.alternate(lambda: Load(rig, s.at, path, headers=["Cookie: " + cookie]).run()["rate"], lambda: Load(rig, front.at, "/page.html").run()["rate"])
    rig.ratio(f"tracking page, 12 events ({len(page) / 1024:.0f} KiB) ÷ nginx, same bytes", middle(ours) + "/s", ours, nginx, 0.35)


OF_THE_HEAD = """d.settling_agency in (select u.agency from account h join role_held r on r.person = h.person join unit u on u.id = r.unit where h.login = 'head' and r.valid_to is null)"""


def unread(rig, place, n):
    """Codes of n dossiers of the citizen that the head of a division may read: sample dossiers lie at other agencies too. What is lacking is filed."""
    codes = place.own_codes("citizen", OF_THE_HEAD)
    if len(codes) < n:
        with place.serve(log_level="warn") as s:
            Filer(s, "citizen").load(rig, s, n=n - len(codes), seconds=120).run()
    return place.own_codes("citizen", OF_THE_HEAD)[:n]


def record_page(rig):
    """A reading by the same person within ten minutes is one record: each round opens dossiers that nobody opened."""
    place, n = rig.few(), min(A_ROUND, rig.sizes["few"])
    codes = unread(rig, place, n * rig.rounds)
    slices = iter([codes[i * n:(i + 1) * n] for i in range(rig.rounds)])
    with place.serve(log_level="warn") as s:
        official, owner = ["Cookie: " + s.sign_in("head")], ["Cookie: " + s.sign_in("citizen")]
        opened = "select count(*) from log_text where kind = 'dossier.read'"
        before = place.rows(opened)[0][0]
        now = {}

        def theirs():
            now["slice"] = next(slices)
            return Load(rig, s.at, ["/ban-lam-viec/ho-so/" + x for x in now["slice"]], headers=official, seconds=60, n=n).run()["rate"]

        def own():
            return Load(rig, s.at, ["/ho-so/" + x for x in now["slice"]], headers=owner, seconds=60, n=n).run()["rate"]

        ours, same = rig.alternate(theirs, own)
        recorded = place.rows(opened)[0][0] - before
    if recorded < n * rig.rounds:
        raise SystemExit(f"{n * rig.rounds} records were opened for the first time, {recorded} readings recorded")
    rig.ratio("official's record page, reading recorded durably ÷ the page for its owner", middle(ours) + "/s", ours, same, 0.5)


def pages(rig):
    procedure_pages(rig)
    tracking_page(rig)
    record_page(rig)
