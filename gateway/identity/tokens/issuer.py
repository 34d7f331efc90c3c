"""The authorization server as one instance has it: its name, its keys, how long its tokens live, its nonces."""

from dataclasses import dataclass

from gateway.identity.tokens.nonces import Nonces
from gateway.runtime.keystore import KeyStore


@dataclass(frozen=True)
class TokenIssuer:
    """Who issues tokens: `name` is the issuer's address."""

    name: str
    keys: KeyStore
    token_lifetime_seconds: int
    nonces: Nonces
