#!/usr/bin/env python3
"""Holds docs/fields.md against the program: what each role reads of dossiers and is offered to write (OWASP ASVS 8.1.2, 8.2.3). Ends in "N passed, N failed"."""
import collections, json, os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal, UNMADE, source, true, until

p = Program(dossiers=60)
p.patient = True
COLUMNS = {"app": ("citizen", "business"), "cou": ("counter",), "spe": ("specialist",), "hea": ("head",), "dir": ("director",), "cle": ("clerk",), "ins": ("inspector",)}
ROLES = {role: short for short, roles in COLUMNS.items() for role in roles}


def tables():
    """{"Read": {field: columns that have it}, "Written": {(act, field or ""): columns}}."""
    out = {}
    with open(os.path.join(source, "docs/fields.md"), encoding="utf-8") as f:
        parts = re.split(r"^## (\w+)$", f.read(), flags=re.M)
    for name, text in zip(parts[1::2], parts[2::2]):
        rows = [[c.strip() for c in line.strip("|\n ").split("|")] for line in text.splitlines() if line.startswith("|")]
        equal(rows[0][1:], list(COLUMNS), name)
        out[name] = {}
        for what, *cells in rows[2:]:
            equal(len(cells), len(COLUMNS), what)
            who = {c for c, cell in zip(COLUMNS, cells) if cell == "x"}
            head, _, fields = what.rpartition(":") if ":" in what else (what, "", "") if name == "Written" else ("", "", what)
            for field in re.split(r", *", fields.strip()):
                key = (head.strip(), field) if name == "Written" else (head.strip() + "." if head else "") + field
                true(key not in out[name], f"{key} stands twice")
                out[name][key] = who
    return out


def paths(x, at=""):
    """Of a tree; answers are the form's own matter."""
    if isinstance(x, list):
        for v in x:
            yield from paths(v, at)
    if isinstance(x, dict):
        for k, v in x.items():
            here = f"{at}.{k}" if at else k
            yield here
            if k != "answers":
                yield from paths(v, here)


def allowed(table, path):
    """By the row of the path, or of the part it lies in."""
    while path not in table and "." in path:
        path = path.rpartition(".")[0]
    return table.get(path, set())


def asked(kind):
    """{code: {role: tree}} of whoever may read it."""
    out = collections.defaultdict(dict)
    until("the papers are drawn and signed: all roles read the same files", lambda: not p.rows(UNMADE))
    for (code,) in p.rows("select code from dossier order by code"):
        for role in ROLES:
            status, answer, _ = p.ask("GET", f"/api/v1/dossiers/{code}{kind}", token=p.token(role))
            true(status in (200, 404), f"{role} {code}{kind}: {status}")
            if status == 200:
                out[code][role] = json.loads(answer)
    true(len({r for x in out.values() for r in x}) == len(ROLES), "each role reads one")
    return out


def each_reads_what_the_table_says():
    table, wrong, seen = tables()["Read"], set(), set()
    for kind in ("", "/timeline"):
        for trees in asked(kind).values():
            have = {role: {("timeline." if kind else "") + x.removeprefix("items.") for x in paths(tree) if x not in ("items", "next")} for role, tree in trees.items()}
            for path in set().union(*have.values()):
                seen.add(path)
                may = {role for role in have if ROLES[role] in allowed(table, path)}
                wrong |= {f"{role} {'sees' if path in have[role] else 'does not see'} {path}" for role in have if (path in have[role]) != (role in may)}
    equal(sorted(wrong), [])
    true({"answers", "paper.documents", "timeline.role", "handler.person"} <= seen, sorted(seen))
    equal(p.ask("GET", "/api/v1/dossiers/" + p.rows("select code from dossier order by code")[0][0], token=p.token("admin"))[0] in (403, 404), True, "an administrator")


def each_is_offered_what_the_table_says():
    table, wrong, offered = tables()["Written"], set(), set()
    for trees in asked("/actions").values():
        for role, tree in trees.items():
            for act in tree["items"]:
                for field in [f["name"] for f in act["fields"]] or [""]:
                    offered.add(act["action"])
                    if ROLES[role] not in table.get((act["action"], field), set()):
                        wrong.add(f"{role} may {act['action']} {field}")
    equal(sorted(wrong), [])
    true(len(offered) >= 12, sorted(offered))
    names = set(re.findall(r"\[ACT_\w+\] = \{\"(\w+)\"", open(os.path.join(source, "src/dossier/act.c"), encoding="utf-8").read()))
    equal({act for act, _ in table}, names, "each act of the program stands in the table")


tests = Tests()
tests.run(each_reads_what_the_table_says, each_is_offered_what_the_table_says)
tests.end()
