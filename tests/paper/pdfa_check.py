#!/usr/bin/env python3
"""pdfa_check.py FILE…: rules of PDF/A-2b (ISO 19005-2) that can be read from a file's objects, over qpdf's view of it.

Debian has no PDF/A validator (veraPDF is not packaged), so this is no proof of conformance: it does not read content streams
(operators, colours used in them), glyph widths against the font programs, or the ICC profile's own bytes. What it finds wrong
is wrong. Exit 0: nothing found; 1: findings, one a line.
"""
import base64
import json
import re
import subprocess
import sys

FORBIDDEN_ACTIONS = {"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView"}


class Pdf:
    def __init__(self, path):
        self.raw = open(path, "rb").read()
        text = subprocess.run(["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=generalized", path], capture_output=True, check=False)
        if text.returncode not in (0, 3):
            raise SystemExit(f"{path}: qpdf: {text.stderr.decode()}")
        objects = json.loads(text.stdout)["qpdf"][1]
        self.objects = objects
        self.trailer = objects["trailer"]["value"]

    def get(self, value):
        """Follows a reference; of a stream, its dictionary."""
        while isinstance(value, str) and re.fullmatch(r"\d+ \d+ R", value):
            o = self.objects.get("obj:" + value, {})
            value = o["stream"]["dict"] if "stream" in o else o.get("value")
        return value

    def stream(self, ref):
        return base64.b64decode(self.objects["obj:" + ref]["stream"].get("data", ""))

    def dicts(self):
        def walk(v):
            if isinstance(v, dict):
                yield v
                for x in v.values():
                    yield from walk(x)
            elif isinstance(v, list):
                for x in v:
                    yield from walk(x)

        for name, o in self.objects.items():
            if name != "trailer":
                yield from walk(o["stream"]["dict"] if "stream" in o else o.get("value"))


def text(value):
    return value[2:] if isinstance(value, str) and value.startswith("u:") else value


def file_structure(p):
    if not re.match(rb"%PDF-1\.[4-7]\n%[\x80-\xff]{4}", p.raw):
        yield "6.1.2: the header, or the comment of four bytes above 127 after it"
    if b"%%EOF" not in p.raw[-32:]:
        yield "6.1.3: data after the end"
    if "/Encrypt" in p.trailer or len(p.trailer.get("/ID", [])) != 2:
        yield "6.1.3: encrypted, or no /ID"
    for d in p.dicts():
        filters = d.get("/Filter", [])
        if "/LZWDecode" in ([filters] if isinstance(filters, str) else filters) or "/F" in d and "/Length" in d:
            yield "6.1.7: LZW, or a stream outside the file"


def intent(p, root):
    for x in root.get("/OutputIntents", []):
        d = p.get(x)
        profile = p.get(d.get("/DestOutputProfile"))
        if d.get("/S") == "/GTS_PDFA1" and profile and profile.get("/N") == 3:
            return
    yield "6.2.3: no output intent of PDF/A with an RGB profile"


def metadata(p, root):
    if "/Metadata" not in root:
        yield "6.6.2: no metadata"
        return
    xmp = p.stream(root["/Metadata"]).decode("utf-8")
    for what in ("<pdfaid:part>2<", "<pdfaid:conformance>B<"):
        if what not in xmp:
            yield f"6.6.4: {what} is missing"
    info = p.get(p.trailer.get("/Info")) or {}
    title = text(info.get("/Title", ""))
    if title and title.replace("&", "&amp;").replace("<", "&lt;") not in xmp:
        yield "6.6.2: the title is another in the metadata"
    made = re.match(r"D:(\d{4})(\d\d)(\d\d)", text(info.get("/CreationDate", "")) or "")
    if made and "-".join(made.groups()) not in xmp:
        yield "6.6.2: the day of creation is another in the metadata"


def fonts(p):
    for d in p.dicts():
        if d.get("/Type") != "/Font":
            continue
        if d.get("/Subtype") == "/Type0":
            below = p.get(d["/DescendantFonts"])[0]
            below = p.get(below)
            descriptor = p.get(below["/FontDescriptor"])
            if not any(k in descriptor for k in ("/FontFile2", "/FontFile3")):
                yield "6.2.11.4: a font is not embedded"
            if below.get("/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in below:
                yield "6.2.11.3: no CIDToGIDMap"
            if "/ToUnicode" not in d:
                yield "no ToUnicode: the text could not be searched"
        elif d.get("/Subtype") in ("/Type1", "/TrueType") and "/FontDescriptor" not in d:
            yield "6.2.11.4: a font is not embedded"


def active(p, root):
    for key in ("/OpenAction", "/AA"):
        if key in root:
            yield f"6.5: {key} in the catalogue"
    names = p.get(root.get("/Names")) or {}
    if "/JavaScript" in names or "/EmbeddedFiles" in names:
        yield "6.5, 6.8: scripts or embedded files"
    for d in p.dicts():
        if d.get("/S") in FORBIDDEN_ACTIONS or "/XFA" in d or "/TR" in d or d.get("/NeedAppearances") is True:
            yield f"6.4, 6.5: {d.get('/S', 'XFA, TR or NeedAppearances')}"


def annotations(p):
    """6.3.2, 6.3.3: flags say print and neither hidden nor no view; an appearance unless the rectangle is empty."""
    for d in p.dicts():
        if d.get("/Subtype") != "/Widget" and d.get("/Type") != "/Annot":
            continue
        flags = d.get("/F", 0)
        if not flags & 4 or flags & (1 | 2 | 32):
            yield f"6.3.2: flags {flags} of an annotation"
        r = d.get("/Rect", [0, 0, 0, 0])
        if "/AP" not in d and (r[0] != r[2] or r[1] != r[3]):
            yield "6.3.3: an annotation without an appearance"


def main():
    bad = 0
    for path in sys.argv[1:]:
        p = Pdf(path)
        root = p.get(p.trailer["/Root"])
        for finding in [*file_structure(p), *intent(p, root), *metadata(p, root), *fonts(p), *active(p, root), *annotations(p)]:
            print(f"{path}: {finding}")
            bad = 1
    return bad


sys.exit(main())
