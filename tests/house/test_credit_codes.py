"""Whoever copies a credit code from a page or an example gets one whose check digits are right."""

import re
from pathlib import Path

import pytest

from connectors.conversion.identifiers import Kind, read_identifier

ROOT = Path(__file__).parents[2]
PLACES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "client").rglob("*.md"),
     *(ROOT / "client").rglob("*.py"), *(ROOT / "examples").glob("*"), *(ROOT / "gateway").rglob("operations.py")]
)  # fmt: skip
SHOWN_AS_WRONG = {"91330302MA00471129", "91330302MA00000155"}  # in examples of rows that are refused
CODE = re.compile(r"(?<![0-9A-Za-z])9[0-9]{7}[0-9A-Z]{10}(?![0-9A-Za-z])")


def codes_in(text):
    return CODE.findall(text)


def is_right(code):
    return read_identifier(code).kind is Kind.USCC


def test_a_wrong_check_digit_is_told():
    assert codes_in("about 91330302MA0000019B, purpose") == ["91330302MA0000019B"]
    assert not is_right("91330302MA0000019B")
    assert is_right("91330302MA00000154")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place.relative_to(ROOT)))
def test_every_code_that_is_shown_is_right(place):
    assert [
        code for code in codes_in(place.read_text("utf-8")) if not is_right(code) and code not in SHOWN_AS_WRONG
    ] == []


def test_codes_are_found():
    assert sum(len(codes_in(place.read_text("utf-8"))) for place in PLACES) > 5
