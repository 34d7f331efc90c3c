"""Hostile values in every parameter of every operation and in every text of a body: refused, never a fault.

Generated from the OpenAPI document: an operation added is tried from then on.
"""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from gateway.identity.clients.scopes import SCOPES
from tests.documented import document
from tests.enterprises import uscc

HOSTILE = [
    b"\x00", b"\xff\xfe", "９９".encode(), b"9" * 5000, b"-1", str(2**63).encode(), b"9999-12-31T23:59:59-23:59",
    b"0001-01-01T00:00:00+23:59", b"", b"' OR 1=1 --",
]  # fmt: skip
NAMED = {"dataset": "tax_arrears", "code": "tax", "Tus-Resumable": "1.0.0", "reason": "报错了"}
KIND_OF = {scope: kind for kind, scopes in SCOPES.items() for scope in sorted(scopes)}
OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]


def sound(parameter: dict[str, Any]) -> str:
    """A value that a parameter may have."""
    schema = parameter["schema"]
    schema = next((one for one in schema.get("anyOf", []) if one.get("type") != "null"), schema)
    if parameter["name"] in NAMED:
        return NAMED[parameter["name"]]
    if "enum" in schema:
        return str(schema["enum"][0])
    by_type = {"integer": str(schema.get("minimum", 1)), "boolean": "true"}
    by_format = {"uuid": str(uuid4()), "date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z"}
    return by_format.get(schema.get("format", ""), by_type.get(schema.get("type", ""), "a"))


def cases(operation: dict[str, Any]) -> list[tuple[dict[str, bytes], Any]]:
    """One hostile value each: parameters by name, and the body."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    texts = [member for member, value in (body or {}).items() if isinstance(value, str)]
    in_body = [{**(body or {}), member: value.decode(errors="replace")} for member in texts for value in HOSTILE]
    named = [parameter["name"] for parameter in operation.get("parameters", [])]
    return [({name: value}, body) for name in named for value in HOSTILE] + [({}, changed) for changed in in_body]


def request_of(name: str, operation: dict[str, Any], hostile: dict[str, bytes]) -> dict[str, Any]:
    """The request with sound values but for the hostile ones."""
    method, path = name.split()
    headers, query = {}, []
    for parameter in operation.get("parameters", []):
        named = parameter["name"]
        if named not in hostile and not parameter.get("required"):
            continue
        value = hostile.get(named, sound(parameter).encode())
        match parameter["in"]:
            case "path":
                path = path.replace(f"{{{named}}}", quote(value, safe=""))
            case "query":
                query.append(f"{named}={quote(value, safe='')}")
            case "header":
                headers[named] = value.replace(b"\x00", b"\x01")  # no header field can hold NUL
    return {"method": method, "url": f"{path}?{'&'.join(query)}" if query else path, "headers": headers}


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
async def test_a_hostile_value_is_no_fault(story, name, operation):
    """That the answer is documented is checked by the client itself."""
    token = await log_in(story, operation)
    for hostile, body in cases(operation):
        wanted = request_of(name, operation, hostile)
        headers = {**wanted.pop("headers"), **token}
        answer = await story.client.request(**wanted, headers=headers, **({} if body is None else {"json": body}))
        assert answer.status_code < 500, (hostile, body, answer.text)
        assert answer.status_code != 401, (hostile, answer.text)


async def log_in(story, operation) -> dict[str, str]:
    """Log in as a caller whom the operation lets in; nobody where it is open."""
    if not operation["security"]:
        return {}
    kind = KIND_OF[operation["security"][0]["oauth2"][0]]
    if kind == "account":
        await story.account("bank-1", "bank")
        return await story.headers("bank-1")
    name = "tax" if kind == "agency" else f"{kind}-9"
    await story.enrol(name, kind, **({"subject": uscc(1)} if kind == "signatory" else {}))
    return await story.headers(name)
