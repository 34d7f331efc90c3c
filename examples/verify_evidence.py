"""Verify offline a file that proves who asked about an enterprise. Imports nothing of Xinqiao; needs `cryptography`.

    .venv/bin/python examples/verify_evidence.py FILE --keys keys.json [--log-key log.vkey]

FILE is what GET /v1/audit/questions/evidence answered, or `xinqiao audit who … --evidence FILE` wrote; keys.json what
/.well-known/xinqiao-keys said, checked out of band; log.vkey the log's own key, where it was kept apart.
RFC 7515 (JWS), RFC 8785 (canonical JSON), RFC 6962 (Merkle tree), C2SP signed-note and tlog-checkpoint.
What the file proves, and what it does not, its statement says; it is printed at the end.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

RUN = ".venv/bin/python examples/verify_evidence.py FILE --keys keys.json [--log-key log.vkey]"
try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 {missing.name} is not installed; run it so: {RUN}")

Members = dict[str, Any]
ENDS = {
    "answered": ["inquiry.answered"],
    "denied": ["inquiry.denied"],
    "failed": ["inquiry.denied", "inquiry.expired"],
}
PROVES = (
    "证明所列查询确有其事、内容未改；不证明没有别的查询：与全部日志对照（`xinqiao verify --export`），才证明没有遗漏。"
    "Proves that these questions were put and are unchanged. It does not prove that there are no others: that is "
    "proved against the whole exported log, by `xinqiao verify --export`."
)
MISTAKES = (LookupError, ValueError, TypeError, AttributeError, InvalidSignature, RecursionError)  # of malformed files
NO_KEYS = "公钥文件不对，应是 `xinqiao keys show` 的内容 the key file is not what `xinqiao keys show` says"
NO_FILE = "这不是查询的证据文件 the file is not one that proves questions (`xinqiao audit who --evidence`)"
DAMAGED = "证据文件或公钥文件已损坏 the file, or the key file, is damaged"
SUITES = {"OKP": ("Ed25519", "EdDSA"), "EC": ("ES256",), "RSA": ("PS256",)}


class Broken(Exception):  # noqa: N818
    pass


def need(what: str, *, holds: bool) -> None:
    """Go on where this holds."""
    if not holds:
        raise Broken(what)


def canonical(value: object) -> bytes:
    """Write JSON as RFC 8785 has it: member names here are ASCII, and there are no fractions."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def b64url(text: str) -> bytes:
    """Decode base64url without padding, in its one spelling."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    need("base64url in its one spelling", holds=base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text)
    return data


def b64(text: str) -> bytes:
    """Decode base64, in its one spelling."""
    data = base64.b64decode(text, validate=True)
    need("base64 in its one spelling", holds=base64.b64encode(data).decode() == text)
    return data


def unhex(text: str) -> bytes:
    """Decode hex in lower case."""
    data = bytes.fromhex(text)
    need("hex in lower case", holds=data.hex() == text)
    return data


def check_signature(jwk: Members, signature: bytes, signed: bytes) -> None:
    """Check a signature by a public JWK: Ed25519, P-256 or RSA."""
    if jwk["kty"] == "OKP":
        Ed25519PublicKey.from_public_bytes(b64url(jwk["x"])).verify(signature, signed)
    elif jwk["kty"] == "EC":
        x, y = (int.from_bytes(b64url(jwk[name]), "big") for name in ("x", "y"))
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        need("a signature of 64 bytes", holds=len(signature) == 64)
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    else:
        n, e = (int.from_bytes(b64url(jwk[name]), "big") for name in ("n", "e"))
        need("an RSA key of 2048 bits or more", holds=n.bit_length() >= 2048)
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        rsa.RSAPublicNumbers(e, n).public_key().verify(signature, signed, pss, hashes.SHA256())


def header_of(statement: str) -> Members:
    """Return a JWS's header."""
    return dict(json.loads(b64url(statement.split(".", 1)[0])))


def payload_of(statement: str) -> Members:
    """Return a JWS's payload, unverified."""
    return dict(json.loads(b64url(statement.split(".")[1])))


