#!/usr/bin/env python3
"""Rights that changed elsewhere (another node, a command) end what a session may do at once, though pages keep a session for seconds.

usage: epoch_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, engine, equal, writing
from browser import Browser

p = Program(dossiers=6)
tests = Tests()


def change_elsewhere(login):
    """Past the running server, as another node would."""
    query = f"update account set epoch = epoch + 1 where login = '{login}'"
    if engine == "pg":
        p.rows(query)
        return
    db = writing(p.data, timeout=30)
    with db:
        equal(db.execute(query).rowcount, 1, login)
    db.close()


def filters():
    return int(p.rows("select count(*) from saved_filter")[0][0])


def an_act_after_the_change_is_refused():
    who = Browser(p, "specialist")
    status, page = who.see("/ban-lam-viec")
    equal(status, 200)
    forms = [f for f in re.findall(r"<form\b.*?</form>", page, re.S) if 'action="/ban-lam-viec/bo-loc"' in f]
    equal(len(forms), 1, "the form that saves a filter")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', forms[0]))
    before = filters()
    change_elsewhere(p.people["specialist"]["login"])
    status, _, _ = who.post("/ban-lam-viec/bo-loc", {**hidden, "name": "quá hạn"})
    equal(status in (303, 401, 403), True, status)
    equal(filters(), before, "what the dead session wrote")


def the_same_act_before_it_is_done():
    who = Browser(p, "head")
    before = filters()
    equal(who.fill("/ban-lam-viec", "/ban-lam-viec/bo-loc", name="quá hạn")[0], 303)
    equal(filters(), before + 1)


tests.run(the_same_act_before_it_is_done, an_act_after_the_change_is_refused)
tests.end()
