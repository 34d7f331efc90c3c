"""The catalogue of events: what the program records is in it, and nothing is in it in vain."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.errors import EventError
from gateway.runtime.actor import PROGRAM
from gateway.runtime.events import EVENTS
from tests.submissions import CLERK

ROOT = Path(__file__).parents[2]
KINDS = {
    "account",
    "agency",
    "signatory",
    "operator",
    "system",
    "auditor",
    "platform",
    "office",
    "person",
    "machine",
    "program",
}
TYPE = re.compile(r"[a-z][a-z_]*\\\.[a-z\[][a-z_\[\]+-]*")  # as re.escape spells "noun.verb"


def trees() -> Iterator[ast.AST]:
    """The gateway, without the catalogue itself."""
    for file in (ROOT / "gateway").rglob("*.py"):
        if file.name != "events.py":
            yield ast.parse(file.read_text())


def texts(node: ast.AST) -> Iterator[str]:
    """The text an expression is, as a pattern: what an f-string fills in can be any word."""
    match node:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z_]+" for p in parts)


def matching(pattern: str) -> set[str]:
    return {name for name in EVENTS if re.fullmatch(pattern, name)}


def test_what_is_recorded_by_name_is_in_the_catalogue():
    recorded = {
        pattern
        for tree in trees()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "record"
        for pattern in (texts(call.args[0]) if call.args else ())
    }
    assert len(recorded) > 20
    assert {pattern for pattern in recorded if not matching(pattern)} == set()


def test_every_event_can_be_caused_by_somebody_and_says_which_of_its_members_are_personal():
    for name, known in EVENTS.items():
        assert known.by, name
        assert known.by <= KINDS, name
        assert known.personal <= known.payload | known.maybe, name


async def test_who_is_not_listed_cannot_cause_an_event(gateway):
    async with gateway.units.begin("test.cause", CLERK) as work:
        with pytest.raises(EventError, match="does not list agency"):
            await work.record("quota.set", {"scope": "account", "id": "a", "per_day": 1, "per_month": 1}, outcome="set")
        with pytest.raises(EventError, match="does not list agency"):
            await work.record("held.expired", {"held": "h", "batch": None}, outcome="expired", actor="worker")
    async with gateway.units.begin("test.cause", PROGRAM) as work:
        with pytest.raises(EventError, match="does not list program"):
            await work.record("held.discarded", {"held": "h", "batch": None}, outcome="discarded")
        assert await work.record("upload.ended", {"upload": "u"}, outcome="expired", actor="tax")
