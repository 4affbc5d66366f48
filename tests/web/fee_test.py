#!/usr/bin/env python3
"""The page of a fee in the demonstration: a transfer to the sample account, its QR code module for module, "Tôi đã chuyển khoản", the clerk's word.

usage: fee_test.py PROGRAM SOURCE_DIR [pg]     Ends in "N passed, N failed".
"""
import ctypes, os, re, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Program, Tests, equal
from browser import Browser, text_of

AMOUNT = 5000000
p = Program(dossiers=12)
tests = Tests()
place = {}


def fees():
    return [f for f in p.api("citizen", "GET", f"/dossiers/{place['code']}")["fees"] if f["amount"] == AMOUNT]


def a_fee_is_demanded():
    mine = {d["code"] for d in p.api("citizen", "GET", "/dossiers?limit=50")["items"]}
    work = [d["code"] for d in p.api("specialist", "GET", "/dossiers?limit=50")["items"] if d["state"] == "processing" and d["code"] in mine]
    for code in work:
        try:
            p.api("specialist", "POST", f"/dossiers/{code}/actions", {"action": "demand_fee", "name": "Phí thẩm định", "amount": AMOUNT})
            place["code"] = code
            break
        except AssertionError as e:
            place["why"] = str(e)
    equal("code" in place, True, f"of {work}: {place.get('why')}")
    place["page"] = f"/ho-so/{place['code']}/phi"
    place["citizen"] = Browser(p, "citizen")


def part(tag, value):
    return f"{tag:02d}{len(value):02d}{value}"


def crc(text):
    c = 0xFFFF
    for x in text.encode():
        c ^= x << 8
        for _ in range(8):
            c = (c << 1 ^ 0x1021 if c & 0x8000 else c << 1) & 0xFFFF
    return f"{c:04X}"


def vietqr(bin_, account, amount, purpose):
    """The text of a VietQR code, written down again from the standard (EMVCo merchant-presented, NAPAS 38)."""
    who = part(0, "A000000727") + part(1, part(0, bin_) + part(1, account)) + part(2, "QRIBFTTA")
    text = part(0, "01") + part(1, "12") + part(38, who) + part(53, "704") + part(54, str(amount)) + part(58, "VN") + part(62, part(8, purpose)) + "6304"
    return text + crc(text)


class Code(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("width", ctypes.c_int), ("data", ctypes.POINTER(ctypes.c_ubyte))]


def modules_of(text):
    lib = ctypes.CDLL("libqrencode.so.4")
    lib.QRcode_encodeData.restype = ctypes.POINTER(Code)
    q = lib.QRcode_encodeData(len(text), text.encode(), 0, 1).contents
    return q.width, {(i % q.width, i // q.width) for i in range(q.width * q.width) if q.data[i] & 1}


def dark_of(page):
    svg = re.search(r'<svg class="qr".*?</svg>', page, re.S).group(0)
    rects = [tuple(int(v) for v in m) for m in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)" fill="#000"', svg)]
    unit, left, top = rects[0][3], min(r[0] for r in rects), min(r[1] for r in rects)
    return {((x - left) // unit + i, (y - top) // unit) for x, y, w, _ in rects for i in range(w // unit)}


def the_page_offers_a_transfer_to_the_sample_account():
    status, page = place["citizen"].see(place["page"])
    words = text_of(page)
    equal(status, 200)
    for want in ("5.000.000", "0000000000", "TAI KHOAN MAU - KHONG CHUYEN TIEN", "Phí thẩm định", "Tôi đã chuyển khoản"):
        equal(want in words, True, f"{want!r} in {words[:1500]}:")
    purpose = re.sub(r"[^A-Z0-9-]", "", place["code"])[:25]
    equal(purpose in words, True, purpose)
    width, dark = modules_of(vietqr("000000", "0000000000", AMOUNT, purpose))
    equal(dark_of(page), dark, f"{width} modules:")


def nobody_else_sees_it():
    equal(Browser(p, "business").see(place["page"])[0], 404)


def the_citizen_says_so_and_the_clerk_confirms():
    citizen = place["citizen"]
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', next(
        f for f in re.findall(r"<form.*?</form>", citizen.see(place["page"])[1], re.S) if "/hanh-dong" in f)))
    fee = hidden["item"]
    status, page, _ = citizen.post(f"/ho-so/{place['code']}/hanh-dong", {**hidden, "action": "claim_paid"})
    equal(status, 303, page[-2000:])
    page = citizen.see(place["page"])[1]
    equal(("Tôi đã chuyển khoản" in text_of(page), 'class="qr"' in page), (False, False))
    equal([(f["id"], f["state"]) for f in fees()], [(fee, "claimed")])
    p.api("counter", "POST", f"/dossiers/{place['code']}/actions", {"action": "confirm_paid", "fee": fee, "method": "transfer"})
    equal([(f["id"], f["state"], bool(f["voucher"])) for f in fees()], [(fee, "paid", True)])
    equal("Tôi đã chuyển khoản" in text_of(citizen.see(place["page"])[1]), False)


def the_record_is_whole():
    p.ends_well()


tests.run(a_fee_is_demanded, the_page_offers_a_transfer_to_the_sample_account, nobody_else_sees_it, the_citizen_says_so_and_the_clerk_confirms, the_record_is_whole)
tests.end()
