"""The compact form by hand is the library's, byte for byte, and refuses what is spelled otherwise."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from signing.compact import decode_segment, encode_segment, sign_compact, verifier_of
from signing.errors import SignatureError
from signing.jws import ALGORITHMS, import_public, verify_jws
from signing.keys import generate_key, public_jwk

REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS)
ED, EC = generate_key("Ed25519"), generate_key("ES256")
RSA = RSAKey.generate_key(2048)


def test_what_is_signed_by_hand_is_what_the_library_signs():
    signed = sign_compact(b'{"a":1}', ED, "thing+jws").decode()
    header = {"alg": "Ed25519", "kid": ED.kid, "typ": "thing+jws"}
    assert signed == jws.serialize_compact(header, b'{"a":1}', ED.jwk, registry=REGISTRY)
    other = sign_compact(b'{"a":1}', EC, "thing+jws").decode()
    assert jws.deserialize_compact(other, EC.jwk, registry=REGISTRY).payload == b'{"a":1}'
    assert verify_jws(other, [public_jwk(EC)], "thing+jws") == {"a": 1}


@pytest.mark.parametrize(("key", "alg"), [(ED.jwk, "Ed25519"), (EC.jwk, "ES256"), (RSA, "PS256")])
def test_a_signature_verifies_with_its_own_key_over_its_own_bytes_alone(key, alg):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        signed, _, signature = jws.serialize_compact({"alg": alg}, b"x", key, registry=REGISTRY).rpartition(".")
    verifies, raw = verifier_of(import_public(key.as_dict(private=False))), decode_segment(signature)
    assert verifies(raw, signed.encode())
    for wrong in (raw[:-1], raw + b"\0", b"", bytes(len(raw)), raw[:8] + bytes([raw[8] ^ 1]) + raw[9:]):
        assert not verifies(wrong, signed.encode())
    assert not verifies(raw, signed.encode() + b"x")


@given(st.binary(max_size=40))
def test_bytes_have_one_text(data):
    text = encode_segment(data).decode()
    assert decode_segment(text) == data
    for wrong in (text + "=", text + "A" * (5 - len(text) % 4), text + " ", text + "é"):
        with pytest.raises(SignatureError):
            decode_segment(wrong)


@pytest.mark.parametrize("text", ["A", "AB", "AAB", "A+AA", "A/AA", "A\nAA", "====", "é"])
def test_another_spelling_of_bytes_is_refused(text):
    with pytest.raises(SignatureError):
        decode_segment(text)
