"""PostgreSQL: filings of one node ÷ pgbench that writes the same rows, and of two nodes on these cores ÷ of one."""
import json, re
from program import database, leave, people_of, postgres
from bench.filing import CONNECTIONS, Filer
from bench.province import copy_tree
from bench.rig import middle
from bench.served import Served

DOSSIERS = 1000  # at most: what is compared are acts, not sizes
TABLES = "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
COLUMNS = """select json_object_agg(attname, (select bool_or(true) from pg_constraint c where c.conrelid = a.attrelid and contype = 'f' and attnum = any (conkey)))
from pg_attribute a where attrelid = '{0}'::regclass and attnum > 0 and not attisdropped and attgenerated = ''"""
UNIQUE = """select coalesce(json_agg((select json_agg(attname order by attnum) from pg_attribute a where a.attrelid = indrelid and attnum = any (indkey)) order by indisprimary desc), '[]')
from pg_index where indrelid = '{0}'::regclass and indisunique"""


class Database:
    def __init__(self, name):
        self.name = name

    def ask(self, sql):
        return postgres("psql", "-d", self.name, "-AtX", "-v", "ON_ERROR_STOP=1", stdin=sql + ";")[1].strip()

    def count(self, table):
        return int(self.ask(f'select count(*) from "{table}"'))


def literal(text):
    """pgbench takes every colon for the beginning of a variable, in quotes too."""
    if text is None:
        return "null"
    quoted = text.replace("'", "''")
    return "E'" + quoted.replace("\\", "\\\\").replace(":", "\\x3a") + "'" if ":" in text else f"'{quoted}'"


class Same:
    """The statements of one filing, as pgbench repeats them: each row with ids, codes and hashes of its own."""

    def __init__(self, db, counts):
        self.db, self.new = db, {}
        act = db.ask("select xmin from dossier order by id desc limit 1")
        self.rows = []
        for table in db.ask(TABLES).split():
            columns = json.loads(db.ask(COLUMNS.format(table)))
            casts = ", ".join(f'"{c}"::text' for c in columns)
            found = [dict(zip(columns, x)) for x in json.loads(db.ask(f'select coalesce(json_agg(array[{casts}]), \'[]\') from "{table}" where xmin = \'{act}\'::xid'))]
            if found:
                self.rows.append((table, columns, json.loads(db.ask(UNIQUE.format(table))), found, db.count(table) - counts[table]))
        for table, _, unique, found, more in self.rows:
            for row in found if more and unique and len(unique[0]) == 1 else []:
                self.note(row[unique[0][0]])

    def note(self, value):
        if value and re.fullmatch(r"\d{6,}", value):
            self.new.setdefault(value, len(self.new))

    def other(self, value):
        """What stands for a value that must be another each time."""
        if value in self.new:
            return f"(:id::bigint + {self.new[value]})"
        if re.fullmatch(r"-?\d+", value):
            return "(:id::bigint)"
        if value.startswith("\\x"):
            return f"sha256((:id::bigint::text || {literal(value[2:10])})::bytea)"
        return f"({literal(value)} || :id::bigint::text)"

    def changed(self, row, columns, unique):
        """The columns of which at least one of each unique index must differ."""
        out = {c for c, v in row.items() if v in self.new}
        for index in unique:
            free = [c for c in index if row[c] is not None and not columns[c]]
            if free and not out & set(index):
                words = [c for c in free if not re.fullmatch(r"-?\d+", row[c])]
                out.add((words or free)[-1])
        return out

    def insert(self, table, columns, unique, row):
        changed = self.changed(row, columns, unique)
        values = [self.other(row[c]) if c in changed else literal(row[c]) for c in columns]
        names = ", ".join(f'"{c}"' for c in columns)
        return f'insert into "{table}" ({names}) values ({", ".join(values)});'

    def update(self, table, columns, unique, row):
        key = unique[0]
        sets = ", ".join(f'"{c}" = {literal(row[c])}' for c in columns if c not in key)
        return f'update "{table}" set {sets} where ' + " and ".join(f'"{c}" = {literal(row[c])}' for c in key) + ";"

    def script(self):
        """New rows before those that point to them: foreign keys are looked at by the statement."""
        news = [self.insert(t, c, u, row) for t, c, u, found, more in self.rows for row in found[:more]]
        hot = [self.update(t, c, u, row) for t, c, u, found, more in self.rows for row in found[more:]]
        news.sort(key=lambda x: not x.startswith('insert into "dossier" '))
        return "\n".join(["\\set id random(1000000000, 9000000000000000000)", "begin;", *news, *hot, "commit;"]) + "\n", len(news) + len(hot)


def bare(rig, name, script):
    said = postgres("pgbench", "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(max(3, round(rig.seconds))), "-f", script, name)[1]
    rate = re.search(r"tps = ([\d.]+)", said)
    if not rate or not re.search(r"number of failed transactions: 0 ", said):
        raise SystemExit("pgbench: " + said)
    return float(rate.group(1))


def same_rows(rig, db, s, filer):
    """(the file of pgbench, rows a filing)."""
    filer.load(rig, s, connections=1, n=1, seconds=30).run()  # the first of the day makes rows that the others find
    counts = {t: db.count(t) for t in db.ask(TABLES).split()}
    filer.load(rig, s, connections=1, n=1, seconds=30).run()
    text, rows = Same(db, counts).script()
    path = rig.path("same.sql")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path, rows


def both(rig, filer, first, second):
    loads = [filer.load(rig, s, connections=CONNECTIONS // 2).begin() for s in (first, second)]
    return sum(x.end()["rate"] for x in loads)


def deadlocks(db):
    return int(db.ask("select deadlocks from pg_stat_database where datname = current_database()"))


def copy_of(name):
    """The same database once more, while nobody is connected to it: what pgbench writes stands in nobody's way."""
    postgres("createdb", "-T", name, name + "_bare")
    leave.append(lambda: postgres("dropdb", "--force", "--if-exists", name + "_bare"))
    return name + "_bare"


def pg(rig):
    name, words = database()
    db, data = Database(name), rig.path("pg")
    people = people_of(*words, "--data", data, dossiers=min(DOSSIERS, rig.sizes["few"]))
    copy_tree(data, data + "-2")
    node = Served(place=[*words, "--data", data], people=people)
    with node:
        filer = Filer(node)
        script, rows = same_rows(rig, db, node, filer)
    name = copy_of(name)
    with node, Served(place=[*words, "--data", data + "-2"], people=people, node=1) as second:
        one, two, plain = rig.alternate(lambda: filer.load(rig, node).run()["rate"], lambda: both(rig, filer, node, second), lambda: bare(rig, name, script))
        locked = deadlocks(db)
    rig.ratio(f"PostgreSQL: filings of one node ÷ pgbench, the same {rows} rows", f"{middle(one)} ÷ {middle(plain)}/s", one, plain, 0.4)
    rig.ratio("PostgreSQL: filings of two nodes ÷ of one", middle(two) + "/s", two, one)
    rig.line("PostgreSQL: deadlocks meanwhile", str(locked), [float(locked)], 0, "low")
