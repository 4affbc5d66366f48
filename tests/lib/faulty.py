"""The other half of faults.c: calls of the serving program that fail, and its wall clock, from a test.

Import it before the program starts; then `strike("sync", at=3)` makes its third sync from now fail, `for_long("write", errno.EROFS)` all of them."""
import ctypes, errno, mmap, os, struct, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import program

KINDS = {x: 1 << i for i, x in enumerate(("write", "sync", "name", "read", "query", "commit", "alloc"))}
LEFT, HITS, CLOCK, MASK, CODE = (0, "q"), (8, "q"), (16, "q"), (24, "i"), (28, "i")

PLACES = 1 << 16
_size = 32 + 8 * PLACES
_path = os.path.join(program.root, "faults")
with open(_path, "wb") as f:
    f.truncate(_size)
_file = open(_path, "r+b")
_shared = mmap.mmap(_file.fileno(), _size)
_build = os.path.dirname(os.path.dirname(os.path.dirname(program.program)))
program.env.update(TEST_FAULTS=_path, LD_PRELOAD=os.path.join(_build, "src/app/libfaults.so"))
program.env["ASAN_OPTIONS"] += ":verify_asan_link_order=0"


def _put(field, value):
    struct.pack_into(field[1], _shared, field[0], value)


def _get(field):
    return struct.unpack_from(field[1], _shared, field[0])[0]


def off():
    """Nothing fails any more. How often something did."""
    _put(MASK, 0)
    _put(LEFT, 0)
    return _get(HITS)


def strike(kinds, at=1, code=errno.EIO):
    """The `at`th call of these kinds ("write sync") from now fails, once."""
    off()
    _put(HITS, 0)
    _put(CODE, code)
    _put(LEFT, at)
    _put(MASK, sum(KINDS[x] for x in kinds.split()))


def for_long(kinds, code):
    """Every call of these kinds, until off()."""
    strike(kinds, -1, code)


def load_alike():
    """Processes that are started from now on have everything at the same addresses: places are told by them."""
    ctypes.CDLL(None).personality(0x0040000)  # ADDR_NO_RANDOMIZE


def at_a_new_place(kinds, code=errno.ENOMEM):
    """The first call of these kinds by a way through the program by which none has failed yet, once."""
    strike(kinds, -2, code)


def keep_places(path):
    """Places that failed in an earlier run of the same program (and of nothing else) fail no more; call the result to add those of this run."""
    at = 32
    if os.path.exists(path):
        with open(path, "rb") as f:
            _shared[at:] = f.read()

    def keep():
        with open(path + ".part", "wb") as f:
            f.write(_shared[at:])
        os.rename(path + ".part", path)
    return keep


def hits():
    return _get(HITS)


def step_clock(seconds):
    """From now the program's wall clock is that far from the real one, not from where it was; so are the one-time codes of program.py."""
    _put(CLOCK, seconds)
    program.shift = seconds
