#!/usr/bin/env python3
"""The list of parts that the build made (scripts/sbom): SPDX 2.3, complete. usage: sbom_test.py LIST PROGRAM...   Ends in "N passed, N failed"."""
import copy, datetime, json, os, re, subprocess, sys, tempfile

with open(sys.argv[1], encoding="utf-8") as f:
    made = json.load(f)
programs = sys.argv[2:]
source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RELATIONS = {"DESCRIBES", "CONTAINS", "DYNAMIC_LINK", "BUILD_TOOL_OF"}


def faults(d):
    """What the specification asks for (SPDX 2.3, clauses 6, 7, 10, 11) and this list lacks."""
    out = []
    for key, want in (("spdxVersion", r"SPDX-2\.3"), ("dataLicense", "CC0-1.0"), ("SPDXID", "SPDXRef-DOCUMENT"), ("name", ".+"), ("documentNamespace", r"https?://[^#\s]+")):
        if not re.fullmatch(want, str(d.get(key, ""))):
            out.append(f"{key}: {d.get(key)}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", d["creationInfo"]["created"]) or not all(re.match(r"(Tool|Person|Organization): ?\S", c) for c in d["creationInfo"]["creators"]):
        out.append(f"creationInfo: {d['creationInfo']}")
    defined = {x["licenseId"] for x in d.get("hasExtractedLicensingInfos", []) if x["extractedText"].strip()}
    ids = [p.get("SPDXID", "") for p in d["packages"]]
    if len(set(ids)) != len(ids):
        out.append("an SPDXID stands twice")
    for p in d["packages"]:
        who = p.get("name")
        if not who or not re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", p.get("SPDXID", "")) or not p.get("downloadLocation"):
            out.append(f"{who}: name, SPDXID or downloadLocation")
        if p.get("filesAnalyzed") is not False:
            out.append(f"{who}: filesAnalyzed")
        for field in ("licenseConcluded", "licenseDeclared"):
            words = [w for w in re.split(r"[\s()]+", p.get(field, "")) if w and w not in ("AND", "OR", "WITH")]
            if not words or any(w.startswith("LicenseRef-") and w not in defined for w in words) or any(not re.fullmatch(r"[A-Za-z0-9.+-]+", w) for w in words):
                out.append(f"{who}: {field} {p.get(field)}")
        for c in p.get("checksums", []):
            if len(c["checksumValue"]) != {"SHA1": 40, "SHA256": 64, "SHA512": 128}[c["algorithm"]]:
                out.append(f"{who}: checksum")
    known = set(ids) | {"SPDXRef-DOCUMENT"}
    related = set()
    for r in d["relationships"]:
        related |= {r["spdxElementId"], r["relatedSpdxElement"]}
        if r["relationshipType"] not in RELATIONS or not {r["spdxElementId"], r["relatedSpdxElement"]} <= known:
            out.append(f"relation {r}")
    out += [f"{i} is related to nothing" for i in set(ids) - related]
    return out


def libraries(program):
    """Files that the loader would load."""
    text = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return {m.group(1) for m in re.finditer(r"(?:=>\s+|^\s+)(/\S+) \(0x", text, re.M)}


def symbols(file, *which):
    """Names of functions that a file gives to others."""
    text = subprocess.run(["nm", *which, "--defined-only", file], capture_output=True, text=True, check=True).stdout
    return {m.group(1) for m in re.finditer(r"^\S+ [TW] ([A-Za-z]\w*)", text, re.M)}


def missing(d):
    """Libraries that the loader would load and that nobody in the list gives; parts of the pages that are not in it."""
    given = {n for p in d["packages"] for n in p.get("comment", "").split()}
    loaded = {os.path.basename(x) for program in programs for x in libraries(program)}
    names = {(p["name"], p.get("versionInfo")) for p in d["packages"]}
    with open(os.path.join(source, "web/package-lock.json"), encoding="utf-8") as f:
        lock = {(k.split("node_modules/")[-1], v["version"]) for k, v in json.load(f)["packages"].items() if k and not v.get("optional")}
    return sorted(loaded - given) + sorted(map(str, lock - names))


def it_is_valid():
    assert len(made["packages"]) > 60, len(made["packages"])
    assert faults(made) == [], faults(made)


def everything_is_in_it():
    assert missing(made) == [], missing(made)


def versions_are_those_installed():
    for p in made["packages"]:
        if p["SPDXID"].startswith("SPDXRef-deb-"):
            got = subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n", p["name"]], capture_output=True, text=True).stdout.split("\n")
            assert p["versionInfo"] in got, f"{p['name']}: {p['versionInfo']}, installed {got}"


