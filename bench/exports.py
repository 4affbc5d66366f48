"""Lists as files against the bare tool: CSV as a stream ÷ `sqlite3 -csv` of the same rows and columns; the workbook that a job makes."""
import http.client, io, os, re, subprocess, time, urllib.parse, zipfile
from program import begun, unpacked
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
    begin, lines, last = time.perf_counter(), 0, b""
    p = subprocess.Popen(["sqlite3", "-readonly", "-csv", "-newline", "\r\n", os.path.join(place.data, "motcua.db"), query], stdout=subprocess.PIPE, start_new_session=True)
    begun.append(p)
    while block := p.stdout.read(1 << 18):  # names of procedures are bytes here, in which a single end of line may stand
        lines += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
        last = block[-1:]
    p.wait()
    begun.remove(p)
    return lines, time.perf_counter() - begin


def csv(rig, place):
    agency, state, rows = largest(place)
    path = "/ban-lam-viec/xuat.csv?xem=co-quan&tt=" + urllib.parse.quote(state)
    place.settle()  # a process that draws papers would count as the list's memory
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


def made(s, query, rows):
    """(rows, seconds) from the press of the button until the file can be fetched: the job over all of it, sealed and recorded."""
    cookie, begin = s.cookies["head"], time.perf_counter()
    hidden = s.hidden("/ban-lam-viec" + query, cookie)
    begin = time.perf_counter()
    status, _, _ = s.form("/ban-lam-viec/xuat.xlsx" + query, cookie, **hidden)
    if status != 303:
        raise SystemExit(f"the workbook is not asked for: {status}")
    while True:
        page = s.ask("GET", "/ban-lam-viec/tep", headers={"Cookie": cookie})[1].decode()
        if "data-again" not in page:
            break
        time.sleep(0.02)
    took = time.perf_counter() - begin
    file = re.search(r'/ban-lam-viec/tep/\d+', page).group(0)  # the newest
    written = rows_of(s.ask("GET", file, headers={"Cookie": cookie})[1])
    if s.form(file + "/xoa", cookie, **s.hidden("/ban-lam-viec/tep", cookie))[0] != 303 or written != rows:
        raise SystemExit(f"a workbook of {rows} dossiers has {written} rows")
    return rows, took


def rows_of(book):
    """Lines without headings, over all sheets."""
    n = 0
    with zipfile.ZipFile(io.BytesIO(book)) as z:
        for name in z.namelist():
            if name.startswith("xl/worksheets/sheet"):
                with z.open(name) as f:
                    rest, here = b"", 0
                    while block := f.read(1 << 20):
                        rest += block
                        here += rest.count(b"<row ")
                        rest = rest[-4:] if not rest.endswith(b"<row ") else b""
                n += here - 1
    return n


BOOK_COLUMNS = ("d.code, t.name, d.applicant_name, d.state, d.step, p.name, d.channel_in, d.sent_at as at_sent, d.answer_due as at_answer, "
                "d.accepted_at as at_accepted, d.due as at_due")


def titles(place):
    """Names of procedures as SQL: their column is packed, which the yardstick does not undo."""
    kept = place.rows("select procedure, procedure_name from dossier group by procedure")
    return ", ".join("('%s', '%s')" % (p, unpacked(name).replace("'", "''")) for p, name in kept)


BOOK_MOST = 3000000  # dossiers, as the program has it: a longer list is refused


def largest_book(place):
    """(agency, state, channel, rows) of the longest list that one workbook holds; channel "": however they came."""
    agency, *_ = largest(place)
    each = place.rows("select state, channel_in, count(*) from dossier where settling_agency = ? group by 1, 2", agency)
    whole = {}
    for state, _, n in each:
        whole[state] = whole.get(state, 0) + n
    rows, state, channel = max((n, s, c) for s, c, n in each + [(s, "", n) for s, n in whole.items()] if n <= BOOK_MOST)
    return agency, state, channel, rows


def bare_book(rig, place, agency, state, channel):
    """(rows, seconds) of bare libxlsxwriter over the same rows and columns."""
    query = f"with title (procedure, name) as (values {titles(place)}) select {BOOK_COLUMNS} from dossier_desk d left join title t on t.procedure = d.procedure left join person p on p.id = d.assignee where d.settling_agency = {agency} and d.state = '{state}' and '{channel}' in ('', d.channel_in) order by d.by_due, d.id"
    out = subprocess.run([rig.yard("book"), os.path.join(place.data, "motcua.db"), rig.path("yard.xlsx"), query], capture_output=True, text=True, env=dict(os.environ, TMPDIR=rig.root))
    if out.returncode:
        raise SystemExit("book: " + out.stderr)
    os.unlink(rig.path("yard.xlsx"))
    rows, took = out.stdout.split()
    return int(rows), float(took)


def workbook(rig, place):
    agency, state, channel, rows = largest_book(place)
    query = "?xem=co-quan&tt=" + urllib.parse.quote(state) + ("&kenh=" + channel if channel else "")
    with place.serve(log_level="warn") as s:
        s.cookies = {"head": s.sign_in("head")}
        made(s, query, rows)  # the first one fills what the database keeps in memory
        before = s.memory()
        with Most(s.memory, 0.1) as peak:
            ours, theirs = rig.alternate(lambda: made(s, query, rows), lambda: bare_book(rig, place, agency, state, channel))
    if {n for n, _ in theirs} != {rows}:
        raise SystemExit(f"{rows} dossiers are {state}; rows of the yardstick: {theirs[0][0]}")
    a, b = [n / t for n, t in ours], [n / t for n, t in theirs]
    rig.ratio(f"workbook of {rows} dossiers by a job ÷ bare libxlsxwriter", f"{middle(a)} ÷ {middle(b)} rows/s", a, b, 0.7)
    rig.line("growth of memory while workbooks are made ÷ 32 MiB", f"{peak.most - before:.1f} MiB", [(peak.most - before) / 32], 1, "low")


def exports(rig):
    csv(rig, rig.many())
    workbook(rig, rig.many())
