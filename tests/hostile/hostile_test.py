#!/usr/bin/env python3
"""Bad input, collected: what is wrong, forged, doubled, huge or another's, sent to the running program from outside.

usage: hostile_test.py PROGRAM SOURCE_DIR [pg] [WORD]     Ends in "N passed, N failed".
The program must stay up, answer no 5xx but a deliberate 503, report nothing (ASan, UBSan), and say nothing of a person in its own log.
"""
import io, json, os, re, socket, struct, sys, threading, time, urllib.parse, zipfile, zlib
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import FORM, Program, Tests, equal, pdf, root, run, true, until
from browser import Browser, Page, form_of, usual

CANARY = "canaryhx" + os.urandom(4).hex()  # in everything typed; never in the program's log
p = Program(dossiers=120)
p.patient = True
people = {}
XRAY = "bx-cap-phep-xquang"


def who(role):
    """Signed in once; again when something signed it out."""
    b = people.get(role)
    if b is None or (role and b.get("/tai-khoan")[0] != 200):
        b = people[role] = Browser(p, role)
    return b


MARKUP = f'"><script>{CANARY}()</script><b a=\'{CANARY}'
RAW = f"<script>{CANARY}"
TEXTS = [
    MARKUP,
    f"'; DROP TABLE dossier; -- {CANARY}",
    f"\" OR 1=1 -- {CANARY}",
    f"%s%n%x {{{{7*7}}}} ${{jndi:ldap://x}} {CANARY}",
    f"../../../../etc/passwd {CANARY}",
    f"\u202egnp.exe\u202c {CANARY} \u0301\u0301\U0001f600",
    f"  {CANARY}\ttab  ",
    CANARY + "x" * 70000,
]
BYTES = [b"\xff\xfe" + CANARY.encode("utf-16-le"), b"\xc0\xaf\xed\xa0\x80 " + CANARY.encode(), CANARY.encode() + b"\0tail", b"\x1b[31m" + CANARY.encode() + b"\x07\x7f"]


def safe(status, text, what):
    true(status < 500 or status == 503, f"{what}: {status} {text[:300]}")
    true(RAW not in text, f"{what}: markup comes back as markup")


def tied(page, what):
    """Each line of the summary leads to an input that is described by its error."""
    at = page.text.find('class="summary"')
    links = [x for x in Page(page.text[at:page.text.find("</div>", at)]).links if x.startswith("#f-")] if at >= 0 else []
    for link in links:
        there = page.ids.get(link[1:])
        true(there, f"{what}: {link} leads nowhere")
        tag, a = there
        whole = tag in ("input", "select", "textarea", "fieldset")
        said = link[1:] + "-e"
        group = any(t == "fieldset" and said in x.get("aria-describedby", "").split() for t, x in page.tags)
        true(said in a.get("aria-describedby", "").split() or group or (not whole and "error" in a.get("class", "")), f"{what}: {link} is not tied to its error: {there}")
        true(said in page.ids or not whole, f"{what}: no sentence {said}")
    return links


def given_back(page, action, sent, what):
    """Byte for byte, in the form that was sent."""
    form = [f for f in page.forms if f["action"].split("?")[0] == action.split("?")[0]]
    true(form, f"{what}: the form is gone")
    have = {}
    for f in form[0]["fields"]:
        once = f["a"].get("autocomplete") == "one-time-code"  # a secret is not shown again
        if f["type"] not in ("checkbox", "radio", "file", "password", "hidden", "select") and f["tag"] != "button" and not once:
            have.setdefault(f["name"], []).append(f["value"])
    for name, value in sent:
        if name in have and isinstance(value, str):
            true(value in have[name], f"{what}: {name} came back as {[x[:80] for x in have[name]]}, not {value[:80]!r}")


# ---- every form, public and official ----

PLACES = {
    None: ["/", "/tra-cuu", "/dang-nhap", "/dang-ky", "/quen-mat-khau", "/dich-vu-cong", "/phan-anh", "/kiem-tra"],
    "citizen": ["/tai-khoan", "/tai-khoan/mat-khau", "/tai-khoan/ma-xac-thuc", "/ho-so-cua-toi"],
    "business": ["/tai-khoan"],
    "counter": ["/quay", "/quay/nop", "/quay/nop/" + XRAY, "/ban-lam-viec?xem=cho-nhan"],
    "specialist": ["/ban-lam-viec", "/quan-tri/thu-tuc/de-xuat", "/quan-tri/thu-tuc/nhap"],
    "head": ["/ban-lam-viec?xem=cho-nhan", "/quan-tri/thu-tuc"],
    "director": ["/ban-lam-viec", "/ban-lam-viec?xem=cho-ky", "/quan-tri/thu-tuc"],
    "clerk": ["/ban-lam-viec?xem=cho-nhan"],
    "inspector": ["/ban-lam-viec?xem=co-quan"],
    "admin": ["/quan-tri/tai-khoan", "/quan-tri/tai-khoan/moi"],
}
ENDS = re.compile(r"/(dang-xuat|thoat-moi-noi|ket-thuc|thoat|khoa|mo|xoa|bo-ma|ma-xac-thuc/bat-dau)$")


def shape(path):
    path = re.sub(r"H\d\d(\.\d+)*-\d{6}-\d+", "CODE", path.split("?")[0])
    return re.sub(r"^(/quay/nop|/nop-ho-so|/dich-vu-cong|/ho-tro)/[a-z][a-z0-9-]+", r"\1/P", re.sub(r"/\d+", "/N", path))


found_forms = {}