def most_have_a_licence():
    without = [p["name"] for p in made["packages"] if p["licenseDeclared"] == "NOASSERTION"]
    assert len(without) * 3 < len(made["packages"]), without
    assert all("licenseComments" in p for p in made["packages"] if p["name"] in without), "and it says where to look"


# On purpose, in the libraries' place as well (src/render/memory.c).
IN_THEIR_PLACE = {"motcua-render": {"malloc", "calloc", "realloc"}}


def no_name_of_ours_is_a_librarys():
    """The linker would take ours for theirs, without a word: a workbook was once freed by our archive."""
    for program in programs:
        ours = symbols(program, "-g")
        assert len(ours) > 50, len(ours)
        theirs = {x for file in libraries(program) if not re.search(r"lib(a|t|ub)san", file) for x in symbols(file, "-D")}
        assert len(theirs) > 1000 and ours & theirs == IN_THEIR_PLACE.get(os.path.basename(program), set()), sorted(ours & theirs)


def a_list_that_lacks_something_is_refused():
    for spoil in (lambda d: d.pop("documentNamespace"), lambda d: d["packages"].pop(), lambda d: d["packages"][3].update(licenseDeclared="LicenseRef-nowhere"), lambda d: d["packages"][2].pop("downloadLocation"),
                  lambda d: d["packages"].append(d["packages"][5]), lambda d: d["relationships"].pop()):
        bad = copy.deepcopy(made)
        spoil(bad)
        assert faults(bad), "not noticed"
    bad = copy.deepcopy(made)
    bad["packages"] = [p for p in bad["packages"] if not p["name"].startswith("libsqlite3")]
    assert missing(bad) == ["libsqlite3.so.0"], missing(bad)


def a_library_that_is_behind_is_told_and_ages():
    """Apt itself, with a source of this test's: an archive that has a newer version of one library and the same of another."""
    one, two = [(p["name"], p["versionInfo"]) for p in made["packages"] if p["SPDXID"].startswith("SPDXRef-deb-")][:2]
    behind = os.path.join(source, "scripts/behind")
    with tempfile.TemporaryDirectory() as d:
        arch = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
        os.chmod(d, 0o755)
        os.makedirs(d + "/archive")
        os.makedirs(d + "/lists/partial")
        with open(d + "/archive/Packages", "w", encoding="utf-8") as f:
            f.writelines(f"Package: {name}\nVersion: {version}\nArchitecture: {arch}\nFilename: ./x.deb\nSize: 1\nSHA256: {'0' * 64}\nDescription: x\n\n" for name, version in ((one[0], "9999:1"), (two[0], two[1])))
        with open(d + "/sources", "w", encoding="utf-8") as f:
            f.write(f"deb [trusted=yes] file:{d}/archive ./\n")
        with open(d + "/apt.conf", "w", encoding="utf-8") as f:
            f.write(f'Dir::Etc::sourcelist "{d}/sources"; Dir::Etc::sourceparts "-"; Dir::State::lists "{d}/lists"; Dir::Cache "{d}"; APT::Sandbox::User "root";\n')
        mine, seen = dict(os.environ, APT_CONFIG=d + "/apt.conf"), d + "/seen"
        subprocess.run(["apt-get", "-qq", "update"], env=mine, check=True, capture_output=True)

        def told(*more):
            p = subprocess.run([behind, sys.argv[1], seen, *more], env=mine, capture_output=True, text=True)
            return p.returncode, p.stdout + p.stderr

        code, said = told()
        assert code == 0 and f"{one[0]} {one[1]} -> 9999:1, since {datetime.date.today()}, 0 days" in said and ", 1 behind, 0 for more than 14 days" in said and two[0] + " " not in said, said
        old = (datetime.date.today() - datetime.timedelta(days=15)).isoformat()
        with open(seen, "w", encoding="utf-8") as f:
            json.dump({f"{one[0]} 9998:1": old, f"{two[0]} 1": old}, f)
        code, said = told()
        assert code == 1 and f"since {old}, 15 days: too long" in said, f"{code} {said}: a newer one does not begin the time anew"
        assert told("15")[0] == 0
        with open(seen, encoding="utf-8") as f:
            assert json.load(f) == {f"{one[0]} 9999:1": old}, "what is not behind any more is forgotten"


passed = failed = 0
for fn in (it_is_valid, everything_is_in_it, versions_are_those_installed, most_have_a_licence, no_name_of_ours_is_a_librarys, a_list_that_lacks_something_is_refused, a_library_that_is_behind_is_told_and_ages):
    try:
        fn()
        passed += 1
    except Exception as e:
        failed += 1
        print(f"FAILED {fn.__name__}: {type(e).__name__}: {e}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
