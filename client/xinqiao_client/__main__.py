"""For those who speak HTTP by hand: `python -m xinqiao_client token|assertion|proof …` prints what has to be sent."""

import argparse
import hashlib
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from typing import Any

from xinqiao_client.auth import XinqiaoAuth
from xinqiao_client.errors import XinqiaoError
from xinqiao_client.keys import create_key, load_key, sign


def main() -> None:
    """Print an assertion or a proof, or make a key pair."""
    parser = argparse.ArgumentParser(prog="python -m xinqiao_client", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    key = commands.add_parser("key", help="生成密钥对 make a key pair: FILE and FILE.pub")
    key.add_argument("file")
    assertion = commands.add_parser("assertion", help="登录断言 a client assertion (RFC 7523)")
    for name in ("issuer", "client_id", "key"):
        assertion.add_argument(name)
    token = commands.add_parser("token", help="取得访问令牌 log in and print the access token")
    for name in ("issuer", "client_id", "key"):
        token.add_argument(name)
    proof = commands.add_parser("proof", help="持有证明 a DPoP proof (RFC 9449), signed with the same key")
    for name in ("key", "method", "url"):
        proof.add_argument(name)
    proof.add_argument("--token", help="访问令牌；登录时不给 the access token; none at log-in")
    proof.add_argument("--nonce", help="DPoP-Nonce 的值 the value of DPoP-Nonce, where one was asked for")
    given = parser.parse_args()
    try:
        print(_answer(given))
    except FileExistsError as fault:
        sys.exit(f"失败 failed: 已有 {fault.filename}，私钥不覆盖 it exists: a private key is never overwritten")
    except OSError as fault:
        sys.exit(f"失败 failed: {fault.filename} 不能读写 cannot be read or written")
    except (XinqiaoError, ValueError) as fault:
        sys.exit(f"失败 failed: {fault}")


def _answer(given: argparse.Namespace) -> str:
    if given.command == "key":
        return str(create_key(given.file))
    if given.command == "token":
        private = load_key(given.key)
        return XinqiaoAuth(given.issuer, given.client_id, private, proof_key=private).log_in()
    return _assertion(given.issuer, given.client_id, given.key) if given.command == "assertion" else _proof(given)


def _assertion(issuer: str, client_id: str, file: str) -> str:
    key, now = load_key(file), int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": issuer, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4()),
    }  # fmt: skip
    return sign({"kid": key.kid or key.thumbprint()}, claims, key)


def _proof(given: argparse.Namespace) -> str:
    key = load_key(given.key)
    claims: dict[str, Any] = {"jti": str(uuid.uuid4()), "htm": given.method, "htu": given.url, "iat": int(time.time())}
    if given.token:
        claims["ath"] = urlsafe_b64encode(hashlib.sha256(given.token.encode()).digest()).rstrip(b"=").decode()
    if given.nonce:
        claims["nonce"] = given.nonce
    public = {name: value for name, value in key.as_dict(private=False).items() if name not in {"kid", "alg"}}
    return sign({"typ": "dpop+jwt", "jwk": public}, claims, key)


if __name__ == "__main__":
    main()
