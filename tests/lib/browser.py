"""A browser without scripts: pages with their forms, cookies, redirects of ours. Standard library only."""
import html.parser, os, re, urllib.parse
from program import FORM, equal, true


class Page(html.parser.HTMLParser):
    """Forms with their fields, ids, links and what describes what."""

    VOID = {"input", "img", "br", "hr", "meta", "link", "source", "wbr"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.forms, self.ids, self.links, self.tags, self.text = [], {}, [], [], text
        self.outside, self.form, self.select, self.area = [], None, None, None
        self.feed(text)
        for form_id, field in self.outside:
            for f in self.forms:
                if f["id"] == form_id:
                    f["fields"].append(field)

    def handle_starttag(self, tag, attrs):
        a = {k: v if v is not None else "" for k, v in attrs}
        self.tags.append((tag, a))
        if "id" in a:
            self.ids[a["id"]] = (tag, a)
        if tag == "a":
            self.links.append(a.get("href", ""))
        if tag == "form":
            self.form = {"action": a.get("action", ""), "method": a.get("method", "get").lower(), "id": a.get("id"), "enctype": a.get("enctype", FORM), "fields": []}
            self.forms.append(self.form)
        if tag in ("input", "textarea", "select", "button") and "name" in a:
            field = {"tag": tag, "name": a["name"], "type": a.get("type", "text" if tag == "input" else tag), "value": a.get("value", ""), "id": a.get("id"),
                     "checked": "checked" in a, "options": [], "a": a}
            if a.get("form") and not self.form:
                self.outside.append((a["form"], field))
            elif self.form:
                self.form["fields"].append(field)
            if tag == "select":
                self.select = field
            if tag == "textarea":
                self.area, field["first"] = field, True
        if tag == "option" and self.select is not None:
            self.select["options"].append(a.get("value", ""))
            if "selected" in a:
                self.select["value"] = a.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.area is not None:
            if self.area.pop("first", False) and data.startswith("\n"):
                data = data[1:]
            self.area["value"] += data


def usual(form, press=False):
    """What a browser would send when nobody touches the form: pairs in order; with the first button that has a name, when pressed."""
    out = []
    named = [f for f in form["fields"] if f["tag"] == "button"]
    if press and named:
        out.append((named[0]["name"], named[0]["value"]))
    for f in form["fields"]:
        if f["tag"] == "button" or f["type"] == "file":
            continue
        if f["type"] in ("checkbox", "radio") and not f["checked"]:
            continue
        out.append((f["name"], f["value"] if f["type"] not in ("checkbox", "radio") else f["value"] or "on"))
    return out


def multipart(pairs, files=()):
    """files: (field, file name as bytes, content type, bytes)."""
    edge = b"e" + os.urandom(12).hex().encode()
    out = b""
    for name, value in pairs:
        v = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
        out += b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + v + b"\r\n"
    for name, file, kind, content in files:
        out += b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + name.encode() + b'"; filename="' + file + b'"\r\nContent-Type: ' + kind.encode() + b"\r\n\r\n" + content + b"\r\n"
    return out + b"--" + edge + b"--\r\n", "multipart/form-data; boundary=" + edge.decode()


def form_of(page, action, method="post"):
    """The form of the page that goes to that address, whatever stands after its `?`."""
    found = [f for f in page.forms if f["method"] == method and f["action"].split("?")[0] == action.split("?")[0]]
    exact = [f for f in found if f["action"] == action]
    true(found, lambda: f"no form to {action}; there are {[f['action'] for f in page.forms]}")
    return (exact or found)[0]


def text_of(page):
    """What stands on the page, without its marks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


class Browser:
    """One person with cookies; forms are sent as a browser without scripts sends them."""

    def __init__(self, server, role=None):
        self.server, self.role, self.cookies, self.here = server, role, {}, "/"
        if role:
            self.sign_in()

    def headers(self, more=None):
        at = f"http://127.0.0.1:{self.server.port}"
        h = {"Accept": "text/html", "Origin": at, "Referer": at + self.here}
        if self.cookies:
            h["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return {**h, **(more or {})}

    def ask(self, method, path, body=None, more=None):
        """(status, bytes, headers)."""
        status, answer, headers = self.server.ask(method, path, body, self.headers(more))
        for line in headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            if not value or "Max-Age=0" in line:
                del self.cookies[name]
        return status, answer, headers

    def get(self, path):
        """(status, text, headers), as it is answered."""
        status, answer, headers = self.ask("GET", path)
        self.here = path.encode("ascii", "replace").decode()
        return status, answer.decode("utf-8", "replace"), headers

    def see(self, path, hops=5):
        """(status, text) of where it leads."""
        status, text, headers = self.get(path)
        while status in (302, 303) and hops:
            hops -= 1
            status, text, headers = self.get(headers["Location"])
        return status, text

    def page(self, path):
        status, text, _ = self.get(path)
        equal(status, 200, f"{self.role} GET {path}")
        return Page(text)

    def post(self, path, pairs, files=None, more=None):
        """(status, text, headers). files: what multipart() takes; [] for a form of that kind without one."""
        if files is not None:
            body, kind = multipart(pairs, files)
        else:
            body, kind = urllib.parse.urlencode(list(pairs.items()) if isinstance(pairs, dict) else pairs, errors="surrogateescape").encode(), FORM
        status, answer, headers = self.ask("POST", path, body, {"Content-Type": kind, **(more or {})})
        return status, answer.decode("utf-8", "replace"), headers

    def fill(self, path, action=None, **fields):
        """The form at `path` (the one to that action) with what is hidden in it and these fields: (status, text, where to)."""
        status, text = self.see(path)
        equal(status, 200, path)
        form = form_of(Page(text), action or path)
        hidden = {f["name"]: f["value"] for f in form["fields"] if f["type"] == "hidden"}
        status, text, headers = self.post(action or path, {**hidden, **fields}, [] if form["enctype"].startswith("multipart") else None)
        return status, text, headers["Location"]

    def sign_in(self):
        who = self.server.who(self.role)
        status, _, to = self.fill("/dang-nhap", login=who["login"], password=who["password"])
        if who["totp_secret"]:
            equal((status, to.split("?")[0]), (303, "/dang-nhap/ma"), self.role)
            status, _, to = self.fill("/dang-nhap/ma", code=self.server.codes.of(who))
        if status != 303 or "/dang-nhap" in to:
            raise AssertionError(f"{self.role} cannot sign in: {status} {to}")
