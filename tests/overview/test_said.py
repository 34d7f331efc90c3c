"""What is typed is read every way it can be meant."""

from uuid import uuid4

import pytest

from gateway.overview.said import LONGEST, read_said
from tests.enterprises import uscc

CODE = uscc(7)


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), f"  {CODE[:8]} {CODE[8:]} ", "".join(chr(ord(c) + 0xFEE0) for c in CODE)]
)
def test_a_code_is_read_in_any_spelling(typed):
    assert read_said(typed).code == CODE
    assert read_said(typed).nearly == ()


def test_a_code_with_a_wrong_check_character_names_the_right_one():
    wrong = CODE[:-1] + ("0" if CODE[-1] != "0" else "1")
    said = read_said(wrong)
    assert (said.code, said.nearly) == (None, (CODE,))


@pytest.mark.parametrize("typed", ["", "   ", "某某公司", CODE[:-1], "I" * 18, "💡" * 18, "\u202e公司"])
def test_what_is_no_code_is_none(typed):
    said = read_said(typed)
    assert (said.code, said.nearly, said.id) == (None, (), None)


def test_an_id_is_read_with_and_without_dashes():
    one = uuid4()
    assert read_said(str(one)).id == read_said(one.hex.upper()).id == one


def test_what_is_too_long_is_cut():
    assert len(read_said("长" * (LONGEST + 1)).text) == LONGEST
    assert read_said("a\x00b").text == "ab"
