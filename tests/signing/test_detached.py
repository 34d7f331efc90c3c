"""Signatures beside a body: as another library makes them, and over these very bytes alone."""

import json

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from signing.compact import encode_segment
from signing.detached import LONGEST_SIGNATURE, check_key, verify_detached
from signing.errors import SignatureError
from xinqiao_client import sign_answer

BODY = b'{"score": 1.50, "a.b": "\xe5\x88\x86"}\n'
KEYS = [OKPKey.generate_key("Ed25519"), ECKey.generate_key("P-256")]
ALGORITHMS = {"OKP": "Ed25519", "EC": "ES256"}


def public(key):
    return {name: str(value) for name, value in key.as_dict(private=False).items()}


def signed(key, body=BODY, **header):
    """Sign as the library does, with a header of one's own."""
    members = {"alg": ALGORITHMS[key.key_type], "b64": False, "crit": ["b64"], **header}
    registry = jws.JWSRegistry(algorithms=list(ALGORITHMS.values()))
    made = jws.serialize_compact(
        {name: one for name, one in members.items() if one != ""}, body, key, registry=registry
    )
    return f"{made.partition('.')[0]}..{made.rpartition('.')[2]}"


@pytest.mark.parametrize("key", KEYS, ids=lambda one: one.key_type)
def test_the_librarys_and_the_clients_signatures_hold(key):
    verify_detached(signed(key), BODY, public(key))
    verify_detached(sign_answer(key, BODY), BODY, public(key))


@pytest.mark.parametrize("key", KEYS, ids=lambda one: one.key_type)
@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], b"", BODY.replace(b"1.50", b"1.5")])
def test_no_other_bytes_are_signed(key, body):
    with pytest.raises(SignatureError):
        verify_detached(signed(key), body, public(key))


def test_another_key_or_suite_is_refused():
    ed, ec = KEYS
    for signature, key in (
        (signed(ed), OKPKey.generate_key("Ed25519")), (signed(ec), ECKey.generate_key("P-256")), (signed(ed), ec),
        (signed(ec), ed),
    ):  # fmt: skip
        with pytest.raises(SignatureError):
            verify_detached(signature, BODY, public(key))


def headed(header):
    """The signature of the first key with another header, which it does not cover."""
    return f"{encode_segment(header).decode()}..{signed(KEYS[0]).rpartition('.')[2]}"


FORGED = [
    "", "..", "a.b", signed(KEYS[0]).replace("..", "."), signed(KEYS[0]).replace("..", ".e30."),
    signed(KEYS[0], b64="", crit=""), headed(b"[]"), headed(b"{"), headed(b'"b64"'), headed(b"\xff"),
    headed(json.dumps({"alg": "none", "b64": False, "crit": ["b64"]}).encode()),
    headed(json.dumps({"alg": "Ed25519", "b64": True, "crit": ["b64"]}).encode()),
    headed(json.dumps({"alg": "Ed25519", "b64": False, "crit": ["b64", "exp"]}).encode()),
    headed(json.dumps({"alg": "Ed25519", "b64": 0, "crit": ["b64"]}).encode()),
    signed(KEYS[0]) + "=", signed(KEYS[0])[:-1],
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(FORGED)))
def test_what_is_no_such_signature_is_refused(place):
    with pytest.raises(SignatureError):
        verify_detached(FORGED[place], BODY, public(KEYS[0]))


@pytest.mark.parametrize(("more", "held"), [(-1, True), (0, True), (1, False)])
def test_a_signature_has_its_limit(more, held):
    bare = len(signed(KEYS[0], kid="x"))
    kid = "x"
    while (length := len(signed(KEYS[0], kid=kid))) < LONGEST_SIGNATURE + more:
        kid += "x" * max(1, (LONGEST_SIGNATURE + more - length) * 3 // 4)
    if length > LONGEST_SIGNATURE + more:  # no header has just this length: three letters more are four in its text
        assert length == LONGEST_SIGNATURE + more + 1
        held = length <= LONGEST_SIGNATURE
    assert bare < length
    if held:
        verify_detached(signed(KEYS[0], kid=kid), BODY, public(KEYS[0]))
    else:
        with pytest.raises(SignatureError):
            verify_detached(signed(KEYS[0], kid=kid), BODY, public(KEYS[0]))


@pytest.mark.parametrize(
    "jwk",
    [
        {}, {"kty": "OKP", "crv": "X25519", "x": "AA"}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "BB"}, {"kty": "EC", "crv": "P-256", "x": 5, "y": "BB"},
        public(RSAKey.generate_key(2048)), KEYS[0].as_dict(private=True), {"kty": "oct", "k": "AA"},
    ],
)  # fmt: skip
def test_a_key_that_is_private_or_of_another_kind_is_refused(jwk):
    with pytest.raises(SignatureError):
        check_key(jwk)
    for key in KEYS:
        check_key(public(key))