def forms_of(role):
    """One form of each shape that the role's pages show, with the page it stands on."""
    if role in found_forms:
        return found_forms[role]
    b, seen, out, todo = who(role), set(), {}, list(PLACES[role])
    while todo and len(seen) < 80:
        path = todo.pop(0)
        if shape(path) in seen or not path.startswith("/") or path.startswith("/dang-xuat"):
            continue
        seen.add(shape(path))
        status, text, headers = b.get(path)
        if status != 200 or "html" not in headers.get("content-type", ""):
            continue
        page = Page(text)
        for f in page.forms:
            if f["action"].startswith("/"):
                out.setdefault((f["method"], shape(f["action"])), (path, f["action"]))
        todo += page.links
    found_forms[role] = out
    return out


def free_fields(form):
    return sorted({f["name"] for f in form["fields"] if f["tag"] in ("textarea", "select") or f["type"] not in ("submit", "file", "button", "select")} - {"_csrf", "_action"})


def try_form(role, path, action, name, value):
    b = who(role)
    page = b.page(path)
    form = [f for f in page.forms if f["action"] == action and f["method"] == "post"]
    if not form:
        return None  # an act that the record does not offer any more
    pairs = [(k, v) for k, v in usual(form[0], press=True) if k != name] + [(name, value)]
    if isinstance(value, bytes):
        body = "&".join(urllib.parse.quote(k) + "=" + urllib.parse.quote(v if isinstance(v, bytes) else v.encode()) for k, v in pairs).encode()
        status, answer, headers = b.ask("POST", action, body, {"Content-Type": FORM})
        return status, answer.decode("utf-8", "replace"), pairs
    multi = form[0]["enctype"].startswith("multipart")
    status, text, headers = b.post(action, pairs, [] if multi else None)
    return status, text, pairs


def every_post_form():
    for role in PLACES:
        for (method, kind), (path, action) in list(forms_of(role).items()):
            if method == "post" and not ENDS.search(kind):
                yield role, path, action


def markup_and_sql_in_every_field():
    tried = fields = 0
    wrong = []
    for role, path, action in every_post_form():
        page = Page(who(role).get(path)[1])
        form = next((f for f in page.forms if f["action"] == action), None)
        for name in free_fields(form) if form else []:
            fields += 1
            for value in TEXTS:
                got = try_form(role, path, action, name, value)
                if not got:
                    break
                tried += 1
                status, text, pairs = got
                what = f"{role} {action} {name}={value[:30]!r}"
                try:
                    safe(status, text, what)
                    if status == 422:
                        page = Page(text)
                        tied(page, what)
                        given_back(page, action, pairs, what)
                except AssertionError as e:
                    wrong.append(str(e)[:400])
                    break
    true(not wrong, "\n".join(wrong))
    true(fields >= 60 and tried >= 400, f"{fields} fields, {tried} tries")


def wrong_encodings_in_every_form():
    for role, path, action in every_post_form():
        page = Page(who(role).get(path)[1])
        form = next((f for f in page.forms if f["action"] == action), None)
        for name in free_fields(form)[:3] if form else []:
            for value in BYTES:
                got = try_form(role, path, action, name, value)
                if got:
                    safe(got[0], got[1], f"{role} {action} {name}={value!r}")


def markup_and_sql_in_every_search():
    tried = 0
    for role in PLACES:
        for (method, kind), (path, action) in list(forms_of(role).items()):
            if method != "get":
                continue
            form = next((f for f in Page(who(role).get(path)[1]).forms if f["action"] == action), None)
            for name in free_fields(form) if form else []:
                for value in TEXTS[:7] + ["*", '"', "a" * 3000, "((", "NEAR(", "\\"]:
                    status, text, _ = who(role).get(action + "?" + urllib.parse.urlencode([(name, value)]))
                    safe(status, text, f"{role} {action}?{name}={value[:30]!r}")
                    tried += 1
                for value in BYTES:
                    status, text, _ = who(role).get(action + "?" + name + "=" + urllib.parse.quote(value))
                    safe(status, text, f"{role} {action}?{name}={value!r}")
    true(tried >= 60, f"{tried} tries")


# ---- the forms of the law, field by field ----

WRONG = {
    "number": ["abc", "1e999", "--1", "1;2", "NaN", "0x10", "９９"], "integer": ["1,5", "abc", "-", "9" * 40], "money": ["abc", "1,2,3,4.5", "-5 tỷ"],
    "date": ["31/02/2026", "2026-13-45", "99/99/9999", "hôm qua", "0000-00-00"], "year": ["abcd", "99999", "-1"], "choice": ["khong-co"], "choices": ["khong-co"],
    "yesno": ["co the"], "personal_id": ["123", "000000000000", "0010900000001"], "tax_code": ["1", "0000000000"], "phone": ["12", "0112345678", "+1 555"],
    "email": ["a@", "@b.vn", "a b@c.vn", "a@b"], "text": [CANARY + "x" * 30000], "long_text": [CANARY + "x" * 90000],
}


def leaves(fields, prefix=""):
    """(name in the page, kind) of what is asked always; conditions are the rules' own test."""
    for f in fields:
        if "visible" in f or "value" in f:
            continue
        name = prefix + f["key"]
        inner = f.get("fields") or f.get("parts")
        if f["kind"] == "rows":
            yield from leaves(f.get("columns", []), name + ".0.")
        elif inner and isinstance(inner, list):
            yield from leaves(inner, name + ".")
        else:
            yield name, f["kind"]


def start_draft(b, procedure):
    path = "/nop-ho-so/" + procedure
    form = [f for f in b.page(path).forms if f["method"] == "post" and f["action"] == path][0]
    status, _, headers = b.post(path, usual(form))
    equal(status, 303, procedure)
    return headers["location"]


def sections_of(b, draft):
    return sorted({x for x in b.page(draft).links if re.search(r"/muc/\d+$", x)})


