"""Lists as files against the bare tool: CSV as a stream ÷ `sqlite3 -csv` of the same rows and columns; the workbook that a job makes."""
import http.client, os, re, subprocess, time, urllib.parse
from program import begun, run
from bench.rig import middle
from bench.tools import Most

COLUMNS = "code, procedure_name, applicant_name, state, step, sent_at, due, answer_due, channel_in"


def largest(place):
    """(agency, state, rows) of the longest list that the head of the department can ask for."""
    [who] = place.rows("select settling_agency from dossier group by 1 order by count(*) desc limit 1")
    return (*who, *place.rows("select state, count(*) from dossier where settling_agency = ? group by 1 order by 2 desc limit 1", *who)[0])


def take(s, path):
    """(lines, seconds) of a file that is thrown away as it comes."""
    c, lines, begin = http.client.HTTPConnection("127.0.0.1", s.port, timeout=600), 0, time.perf_counter()
    c.request("GET", path, headers={"Authorization": "Bearer " + s.token("head")})
    r = c.getresponse()
    while block := r.read(1 << 18):
        lines += block.count(b"\n")
    took = time.perf_counter() - begin
    c.close()
    if r.status != 200:
        raise SystemExit(f"GET {path}: {r.status}")
    return lines - 1, took  # without the line of headings


def bare(place, agency, state):
    """(lines, seconds) of sqlite3, on a connection of its own, read as ours is."""
    query = f"select {COLUMNS} from dossier_desk where settling_agency = {agency} and state = '{state}' order by by_due, id"
    begin, lines = time.perf_counter(), 0
    p = subprocess.Popen(["sqlite3", "-readonly", "-csv", os.path.join(place.data, "motcua.db"), query], stdout=subprocess.PIPE, start_new_session=True)
    begun.append(p)
    while block := p.stdout.read(1 << 18):
        lines += block.count(b"\n")
    p.wait()
    begun.remove(p)
    return lines, time.perf_counter() - begin


def csv(rig, place):
    agency, state, rows = largest(place)
    path = "/ban-lam-viec/xuat.csv?xem=co-quan&tt=" + urllib.parse.quote(state)
    with place.serve(log_level="warn") as s:
        s.get("/ban-lam-viec", token=s.token("head"))
        before = s.memory()
        with Most(s.memory, 0.1) as peak:
            ours, theirs = rig.alternate(lambda: take(s, path), lambda: bare(place, agency, state))
    if {n for n, _ in ours + theirs} != {rows}:
        raise SystemExit(f"{rows} dossiers are {state}; rows written: {ours[0][0]}, by sqlite3 {theirs[0][0]}")
    a, b = [n / t for n, t in ours], [n / t for n, t in theirs]
    rig.ratio(f"CSV of {rows} dossiers ÷ sqlite3 -csv, the same columns", f"{middle(a)} ÷ {middle(b)} rows/s", a, b, 0.5)
    rig.line("growth of memory meanwhile ÷ 32 MiB", f"{peak.most - before:.1f} MiB", [(peak.most - before) / 32], 1, "low")


def workbook(rig):
    if not re.search(r"^(GET|POST) /ban-lam-viec/\S*xlsx", run("routes")[1], re.M):
        rig.missing("workbook of a list by a job ÷ bare libxlsxwriter", 0.7, "no such job")
        return
    raise SystemExit("lists are workbooks now: measure the job here, against libxlsxwriter in bench/yard")


def exports(rig):
    csv(rig, rig.many())
    workbook(rig)
