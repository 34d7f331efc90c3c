"""Credentials whose holder shows of them what it likes: SD-JWT (RFC 9901), of the type and members of SD-JWT VC.

Verified by `client/xinqiao_client/credentials.py`, which needs nothing of ours.
"""

import json
import secrets
from collections.abc import Mapping
from hashlib import sha256

from signing.compact import encode_segment
from signing.jws import sign_jws
from signing.keys import SigningKey

CREDENTIAL_TYPE = "dc+sd-jwt"
SALT_BYTES = 16  # RFC 9901 9.3


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