def signed(statement: str, jwk: Members, typ: str) -> Members:
    """Return the payload of a JWS of this type, by this key."""
    head, (header, payload, signature) = header_of(statement), statement.split(".")
    suits = head["alg"] in SUITES[jwk["kty"]]
    need(f"{typ} by its key", holds=(head["typ"], head["kid"]) == (typ, jwk["kid"]) and suits)
    try:
        check_signature(jwk, b64url(signature), f"{header}.{payload}".encode())
    except InvalidSignature:
        raise Broken(f"a signature does not verify: {typ}") from None
    return payload_of(statement)


def checkpoint(note: str, vkey: str) -> tuple[int, bytes]:
    """Verify a checkpoint that the log alone signed; return size and root."""
    name, key_id, encoded = vkey.strip().split("+", 2)
    key = b64(encoded)
    known = hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    need("the log's key is malformed", holds=key[:1] == b"\1" and len(key) == 33 and known == key_id)
    body, separator, tail = note.partition("\n\n")
    lines = body.split("\n")
    sound = bool(separator) and tail.endswith("\n") and tail.count("\n") == 1 and len(lines) == 3
    need("the checkpoint has other signatures, or none", holds=sound)
    mark, signer, blob = tail[:-1].split(" ")
    raw = b64(blob)
    need("the checkpoint is another log's", holds=(mark, signer, lines[0]) == ("—", name, name))
    need("the checkpoint is not signed by the log's key", holds=raw[:4].hex() == key_id)
    try:
        Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], f"{body}\n".encode())
    except InvalidSignature:
        raise Broken("the checkpoint's signature does not verify") from None
    need("a size", holds=re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) is not None)
    return int(lines[1]), b64(lines[2])


def root_from(digest: bytes, index: int, size: int, path: list[str]) -> bytes:
    """Walk an audit path up to the root (RFC 9162 2.1.3.2)."""
    need("an index within the tree", holds=type(index) is int and 0 <= index < size)
    node, last = index, size - 1
    for step in map(unhex, path):
        need("a path does not lead to the root: too long", holds=last > 0)
        if node % 2 or node == last:
            digest = hashlib.sha256(b"\1" + step + digest).digest()
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            digest = hashlib.sha256(b"\1" + digest + step).digest()
        node, last = node // 2, last // 2
    need("a path does not lead to the root: too short", holds=last == 0)
    return digest


def read_entries(given: list[Members], size: int, root: bytes) -> dict[str, Members]:
    """Check every entry against the checkpoint; return leaf and payload (None once erased) by the entry's id."""
    entries: dict[str, Members] = {}
    last = -1
    for one in given:
        need("an entry's members", holds=set(one) == {"index", "leaf", "path", "salt", "payload"})
        digest = hashlib.sha256(b"\0" + one["leaf"].encode()).digest()
        found = root_from(digest, one["index"], size, one["path"])
        need("a path does not lead to the checkpoint's root", holds=found == root)
        need("entries in the order of the tree", holds=one["index"] > last)
        leaf, payload, last = json.loads(one["leaf"]), None, one["index"]
        need("salt and payload together", holds=(one["salt"] is None) == (one["payload"] is None))
        if one["payload"] is not None:
            salt = unhex(one["salt"])
            keyed = hmac.new(salt, b"audit-payload/v1\n" + one["payload"].encode(), hashlib.sha256)
            need("a payload is not the one recorded", holds=len(salt) == 32 and keyed.hexdigest() == leaf["c"])
            payload = json.loads(one["payload"])
        entries[leaf["id"]] = {"leaf": leaf, "payload": payload}
    return entries


def check_names(statement: Members, file: Members, entries: dict[str, Members]) -> None:
    """The entries are those that the statement names, but for those it says are not proved yet."""
    questions = [one["entry"] for asked in statement["questions"] for one in asked["entries"] + asked["usage"]]
    versions = [one["entry"] for consent in file["consents"] for one in consent["versions"]]
    named, unproved = {*questions, *versions}, set(statement["unproved"])
    need("an entry is missing", holds=named <= unproved | entries.keys())
    need("the statement does not name an entry", holds=entries.keys() | unproved <= named)
    need("an entry is proved and said not to be", holds=not unproved & entries.keys())


