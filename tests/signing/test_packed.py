"""Signed statements as they are stored: the same text comes back to the byte, and nothing else is taken for one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import signing
from signing.canonical import sha256_hex
from signing.errors import SignatureError
from signing.jws import sign_jws, signed_bytes, verify_jws
from signing.keys import generate_key, public_jwk
from signing.packed import pack, unpack

KEY = generate_key("Ed25519")
SAMPLES = Path(signing.__file__).parent / "samples"
DIGESTS = {"answer-1.json": "4a7b5e963798a85d8f5b41700f4f8b3c10b6bdc24072e86950b50a8e7e94b1cf"}


def signed(statement):
    token = sign_jws(statement, KEY, "test+jws")
    return token, pack(token, signed_bytes(token))


@given(st.dictionaries(st.text(max_size=9), st.text(max_size=90) | st.integers(0, 9), max_size=9))
def test_what_was_packed_is_read_to_the_byte(statement):
    token, packed = signed(statement)
    assert unpack(packed) == token
    assert verify_jws(unpack(packed), [public_jwk(KEY)], "test+jws") == statement


def test_a_text_that_was_stored_as_it_is_is_read_as_it_is():
    token, _ = signed({"score": 600})
    assert unpack(token.encode()) == token


def test_an_answer_takes_a_seventh_of_what_it_is_sent_as():
    answer = json.loads((SAMPLES / "answer-1.json").read_bytes())
    answer["basis"]["feeds"] = dict.fromkeys(answer["basis"]["feeds"], "2027-03-09")
    answer["score"], answer["basis"]["records"] = 655, [sha256_hex(b"record")]
    token, packed = signed(answer)
    assert len(packed) < len(token) / 7


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_a_sample_is_never_changed(name):
    assert {one.name for one in SAMPLES.iterdir()} == DIGESTS.keys()
    assert sha256_hex((SAMPLES / name).read_bytes()) == DIGESTS[name]


def test_what_is_damaged_is_said_to_be():
    _, packed = signed({"score": 600})
    for damaged in (b"", packed[:1], packed[:-1], packed + b"\0", b"\x02" + packed[1:], packed[:1] + packed[9:]):
        with pytest.raises(SignatureError):
            unpack(damaged)
