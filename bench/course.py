"""What sample people do with a dossier, where a figure needs one that went a known way."""
from program import pdf

FULL = "bx-cap-phep-xquang"          # the longest form of the packs, with files
WITHOUT_FILES = "cg-cn-lac-hau"
THE_SPECIALIST = "Thụ Lý"
FEE = {"name": "Phí mẫu", "amount": 70000, "reason": "Thu một phần", "basis": "Luật Phí và lệ phí Điều 10"}


def assign(s, code):
    s.act("head", code, "assign", to=s.choice("head", code, "assign", "to", THE_SPECIALIST))


def pay(s, code):
    """A fee from the demand to the confirmation: three acts."""
    fee = s.act("counter", code, "demand_fee", **FEE)["fee"]["id"]
    s.act("citizen", code, "claim_paid", fee=fee)
    s.act("counter", code, "confirm_paid", fee=fee, method="transfer")


def twelve_events(s):
    """(code, secret) of a dossier whose course, as its applicant sees it, has twelve events."""
    filed = s.file_example("citizen", FULL)
    code = filed["code"]
    s.act("counter", code, "accept")
    assign(s, code)
    s.act("head", code, "take_back")  # stands in the log, not in the course
    assign(s, code)
    s.act("specialist", code, "ask_supplement", reason="Thiếu trang 2 của phiếu khai báo.")
    kept = s.api("citizen", "POST", "/files?name=trang-2.pdf", pdf("trang 2"), Content_Type="application/pdf")
    s.act("citizen", code, "supplement", files=[{"file": kept["id"]}])
    for _ in range(2):
        pay(s, code)
    return code, filed["secret"]