def procedures_with_forms():
    out, kinds = [], set()
    for x in json.loads(p.ask("GET", "/api/v1/procedures?limit=200")[1])["items"]:
        d = json.loads(p.ask("GET", f"/api/v1/procedures/{x['slug']}/form")[1])
        mine = {k for f in d["forms"] for s in f["sections"] for _, k in leaves(s["fields"])}
        if not mine <= kinds:  # each kind of field in at least one form; and the journey's own
            kinds |= mine
            out.append((x["slug"], d))
        elif x["slug"] == XRAY or len(out) < 6:
            out.append((x["slug"], d))
    return out, kinds


# Each kind of field × each wrong value, all fields of a page at once: an error at each, and what was typed.
def each_field_by_each_validator():
    b = who("citizen")
    chosen, kinds = procedures_with_forms()
    tried = set()
    for slug, d in chosen:
        names = [dict(leaves(s["fields"])) for f in d["forms"] for s in f["sections"]]
        draft = start_draft(b, slug)
        for i, section in enumerate(sections_of(b, draft)):
            for turn in range(7):
                page = b.page(section)
                form = form_of(page, section)
                wrong, pairs = {}, []
                for k, v in usual(form):
                    kind = next((n[k] for n in names if k in n), None)
                    if kind in WRONG and k not in wrong:
                        v = wrong[k] = WRONG[kind][turn % len(WRONG[kind])]
                        tried.add((kind, turn % len(WRONG[kind])))
                    pairs.append((k, v))
                for f in form["fields"]:  # radios and boxes that nothing is chosen of
                    kind = next((n[f["name"]] for n in names if f["name"] in n), None)
                    if f["type"] in ("radio", "checkbox") and kind in WRONG and f["name"] not in wrong:
                        wrong[f["name"]] = WRONG[kind][turn % len(WRONG[kind])]
                        tried.add((kind, turn % len(WRONG[kind])))
                        pairs.append((f["name"], wrong[f["name"]]))
                if not wrong:
                    break
                status, text, _ = b.post(section, pairs)
                what = f"{slug} {section} {turn}"
                safe(status, text, what)
                equal(status, 422, what)
                page = Page(text)
                at = {x[3:] for x in tied(page, what)}
                lost = [k for k in wrong if k not in at and not any(a.startswith(k + ".") or k.startswith(a + ".") for a in at)]
                true(not lost, f"{what}: no error at {lost}; errors at {sorted(at)}")
                given_back(page, section, pairs, what)
    missing = [(k, i) for k in kinds & set(WRONG) for i in range(len(WRONG[k])) if (k, i) not in tried]
    true(not missing, f"not tried: {missing}")


def markup_and_sql_in_the_forms_of_the_law():
    b = who("citizen")
    draft = start_draft(b, XRAY)
    for section in sections_of(b, draft) + [draft + "/nguoi-nop"]:
        for value in TEXTS[:7]:
            form = form_of(b.page(section), section)
            text_names = {f["name"] for f in form["fields"] if f["type"] in ("text", "tel", "email", "textarea")}
            pairs = [(k, value if k in text_names else v) for k, v in usual(form)] + [("_sau", "1")]
            status, text, _ = b.post(section, pairs)
            what = f"{section} {value[:20]!r}"
            safe(status, text, what)
            if status == 303:  # kept, to be finished later: the same page shows it again
                page = b.page(section)
                true(RAW not in page.text, what)
                given_back(page, section, [(k, v) for k, v in pairs if k in text_names], what)
            for more in (draft + "/kiem-tra", draft):
                status, text, _ = b.get(more)
                safe(status, text, what + " " + more)
        for value in BYTES:
            form = form_of(b.page(section), section)
            body = "&".join(urllib.parse.quote(k) + "=" + (urllib.parse.quote(value) if k in text_names else urllib.parse.quote(v)) for k, v in usual(form)).encode()
            status, answer, _ = b.ask("POST", section, body, {"Content-Type": FORM})
            safe(status, answer.decode("utf-8", "replace"), f"{section} {value!r}")


# ---- uploads ----

def pdf_bytes(words=b"x"):
    return pdf(words.hex())


def zipped(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in entries:
            z.writestr(name, content)
    return out.getvalue()


def zip_bomb(name, megabytes):
    return zipped([(name, b"\0" * (megabytes << 20))])


def nested_zip(depth):
    out = b"x" * 100000
    for i in range(depth):
        out = zipped([(f"{i}-{k}.zip", out) for k in range(10)]) if i < 3 else zipped([(f"{i}.zip", out)])
    return out


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12)) + b"]><l>&m;</l>"
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


def office(content):
    kinds = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    return zipped([("[Content_Types].xml", kinds), ("word/document.xml", content)])


def png_bomb():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0" * (20 << 20), 9)) + chunk(b"IEND", b"")


def pdf_bomb():
    packed = zlib.compress(b"q " * (20 << 20), 9)
    packed = zlib.compress(packed, 9)
    return (b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>endobj\n"
            b"4 0 obj<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n" % len(packed) + packed + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%EOF")


LIES = [("a.pdf", b"MZ" + b"\0" * 300), ("a.pdf", b"<!DOCTYPE html><script>1</script>"), ("a.pdf", zipped([("a", b"b")])), ("a.jpg", b"%PDF-1.4\n"), ("a.pdf", b"#!/bin/sh\nrm -rf /\n"),
        ("a.png", b"GIF89a" + b"\0" * 40), ("a.pdf", b""), ("a.exe", pdf_bytes()), ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), ("a.html", b"<html>"),
        ("a.pdf", LAUGHS), ("a.xml", OUTSIDE), ("a.pdf", b"\x7fELF" + b"\0" * 100)]


def send_slot(b, draft, name, content, slot=0):
    path = f"{draft}/tep/{slot}"
    form = form_of(b.page(path), path)
    return b.post(path, usual(form), [("file", name, "application/pdf", content)])


