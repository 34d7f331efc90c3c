"""The error table: every row is complete, every reason the program can give has one, and none is there in vain."""

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from gateway.web.error_table import ERRORS, SECTIONS

ROOT = Path(__file__).parents[2]
GIVES = {"Denial", "DeniedError", "Denied", "Unchanged", "ChangeError", "ActError"}  # called with a reason first
NO_REASON = {"already"}  # a change made twice is the same one
ITS_OWN = {460: "checksum-mismatch"}  # tus 1.0 has a status that RFC 9110 has not


def trees() -> Iterator[ast.AST]:
    """The program, without the table itself."""
    for package in ("gateway", "consent", "connectors"):
        for file in (ROOT / package).rglob("*.py"):
            if (ROOT / "gateway" / "web" / "errors") not in file.parents:
                yield ast.parse(file.read_text())


def literals(node: ast.AST) -> Iterator[str]:
    """The texts an expression can be, each as a pattern: what an f-string fills in can be any word."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            texts = (re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z-]+" for p in parts)
            yield "".join(texts)
        case ast.IfExp(body=one, orelse=other):
            yield from literals(one)
            yield from literals(other)


def matching(pattern: str) -> set[str]:
    return {reason for reason in ERRORS if re.fullmatch(pattern, reason)}


def test_every_reason_the_program_gives_has_a_row():
    given = {
        pattern
        for tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in GIVES and call.args
        for pattern in literals(call.args[0])
    } - NO_REASON
    assert len(given) > 60
    assert {pattern for pattern in given if not matching(pattern)} == set()


def test_every_row_is_a_reason_the_program_gives():
    texts = {pattern for tree in trees() for node in ast.walk(tree) for pattern in literals(node)}
    named = {pattern for pattern in texts if re.match(r"[a-z]+\\-|unauthenticated", pattern)}  # begins with a word
    assert set(ERRORS) - set().union(*map(matching, named)) == set()


@pytest.mark.parametrize("reason", ERRORS)
def test_a_row_is_complete(reason: str):
    row = ERRORS[reason]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+|unauthenticated", row.slug or reason)
    assert row.status in {status.value for status in HTTPStatus} or ITS_OWN[row.status] == reason
    for zh in (row.title_zh, row.remedy_zh):
        assert re.search("[\u4e00-\u9fff].*。$", zh)
    for en in (row.title_en, row.remedy_en):
        assert re.fullmatch("[A-Za-z][^\u4e00-\u9fff]+[.]", en)
    assert row.example
    assert row.title == f"{row.title_zh}{row.title_en}"


def test_no_reason_stands_in_two_sections():
    assert sum(len(section.rows) for section in SECTIONS) == len(ERRORS)
