"""Hostile values in every parameter of every operation and page and in every value of a body: refused, never a fault.

Generated from the OpenAPI document and the route table: what is added is tried from then on.
"""

import json
from copy import copy
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from gateway.app import create_app
from gateway.identity.clients.scopes import SCOPES
from tests.documented import document
from tests.enterprises import uscc
from tests.house.objects import OFFICE
from tests.identity.test_routes import ROUTES
from tests.persons import signed_in
from tests.stories import slug

ANYWHERE = [b"\x00", b"a\x00b", b"\xff\xfe", b"\xed\xa0\x80", b"9" * 5000, b"", b"' OR 1=1 --"]
NUMBERS = [b"-1", b"0", str(2**31).encode(), str(2**63).encode(), str(-(2**63) - 1).encode(), "９９".encode(), b"1_000",
           b"1e3", b"NaN"]  # fmt: skip
DATES = [b"0001-01-01", b"9999-12-31", b"0000-00-00", b"2026-02-30", "２０２６-01-01".encode()]
TIMES = [b"9999-12-31T23:59:59-23:59", b"0001-01-01T00:00:00+23:59", b"9999-12-31T23:59:59Z", b"2026-01-01T24:00:00Z",
         b"253402300800", b"-62135596801"]  # fmt: skip
IN_JSON = ["\ud800", "9" * 5000, "９９", "1_000", "1e3", "NaN", "0001-01-01", "9999-12-31", *map(bytes.decode, TIMES),
           -1, 2**31, 2**63, 2**200, 1e308, float("nan"), float("inf"), None, True, [], {}]  # fmt: skip
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


def hostile_to(parameter: dict[str, Any]) -> list[bytes]:
    """Values that a parameter of this type may stumble over."""
    kinds = {parameter["schema"].get("type"), *(one.get("type") for one in parameter["schema"].get("anyOf", []))}
    formats = {parameter["schema"].get("format"), *(one.get("format") for one in parameter["schema"].get("anyOf", []))}
    dated = (DATES if "date" in formats else []) + (TIMES if "date-time" in formats else [])
    return ANYWHERE + dated + (NUMBERS if "integer" in kinds else [])


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where the values of a body stand that hold no others."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [leaf for name, one in inner for leaf in leaves(one, (*path, name))] or [path]


def with_one(value: Any, path: tuple[str | int, ...], hostile: Any) -> Any:
    """The body with another value at one place."""
    if not path:
        return hostile
    changed = copy(value)
    changed[path[0]] = with_one(value[path[0]], path[1:], hostile)
    return changed


def cases(operation: dict[str, Any]) -> list[tuple[dict[str, bytes], Any]]:
    """One hostile value each: parameters by name, and the body. NUL in a body is refused as a whole: test_bodies.py."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    in_body = [with_one(body, path, value) for path in (leaves(body) if body else []) for value in IN_JSON]
    named = [({one["name"]: value}, body) for one in operation.get("parameters", []) for value in hostile_to(one)]
    return named + [({}, changed) for changed in in_body]


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
        if body is not None:  # what no JSON library would write is sent too
            headers["Content-Type"], wanted["content"] = "application/json", json.dumps(body).encode()
        answer = await story.client.request(**wanted, headers=headers)
        assert answer.status_code < 500, (hostile, body, answer.text)
        assert answer.status_code != 401, (hostile, answer.text)
        if answer.headers.get("content-type", "").startswith("text/html"):
            continue  # a page that says what is wrong
        if b"%00" in answer.request.url.raw_path:
            assert (answer.status_code, slug(answer)) == (400, "invalid-request"), hostile
        if answer.status_code == 400 and in_address(operation, hostile) and slug(answer) == "invalid-request":
            assert answer.json()["invalid_params"], (hostile, answer.text)


def in_address(operation: dict[str, Any], hostile: dict[str, bytes]) -> bool:
    """Whether the hostile value is one of the path or the query."""
    return any(one["name"] in hostile and one["in"] != "header" for one in operation.get("parameters", []))


async def log_in(story, operation) -> dict[str, str]:
    """Log in as a caller whom the operation lets in; nobody where it is open."""
    if not operation["security"]:
        return {}
    kind = KIND_OF[operation["security"][0]["oauth2"][0]]
    if kind == "account":
        await story.account("bank-1", "bank")
        return await story.headers("bank-1")
    name = {"agency": "tax", "office": OFFICE}.get(kind, f"{kind}-9")
    await story.enrol(name, kind, **({"subject": uscc(1)} if kind == "signatory" else {}))
    return await story.headers(name)


def parameters_of(dependant) -> tuple[set[str], set[str]]:
    """The names in a route's path and in its query, those of its dependencies too."""
    in_path, in_query = ({one.alias for one in of} for of in (dependant.path_params, dependant.query_params))
    for inner in map(parameters_of, dependant.dependencies):
        in_path, in_query = in_path | inner[0], in_query | inner[1]
    return in_path, in_query


PAGES = [name for name in ROUTES if name.startswith("GET /console")]


@pytest.fixture(scope="module")
async def operator(gateway):
    """The browser of an operator."""
    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer) as browser:
        await signed_in(gateway, browser, "operator-p", "operator")
        yield browser


@pytest.mark.parametrize("name", PAGES)
async def test_a_hostile_value_in_a_pages_address_is_no_fault(operator, name):
    in_path, in_query = parameters_of(ROUTES[name].dependant)
    for value in [*ANYWHERE, *NUMBERS, *DATES, *TIMES]:
        sent = quote(value, safe="")
        for hostile in [*in_path, *in_query]:
            path = name.removeprefix("GET ")
            for named in in_path:
                path = path.replace(f"{{{named}}}", sent if named == hostile else "a")
            query = f"?{hostile}={sent}" if hostile in in_query else ""
            answer = await operator.get(path + query)
            assert answer.status_code < 500, (hostile, value, answer.text)
            if b"\x00" in value:
                assert answer.status_code == 400, (hostile, value)
