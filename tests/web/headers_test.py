#!/usr/bin/env python3
"""What every answer carries, by enumeration: each route of `motcua routes` as every role and as a stranger, behind TLS as in operation: headers, cookies, what may be
kept, where a redirect leads. And that sign-in, recovery and registration answer a known and an unknown name alike. Ends in "N passed, N failed"."""
import http.client, json, os, re, statistics, sys, time, urllib.parse
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import FORM, Program, Server, Tests, equal, run, true, until
from browser import Browser

ORIGIN = "https://mot-cua.example.gov.vn"
program = Program(https="yes", origin=ORIGIN, proxies="127.0.0.1")
routes = json.loads(run("routes", "--json")[1])
ROLES = [None, *sorted({r for x in routes for r in x["roles"]} - {"stranger", "system"})]
# Those that end what the walk stands on, or wait for somebody's password; each is asked by the tests of its slice.
LAST = {("POST", "/dang-xuat"), ("POST", "/tai-khoan/thoat-moi-noi"), ("DELETE", "/api/v1/tokens")}
EVIL = ["//evil.example", "/\\evil.example", "\\\\evil.example", "/%2f%2fevil.example", "/%5cevil.example", "https://evil.example/", "https:evil.example", "javascript:alert(1)",
        "/\tevil.example", "//evil.example%2f..", ORIGIN + ".evil.example/", ORIGIN + "@evil.example/", "/\r\nLocation: //evil.example", "%2f%2fevil.example"]
NAMES = ["next", "to", "url", "return", "back", "redirect", "ve", "quay-lai", "xem", "q"]
ALWAYS = {"X-Content-Type-Options": r"nosniff", "Referrer-Policy": r"same-origin|no-referrer", "Cross-Origin-Resource-Policy": r"same-origin",
          "Strict-Transport-Security": r"max-age=31536000; includeSubDomains"}
PAGES = {"Content-Security-Policy": r"default-src 'none'; .*", "X-Frame-Options": r"DENY|SAMEORIGIN", "Permissions-Policy": r"camera=\(self\), geolocation=\(\), microphone=\(\), payment=\(\)",
         "Cross-Origin-Opener-Policy": r"same-origin"}
NEVER = ("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Server", "X-Powered-By", "X-AspNet-Version", "Refresh", "Public-Key-Pins")
TYPES = r"(text/html|text/plain|text/css|text/csv|text/javascript|application/(problem\+)?json|application/xml|application/atom\+xml|application/pdf|image/\S+|font/\S+|application/octet-stream|application/manifest\+json|" \
        r"application/vnd\.openxmlformats\S+)(; charset=utf-8(; header=present)?)?"


class Visitor(Browser):
    """Behind a front that speaks TLS."""

    def headers(self, more=None):
        return {**super().headers(more), "Origin": ORIGIN, "Referer": ORIGIN + self.here, "X-Forwarded-For": "203.0.113.7"}


def leads_home(location):
    """As browsers read it: backslashes are slashes, blanks and control bytes vanish; and also when a front undoes %2f."""
    for text in (location, urllib.parse.unquote(location)):
        text = re.sub(r"[\x00-\x20]", "", text).replace("\\", "/")
        if text.startswith("//") or not text.startswith("/"):
            return False
    return urllib.parse.urlsplit(urllib.parse.urljoin(ORIGIN, location)).netloc == urllib.parse.urlsplit(ORIGIN).netloc


def faults_of(status, headers, signed_in):
    """What is wrong with these headers, as a list of words."""
    out = []
    public = (headers.get("Cache-Control") or "").startswith("public")
    for name, want in {**ALWAYS, **({} if public else PAGES)}.items():
        values = headers.get_all(name) or []
        if len(values) != 1 or not re.fullmatch(want, values[0]):
            out.append(f"{name}: {values}")
    policy = headers.get("Content-Security-Policy") or ""
    if re.search(r"unsafe-|\*|https?:|data:(?! ?;)", policy.replace("img-src 'self' data:;", "")) or (policy and "frame-ancestors" not in policy):
        out.append("the policy: " + policy)
    out += [f"{n} is told" for n in NEVER if headers.get(n) is not None]
    kept = headers.get_all("Cache-Control") or []
    if len(kept) != 1 or ((signed_in or status >= 400) and "no-store" not in kept[0]):
        out.append(f"Cache-Control: {kept}")
    kind = headers.get("Content-Type")
    if kind is not None and not re.fullmatch(TYPES, kind):
        out.append("Content-Type: " + kind)
    for cookie in headers.get_all("Set-Cookie") or []:
        parts = [p.strip() for p in cookie.split(";")]
        if not parts[0].startswith("__Host-") or not {"Path=/", "HttpOnly", "Secure"} <= set(parts) or not {"SameSite=Lax", "SameSite=Strict"} & set(parts) or any(p.startswith("Domain") for p in parts):
            out.append("cookie: " + re.sub("=[^;]*", "=…", cookie, count=1))
    to = headers.get("Location")
    if to is not None and not leads_home(to):
        out.append("leads to " + to)
    return out


