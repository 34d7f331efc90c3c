"""Assertions of clients, with a clock that stands still: each claim alone, at its edge and beyond it."""

import base64
import json
import math
from types import SimpleNamespace

import pytest
from authlib.oauth2.rfc6749.errors import InvalidClientError

from gateway.identity.tokens.assertion import PrivateKeyJwt, read_assertion
from gateway.identity.tokens.marks import assertion_mark
from signing.compact import _sign, encode_segment
from signing.keys import generate_key, public_jwk
from tests.house.limits import CLIENT_KEY, NOW, SECONDS, authenticated
from tests.identities import assertion

ISSUER = "https://credit.example"
OTHER_KEY = generate_key("ES256")
HEAD = "eyJhbGciOiJFUzI1NiJ9"
UNPROVED = "not signed with a key registered for this client"


def refused(told, **changes):
    marks = []
    with pytest.raises(InvalidClientError) as fault:
        authenticated(marks=marks, **changes)
    assert told in fault.value.description
    assert marks == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"iat": None},
        {"nbf": SECONDS},
        {"iat": SECONDS + 0.5, "exp": SECONDS + 60.5},
        {"jti": "x"},
        {"header": {"kid": None}},
        {"form": {"client_id": "c"}},
    ],
)
def test_a_sound_assertion_is_taken_and_its_id_remembered(changes):
    marks = []
    assert authenticated(marks=marks, **changes).client_id == "c"
    assert len(marks) == 1


def test_an_assertion_is_remembered_until_it_has_ended_everywhere():
    first, second, later = [], [], []
    authenticated(marks=first, jti="a", exp=SECONDS + 60)
    authenticated(marks=second, jti="b", exp=SECONDS + 60)
    authenticated(marks=later, jti="a", exp=SECONDS + 90)
    assert first[0].key == later[0].key != second[0].key
    assert first[0].key == assertion_mark("c", "a", 0).key != assertion_mark("d", "a", 0).key
    assert first[0].until.timestamp() == SECONDS + 60 + 60
    assert later[0].until.timestamp() == SECONDS + 90 + 60


@pytest.mark.parametrize(
    ("told", "changes"),
    [
        (UNPROVED, {"sub": "other"}),
        (UNPROVED, {"sub": None}),
        (UNPROVED, {"sub": ["c"]}),
        ("not the sub", {"form": {"client_id": "other"}}),
        (UNPROVED, {"header": {"kid": "x"}}),
        (UNPROVED, {"header": {"kid": None}, "registered": (CLIENT_KEY, OTHER_KEY)}),
        (UNPROVED, {"registered": ()}),
        (UNPROVED, {"key": OTHER_KEY, "header": {"kid": CLIENT_KEY.kid}}),
        ("iss must", {"iss": "other"}),
        ("iss must", {"iss": None}),
        ("aud must", {"aud": [ISSUER]}),
        ("aud must", {"aud": f"{ISSUER}/"}),
        ("exp is missing", {"exp": None}),
        ("exp is missing", {"exp": str(SECONDS + 60)}),
        ("exp is missing", {"exp": True}),
        ("exp is missing", {"exp": math.nan}),
        ("iat or nbf", {"iat": "now"}),
        ("iat or nbf", {"iat": True}),
        ("iat or nbf", {"nbf": [1]}),
        ("jti must", {"jti": None}),
        ("jti must", {"jti": ""}),
        ("jti must", {"jti": 7}),
    ],
)
def test_what_is_wrong_with_an_assertion_is_said(told, changes):
    refused(told, **changes)


def test_a_request_is_its_clients_once_the_signature_is_verified():
    client = SimpleNamespace(client_id="c", keys=[public_jwk(CLIENT_KEY)])
    signed = assertion(CLIENT_KEY, "c", "https://elsewhere.example", iat=SECONDS, exp=SECONDS + 60)
    asked = SimpleNamespace(assertion=read_assertion(signed), form={}, client=None)
    with pytest.raises(InvalidClientError):
        PrivateKeyJwt(None, ISSUER, NOW)({"c": client}.get, asked)
    assert asked.client is client


def test_a_key_is_used_in_its_own_suite_alone():
    head = {"alg": "PS256", "kid": CLIENT_KEY.kid}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, {"sub": "c"})]
    client = SimpleNamespace(client_id="c", keys=[public_jwk(CLIENT_KEY)])
    asked = SimpleNamespace(assertion=read_assertion(".".join([*parts, "AAAA"])), form={})
    with pytest.raises(InvalidClientError) as fault:
        PrivateKeyJwt(None, ISSUER, NOW)({"c": client}.get, asked)
    assert UNPROVED in fault.value.description


@pytest.mark.parametrize(
    "text", ["", "x", "a.b.c", "é.é.é", "eyJhbGciOiJFUzI1NiJ9.W10.AAAA", "eyJhbGciOiJFUzI1NiJ9.ew.AAAA"]
)
def test_what_is_no_jwt_is_refused(text):
    with pytest.raises(InvalidClientError) as fault:
        read_assertion(text)
    assert fault.value.description == "The assertion is not a JWT."


@pytest.mark.parametrize("part", [1, 2])
def test_another_spelling_of_the_same_bytes_is_refused(part):
    """Bits that no byte of a segment needs are zero (RFC 4648 3.5); a second text would be a second assertion."""
    parts = assertion(CLIENT_KEY, "c", ISSUER, jti="x" * 30).split(".")
    while len(parts[part]) % 4 == 0:  # no such bits
        parts = assertion(CLIENT_KEY, "c", ISSUER, jti=parts[1][:30] + "y").split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[part] = parts[part][:-1] + alphabet[alphabet.index(parts[part][-1]) | 1]
    with pytest.raises(InvalidClientError) as fault:
        read_assertion(".".join(parts))
    assert fault.value.description == "The assertion is not a JWT."


@pytest.mark.parametrize("more", [{"x": 1}, {"b64": False, "crit": ["b64"]}, {"crit": ["exp"]}])
def test_a_header_that_names_what_means_nothing_here_is_refused(more):
    head = {"alg": "ES256", "kid": CLIENT_KEY.kid, **more}
    claims = {"iss": "c", "sub": "c", "aud": ISSUER, "iat": SECONDS, "exp": SECONDS + 60, "jti": "x"}
    signed = b".".join(encode_segment(json.dumps(part).encode()) for part in (head, claims))
    whole = signed + b"." + encode_segment(_sign(signed, CLIENT_KEY))
    client = SimpleNamespace(client_id="c", keys=[public_jwk(CLIENT_KEY)], stopped=None)
    with pytest.raises(InvalidClientError):
        PrivateKeyJwt(None, ISSUER, NOW)(
            {"c": client}.get, SimpleNamespace(assertion=read_assertion(whole.decode()), form={}, client=None)
        )
