"""One large file sent by a program ÷ copying it, its digest and `sync`; what the server's memory and other people's pages make of it."""
import os, time
from program import pdf
from bench.rig import middle
from bench.tools import Load, Most, run

A_SECOND = 200  # pages of others
ROOM = {"upload_max": "2G", "uploads_max": "2G", "unsent_max": "64G", "deadline": "5m"}


def large_file(rig):
    """A PDF whose rest, after its last object, is noise in comments: a program that looks for its type takes it for what it is."""
    path = rig.path("large.pdf")
    with open(path, "wb") as f:
        f.write(pdf("large") + b"\n")
        for _ in range(rig.upload_mb):
            f.write(b"%" + os.urandom((1 << 20) - 2).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n")
    return path


def send(s, path, token):
    """Seconds until the file was kept."""
    begin = time.perf_counter()
    said = run(["curl", "-sS", "--fail-with-body", "-H", "Authorization: Bearer " + token, "-H", f"Idempotency-Key: large-{time.time_ns()}", "-H", "Expect:",
                "-F", f"file=@{path};type=application/pdf", f"http://{s.at}/api/v1/files"])
    took = time.perf_counter() - begin
    if f'"size":{os.path.getsize(path)}' not in said:
        raise SystemExit("the file was not kept whole: " + said)
    return took


def copy(rig, path):
    to = rig.path("copy.pdf")
    begin = time.perf_counter()
    run(["cp", "--reflink=never", path, to])
    run(["openssl", "dgst", "-sha256", to])
    run(["sync", to])
    took = time.perf_counter() - begin
    os.remove(to)
    return took


def pages_of_others(rig, s, cookie, seconds):
    return Load(rig, s.at, "/ho-so-cua-toi", 16, seconds, ["Cookie: " + cookie], r=A_SECOND)


def meanwhile(rig, s, path, token, cookie):
    """(p99 of others in peace, p99 while a file comes)."""
    peace = pages_of_others(rig, s, cookie, rig.seconds).run()["p99"]
    begin = time.perf_counter()
    send(s, path, token)
    others = pages_of_others(rig, s, cookie, time.perf_counter() - begin).begin()
    send(s, path, token)
    return peace, others.end()["p99"]


def upload(rig):
    path, size = large_file(rig), f"{rig.upload_mb} MiB"
    with rig.few().serve(**ROOM) as s:
        token, cookie = s.token("citizen"), s.sign_in("citizen")
        send(s, path, token)
        before = s.memory()
        with Most(s.memory, 0.1) as peak:
            ours, bare = rig.alternate(lambda: send(s, path, token), lambda: copy(rig, path))
        waits = [meanwhile(rig, s, path, token, cookie) for _ in range(rig.rounds)]
    os.remove(path)
    rig.ratio(f"upload of {size} ÷ cp + openssl dgst -sha256 + sync", middle(ours, "{:.1f}") + " s", ours, bare, 3, "low")
    rig.line("growth of memory meanwhile ÷ 16 MiB", f"{peak.most - before:.1f} MiB", [(peak.most - before) / 16], 1, "low")
    rig.line(f"p99 of {A_SECOND} pages/s of others meanwhile ÷ in peace", middle([b for _, b in waits], "{:.1f}") + " ms", [b / a for a, b in waits], 2, "low")