# How a person decided at the console or on paper, by the type of what the gateway signed.
BY_GATEWAY = {"xinqiao-consent-console+jws": "console", "xinqiao-consent-paper+jws": "paper"}
MANNER = ("channel", "by", "factor", "entered_by", "checked_by", "scan_sha256", "statement_sha256")


def grantor_of(terms: Members) -> str:
    """Return the credit code of the enterprise that consents; newer terms name the enterprise beside it."""
    grantor = terms["grantor"]
    return grantor if isinstance(grantor, str) else str(grantor["subject_id"])


def check_consent(consent: Members, statement: Members, entries: dict[str, Members], key: Members) -> None:
    """A consent's versions are what was signed, and what the log has."""
    terms, digest = json.loads(consent["terms"]), sha256(consent["terms"].encode())
    need("a consent's members", holds=set(consent) == {"terms", "versions"} and bool(consent["versions"]))
    need("a consent is another enterprise's", holds=grantor_of(terms) in statement["about"]["codes"])
    approvers: set[str] = set()
    for number, one in enumerate(consent["versions"], start=1):
        need("a version's members", holds=set(one) == {"entry", "status", "approval", "key", "receipt"})
        known = header_of(one["receipt"])["kid"] == key["kid"]
        claims = signed(one["receipt"], key, "xinqiao-consent+jws") if known else payload_of(one["receipt"])
        stated = (claims["consent_id"], claims["version"], claims["status"], claims["terms_sha256"])
        need("a consent is not what its receipt says",
             holds=stated == (terms["consent_id"], number, one["status"], digest))  # fmt: skip
        entry = entries.get(one["entry"])
        if entry is not None:
            check_recorded(one, claims, entry)
        need("a receipt that nothing vouches for", holds=known or bool(entry and entry["payload"]))
        approved = check_approval(one, terms["consent_id"], digest, key, known=known)
        need("a version was not decided as its receipt says",
             holds=[claims.get(name) for name in MANNER] == [approved.get(name) for name in MANNER])  # fmt: skip
        if one["approval"] is not None and one["status"] != "rejected":
            approvers.add(json.dumps(one["key"] or approved["by"], sort_keys=True))
        need("a consent was approved by fewer than it takes",
             holds=one["status"] != "active" or len(approvers) >= terms.get("required_approvals", 1))  # fmt: skip


def check_approval(one: Members, consent_id: str, digest: str, key: Members, *, known: bool) -> Members:
    """An approval is the signatory's, or what the gateway signed of a person's, at its console or on paper; return what
    it says.
    """
    if one["approval"] is None:
        need("an approval with its key", holds=one["key"] is None)
        return {}
    typ = header_of(one["approval"])["typ"]
    if typ in BY_GATEWAY:  # with the receipt's key, or the log vouches
        need("a person has no key", holds=one["key"] is None)
        made = signed(one["approval"], key, typ) if known else payload_of(one["approval"])
        need("another channel", holds=made["channel"] == BY_GATEWAY[typ])
        need("another text than was shown", holds=sha256(made["statement"].encode()) == made["statement_sha256"])
        need("one officer entered and checked what was on paper",
             holds=typ != "xinqiao-consent-paper+jws" or made["entered_by"] != made["checked_by"])  # fmt: skip
    else:
        need("an approval with its key", holds=one["key"] is not None)
        made = signed(one["approval"], one["key"], "xinqiao-consent-approval+jws")
    decision = {"requested": "approve", "active": "approve", "rejected": "reject"}[one["status"]]
    need("an approval of another consent",
         holds=[made.get(name) for name in ("consent_id", "terms_sha256", "decision")]
         == [consent_id, digest, decision])  # fmt: skip
    return made if typ in BY_GATEWAY else {}


