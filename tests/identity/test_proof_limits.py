"""The limits of a DPoP proof, one below, at and one above each, with a clock that stands still."""

import time

import pytest

from gateway.identity.tokens.dpop import (
    LARGEST_HEADER,
    LARGEST_ID,
    LARGEST_PROOF,
    LONGEST_AGE_SECONDS,
    SKEW_SECONDS,
    ProofError,
    read_proof,
    token_hash,
)
from gateway.identity.tokens.replay import ReplayWindow
from tests.identities import PROOF_KEY, proof
from tests.identity.test_dpop import MUST_PASS, WRONG

URL = "https://credit.example/v1/quota"
HERE = "http://127.0.0.1:8000/v1/quota"  # where the wrong ones are meant for
NOW = 1_800_000_000


def read(**claims):
    return read_proof(proof(URL, "GET", **{"iat": NOW, **claims}), method="GET", url=URL, now=NOW)


@pytest.mark.parametrize("age", [LONGEST_AGE_SECONDS - 1, LONGEST_AGE_SECONDS, -SKEW_SECONDS, 1 - SKEW_SECONDS])
def test_a_proof_is_good_for_a_minute_and_half_a_minute_ahead(age):
    assert read(iat=NOW - age).ends == NOW - age + LONGEST_AGE_SECONDS


@pytest.mark.parametrize("age", [LONGEST_AGE_SECONDS + 1, LONGEST_AGE_SECONDS + 0.001, -SKEW_SECONDS - 1])
def test_an_older_proof_or_one_from_further_ahead_is_refused(age):
    with pytest.raises(ProofError, match="too far from now"):
        read(iat=NOW - age)


@pytest.mark.parametrize(("length", "good"), [(0, False), (1, True), (LARGEST_ID, True), (LARGEST_ID + 1, False)])
def test_an_id_has_one_to_256_characters(length, good):
    if good:
        assert len(read(jti="x" * length).jti) == length
    else:
        with pytest.raises(ProofError, match="jti"):
            read(jti="x" * length)


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (0, "empty or too large"),
        (1, "no signed JWT"),
        (LARGEST_PROOF, "no signed JWT"),
        (LARGEST_PROOF + 1, "empty or too large"),
    ],
)
def test_a_proof_is_looked_at_up_to_8192_characters(length, told):
    with pytest.raises(ProofError, match=told):
        read_proof("x" * length, method="GET", url=URL, now=NOW)


def test_a_proof_of_nearly_8192_characters_is_good():
    fill = "x" * (LARGEST_PROOF * 3 // 4 - 400)
    made = proof(URL, "GET", iat=NOW, fill=fill)
    assert LARGEST_PROOF - 200 < len(made) <= LARGEST_PROOF
    assert read_proof(made, method="GET", url=URL, now=NOW).thumbprint


@pytest.mark.parametrize(("more", "taken"), [(-1, True), (0, True), (1, False)])
def test_a_header_of_a_proof_has_2048_characters_at_most(more, taken):
    bare = len(proof(URL, "GET", iat=NOW, header={"x": ""}).split(".")[0])
    made = proof(URL, "GET", iat=NOW, header={"x": "x" * ((LARGEST_HEADER - bare) * 3 // 4 + more * 3)})
    assert (len(made.split(".")[0]) <= LARGEST_HEADER) is taken
    if taken:
        assert read_proof(made, method="GET", url=URL, now=NOW).thumbprint
    else:
        with pytest.raises(ProofError):
            read_proof(made, method="GET", url=URL, now=NOW)


@pytest.mark.parametrize("token", [None, "a-token"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_proof_is_refused_with_or_without_a_token(wrong, token):
    sent = WRONG[wrong](HERE, "GET", token)
    with pytest.raises(ProofError):
        read_proof(
            sent if isinstance(sent, str) else sent.decode(), method="GET", url=HERE, now=time.time(), token=token
        )


@pytest.mark.parametrize("case", MUST_PASS)
def test_what_is_unusual_and_allowed_is_good(case):
    more = {"iat": int(time.time()), **MUST_PASS[case](HERE)}
    assert read_proof(proof(HERE, "GET", **more), method="GET", url=HERE, now=time.time()).jti


@pytest.mark.parametrize(
    ("htu", "url", "same"),
    [
        ("https://h.example/a%2Fb", "https://h.example/a/b", True),
        ("https://h.example", "https://h.example/", True),
        ("https://h.example:443/a", "https://h.example/a", True),
        ("https://h.example:80/a", "https://h.example/a", False),
        ("http://h.example/a", "https://h.example/a", False),
        ("https://h.example/A", "https://h.example/a", False),
        ("https://h.example/a/", "https://h.example/a", False),
        ("https://h.example:x/a", "https://h.example/a", False),
        ("https://h.example/a?" + "q" * 2 * LARGEST_ID, "https://h.example/a", False),
        ("https://h.example/a?" + "q" * (2 * LARGEST_ID - 1), "https://h.example/a", True),
    ],
)
def test_where_a_proof_was_meant_for(htu, url, same):
    sent = proof(htu, "GET", iat=NOW)
    if same:
        assert read_proof(sent, method="GET", url=url, now=NOW).nonce is None
    else:
        with pytest.raises(ProofError, match="htu must be"):
            read_proof(sent, method="GET", url=url, now=NOW)


def test_a_token_is_named_by_its_digest():
    assert token_hash("a-token") == "H2B246R7od7QgCX_4G5XryF8FPlAfzP7pQ-ZsccBk4c"


def test_a_header_of_what_is_no_text_has_a_digest_too():
    assert token_hash("\ud800") == token_hash("?")


def test_a_proof_names_the_token_beside_it():
    made = proof(URL, "GET", "a-token", iat=NOW)
    assert read_proof(made, method="GET", url=URL, now=NOW, token="a-token").jti
    for sent, token in ((made, "another"), (proof(URL, "GET", iat=NOW), "a-token")):
        with pytest.raises(ProofError, match="ath must be"):
            read_proof(sent, method="GET", url=URL, now=NOW, token=token)


def test_an_extension_that_must_be_understood_is_refused_by_its_name():
    with pytest.raises(ProofError, match="crit names"):
        read_proof(WRONG["crit"](HERE, "GET", None), method="GET", url=HERE, now=time.time())


def test_a_proof_is_remembered_to_its_very_end_and_behind_one_that_ends_later():
    window = ReplayWindow()
    assert window.first("elder", 20.0, 0.0)
    assert window.first("early", 10.0, 0.0)
    assert [window.first(key, 30.0, 20.0) for key in ("elder", "early")] == [False, False]
    assert [window.first(key, 30.0, 20.1) for key in ("elder", "early")] == [True, True]


def test_a_nonce_that_is_no_text_is_none():
    assert read(nonce=7).nonce is None
    assert read(nonce="n").nonce == "n"
    assert read().thumbprint == PROOF_KEY.thumbprint()
