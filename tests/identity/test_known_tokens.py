"""Tokens remembered after they were verified: what they say is, whether they may still be used never is."""

import time

import pytest

from gateway.identity.clients.access import BOUND_SECONDS
from gateway.identity.tokens import known_tokens
from gateway.identity.tokens.access_tokens import AccessToken, Grant, TokenError, mint
from gateway.identity.tokens.binding import Binding
from gateway.identity.tokens.known_tokens import LIFE_SECONDS, KnownTokens
from gateway.runtime.keystore import KeyStore
from signing.keys import generate_key, public_jwk
from tests.identities import assertion, form, login, register
from tests.second_worker import second_worker

ISSUER = "https://issuer.example"
AT = 1_000_000


class Keys(KeyStore):
    """A key of tokens that can be replaced, as a rotation does."""

    def __init__(self) -> None:
        super().__init__(bytes(32))
        self.renew()

    def renew(self) -> None:
        self._keys = {"token": generate_key("ES256")}
        self._public = {"token": [public_jwk(self._keys["token"])]}


@pytest.fixture
def keys():
    return Keys()


def token_of(keys, life=600, client="bank-1") -> tuple[str, AccessToken]:
    grant = Grant(client, "account", "inquiries", "bank", None)
    return mint(grant, Binding("jkt", "thumb"), keys, ISSUER, AT, life)


@pytest.fixture
def verified(monkeypatch):
    """Every verification of a signature, by the moment it was made at."""
    made, read = [], known_tokens.read

    def noting(token, keys, issuer, now):
        made.append(now)
        return read(token, keys, issuer, now)

    monkeypatch.setattr(known_tokens, "read", noting)
    return made


def test_a_token_is_verified_again_after_its_time_here(keys, verified):
    known, (token, said) = KnownTokens(keys, ISSUER), token_of(keys)
    for later in (0, 1, LIFE_SECONDS - 1, LIFE_SECONDS, LIFE_SECONDS + 1):
        assert known.read(token, AT + later) == said
    assert verified == [AT, AT + LIFE_SECONDS]


def test_a_token_that_has_expired_is_refused_although_it_was_known(keys):
    known, (token, _) = KnownTokens(keys, ISSUER), token_of(keys, life=10)
    assert known.read(token, AT + 9.9)
    with pytest.raises(TokenError):
        known.read(token, AT + 10)


def test_a_token_whose_key_was_retired_is_refused_although_it_was_known(keys):
    known, (token, _) = KnownTokens(keys, ISSUER), token_of(keys)
    assert known.read(token, AT)
    keys.renew()
    with pytest.raises(TokenError):
        known.read(token, AT)


def test_what_was_refused_is_not_remembered_as_a_token(keys):
    known = KnownTokens(keys, ISSUER)
    token = token_of(keys)[0]
    for _ in range(2):
        with pytest.raises(TokenError):
            known.read(token[:-8] + "AAAAAAAA", AT)
    assert known.read(token, AT)


def test_the_number_of_tokens_has_a_limit_and_the_oldest_goes_first(keys, verified, monkeypatch):
    monkeypatch.setattr(known_tokens, "MOST", 2)
    known, tokens = KnownTokens(keys, ISSUER), [token_of(keys)[0] for _ in range(3)]
    for token in (*tokens, tokens[2], tokens[1], tokens[0]):
        known.read(token, AT)
    assert len(verified) == 4


async def test_a_token_in_use_that_is_revoked_opens_nothing_more_here_at_once_elsewhere_within_the_bound(
    client, gateway
):
    bank, issuer = await register(gateway, "bank-7", "account", "bank"), gateway.settings.issuer
    async with second_worker(gateway) as other:
        headers = await login(client, bank, "bank-7", issuer)
        for each in (client, other, client, other):
            assert (await each.get("/v1/quota", headers=headers)).status_code == 200
        taken_back = form(assertion(bank, "bank-7", issuer), token=headers["Authorization"].removeprefix("DPoP "))
        assert (await client.post("/oauth/revoke", data=taken_back)).status_code == 200
        assert (await client.get("/v1/quota", headers=headers)).status_code == 401
        revoked, ended = time.monotonic(), False
        while not ended:  # what it read before the revocation ends within the bound
            begun = time.monotonic()
            ended = (await other.get("/v1/quota", headers=headers)).status_code == 401
            assert ended or begun < revoked + BOUND_SECONDS
