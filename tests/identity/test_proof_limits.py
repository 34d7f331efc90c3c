"""The limits of a DPoP proof, one below, at and one above each, with a clock that stands still."""

import pytest

from gateway.identity.tokens.dpop import (
    LARGEST_ID,
    LARGEST_PROOF,
    LONGEST_AGE_SECONDS,
    SKEW_SECONDS,
    ProofError,
    read_proof,
)
from tests.identities import proof

URL = "https://credit.example/v1/quota"
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