def check_recorded(version: Members, claims: Members, entry: Members) -> None:
    """A version of a consent is what its entry records."""
    leaf, payload = entry["leaf"], entry["payload"]
    need("a consent has another's entry", holds=(leaf["type"].split(".")[0], leaf["exch"], leaf["outcome"])
         == ("consent", claims["consent_id"], claims["status"]))  # fmt: skip
    at = datetime.fromisoformat(leaf["ts"])
    need("a consent has another time than its entry", holds=datetime.fromisoformat(claims["at"]) == at)
    if payload is not None:
        approval = sha256(version["approval"].encode()) if version["approval"] else None
        need("a consent is not what its entry records",
             holds=[payload[name] for name in ("terms", "version", "receipt", "approval")]
             == [claims["terms_sha256"], claims["version"], version["receipt"], approval])  # fmt: skip


def basis_told(told: Members) -> tuple[str, str | None]:
    """What an answer rests on: a consent where nothing is said, as before it was told."""
    basis = told.get("legal_basis") or {"kind": "consent"}
    return basis["kind"], basis.get("duty")


def check_basis(asked: Members, consents: dict[str, Members]) -> None:
    """An answered question stands on a consent that covers it, or is of what is public, or names a duty."""
    kind, duty = basis_told(asked)
    if kind == "consent":
        check_covers(asked, consents)
    else:
        fits = asked["products"] == ["public_record"] if kind == "public" else kind == "duty" and bool(duty)
        need("a question has no basis", holds=fits and asked["consent"] is None)


def check_covers(asked: Members, consents: dict[str, Members]) -> None:
    """An answered question stands on a consent that covers it."""
    need("a consent is missing", holds=asked["consent"]["id"] in consents)
    consent, number = consents[asked["consent"]["id"]], asked["consent"]["version"]
    terms, versions = json.loads(consent["terms"]), consent["versions"]
    need("a consent has no such version", holds=0 < number <= len(versions))
    accounts = terms["grantee"]["accounts"]
    holds = (
        versions[number - 1]["status"] == "active"
        and terms["grantee"]["institution"] == asked["institution"]
        and (not accounts or asked["account"] in accounts)
        and terms["purpose"]["code"] == asked["purpose"]
        and set(asked["products"]) <= set(terms["products"])
    )
    need("a consent does not cover the question", holds=holds)


def check_question(asked: Members, codes: list[str], entries: dict[str, Members]) -> None:
    """A question is what its entries say."""
    types = [one["type"] for one in asked["entries"]]
    if asked["kind"] == "consent-request":
        need("entries of a request", holds=types == ["consent.requested"])
    else:
        life = [name for name in types if name != "inquiry.replayed"]
        ends = [name for name in life if name != "inquiry.admitted"]
        begun = life[: len(life) - len(ends)] in ([], ["inquiry.admitted"]) and life[len(life) - len(ends) :] == ends
        fits = not ends if asked["outcome"] == "open" else len(ends) == 1 and ends[0] in ENDS[asked["outcome"]]
        need("entries and outcome differ", holds=bool(life) and begun and fits)
    for named in asked["entries"]:
        if named["entry"] in entries:
            check_entry(asked, named["type"], codes, **entries[named["entry"]])
    for told in asked["usage"]:
        if told["entry"] in entries:
            check_usage(asked, told, **entries[told["entry"]])


def check_entry(asked: Members, kind: str, codes: list[str], leaf: Members, payload: Members | None) -> None:
    """One entry of a question records it."""
    recorded = (leaf["type"], leaf["exch"], leaf.get("institution"))
    need("a question differs from its entry", holds=recorded == (kind, asked["id"], asked["institution"]))
    who = leaf["actor"] if kind == "consent.requested" else leaf.get("account")
    need("another account asked", holds=who == asked["account"])
    if kind in {"inquiry.answered", "inquiry.denied", "inquiry.expired"}:
        need("it ended otherwise", holds=leaf["outcome"] == (asked["reason"] or asked["outcome"]))
    if payload is None or kind in {"inquiry.admitted", "inquiry.replayed", "inquiry.expired"}:
        return
    need("an entry is about another enterprise", holds=payload["subject"] in codes)
    if kind == "consent.requested":
        return
    for name in ("intermediary", "purpose", "provider"):
        need(f"a question differs from its entry: {name}", holds=payload[name] == asked[name])
    need("another person asked", holds=payload.get("person") == asked.get("person"))
    need("a question differs from its entry: product", holds=[payload["product"]] == asked["products"])
    if kind == "inquiry.answered":
        same = (payload["consent"], payload["units"]) == (asked["consent"], asked["units"])
        need("a question differs from its entry: consent", holds=same)
        need("a question differs from its entry: basis", holds=basis_told(payload) == basis_told(asked))
    elif len(asked["entries"]) == 1:
        named = asked["consent"]["id"] if asked["consent"] else None
        need("a question differs from its entry: consent", holds=payload["named"] == named)