def target(path, code, procedure):
    known = {"code": procedure if path.startswith(("/thu-tuc", "/nop-ho-so", "/api/v1/procedures")) else code, "procedure": procedure, "ticket": "A" * 43, "n": "1", "action": "accept"}
    return re.sub(r":([a-z_]+)", lambda m: known.get(m.group(1), "1"), path)


def what_every_answer_carries():
    wrong, asked, statuses = [], 0, set()
    code = program.rows("select code from dossier order by code limit 1")[0][0]
    procedure = json.loads(program.ask("GET", "/api/v1/procedures?limit=1")[1])["items"][0]["code"]
    for role in ROLES:
        v = Visitor(program, role)
        for row in routes:
            if (row["method"], row["path"]) in LAST:
                continue
            path = target(row["path"], code, procedure)
            body, more = (None, {}) if row["method"] == "GET" else (b"", {"Content-Type": "application/json" if "/api/" in path else FORM, "Idempotency-Key": os.urandom(8).hex()})
            status, answer, headers = v.ask(row["method"], path, body, more)
            asked += 1
            statuses.add(status)
            wrong += [f"{role} {row['method']} {path} {status}: {x}" for x in faults_of(status, headers, role is not None)]
            if status >= 500:
                wrong.append(f"{role} {row['method']} {path}: {status}")
            # A page of somebody who is signed in shows the way out, a visitor's none.
            if (headers.get("Content-Type") or "").startswith("text/html") and (b'<form action="/dang-xuat"' in answer) != (role is not None and b"<body" in answer):
                wrong.append(f"{role} {row['method']} {path}: signing out")
    true(asked == len(ROLES) * (len(routes) - len([1 for x in routes if (x["method"], x["path"]) in LAST])) and {200, 303, 403, 404, 422} <= statuses, f"{asked}, {statuses}")
    equal(wrong[:20], [], f"{len(wrong)} of {asked}")


def answers_that_no_route_gives():
    """Wrong methods, what is not there, files of the program, what is no request."""
    wrong, v = [], Visitor(program)
    page = v.get("/")[1]
    assets = sorted(set(re.findall(r'(?:href|src)="(/[^"]+\.(?:css|js|svg|woff2|png|webmanifest|ico)[^"]*)"', page)))
    true(len(assets) >= 2, page[:500])
    asks = [("GET", "/khong-co"), ("PUT", "/"), ("PATCH", "/dang-nhap"), ("TRACE", "/"), ("OPTIONS", "/"), ("OPTIONS", "/api/v1/dossiers"), ("GET", "/api/v1/khong-co"), ("POST", "/api/v1/tokens"),
            ("GET", "/healthz"), ("GET", "/readyz"), ("HEAD", "/"), ("GET", "/.git/config"), ("GET", "/%2e%2e/master.key"), *[("GET", x) for x in assets]]
    for method, path in asks:
        status, body, headers = v.ask(method, path, b"" if method in ("POST", "PUT", "PATCH") else None)
        wrong += [f"{method} {path} {status}: {x}" for x in faults_of(status, headers, False)]
        if method in ("TRACE", "PUT", "PATCH") and status not in (403, 404, 405, 501):
            wrong.append(f"{method} {path} is {status}")
        if method == "TRACE" and b"203.0.113.7" in body:
            wrong.append("TRACE echoes")
    equal(wrong, [])


