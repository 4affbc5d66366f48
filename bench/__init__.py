"""`make bench`: one module a family of figures, on four things that they share.

rig.py       what a run was told, and the folders, rounds and lines of it
province.py  sample data, made once for each version of them and kept in the build folder; a run works on a copy
served.py    the program as it serves (tests/lib/program.py), with its log in a file and its memory and processor time read from /proc
tools.py     yardsticks and clients: nginx, the C programs of bench/yard, commands

A family is a function that takes the rig and calls rig.line() for each figure. scripts/bench runs them in the order of its table."""
