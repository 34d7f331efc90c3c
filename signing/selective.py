"""Credentials whose holder shows of them what it likes: SD-JWT (RFC 9901), of the type and members of SD-JWT VC.

Whoever is shown one verifies it by `client/xinqiao_client/credentials.py`, which needs nothing of ours; here it is read
by who issued it.
"""

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from signing.compact import encode_segment
from signing.errors import SignatureError
from signing.jws import sign_jws, verify_jws, verify_with
from signing.keys import SigningKey

CREDENTIAL_TYPE = "dc+sd-jwt"
BINDING_TYPE = "kb+jwt"
SALT_BYTES = 16  # RFC 9901 9.3
LONGEST = 20_000  # characters


@dataclass(frozen=True)
class Shown:
    """What a presentation says: what stands open with what is disclosed, and what the holder's key signed; None where
    the credential is bound to no key, or none has signed.
    """

    claims: dict[str, Any]
    binding: dict[str, Any] | None


def issue(claims: Mapping[str, object], showable: Mapping[str, object], key: SigningKey) -> str:
    """Return a credential: `claims` stand open in it, each of `showable` is shown as its holder likes."""
    disclosures = [
        encode_segment(json.dumps([_salt(), name, value], ensure_ascii=False).encode())
        for name, value in showable.items()
    ]
    digests = sorted(encode_segment(sha256(one).digest()).decode() for one in disclosures)  # in no order that tells
    issued = sign_jws({**claims, "_sd_alg": "sha-256", "_sd": digests}, key, CREDENTIAL_TYPE)
    return "~".join([issued, *(one.decode() for one in disclosures), ""])


def _salt() -> str:
    return encode_segment(secrets.token_bytes(SALT_BYTES)).decode()


def read_shown(shown: str, issuers: Sequence[Mapping[str, object]]) -> Shown:
    """Read a presentation of a credential that one of these keys signed; times and audiences are the caller's to judge.

    Raises SignatureError for a signature that is wrong, a disclosure that was added, changed or doubled, and a holder's
    signature over something else.
    """
    if len(shown) > LONGEST or not shown.isascii() or "~" not in shown:
        raise SignatureError("不是凭证 this is no credential")
    issued, *given, bound = shown.split("~")
    claims: dict[str, Any] = dict(verify_jws(issued, issuers, CREDENTIAL_TYPE))
    left = set(claims.pop("_sd", ()))
    claims.pop("_sd_alg", None)
    for one in given:
        digest = _digest(one)
        if digest not in left:
            raise SignatureError("披露项不属于此凭证 a disclosure is not the credential's")
        left.remove(digest)
        _, name, value = _decoded(one)
        claims[name] = value
    if not bound:
        return Shown(claims, None)
    binding = dict(verify_with(bound, _holder(claims), BINDING_TYPE))
    if binding.get("sd_hash") != _digest(shown.removesuffix(bound)) or not isinstance(binding.get("iat"), int):
        raise SignatureError("持有人签的是别的内容 the holder signed something else")
    return Shown(claims, binding)


def _holder(claims: Mapping[str, Any]) -> Mapping[str, object]:
    """Return the key that the credential names as its holder's. Raises SignatureError where it names none."""
    named = claims.get("cnf")
    key = named.get("jwk") if isinstance(named, dict) else None
    if not isinstance(key, dict):
        raise SignatureError("凭证没有写明持有人的公钥 the credential names no key of its holder")
    return key


def _decoded(disclosure: str) -> tuple[str, str, Any]:
    try:
        salt, name, value = json.loads(urlsafe_b64decode(disclosure + "==="))
    except (ValueError, TypeError) as fault:
        raise SignatureError("披露项无法读取 a disclosure cannot be read") from fault
    return salt, name, value


def _digest(text: str) -> str:
    return encode_segment(sha256(text.encode()).digest()).decode()