def no_redirect_leads_away():
    """Every route with an address of elsewhere in each name that might be one; and such an address as the path itself."""
    wrong, led = [], 0
    v = Visitor(program)
    officer = Visitor(program, "head")
    for row in routes:
        if row["method"] != "GET":
            continue
        for evil in EVIL:
            query = urllib.parse.urlencode([(n, evil) for n in NAMES])
            for who in (v, officer):
                status, _, headers = who.ask("GET", target(row["path"], "H99.90-991231-9999", "khong-co") + "?" + query)
                led += "Location" in headers
                if "Location" in headers and not leads_home(headers["Location"]):
                    wrong.append(f"{row['path']} {evil!r}: {headers['Location']}")
    for path in ["//evil.example/", "//evil.example", "///evil.example/%2e%2e", "/\\evil.example/", "/%2f%2fevil.example/", "/%2fevil.example/", "/%5cevil.example/", "//evil.example/dang-nhap/",
                 "//evil.example/..", "/dang-nhap//evil.example/", "/.//evil.example/", "https://evil.example/dang-nhap/", "/ho-so-cua-toi//", "//ho-so-cua-toi/"]:
        c = http.client.HTTPConnection("127.0.0.1", program.port, timeout=60)
        c.putrequest("GET", path, skip_host=True)
        c.putheader("Host", "mot-cua.example.gov.vn")
        c.endheaders()
        to = c.getresponse().headers.get("Location")
        c.close()
        if to is not None and not leads_home(to):
            wrong.append(f"the path {path}: {to}")
    true(led > 50, f"only {led} redirects")
    equal(wrong[:10], [], len(wrong))


