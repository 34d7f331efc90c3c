"""The worked example of what a client signs: the same inputs as examples/sign_requests.py, which is written apart.

The key is the published one of RFC 8037, and Ed25519 gives the same signature each time: the page shows whole values,
and a test holds those of both programs against each other.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from joserfc import jws
from joserfc.jwk import OKPKey

from signing.jws import ALGORITHMS

PRIVATE: Mapping[str, str] = {
    "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}  # fmt: skip
ISSUER, CLIENT, NOW = "https://gateway.example", "bank-1", 1795737600
TOKEN = "an-access-token"  # noqa: S105 - of the example
FILE = "企业名称,纳税人识别号\n某某公司,91330302MA00000154\n"
_REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


@dataclass(frozen=True)
class Signed:
    """One thing that is signed: its header and claims as people read them, and the value that is sent."""

    name: str
    header: str
    claims: str
    value: str


@cache
def signed_examples() -> tuple[Signed, ...]:
    """Return the client assertion, the proof of possession and the signature over a submission, in this order."""
    key = OKPKey.import_key(dict(PRIVATE))
    public = {name: PRIVATE[name] for name in ("crv", "kty", "x")}
    kid = key.thumbprint()
    return (
        _signed("assertion", {"alg": "Ed25519", "kid": kid}, {
            "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": NOW, "exp": NOW + 60,
            "jti": "01a21c00-0000-7000-8000-000000000001",
        }),
        _signed("proof", {"alg": "Ed25519", "typ": "dpop+jwt", "jwk": public}, {
            "jti": "01a21c00-0000-7000-8000-000000000002", "htm": "POST", "htu": f"{ISSUER}/v1/inquiries", "iat": NOW,
            "ath": jws_digest(TOKEN),
        }),
        _signed("batch", {"alg": "Ed25519", "kid": kid, "typ": "xinqiao-batch-signature+jws"}, {
            "batch": "2026-11-27-1", "dataset": "tax_arrears", "sha256": sha256(FILE.encode()).hexdigest(),
        }),
    )  # fmt: skip


def jws_digest(text: str) -> str:
    """Return the digest of a text in base64url, as a proof names its token (RFC 9449 4.2)."""
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def _signed(name: str, header: Mapping[str, object], claims: Mapping[str, object]) -> Signed:
    key = OKPKey.import_key(dict(PRIVATE))
    value = jws.serialize_compact(dict(header), json.dumps(claims, separators=(",", ":")), key, registry=_REGISTRY)
    return Signed(name, _readable(header), _readable(claims), value)


def _readable(members: Mapping[str, object]) -> str:
    return json.dumps(members, ensure_ascii=False, indent=2)
