#!/usr/bin/env python3
"""`make bench` at a tiny size: every family runs to its end and says its lines. What the figures are is no matter here.

usage: bench_test.py BUILD SOURCE_DIR"""
import json, os, subprocess, sys

build, source = sys.argv[1:]
FAMILIES = {"pages": 4, "visit": 9, "lists": 23, "starts": 3, "memory": 4, "papers": 1, "upload": 3, "exports": 4, "settling": 2, "filing": 4, "readers": 3, "pg": 3}  # and how many lines each says at least
out = subprocess.run([sys.executable, os.path.join(source, "scripts/bench"), build, "--few", "40", "--many", "80", "--rounds", "1", "--seconds", "0.2", "--upload", "4", "--only", ",".join(FAMILIES)],
                     capture_output=True, text=True)
failed = []
if not os.path.exists(os.path.join(build, "bench.json")):
    failed.append(f"the bench ended with {out.returncode}: {out.stdout[-1500:]}{out.stderr[:3000]}")
else:
    with open(os.path.join(build, "bench.json"), encoding="utf-8") as f:
        lines = json.load(f)["lines"]
    for family, least in FAMILIES.items():
        said = [x for x in lines if x["family"] == family]
        if len(said) < least:
            failed.append(f"{family}: {len(said)} lines, not {least}")
        failed += [f"{x['name']}: no ratio" for x in said if x["ratio"] is None and x["limit"] is not None and "no such" not in x["name"]]
        failed += [f"{x['name']}: {x['verdict']}" for x in said if (x["verdict"] == "info") != (x["limit"] is None)]
for x in failed:
    print("FAILED " + x)
print(f"{1 + len(FAMILIES) - min(len(failed), 1 + len(FAMILIES))} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