def a_host_that_is_not_ours_is_in_no_answer():
    """Links and redirects are made from `origin`, not from what the visitor's Host or X-Forwarded-Host says."""
    for path in ("/", "/dang-nhap", "/ho-so-cua-toi", "/thu-tuc/", "/api/v1/openapi.json", "/quen-mat-khau"):
        status, body, headers = program.ask("GET", path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/quan-tri", "Forwarded": "host=evil.example"})
        true(b"evil.example" not in body and "evil.example" not in str(headers), f"{path}: {status}")


def after_signing_in_next_leads_home():
    for evil in EVIL:
        v = Visitor(program)
        p = program.people["citizen"]
        status, _, to = v.fill("/dang-nhap?next=" + urllib.parse.quote(evil), "/dang-nhap", login=p["login"], password=p["password"], next=evil)
        if status == 422 and re.search(r"[\x00-\x1f]", evil):
            continue  # a text of one line has no control bytes
        true(status == 303 and leads_home(to), f"{evil!r}: {status}, leads to {to}")


def cookies_are_renewed_and_end():
    """Another session cookie after signing in than before and at each sign-in; signing out takes it away, and it opens nothing then."""
    first, second = Visitor(program, "citizen"), Visitor(program, "citizen")
    name = next(n for n in first.cookies if first.cookies[n] != second.cookies.get(n) and n.startswith("__Host-s"))
    true(len(first.cookies[name]) >= 43, "256 bits")
    old = dict(first.cookies)
    status, _, to = first.fill("/tai-khoan", "/dang-xuat")
    equal(status, 303)
    true(name not in first.cookies, "the browser is told to forget it")
    first.cookies = old
    equal(first.get("/ho-so-cua-toi")[0], 303, "and it opens nothing")


def alike(path, known, unknown, rounds=15):
    """Both names get the same status, the same headers but for their values' letters, the same length of page, in about the same time."""
    shapes, times = [set(), set()], [[], []]
    for _ in range(rounds):  # in turn, so that a busy machine slows both
        for i, fields in enumerate((known, unknown)):
            v = Visitor(program)
            hidden = {f["name"]: f["value"] for f in v.page(path).forms[-1]["fields"] if f["type"] == "hidden"}
            begun = time.perf_counter()
            status, text, headers = v.post(path, {**hidden, **fields})
            times[i].append(time.perf_counter() - begun)
            to = re.sub(r"/[\w-]{43}$", "/TICKET", headers.get("Location") or "")
            shapes[i].add((status, len(re.sub(r'value="[^"]*"', "", text)), to, tuple(sorted(n for n in headers if n != "Date"))))
    times = [statistics.median(x) for x in times]
    equal(shapes[0], shapes[1], path)
    true(max(times) < 3 * min(times) + 0.03, f"{path}: {times[0] * 1000:.1f} ms for one who has an account, {times[1] * 1000:.1f} for nobody")


def sign_in_and_recovery_say_nothing():
    login = program.people["business"]["login"]
    unknown = login[:-1] + chr((ord(login[-1]) - ord("0") + 1) % 10 + ord("0")) if login[-1].isdigit() else login[:-1] + "q"
    # Five tries: afterwards the delay begins, and its words count seconds.
    alike("/dang-nhap", {"login": login, "password": "khong phai mat khau"}, {"login": unknown, "password": "khong phai mat khau"}, rounds=5)
    alike("/quen-mat-khau", {"login": login}, {"login": unknown})
    refusals = []
    for name in (login, unknown):  # a code that was never sent is refused in the same words
        v = Visitor(program)
        to = v.fill("/quen-mat-khau", login=name)[2]
        status, text, _ = v.fill(to, code="000000", password="tre xanh ven song", again="tre xanh ven song")
        equal(status, 422)
        refusals.append(re.sub(r'value="[^"]*"|(?:/|%2F)[\w-]{43}', "", text))
    true(refusals[0] == refusals[1], lambda: next((a, b) for a, b in zip(refusals[0].split("\n"), refusals[1].split("\n")) if a != b))
    answers = [program.ask("POST", "/api/v1/tokens", {"login": x, "password": "khong phai mat khau"}, X_Forwarded_For="203.0.113.9")[:2] for x in (program.people["specialist"]["login"], "chuyen-vien-khac")]
    equal(answers[0][0], answers[1][0])
    drop = lambda body: {k: v for k, v in json.loads(body).items() if k != "instance"}
    equal(drop(answers[0][1]), drop(answers[1][1]))


def one_address_cannot_try_many_names():
    """Stuffing: lists of other sites' names and passwords, one try each. The limit of an address ends it long before the list does; other addresses go on."""
    with Server(place=program_stopped.place, people=program.people, https="yes", origin=ORIGIN, proxies="127.0.0.1", rate_sign_in=10) as s:
        seen = []
        for i in range(40):
            body = urllib.parse.urlencode({"login": f"nguoi{i}@example.com", "password": "mat khau da lo"})
            seen.append(s.ask("POST", "/dang-nhap", body, {"Content-Type": FORM, "Origin": ORIGIN, "X-Forwarded-For": "198.51.100.1"})[0])
        true(seen.count(429) >= 25 and 200 not in seen and 303 not in seen, f"{seen}")
        p = program.people["citizen"]
        body = urllib.parse.urlencode({"login": p["login"], "password": p["password"]})
        equal(s.ask("POST", "/dang-nhap", body, {"Content-Type": FORM, "Origin": ORIGIN, "X-Forwarded-For": "198.51.100.2"})[0], 303, "somebody at another address")


REFUSED = re.compile(r"sign-in refused id=\w+ step=(\w+) account=(\d+) why=(\w+)")


def refusals_are_in_the_log():
    """What was refused stands there: sign-ins with their step, rights with their route; and no name."""
    with Server(place=program_stopped.place, people=program.people) as s:
        p = program.people["citizen"]
        for login in (p["login"], "khong-ai-ca@example.com"):
            equal(s.form("/dang-nhap", login=login, password="mat khau sai")[0], 422)
        cookie = s.sign_in("citizen")
        equal(s.ask("GET", "/quan-tri/tai-khoan", headers={"Cookie": cookie})[0], 403)
        equal(s.ask("POST", "/api/v1/tokens", {"login": p["login"], "password": "mat khau sai"})[0], 401)
        until("three refusals in the log", lambda: len(REFUSED.findall(s.said())) >= 3)  # an answer may come before its line is read
        text = s.said()
    refused = REFUSED.findall(text)
    equal([(step, account != "0") for step, account, _ in refused], [("login", True), ("login", False), ("token", True)], text[-2000:])
    true(re.search(r"request id=\w+ method=GET route=/quan-tri/tai-khoan status=403", text), "a refused right")
    true(all(x not in text for x in (p["login"], "khong-ai-ca", "mat khau sai")), "a name or a password in the log")


def without_tls_cookies_still_keep_to_themselves():
    with Server(place=program_stopped.place, people=program.people) as s:
        p = program.people["citizen"]
        _, _, h = s.form("/dang-nhap", login=p["login"], password=p["password"])
        for cookie in h.get_all("Set-Cookie"):
            true("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie, re.sub("=[^;]*", "", cookie, count=1))
        equal(h.get("Strict-Transport-Security"), None)


program_stopped = program
tests = Tests()
tests.run(what_every_answer_carries, answers_that_no_route_gives, no_redirect_leads_away, a_host_that_is_not_ours_is_in_no_answer, after_signing_in_next_leads_home, cookies_are_renewed_and_end,
          sign_in_and_recovery_say_nothing)
program.stop()
tests.run(one_address_cannot_try_many_names, refusals_are_in_the_log, without_tls_cookies_still_keep_to_themselves)
tests.end()
