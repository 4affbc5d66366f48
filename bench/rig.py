"""What a run was told, and its lines: name, value, ratio, spread, limit, and last `ok`, `short` or `info`."""
import json, os, statistics, subprocess, time
from program import root
from bench.province import Province

VERDICTS = {True: "ok", False: "short", None: "info"}


class Rig:
    def __init__(self, args, here):
        self.build, self.here, self.root = os.path.abspath(args.build), here, root
        self.sizes = {"few": args.few, "many": args.many}
        self.seconds, self.rounds, self.upload_mb, self.in_place = args.seconds, args.rounds, args.upload, args.in_place
        self.lines, self.provinces, self.family = [], {}, ""
        os.chmod(root, 0o755)  # nginx gives its rights up

    # ---- what is measured ----

    def few(self):
        return self.province(self.sizes["few"])

    def many(self):
        return self.province(self.sizes["many"])

    def province(self, dossiers):
        """The copy of this run: families that write leave their traces in it for those after them."""
        if dossiers not in self.provinces:
            self.provinces[dossiers] = Province(self, dossiers)
        return self.provinces[dossiers]

    def yard(self, name):
        return os.path.join(self.build, "bench/yard", name)

    def path(self, name):
        return os.path.join(self.root, name)

    # ---- how it is measured ----

    def alternate(self, *measures):
        """Each measure once a round, in turn; the lists of what they gave. Machines differ and change, ratios within a round much less."""
        rounds = [[m() for m in measures] for _ in range(self.rounds)]
        return [list(x) for x in zip(*rounds)]

    # ---- what is said ----

    def line(self, name, value, ratios=(), limit=None, better="high"):
        """ratios: one a round, their median counts; limit None: for information. The ratio may be the value itself over its own bound."""
        mid = statistics.median(ratios) if ratios else None
        good = None if limit is None else mid is not None and (mid >= limit if better == "high" else mid <= limit)
        self.lines.append({"family": self.family, "name": name, "value": value, "ratio": mid, "from": min(ratios, default=None), "to": max(ratios, default=None),
                           "limit": limit, "better": better, "verdict": VERDICTS[good]})
        ratio = f"{mid:8.2f}  ({min(ratios):.2f}–{max(ratios):.2f})" if ratios else f"{'-':>8}  -"
        bound = "-" if limit is None else f"{'≥' if better == 'high' else '≤'} {limit}"
        print(f"{name:78} {value:>20} {ratio:26} {bound:>7}  {VERDICTS[good]}", flush=True)

    def ratio(self, name, value, ours, theirs, limit=None, better="high"):
        self.line(name, value, [a / b for a, b in zip(ours, theirs)], limit, better)

    def missing(self, name, limit, why, better="high"):
        """A figure of the table that cannot be measured because the program has no such thing. It is short, not left out."""
        self.line(f"{name}: {why}", "-", (), limit, better)

    def note(self, text):
        print("# " + text, flush=True)

    def short(self):
        return sum(x["verdict"] == "short" for x in self.lines)

    def write(self, path):
        commit = subprocess.run(["git", "-C", self.here, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip() or None
        head = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": commit, "cores": os.cpu_count(), "load": os.getloadavg()[0],
                "rounds": self.rounds, "seconds": self.seconds, **self.sizes}
        with open(path, "w", encoding="utf-8") as f:
            json.dump({**head, "lines": self.lines}, f, ensure_ascii=False, indent=1)


def middle(values, form="{:.0f}"):
    return form.format(statistics.median(values))