def files_that_lie():
    b = who("citizen")
    draft = start_draft(b, XRAY)
    for name, content in LIES:
        status, text, _ = send_slot(b, draft, name.encode(), content)
        what = f"{name} {content[:20]!r}"
        safe(status, text, what)
        equal(status, 422, what)
        page = Page(text)
        true(tied(page, what), what + ": no error at the field")
        if name == "a.xml":
            continue  # is what it says; a form's field that wants no such file refuses it when it is named there
        status, answer, _ = p.ask("POST", "/api/v1/files?name=" + name, content, {"Content-Type": "application/pdf", "Idempotency-Key": os.urandom(8).hex()}, p.token("citizen"))
        true(400 <= status < 500, f"API {what}: {status} {answer[:200]}")
    true("kept" not in b.page(f"{draft}/tep/0").text and b.page(draft).text.count("a.pdf") == 0, "a file that lies was kept")


def bombs_in_uploads():
    b = who("citizen")
    draft = start_draft(b, XRAY)
    for name, content in [("a.zip", zip_bomb("a", 300)), ("a.docx", office(LAUGHS)), ("b.docx", office(OUTSIDE)), ("c.docx", zip_bomb("word/document.xml", 300)), ("n.zip", nested_zip(30)),
                          ("a.png", png_bomb()), ("a.pdf", pdf_bomb()), ("a.pdf", pdf_bytes() + b"\0" * (1 << 20)), ("a.pdf", b"%PDF-1.4\n" + b"[" * 3000000)]:
        begun = time.time()
        status, text, _ = send_slot(b, draft, name.encode(), content)
        safe(status, text, f"{name} {len(content)}")
        true(time.time() - begun < 60, f"{name}: {time.time() - begun:.0f} s")
    equal(b.get(draft + "/kiem-tra")[0], 200)  # what was kept is looked at by jobs and shown to nobody unscanned
    until("it is well", lambda: p.ask("GET", "/healthz")[0] == 200)
    equal(p.ask("GET", "/readyz")[0], 200)


NAMES = [b"../../../../etc/passwd.pdf", b"..\\..\\windows\\a.pdf", b"/etc/a.pdf", b"C:\\a.pdf", b"a\0.pdf", b"a%00.exe.pdf", b".pdf", b"-rf.pdf", b"a\r\nX-Evil: 1.pdf", b"x" * 5000 + b".pdf",
         b"\xff\xfe.pdf", "\u202egnp.pdf".encode(), b"con.pdf", b"a.pdf;b.exe", b'a\\".pdf', (MARKUP + ".pdf").replace('"', "%22").encode(), b"....//....//a.pdf", b"~root.pdf", b"a/./b/../c.pdf", b"$(id).pdf", b"`id`.pdf"]


def path_tricks_in_names():
    b, kept = who("citizen"), 0
    for name in NAMES:
        draft = start_draft(b, XRAY)
        status, text, headers = send_slot(b, draft, name, pdf_bytes(name[:10]))
        what = repr(name[:40])
        safe(status, text, what)
        true(status in (303, 400, 413, 422), f"{what}: {status}")
        true("x-evil" not in headers, what)
        for path in (draft, draft + "/tep/0", draft + "/kiem-tra"):
            status, text, headers = b.get(path)
            safe(status, text, f"{what} {path}")
            true("x-evil" not in headers and "../" not in text.replace("//", "/").split("<main")[1], f"{what}: a path stands in {path}")
        kept += 1
    for folder, _, files in os.walk(root):
        true(not any(x in files for x in ("passwd.pdf", "a.exe", "c.pdf")), f"a name became a path: {folder}")
    for name in ("..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//etc/passwd", "%00", "..;/admin"):
        for base in ("/s/", "/assets/", "/tra-cuu/", "/ho-so/", "/dich-vu-cong/", "/api/v1/procedures/"):
            status, answer, _ = p.ask("GET", base + name)
            true(status in (400, 404, 405, 303), f"{base}{name}: {status}")
            true(b"root:" not in answer, base + name)


# ---- imports ----

def import_as(role, name, content):
    b = who(role)
    path = "/quan-tri/thu-tuc/nhap"
    form = form_of(b.page(path), path)
    return b.post(path, usual(form), [("file", name, "application/octet-stream", content)])


