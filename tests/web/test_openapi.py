"""The OpenAPI document is complete: errors of the table, who may call, an example of everything."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from jsonschema.validators import Draft202012Validator

from gateway.identity.clients import scopes
from gateway.runtime.denial import DeniedError
from gateway.service.interface import OPERATIONS, SCOPES
from gateway.web.error_pages import BEGINS, ENDS, printed
from gateway.web.error_table import ERRORS
from gateway.web.errors import inquiries
from gateway.web.errors.row import ErrorRow
from gateway.web.openapi import WITH_TOKEN, describe
from gateway.web.operations import Operation
from gateway.web.problems import MEDIA_TYPE, install_handlers
from tests.documented import document

NO_TEXT = {"OPTIONS /v1/uploads", "POST /v1/datasets/{dataset}/uploads", "PATCH /v1/uploads/{upload_id}",
           "DELETE /v1/webhooks/{webhook_id}",
           "DELETE /v1/uploads/{upload_id}", "GET /v1/datasets/{dataset}/template.xlsx",
           "GET /v1/inquiries/{inquiry_id}/network/{form}"}  # fmt: skip

NO_OPERATIONS = {
    "method-not-allowed",  # where there is no operation
    "source-exists", "source-not-found", "source-unusable",  # sources have pages and commands alone
    "not-stopped",  # a stop is lifted by a command
    "one-time-code-wrong", "one-time-code-missing",  # people answer on a page
    "import-row-unreadable", "import-row-again", "import-consent-there",  # what became of a row, beside others
    "account-not-for-people", "preview-changed", "preview-not-found", "preview-unready",  # and ask and preview on pages
    "batch-without-subjects", "batch-too-long",  # so are sheets of questions
    "credential-not-found",  # an enterprise takes back what it gave on a page
}  # fmt: skip


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }


def contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What an operation takes, and what it answers where all is well; workbooks are no text to show."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            told = response.get("content", {}).items()
            yield from (shown for kind, shown in told if kind != MEDIA_TYPE and not kind.startswith("application/vnd."))


def test_every_operation_has_an_example_of_what_it_takes_and_of_what_it_answers(operations: dict[str, Any]) -> None:
    assert set(operations) == set(OPERATIONS)
    for name, operation in operations.items():
        assert all(content.get("example") is not None for content in contents(operation)), name
        answered = [*contents({**operation, "requestBody": {}})]
        assert bool(answered) == (name not in NO_TEXT), name


def test_what_is_sent_in_an_example_would_be_taken(operations: dict[str, Any]) -> None:
    tried = 0
    for name, operation in operations.items():
        content = operation.get("requestBody", {}).get("content", {})
        for kind in content.keys() & {"application/json", "application/x-www-form-urlencoded"}:
            schema = {**content[kind]["schema"], "components": document()["components"]}
            assert list(Draft202012Validator(schema).iter_errors(content[kind]["example"])) == [], name
            tried += 1
    assert tried > 10


def test_what_is_answered_in_an_example_fits_its_schema(operations: dict[str, Any]) -> None:
    examples = document()["components"]["examples"]
    tried = 0
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            content = response.get("content", {})
            for shown in [shown for kind, shown in content.items() if kind.endswith("json")]:
                validator = Draft202012Validator({**shown["schema"], "components": document()["components"]})
                reasons = [examples[reason]["value"] for reason in shown.get("examples", {})]
                for example in [shown["example"]] if "example" in shown else reasons:
                    assert list(validator.iter_errors(example)) == [], (name, status)
                    tried += 1
    assert tried > 500


async def test_it_is_served_to_anybody(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json() == document()


def test_every_reference_leads_somewhere() -> None:
    for kind, name in set(re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(document()))):
        assert name in document()["components"][kind]


def test_what_a_caller_needs_is_said(operations: dict[str, Any]) -> None:
    assert set(SCOPES) == set().union(*scopes.SCOPES.values())
    assert set(document()["components"]["securitySchemes"]) == {"oauth2", "dpop", "mutualTLS"}
    asking = operations["POST /v1/inquiries"]
    assert asking["security"] == [{"oauth2": ["inquiries"], "dpop": []}, {"oauth2": ["inquiries"], "mutualTLS": []}]
    open_to_all = {name for name, operation in operations.items() if not operation["security"] and " /v1/" in name}
    assert open_to_all == {"GET /v1/catalogue/schema", "OPTIONS /v1/uploads"}
    for name, operation in operations.items():
        reasons = {reason for _, reason in problems(operation)}
        assert set(WITH_TOKEN) <= reasons if operation["security"] else not set(WITH_TOKEN) & reasons, name


def problems(operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The status and reason of every problem an operation can answer with."""
    for status, response in operation["responses"].items():
        for reason in response.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}):
            yield status, reason


def test_a_problem_stands_at_its_status_and_what_is_not_as_documented_at_400(operations: dict[str, Any]) -> None:
    for name, operation in operations.items():
        assert all(int(status) == ERRORS[reason].status for status, reason in problems(operation)), name
        if operation.get("parameters") or "requestBody" in operation:
            assert ("400", "invalid-request") in problems(operation), name
    assert "ValidationError" not in json.dumps(document())


def test_every_reason_is_given_by_an_operation(operations: dict[str, Any]) -> None:
    given = {reason for operation in operations.values() for _, reason in problems(operation)}
    assert set(ERRORS) - given == NO_OPERATIONS


async def test_one_row_more_is_one_denial_more_over_http_in_the_interface_and_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = ErrorRow(418, "只有茶。", "There is only tea.", "喝茶。", "Drink tea.", "`GET /coffee`")
    monkeypatch.setitem(inquiries.SECTION.rows, "no-coffee", row)
    app = FastAPI()
    app.state.issuer = "https://credit.example"
    install_handlers(app)

    @app.get("/coffee")
    async def coffee() -> None:
        raise DeniedError("no-coffee")

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://credit.example") as client:
        answer = await client.get("/coffee")
    assert answer.status_code == 418
    expected = {
        "type": "https://credit.example/problems/no-coffee",
        "title": "no coffee",
        "status": 418,
        "detail": "只有茶。There is only tea.",
        "remedy": "喝茶。Drink tea.",
    }
    assert answer.json() == expected

    told = describe(app, {"GET /coffee": Operation(("no-coffee",), answered={})}, {})
    assert list(told["paths"]["/coffee"]["get"]["responses"]["418"]["content"][MEDIA_TYPE]["examples"]) == ["no-coffee"]
    assert told["components"]["examples"]["no-coffee"]["value"] == expected

    line = "| `no-coffee` | 418 | 只有茶。 There is only tea. | `GET /coffee` | 喝茶。 Drink tea. |"
    assert line in printed(f"{BEGINS}\n{ENDS}\n").splitlines()
