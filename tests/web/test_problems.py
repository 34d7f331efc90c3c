"""Faults at the edge: problem documents, and the commit that happens before the answer."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel

from gateway.runtime.denial import Denial, DeniedError
from gateway.web.problems import MEDIA_TYPE, install_handlers, problem


class Body(BaseModel):
    """A body with one number."""

    count: int


class CommitFailedError(Exception):
    """The commit failed."""


async def failing_transaction() -> AsyncIterator[None]:
    yield
    raise CommitFailedError


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.issuer = "https://credit.example"
    install_handlers(app)

    @app.post("/echo")
    async def echo(body: Body) -> Body:
        return body

    @app.get("/denied")
    async def denied(request: Request) -> object:
        return problem(request, Denial("quota-exceeded", "Used up.", {"violated-policies": ["account-day"]}))

    @app.get("/fault")
    async def fault() -> None:
        raise DeniedError("unknown-dataset", "No such dataset.", known=["a"])

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError("91330300145065338X")

    @app.get("/commit")
    async def commit(_: Annotated[None, Depends(failing_transaction, scope="function")]) -> dict[str, bool]:
        return {"ok": True}

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://credit.example") as client:
        yield client


async def test_a_wrong_body_is_400_and_names_the_parameter_but_not_its_value(http: httpx.AsyncClient) -> None:
    answer = await http.post("/echo", json={"count": "11010119900307888X"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["invalid_params"][0]["name"] == "body.count"
    assert "11010119900307888X" not in answer.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_json_that_is_not_called_so_names_the_header(http: httpx.AsyncClient, kind: str) -> None:
    refused = await http.post("/echo", content=b'{"count": 1}', headers={"Content-Type": kind} if kind else {})
    assert refused.json()["invalid_params"] == [
        {"name": "header.Content-Type", "reason": "须为 must be application/json"}
    ]


async def test_a_used_up_quota_has_the_registered_type(http: httpx.AsyncClient) -> None:
    body = (await http.get("/denied")).json()
    assert body["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert body["violated-policies"] == ["account-day"]


async def test_a_fault_says_what_and_a_crash_says_nothing(http: httpx.AsyncClient) -> None:
    known = (await http.get("/fault")).json()
    assert known["type"] == "https://credit.example/problems/unknown-dataset"
    assert known["known"] == ["a"]
    crash = await http.get("/crash")
    assert crash.status_code == 500
    assert "91330300145065338X" not in crash.text


async def test_unknown_routes_and_methods_are_problems_too(http: httpx.AsyncClient) -> None:
    assert (await http.get("/nowhere")).json()["type"].endswith("/problems/not-found")
    wrong = await http.get("/echo")
    assert wrong.status_code == 405
    assert wrong.json()["type"].endswith("/problems/method-not-allowed")


async def test_a_failed_commit_is_never_told_as_success(http: httpx.AsyncClient) -> None:
    """Pins that a dependency of scope "function" ends before the response starts."""
    assert (await http.get("/commit")).status_code == 500
