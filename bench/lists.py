"""What officials look at all day: work lists, filters, searches and the board, with many dossiers against few."""
import http.client, json, re, time
from bench.course import WITHOUT_FILES
from bench.rig import middle

PAIRS = (  # the twelve named pairs of filters: what they are called in the table, and the address
    ("in hand and filed online", "xem=co-quan&tt=processing&kenh=online"),
    ("in hand and filed at the counter", "xem=co-quan&tt=processing&kenh=counter"),
    ("received and filed by post", "xem=co-quan&tt=received&kenh=post"),
    ("waiting for a supplement and filed online", "xem=cho-bo-sung&kenh=online"),
    ("waiting for a fee and of the postal field", "xem=co-quan&tt=fee&lv=Bưu chính"),
    ("in hand and of technology transfer", "xem=co-quan&tt=processing&lv=Chuyển giao công nghệ"),
    ("done and of the postal field", "xem=co-quan&tt=done&lv=Bưu chính"),
    ("returned and filed through the portal", "xem=co-quan&tt=returned&kenh=portal"),
    ("late and of radiation safety", "xem=qua-han&lv=Năng lượng nguyên tử, an toàn bức xạ và hạt nhân"),
    ("due soon and filed at the counter", "xem=sap-den-han&kenh=counter"),
    ("waiting for a signature and due before a day", "xem=cho-ky&truoc=31/12/2026"),
    ("everything open of the postal field, newest first", "xem=co-quan&lv=Bưu chính&xep=moi"),
)
KNOWN = {"name": "Zúylinhxăng Mẫu", "identity": "001198765432", "phone": "0987654321", "address": "Phường Mẫu, tỉnh Mẫu"}
WORK = 0.4  # seconds of asking, or forty answers


def shortest(port, method, path, headers, body=None):
    """Seconds of the quickest answer, the work itself (what else the machine does comes on top), and how many dossiers it names."""
    c, times, until = http.client.HTTPConnection("127.0.0.1", port, timeout=120), [], time.perf_counter() + WORK
    path = re.sub(r"[^!-~]+", lambda m: "".join(f"%{b:02X}" for b in m.group().encode()), path)
    while len(times) < 2 or (len(times) < 40 and time.perf_counter() < until):
        begin = time.perf_counter()
        c.request(method, path, body, headers)
        r = c.getresponse()
        answer = r.read()
        if r.status != 200:
            raise SystemExit(f"{method} {path}: {r.status} {answer[:300]}")
        times.append(time.perf_counter() - begin)
    c.close()
    return min(times), len(set(re.findall(rb'(?:/ho-so/|"code":")([A-Z0-9]+[.][A-Z0-9.]+-[0-9]+-[0-9]+)', answer)))


def head(s, role):
    return {"Content-Type": "application/json", **({"Authorization": "Bearer " + s.token(role)} if role else {})}


class Pair:
    """The same question to the server with few dossiers and to the one with many."""

    def __init__(self, rig, small, large):
        self.rig, self.servers = rig, (small, large)

    def line(self, name, role, path, bodies=None, limit=2):
        """role: None for a stranger. bodies: for each of the two servers what it is asked, for the words that are rare or common are not the same."""
        method = "POST" if bodies else "GET"
        asks = [lambda s=s, b=b: shortest(s.port, method, path, head(s, role), b)
                for s, b in zip(self.servers, bodies or (None, None))]
        measured = self.rig.alternate(*asks)
        few, many = [[seconds for seconds, _ in x] for x in measured]
        rows = "{1} ÷ {0} dossiers".format(*(x[-1][1] for x in measured))  # a list with a full page shows more than one without
        self.rig.ratio(f"{name} at {self.rig.sizes['many']} ÷ at {self.rig.sizes['few']}, {rows}", middle([x * 1000 for x in many], "{:.1f}") + " ms", many, few, limit, "low")


def common_words(place):
    """The two words that most dossiers have."""
    found = place.rows("select term from temp.words where length(term) > 1 order by doc desc limit 2", first="create virtual table temp.words using fts5vocab(main, dossier_search, row)")
    return " ".join(x for x, in found)


def known(s):
    """The code of the one dossier of that person."""
    example = s.api(None, "GET", f"/procedures/{WITHOUT_FILES}/form")["example"]
    return s.api("counter", "POST", "/dossiers", {"procedure": WITHOUT_FILES, "answers": example["answers"], "applicant": KNOWN})["code"]


def found_first(s, words):
    items = s.api("counter", "POST", "/dossiers/search", {"q": words}, 200)["items"]
    if not items:
        raise SystemExit(f"nothing is found for {words!r}")
    return items[0]["code"]


def searches(rig, pair, small, large):
    codes = [known(s) for s in (small, large)]
    for name, words in (("code", codes), ("personal number", [KNOWN["identity"]] * 2), ("telephone", [KNOWN["phone"]] * 2), ("a rare word", ["zuylinhxang"] * 2)):
        if [found_first(s, w) for s, w in zip((small, large), words)] != codes:
            raise SystemExit(f"search by {name} does not find the dossier")
        pair.line("search by " + name, "counter", "/api/v1/dossiers/search", [json.dumps({"q": x}) for x in words])
    words = [common_words(place) for place in (rig.few(), rig.many())]
    for role in ("counter", "specialist"):
        pair.line(f"search by the commonest words by the {role}", role, "/api/v1/dossiers/search", [json.dumps({"q": x}) for x in words], 5)


def lists(rig):
    with rig.few().serve() as small, rig.many().serve() as large:
        pair = Pair(rig, small, large)
        for role in ("specialist", "counter"):
            pair.line(f"work list of the {role}", role, "/ban-lam-viec")
        pair.line("all open dossiers of the agency", "head", "/ban-lam-viec?xem=co-quan")
        for name, query in PAIRS:
            pair.line("filter: " + name, "head", "/ban-lam-viec?" + query)
        searches(rig, pair, small, large)
        pair.line("board of the director", "director", "/bang-dieu-hanh")
        pair.line("figures for the public", None, "/so-lieu")
