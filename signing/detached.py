"""Signatures beside what they sign: a JWS over the bytes as they are sent (RFC 7515 appendix F, RFC 7797).

The text is `header..signature`; its header says that the payload is not encoded (`"b64": false`, `"crit": ["b64"]`).
"""

import json
from collections.abc import Mapping

from signing.compact import decode_segment, verifier_of
from signing.errors import SignatureError
from signing.jws import SUITES, import_public

LONGEST_SIGNATURE = 2048
KEY_TYPES = ("OKP", "EC")  # Ed25519 and P-256 alone


def verify_detached(signature: str, body: bytes, jwk: Mapping[str, object]) -> None:
    """Pass where the key has signed this body. Raises SignatureError with the reason."""
    parts = signature.split(".")
    if len(signature) > LONGEST_SIGNATURE or len(parts) != 3 or parts[1]:
        raise SignatureError("不是分离的签名 this is no detached signature")
    header, made = _header_of(parts[0]), decode_segment(parts[2])
    if header.get("b64") is not False or header.get("crit") != ["b64"]:
        raise SignatureError("签名须按 RFC 7797 不编码正文 the payload is to be signed unencoded (RFC 7797)")
    if header.get("alg") not in SUITES[str(jwk["kty"])]:
        raise SignatureError("算法与密钥不符 the suite is not one of the key's")
    if not verifier_of(import_public(jwk))(made, f"{parts[0]}.".encode() + body):
        raise SignatureError


def check_key(jwk: Mapping[str, object]) -> None:
    """Pass where signatures can be verified with a key: a public one, Ed25519 or P-256. Raises SignatureError."""
    if jwk.get("kty") not in KEY_TYPES or "d" in jwk:
        raise SignatureError("密钥须为 Ed25519 或 P-256 公钥 the key is to be a public one, Ed25519 or P-256")
    try:
        import_public(jwk)
    except ValueError as fault:
        raise SignatureError("密钥读不出 the key cannot be read") from fault


def _header_of(segment: str) -> Mapping[str, object]:
    try:
        members = json.loads(decode_segment(segment))
    except ValueError as fault:
        raise SignatureError("签名的头读不出 the header of the signature cannot be read") from fault
    if not isinstance(members, dict):
        raise SignatureError("签名的头读不出 the header of the signature cannot be read")
    return members
