"""The first visit of a citizen, from an empty cache, in Chromium as a telephone: what comes over the line, and when the page stands."""
import json, os, statistics
from bench.course import FULL
from bench.tools import run

PAGES = (("the front page", "/"), ("the list of procedures", "/dich-vu-cong"), ("a procedure", "/dich-vu-cong/" + FULL), ("the look-up", "/tra-cuu"))


def seen(rig, s, path, line):
    return json.loads(run(["node", os.path.join(rig.here, "bench/visit.mjs"), f"http://{s.at}{path}", line]))


def visit(rig):
    run([os.path.join(rig.here, "scripts/npm-ci"), "tests/browser"])
    with rig.few().serve(log_level="warn") as s:
        for name, path in PAGES:
            x = seen(rig, s, path, "fast")
            plain = (x["bytes"] - x["fonts"]) / 1000
            rig.line(f"first visit of {name}, without fonts ({x['fonts'] / 1000:.0f} kB) ÷ 60 kB", f"{plain:.1f} kB", [plain / 60], 1, "low")
            rig.line(f"first visit of {name}, requests ÷ 8", f"{x['requests']}, {x['asked']} for fonts", [x["requests"] / 8], 1, "low")
        paints = [seen(rig, s, PAGES[0][1], "phone")["paint"] for _ in range(rig.rounds)]
    rig.line("largest contentful paint of the front page on a slow telephone", f"{statistics.median(paints):.0f} ms")
