#!/usr/bin/env python3
"""A token that the program did not make, named by the settings: what docs/operations.md tells an operator, done with the usual tools
(softhsm2-util, pkcs11-tool, openssl), and a result signed with it. Ends in "N passed, N failed"."""
import json, os, re, shutil, subprocess, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from program import Server, Tests, demo, equal, pdf, root, rows, true, until

MODULE = next((x for x in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so") if os.path.exists(x)), None)
data, people = demo("token")
shutil.rmtree(os.path.join(data, "pki"))  # nothing of the demonstration's own token is left
hsm, ca = os.path.join(root, "hsm"), os.path.join(root, "ca")
PIN, code = "87654321", None
hsm_env = dict(os.environ, SOFTHSM2_CONF=os.path.join(hsm, "softhsm2.conf"))
pin_file = os.path.join(root, "pin")


def tool(*args, **more):
    p = subprocess.run(args, capture_output=True, text=True, env=hsm_env, **more)
    equal(p.returncode, 0, f"{args[0]} {args[1]}: {p.stderr}{p.stdout}")
    return p.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o600)
    return path


def certify(label, name, key_id, *key_args):
    """Key and certificate as an authority would hand them over, put on the token under one label and id."""
    k, c = os.path.join(ca, label + ".key"), os.path.join(ca, label)
    tool("openssl", "genpkey", "-out", k, *key_args)
    tool("openssl", "req", "-new", "-utf8", "-key", k, "-subj", f"/C=VN/O=Sở mẫu/CN={name}", "-out", c + ".csr")
    ext = write(c + ".ext", "keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n")
    tool("openssl", "x509", "-req", "-in", c + ".csr", "-CA", f"{ca}/root.pem", "-CAkey", f"{ca}/root.key", "-CAcreateserial", "-days", "300", "-sha256", "-extfile", ext, "-out", c + ".pem")
    tool("softhsm2-util", "--import", k, "--token", "co-quan", "--label", label, "--id", key_id, "--pin", PIN)
    put_certificate(c + ".pem", label, key_id)


def put_certificate(pem, label, key_id):
    der = pem + ".der"
    tool("openssl", "x509", "-in", pem, "-outform", "DER", "-out", der)
    tool("pkcs11-tool", "--module", MODULE, "--token-label", "co-quan", "--login", "--pin", PIN, "--write-object", der, "--type", "cert", "--label", label, "--id", key_id)


def the_operator_makes_the_token():
    os.makedirs(os.path.join(hsm, "tokens"))
    os.makedirs(ca)
    write(hsm_env["SOFTHSM2_CONF"], f"directories.tokendir = {hsm}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
    tool("softhsm2-util", "--init-token", "--free", "--label", "co-quan", "--so-pin", "12345678", "--pin", PIN)
    tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "900", "-utf8", "-subj", "/C=VN/CN=CA thử của phép kiểm", "-keyout", f"{ca}/root.key", "-out", f"{ca}/root.pem")
    director = rows(data, "select person from account where login = ?", people["director"]["login"])[0][0]
    certify(f"person-{director}", "Lãnh đạo mẫu", "a1", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    certify("con-dau", "Sở mẫu", "a2", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    put_certificate(f"{ca}/root.pem", "goc", "a3")
    write(pin_file, PIN + "\n")


def settings(**more):
    keys = os.path.join(root, "keys")
    if not os.path.exists(keys):
        agencies = [x for x, in rows(data, "select distinct settling_agency from dossier")]
        write(keys, "# whose key is which\n" + "".join(f"agency {x} = con-dau\n" for x in agencies))
    return {"pkcs11_module": MODULE, "pkcs11_token": "co-quan", "pin_file": pin_file, "pkcs11_dir": hsm, "pkcs11_keys_file": keys, "signer_ca_file": f"{ca}/root.pem", **more}


def decided(s):
    """A dossier up to the director's decision: what follows is the token's work."""
    code = s.send_example("citizen", "bx-cap-phep-xquang", open(PDF, "rb").read())
    s.act("counter", code, "accept")
    html = s.ask("GET", "/ban-lam-viec/ho-so/" + code, token=s.token("head"))[1].decode()
    to = next(i for i, n in re.findall(r'<option[^>]*value="(\d+)"[^>]*>\s*([^<]+?)\s*</option>', html) if "Thụ Lý" in n)
    s.act("head", code, "assign", to=to)
    s.act("specialist", code, "finish")
    s.act("specialist", code, "submit", outcome="result", text="Đề nghị cấp giấy phép.")
    s.act("head", code, "approve")
    equal(s.act("director", code, "approve")["step"], "issue")
    return code


def results(s, code, role="clerk"):
    return [f for f in s.api(role, "GET", "/dossiers/" + code)["files"] if f["kind"] == "result" and f["state"] == "clean"]


def valid(s, code, n):
    """Signed n times by the test's own authority, as pdfsig sees it with nothing else trusted; True when so."""
    f = results(s, code, "clerk")[-1]
    status, body, _ = s.ask("GET", f"/ban-lam-viec/ho-so/{code}/tep/{f['id']}", token=s.token("clerk"))
    equal(status, 200)
    path = os.path.join(root, "result.pdf")
    with open(path, "wb") as out:
        out.write(body)
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True).stdout
    return re.findall(r"Signature Validation: (.*)", said), said


def waits(s, code):
    """Nothing signed, the decision stands, and the program lives."""
    time.sleep(4)
    d = s.api("clerk", "GET", "/dossiers/" + code)
    equal((results(s, code), d["step"], s.ask("GET", "/healthz")[0]), ([], "issue", 200))


def without_a_module_it_does_not_sign_and_says_so():
    """The module is not there: it serves, the decided dossier waits, the log names the module, never the PIN."""
    global code
    with Server(data, people=people, **settings(pkcs11_module="/usr/lib/none/libnone.so")) as s:
        code = decided(s)
        waits(s, code)
        true("libnone.so" in s.said(), "the log names what is missing")
        true(PIN not in s.said(), "the PIN in the log")


def a_wrong_pin_waits_for_the_right_one():
    """Tried once, not until the token locks; a mended file is enough, without a restart. Waiting work is taken up each minute."""
    write(pin_file, "00000000\n")
    with Server(data, people=people, **settings()) as s:
        until("the PIN is refused", lambda: "signature waits" in s.said(), 100)
        true("PIN" in s.said() and "00000000" not in s.said(), "the log says that the PIN was refused, and not which")
        waits(s, code)
        write(pin_file, PIN + "\n")
        until(lambda: "a signed result; " + s.said()[-2000:], lambda: results(s, code), 150)
        found, said = valid(s, code, 1)
        equal(found, ["Signature is Valid."], said)
        true("Lãnh đạo mẫu" in said, said)


def sealed_with_rsa_after_the_token_was_away():
    """Pulled out before the seal, put in again: the seal comes then. RSASSA-PSS beside ECDSA in one file."""
    with Server(data, people=people, **settings()) as s:
        os.rename(os.path.join(hsm, "tokens"), os.path.join(hsm, "tokens-away"))
        os.makedirs(os.path.join(hsm, "tokens"))
        try:
            s.act("clerk", code, "issue")
            time.sleep(4)
            found, said = valid(s, code, 1)
            equal(found, ["Signature is Valid."], "no seal without the token")
        finally:
            os.rmdir(os.path.join(hsm, "tokens"))
            os.rename(os.path.join(hsm, "tokens-away"), os.path.join(hsm, "tokens"))
        until(lambda: "the seal; " + s.said()[-2000:], lambda: len(valid(s, code, 2)[0]) == 2, 150)
        found, said = valid(s, code, 2)
        equal(found, ["Signature is Valid."] * 2, said)
        true("Sở mẫu" in said, said)


PDF = os.path.join(root, "a.pdf")
with open(PDF, "wb") as f:
    f.write(pdf("tep mau"))
tests = Tests()
tests.run(the_operator_makes_the_token, without_a_module_it_does_not_sign_and_says_so, a_wrong_pin_waits_for_the_right_one, sealed_with_rsa_after_the_token_was_away)
tests.end()
