"""What a client signs, made with nothing but a library of signatures: log-in, proof of possession, submission.

It prints the worked example of the page /docs/signing: the published key of RFC 8037, one moment, ids that are fixed.
Ed25519 gives the same signature each time; your own key, clock and ids (a fresh jti each time) take their places.
"""

import hashlib
import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

USAGE = ".venv/bin/python examples/sign_requests.py"
try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
except ModuleNotFoundError as missing:
    sys.exit(f"缺少 {missing.name}，请这样运行 {missing.name} is not installed; run it so: {USAGE}")
if len(sys.argv) != len(USAGE.split()) - 1:
    sys.exit(f"用法 usage: {USAGE}")

PRIVATE = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"  # RFC 8037 A.1: everybody knows it, nobody uses it
ISSUER, CLIENT, NOW = "https://gateway.example", "bank-1", 1795737600
TOKEN = "an-access-token"  # noqa: S105 - of the example
FILE = "企业名称,纳税人识别号\n某某公司,91330302MA00000154\n".encode()


def base64url(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_json(members: dict[str, object]) -> bytes:
    """Return JSON without blanks."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


key = Ed25519PrivateKey.from_private_bytes(urlsafe_b64decode(PRIVATE + "="))
jwk = {"crv": "Ed25519", "kty": "OKP", "x": base64url(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
kid = base64url(hashlib.sha256(as_json(jwk)).digest())  # RFC 7638: the members in this order, and no others


def signed(header: dict[str, object], claims: dict[str, object]) -> str:
    """Return a JWS in its compact form."""
    text = f"{base64url(as_json(header))}.{base64url(as_json(claims))}"
    return f"{text}.{base64url(key.sign(text.encode()))}"


assertion = signed(
    {"alg": "Ed25519", "kid": kid},
    {"iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "iat": NOW, "exp": NOW + 60,
     "jti": "01a21c00-0000-7000-8000-000000000001"},
)  # fmt: skip
proof = signed(
    {"alg": "Ed25519", "typ": "dpop+jwt", "jwk": jwk},
    {"jti": "01a21c00-0000-7000-8000-000000000002", "htm": "POST", "htu": f"{ISSUER}/v1/inquiries", "iat": NOW,
     "ath": base64url(hashlib.sha256(TOKEN.encode()).digest())},
)  # fmt: skip
batch = signed(
    {"alg": "Ed25519", "kid": kid, "typ": "xinqiao-batch-signature+jws"},
    {"batch": "2026-11-27-1", "dataset": "tax_arrears", "sha256": hashlib.sha256(FILE).hexdigest()},
)
print(json.dumps({"assertion": assertion, "proof": proof, "batch": batch}, indent=2))
