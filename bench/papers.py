"""Receipts drawn on demand ÷ bare Cairo and Pango that set the same text in the same fonts (bench/yard/paper.c), both by the second of processor."""
import html, os, re
from bench.course import WITHOUT_FILES, pay
from bench.rig import middle
from bench.tools import Load, run

FACES = {"<b>": "b", "<i>": "i"}


def receipt(s):
    """The address of the receipt of a fee that was paid."""
    code = s.send_example("citizen", WITHOUT_FILES)
    s.act("counter", code, "accept")
    pay(s, code)
    [fee] = s.api("counter", "GET", "/dossiers/" + code)["fees"]
    return f"/ban-lam-viec/ho-so/{code}/phieu-thu/{fee['id']}"


def lines_of(rig, pdf):
    """The file that paper.c reads: what stands where on the page, in which face and size."""
    path = rig.path("receipt")
    with open(path + ".pdf", "wb") as f:
        f.write(pdf)
    said = run(["pdftohtml", "-xml", "-stdout", "-i", "-zoom", "1", path + ".pdf"])
    height, width = re.search(r'<page [^>]*height="(\d+)" width="(\d+)"', said).groups()
    size = dict(re.findall(r'<fontspec id="(\d+)" size="(\d+)"', said))
    with open(path + ".lines", "w", encoding="utf-8") as f:
        f.write(f"{width} {height}\n")
        for top, left, font, inner in re.findall(r'<text top="(-?\d+)" left="(-?\d+)"[^>]* font="(\d+)">(.*?)</text>', said):
            f.write(f"{left} {top} {size[font]} {FACES.get(inner[:3], 'r')}\t{html.unescape(re.sub('<[^>]*>', '', inner))}\n")
    return path + ".lines"


def papers(rig):
    with rig.few().serve(log_level="warn") as s:
        path = receipt(s)
        token = s.token("counter")
        pdf = s.get(path, token=token)
        if pdf[:5] != b"%PDF-":
            raise SystemExit("the receipt is no PDF")
        listed, fonts = lines_of(rig, pdf), os.path.join(rig.here, "src/core/pdf/data")

        def ours():
            before = s.processor()
            answers = Load(rig, s.at, path, 4, headers=["Authorization: Bearer " + token]).run()["answers"]
            return answers / (s.processor() - before)

        drawn, bare = rig.alternate(ours, lambda: float(run([rig.yard("paper"), listed, fonts, str(rig.seconds)]).split()[0]))
    rig.ratio("receipt PDFs over HTTP by the second of processor ÷ bare Cairo + Pango", f"{middle(drawn)} ÷ {middle(bare)}/s", drawn, bare, 0.7)
