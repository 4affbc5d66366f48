#!/usr/bin/env python3
"""Every link leads somewhere: a crawler follows each internal link and each form that asks, as a stranger and as every role.

usage: links_test.py PROGRAM SOURCE_DIR     Ends in "N passed, N failed".
Pages of one route with the same query names are alike: of each the first few are opened. Not found, forbidden and failed are faults, and so is a link
from nothing: the page that holds it is named.
"""
import html, json, os, re, sys, urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, run, until, UNMADE
from browser import Browser, form_of

program = Program()
tests = Tests()
ALIKE = 12
routes = [(x["path"], re.compile(re.sub(r":[a-z_]+", "[^/]+", re.escape(x["path"]).replace(r"\:", ":")) + "$"))
          for x in json.loads(run("routes", "--json")[1]) if x["method"] == "GET"]
opened_by = {}


def route_of(path):
    plain = [p for p, _ in routes if p == path]
    return plain[0] if plain else next((p for p, r in routes if r.match(path)), path)


def links_in(page):
    """Addresses of the page: links, pictures, styles, and forms that ask with what stands in them."""
    page = re.sub(r"<!--.*?-->", "", page, flags=re.S)
    for m in re.finditer(r'<(?:a|link|img|script|iframe|use|source)\b[^>]*?\s(?:href|src)="([^"]*)"', page):
        yield html.unescape(m.group(1))
    for f in re.finditer(r"<form\b([^>]*)>(.*?)</form>", page, re.S):
        if 'method="post"' in f.group(1).lower():
            continue
        action = re.search(r'action="([^"]*)"', f.group(1))
        fields = []
        for i in re.finditer(r"<input\b([^>]*)>", f.group(2)):
            name, value = (re.search(rf'\b{x}="([^"]*)"', i.group(1)) for x in ("name", "value"))
            if name and not ("checkbox" in i.group(1) or "radio" in i.group(1)) and "checked" not in i.group(1):
                fields.append((html.unescape(name.group(1)), html.unescape(value.group(1)) if value else ""))
        for s in re.finditer(r'<select\b[^>]*name="([^"]*)"[^>]*>(.*?)</select>', f.group(2), re.S):
            options = re.findall(r'<option[^>]*value="([^"]*)"', s.group(2))
            fields.append((s.group(1), html.unescape(options[-1]) if options else ""))
        yield (html.unescape(action.group(1)) if action else "") + "?" + urllib.parse.urlencode(fields)


def crawl(role):
    visitor, faults, seen, count = Browser(program, role), [], set(), {}
    waiting = [("/", "start"), ("/ban-lam-viec" if role and role not in ("citizen", "business") else "/ho-so-cua-toi" if role else "/", "start")]
    if role == "admin":
        waiting[1] = ("/quan-tri/tai-khoan", "start")
    while waiting:
        address, source = waiting.pop(0)
        path, _, query = address.partition("?")
        names = {k for k, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)}
        kind = (route_of(path), ("lang",) if "lang" in names else tuple(sorted(names)))  # a page in the other language is alike, however filtered
        if address in seen or count.get(kind, 0) >= ALIKE:
            continue
        seen.add(address)
        count[kind] = count.get(kind, 0) + 1
        status, page = visitor.see(address)
        if status >= 400:
            faults.append(f"{address} is {status} (linked from {source})")
            continue
        if not page.startswith("<!doctype html>"):
            continue
        for link in links_in(page):
            whole = urllib.parse.urljoin(f"http://127.0.0.1:{program.port}{address}", link.split("#")[0])
            parts = urllib.parse.urlsplit(whole)
            if parts.scheme in ("http", "https") and parts.netloc == f"127.0.0.1:{program.port}":
                waiting.append((parts.path + ("?" + parts.query if parts.query else ""), address))
    opened_by[role or "stranger"] = {k[0] for k in count}
    if faults:
        raise AssertionError(f"{len(faults)} of {len(seen)} addresses:\n  " + "\n  ".join(sorted(faults)))
    print(f"  {role or 'stranger'}: {len(seen)} addresses, {len(count)} kinds", flush=True)


def as_who(role):
    def fn():
        crawl(role)
    fn.__name__ = f"links_of_{role or 'a_stranger'}"
    return fn


def each_page_is_linked_by_somebody():
    """A page that no role can reach by links is lost; those that need a mail, a draft, a code, a late dossier or an act of their own are named here."""
    by_other_ways = re.compile(r"/(dang-ky|quen-mat-khau)/ma/|/thu-dien-tu/:ticket|/phieu-thu/:id|/trang/:page|/dang-nhap/(ma|lap-ma)|/nop-ho-so/nhap/|/tra-cuu/:code|/robots.txt|/sitemap.xml|/thu-mau/:n|/thu-vai/buoc/:n|/api/|/tai-khoan/ma-xac-thuc.svg|/bieu-ii-06a/da-gui/:id|/ly-do-cham\.(csv|xlsx)|"
                               r"/healthz|/readyz")
    opened = set().union(*opened_by.values())
    lost = [p for p, _ in routes if p not in opened and not by_other_ways.search(p)]
    if lost:
        raise AssertionError(f"nobody links to {lost}")


def a_fee_is_demanded():
    """So that the pages of a fee are there to be linked."""
    codes = [x["code"] for x in program.api("citizen", "GET", "/dossiers?limit=50")["items"]]
    for code in codes:
        if program.act("counter", code, "demand_fee", (200, 403, 404, 409, 422), name="Phí thẩm định", amount=3000000, reason="Theo biên bản").get("state") == "fee":
            return
    raise AssertionError(f"no fee for any of {codes}")


def a_dossier_with_files_is_sent():
    """So that there are files to be linked."""
    code = program.send_example("citizen", "bx-cap-phep-xquang")
    until("its files are clean", lambda: all(f["state"] == "clean" for f in program.api("citizen", "GET", "/dossiers/" + code)["files"]))


def the_samples_papers_are_drawn():
    until("papers are drawn", lambda: not program.rows(UNMADE))


def a_list_is_asked_for_as_a_workbook():
    head = Browser(program, "head")
    form = form_of(head.page("/ban-lam-viec?xem=co-quan"), "/ban-lam-viec/xuat.xlsx")
    head.post(form["action"], {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"})
    until("it is made", lambda: re.search(r'href="/ban-lam-viec/tep/\d', head.see("/ban-lam-viec/tep")[1]))


tests.run(a_list_is_asked_for_as_a_workbook, a_fee_is_demanded, a_dossier_with_files_is_sent, the_samples_papers_are_drawn)
for who in [None] + list(program.people):
    tests.run(as_who(who))
tests.run(each_page_is_linked_by_somebody)
tests.end()
