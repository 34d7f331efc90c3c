"""Verify one chain offline: record → answer → consent → audit entry → both receipts. Imports nothing of Xinqiao.

.venv/bin/python examples/verify_chain.py CHAIN.json, where CHAIN.json holds what the interface said:
  keys      {gateway, city, province}: /.well-known/xinqiao-keys of each, checked out of band
  record    GET /v1/records/{id}/proof            answer    POST /v1/inquiries
  consent   GET /v1/consents/{id}/evidence        entry     GET /v1/audit/entries/{id}/proof
  delivery  GET /v1/usage-results/{id}, one member of `deliveries`
Needs rfc8785 and cryptography. RFC 7515, RFC 6962, C2SP signed-note and tlog-checkpoint.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

try:
    import rfc8785
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 run it so: .venv/bin/python examples/verify_chain.py CHAIN.json")


class Broken(Exception):  # noqa: N818
    pass


def need(what: str, *, holds: bool) -> None:
    """Tell a link that holds."""
    if not holds:
        raise Broken(what)
    print(f"✓ {what}")


def b64(text: str) -> bytes:
    """Decode base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sha256(data: bytes) -> str:
    """Return SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def signed(statement: str, jwk: dict[str, str], typ: str) -> dict[str, Any]:
    """Return the payload of an Ed25519 JWS of this type and key."""
    header, payload, signature = statement.split(".")
    head = json.loads(b64(header))
    if (head["typ"], head["kid"], head["alg"]) != (typ, jwk["kid"], "Ed25519"):
        raise Broken(f"{typ}: another type, key or suite")
    try:
        Ed25519PublicKey.from_public_bytes(b64(jwk["x"])).verify(b64(signature), f"{header}.{payload}".encode())
    except InvalidSignature:
        raise Broken(f"{typ}: the signature does not verify") from None
    return dict(json.loads(b64(payload)))


def leaf(data: bytes) -> bytes:
    """Hash a leaf (RFC 6962 2.1)."""
    return hashlib.sha256(b"\0" + data).digest()


def root_from(digest: bytes, index: int, size: int, path: list[str]) -> bytes:
    """Walk an audit path up to the root (RFC 9162 2.1.3.2)."""
    node, last = index, size - 1
    for step in map(bytes.fromhex, path):
        if node % 2 or node == last:
            digest = hashlib.sha256(b"\1" + step + digest).digest()
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            digest = hashlib.sha256(b"\1" + digest + step).digest()
        node, last = node // 2, last // 2
    if last:
        raise Broken("the path is too short")
    return digest


def checkpoint(note: str, vkey: str) -> tuple[int, bytes]:
    """Verify a signed checkpoint and return its size and root."""
    name, key_id, key = vkey.split("+", 2)
    body, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        mark, signer, blob = line.split(" ")
        raw = base64.b64decode(blob)
        if (mark, signer, raw[:4].hex()) == ("—", name, key_id):
            Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:]).verify(raw[4:], f"{body}\n".encode())
            origin, size, root = body.split("\n")[:3]
            if origin == name:
                return int(size), base64.b64decode(root)
    raise Broken("the checkpoint is not signed by the log's key")


def verify(chain: dict[str, Any]) -> None:
    """Check every link."""
    names = ("keys", "record", "answer", "consent", "entry", "delivery")
    keys, record, told, consent, entry, delivery = (chain[name] for name in names)
    ours = keys["gateway"]
    batch = signed(record["statement"], ours["batch"], "xinqiao-batch+jws")
    digest = leaf(record["canonical"].encode())
    root = root_from(digest, record["leaf_index"], batch["records"], record["path"])
    need("记录在签名批次中 the record is in the sealed batch", holds=root.hex() == batch["root"])

    answer = signed(told["answer"], ours["answer"], "xinqiao-answer+jws")
    need("应答与签名一致 the answer is what was signed", holds=all(told[name] == answer[name] for name in answer))
    basis, named, terms = answer["basis"], answer["consent"], json.loads(consent["terms"])
    own = hmac.digest(bytes.fromhex(basis["salt"]), digest, "sha256").hex() if "salt" in basis else digest.hex()
    need("应答基于该记录 the answer rests on the record", holds=own in basis["records"])
    need("输入摘要相符 the digest of its inputs fits", holds=sha256(rfc8785.dumps(basis)) == answer["inputs"])

    version = next(v for v in consent["versions"] if v["version"] == named["version"])
    receipt = signed(version["receipt"], ours["consent"], "xinqiao-consent+jws")
    need("授权存在且有效 the consent was active", holds=(receipt["consent_id"], receipt["version"], receipt["status"])
         == (named["id"], named["version"], "active"))  # fmt: skip
    need("授权条款未改 its terms are those signed", holds=receipt["terms_sha256"] == sha256(consent["terms"].encode()))
    grantor = terms["grantor"] if isinstance(terms["grantor"], str) else terms["grantor"]["subject_id"]
    covers = grantor == answer["subject"] and answer["product"] in terms["products"]
    grantee = terms["grantee"]["institution"] == answer["institution"] and terms["purpose"]["code"] == answer["purpose"]
    need("授权覆盖此次查询 it covers this inquiry", holds=covers and grantee)
    event, opened = json.loads(entry["leaf"]), entry["opened"]
    size, head = checkpoint(entry["checkpoint"], ours["audit"])
    found = root_from(leaf(entry["leaf"].encode()), entry["index"], size, entry["path"])
    need("审计条目在签名日志中 the entry is in the signed log", holds=found == head)
    keyed = hmac.new(bytes.fromhex(opened["salt"]), b"audit-payload/v1\n" + opened["payload"].encode(), hashlib.sha256)
    need("条目内容未改 its payload is the one committed to", holds=keyed.hexdigest() == event["c"])
    need("条目记录的就是该应答 it records this answer", holds=(event["id"], json.loads(opened["payload"])["answer"])
         == (answer["entry"], sha256(told["answer"].encode())))  # fmt: skip

    message = signed(delivery["message"], ours["delivery"], "xinqiao-delivery+jws")
    items = sha256(rfc8785.dumps(message["items"]))
    need("应用结果关于该查询 the usage result is of this inquiry",
         holds=[item["inquiry"] for item in message["items"]] == [answer["inquiry"]])  # fmt: skip
    city = signed(delivery["receipt"]["statement"], keys["city"]["delivery"], "xinqiao-receipt+jws")
    need("市平台签收 the city has signed for it", holds=(city["message_sha256"], city["items_sha256"])
         == (sha256(delivery["message"].encode()), items))  # fmt: skip
    province = signed(delivery["onward_receipt"]["statement"], keys["province"]["delivery"], "xinqiao-receipt+jws")
    need("省平台签收 the province has signed for it", holds=(province["exchange"], province["items_sha256"])
         == (message["exchange"], items))  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("用法 usage: .venv/bin/python examples/verify_chain.py CHAIN.json")
    try:
        verify(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    except (Broken, LookupError, ValueError, TypeError, OSError, InvalidSignature, StopIteration) as fault:
        sys.exit("✗ 文件不能读 cannot be read" if isinstance(fault, OSError) else f"✗ {type(fault).__name__}: {fault}")