def sheet(xml, shared=b""):
    parts = [("[Content_Types].xml", b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'),
             ("_rels/.rels", b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
             ("xl/workbook.xml", b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'),
             ("xl/_rels/workbook.xml.rels", b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'),
             ("xl/worksheets/sheet1.xml", xml)]
    if shared:
        parts.append(("xl/sharedStrings.xml", shared))
    return zipped(parts)


ROWS = b'<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def bombs_in_imports():
    cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'
    deep = b"[" * (10 << 20)
    for name, content in [
            (b"a.xlsx", sheet(ROWS % (b"", cell % (b"x" * (300 << 20))))), (b"a.xlsx", sheet(ROWS % (LAUGHS[LAUGHS.index(b"<!DOCTYPE"):LAUGHS.index(b"]>") + 2], cell % b"&m;"))),
            (b"a.xlsx", sheet(ROWS % (b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>', cell % b"&a;"))), (b"a.xlsx", sheet(ROWS % (b"", b'<row r="1048576"><c r="XFD1048576"/></row>'))),
            (b"a.xlsx", sheet(ROWS % (b"", b'<row r="1"><c r="AAAAAAAA99999999999"/></row>'))), (b"a.xlsx", sheet(ROWS % (b"", b'<row r="1"><c r="A1" t="s"><v>4000000000</v></c></row>'), b"<sst/>")),
            (b"a.xlsx", sheet(b"<a>" * 2000000)), (b"a.xlsx", nested_zip(5)), (b"a.xlsx", b"PK\x03\x04" + os.urandom(400)), (b"a.xlsx", pdf_bytes()), (b"a.json", deep), (b"a.json", deep + b"]" * (10 << 20)),
            (b"a.json", b'{"a":' * 500000), (b"a.json", b"null"), (b"a.json", b"[" + b"null," * 2000000 + b"null]"), (b"a.json", b'[{"slug":"' + b"x" * (5 << 20) + b'"}]'),
            (b"a.json", b'[{"slug":"a","slug":"b"}]'), (b"a.json", b"\xff\xfe[\x00]\x00"), (b"a.json", b'["\xc0\xaf"]'), (b"a.json", json.dumps([{"slug": MARKUP, "name": MARKUP}]).encode()), (b"a.json", b"")]:
        begun = time.time()
        try:
            status, text, _ = import_as("specialist", name, content)
        except OSError:
            status, text = 413, ""  # closed before all was sent
        what = f"{name} {content[:30]!r} {len(content)}"
        safe(status, text, what)
        true("root:" not in text, what)
        true(time.time() - begun < 60, f"{what}: {time.time() - begun:.0f} s")
        equal(p.ask("GET", "/healthz")[0], 200, what)


# `motcua pack check` on files that nobody in their right mind would call a pack.
def bombs_in_packs():
    for i, (name, content) in enumerate([("procedures/a.json", b"[" * (10 << 20)), ("procedures/a.json", b'{"id":"' + b"x" * (5 << 20) + b'"}'), ("forms/a.json", b'{"id":"a","sections":' + b"[" * 100000 + b"]" * 100000 + b"}"),
                                         ("processes/a.bpmn", LAUGHS), ("processes/a.bpmn", OUTSIDE), ("processes/a.bpmn", b"<a>" * 1000000), ("calendar/a.json", b"\xff\xfe"), ("procedures/../../a.json", b"{}")]):
        folder = os.path.join(root, f"pack{i}")
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content)
        code, out, err = run("pack", "check", folder)
        true(code in (0, 1), f"{name} {content[:20]!r}: {code} {err[-300:]}")
        true("root:" not in out + err and "Sanitizer" not in err and "runtime error" not in err, f"{name}: {err[-600:]}")


# ---- bodies of programs ----

def bodies_of_programs():
    deep = b"[" * (5 << 20) + b"]" * (5 << 20)
    pretty = json.dumps({"procedure": XRAY, "answers": {}, "files": []}).encode()
    for body in [deep, b'{"procedure":"x","answers":' + deep + b"}", b'{"a":' * (2 << 20), b"[" * (10 << 20), pretty[:-1], pretty + b"x", b"\xef\xbb\xbf" + pretty, pretty.decode().encode("utf-16"),
                 pretty.replace(b"{}", b'{"\xff":"\xc0\xaf"}'), pretty.replace(b"{}", b'{"a":"\\u0000"}'), pretty.replace(b"{}", b'{"a":"\\ud800"}'), pretty.replace(b"{}", b'{"a":1e9999}'),
                 pretty.replace(b"{}", b'{"a":%s}' % (b"9" * 400)), pretty.replace(b"{}", b'{"__proto__":{"x":1},"constructor":[]}'), pretty.replace(b"[]", b'[{"field":[],"file":{}}]'),
                 pretty.replace(b"[]", b"[" + b'{"field":"a","file":"1"},' * 200000 + b"1]"), b"null", b"1", b'"x"', b"", b"\0" * 1000]:
        for path in ("/api/v1/dossiers", "/api/v1/tokens"):
            try:
                status, answer, headers = p.ask("POST", path, body, {"Content-Type": "application/json", "Idempotency-Key": os.urandom(8).hex()}, p.token("citizen"))
            except OSError:
                continue  # refused before all was sent
            what = f"{path} {body[:30]!r} {len(body)}"
            true(400 <= status < 500, f"{what}: {status} {answer[:200]}")
            equal(headers.get("content-type", "").split(";")[0], "application/problem+json", what)


def raw(data, wait=10):
    s = socket.create_connection(("127.0.0.1", p.port), timeout=wait)
    try:
        s.sendall(data)
        s.settimeout(wait)
        out = b""
        while len(out) < 100000:
            x = s.recv(65536)
            if not x:
                break
            out += x
            if b"\r\n\r\n" in out and (b"content-length: 0" in out.lower() or out.endswith((b"</html>\n", b"}", b"</html>"))):
                break
        return out
    except OSError:
        return b""
    finally:
        s.close()


def requests_that_are_none():
    host = b"Host: 127.0.0.1\r\n"
    for data in [b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 200000 + b"\r\n\r\n", b"GET / HTTP/1.1\r\n" + host + b"".join(b"X%d: a\r\n" % i for i in range(20000)) + b"\r\n",
                 b"GET /" + b"a" * 200000 + b" HTTP/1.1\r\n" + host + b"\r\n", b"GET /?q=" + b"%41" * 60000 + b" HTTP/1.1\r\n" + host + b"\r\n", b"\0\0\0\0\r\n\r\n", b"GET / HTTP/9.9\r\n" + host + b"\r\n",
                 b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Content-Length: -5\r\n\r\n", b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n\r\nx",
                 b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /quan-tri/tai-khoan HTTP/1.1\r\n" + host + b"\r\n",
                 b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nx", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: b\r\n\r\n",
                 b"BREW / HTTP/1.1\r\n" + host + b"\r\n", b"GET http://evil.example/ HTTP/1.1\r\n" + host + b"\r\n", b"GET /%ff%fe HTTP/1.1\r\n" + host + b"\r\n", b"GET / HTTP/1.1\r\n" + host + b"Cookie: " + b"a=b; " * 20000 + b"\r\n\r\n",
                 b"GET / HTTP/1.1\r\n" + host + b"Accept-Language: \xff\xfe\r\nAuthorization: Bearer \0\r\n\r\n", b"GET / HTTP/1.1\r\n" + host + b"Range: bytes=0-0,1-1,2-999999999999999999999\r\nIf-None-Match: " + b'"a",' * 9000 + b"\r\n\r\n",
                 b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Origin: http://127.0.0.1\r\nContent-Type: multipart/form-data; boundary=" + b"b" * 5000 + b"\r\nContent-Length: 3\r\n\r\nabc",
                 b"POST /dang-nhap HTTP/1.1\r\n" + host + b"Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc", os.urandom(3000)]:
        out = raw(data, 5)
        first = out.split(b"\r\n")[0]
        true(not re.match(rb"HTTP/1.1 5(?!0[135])", first), f"{data[:60]!r}: {first!r}")
        true(b"quan-tri" not in out, f"{data[:60]!r}: a second request was smuggled")
        equal(p.ask("GET", "/healthz")[0], 200, repr(data[:60]))
    for target in [b"/?" + b"&".join(b"a%d=b" % i for i in range(n)) for n in (150, 200, 300, 900)] + [b"/?q=" + b"a" * n for n in range(8000, 12600, 300)]:
        begun = time.time()
        first = raw(b"GET " + target + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 20).split(b"\r\n")[0]
        true(re.match(rb"HTTP/1.1 (200|400|414|431) ", first) and time.time() - begun < 10, f"{len(target)} bytes of address: {first!r} after {time.time() - begun:.0f} s")
    many = [socket.create_connection(("127.0.0.1", p.port)) for _ in range(100)]  # half a request each, for ever
    for s in many:
        s.sendall(b"POST /dang-nhap HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\nlog")
    begun = time.time()
    equal(p.ask("GET", "/tra-cuu")[0], 200)
    true(time.time() - begun < 20, "slow ones hold up the others")  # they are closed after 30
    for s in many:
        s.close()


# ---- forged and replayed ----

def first_act(role, words, path="/ban-lam-viec?xem=cho-nhan"):
    """A record with an act of that name, and its form; where tests before took them all, a new one is filed."""
    b = who(role)
    for again in (True, False):
        for link in dict.fromkeys(x for x in b.page(path).links if "/ban-lam-viec/ho-so/" in x):
            page = b.page(link)
            for f in page.forms:
                if f["method"] == "post" and f["action"].endswith("/" + words):
                    return link, f
        if again:
            p.send_example("citizen", XRAY)
    raise AssertionError(f"no record offers {words} to {role}")


def tokens_forged_and_replayed():
    b = who("counter")
    link, form = first_act("counter", "accept")
    pairs = dict(usual(form))
    other = Browser(p, "citizen")
    theirs = [f for f in other.page("/tra-cuu").forms if f["method"] == "post"][0]
    token = pairs["_csrf"]
    for bad in ("", "A" * len(token), token[:-1], token + "A", token[:40] + ("A" if token[40] != "A" else "B") + token[41:], token[::-1], dict(usual(theirs)).get("_csrf", "x"), "null", MARKUP):
        status, text, _ = b.post(form["action"], [(k, bad if k == "_csrf" else v) for k, v in pairs.items()])
        equal(status, 403, f"token {bad[:20]!r}")
        true(RAW not in text, "markup in the refusal")
    for more in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{p.port}.evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        equal(b.post(form["action"], list(pairs.items()), more=more)[0], 403, str(more))
    equal(b.post(form["action"] + "?_csrf=" + token, [(k, v) for k, v in pairs.items() if k != "_csrf"])[0], 403, "the token in the address")
    anonymous = Browser(p)
    equal(anonymous.post(form["action"], list(pairs.items()))[0] in (303, 401, 403), True, "no session")
    # An action id of somebody else, or with another body, is no way in and says why.
    status, text, headers = b.post(form["action"], list(pairs.items()))
    equal(status, 303)
    again = b.post(form["action"], list(pairs.items()))
    equal((again[0], again[2].get("location")), (303, headers.get("location")), "the same act again")
    status, text, _ = b.post(form["action"], [(k, "77" if k == "rev" else v) for k, v in pairs.items()])
    equal(status, 422, "the same action id with another body")
    true("main" in text and len(re.sub(r"<[^>]*>", " ", text[text.index("<main"):text.index("</main>")]).split()) > 8, "and it says why")
    link, form = first_act("counter", "accept")
    own = dict(usual(form))
    for act in ("x" * 5000, MARKUP, "'; drop table idempotency", "\0", "../../x"):
        status, text, _ = b.post(form["action"], [(k, act if k == "_action" else "0" if k == "rev" else v) for k, v in own.items()])
        safe(status, text, f"_action={act[:20]!r}")


def an_answer_lost_on_the_way():
    b = who("counter")
    link, form = first_act("counter", "ask_supplement")
    pairs = [(k, CANARY + " lý do" if k == "reason" else v) for k, v in usual(form)]
    body = urllib.parse.urlencode(pairs).encode()
    head = "".join(f"{k}: {v}\r\n" for k, v in {**b.headers(), "Host": f"127.0.0.1:{p.port}", "Content-Type": FORM, "Content-Length": str(len(body))}.items())
    s = socket.create_connection(("127.0.0.1", p.port))
    s.sendall(f"POST {form['action']} HTTP/1.1\r\n{head}\r\n".encode() + body)
    s.close()  # gone before the answer
    time.sleep(1)
    status, _, headers = b.post(form["action"], pairs)
    equal(status, 303, "sent again")
    text = b.page(link).text
    equal(text.count(CANARY + " lý do"), 1, "asked once")
    # The counter files; the answer is lost; sent again it is the same code and secret.
    path = "/quay/nop/bc-xac-nhan"
    page = b.page(path)
    new = form_of(page, path)
    filled = {"identity": "001190000017", "phone": "0912345678", "name": CANARY + " Mẫu", "address": "Số 1"}
    sent = [(k, filled.get(k, v)) for k, v in usual(new)] + [("all_here", "1"), ("twin_seen", "1")]
    one = b.post(path, sent, [])
    two = b.post(path, sent, [])
    equal((one[0], two[0]), (200, 200), one[1][:600])
    code = lambda t: re.search(r"H\d\d(\.\d+)*-\d{6}-\d{4,}", t[t.index("<main"):]).group(0)
    equal(code(one[1]), code(two[1]), "one dossier")
    secret = lambda t: re.search(r"[0-9A-Z]{16,20}", t[t.index("<main"):].replace(code(t), "")).group(0)
    equal(secret(one[1]), secret(two[1]), "and its secret")


# ---- two at once ----

def two_officers_at_once():
    """One wins; the other reads why, and has every word typed."""
    one, two = who("counter"), Browser(p, "counter")
    for _ in range(5):
        link, form = first_act("counter", "ask_supplement")
        forms = [(one, form), (two, [f for f in two.page(link).forms if f["action"] == form["action"]][0])]
        words = [CANARY + " người một", CANARY + " người hai"]
        got = [None, None]

        def send(i):
            b, f = forms[i]
            got[i] = b.post(f["action"], [(k, words[i] if k == "reason" else v) for k, v in usual(f)])
        threads = [threading.Thread(target=send, args=(i,)) for i in (0, 1)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        equal(sorted(x[0] for x in got), [303, 422], "one wins")
        lost = 0 if got[0][0] == 422 else 1
        text = got[lost][1]
        true(words[lost] in text, "what the other typed is lost")
        page = Page(text)
        true(any(a.get("class") == "summary" for _, a in page.tags), "no sentence for who came second")
        equal(one.page(link).text.count(words[1 - lost]) >= 1, True, "the first act is kept")


# ---- other people's ----

def ids_in(text):
    return {k: re.findall(v, text) for k, v in {"code": r"H\d\d(?:\.\d+)*-\d{6}-\d{4,}", "draft": r"/nhap/(\d+)", "file": r"/tep/(\d+)", "id": r"/(?:giay|phien|phien-ban|tai-khoan)/(\d{6,})"}.items()}


def other_peoples_ids():
    """Every route with an id, with real ids of others: a stranger, another citizen, a business; and officials where only owners may."""
    citizen, business = who("citizen"), who("business")
    draft = start_draft(citizen, XRAY)
    send_slot(citizen, draft, b"mine.pdf", pdf_bytes(b"mine"))
    code = [x for x in citizen.page("/ho-so-cua-toi").links if x.startswith("/ho-so/H")][0].split("/")[-1]
    mine = citizen.page("/ho-so/" + code).text
    file = (ids_in(mine)["file"] + ["1"])[0]
    record = who("head").get("/ban-lam-viec/ho-so/" + code)[1]
    paper = (re.findall(r"/giay/(\d+)", record) + ["1"])[0]
    draft_id = draft.split("/")[-1]
    values = {"code": code, "draft": draft_id, "file": file, "id": paper, "n": "0", "action": "withdraw", "procedure": XRAY, "ticket": "A" * 22, "row": "1"}
    rows = json.loads(run("routes", "--json")[1])
    tried = 0
    strangers = {"business": business, "stranger": Browser(p), "admin": who("admin"), "counter": who("counter"), "citizen": None}
    for row in rows:
        names = re.findall(r":([a-z_]+)", row["path"])
        if not set(names) & {"code", "draft", "file", "id"} or row["path"].startswith(("/dich-vu-cong/", "/api/v1/procedures", "/nop-ho-so/:code", "/tra-cuu/:code", "/quan-tri")):
            continue
        path = re.sub(r":([a-z_]+)", lambda m: values.get(m.group(1), "1"), row["path"])
        for role, b in strangers.items():
            owned = role == "citizen" or (role == "counter" and ":draft" not in row["path"])
            if owned or b is None or (role == "admin" and False):
                continue
            body = None if row["method"] == "GET" else b"action=withdraw&reason=x"
            status, answer, headers = b.ask(row["method"], path, body, {"Content-Type": FORM, "Idempotency-Key": os.urandom(8).hex(), "Upload-Offset": "0"})
            tried += 1
            away = status == 303 and headers.get("location", "").startswith("/dang-nhap")
            true(status in (400, 401, 403, 404, 405, 415, 422) or away, f"{role} {row['method']} {path}: {status}")
            true(b"mine.pdf" not in answer, f"{role} {row['method']} {path} shows another's file")
    true(tried >= 60, f"{tried} tries")
    equal(citizen.get(draft)[0], 200, "the owner still has it")
    # Sessions and saved filters of others.
    head, other = who("head"), who("specialist")
    status, _, headers = head.post("/ban-lam-viec/bo-loc", [(k, CANARY if k == "name" else v) for k, v in usual(form_of(head.page("/ban-lam-viec"), "/ban-lam-viec/bo-loc"))])
    equal(status, 303)
    drop = [f["action"] for f in head.page("/ban-lam-viec").forms if re.search(r"/bo-loc/\d+/xoa$", f["action"])][-1]
    csrf = dict(usual(form_of(other.page("/ban-lam-viec"), "/ban-lam-viec/bo-loc")))["_csrf"]
    other.post(drop, [("_csrf", csrf)])
    true(CANARY in head.page("/ban-lam-viec").text, "another's saved filter was dropped")
    Browser(p, "head")
    session = [x for x in head.page("/tai-khoan").links if re.search(r"/phien/\d+/ket-thuc$", x)]
    true(session, "another session of the same person is listed")
    equal(other.post(session[0], [("_csrf", csrf), ("current", p.people["specialist"]["password"])])[0], 404)
    true(session[0] in head.page("/tai-khoan").links, "another's session was ended")


# ---- undeclared fields ----

EXTRA = [("role", "admin"), ("roles", "1023"), ("kind", "system"), ("account", "1"), ("applicant_account", "1"), ("state", "returned"), ("step", "end"), ("code", "H99.99-990101-0001"), ("result_number", "7"),
         ("assignee", "1"), ("officer", "1"), ("settling_unit", "1"), ("receiving_unit", "1"), ("accepted_at", "1"), ("due", "9999999999999"), ("supplements", "0"), ("id", "1"), ("person", "1"), ("secret_hash", "x"),
         ("confirmed", "1"), ("totp", ""), ("wrapped_key", "x"), ("originals_seen", "1"), ("channel_in", "portal"), ("origin", "dvcqg"), ("origin_code", "1"), ("purpose", "holder"), ("dossier", "1")]


def undeclared_fields_are_nothing():
    b = who("counter")
    link, form = first_act("counter", "accept")
    code = link.split("/")[-1]
    status, _, _ = b.post(form["action"], usual(form) + [x for x in EXTRA if x[0] not in dict(usual(form))])
    equal(status, 303)
    d = json.loads(p.ask("GET", "/api/v1/dossiers/" + code, token=p.token("counter"))[1])
    equal((d["code"], d["state"], d["channel_in"] == "portal", bool(d.get("origin_code"))), (code, "processing", False, False))
    citizen = who("citizen")
    draft = start_draft(citizen, XRAY)
    section = sections_of(citizen, draft)[0]
    f = form_of(citizen.page(section), section)
    citizen.post(section, usual(f) + EXTRA + [("_sau", "1"), ("__proto__", "x"), ("constructor.prototype.x", "y"), ("khong_co.0.a", "z")] + [(f"a{i}", "b") for i in range(3000)])
    equal(citizen.get(draft)[0], 200)
    answers = json.loads(citizen.get(section + "/tra-loi")[1])
    true("role" not in json.dumps(answers) and "khong_co" not in json.dumps(answers), answers)
    # Registering as somebody important.
    stranger = Browser(p)
    page = stranger.page("/dang-ky")
    f = [x for x in page.forms if x["action"].startswith("/dang-ky")][0]
    filled = {"login": "hx" + CANARY[-8:], "name": CANARY, "email": CANARY + "@example.vn", "phone": "0912345678", "password": "Mau-hostile-9f3a1c77", "again": "Mau-hostile-9f3a1c77", "identity": "001190000001"}
    pairs = [(k, filled.get(k, v)) for k, v in usual(f)]
    status, text, _ = stranger.post(f["action"], pairs + [x for x in EXTRA if x[0] not in dict(pairs)] + [("roles", "admin")])
    safe(status, text, "registering")
    p.verify()


# ---- at the end ----

def an_owner_is_not_locked_out():
    """Strangers who know a login hold up strangers, never a browser or a program of the owner; nobody learns which logins exist."""
    for role in ("business", "inspector"):
        known, login = Browser(p, role), p.people[role]["login"]
        true("d" in known.cookies, f"{role}: a device cookie")
        for _ in range(7):
            Browser(p).post("/dang-nhap", [("login", login), ("password", "sai mật khẩu rồi")])
        status, text, _ = Browser(p).post("/dang-nhap", [("login", login), ("password", p.people[role]["password"])])
        equal(status, 422, f"{role}: a stranger waits even with the password")
        again = Browser(p)
        again.cookies, again.role = {"d": known.cookies["d"]}, role
        again.sign_in()
        equal(again.get("/tai-khoan")[0], 200, f"{role} on the own browser")
        thief = Browser(p)
        thief.cookies = {"d": Browser(p, "citizen").cookies["d"]}
        equal(thief.post("/dang-nhap", [("login", login), ("password", p.people[role]["password"])])[0], 422, f"{role}: another's device is a stranger")
    for _ in range(7):
        held, text, _ = Browser(p).post("/dang-nhap", [("login", "khong-ai-ca"), ("password", "sai mật khẩu rồi")])
    equal(held, 422, "a login of nobody")
    true("Đã thử sai nhiều lần" in text, "a login of nobody waits alike")


def nothing_of_a_person_in_the_log():
    said = "".join(p.log)
    for bad in (CANARY, "001190000017", "0912345678", "Người nộp mẫu", "Nguyễn Thị Mẫu", "mine.pdf"):
        at = said.find(bad)
        true(at < 0, f"the log holds {bad!r}: {said[max(0, at - 300):at + 100]!r}")


def nothing_was_reported():
    equal(p.stop(), 0, "the program ends well")
    said = "".join(p.log)
    for bad in ("AddressSanitizer", "LeakSanitizer", "runtime error:", "CHECK", "Assertion"):
        at = said.find(bad)
        true(at < 0, said[max(0, at - 200):at + 3000])
    internal = [x for x in p.log if " error " in x and "INTERNAL" in x]
    equal(internal, [], "internal errors in the log")
    p.verify()


def it_goes_on():
    if p.process.poll() not in (None, 0):
        raise AssertionError("the program ended: " + "".join(p.log[-60:]))


tests = Tests()
tests.run(each_field_by_each_validator, markup_and_sql_in_the_forms_of_the_law, files_that_lie, path_tricks_in_names, bombs_in_uploads, bombs_in_imports, bombs_in_packs, bodies_of_programs,
          requests_that_are_none, tokens_forged_and_replayed, an_answer_lost_on_the_way, two_officers_at_once, other_peoples_ids, undeclared_fields_are_nothing,
          markup_and_sql_in_every_search, markup_and_sql_in_every_field, wrong_encodings_in_every_form, an_owner_is_not_locked_out, nothing_of_a_person_in_the_log, after=it_goes_on)
tests.run(nothing_was_reported)
tests.end()
