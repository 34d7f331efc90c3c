"""The compact form of a JWS (RFC 7515 7.1) by hand, for what is signed and verified thousands of times a second.

What may be signed with which key is decided in jws.py and by whoever takes a verifier: here are the bytes alone.
"""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.errors import SignatureError
from signing.keys import SigningKey

Verifier = Callable[[bytes, bytes], bool]  # signature, what it is over
_HALF = 32  # bytes of each of the two numbers of an ES256 signature (RFC 7518 3.4)
_ES256 = ec.ECDSA(hashes.SHA256())
_PS256 = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
# By how many characters the last group holds: those it may end with, so that bytes have one text (RFC 4648 3.5).
_LAST = {2: "AQgw", 3: "AEIMQUYcgkosw048"}


def encode_segment(data: bytes) -> bytes:
    """Return bytes in base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


def decode_segment(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raises SignatureError for any other spelling of them."""
    over = len(text) % 4
    if over == 1 or "+" in text or "/" in text or "=" in text or (over and text[-1] not in _LAST[over]):
        raise SignatureError("不是规范的 base64url this is no base64url as RFC 7515 has it")
    try:
        return b64decode(text + "==="[: -len(text) % 4], b"-_", validate=True)
    except ValueError as fault:
        raise SignatureError("不是规范的 base64url this is no base64url as RFC 7515 has it") from fault


def sign_compact(payload: bytes, key: SigningKey, typ: str) -> bytes:
    """Return a signed payload in compact form; the header names suite, key id and type."""
    signed = _header(key.alg, key.kid, typ) + encode_segment(payload)
    return signed + b"." + encode_segment(_sign(signed, key))


def verifier_of(key: OKPKey | ECKey | RSAKey) -> Verifier:
    """Return what tells whether a signature is the key's, in the one suite of its kind."""
    public = key.public_key
    if isinstance(public, ec.EllipticCurvePublicKey):
        return lambda signature, signed: (
            len(signature) == 2 * _HALF and _holds(lambda: public.verify(_der(signature), signed, _ES256))
        )
    if isinstance(public, ed25519.Ed25519PublicKey):
        return lambda signature, signed: _holds(lambda: public.verify(signature, signed))
    if isinstance(public, rsa.RSAPublicKey):
        return lambda signature, signed: _holds(lambda: public.verify(signature, signed, _PS256, hashes.SHA256()))
    raise SignatureError("密钥须为 Ed25519、P-256 或 RSA the key is neither Ed25519, P-256 nor RSA")


@lru_cache(64)
def _header(alg: str, kid: str, typ: str) -> bytes:
    members = json.dumps({"alg": alg, "kid": kid, "typ": typ}, separators=(",", ":"))
    return encode_segment(members.encode()) + b"."


def _sign(signed: bytes, key: SigningKey) -> bytes:
    if key.alg == "ES256":
        r, s = decode_dss_signature(cast("ec.EllipticCurvePrivateKey", key.jwk.private_key).sign(signed, _ES256))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return cast("ed25519.Ed25519PrivateKey", key.jwk.private_key).sign(signed)


def _der(signature: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))


def _holds(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True
