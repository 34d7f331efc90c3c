"""No sentence of a library reaches a caller: every operation is sent what is wrong, and says so in words of ours."""

import json
import re
from copy import deepcopy
from typing import Any, get_args

import pytest
from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import ErrorType

from gateway.runtime.errors import SettingsError
from gateway.runtime.settings import load_settings
from gateway.runtime.wrong_values import OTHER, SENTENCES, reason_of
from tests.house.test_two_languages import CHINESE, is_chinese_first
from tests.web.test_hostile_values import OPERATIONS, hostile_to, leaves, log_in, request_of, with_one

LIMITS = {
    "min_length": 2, "max_length": 9, "gt": 1, "ge": 1, "lt": 9, "le": 9, "expected": "'a' or 'b'", "pattern": "a+",
    "error": "?", "max_digits": 9, "decimal_places": 2, "whole_digits": 7, "multiple_of": 5, "class_name": "X",
    "field_type": "List", "actual_length": 1, "discriminator": "kind", "expected_tags": "'a', 'b'", "tag": "c",
    "expected_schemes": "'https'", "expected_version": 7, "encoding": "utf-8", "encoding_error": "?",
    "attribute": "x", "method_name": "x", "tz_expected": 0, "tz_actual": 1, "class": "X",
}  # fmt: skip


def known(kind: str) -> PydanticKnownError | None:
    """An error of this kind as the library makes it; None where it tells more than a value can be wrong in."""
    context: dict[str, Any] = {}
    while True:
        try:
            return PydanticKnownError(kind, context)
        except TypeError as lacking:
            name = re.search(r"'(\w+)' required", str(lacking))
            if not name or name[1] not in LIMITS or name[1] in context:
                return None
            context[name[1]] = LIMITS[name[1]]


MADE = {kind: made for kind in get_args(ErrorType) if (made := known(kind))}
LIBRARIES = re.compile(
    "|".join(
        # what stands in a template before its first limit, long enough to be told from a word of ours
        {re.escape(part) for made in MADE.values() if len(part := made.message_template.partition("{")[0].strip()) > 9}
        | {"Value error", "Expecting ", "JSON decode", "Expected `", "Object (missing|contains)", "parsing the body"}
        | {r"Not Found", "Method Not Allowed", "validation error", r"\[Errno", "psycopg", "sqlalchemy", "Traceback"}
    )
)


def wrong_requests(operation: dict[str, Any]) -> list[tuple[dict[str, bytes], bytes | None]]:
    """Wrong types, members too many and too few, texts too long, no JSON, and a wrong value in each parameter."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    found: list[tuple[dict[str, bytes], bytes | None]] = []
    sound = None
    if isinstance(body, dict):
        spoilt = [
            {**body, "no_such_member": 1},
            *({k: v for k, v in body.items() if k != name} for name in body),
            [],
            7,
        ]
        spoilt += [
            with_one(deepcopy(body), path, v) for path in leaves(body) for v in ({"a": 1}, "长" * 3000, -1, None)
        ]
        sound = json.dumps(body).encode()
        found = [({}, json.dumps(one).encode()) for one in spoilt]
        found += [({}, text) for text in (b"{", b'{"a": nul}', b"\xff", b"")]
    for parameter in operation.get("parameters", []):
        found += [({parameter["name"]: value}, sound) for value in hostile_to(parameter)[4:]]
    return found


def test_what_a_library_says_is_known_here():
    assert len(MADE) > 80
    assert LIBRARIES.search("Input should be a valid string")
    assert LIBRARIES.search("String should have at least 2 characters")
    assert not LIBRARIES.search("须为文字 must be a text")


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
async def test_what_is_wrong_is_said_in_our_own_words(story, name, operation):
    token = await log_in(story, operation)
    for hostile, body in wrong_requests(operation):
        wanted = request_of(name, operation, hostile)
        headers = {**wanted.pop("headers"), **token}
        if body is not None:
            headers["Content-Type"], wanted["content"] = "application/json", body
        answer = await story.client.request(**wanted, headers=headers)
        if answer.status_code < 400:
            continue
        assert not LIBRARIES.search(answer.text), (hostile, body, answer.text)
        if answer.headers["content-type"] == "application/problem+json":
            told = answer.json()
            for said in [told["detail"], told["remedy"], *(one["reason"] for one in told.get("invalid_params", []))]:
                assert re.search(CHINESE, said) or said == "%00", (hostile, body, said)


@pytest.mark.parametrize("kind", MADE)
def test_each_kind_has_a_sentence_of_ours_with_its_limits(kind):
    context = MADE[kind].context or {}
    said = reason_of({"type": kind, "ctx": context})
    assert is_chinese_first(said), said
    assert not LIBRARIES.search(said), said
    for limit in re.findall(r"\{(\w+)\}", SENTENCES.get(kind, OTHER)):
        assert str(context[limit]).replace("'", "").replace(" or ", ", ") in said


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "XINQIAO_PORT: 应为"),
        ("TRUSTED_PROXIES", "[", "XINQIAO_TRUSTED_PROXIES: 应为"),
        ("PROVIDERS", "{}", "XINQIAO_PROVIDERS: 已不再是设置"),
    ],
)
def test_wrong_settings_are_told_in_one_line(monkeypatch, name, value, said):
    monkeypatch.setenv(f"XINQIAO_{name}", value)
    with pytest.raises(SettingsError) as told:
        load_settings()
    assert said in str(told.value)
    assert not LIBRARIES.search(str(told.value))
    assert "\n" not in str(told.value)
