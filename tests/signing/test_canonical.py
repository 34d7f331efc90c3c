"""RFC 8785: the standard's own example and what has no canonical form."""

import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from signing.canonical import canonical_bytes, sha256_hex
from signing.errors import CanonicalError


def test_the_standards_example_comes_out_to_the_byte() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_bytes(value) == expected.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53 + 1, {1: "a"}, "\ud800", object()])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)


NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(st.none() | st.booleans() | NUMBERS | TEXTS, lambda one: st.lists(one) | st.dictionaries(TEXTS, one))
)
def test_the_short_way_and_the_long_way_write_the_same_bytes(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [-(2**53), 2**53, [2**60], {"a": "\udfff"}, {"\ud800": 1}, (object(),), {"a": {1, 2}}]
)
def test_the_short_way_takes_nothing_that_the_long_one_refuses(value: object) -> None:
    with pytest.raises(CanonicalError):
        canonical_bytes(value)


def test_a_digest_is_sha256() -> None:
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