def check_usage(asked: Members, told: Members, leaf: Members, payload: Members | None) -> None:
    """What was done with an answer is what was reported."""
    content = told["content"]
    need("a usage result differs from its entry", holds=(leaf["type"], leaf.get("account"), leaf["outcome"])
         == ("usage.reported", told["account"], content["outcome"]))  # fmt: skip
    if payload is not None:
        need("a usage result is another's", holds=(payload["inquiry"], payload["version"])
             == (asked["id"], told["version"]))  # fmt: skip
        need("a usage result differs from its entry",
             holds={name: payload.get(name) for name in content} == content)  # fmt: skip


def verify(content: bytes, keys: Members, vkey: str) -> tuple[Members, dict[str, Members]]:
    """Check every byte of a file; return its statement and entries. Raises Broken with what is wrong."""
    file = json.loads(content)
    members = {"type", "statement", "checkpoint", "entries", "consents"}
    need("a file of this kind", holds=set(file) == members and file["type"] == "xinqiao-questions/1")
    need("canonical form", holds=canonical(file) + b"\n" == content)
    statement = signed(file["statement"], keys["answer"], "xinqiao-questions+jws")
    need("the statement says that it proves something else", holds=statement["proves"] == PROVES)
    size, root = checkpoint(file["checkpoint"], vkey)
    entries = read_entries(file["entries"], size, root)
    check_names(statement, file, entries)
    consents = {json.loads(one["terms"])["consent_id"]: one for one in file["consents"]}
    need("a consent is missing, or another is there", holds=list(consents) == statement["consents"])
    for consent in file["consents"]:
        check_consent(consent, statement, entries, keys["consent"])
    for asked in statement["questions"]:
        if (asked["kind"], asked["outcome"]) == ("inquiry", "answered"):
            check_basis(asked, consents)
        check_question(asked, statement["about"]["codes"], entries)
    beside = {name: file[name] for name in ("checkpoint", "entries", "consents")}
    need("the contents are not those signed for", holds=sha256(canonical(beside)) == statement["contents"])
    return statement, entries


def main() -> None:
    """Read the arguments, check the file, and say what it proves."""
    parser = ArgumentParser(usage=RUN, description="Verify who asked about an enterprise, offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--log-key", type=Path)
    given = parser.parse_args()
    try:
        keys = json.loads(given.keys.read_text("utf-8"))
        vkey = given.log_key.read_text("utf-8") if given.log_key else keys["audit"]
        content = given.file.read_bytes()
    except OSError as fault:
        sys.exit(f"失败 failed: 文件 {fault.filename} 不能读 cannot be read: is it there, and a file?")
    except MISTAKES:
        sys.exit(f"✗ 核验不通过 NOT verified: {NO_KEYS}")
    try:
        statement, entries = verify(content, keys, vkey)
    except Broken as fault:
        sys.exit(f"✗ 核验不通过 NOT verified: {fault}")
    except MISTAKES:
        sys.exit(f"✗ 核验不通过 NOT verified: {DAMAGED if b'xinqiao-questions/1' in content else NO_FILE}")
    for one in statement["questions"]:
        print(one["asked_at"], one["institution"], one["account"], one["purpose"], one["outcome"], one["reason"] or "")
    erased = sum(one["payload"] is None for one in entries.values())
    print(f"✓ 核验通过 verified: {len(statement['questions'])} questions, {len(entries)} entries, "
          f"{len(statement['unproved'])} not proved yet, {erased} erased")  # fmt: skip
    print(statement["proves"])


if __name__ == "__main__":
    main()
